// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The pull result.

use ocigraph::{PullResult, PulledFile};

use crate::{
    boundary::{borrow, free, read},
    numbers::{ocigraph_outcome, outcome_number},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_pull`: a list of artifacts.
pub struct ocigraph_pull_result {
    value: Vec<PullResult>,
    parts: Vec<PullResultParts>,
    json: Json,
}

impl From<Vec<PullResult>> for ocigraph_pull_result {
    fn from(value: Vec<PullResult>) -> Self {
        Self {
            parts: value.iter().map(PullResultParts::new).collect(),
            json: Json::default(),
            value,
        }
    }
}

struct PullResultParts {
    reference: String,
    descriptor: ocigraph_descriptor,
    files: Vec<PulledFileParts>,
    skipped: Vec<ocigraph_descriptor>,
}

impl PullResultParts {
    fn new(value: &PullResult) -> Self {
        Self {
            reference: value.reference.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            files: value.files.iter().map(PulledFileParts::new).collect(),
            skipped: ocigraph_descriptor::list(&value.skipped),
        }
    }
}

struct PulledFileParts {
    descriptor: ocigraph_descriptor,
}

impl PulledFileParts {
    fn new(value: &PulledFile) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

/// Frees a pull result and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_free(result: Option<Box<ocigraph_pull_result>>) {
    free(result);
}

/// Returns the number of artifacts.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_count(result: Option<&ocigraph_pull_result>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the artifact, as a reference by digest.
///
/// `index`: the artifact, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_reference(
    result: Option<&ocigraph_pull_result>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.get(index).map(|v| v.reference.as_str()).into())
}

/// Returns the descriptor of the artifact's manifest.
///
/// `index`: the artifact, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_descriptor(
    result: Option<&ocigraph_pull_result>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.get(index).map(|p| &p.descriptor))
}

/// Returns the length of this list: the files, in the order of the manifest: that of the config if
/// the options ask for it, those of the blobs with a title and, if the pull writes all blobs, of
/// those without one.
///
/// `index`: the artifact, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_count(
    result: Option<&ocigraph_pull_result>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.files.len()))
}

/// Returns the path of the file or of the unpacked directory. Relative if the output directory is.
/// The text has the bytes of the path, which need not be UTF-8.
///
/// `artifact`: the artifact, from 0. `index`: its file, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_path(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.get(artifact).and_then(|v| v.files.get(index)).map(|v| v.path.as_path()).into()
    })
}

/// Returns the descriptor of the blob.
///
/// `artifact`: the artifact, from 0. `index`: its file, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| {
        r.parts.get(artifact).and_then(|p| p.files.get(index)).map(|p| &p.descriptor)
    })
}

/// Returns the outcome: `OCIGRAPH_OUTCOME_WRITTEN`, `OCIGRAPH_OUTCOME_UNCHANGED` or
/// `OCIGRAPH_OUTCOME_KEPT_EXISTING`.
///
/// `artifact`: the artifact, from 0. `index`: its file, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_outcome(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> ocigraph_outcome {
    read(result, |r| {
        r.value
            .get(artifact)
            .and_then(|v| v.files.get(index))
            .map_or(0, |v| outcome_number(v.outcome))
    })
}

/// Returns the number of blobs that are not written.
///
/// `index`: the artifact, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_skipped_count(
    result: Option<&ocigraph_pull_result>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.skipped.len()))
}

/// Returns the blob at `index` of this list: the blobs that are not written, since they have no
/// title. A pull with `all` writes those of them that are not foreign layers. A config without a
/// title is written only to `config_file`, and not listed here.
///
/// `artifact`: the artifact, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_skipped(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.get(artifact).and_then(|p| p.skipped.get(index)))
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_json(result: Option<&ocigraph_pull_result>) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
