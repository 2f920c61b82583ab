// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The sync row list.

use ocigraph::SyncRow;

use crate::{
    boundary::{free, read},
    numbers::sync_outcome_number,
    results::Json,
    text::ocigraph_str,
};

/// A batch of `ocigraph_sync_rows_next`: at least one row.
///
/// A row of `ocigraph_client_sync`: a reference, or something that could not be listed.
pub struct ocigraph_sync_row_list {
    value: Vec<SyncRow>,
    json: Json,
}

impl From<Vec<SyncRow>> for ocigraph_sync_row_list {
    fn from(value: Vec<SyncRow>) -> Self {
        Self { json: Json::default(), value }
    }
}

/// Frees a sync row list and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_free(result: Option<Box<ocigraph_sync_row_list>>) {
    free(result);
}

/// Returns the number of rows.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_count(result: Option<&ocigraph_sync_row_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the reference at the source, or the repository or registry that could not be listed.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_source(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|v| v.source.as_str()).into())
}

/// Returns the reference at the destination. Empty if it is not known.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_destination(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|v| v.destination.as_str()).into())
}

/// Returns the digest that the destination should have. For a tag that is removed, empty. not set
/// if it is not known. No text if it has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_digest(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.digest.as_ref().map(|d| d.as_str())).into())
}

/// Returns the what was done, or what is wrong. The number is one of `OCIGRAPH_SYNC_OUTCOME_*`.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_outcome(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.get(index).map_or(0, |v| sync_outcome_number(v.outcome)))
}

/// Returns the number of manifests written.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_manifests(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.manifests))
}

/// Returns the number of blobs sent or mounted.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_blobs(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.blobs))
}

/// Returns the number of bytes of all manifests and blobs written.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_bytes(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).map_or(0, |v| v.bytes))
}

/// Returns the what is wrong or would be done, as a phrase for users. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_detail(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.detail.as_deref()).into())
}

/// Returns the name of the error's code, such as `FORBIDDEN`, if there was an error. No text if it
/// is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_code(
    result: Option<&ocigraph_sync_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.code.as_deref()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sync_row_list_json(
    result: Option<&ocigraph_sync_row_list>,
) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
