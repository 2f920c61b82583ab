//! Reads the manifests that `index.json` lists, and answers which manifests refer to a subject.
//!
//! Each manifest is read once for as long as it is listed. A missing or malformed manifest is
//! skipped with a warning, so that the rest of the layout stays usable. This module never writes.

use std::{
    borrow::Borrow,
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    cosign_save::is_saved,
    index::Index,
    index_cache::Snapshot,
    index_text,
    inner::Inner,
    json_weight::weight,
    summaries::{ListedManifests, Malformed, ManifestSummary, SummaryCache},
    sync::{in_parallel, lock},
};
use crate::{
    blocking::is_out_of_descriptors,
    store::list::{List, Problems},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, excerpt, media_type};

/// Maximum bytes of memory for all summaries of a layout: about 40,000 manifests.
const MAX_WEIGHT: u64 = 64 * 1024 * 1024;
/// Manifests that take more memory than this are parsed one at a time.
const LARGE: u64 = 1024 * 1024;

impl Inner {
    /// Returns the referrers of a manifest. If a listed manifest cannot be read, the list says so
    /// in its problems, because that manifest may be a referrer too.
    pub(super) fn referrers_of(&self, subject: &Digest) -> Result<List<Arc<Descriptor>>> {
        let snapshot = self.snapshot()?;
        let listed = self.listed(&snapshot)?;
        let mut of_subject = Problems::of_referrers(subject);
        let mut list = List::from(listed.referrers(subject, &mut of_subject));
        list.problems = of_subject.found();
        if let Some(e) = &listed.unread {
            let mut problems =
                Problems::of(format!("the list of {}", self.directory.path().display()));
            problems.add(format!("may be incomplete: {}", excerpt(e.message())));
            list.problems.extend(problems.found());
        }
        if is_saved(&snapshot.index) && self.archive()?.is_none() {
            self.add_unlisted_referrers(subject, &mut list)?;
        }
        Ok(list)
    }

    /// Returns the entries of each index of referrers that another tool keeps of a manifest.
    pub(super) fn lists_of_other_tools(&self, subject: &Digest) -> Result<Vec<Vec<Descriptor>>> {
        let snapshot = self.snapshot()?;
        if !snapshot.has_referrers_indexes() {
            return Ok(Vec::new());
        }
        Ok(self.listed(&snapshot)?.lists_of_other_tools(subject))
    }

    /// Returns the manifests without a tag: those of the index, and those that only indexes of
    /// referrers list.
    pub(super) fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        let snapshot = self.snapshot()?;
        let mut untagged = snapshot.index.list_untagged();
        if snapshot.has_referrers_indexes() {
            untagged.extend(self.listed(&snapshot)?.only_referrers(&snapshot.index));
        }
        Ok(untagged)
    }

    /// Returns all entries of the index, and what is wrong with malformed ones.
    pub(super) fn list_entries(&self) -> Result<List<Descriptor>> {
        let snapshot = self.snapshot()?;
        let file = self.directory.index_path();
        let mut problems = Problems::of(format!("the list {}", file.display()));
        for fault in index_text::faults(&snapshot.bytes) {
            problems.add(fault);
        }
        let entries = snapshot.index.entries.iter().map(|entry| Descriptor::clone(entry));
        Ok(List::with_problems(entries.collect(), problems.found()))
    }

    /// Returns the manifests between which a tag, or the layout's path alone, does not decide.
    pub(super) fn choices(&self, tag: Option<&str>) -> Result<Vec<Descriptor>> {
        let snapshot = self.snapshot()?;
        match tag {
            Some(tag) => Ok(snapshot.platforms_of(tag)),
            None => Ok(self.listed(&snapshot)?.roots(&snapshot.index)),
        }
    }

    /// Returns the listed manifests of a snapshot, and reads them on first use. TOO_LARGE if they
    /// exceed the memory limit.
    pub(super) fn listed(&self, snapshot: &Snapshot) -> Result<Arc<ListedManifests>> {
        self.check_size(self.listed_so_far(snapshot))
    }

    /// Returns the listed manifests of a snapshot, or some of them if they exceed the memory limit.
    pub(super) fn listed_so_far(&self, snapshot: &Snapshot) -> Arc<ListedManifests> {
        let mut known = lock(&snapshot.listed);
        if let Some(listed) = &*known {
            return Arc::clone(listed);
        }
        let listed = Arc::new(self.read_all(&snapshot.index));
        // What is wrong with a content stays so. Another error can be that of a call that was dropped.
        if listed.unread.as_ref().is_none_or(Error::is_of_content) {
            *known = Some(Arc::clone(&listed));
        }
        listed
    }

    /// Reads the listed manifests of an index that is not in the cache.
    pub(super) fn read_listed(&self, index: &Index) -> Result<ListedManifests> {
        self.check_size(self.read_all(index))
    }

    fn check_size<T: Borrow<ListedManifests>>(&self, listed: T) -> Result<T> {
        if !listed.borrow().too_large {
            return Ok(listed);
        }
        let limit = MAX_WEIGHT / (1024 * 1024);
        Err(Error::new(
            Code::TooLarge,
            format!(
                "the manifests that {} lists take more than {limit} MiB in memory",
                self.directory.index_path().display()
            ),
        )
        .with_hint("keep fewer manifests in one layout"))
    }

    /// Reads level by level: the children of an index are known once it has been read.
    fn read_all(&self, index: &Index) -> ListedManifests {
        let known = Arc::clone(&lock(&self.summaries));
        let pushed = lock(&self.pushed).take();
        let (mut summaries, mut digests, mut unread) = (SummaryCache::new(), HashSet::new(), None);
        let mut malformed = Vec::new();
        let (total_weight, large) = (AtomicU64::new(0), Mutex::new(()));
        let is_too_large = || total_weight.load(Ordering::Relaxed) > MAX_WEIGHT;
        let (manifests, blobs): (Vec<&Descriptor>, Vec<&Descriptor>) =
            index.entries.iter().map(Arc::as_ref).partition(|entry| entry.may_be_manifest());
        let mut others: Vec<Digest> = blobs.iter().map(|blob| blob.digest.clone()).collect();
        // Some tools list a manifest under another type. Its own type counts.
        let small = blobs.into_iter().filter(|blob| blob.size <= self.max_manifest_bytes);
        let mut level: Vec<Entry> = manifests.into_iter().chain(small).map(Entry::of).collect();
        while !level.is_empty() && !is_too_large() {
            level.retain(|e| digests.insert(e.digest.clone()));
            let read_one = |entry: &Entry| {
                match known.get(&entry.digest).or_else(|| pushed.get(&entry.digest)) {
                    Some(summary) => Ok(Arc::clone(summary)),
                    None if is_too_large() => Err(Error::new(Code::TooLarge, "not read")),
                    None => self.read_summary(entry, &large).map(Arc::new),
                }
                .inspect(|summary| {
                    total_weight.fetch_add(summary.weight, Ordering::Relaxed);
                })
            };
            let lacked = |read: &Result<_>| read.as_ref().is_err_and(is_out_of_descriptors);
            let results = in_parallel(&level, read_one, lacked);
            let mut next = Vec::new();
            for (entry, result) in level.into_iter().zip(results) {
                match result {
                    Ok(summary) => {
                        let (manifests, blobs): (Vec<&Descriptor>, _) =
                            summary.children.iter().partition(|child| child.may_be_manifest());
                        next.extend(manifests.into_iter().map(Entry::of));
                        others.extend(blobs.into_iter().map(|blob| blob.digest.clone()));
                        summaries.insert(entry.digest, summary);
                    }
                    Err(e) if !entry.may_be_manifest => {
                        tracing::debug!(error = %e, "a listed blob is not a manifest");
                    }
                    Err(e) => {
                        tracing::warn!(error = %e, "skipping a listed manifest");
                        match e.code() {
                            Code::InvalidManifest => match self.manifest_bytes(&entry.digest) {
                                Ok(bytes) => {
                                    malformed.push(Malformed::new(entry.digest, &bytes, &e));
                                }
                                Err(e) => drop(unread.get_or_insert(e)),
                            },
                            // A missing manifest refers to nothing, and so does one of Docker schema 1.
                            // Nobody here can read one whose digest has an unknown algorithm.
                            Code::NotFound | Code::Unsupported => {}
                            _ => drop(unread.get_or_insert(e)),
                        }
                    }
                }
            }
            level = next;
        }
        digests.extend(others);
        let too_large = is_too_large();
        let summaries = Arc::new(summaries);
        *lock(&self.summaries) = Arc::clone(&summaries);
        ListedManifests::new(index, summaries, digests, malformed, unread, too_large)
    }

    fn read_summary(&self, entry: &Entry, large: &Mutex<()>) -> Result<ManifestSummary> {
        let bytes = self.manifest_bytes(&entry.digest)?;
        let weight = weight(&bytes);
        if weight > MAX_WEIGHT {
            return Err(self.too_large(&entry.digest.to_string(), bytes.len() as u64));
        }
        let _guard = (weight > LARGE).then(|| lock(large));
        let media_type = &entry.media_type;
        match self.check_manifest(bytes.clone(), &entry.digest, Some(media_type)) {
            Ok(manifest) => Ok(ManifestSummary::of(&manifest)),
            // One malformed entry of an index must not hide the others.
            Err(e) if e.code() == Code::InvalidManifest && media_type::is_index(media_type) => {
                let index = index_text::parse(&bytes, |d| self.size_of(d)).map_err(|_| e)?;
                let faults = index_text::faults(&bytes);
                let size = bytes.len() as u64;
                let descriptor = Descriptor::new(media_type, entry.digest.clone(), size);
                Ok(ManifestSummary::of_index(descriptor, index, faults))
            }
            Err(e) => Err(e),
        }
    }
}

/// A manifest to read: its digest, and the media type of the entry that lists it.
struct Entry {
    digest: Digest,
    media_type: String,
    may_be_manifest: bool,
}

impl Entry {
    fn of(manifest: &Descriptor) -> Self {
        Self {
            digest: manifest.digest.clone(),
            media_type: manifest.media_type.clone(),
            may_be_manifest: manifest.may_be_manifest(),
        }
    }
}
