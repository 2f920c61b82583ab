//! The report of a verification.

use ocigraph::{ProblemKind, VerifyReport};

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The content does not exist.
pub const OCIGRAPH_PROBLEM_MISSING: i32 = 1;
/// The size of the content differs from its descriptor.
pub const OCIGRAPH_PROBLEM_SIZE: i32 = 2;
/// The digest of the content differs from its descriptor.
pub const OCIGRAPH_PROBLEM_DIGEST: i32 = 3;
/// The content is not a valid manifest, or its media type differs from its descriptor.
pub const OCIGRAPH_PROBLEM_MALFORMED: i32 = 4;

/// The result of a verification: the number of checked manifests and blobs, and the problems found.
pub struct ocigraph_verify_report {
    value: VerifyReport,
    problems: Vec<ocigraph_descriptor>,
    json: Json,
}

impl From<VerifyReport> for ocigraph_verify_report {
    fn from(value: VerifyReport) -> Self {
        let problems = ocigraph_descriptor::list(value.problems.iter().map(|p| &p.descriptor));
        Self { problems, json: Json::default(), value }
    }
}

fn kind(kind: ProblemKind) -> i32 {
    match kind {
        ProblemKind::Missing => OCIGRAPH_PROBLEM_MISSING,
        ProblemKind::Size => OCIGRAPH_PROBLEM_SIZE,
        ProblemKind::Digest => OCIGRAPH_PROBLEM_DIGEST,
        ProblemKind::Malformed => OCIGRAPH_PROBLEM_MALFORMED,
        _ => 0,
    }
}

/// Frees the report of a verification and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_free(result: Option<Box<ocigraph_verify_report>>) {
    free(result);
}

/// Returns the number of manifests and blobs that were checked.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_checked(result: Option<&ocigraph_verify_report>) -> usize {
    read(result, |r| r.value.checked)
}

/// Returns the number of bytes that were read and digested.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_bytes(result: Option<&ocigraph_verify_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the number of problems; 0 if the graph is intact.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_count(
    result: Option<&ocigraph_verify_report>,
) -> usize {
    read(result, |r| r.problems.len())
}

/// Returns the expected descriptor of the content with the problem at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.problems.get(index))
}

/// Returns the kind of the problem at `index`: `OCIGRAPH_PROBLEM_*`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_kind(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.problems.get(index).map_or(0, |p| kind(p.kind)))
}

/// Returns a sentence that describes the problem at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_detail(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.problems.get(index).map(|p| p.detail.as_str()).into())
}

/// Returns the number of digests on the path from the root of the graph to the problem at `index`;
/// 0 for the root itself.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_path_length(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.problems.get(index).map_or(0, |p| p.path.len()))
}

/// Returns digest number `step` on the path to the problem at `index`, starting at the root.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_path(
    result: Option<&ocigraph_verify_report>,
    index: usize,
    step: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.problems.get(index).and_then(|p| p.path.get(step)).map(|d| d.as_str()).into()
    })
}

/// Returns the complete report as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_json(
    result: Option<&ocigraph_verify_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
