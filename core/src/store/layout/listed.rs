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
    index::Index,
    index_cache::Snapshot,
    inner::Inner,
    json_weight::weight,
    summaries::{ListedManifests, ManifestSummary, SummaryCache},
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
    pub(super) fn referrers_of(&self, subject: &Digest) -> Result<List<Descriptor>> {
        let snapshot = self.snapshot()?;
        let listed = self.listed(&snapshot)?;
        let mut list = List::from(listed.referrers(subject));
        if let Some(e) = &listed.unread {
            let mut problems =
                Problems::of(format!("the list of {}", self.directory.path().display()));
            problems.add(format!("may be incomplete: {}", excerpt(e.message())));
            list.problems = problems.found();
        }
        Ok(list)
    }

    /// Returns the listed manifests of a snapshot, and reads them on first use. TOO_LARGE if they
    /// exceed the memory limit.
    pub(super) fn listed<'a>(&self, snapshot: &'a Snapshot) -> Result<&'a ListedManifests> {
        self.check_size(snapshot.listed.get_or_init(|| self.read_all(&snapshot.index)))
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
        let (mut summaries, mut digests, mut unread) = (SummaryCache::new(), HashSet::new(), None);
        let (total_weight, large) = (AtomicU64::new(0), Mutex::new(()));
        let is_too_large = || total_weight.load(Ordering::Relaxed) > MAX_WEIGHT;
        let mut level: Vec<Entry> = index.entries.iter().map(Entry::of).collect();
        while !level.is_empty() && !is_too_large() {
            level.retain(|e| digests.insert(e.digest.clone()) && e.may_be_manifest());
            let read_one = |entry: &Entry| {
                match known.get(&entry.digest) {
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
                        next.extend(summary.children.iter().map(Entry::of));
                        summaries.insert(entry.digest, summary);
                    }
                    Err(e) => {
                        tracing::warn!(error = %e, "skipping a listed manifest");
                        // A missing or malformed manifest refers to nothing.
                        if !matches!(e.code(), Code::NotFound | Code::InvalidManifest) {
                            unread.get_or_insert(e);
                        }
                    }
                }
            }
            level = next;
        }
        let too_large = is_too_large();
        let summaries = Arc::new(summaries);
        *lock(&self.summaries) = Arc::clone(&summaries);
        ListedManifests::new(index, summaries, digests, unread, too_large)
    }

    fn read_summary(&self, entry: &Entry, large: &Mutex<()>) -> Result<ManifestSummary> {
        let bytes = self.manifest_bytes(&entry.digest)?;
        let weight = weight(&bytes);
        if weight > MAX_WEIGHT {
            return Err(self.too_large(&entry.digest.to_string(), bytes.len() as u64));
        }
        let _guard = (weight > LARGE).then(|| lock(large));
        let manifest = self.check_manifest(bytes, &entry.digest, Some(&entry.media_type))?;
        Ok(ManifestSummary::of(&manifest))
    }
}

/// A manifest to read: its digest, and the media type of the entry that lists it.
struct Entry {
    digest: Digest,
    media_type: String,
}

impl Entry {
    fn of(manifest: &Descriptor) -> Self {
        Self { digest: manifest.digest.clone(), media_type: manifest.media_type.clone() }
    }

    /// Returns false for a plain blob: some tools list blobs too. An entry without a media type may
    /// be a manifest.
    fn may_be_manifest(&self) -> bool {
        self.media_type.is_empty() || media_type::is_manifest(&self.media_type)
    }
}
