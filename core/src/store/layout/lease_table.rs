//! The table of leased blobs of one handle. `leases` changes it; `gc` reads it and never removes a
//! blob that is in it.

use std::{
    collections::HashMap,
    fs::File,
    sync::Arc,
    time::{Duration, Instant},
};

use super::directory::OpenLayout;
use ocigraph_types::Digest;

/// The multiple of its time for which a lease can be renewed.
const MAX_RENEWALS: u32 = 4;

/// Maximum uploads that are remembered: about 16 MiB of memory. The blobs of others stay in the layout.
const MAX_UPLOADED: usize = 100_000;

/// The leased blobs, and the lock that protects them from other handles.
#[derive(Debug, Default)]
pub(super) struct LeaseTable {
    /// The lock file `content`, locked shared while the table has entries, and the handles of the layout, so
    /// that the next lease need not open them again.
    pub(super) lock: Option<(File, Arc<OpenLayout>)>,
    pub(super) blobs: HashMap<Digest, LeaseCount>,
    /// Uploads in progress: their staged files have no digest yet.
    pub(super) uploads: usize,
    /// Blobs that came by an upload, and when: without a manifest, nothing needs them.
    uploaded: HashMap<Digest, Instant>,
}

/// The number of leases of one blob: two pushes by one handle can need the same blob.
#[derive(Debug, Default)]
pub(super) struct LeaseCount {
    /// Leases of running operations.
    pub(super) active: usize,
    /// Leases that wait for a manifest that names the blob.
    pub(super) kept: usize,
    /// When the first and the last of these was added.
    kept_at: Option<(Instant, Instant)>,
}

impl LeaseCount {
    /// Makes an active lease wait for a manifest.
    pub(super) fn keep(&mut self) {
        self.active -= 1;
        self.kept += 1;
        let now = Instant::now();
        self.kept_at = Some(self.kept_at.map_or((now, now), |(first, _)| (first, now)));
    }
}

impl LeaseTable {
    /// Returns true if nothing is leased and no upload is in progress.
    pub(super) fn is_empty(&self) -> bool {
        self.blobs.is_empty() && self.uploads == 0
    }

    /// Returns true if the lock is that of this directory.
    pub(super) fn is_locked_in(&self, opened: &Arc<OpenLayout>) -> bool {
        self.lock.as_ref().is_some_and(|(_, held)| Arc::ptr_eq(held, opened))
    }

    pub(super) fn add(&mut self, digests: &[Digest]) {
        for digest in digests {
            self.blobs.entry(digest.clone()).or_default().active += 1;
        }
    }

    /// Changes the counts of some blobs, removes those that reach zero, and releases the lock when
    /// the table is empty.
    pub(super) fn change(&mut self, digests: &[Digest], change: impl Fn(&mut LeaseCount)) {
        for digest in digests {
            if let Some(count) = self.blobs.get_mut(digest) {
                change(count);
                if count.active == 0 && count.kept == 0 {
                    self.blobs.remove(digest);
                }
            }
        }
        self.unlock_if_empty();
    }

    /// Ends the lease of an upload.
    pub(super) fn end_upload(&mut self) {
        self.uploads -= 1;
        self.unlock_if_empty();
    }

    /// Releases the leases that have waited at least this long for a manifest. A client that asks for a blob
    /// again and again renews them a few times only, since others cannot collect garbage meanwhile.
    pub(super) fn expire(&mut self, age: Duration) {
        self.blobs.retain(|_, count| {
            let is_old = |(first, last): (Instant, Instant)| {
                last.elapsed() >= age || first.elapsed() >= MAX_RENEWALS * age
            };
            if count.kept_at.is_some_and(is_old) {
                count.kept = 0;
                count.kept_at = None;
            }
            count.active > 0 || count.kept > 0
        });
        self.unlock_if_empty();
    }

    /// Remembers blobs that came by an upload.
    pub(super) fn add_uploaded(&mut self, digests: &[Digest]) {
        if self.uploaded.len() < MAX_UPLOADED {
            self.uploaded.extend(digests.iter().map(|digest| (digest.clone(), Instant::now())));
        }
    }

    /// Forgets uploads that a manifest names.
    pub(super) fn forget_uploaded(&mut self, digests: &[Digest]) {
        for digest in digests {
            self.uploaded.remove(digest);
        }
    }

    /// Returns the uploads that have waited at least this long for a manifest, and that nothing leases, and
    /// forgets them.
    pub(super) fn take_uploaded(&mut self, age: Duration) -> Vec<Digest> {
        let blobs = &self.blobs;
        let is_old = |digest: &Digest, time: &mut Instant| {
            time.elapsed() >= age && !blobs.contains_key(digest)
        };
        self.uploaded.extract_if(is_old).map(|(digest, _)| digest).collect()
    }

    pub(super) fn has_uploaded(&self) -> bool {
        !self.uploaded.is_empty()
    }

    fn unlock_if_empty(&mut self) {
        if self.is_empty() {
            self.lock = None;
        }
    }
}
