//! What a pull did.

use ocigraph::PullResult;

use crate::{
    boundary::{borrow, free, read},
    callback::{ocigraph_outcome, outcome_number},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// What was pulled: one artifact, or several where an artifact type was given.
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

/// Ends the result of a pull, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_free(result: Option<Box<ocigraph_pull_result>>) {
    free(result);
}

/// How many artifacts were pulled.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_count(result: Option<&ocigraph_pull_result>) -> usize {
    read(result, |r| r.artifacts.len())
}

/// The place of one of the artifacts, by digest.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_reference(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> ocigraph_str {
    read(result, |r| r.artifacts.get(artifact).map(|a| a.reference.as_str()).into())
}

/// The manifest of one of the artifacts.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_descriptor(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.artifacts.get(artifact).map(|a| &a.descriptor))
}

/// How many files one of the artifacts has.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_count(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> usize {
    read(result, |r| r.artifacts.get(artifact).map_or(0, |a| a.files.len()))
}

/// Where one of the files of one of the artifacts is.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file_path(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.file(artifact, index).map(|f| f.path.as_str()).into())
}

/// The blob of one of the files of one of the artifacts.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_file(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.file(artifact, index).map(|f| &f.descriptor))
}

/// What became of one of the files: `OCIGRAPH_OUTCOME_*`; 0 where there is none.
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

/// How many blobs of one of the artifacts have no title, and are not written.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_skipped_count(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
) -> usize {
    read(result, |r| r.artifacts.get(artifact).map_or(0, |a| a.skipped.len()))
}

/// One of the blobs that are not written.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_skipped(
    result: Option<&ocigraph_pull_result>,
    artifact: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.artifacts.get(artifact).and_then(|a| a.skipped.get(index)))
}

/// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_pull_result_json(result: Option<&ocigraph_pull_result>) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
