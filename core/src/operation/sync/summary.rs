//! The summary of a sync.

use serde::Serialize;

use super::row::{SyncOutcome, SyncRow};

/// The summary of the rows of [`Client::sync`](crate::Client::sync), with those of an earlier one that the
/// checkpoint has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SyncSummary {
    /// Number of rows that an earlier sync with the same checkpoint has completed.
    pub resumed: u64,
    /// Number of rows with the outcome `copied`.
    pub copied: u64,
    /// Number of rows with the outcome `existed`.
    pub existed: u64,
    /// Number of rows with the outcome `would-copy`.
    pub would_copy: u64,
    /// Number of rows with the outcome `missing`.
    pub missing: u64,
    /// Number of rows with the outcome `refused`.
    pub refused: u64,
    /// Number of rows with the outcome `changed`.
    pub changed: u64,
    /// Number of rows with the outcome `unknown`.
    pub unknown: u64,
    /// Number of rows with the outcome `removed`.
    pub removed: u64,
    /// Number of rows with the outcome `would-remove`.
    pub would_remove: u64,
    /// Number of manifests written.
    pub manifests: u64,
    /// Number of blobs sent or mounted.
    pub blobs: u64,
    /// Number of bytes of all manifests and blobs written.
    pub bytes: u64,
}

impl SyncSummary {
    /// Returns true if no row says that something is missing, refused, changed or unknown.
    pub fn is_complete(&self) -> bool {
        self.missing + self.refused + self.changed + self.unknown == 0
    }

    /// Returns the number of rows with an outcome.
    pub fn count(&self, outcome: SyncOutcome) -> u64 {
        match outcome {
            SyncOutcome::Copied => self.copied,
            SyncOutcome::Existed => self.existed,
            SyncOutcome::WouldCopy => self.would_copy,
            SyncOutcome::Missing => self.missing,
            SyncOutcome::Refused => self.refused,
            SyncOutcome::Changed => self.changed,
            SyncOutcome::Unknown => self.unknown,
            SyncOutcome::Removed => self.removed,
            SyncOutcome::WouldRemove => self.would_remove,
        }
    }

    pub(super) fn add(&mut self, row: &SyncRow) {
        self.manifests += row.manifests as u64;
        self.blobs += row.blobs as u64;
        self.bytes += row.bytes;
        let count = match row.outcome {
            SyncOutcome::Copied => &mut self.copied,
            SyncOutcome::Existed => &mut self.existed,
            SyncOutcome::WouldCopy => &mut self.would_copy,
            SyncOutcome::Missing => &mut self.missing,
            SyncOutcome::Refused => &mut self.refused,
            SyncOutcome::Changed => &mut self.changed,
            SyncOutcome::Unknown => &mut self.unknown,
            SyncOutcome::Removed => &mut self.removed,
            SyncOutcome::WouldRemove => &mut self.would_remove,
        };
        *count += 1;
    }
}
