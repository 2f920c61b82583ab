//! What the destination lacks of an image and of what is attached to it, by asking both sides.

use std::collections::HashSet;

use futures::{StreamExt, TryStreamExt, stream};

use super::repository::Repository;
use crate::{
    operation::{attached::layers::covers, copy::SharedLimits, read::fetch_manifest},
    store::{ReadStore, ReferrersDetail, limits::check_limit, list::List},
};
use ocigraph_types::{
    Code, Descriptor, Digest, ListProblem, Manifest, Result, TagOrDigest, media_type,
};

/// What the destination lacks.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Manifests that are attached, or that an index lists.
    pub(super) manifests: Vec<Digest>,
    /// Tags that have the digest of a manifest.
    pub(super) tags: Vec<String>,
    /// What could not be listed.
    pub(super) problems: Vec<ListProblem>,
}

impl Comparison {
    pub(super) fn is_empty(&self) -> bool {
        self.manifests.is_empty() && self.tags.is_empty()
    }

    /// What is lacking, as a phrase. The first of many are named.
    pub(super) fn phrase(&self) -> String {
        let digests = self.manifests.iter().map(ToString::to_string);
        let mut names: Vec<String> = digests.chain(self.tags.iter().cloned()).take(5).collect();
        let more = self.manifests.len() + self.tags.len() - names.len();
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        names.join(", ")
    }
}

/// How far a comparison goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// The destination has the root.
    pub(super) is_there: bool,
    /// It goes on below what the destination lacks, without asking the destination there.
    pub(super) follows_lacking: bool,
}

/// A manifest to look below.
struct Node {
    digest: Digest,
    /// The destination has it.
    is_there: bool,
    /// The manifest, if it is an index that the source need not be asked for.
    manifest: Option<Manifest>,
    is_index: bool,
}

impl Node {
    fn of(manifest: &Descriptor, is_there: bool) -> Self {
        let is_index = media_type::is_index(&manifest.media_type);
        Self { digest: manifest.digest.clone(), is_there, manifest: None, is_index }
    }
}

#[derive(Default)]
struct Found {
    next: Vec<Node>,
    lacking: Comparison,
}

impl Found {
    fn add(&mut self, manifest: &Descriptor, is_there: bool) {
        if !is_there {
            self.lacking.manifests.push(manifest.digest.clone());
        }
        self.next.push(Node::of(manifest, is_there));
    }
}

/// Compares what is below and attached to a manifest. `root` is the manifest, if it was read.
pub(super) async fn compare(
    repository: &Repository,
    limits: &SharedLimits,
    descriptor: &Descriptor,
    root: Option<Manifest>,
    extent: Extent,
) -> Result<Comparison> {
    let mut result = Comparison::default();
    let mut seen = HashSet::from([descriptor.digest.clone()]);
    let is_index = media_type::is_index(&descriptor.media_type);
    let is_there = extent.is_there;
    let digest = descriptor.digest.clone();
    let mut level = vec![Node { digest, is_there, manifest: root, is_index }];
    while !level.is_empty() {
        let nodes = std::mem::take(&mut level);
        let steps = nodes.into_iter().map(|node| visit(repository, limits, node));
        let steps: Vec<_> = steps.collect();
        let mut steps = stream::iter(steps).buffer_unordered(limits.requests.max());
        while let Some(found) = steps.try_next().await? {
            let Found { next, lacking } = found;
            result.manifests.extend(lacking.manifests);
            result.tags.extend(lacking.tags);
            ListProblem::merge(&mut result.problems, lacking.problems);
            let next = next.into_iter().filter(|node| node.is_there || extent.follows_lacking);
            level.extend(next.filter(|node| seen.insert(node.digest.clone())));
            check_limit(seen.len(), repository.from.max_entries())?;
        }
    }
    Ok(result)
}

async fn visit(repository: &Repository, limits: &SharedLimits, node: Node) -> Result<Found> {
    let (referrers, siblings, children) = tokio::try_join!(
        compare_referrers(repository, limits, &node),
        compare_siblings(repository, limits, &node),
        compare_children(repository, limits, &node),
    )?;
    let mut found = referrers;
    for other in [siblings, children] {
        found.next.extend(other.next);
        found.lacking.manifests.extend(other.lacking.manifests);
        found.lacking.tags.extend(other.lacking.tags);
        found.lacking.problems.extend(other.lacking.problems);
    }
    Ok(found)
}

async fn referrers(
    store: &dyn ReadStore,
    limits: &SharedLimits,
    subject: &Digest,
) -> Result<List<Descriptor>> {
    let _permit = limits.requests.acquire().await;
    let detail = ReferrersDetail::Unchecked;
    store.referrers_in_detail(subject, None, detail, limits.requests.max()).await
}

/// The destination is asked only for subjects that have referrers at the source.
async fn compare_referrers(
    repository: &Repository,
    limits: &SharedLimits,
    node: &Node,
) -> Result<Found> {
    let subject = &node.digest;
    let (from, to) = (&*repository.from, &*repository.to);
    let mut found = Found::default();
    let mut wanted = referrers(from, limits, subject).await?;
    found.lacking.problems.append(&mut wanted.problems);
    if wanted.entries.is_empty() {
        return Ok(found);
    }
    let mut existing = match node.is_there {
        true => referrers(to, limits, subject).await?,
        false => List::default(),
    };
    found.lacking.problems.append(&mut existing.problems);
    let listed: HashSet<&Digest> = existing.entries.iter().map(|entry| &entry.digest).collect();
    // A list that clients keep can name a manifest that was deleted.
    let is_checked = {
        let _permit = limits.requests.acquire().await;
        to.has_client_kept_lists().await
    };
    let checked = wanted.entries.iter().map(|entry| {
        let is_listed = listed.contains(&entry.digest);
        async move {
            let exists = is_listed && (!is_checked || exists(to, limits, &entry.digest).await?);
            Ok::<_, ocigraph_types::Error>((entry, exists))
        }
    });
    let checked: Vec<_> = checked.collect();
    let mut checked = stream::iter(checked).buffered(limits.requests.max());
    while let Some((entry, exists)) = checked.try_next().await? {
        found.add(entry, exists);
    }
    Ok(found)
}

async fn exists(store: &dyn ReadStore, limits: &SharedLimits, digest: &Digest) -> Result<bool> {
    let _permit = limits.requests.acquire().await;
    store.has_manifest(digest).await
}

async fn compare_siblings(
    repository: &Repository,
    limits: &SharedLimits,
    node: &Node,
) -> Result<Found> {
    let mut found = Found::default();
    let subject = &node.digest;
    repository.visit(subject);
    let mut siblings = repository.siblings.resolved(&*repository.from, subject).await?;
    found.lacking.problems.append(&mut siblings.list.problems);
    for (tag, wanted) in siblings.list.entries {
        let name = TagOrDigest::Tag(tag.clone());
        let existing = {
            let _permit = limits.requests.acquire().await;
            repository.to.resolve(&name).await
        };
        let has_all = match existing {
            Ok(existing) if existing.digest == wanted.digest => true,
            Ok(existing) => {
                let _permit = limits.requests.acquire().await;
                let (existing, wanted) = (TagOrDigest::from(&existing), TagOrDigest::from(&wanted));
                let existing = fetch_manifest(&*repository.to, &existing).await?.without_guard();
                let wanted = fetch_manifest(&*repository.from, &wanted).await?.without_guard();
                covers(&existing, &wanted)
            }
            Err(e) if e.code() == Code::NotFound => false,
            Err(e) => return Err(e),
        };
        if !has_all {
            found.lacking.tags.push(tag);
        }
        found.next.push(Node::of(&wanted, has_all));
    }
    Ok(found)
}

async fn compare_children(
    repository: &Repository,
    limits: &SharedLimits,
    node: &Node,
) -> Result<Found> {
    let mut found = Found::default();
    if !node.is_index {
        return Ok(found);
    }
    let manifest = match &node.manifest {
        Some(manifest) => manifest.clone(),
        None => {
            let _permit = limits.requests.acquire().await;
            let name = TagOrDigest::Digest(node.digest.clone());
            match fetch_manifest(&*repository.from, &name).await {
                // An index can lack some of its images.
                Err(e) if e.code() == Code::NotFound && !node.is_there => return Ok(found),
                fetched => fetched?.without_guard(),
            }
        }
    };
    let children = manifest.children().cloned().map(|child| async move {
        let exists = node.is_there && exists(&*repository.to, limits, &child.digest).await?;
        Ok::<_, ocigraph_types::Error>((child, exists))
    });
    let children: Vec<_> = children.collect();
    let mut children = stream::iter(children).buffered(limits.requests.max());
    while let Some((child, exists)) = children.try_next().await? {
        found.add(&child, exists);
    }
    Ok(found)
}
