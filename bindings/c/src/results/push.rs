//! What a push did.

use ocigraph::PushResult;

use crate::{
    boundary::{borrow, free, read},
    callback::{ocigraph_outcome, outcome_number},
    results::{Json, ocigraph_descriptor},
    text::{ocigraph_bytes, ocigraph_str},
};

/// What was pushed.
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

/// Ends the result of a push, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_free(result: Option<Box<ocigraph_push_result>>) {
    free(result);
}

/// The place by digest: what to hand to whoever wants exactly this.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_reference(
    result: Option<&ocigraph_push_result>,
) -> ocigraph_str {
    read(result, |r| r.reference.as_str().into())
}

/// The manifest.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_descriptor(
    result: Option<&ocigraph_push_result>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.descriptor))
}

/// The manifest's bytes.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_manifest(
    result: Option<&ocigraph_push_result>,
) -> ocigraph_bytes {
    read(result, |r| r.value.manifest.as_ref().into())
}

/// How many tags it was given there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_tag_count(result: Option<&ocigraph_push_result>) -> usize {
    read(result, |r| r.value.tags.len())
}

/// One of the tags.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_tag(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.tags.get(index).map(String::as_str).into())
}

/// How many blobs, the config aside, there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob_count(result: Option<&ocigraph_push_result>) -> usize {
    read(result, |r| r.blobs.len())
}

/// One of the blobs, in the order of the files.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.blobs.get(index))
}

/// What became of one of the blobs: `OCIGRAPH_OUTCOME_*`; 0 where there is none.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_blob_outcome(
    result: Option<&ocigraph_push_result>,
    index: usize,
) -> ocigraph_outcome {
    read(result, |r| r.value.blobs.get(index).map_or(0, |b| outcome_number(b.outcome)))
}

/// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_push_result_json(result: Option<&ocigraph_push_result>) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
