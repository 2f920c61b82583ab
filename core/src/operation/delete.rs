//! Deletes an artifact and all its referrers, after making a plan that a dry run shows.
//!
//! Referrers are deleted before their subjects, and an index before its children. So an interrupted
//! delete leaves a smaller graph that is valid, and can be run again.
//!
//! Retained are: a manifest with another tag or in the list of a retained index, with its referrers
//! and children; and every subject of a retained manifest. The option `force` deletes these too.
//!
//! A tag whose manifest cannot be read does not stop the deletion of something else. Retained is
//! what may depend on it: a manifest that cannot be read either, and that the tag may name; and, if
//! the tag names an index, the children of a deleted index, which it may list too.

mod order;

use derive_setters::Setters;
use serde::Serialize;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};

pub(crate) use order::in_levels;

use crate::operation::read::{ListedManifest, fetch_manifest, listed_manifest, resolve_tags};
use crate::operation::select::{check_names_deleted, name_of};
use crate::operation::{
    attached::{edges::follows, sibling_tags::SiblingTags},
    named::named,
};
use crate::store::{
    ManifestDeletion, Store, concurrency::RequestLimiter, limits::check_limit, list::List,
    memory_budget::Charge,
};
use ocigraph_types::{
    Code, Descriptor, Digest, EdgeKind, Error, ListProblem, Reference, Result, TagOrDigest,
    excerpt, media_type, serialize_descriptor, serialize_descriptors, weight::Weight,
};

/// Options of [`Client::delete`](crate::Client::delete).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, DeleteOptions};
///
/// let reference = "registry.example/app:v1".parse()?;
/// let plan = DeleteOptions::default().dry_run(true);
/// let report = Client::new().delete(&reference, plan).await?;
/// for retained in &report.kept {
///     println!("{} would stay: {}", retained.descriptor.digest, retained.reason);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct DeleteOptions {
    /// Makes the report without deleting anything. Default: false.
    pub dry_run: bool,
    /// Also deletes manifests that would be retained because they have another tag or another index
    /// lists them, and proceeds if a list of tags or referrers cannot be read completely. Default:
    /// false; an incomplete list then fails with [INCOMPLETE](crate::Code::Incomplete).
    pub force: bool,
    /// Deletes only what is attached by edges of this kind, to the artifact or to the images of an index,
    /// and what is attached to that; the artifact itself stays. The kind is that of referrers or that of
    /// tags; another one fails with [INVALID_ARGUMENT](crate::Code::InvalidArgument), because an index
    /// needs what it lists. Default: deletes the artifact with everything that is attached.
    pub only: Option<EdgeKind>,
    /// Returns an empty report if `reference` names nothing. Default: false; it then fails with
    /// [NOT_FOUND](crate::Code::NotFound).
    pub if_exists: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

/// The result of [`Client::delete`](crate::Client::delete). A dry run reports what a delete would
/// do.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct DeleteReport {
    /// True for a dry run, which deletes nothing.
    pub dry_run: bool,
    /// The deleted manifests, in the order of deletion: referrers before their subjects.
    #[serde(serialize_with = "serialize_descriptors")]
    pub deleted: Vec<Descriptor>,
    /// The retained manifests, each with the reason.
    pub kept: Vec<RetainedManifest>,
    /// The manifests that could not be deleted, each with the error. After a failure, the manifests
    /// that would be deleted later are not deleted either, and are not reported.
    pub failed: Vec<DeleteFailure>,
}

/// A manifest that a delete retains.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RetainedManifest {
    /// The descriptor of the manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The reason as a phrase for users, for example `tagged stable`.
    pub reason: String,
}

/// A manifest that a delete could not delete.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeleteFailure {
    /// The descriptor of the manifest.
    pub descriptor: Descriptor,
    /// The error of the store.
    pub error: Error,
}

/// Bytes that a node takes besides its descriptor, in the closure and in the plan.
const NODE: usize = 1024;

pub(crate) const OPERATION: &str = "delete";

/// Deletes what `reference` names and everything that refers to it, referrers before their
/// subjects. The report has each manifest that could not be deleted. An interrupted delete can be
/// run again. A dry run reports what would be deleted.
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing, unless the options allow it,
/// [`Code::Unsupported`] if the registry deletes no manifest, [`Code::Incomplete`] if a list of tags
/// or referrers cannot be read completely.
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
    if let Some(only @ (EdgeKind::Child | EdgeKind::Attestation)) = options.only {
        let message = format!("an edge of the kind {only} cannot be deleted alone");
        return Err(Error::new(Code::InvalidArgument, message)
            .with_hint("the index lists the manifest: delete the index"));
    }
    let requests = Arc::new(RequestLimiter::new(options.concurrency));
    let max_requests = requests.max();
    check_names_deleted(store, reference).await?;
    let name = name_of(store, reference).await?;
    let (root, subject) = match fetch_manifest(store, &name).await {
        Ok(manifest) => (manifest.descriptor(), manifest.subject().map(|s| s.digest.clone())),
        // A manifest that cannot be parsed can still be deleted.
        Err(e) if e.code() != Code::NotFound && e.is_of_one_manifest() => {
            (store.resolve(&name).await.map_err(|_| e)?, None)
        }
        Err(e) if options.if_exists && e.code() == Code::NotFound => {
            return Ok(DeleteReport { dry_run: options.dry_run, ..DeleteReport::default() });
        }
        Err(e) => return Err(e),
    };
    let mut charge = store.memory().charge();
    // Read first: the tags show a registry which lists of referrers clients keep beside its API.
    let mut tags = match store.tags().await {
        Ok(tags) => tags,
        Err(e) if e.code() == Code::NotFound => List::default(),
        Err(e) => return Err(e),
    };
    let mut problems = std::mem::take(&mut tags.problems);
    let siblings =
        SiblingTags::among(tags.entries.iter().map(String::as_str), Arc::clone(&requests));
    let lists = Lists { store, only: options.only, requests: &requests, siblings: &siblings };
    let mut closure = ReferrerClosure::collect(lists, root, &mut charge, &mut problems).await?;
    closure.subject = subject.filter(|subject| !closure.nodes.contains_key(subject));
    let external =
        ExternalReferences::collect(store, &name, tags.entries, &closure, max_requests).await?;
    if options.force {
        for problem in &problems {
            tracing::warn!(%problem, "deleting in spite of an incomplete list");
        }
    } else {
        // An unknown manifest may be a referrer of a deleted one, or a reason to retain it.
        ListProblem::check_complete(&problems).map_err(|e| {
            let message = format!("nothing was deleted: {}", e.message());
            e.with_message(message).with_hint("--force deletes the manifests that are known")
        })?;
    }
    let mut retained = if options.force { HashMap::new() } else { closure.retained(&external) };
    for image in &closure.images {
        retained.insert(image.clone(), "only what is attached is deleted".to_owned());
    }
    let levels = closure.levels(&retained, &external);
    let mut report = DeleteReport { dry_run: options.dry_run, ..DeleteReport::default() };
    for digest in &closure.order {
        if let Some(reason) = retained.get(digest)
            && !closure.images.contains(digest)
        {
            let descriptor = closure.nodes[digest].descriptor.clone();
            report.kept.push(RetainedManifest { descriptor, reason: reason.clone() });
        }
    }
    if options.dry_run {
        report.deleted = levels.into_iter().flatten().map(|deletion| deletion.manifest).collect();
        return Ok(report);
    }
    for level in levels {
        let results = store.delete_manifests(&level, max_requests).await;
        for (deletion, result) in level.into_iter().zip(results) {
            let manifest = deletion.manifest;
            match result {
                Ok(()) => report.deleted.push(manifest),
                Err(e) if e.code() == Code::Unsupported && report.deleted.is_empty() => {
                    return Err(e);
                }
                Err(error) => report.failed.push(DeleteFailure { descriptor: manifest, error }),
            }
        }
        // A manifest that could not be deleted needs its subject, which is in a later level.
        if !report.failed.is_empty() {
            return Ok(report);
        }
    }
    for (node, tag) in closure.stale_siblings(&retained) {
        match store.untag(tag).await {
            Err(error) if error.code() != Code::NotFound => {
                let message = format!("the tag {tag} stays: {}", error.message());
                let error = error.with_message(message);
                report.failed.push(DeleteFailure { descriptor: node.descriptor.clone(), error });
            }
            _ => {}
        }
    }
    Ok(report)
}

/// A manifest of the closure, and its edges within the closure.
struct Node {
    descriptor: Descriptor,
    /// True if the node is in [`ReferrerClosure::order`].
    found: bool,
    subjects: Vec<Digest>,
    /// The indexes that list it.
    parents: Vec<Digest>,
    children: Vec<Digest>,
    referrers: Vec<Digest>,
    /// The manifests of its sibling tags.
    siblings: Vec<Digest>,
    /// The manifests of the closure to which sibling tags attach it, with the tags.
    sibling_of: Vec<(Digest, String)>,
}

/// An edge of the closure.
enum Link {
    Referrer,
    Child,
    /// With the sibling tag.
    Sibling(String),
}

/// The lists from which the closure is made.
#[derive(Clone, Copy)]
struct Lists<'a> {
    store: &'a dyn Store,
    only: Option<EdgeKind>,
    requests: &'a RequestLimiter,
    siblings: &'a SiblingTags,
}

impl Lists<'_> {
    fn follows(self, kind: EdgeKind) -> bool {
        follows(self.only, kind)
    }

    async fn referrers(self, subject: &Digest) -> Result<List<Descriptor>> {
        if !self.follows(EdgeKind::Referrer) {
            return Ok(List::default());
        }
        let _permit = self.requests.acquire().await;
        self.store.referrers(subject, None).await
    }

    async fn siblings(self, subject: &Digest) -> Result<List<(String, Descriptor)>> {
        if !self.follows(EdgeKind::Tag) {
            return Ok(List::default());
        }
        Ok(self.siblings.resolved(self.store, subject).await?.list)
    }

    /// Returns the manifests that an index lists. Returns none for an index that cannot be read.
    async fn children(self, node: &Descriptor) -> Result<Vec<Descriptor>> {
        if !media_type::is_index(&node.media_type) {
            return Ok(Vec::new());
        }
        let _permit = self.requests.acquire().await;
        match listed_manifest(self.store, node).await? {
            ListedManifest::Found(index) => Ok(index.children().cloned().collect()),
            ListedManifest::Missing => Ok(Vec::new()),
            ListedManifest::Unreadable(e) => {
                tracing::warn!(index = %node.digest, error = %e, "an index cannot be read");
                Ok(Vec::new())
            }
        }
    }
}

/// The root, what is attached to it, its children if it is an index, and the same of each of these.
struct ReferrerClosure {
    root: Digest,
    /// The subject of the root, if it is outside the closure. It is retained.
    subject: Option<Digest>,
    nodes: HashMap<Digest, Node>,
    /// All nodes, breadth first.
    order: Vec<Digest>,
    /// The root and what it lists, directly or through nested indexes, if only attachments are deleted.
    images: HashSet<Digest>,
}

impl ReferrerClosure {
    async fn collect(
        lists: Lists<'_>,
        root: Descriptor,
        charge: &mut Charge,
        problems: &mut Vec<ListProblem>,
    ) -> Result<Self> {
        let mut closure = Self {
            root: root.digest.clone(),
            subject: None,
            nodes: HashMap::new(),
            order: Vec::new(),
            images: HashSet::new(),
        };
        if lists.only.is_some() {
            closure.images.insert(root.digest.clone());
        }
        let mut level = vec![root.clone()];
        closure.add(root);
        let mut listed = 0;
        while !level.is_empty() {
            let nodes = level.into_iter().map(|node| (closure.images.contains(&node.digest), node));
            let mut queries = stream::iter(nodes.collect::<Vec<_>>())
                .map(|(is_image, node)| async move {
                    // Everything that is attached to an attachment goes with it.
                    let lists = Lists { only: lists.only.filter(|_| is_image), ..lists };
                    let (referrers, children, siblings) = tokio::try_join!(
                        lists.referrers(&node.digest),
                        lists.children(&node),
                        lists.siblings(&node.digest),
                    )?;
                    Ok::<_, Error>((node.digest, referrers, children, siblings))
                })
                .buffered(lists.requests.max());
            level = Vec::new();
            while let Some((digest, mut referrers, children, siblings)) = queries.try_next().await?
            {
                listed += referrers.entries.len() + children.len() + siblings.entries.len();
                check_limit(listed, lists.store.max_entries())?;
                // A child is stored twice: as a node, and in its level.
                charge.add(referrers.entries.weight() + 2 * children.weight() + NODE)?;
                referrers.hand_over(charge)?;
                ListProblem::merge(problems, std::mem::take(&mut referrers.problems));
                ListProblem::merge(problems, siblings.problems);
                for referrer in referrers.entries {
                    closure.link(&digest, &referrer, Link::Referrer);
                    level.extend(closure.add(referrer));
                }
                for (tag, sibling) in siblings.entries {
                    charge.add(sibling.weight() + NODE)?;
                    closure.link(&digest, &sibling, Link::Sibling(tag));
                    level.extend(closure.add(sibling));
                }
                let of_image = closure.images.contains(&digest);
                for child in children {
                    if of_image {
                        closure.images.insert(child.digest.clone());
                    }
                    closure.link(&digest, &child, Link::Child);
                    level.extend(closure.add(child));
                }
            }
        }
        Ok(closure)
    }

    /// Adds a node to the order. Returns its descriptor if it is new.
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

    /// Adds an edge from a node to one that is attached to it, or to its child.
    fn link(&mut self, from: &Digest, to: &Descriptor, link: Link) {
        let other = self.entry(to);
        match &link {
            Link::Referrer => other.subjects.push(from.clone()),
            Link::Child => other.parents.push(from.clone()),
            Link::Sibling(tag) => other.sibling_of.push((from.clone(), tag.clone())),
        }
        if let Some(node) = self.nodes.get_mut(from) {
            let list = match link {
                Link::Referrer => &mut node.referrers,
                Link::Child => &mut node.children,
                Link::Sibling(_) => &mut node.siblings,
            };
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
            siblings: Vec::new(),
            sibling_of: Vec::new(),
        })
    }

    /// Returns the sibling tags of deleted manifests that name a retained one.
    fn stale_siblings<'a>(
        &'a self,
        retained: &'a HashMap<Digest, String>,
    ) -> impl Iterator<Item = (&'a Node, &'a str)> {
        let kept = retained.keys().filter_map(|digest| self.nodes.get(digest));
        let attached = kept.flat_map(|node| node.sibling_of.iter().map(move |of| (node, of)));
        let stale = attached.filter(|(_, (of, _))| !retained.contains_key(of));
        stale.map(|(node, (_, tag))| (node, tag.as_str()))
    }

    /// Returns the retained manifests, with the reasons.
    fn retained(&self, external: &ExternalReferences) -> HashMap<Digest, String> {
        let mut retained: HashMap<Digest, String> = HashMap::new();
        // First: manifests with external references, and their referrers and children.
        let mut pending: Vec<&Digest> = Vec::new();
        for digest in self.order.iter().filter(|digest| !self.images.contains(digest)) {
            let reason = match (external.tags.get(digest), external.listed_by.get(digest)) {
                (Some(tags), _) => {
                    let tags: Vec<String> = tags.iter().map(|tag| excerpt(tag)).collect();
                    format!("tagged {}", tags.join(", "))
                }
                (None, Some(index)) => format!("listed by the index {index}"),
                (None, None) => match external.may_depend(digest, &self.nodes[digest]) {
                    Some(reason) => reason,
                    None => continue,
                },
            };
            retained.insert(digest.clone(), reason);
            pending.push(digest);
        }
        let mut dependents = pending.clone();
        while let Some(digest) = pending.pop() {
            let node = &self.nodes[digest];
            let lists = [
                (&node.referrers, "refers to"),
                (&node.siblings, "attached by a tag to"),
                (&node.children, "listed by"),
            ];
            for (list, how) in lists {
                for other in list {
                    if !retained.contains_key(other) {
                        retained.insert(other.clone(), format!("{how} {digest}, which stays"));
                        pending.push(other);
                        dependents.push(other);
                    }
                }
            }
        }
        // Then: the subjects of all of these.
        while let Some(digest) = dependents.pop() {
            for subject in &self.nodes[digest].subjects {
                if !retained.contains_key(subject) {
                    retained.insert(subject.clone(), format!("subject of {digest}, which stays"));
                    dependents.push(subject);
                    // A retained index needs its children.
                    let mut children = self.nodes[subject].children.clone();
                    while let Some(child) = children.pop() {
                        if !retained.contains_key(&child) {
                            retained
                                .insert(child.clone(), format!("listed by {subject}, which stays"));
                            children.extend(self.nodes[&child].children.iter().cloned());
                        }
                    }
                }
            }
        }
        retained
    }

    /// Returns the manifests to delete, in levels. The manifests of one level can be deleted
    /// concurrently; the level of a manifest comes after those of its referrers and parent indexes.
    fn levels(
        &self,
        retained: &HashMap<Digest, String>,
        external: &ExternalReferences,
    ) -> Vec<Vec<ManifestDeletion>> {
        let deleted = self.order.iter().filter(|digest| !retained.contains_key(digest));
        let before = |digest: &Digest| {
            let node = &self.nodes[digest];
            node.referrers.iter().chain(&node.siblings).chain(&node.parents).cloned().collect()
        };
        let mut levels = Vec::new();
        for level in in_levels(deleted, before) {
            let deletions = level.into_iter().map(|digest| {
                let node = &self.nodes[digest];
                let outside = self.subject.as_ref().filter(|_| *digest == self.root);
                let subject = outside.or(node.subjects.first());
                ManifestDeletion {
                    manifest: node.descriptor.clone(),
                    subject: subject.cloned(),
                    subject_retained: subject
                        .is_some_and(|subject| outside.is_some() || retained.contains_key(subject)),
                    tags: external.all_tags.get(digest).cloned().unwrap_or_default(),
                }
            });
            levels.push(deletions.collect());
        }
        levels
    }
}

/// References to manifests of the closure from outside: other tags, and indexes outside the
/// closure.
#[derive(Default)]
struct ExternalReferences {
    /// All tags of each manifest, including the tag that names the root.
    all_tags: HashMap<Digest, Vec<String>>,
    /// The tags of each manifest, without the tag that names the root.
    tags: HashMap<Digest, Vec<String>>,
    /// For each manifest, one index outside the closure that lists it.
    listed_by: HashMap<Digest, Digest>,
    /// Tags of which nothing is known.
    unknown_tags: Vec<String>,
    /// The manifests of the closure that the registry refuses to serve: an unknown tag may name one.
    unreadable: HashSet<Digest>,
    /// An index outside the closure that cannot be read, as a phrase for users.
    unreadable_index: Option<String>,
}

impl ExternalReferences {
    async fn collect(
        store: &dyn Store,
        name: &TagOrDigest,
        tags: Vec<String>,
        closure: &ReferrerClosure,
        max_requests: usize,
    ) -> Result<Self> {
        let mut external = Self::default();
        let mut outside: Vec<(Descriptor, Option<String>)> =
            store.list_untagged().await?.into_iter().map(|listed| (listed, None)).collect();
        let mut charge = store.memory().charge();
        let mut resolved = resolve_tags(store, tags, max_requests);
        while let Some((tag, named)) = resolved.next().await {
            let descriptor = match named {
                Ok(descriptor) => descriptor,
                // The tag was deleted after it was listed.
                Err(e) if e.code() == Code::NotFound => continue,
                Err(e) if e.is_of_one_manifest() => {
                    tracing::warn!(tag, error = %e, "the manifest of a tag cannot be read");
                    external.unknown_tags.push(tag);
                    continue;
                }
                Err(e) => return Err(e),
            };
            // The tag that names the root is deleted with it. A root that is named by digest is deleted
            // with all its tags.
            let names_root = descriptor.digest == closure.root
                && match name {
                    TagOrDigest::Tag(named) => *named == tag,
                    TagOrDigest::Digest(_) => true,
                };
            if let Some(node) = closure.nodes.get(&descriptor.digest) {
                external.all_tags.entry(descriptor.digest.clone()).or_default().push(tag.clone());
                // A sibling tag of a manifest that is deleted goes with it.
                if !names_root && !node.sibling_of.iter().any(|(_, sibling)| *sibling == tag) {
                    external.tags.entry(descriptor.digest.clone()).or_default().push(tag.clone());
                }
            }
            charge.add(descriptor.weight() + tag.weight())?;
            outside.push((descriptor, Some(tag)));
        }
        if !external.unknown_tags.is_empty() {
            external.find_unreadable(store, closure, max_requests).await?;
        }
        external.collect_indexes(store, closure, outside, max_requests).await?;
        Ok(external)
    }

    /// Finds the manifests of the closure that cannot be read by digest. A tag that cannot be read
    /// names none of the others: they would be refused too.
    async fn find_unreadable(
        &mut self,
        store: &dyn Store,
        closure: &ReferrerClosure,
        max_requests: usize,
    ) -> Result<()> {
        // The root was read.
        let others = closure.order.iter().filter(|digest| **digest != closure.root).cloned();
        let resolved = stream::iter(others.collect::<Vec<_>>()).map(|digest| async move {
            match store.resolve(&TagOrDigest::Digest(digest.clone())).await {
                Err(e) if e.code() != Code::NotFound && e.is_of_one_manifest() => Ok(Some(digest)),
                Err(e) if e.code() != Code::NotFound => Err(e),
                _ => Ok(None),
            }
        });
        let mut resolved = resolved.buffer_unordered(max_requests);
        while let Some(unreadable) = resolved.try_next().await? {
            self.unreadable.extend(unreadable);
        }
        Ok(())
    }

    /// Returns the reason to retain a manifest that something unreadable may refer to.
    fn may_depend(&self, digest: &Digest, node: &Node) -> Option<String> {
        if self.unreadable.contains(digest) {
            let tags = self.unknown_tags.join(", ");
            return Some(format!("may be tagged {tags}, which cannot be read"));
        }
        let index = self.unreadable_index.as_ref().filter(|_| !node.parents.is_empty())?;
        Some(format!("may be listed by {index}, which cannot be read"))
    }

    /// Searches the indexes outside the closure, level by level, for manifests of the closure.
    async fn collect_indexes(
        &mut self,
        store: &dyn Store,
        closure: &ReferrerClosure,
        mut level: Vec<(Descriptor, Option<String>)>,
        max_requests: usize,
    ) -> Result<()> {
        let mut seen: HashSet<Digest> = HashSet::new();
        loop {
            level.retain(|(d, _)| {
                media_type::is_index(&d.media_type)
                    && !closure.nodes.contains_key(&d.digest)
                    && seen.insert(d.digest.clone())
            });
            if level.is_empty() {
                return Ok(());
            }
            let mut read = stream::iter(std::mem::take(&mut level))
                .map(|(index, tag)| async move {
                    let listed = listed_manifest(store, &index).await?;
                    Ok::<_, Error>((index.digest, tag, listed))
                })
                .buffered(max_requests);
            while let Some((index, tag, listed)) = read.try_next().await? {
                if let ListedManifest::Unreadable(e) = &listed {
                    let named = match tag {
                        Some(tag) => format!("the index {index} with the tag {tag}"),
                        None => format!("the index {index}"),
                    };
                    tracing::warn!(error = %e, "{named} cannot be read");
                    self.unreadable_index.get_or_insert(named);
                }
                let children = listed.found();
                for child in children.iter().flat_map(|index| index.children().cloned()) {
                    if closure.nodes.contains_key(&child.digest) {
                        self.listed_by.entry(child.digest.clone()).or_insert_with(|| index.clone());
                    }
                    level.push((child, None));
                }
                check_limit(seen.len() + level.len(), store.max_entries())?;
            }
        }
    }
}
