//! What a delete did.

use ocigraph::DeleteReport;

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    status::{OCIGRAPH_OK, ocigraph_status},
    text::ocigraph_str,
};

/// What was deleted, or would be.
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

/// Ends the report of a delete, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_free(result: Option<Box<ocigraph_delete_report>>) {
    free(result);
}

/// Whether nothing was done.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_dry_run(result: Option<&ocigraph_delete_report>) -> bool {
    read(result, |r| r.value.dry_run)
}

/// How many manifests are gone, or would be.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_deleted_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.deleted.len())
}

/// One of the manifests that are gone, in the order of deletion: referrers before their subjects.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_deleted(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.deleted.get(index))
}

/// How many manifests stay.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.kept.len())
}

/// One of the manifests that stay.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.kept.get(index))
}

/// Why it stays, as a phrase: "tagged stable".
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept_reason(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept.get(index).map(|k| k.reason.as_str()).into())
}

/// How many manifests could not be deleted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.failed.len())
}

/// One of the manifests that could not be deleted.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.failed.get(index))
}

/// What kind of failure it was; `OCIGRAPH_OK` where there is none.
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

/// Why it could not be deleted, as a sentence.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_message(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.messages.get(index).map(String::as_str).into())
}

/// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_json(
    result: Option<&ocigraph_delete_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
