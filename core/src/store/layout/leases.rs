//! Leases: blobs that this handle has found or pushed, and that no manifest names yet.
//!
//! While a handle has leases it holds the lock `content` shared, and no other handle collects
//! garbage; its own collector spares what is claimed. See `garbage.rs` for why that suffices.

use std::{collections::HashMap, fs::File, sync::Arc};

use fs4::FileExt;

use super::{
    Inner,
    folder::{Opened, wait_for},
    lock,
};
use ocigraph_types::{Digest, Result};

#[derive(Debug, Default)]
pub(super) struct Leases {
    /// Held shared while anything is claimed.
    pub(super) lock: Option<File>,
    pub(super) blobs: HashMap<Digest, Count>,
}

/// How often a blob is claimed: two pushes by one handle may need the same.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// By work under way.
    busy: usize,
    /// For manifests that are still to come.
    kept: usize,
}

impl Leases {
    fn add(&mut self, digests: &[Digest]) {
        for digest in digests {
            self.blobs.entry(digest.clone()).or_default().busy += 1;
        }
    }

    fn change(&mut self, digests: &[Digest], change: impl Fn(&mut Count)) {
        for digest in digests {
            if let Some(count) = self.blobs.get_mut(digest) {
                change(count);
                if count.busy == 0 && count.kept == 0 {
                    self.blobs.remove(digest);
                }
            }
        }
        if self.blobs.is_empty() {
            self.lock = None;
        }
    }
}

/// Leases that are given back when this is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) layout: Arc<Inner>,
    pub(super) opened: Arc<Opened>,
    digests: Vec<Digest>,
}

impl Lease {
    /// They last until a manifest that names the blobs is stored, or the handle goes.
    pub(super) fn keep(mut self) {
        let digests = std::mem::take(&mut self.digests);
        lock(&self.layout.leases).change(&digests, |count| {
            count.busy -= 1;
            count.kept += 1;
        });
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        lock(&self.layout.leases).change(&self.digests, |count| count.busy -= 1);
    }
}

impl Inner {
    /// From here on these blobs are not collected.
    pub(super) fn lease(self: &Arc<Self>, digests: Vec<Digest>) -> Result<Lease> {
        let opened = self.create()?;
        if !self.claim_at_once(&digests) {
            self.collect_leftovers(&opened);
            let (shared, path) = opened.content_lock()?;
            wait_for(&path, || FileExt::try_lock_shared(&shared))?;
            let mut leases = lock(&self.leases);
            leases.lock.get_or_insert(shared);
            leases.add(&digests);
        }
        Ok(Lease { layout: Arc::clone(self), opened, digests })
    }

    /// Where the handle holds the lock already, one lease more needs no waiting.
    fn claim_at_once(&self, digests: &[Digest]) -> bool {
        let mut leases = lock(&self.leases);
        let held = leases.lock.is_some();
        if held {
            leases.add(digests);
        }
        held
    }

    /// Whether a blob that was found before is claimed already.
    pub(super) fn has_claim(&self, digest: &Digest) -> bool {
        lock(&self.leases).blobs.contains_key(digest)
    }

    /// Gives back the leases of a manifest that is stored: its own, and for each time that it
    /// names a blob, one of those that were kept for it.
    pub(super) fn settle(&self, lease: Lease) {
        lock(&self.leases).change(&lease.digests, |count| {
            count.kept = count.kept.saturating_sub(1);
        });
        let opened = Arc::clone(&lease.opened);
        drop(lease);
        if lock(&self.leases).blobs.is_empty() {
            self.collect_leftovers(&opened);
        }
    }
}
