//! Delete: an artifact and all that refers to it, by a plan that can be shown first.
//!
//! Referrers go before what they refer to and an index before its children, so that a delete that
//! breaks anywhere leaves a valid smaller graph, and can be run again.
//!
//! What stays: a manifest that is tagged otherwise or listed by an index that stays, with all that
//! belongs to it, and whatever a staying manifest refers to. `force` deletes those too.

use serde::Serialize;
use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use crate::operation::named::named;
use crate::operation::read::{listed_manifest, resolve_tags};
use crate::store::{
    ManifestDeletion, ReadStore, Store,
    limits::{check_limit, concurrency},
    list::List,
    memory::Charge,
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, ListProblem, Reference, Result, TagOrDigest, media_type,
    serialize_descriptor, serialize_descriptors, weight::Weight,
};

/// How to delete.
#[derive(Debug, Clone, Default)]
pub struct DeleteOptions {
    /// Only says what would be done.
    pub dry_run: bool,
    /// Deletes also what would be kept: what is tagged otherwise or listed by another index.
    pub force: bool,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
}

/// What was deleted, or would be.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct DeleteReport {
    /// Whether nothing was done.
    pub dry_run: bool,
    /// What is gone, or would be, in the order of deletion: referrers before their subjects.
    #[serde(serialize_with = "serialize_descriptors")]
    pub deleted: Vec<Descriptor>,
    /// What stays, and why.
    pub kept: Vec<RetainedManifest>,
    /// What could not be deleted.
    pub failed: Vec<DeleteFailure>,
}

/// A manifest that stays.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RetainedManifest {
    /// The manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// Why, as a phrase: `tagged stable`.
    pub reason: String,
}

/// A manifest that could not be deleted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeleteFailure {
    /// The manifest.
    pub descriptor: Descriptor,
    /// Why.
    pub error: Error,
}

/// What a node takes beside its descriptor, in the closure and in the plan.
const NODE: usize = 1024;

pub(crate) const OPERATION: &str = "delete";

/// Deletes what `reference` names and everything that refers to it, referrers before their subjects.
///
/// # Errors
/// [`Code::NotFound`](crate::Code::NotFound) if the reference names nothing. What cannot be deleted is in the report.
pub async fn delete(
    store: &dyn Store,
    reference: &Reference,
    options: &DeleteOptions,
) -> Result<DeleteReport> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: &dyn Store,
    reference: &Reference,
    options: &DeleteOptions,
) -> Result<DeleteReport> {
    let at_once = concurrency(options.concurrency);
    let name = reference.name()?;
    let (root, subject) = match store.fetch_manifest(&name).await {
        Ok(manifest) => (manifest.descriptor(), manifest.subject().map(|s| s.digest.clone())),
        // What cannot be read can be deleted all the same.
        Err(e)
            if matches!(e.code(), Code::InvalidManifest | Code::Unsupported | Code::TooLarge) =>
        {
            (store.resolve(&name).await?, None)
        }
        Err(e) => return Err(e),
    };
    let mut held = store.memory().charge();
    let mut problems = Vec::new();
    let mut closure =
        ReferrerClosure::collect(store, root, at_once, &mut held, &mut problems).await?;
    closure.subject = subject.filter(|subject| !closure.nodes.contains_key(subject));
    let others =
        ExternalReferences::collect(store, &name, &closure, at_once, &mut problems).await?;
    if options.force {
        for problem in &problems {
            tracing::warn!(%problem, "deleting what is known all the same");
        }
    } else {
        // What is not known may refer to what is deleted, or hold it.
        ListProblem::check_complete(&problems).map_err(|e| {
            let message = format!("nothing was deleted, since {}", e.message());
            e.with_message(message).with_hint("delete what is known all the same with --force")
        })?;
    }
    let kept = if options.force { HashMap::new() } else { closure.kept(&others) };
    let levels = closure.levels(&kept, &others);
    let mut report = DeleteReport { dry_run: options.dry_run, ..DeleteReport::default() };
    for digest in &closure.order {
        if let Some(reason) = kept.get(digest) {
            let descriptor = closure.nodes[digest].descriptor.clone();
            report.kept.push(RetainedManifest { descriptor, reason: reason.clone() });
        }
    }
    if options.dry_run {
        report.deleted = levels.into_iter().flatten().map(|doomed| doomed.manifest).collect();
        return Ok(report);
    }
    for level in levels {
        let results = store.delete_manifests(&level).await;
        for (doomed, result) in level.into_iter().zip(results) {
            match result {
                Ok(()) => report.deleted.push(doomed.manifest),
                Err(e) if e.code() == Code::Unsupported && report.deleted.is_empty() => {
                    return Err(e);
                }
                Err(e) => {
                    report.failed.push(DeleteFailure { descriptor: doomed.manifest, error: e })
                }
            }
        }
        // What failed keeps what it refers to: going on would leave it without its subject.
        if !report.failed.is_empty() {
            break;
        }
    }
    Ok(report)
}

struct Node {
    descriptor: Descriptor,
    /// Whether it is in the order.
    found: bool,
    /// What it refers to, within the closure.
    subjects: Vec<Digest>,
    /// The indexes that list it, within the closure.
    parents: Vec<Digest>,
    children: Vec<Digest>,
    referrers: Vec<Digest>,
}

/// The root, all that refers to it, the manifests it lists if it is an index, and so on.
struct ReferrerClosure {
    root: Digest,
    /// What the root refers to, which is not in the closure and stays.
    subject: Option<Digest>,
    nodes: HashMap<Digest, Node>,
    /// In the order found: breadth first.
    order: Vec<Digest>,
}

impl ReferrerClosure {
    async fn collect(
        store: &dyn Store,
        root: Descriptor,
        at_once: usize,
        held: &mut Charge,
        problems: &mut Vec<ListProblem>,
    ) -> Result<Self> {
        let mut closure = Self {
            root: root.digest.clone(),
            subject: None,
            nodes: HashMap::new(),
            order: Vec::new(),
        };
        let mut level = vec![root.clone()];
        closure.add(root);
        let mut listed = 0;
        while !level.is_empty() {
            let mut looked = stream::iter(level)
                .map(|node| async move {
                    let (referrers, children) = tokio::try_join!(
                        store.referrers(&node.digest, None),
                        children_of(store, &node)
                    )?;
                    Ok::<_, Error>((node.digest, referrers, children))
                })
                .buffered(at_once);
            level = Vec::new();
            while let Some((digest, mut referrers, children)) = looked.try_next().await? {
                listed += referrers.entries.len() + children.len();
                check_limit(listed, store.max_entries())?;
                // Each is kept as a node, and looked at in its level.
                held.add(referrers.entries.weight() + 2 * children.weight() + NODE)?;
                referrers.hand_over(held)?;
                ListProblem::merge(problems, std::mem::take(&mut referrers.problems));
                for referrer in referrers.entries {
                    closure.link(&digest, &referrer, true);
                    level.extend(closure.add(referrer));
                }
                for child in children {
                    closure.link(&digest, &child, false);
                    level.extend(closure.add(child));
                }
            }
        }
        Ok(closure)
    }

    /// Adds a node; gives it back when it is new.
    fn add(&mut self, descriptor: Descriptor) -> Option<Descriptor> {
        let node = self.entry(&descriptor);
        if node.descriptor.artifact_type.is_none() {
            node.descriptor = descriptor.clone();
        }
        if std::mem::replace(&mut node.found, true) {
            return None;
        }
        self.order.push(descriptor.digest.clone());
        Some(descriptor)
    }

    fn link(&mut self, from: &Digest, to: &Descriptor, refers: bool) {
        let other = self.entry(to);
        if refers {
            other.subjects.push(from.clone());
        } else {
            other.parents.push(from.clone());
        }
        if let Some(node) = self.nodes.get_mut(from) {
            let list = if refers { &mut node.referrers } else { &mut node.children };
            list.push(to.digest.clone());
        }
    }

    fn entry(&mut self, descriptor: &Descriptor) -> &mut Node {
        self.nodes.entry(descriptor.digest.clone()).or_insert_with(|| Node {
            descriptor: descriptor.clone(),
            found: false,
            subjects: Vec::new(),
            parents: Vec::new(),
            children: Vec::new(),
            referrers: Vec::new(),
        })
    }

    /// What stays, and why.
    fn kept(&self, others: &ExternalReferences) -> HashMap<Digest, String> {
        let mut kept: HashMap<Digest, String> = HashMap::new();
        // What is held from outside, and what belongs to it.
        let mut held: Vec<&Digest> = Vec::new();
        for digest in &self.order {
            let reason = match (others.tags.get(digest), others.listed_by.get(digest)) {
                (Some(tags), _) => format!("tagged {}", tags.join(", ")),
                (None, Some(index)) => format!("listed by the index {index}"),
                (None, None) => continue,
            };
            kept.insert(digest.clone(), reason);
            held.push(digest);
        }
        let mut above = held.clone();
        while let Some(digest) = held.pop() {
            let node = &self.nodes[digest];
            for (list, how) in [(&node.referrers, "refers to"), (&node.children, "listed by")] {
                for other in list {
                    if !kept.contains_key(other) {
                        kept.insert(other.clone(), format!("{how} {digest}, which stays"));
                        held.push(other);
                        above.push(other);
                    }
                }
            }
        }
        while let Some(digest) = above.pop() {
            for subject in &self.nodes[digest].subjects {
                if !kept.contains_key(subject) {
                    kept.insert(subject.clone(), format!("subject of {digest}, which stays"));
                    above.push(subject);
                    // The children of an index that stays must stay with it.
                    let mut children = self.nodes[subject].children.clone();
                    while let Some(child) = children.pop() {
                        if !kept.contains_key(&child) {
                            kept.insert(child.clone(), format!("listed by {subject}, which stays"));
                            children.extend(self.nodes[&child].children.iter().cloned());
                        }
                    }
                }
            }
        }
        kept
    }

    /// What goes, in levels of which each can go at once: a manifest's level comes after those of
    /// its referrers and of the indexes that list it.
    fn levels(
        &self,
        kept: &HashMap<Digest, String>,
        others: &ExternalReferences,
    ) -> Vec<Vec<ManifestDeletion>> {
        let goes = |digest: &Digest| !kept.contains_key(digest);
        let mut waiting: HashMap<&Digest, usize> = HashMap::new();
        for digest in self.order.iter().filter(|d| goes(d)) {
            let node = &self.nodes[digest];
            let before = node.referrers.iter().chain(&node.parents).filter(|d| goes(d)).count();
            waiting.insert(digest, before);
        }
        let mut levels = Vec::new();
        while !waiting.is_empty() {
            let ready = |digest: &&Digest| waiting.get(digest) == Some(&0);
            let mut level: Vec<&Digest> = self.order.iter().filter(ready).collect();
            if level.is_empty() {
                // A forged cycle: no order is right, and all of it goes.
                level = self.order.iter().filter(|digest| waiting.contains_key(digest)).collect();
            }
            for digest in &level {
                waiting.remove(digest);
                let node = &self.nodes[*digest];
                for later in node.subjects.iter().chain(&node.children) {
                    if let Some(before) = waiting.get_mut(later) {
                        *before = before.saturating_sub(1);
                    }
                }
            }
            let doomed = level.into_iter().map(|digest| {
                let node = &self.nodes[digest];
                let outside = self.subject.as_ref().filter(|_| *digest == self.root);
                ManifestDeletion {
                    manifest: node.descriptor.clone(),
                    subject: outside.or(node.subjects.first()).cloned(),
                    subject_retained: outside.is_some(),
                    tags: others.all_tags.get(digest).cloned().unwrap_or_default(),
                }
            });
            levels.push(doomed.collect());
        }
        levels
    }
}

/// The manifests an index lists; one that is gone, or is no manifest, lists nothing.
async fn children_of(store: &dyn ReadStore, node: &Descriptor) -> Result<Vec<Descriptor>> {
    if !media_type::is_index(&node.media_type) {
        return Ok(Vec::new());
    }
    let index = listed_manifest(store, node).await?;
    Ok(index.map(|index| index.children().cloned().collect()).unwrap_or_default())
}

/// What others than the one who deletes hold: tags, and indexes outside the closure.
#[derive(Default)]
struct ExternalReferences {
    /// All tags of a node, that by which the root was named included.
    all_tags: HashMap<Digest, Vec<String>>,
    tags: HashMap<Digest, Vec<String>>,
    listed_by: HashMap<Digest, Digest>,
}

impl ExternalReferences {
    async fn collect(
        store: &dyn Store,
        name: &TagOrDigest,
        closure: &ReferrerClosure,
        at_once: usize,
        problems: &mut Vec<ListProblem>,
    ) -> Result<Self> {
        let mut tags = match store.tags().await {
            Ok(tags) => tags,
            Err(e) if e.code() == Code::NotFound => List::default(),
            Err(e) => return Err(e),
        };
        problems.append(&mut tags.problems);
        let mut others = Self::default();
        let mut outside: Vec<Descriptor> = store.list_untagged().await?;
        for (tag, named) in resolve_tags(store, tags.entries, at_once).await {
            let descriptor = match named {
                Ok(descriptor) => descriptor,
                // Deleted since it was listed.
                Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => continue,
                Err(e) => return Err(e),
            };
            // The tag by which the root was named goes with it. A root named by digest is meant
            // with all its tags.
            let named = descriptor.digest == closure.root
                && match name {
                    TagOrDigest::Tag(named) => *named == tag,
                    TagOrDigest::Digest(_) => true,
                };
            if closure.nodes.contains_key(&descriptor.digest) {
                others.all_tags.entry(descriptor.digest.clone()).or_default().push(tag.clone());
                if !named {
                    others.tags.entry(descriptor.digest.clone()).or_default().push(tag);
                }
            }
            outside.push(descriptor);
        }
        others.collect_indexes(store, closure, outside, at_once).await?;
        Ok(others)
    }

    async fn collect_indexes(
        &mut self,
        store: &dyn Store,
        closure: &ReferrerClosure,
        mut level: Vec<Descriptor>,
        at_once: usize,
    ) -> Result<()> {
        let mut seen: HashSet<Digest> = HashSet::new();
        loop {
            level.retain(|d| {
                media_type::is_index(&d.media_type)
                    && !closure.nodes.contains_key(&d.digest)
                    && seen.insert(d.digest.clone())
            });
            if level.is_empty() {
                return Ok(());
            }
            let mut read = stream::iter(std::mem::take(&mut level))
                .map(|index| async move {
                    Ok::<_, Error>((index.digest.clone(), children_of(store, &index).await?))
                })
                .buffered(at_once);
            while let Some((index, children)) = read.try_next().await? {
                for child in children {
                    if closure.nodes.contains_key(&child.digest) {
                        self.listed_by.entry(child.digest.clone()).or_insert_with(|| index.clone());
                    }
                    level.push(child);
                }
                check_limit(seen.len() + level.len(), store.max_entries())?;
            }
        }
    }
}
