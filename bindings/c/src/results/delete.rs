//! The report of a delete.

use ocigraph::DeleteReport;

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    status::{OCIGRAPH_OK, ocigraph_status},
    text::ocigraph_str,
};

/// The result of a delete: the manifests that were deleted, kept, or could not be deleted.
pub struct ocigraph_delete_report {
    value: DeleteReport,
    deleted: Vec<ocigraph_descriptor>,
    kept: Vec<ocigraph_descriptor>,
    failed: Vec<ocigraph_descriptor>,
    messages: Vec<String>,
    json: Json,
}

impl From<DeleteReport> for ocigraph_delete_report {
    fn from(value: DeleteReport) -> Self {
        Self {
            deleted: ocigraph_descriptor::list(&value.deleted),
            kept: ocigraph_descriptor::list(value.kept.iter().map(|k| &k.descriptor)),
            failed: ocigraph_descriptor::list(value.failed.iter().map(|f| &f.descriptor)),
            messages: value.failed.iter().map(|f| f.error.to_string()).collect(),
            json: Json::default(),
            value,
        }
    }
}

/// Frees the report of a delete and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_free(result: Option<Box<ocigraph_delete_report>>) {
    free(result);
}

/// Returns true for a dry run, which deleted nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_dry_run(result: Option<&ocigraph_delete_report>) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the number of manifests that were deleted, or would be deleted by a dry run.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_deleted_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.deleted.len())
}

/// Returns the deleted manifest at `index`, in the order of deletion: referrers before their
/// subjects.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_deleted(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.deleted.get(index))
}

/// Returns the number of manifests that were kept.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.kept.len())
}

/// Returns the kept manifest at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.kept.get(index))
}

/// Returns why the manifest at `index` was kept, such as "tagged stable".
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept_reason(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept.get(index).map(|k| k.reason.as_str()).into())
}

/// Returns the number of manifests that could not be deleted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.failed.len())
}

/// Returns the manifest at `index` that could not be deleted.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.failed.get(index))
}

/// Returns the status of the failure at `index`, or `OCIGRAPH_OK` if `index` is too large.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_status(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_status {
    read(result, |r| {
        r.value.failed.get(index).map_or(OCIGRAPH_OK, |f| f.error.code() as ocigraph_status)
    })
}

/// Returns the error message of the failure at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_message(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.messages.get(index).map(String::as_str).into())
}

/// Returns the complete report as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_json(
    result: Option<&ocigraph_delete_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
