// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The sync summary.

use ocigraph::SyncSummary;

use crate::{
    boundary::{free, read},
    results::Json,
    text::ocigraph_str,
};

/// The summary of the rows of `ocigraph_client_sync`, with those of an earlier one that the
/// checkpoint has.
pub struct ocigraph_sync_summary {
    value: SyncSummary,
    json: Json,
}

impl From<SyncSummary> for ocigraph_sync_summary {
    fn from(value: SyncSummary) -> Self {
        Self { json: Json::default(), value }
    }
}

/// Frees a sync summary and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_free(result: Option<Box<ocigraph_sync_summary>>) {
    free(result);
}

/// Returns the number of rows that an earlier sync with the same checkpoint has completed.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_resumed(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.resumed)
}

/// Returns the number of rows with the outcome `copied`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_copied(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.copied)
}

/// Returns the number of rows with the outcome `existed`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_existed(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.existed)
}

/// Returns the number of rows with the outcome `would-copy`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_would_copy(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.would_copy)
}

/// Returns the number of rows with the outcome `missing`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_missing(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.missing)
}

/// Returns the number of rows with the outcome `refused`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_refused(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.refused)
}

/// Returns the number of rows with the outcome `changed`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_changed(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.changed)
}

/// Returns the number of rows with the outcome `unknown`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_unknown(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.unknown)
}

/// Returns the number of rows with the outcome `removed`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_removed(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.removed)
}

/// Returns the number of rows with the outcome `would-remove`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_would_remove(
    result: Option<&ocigraph_sync_summary>,
) -> u64 {
    read(result, |r| r.value.would_remove)
}

/// Returns the number of manifests written.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_manifests(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.manifests)
}

/// Returns the number of blobs sent or mounted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_blobs(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.blobs)
}

/// Returns the number of bytes of all manifests and blobs written.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_bytes(result: Option<&ocigraph_sync_summary>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_summary_json(
    result: Option<&ocigraph_sync_summary>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
