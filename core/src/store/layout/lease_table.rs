//! The table of leased blobs of one handle. `leases` changes it; `gc` reads it and never removes a
//! blob that is in it.

use std::{collections::HashMap, fs::File};

use ocigraph_types::Digest;

/// The leased blobs, and the lock that protects them from other handles.
#[derive(Debug, Default)]
pub(super) struct LeaseTable {
    /// The lock file `content`, locked shared while the table has entries.
    pub(super) lock: Option<File>,
    pub(super) blobs: HashMap<Digest, LeaseCount>,
}

/// The number of leases of one blob: two pushes by one handle can need the same blob.
#[derive(Debug, Default)]
pub(super) struct LeaseCount {
    /// Leases of running operations.
    pub(super) active: usize,
    /// Leases that wait for a manifest that names the blob.
    pub(super) kept: usize,
}

impl LeaseTable {
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
        if self.blobs.is_empty() {
            self.lock = None;
        }
    }
}
