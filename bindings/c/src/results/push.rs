// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The push result.

use ocigraph::{PushResult, PushedBlob};

use crate::{
    boundary::{borrow, free, read},
    numbers::{ocigraph_outcome, outcome_number},
    results::{Json, ocigraph_descriptor},
    text::{ocigraph_bytes, ocigraph_str},
};

/// The result of a push or an attach.
pub struct ocigraph_push_result {
    value: PushResult,
    parts: PushResultParts,
    json: Json,
}

impl From<PushResult> for ocigraph_push_result {
    fn from(value: PushResult) -> Self {
        Self { parts: PushResultParts::new(&value), json: Json::default(), value }
    }
}

struct PushResultParts {
    reference: String,
    descriptor: ocigraph_descriptor,
    blobs: Vec<PushedBlobParts>,
}

impl PushResultParts {
    fn new(value: &PushResult) -> Self {
        Self {
            reference: value.reference.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            blobs: value.blobs.iter().map(PushedBlobParts::new).collect(),
        }
    }
}

struct PushedBlobParts {
    descriptor: ocigraph_descriptor,
}

impl PushedBlobParts {
    fn new(value: &PushedBlob) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

/// Frees a push result and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_free(result: Option<Box<ocigraph_push_result>>) {
    free(result);
}

/// Returns the artifact, as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_reference(
    result: Option<&ocigraph_push_result>,
) -> ocigraph_str {
    read(result, |r| r.parts.reference.as_str().into())
}

/// Returns the descriptor of the artifact's manifest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_descriptor(
    result: Option<&ocigraph_push_result>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.parts.descriptor))
}

/// Returns the number of tags that the manifest got.
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

/// Returns the length of this list: the blobs, without the config, in the order of the files.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob_count(result: Option<&ocigraph_push_result>) -> usize {
    read(result, |r| r.value.blobs.len())
}

/// Returns the descriptor of the blob.
///
/// `index`: the blob, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.blobs.get(index).map(|p| &p.descriptor))
}

/// Returns the outcome: `OCIGRAPH_OUTCOME_UPLOADED`, `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or
/// `OCIGRAPH_OUTCOME_MOUNTED`.
///
/// `index`: the blob, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob_outcome(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> ocigraph_outcome {
    read(result, |r| r.value.blobs.get(index).map_or(0, |v| outcome_number(v.outcome)))
}

/// Returns the bytes of the manifest, as they were pushed.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_manifest(
    result: Option<&ocigraph_push_result>,
) -> ocigraph_bytes {
    read(result, |r| r.value.manifest.as_ref().into())
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
