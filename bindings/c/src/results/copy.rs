// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The copy report.

use ocigraph::CopyReport;

use crate::{
    boundary::{borrow, free, read},
    numbers::{
        OCIGRAPH_OUTCOME_ALREADY_EXISTS, OCIGRAPH_OUTCOME_MOUNTED, OCIGRAPH_OUTCOME_UPLOADED,
        ocigraph_outcome,
    },
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_copy`.
pub struct ocigraph_copy_report {
    value: CopyReport,
    parts: CopyReportParts,
    json: Json,
}

impl From<CopyReport> for ocigraph_copy_report {
    fn from(value: CopyReport) -> Self {
        Self { parts: CopyReportParts::new(&value), json: Json::default(), value }
    }
}

struct CopyReportParts {
    source: String,
    destination: String,
    descriptor: ocigraph_descriptor,
    missing: Vec<ocigraph_descriptor>,
}

impl CopyReportParts {
    fn new(value: &CopyReport) -> Self {
        Self {
            source: value.source.to_string(),
            destination: value.destination.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            missing: ocigraph_descriptor::list(&value.missing),
        }
    }
}

/// Frees a copy report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_free(result: Option<Box<ocigraph_copy_report>>) {
    free(result);
}

/// Returns the source, as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_source(
    result: Option<&ocigraph_copy_report>,
) -> ocigraph_str {
    read(result, |r| r.parts.source.as_str().into())
}

/// Returns the destination, as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_destination(
    result: Option<&ocigraph_copy_report>,
) -> ocigraph_str {
    read(result, |r| r.parts.destination.as_str().into())
}

/// Returns the descriptor of the manifest that the source names.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_descriptor(
    result: Option<&ocigraph_copy_report>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.parts.descriptor))
}

/// Returns the number of tags that the manifest got at the destination.
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

/// Returns the number of manifests written. Manifests that the destination had already are not
/// counted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_manifests(result: Option<&ocigraph_copy_report>) -> usize {
    read(result, |r| r.value.manifests)
}

/// Returns the number of blobs with this outcome: `OCIGRAPH_OUTCOME_UPLOADED`,
/// `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `OCIGRAPH_OUTCOME_MOUNTED`. Blobs of a manifest that the
/// destination had already are not counted, unless the copy restored them.
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

/// Returns the number of bytes of all manifests and blobs written.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_bytes(result: Option<&ocigraph_copy_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the number of referrers that the source lists and does not have.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_missing_count(
    result: Option<&ocigraph_copy_report>,
) -> usize {
    read(result, |r| r.value.missing.len())
}

/// Returns the referrer at `index` of this list: the referrers that the source lists and does not
/// have: clients can delete a referrer without its entry in the list. The copy has all others.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_missing(
    result: Option<&ocigraph_copy_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.missing.get(index))
}

/// Returns the length of this list: the tags that have the digest of a manifest, as cosign writes
/// them, and were not copied: at the destination they name other content, which the copy would
/// lose; or the destination refused to change them; or the source has lost their manifests. Each
/// names something that the destination lacks.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_kept_tag_count(
    result: Option<&ocigraph_copy_report>,
) -> usize {
    read(result, |r| r.value.kept_tags.len())
}

/// Returns the tag.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_kept_tag_tag(
    result: Option<&ocigraph_copy_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept_tags.get(index).map(|v| v.tag.as_str()).into())
}

/// Returns the reason as a phrase for users.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_kept_tag_reason(
    result: Option<&ocigraph_copy_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept_tags.get(index).map(|v| v.reason.as_str()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_json(result: Option<&ocigraph_copy_report>) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
