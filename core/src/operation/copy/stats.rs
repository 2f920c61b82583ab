//! What a copy has written or found.

use serde::Serialize;

/// Statistics of a copy: what it has written or found.
#[derive(Debug, Default)]
pub(super) struct CopyStats {
    pub(super) manifests: usize,
    pub(super) blobs_copied: usize,
    pub(super) blobs_existing: usize,
    pub(super) blobs_mounted: usize,
    pub(super) bytes: u64,
}

/// Numbers of blobs of a copy, by outcome. Blobs of a manifest that the destination had already are
/// not counted, unless the copy restored them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct CopiedBlobs {
    /// Number of blobs sent to the destination.
    pub copied: usize,
    /// Number of blobs that the destination had already.
    pub existed: usize,
    /// Number of blobs that the registry mounted from another of its repositories.
    pub mounted: usize,
}

impl CopyStats {
    pub(super) fn blobs(&self) -> CopiedBlobs {
        CopiedBlobs {
            copied: self.blobs_copied,
            existed: self.blobs_existing,
            mounted: self.blobs_mounted,
        }
    }
}
