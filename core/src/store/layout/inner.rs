//! The state that all clones of a `Layout` share. The other modules add the operations on it, each
//! in an `impl` of its own.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Semaphore;

use super::{
    archive::{Archive, ArchiveCache},
    checked_links::CheckedLinks,
    directory::{LayoutDirectory, OpenLayout},
    index::Index,
    index_cache::{IndexCache, Snapshot},
    index_text,
    lease_table::LeaseTable,
    name_cache::NameCache,
    summaries::{PushedSummaries, SummaryCache},
    write_queue::WriteQueue,
};
use crate::store::limits::Limits;
use ocigraph_types::{Digest, Result};

/// Maximum concurrent calls of one handle: each takes a blocking thread.
const MAX_CALLS: usize = 32;

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) directory: LayoutDirectory,
    /// Maximum bytes of a manifest.
    pub(super) max_manifest_bytes: u64,
    /// Maximum manifests and blobs that a walk of this layout finds.
    pub(super) max_entries: usize,
    pub(super) index_cache: IndexCache,
    archive: ArchiveCache,
    pub(super) summaries: Mutex<Arc<SummaryCache>>,
    /// Those of manifests that were pushed since `summaries` was read.
    pub(super) pushed: Mutex<PushedSummaries>,
    pub(super) leases: Mutex<LeaseTable>,
    pub(super) write_queue: WriteQueue,
    /// Blobs that this handle has synced to the disk.
    pub(super) durable: Mutex<HashSet<Digest>>,
    /// What blobs that are not listed name, and blobs that are listed and are not manifests.
    pub(super) names: Mutex<NameCache>,
    /// Linked files whose content was verified.
    pub(super) checked_links: Mutex<CheckedLinks>,
    /// One permit for each concurrent call.
    pub(super) calls: Semaphore,
    /// True if indexes of referrers are manifests like others.
    leaves_referrers_indexes: AtomicBool,
}

impl Inner {
    pub(super) fn new(path: PathBuf, limits: &Limits) -> Self {
        Self::of(LayoutDirectory::new(path), limits)
    }

    pub(super) fn of(directory: LayoutDirectory, limits: &Limits) -> Self {
        Self {
            directory,
            max_manifest_bytes: limits.max_manifest_bytes as u64,
            max_entries: limits.max_entries,
            index_cache: IndexCache::default(),
            archive: ArchiveCache::default(),
            summaries: Mutex::default(),
            pushed: Mutex::default(),
            leases: Mutex::default(),
            write_queue: WriteQueue::default(),
            durable: Mutex::default(),
            names: Mutex::default(),
            checked_links: Mutex::default(),
            calls: Semaphore::new(MAX_CALLS),
            leaves_referrers_indexes: AtomicBool::new(false),
        }
    }

    /// Treats indexes of referrers like other manifests from now on.
    pub(super) fn leave_referrers_indexes(&self) {
        self.leaves_referrers_indexes.store(true, Ordering::Relaxed);
    }

    pub(super) fn leaves_referrers_indexes(&self) -> bool {
        self.leaves_referrers_indexes.load(Ordering::Relaxed)
    }

    /// Returns the archive that the layout is in, or `None` if it is a directory.
    pub(super) fn archive(&self) -> Result<Option<Arc<Archive>>> {
        self.archive.load(self.directory.path(), self.max_entries)
    }

    /// Returns the current index.
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        match self.archive()? {
            Some(archive) => archive.snapshot(),
            None => self.index_cache.load(&self.directory),
        }
    }

    /// Writes the index if it differs from `before`. The caller holds the lock of the index.
    pub(super) fn replace_index(
        &self,
        opened: &OpenLayout,
        before: &Snapshot,
        index: Index,
    ) -> Result<()> {
        self.index_cache.replace(&self.directory, opened, before, index)
    }

    /// Returns an annotation of the index itself.
    pub(super) fn annotation(&self, key: &str) -> Result<Option<String>> {
        Ok(index_text::annotation(&self.snapshot()?.bytes, key))
    }

    /// Sets an annotation of the index itself.
    pub(super) fn annotate(&self, key: &str, value: &str) -> Result<()> {
        self.directory.check_version()?;
        let opened = self.directory.create()?;
        let _lock = opened.lock_index()?;
        let before = self.snapshot()?;
        if index_text::annotation(&before.bytes, key).as_deref() == Some(value) {
            return Ok(());
        }
        // The next reader sees that the file has changed.
        opened.replace_index(&index_text::annotated(&before.bytes, key, value)?).map(drop)
    }
}
