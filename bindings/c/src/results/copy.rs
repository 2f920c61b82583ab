//! What a copy did.

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

/// What was copied.
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

/// Ends the report of a copy, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_free(result: Option<Box<ocigraph_copy_report>>) {
    free(result);
}

/// The source, by digest.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_source(
    result: Option<&ocigraph_copy_report>,
) -> ocigraph_str {
    read(result, |r| r.source.as_str().into())
}

/// The destination, by digest.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_destination(
    result: Option<&ocigraph_copy_report>,
) -> ocigraph_str {
    read(result, |r| r.destination.as_str().into())
}

/// The manifest that was named.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_descriptor(
    result: Option<&ocigraph_copy_report>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.descriptor))
}

/// How many tags it was given there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_tag_count(result: Option<&ocigraph_copy_report>) -> usize {
    read(result, |r| r.value.tags.len())
}

/// One of the tags.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_tag(
    result: Option<&ocigraph_copy_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.tags.get(index).map(String::as_str).into())
}

/// How many manifests were written; those that were there are not counted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_manifests(result: Option<&ocigraph_copy_report>) -> usize {
    read(result, |r| r.value.manifests)
}

/// How many blobs had this outcome: `OCIGRAPH_OUTCOME_UPLOADED`, `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `*_MOUNTED`. Blobs of
/// manifests that were there are not counted.
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

/// Bytes written, of manifests and blobs.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_bytes(result: Option<&ocigraph_copy_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_copy_report_json(result: Option<&ocigraph_copy_report>) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
