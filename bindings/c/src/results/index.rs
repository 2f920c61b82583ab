// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The index result.

use ocigraph::IndexResult;

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// An index that was created or updated.
pub struct ocigraph_index_result {
    value: IndexResult,
    parts: IndexResultParts,
    json: Json,
}

impl From<IndexResult> for ocigraph_index_result {
    fn from(value: IndexResult) -> Self {
        Self { parts: IndexResultParts::new(&value), json: Json::default(), value }
    }
}

struct IndexResultParts {
    reference: String,
    descriptor: ocigraph_descriptor,
    manifests: Vec<ocigraph_descriptor>,
}

impl IndexResultParts {
    fn new(value: &IndexResult) -> Self {
        Self {
            reference: value.reference.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            manifests: ocigraph_descriptor::list(&value.manifests),
        }
    }
}

/// Frees a index result and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_free(result: Option<Box<ocigraph_index_result>>) {
    free(result);
}

/// Returns the index, as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_reference(
    result: Option<&ocigraph_index_result>,
) -> ocigraph_str {
    read(result, |r| r.parts.reference.as_str().into())
}

/// Returns the descriptor of the index.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_descriptor(
    result: Option<&ocigraph_index_result>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.parts.descriptor))
}

/// Returns the number of tags that the index got.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_tag_count(result: Option<&ocigraph_index_result>) -> usize {
    read(result, |r| r.value.tags.len())
}

/// Returns the tag at `index` of this list: the tags that the index got, or would get without
/// `dry_run`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_tag(
    result: Option<&ocigraph_index_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.tags.get(index).map(String::as_str).into())
}

/// Returns the number of entries of the index.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_manifest_count(
    result: Option<&ocigraph_index_result>,
) -> usize {
    read(result, |r| r.value.manifests.len())
}

/// Returns the entry at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_manifest(
    result: Option<&ocigraph_index_result>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.manifests.get(index))
}

/// Returns true for a dry run, which pushes nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_dry_run(result: Option<&ocigraph_index_result>) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the bytes of the index, which are a text in UTF-8.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_content(
    result: Option<&ocigraph_index_result>,
) -> ocigraph_str {
    read(result, |r| r.value.content.as_str().into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_index_result_json(
    result: Option<&ocigraph_index_result>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
