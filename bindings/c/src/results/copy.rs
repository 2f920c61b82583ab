//! The report of a copy.

use ocigraph::CopyReport;

use crate::{
    boundary::{borrow, free, read},
    callback::{
        OCIGRAPH_OUTCOME_ALREADY_EXISTS, OCIGRAPH_OUTCOME_MOUNTED, OCIGRAPH_OUTCOME_UPLOADED,
        ocigraph_outcome,
    },
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of a copy: what was copied, and how many manifests, blobs and bytes were written.
pub struct ocigraph_copy_report {
    value: CopyReport,
    source: String,
    destination: String,
    descriptor: ocigraph_descriptor,
    json: Json,
}

impl From<CopyReport> for ocigraph_copy_report {
    fn from(value: CopyReport) -> Self {
        Self {
            source: value.source.to_string(),
            destination: value.destination.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            json: Json::default(),
            value,
        }
    }
}

/// Frees the report of a copy and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_free(result: Option<Box<ocigraph_copy_report>>) {
    free(result);
}

/// Returns the source as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_source(
    result: Option<&ocigraph_copy_report>,
) -> ocigraph_str {
    read(result, |r| r.source.as_str().into())
}

/// Returns the destination as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_destination(
    result: Option<&ocigraph_copy_report>,
) -> ocigraph_str {
    read(result, |r| r.destination.as_str().into())
}

/// Returns the descriptor of the manifest that the source names.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_descriptor(
    result: Option<&ocigraph_copy_report>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.descriptor))
}

/// Returns the number of tags that were set at the destination.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_tag_count(result: Option<&ocigraph_copy_report>) -> usize {
    read(result, |r| r.value.tags.len())
}

/// Returns the tag at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_tag(
    result: Option<&ocigraph_copy_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.tags.get(index).map(String::as_str).into())
}

/// Returns the number of manifests written. Manifests that already existed do not count.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_manifests(result: Option<&ocigraph_copy_report>) -> usize {
    read(result, |r| r.value.manifests)
}

/// Returns the number of blobs with this outcome: `OCIGRAPH_OUTCOME_UPLOADED`,
/// `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `OCIGRAPH_OUTCOME_MOUNTED`. Blobs of manifests that already
/// existed do not count.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_blobs(
    result: Option<&ocigraph_copy_report>,
    outcome: ocigraph_outcome,
) -> usize {
    read(result, |r| match outcome {
        OCIGRAPH_OUTCOME_UPLOADED => r.value.blobs.copied,
        OCIGRAPH_OUTCOME_ALREADY_EXISTS => r.value.blobs.existed,
        OCIGRAPH_OUTCOME_MOUNTED => r.value.blobs.mounted,
        _ => 0,
    })
}

/// Returns the number of bytes written, of manifests and blobs.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_bytes(result: Option<&ocigraph_copy_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the complete report as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_json(result: Option<&ocigraph_copy_report>) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
