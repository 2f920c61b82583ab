//! The result of a pull.

use ocigraph::PullResult;

use crate::{
    boundary::{borrow, free, read},
    callback::{ocigraph_outcome, outcome_number},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of a pull: one artifact, or several if the options set an artifact type or include
/// subjects.
pub struct ocigraph_pull_result {
    value: Vec<PullResult>,
    artifacts: Vec<Pulled>,
    json: Json,
}

struct Pulled {
    reference: String,
    descriptor: ocigraph_descriptor,
    files: Vec<File>,
    skipped: Vec<ocigraph_descriptor>,
}

struct File {
    path: String,
    descriptor: ocigraph_descriptor,
    outcome: ocigraph_outcome,
}

impl From<Vec<PullResult>> for ocigraph_pull_result {
    fn from(value: Vec<PullResult>) -> Self {
        let file = |file: &ocigraph::PulledFile| File {
            path: file.path.to_string_lossy().into_owned(),
            descriptor: ocigraph_descriptor::new(file.descriptor.clone()),
            outcome: outcome_number(file.outcome),
        };
        let artifact = |artifact: &PullResult| Pulled {
            reference: artifact.reference.to_string(),
            descriptor: ocigraph_descriptor::new(artifact.descriptor.clone()),
            files: artifact.files.iter().map(file).collect(),
            skipped: ocigraph_descriptor::list(&artifact.skipped),
        };
        Self { artifacts: value.iter().map(artifact).collect(), json: Json::default(), value }
    }
}

impl ocigraph_pull_result {
    fn file(&self, artifact: usize, index: usize) -> Option<&File> {
        self.artifacts.get(artifact)?.files.get(index)
    }
}

/// Frees the result of a pull and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_free(result: Option<Box<ocigraph_pull_result>>) {
    free(result);
}

/// Returns the number of artifacts that were pulled.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_count(result: Option<&ocigraph_pull_result>) -> usize {
    read(result, |r| r.artifacts.len())
}

/// Returns the reference by digest of an artifact.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_reference(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> ocigraph_str {
    read(result, |r| r.artifacts.get(artifact).map(|a| a.reference.as_str()).into())
}

/// Returns the descriptor of the manifest of an artifact.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_descriptor(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.artifacts.get(artifact).map(|a| &a.descriptor))
}

/// Returns the number of files of an artifact.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_count(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> usize {
    read(result, |r| r.artifacts.get(artifact).map_or(0, |a| a.files.len()))
}

/// Returns the path of the file at `index` of an artifact, including the output directory.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_path(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.file(artifact, index).map(|f| f.path.as_str()).into())
}

/// Returns the descriptor of the blob of the file at `index` of an artifact.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.file(artifact, index).map(|f| &f.descriptor))
}

/// Returns the outcome for the file at `index` of an artifact: `OCIGRAPH_OUTCOME_*`, or 0 if an
/// index is too large.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_outcome(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> ocigraph_outcome {
    read(result, |r| r.file(artifact, index).map_or(0, |f| f.outcome))
}

/// Returns the number of blobs of an artifact that were not written because they have no title.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_skipped_count(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> usize {
    read(result, |r| r.artifacts.get(artifact).map_or(0, |a| a.skipped.len()))
}

/// Returns the skipped blob at `index` of an artifact.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_skipped(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.artifacts.get(artifact).and_then(|a| a.skipped.get(index)))
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
