// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The delete report.

use ocigraph::{DeleteFailure, DeleteReport, RetainedManifest};

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    status::{OCIGRAPH_OK, ocigraph_status},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_delete`. A dry run reports what a delete would do.
pub struct ocigraph_delete_report {
    value: DeleteReport,
    parts: DeleteReportParts,
    json: Json,
}

impl From<DeleteReport> for ocigraph_delete_report {
    fn from(value: DeleteReport) -> Self {
        Self { parts: DeleteReportParts::new(&value), json: Json::default(), value }
    }
}

struct DeleteReportParts {
    deleted: Vec<ocigraph_descriptor>,
    kept: Vec<RetainedManifestParts>,
    failed: Vec<DeleteFailureParts>,
}

impl DeleteReportParts {
    fn new(value: &DeleteReport) -> Self {
        Self {
            deleted: ocigraph_descriptor::list(&value.deleted),
            kept: value.kept.iter().map(RetainedManifestParts::new).collect(),
            failed: value.failed.iter().map(DeleteFailureParts::new).collect(),
        }
    }
}

struct RetainedManifestParts {
    descriptor: ocigraph_descriptor,
}

impl RetainedManifestParts {
    fn new(value: &RetainedManifest) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

struct DeleteFailureParts {
    descriptor: ocigraph_descriptor,
    error: String,
}

impl DeleteFailureParts {
    fn new(value: &DeleteFailure) -> Self {
        Self {
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            error: value.error.to_string(),
        }
    }
}

/// Frees a delete report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_free(result: Option<Box<ocigraph_delete_report>>) {
    free(result);
}

/// Returns true for a dry run, which deletes nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_dry_run(result: Option<&ocigraph_delete_report>) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the number of deleted manifests.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_deleted_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.value.deleted.len())
}

/// Returns the manifest at `index` of this list: the deleted manifests, in the order of deletion:
/// referrers before their subjects.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_deleted(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.deleted.get(index))
}

/// Returns the length of this list: the retained manifests, each with the reason.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.value.kept.len())
}

/// Returns the descriptor of the manifest.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.kept.get(index).map(|p| &p.descriptor))
}

/// Returns the reason as a phrase for users, for example `tagged stable`.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_kept_reason(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept.get(index).map(|v| v.reason.as_str()).into())
}

/// Returns the length of this list: the manifests that could not be deleted, each with the error.
/// After a failure, the manifests that would be deleted later are not deleted either, and are not
/// reported.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_count(
    result: Option<&ocigraph_delete_report>,
) -> usize {
    read(result, |r| r.value.failed.len())
}

/// Returns the descriptor of the manifest.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.failed.get(index).map(|p| &p.descriptor))
}

/// Returns the status of the error of the store. `OCIGRAPH_OK` if the index is too large.
///
/// `index`: the manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_status(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_status {
    read(result, |r| {
        r.value.failed.get(index).map_or(OCIGRAPH_OK, |v| v.error.code() as ocigraph_status)
    })
}

/// Returns the message of the error of the store.
///
/// `index`: the manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_delete_report_failed_message(
    result: Option<&ocigraph_delete_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.failed.get(index).map(|v| v.error.as_str()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
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
