//! Leases: they protect blobs that this handle has found or pushed and that no manifest names yet.
//!
//! While a handle has leases, it holds the lock `content` shared, so that no other handle collects
//! garbage. Its own collector skips leased blobs. `gc` explains why this is sufficient.

use std::{sync::Arc, time::Duration};

use fs4::FileExt;

use super::{
    directory::{OpenLayout, wait_for},
    inner::Inner,
    lease_table::{LeaseCount, LeaseTable},
    sync::lock,
};
use ocigraph_types::{Digest, Result};

/// Leases of some blobs. Dropping this releases them.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) layout: Arc<Inner>,
    pub(super) opened: Arc<OpenLayout>,
    digests: Vec<Digest>,
    is_upload: bool,
}

impl Lease {
    /// Keeps the leases until a manifest that names the blobs is stored, or the handle is dropped.
    pub(super) fn keep(mut self) {
        let digests = std::mem::take(&mut self.digests);
        lock(&self.layout.leases).change(&digests, LeaseCount::keep);
    }

    /// The same for blobs that came by an upload: they are removed if no manifest comes.
    pub(super) fn keep_uploaded(self) {
        lock(&self.layout.leases).add_uploaded(&self.digests);
        self.keep();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut leases = lock(&self.layout.leases);
        leases.change(&self.digests, |count| count.active -= 1);
        if self.is_upload {
            leases.end_upload();
        }
    }
}

impl Inner {
    /// Leases blobs: from here on no collector removes them. Waits for a running collector.
    pub(super) fn lease(self: &Arc<Self>, digests: Vec<Digest>) -> Result<Lease> {
        self.lease_as(digests, false)
    }

    /// Protects the staged file of an upload, whose digest is not known.
    pub(super) fn lease_upload(self: &Arc<Self>) -> Result<Lease> {
        self.lease_as(Vec::new(), true)
    }

    fn lease_as(self: &Arc<Self>, mut digests: Vec<Digest>, is_upload: bool) -> Result<Lease> {
        // A manifest can list a blob twice. It has one lease, since others can wait with the same blob.
        digests.sort_unstable();
        digests.dedup();
        let opened = self.directory.create()?;
        let add = |leases: &mut LeaseTable| {
            leases.add(&digests);
            leases.uploads += usize::from(is_upload);
        };
        if !self.lease_if_locked(&opened, add) {
            self.collect_leftovers(&opened);
            let (shared, path) = opened.content_lock()?;
            wait_for(&path, || FileExt::try_lock_shared(&shared))?;
            let mut leases = lock(&self.leases);
            if !leases.is_locked_in(&opened) {
                leases.lock = Some((shared, Arc::clone(&opened)));
            }
            add(&mut leases);
        }
        Ok(Lease { layout: Arc::clone(self), opened, digests, is_upload })
    }

    /// Adds leases without waiting if the handle holds the lock already. Returns false otherwise: also if
    /// another directory has the path of the layout now.
    fn lease_if_locked(&self, opened: &Arc<OpenLayout>, add: impl Fn(&mut LeaseTable)) -> bool {
        let mut leases = lock(&self.leases);
        let locked = leases.is_locked_in(opened);
        if locked {
            add(&mut leases);
        }
        locked
    }

    /// Releases the leases that have waited at least this long for a manifest, and collects garbage if
    /// no others are left.
    pub(super) fn expire_leases(&self, age: Duration) -> Result<()> {
        let is_last = {
            let mut leases = lock(&self.leases);
            let had_some = !leases.is_empty();
            leases.expire(age);
            had_some && leases.is_empty()
        };
        if is_last && self.directory.has_private_folder() {
            self.collect_leftovers(&self.directory.create()?);
        }
        Ok(())
    }

    /// Removes uploads that have waited at least this long for a manifest, unless something needs them now.
    pub(super) fn remove_uploaded(&self, age: Duration) -> Result<()> {
        let unneeded = lock(&self.leases).take_uploaded(age);
        if unneeded.is_empty() || !self.directory.has_private_folder() {
            return Ok(());
        }
        let opened = self.directory.create()?;
        {
            let _lock = opened.lock_index()?;
            self.note(&opened, unneeded.into_iter())?;
        }
        self.collect_leftovers(&opened);
        Ok(())
    }

    /// Returns true while this handle knows of blobs for which a manifest may come.
    pub(super) fn awaits_manifests(&self) -> bool {
        // A collector holds the lock for as long as it works.
        let leases = self.leases.try_lock();
        leases.map_or(true, |leases| !leases.is_empty() || leases.has_uploaded())
    }

    /// Releases the leases of a manifest that is stored: `lease` itself, and for each blob in it
    /// one of the leases that were kept for a manifest.
    pub(super) fn release(&self, lease: Lease) {
        {
            let mut leases = lock(&self.leases);
            leases.change(&lease.digests, |count| count.kept = count.kept.saturating_sub(1));
            leases.forget_uploaded(&lease.digests);
        }
        let opened = Arc::clone(&lease.opened);
        drop(lease);
        if lock(&self.leases).is_empty() {
            self.collect_leftovers(&opened);
        }
    }
}
