//! A repository that is synchronised: its tags, and what its images share.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    mapping::{Place, Stores},
    row::{SyncOutcome, SyncRow},
};
use crate::{
    operation::{
        attached::sibling_tags::SiblingTags,
        copy::{SharedBlobs, SharedLimits},
        full_names::several,
        selection::{Filter, TagSelection, latest},
    },
    store::{ReadStore, Store},
};
use ocigraph_types::{
    Code, Digest, ListProblem, Location, Reference, Result, SiblingTag, TagOrDigest,
};

/// Blobs of which a repository remembers that they were copied.
const MAX_BLOBS: usize = 1 << 16;

/// What is copied of a repository.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) location: Location,
    pub(super) tags: TagSelection,
    pub(super) place: Place,
    /// A source names the repository, so its pattern is expected to match a tag.
    pub(super) is_named: bool,
}

impl Work {
    /// The repository as `host/repository`, or the layout as `oci:PATH`.
    pub(super) fn source(&self) -> String {
        Reference::new(self.location.clone()).to_string()
    }

    /// Refuses a layout of several repositories: its names are not tags of one repository.
    fn check_names(&self, names: &[String]) -> Result<()> {
        let is_registry = matches!(self.place.reference.location(), Location::Registry { .. });
        match (&self.location, names.iter().find(|name| name.contains('/'))) {
            (Location::Layout(_), Some(name)) if is_registry => Err(several(name)),
            _ => Ok(()),
        }
    }

    /// The repository with the tags that are selected.
    pub(super) fn name(&self) -> String {
        format!("{}{}", self.source(), self.tags)
    }
}

/// A repository of which the tags are known.
pub(super) struct Repository {
    pub(super) work: Work,
    /// The name in the checkpoint.
    pub(super) name: String,
    pub(super) from: Arc<dyn ReadStore>,
    pub(super) to: Arc<dyn Store>,
    pub(super) siblings: SiblingTags,
    /// The tags that have the digest of a manifest, if they were listed.
    pub(super) sibling_tags: Option<Vec<String>>,
    blobs: Mutex<SharedBlobs>,
    /// The images that are being copied: tags of one are copied one after another.
    copying: Mutex<HashMap<Digest, Arc<tokio::sync::Mutex<()>>>>,
    /// All tags of the source, if tags can be removed.
    listed: Option<HashSet<String>>,
    /// The manifests of which a tag has the digest and everything attached was looked at.
    subjects: Mutex<HashSet<Digest>>,
}

/// A repository, what to copy of it, and what could not be listed.
pub(super) struct Listed {
    pub(super) repository: Arc<Repository>,
    pub(super) names: Vec<TagOrDigest>,
    pub(super) problems: Vec<ListProblem>,
    /// The pattern of the source, if it matches no tag.
    pub(super) unmatched: Option<String>,
}

impl Listed {
    fn new(repository: Repository, names: Vec<TagOrDigest>) -> Self {
        let (problems, unmatched) = (Vec::new(), None);
        Self { repository: Arc::new(repository), names, problems, unmatched }
    }
}

impl Repository {
    pub(super) async fn list(
        stores: &Stores,
        work: Work,
        filter: &Filter,
        limits: &SharedLimits,
        prunes: bool,
    ) -> Result<Listed> {
        let (from, to) = work.place.open(stores, &work.location).await?;
        let requests = Arc::clone(&limits.requests);
        let name = work.name();
        let new = |siblings, sibling_tags, listed| Self {
            work: work.clone(),
            name,
            from: Arc::clone(&from),
            to,
            siblings,
            sibling_tags,
            blobs: Mutex::default(),
            copying: Mutex::default(),
            listed,
            subjects: Mutex::default(),
        };
        match &work.tags {
            TagSelection::Named(tags) => {
                let names = tags.iter().cloned().map(TagOrDigest::Tag).collect();
                let (siblings, tags) = named_siblings(&*from, limits).await;
                return Ok(Listed::new(new(siblings, tags, None), names));
            }
            TagSelection::Pinned { digest, .. } => {
                let names = vec![TagOrDigest::Digest(digest.clone())];
                let (siblings, tags) = named_siblings(&*from, limits).await;
                return Ok(Listed::new(new(siblings, tags, None), names));
            }
            TagSelection::Matching(_) | TagSelection::All => {}
        }
        let listed = {
            let _permit = limits.requests.acquire().await;
            from.tags().await?
        };
        work.check_names(&listed.entries)?;
        let siblings = SiblingTags::among(listed.entries.iter().map(String::as_str), requests);
        let is_sibling = |tag: &&String| SiblingTag::parse(tag).is_some();
        let tags = listed.entries.iter().map(String::as_str);
        let selected = tags.filter(|tag| filter.has_tag(&work.tags, tag));
        let names: Vec<TagOrDigest> = match filter.latest {
            Some(count) => latest(selected, count),
            None => selected.collect(),
        }
        .into_iter()
        .map(|tag| TagOrDigest::Tag(tag.to_owned()))
        .collect();
        let sibling_tags = listed.entries.iter().filter(is_sibling).cloned().collect();
        let can_prune = prunes && listed.problems.is_empty();
        let all = can_prune.then(|| listed.entries.iter().cloned().collect());
        let repository = new(siblings, Some(sibling_tags), all);
        let unmatched = match work.is_named && listed.problems.is_empty() {
            true => work.tags.unmatched(listed.entries.iter().map(String::as_str)),
            false => None,
        };
        let unmatched = unmatched.map(ToString::to_string);
        let listed =
            Listed { problems: listed.problems, unmatched, ..Listed::new(repository, names) };
        Ok(listed)
    }

    /// The reference of an image at the source.
    pub(super) fn source(&self, name: &TagOrDigest) -> String {
        self.named(&self.work.source(), name)
    }

    /// The reference of an image at the destination.
    pub(super) fn destination(&self, name: &TagOrDigest) -> String {
        let place = self.work.place.name();
        match self.work.place.reference.tags() {
            [] => self.named(&place, name),
            tags => format!("{place}:{}", tags.join(",")),
        }
    }

    fn named(&self, place: &str, name: &TagOrDigest) -> String {
        match name {
            TagOrDigest::Tag(tag) => format!("{place}:{tag}"),
            TagOrDigest::Digest(digest) => format!("{place}@{digest}"),
        }
    }

    /// The blobs that were copied to the destination.
    pub(super) fn blobs(&self) -> SharedBlobs {
        let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
        let count = blobs.lock().map_or(0, |blobs| blobs.len());
        if count > MAX_BLOBS {
            *blobs = SharedBlobs::default();
        }
        Arc::clone(&blobs)
    }

    /// The lock of the copies of an image.
    pub(super) fn copying(&self, digest: &Digest) -> Arc<tokio::sync::Mutex<()>> {
        let mut copying = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        copying.retain(|_, lock| Arc::strong_count(lock) > 1);
        Arc::clone(copying.entry(digest.clone()).or_default())
    }

    /// Notes that everything attached to a manifest was looked at, if a tag has its digest.
    pub(super) fn visit(&self, subject: &Digest) {
        if !self.siblings.lists(subject) {
            return;
        }
        let mut subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        subjects.insert(subject.clone());
    }

    fn has_every_tag(&self, filter: &Filter) -> bool {
        self.work.tags == TagSelection::All && filter.has_every_tag()
    }

    /// Returns the tags that have the digest of a manifest to which no selected tag leads, if all tags are
    /// selected.
    pub(super) fn other_sibling_tags(&self, filter: &Filter) -> Vec<TagOrDigest> {
        if !self.has_every_tag(filter) {
            return Vec::new();
        }
        let subjects = self.subjects.lock().unwrap_or_else(PoisonError::into_inner);
        let others = self.sibling_tags.iter().flatten().filter(|tag| {
            SiblingTag::parse(tag).is_some_and(|tag| !subjects.contains(tag.subject()))
        });
        others.cloned().map(TagOrDigest::Tag).collect()
    }

    /// Removes the tags of the destination that the source does not have, among those that are selected. If
    /// all are selected and copied, so are those that have the digest of a manifest that the source does not have.
    pub(super) async fn prune(
        &self,
        filter: &Filter,
        limits: &SharedLimits,
        dry_run: bool,
        all_are_copied: bool,
    ) -> Vec<SyncRow> {
        let Some(source) = &self.listed else { return Vec::new() };
        let place = self.work.place.name();
        let row = |tag: Option<&str>| {
            let at = tag.map_or_else(|| place.clone(), |tag| format!("{place}:{tag}"));
            SyncRow::new(self.work.source(), at, SyncOutcome::Removed)
        };
        if source.is_empty() {
            let detail = "no tag was removed, since the source lists none".to_owned();
            return vec![row(None).with_detail(SyncOutcome::Unknown, detail)];
        }
        let listed = {
            let _permit = limits.requests.acquire().await;
            self.to.tags().await
        };
        let listed = match listed.and_then(|listed| listed.complete()) {
            Ok(listed) => listed,
            Err(e) if e.code() == Code::NotFound => return Vec::new(),
            Err(e) => {
                let mut row = row(None).with_error("no tag was removed", &e);
                row.outcome = SyncOutcome::Unknown;
                return vec![row];
            }
        };
        let is_surplus =
            |tag: &String| !source.contains(tag) && filter.has_tag(&self.work.tags, tag);
        let (siblings, others): (Vec<String>, Vec<String>) =
            listed.into_iter().partition(|tag| SiblingTag::parse(tag).is_some());
        let takes_siblings = all_are_copied && self.has_every_tag(filter);
        let siblings = siblings.into_iter().filter(|tag| takes_siblings && !source.contains(tag));
        let mut surplus: Vec<String> = others.into_iter().filter(is_surplus).collect();
        for sibling in siblings {
            let Some(tag) = SiblingTag::parse(&sibling) else { continue };
            let _permit = limits.requests.acquire().await;
            // What the source does not have, none of its tags leads to.
            match self.from.has_manifest(tag.subject()).await {
                Ok(false) => surplus.push(sibling),
                Ok(true) => {}
                Err(e) => return vec![row(Some(&sibling)).with_unknown(&e)],
            }
        }
        let mut rows = Vec::new();
        for tag in surplus {
            let row = row(Some(&tag));
            // Somebody may have pushed it since the tags were listed.
            let at_source = {
                let _permit = limits.requests.acquire().await;
                self.from.resolve(&TagOrDigest::Tag(tag.clone())).await
            };
            match at_source {
                Ok(_) => continue,
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) => {
                    rows.push(row.with_unknown(&e));
                    continue;
                }
            }
            rows.push(if dry_run {
                let detail = "the source does not have it".to_owned();
                row.with_detail(SyncOutcome::WouldRemove, detail)
            } else {
                let _permit = limits.requests.acquire().await;
                match self.to.untag(&tag).await {
                    Ok(()) => row,
                    Err(e) => {
                        let mut row = row.with_error("the tag was not removed", &e);
                        if e.code() == Code::Unsupported {
                            row.outcome = SyncOutcome::Refused;
                        }
                        row
                    }
                }
            });
        }
        rows
    }
}

/// Lists the tags that have the digest of a manifest, unless that takes many requests.
async fn named_siblings(
    from: &dyn ReadStore,
    limits: &SharedLimits,
) -> (SiblingTags, Option<Vec<String>>) {
    let requests = Arc::clone(&limits.requests);
    let listed = {
        let _permit = limits.requests.acquire().await;
        from.sibling_tags(MAX_REQUESTS).await
    };
    match listed.map(|listed| listed.map(|listed| listed.complete())) {
        Ok(Some(Ok(tags))) => {
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            (SiblingTags::among(tags.iter().map(String::as_str), requests), Some(tags))
        }
        // Each is asked for.
        _ => (SiblingTags::new(requests), None),
    }
}

/// Maximum requests for the list of tags of a repository of which some are named.
const MAX_REQUESTS: usize = 8;
