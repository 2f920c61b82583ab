//! The result of a push.

use ocigraph::PushResult;

use crate::{
    boundary::{borrow, free, read},
    callback::{ocigraph_outcome, outcome_number},
    results::{Json, ocigraph_descriptor},
    text::{ocigraph_bytes, ocigraph_str},
};

/// The result of a push: the reference, descriptor and bytes of the manifest, and its blobs.
pub struct ocigraph_push_result {
    value: PushResult,
    reference: String,
    descriptor: ocigraph_descriptor,
    blobs: Vec<ocigraph_descriptor>,
    json: Json,
}

impl From<PushResult> for ocigraph_push_result {
    fn from(value: PushResult) -> Self {
        Self {
            reference: value.reference.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            blobs: ocigraph_descriptor::list(value.blobs.iter().map(|b| &b.descriptor)),
            json: Json::default(),
            value,
        }
    }
}

/// Frees the result of a push and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_free(result: Option<Box<ocigraph_push_result>>) {
    free(result);
}

/// Returns the reference of the artifact by digest, which always names exactly this artifact.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_reference(
    result: Option<&ocigraph_push_result>,
) -> ocigraph_str {
    read(result, |r| r.reference.as_str().into())
}

/// Returns the descriptor of the manifest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_descriptor(
    result: Option<&ocigraph_push_result>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.descriptor))
}

/// Returns the bytes of the manifest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_manifest(
    result: Option<&ocigraph_push_result>,
) -> ocigraph_bytes {
    read(result, |r| r.value.manifest.as_ref().into())
}

/// Returns the number of tags that were set.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_tag_count(result: Option<&ocigraph_push_result>) -> usize {
    read(result, |r| r.value.tags.len())
}

/// Returns the tag at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_tag(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.tags.get(index).map(String::as_str).into())
}

/// Returns the number of blobs. The config does not count.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob_count(result: Option<&ocigraph_push_result>) -> usize {
    read(result, |r| r.blobs.len())
}

/// Returns the blob at `index`, in the order of the files.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.blobs.get(index))
}

/// Returns the outcome for the blob at `index`: `OCIGRAPH_OUTCOME_*`, or 0 if `index` is too large.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob_outcome(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> ocigraph_outcome {
    read(result, |r| r.value.blobs.get(index).map_or(0, |b| outcome_number(b.outcome)))
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_json(result: Option<&ocigraph_push_result>) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
