//! What a verification found.

use ocigraph::{ProblemKind, VerifyReport};

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// Content that is not there.
pub const OCIGRAPH_PROBLEM_MISSING: i32 = 1;
/// Content of another size.
pub const OCIGRAPH_PROBLEM_SIZE: i32 = 2;
/// Content that hashes to another digest.
pub const OCIGRAPH_PROBLEM_DIGEST: i32 = 3;
/// Content that is no manifest, or not what its descriptor says.
pub const OCIGRAPH_PROBLEM_MALFORMED: i32 = 4;

/// What a verification found.
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

/// Ends the report of a verification, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_free(result: Option<Box<ocigraph_verify_report>>) {
    free(result);
}

/// How many manifests and blobs were looked at.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_checked(result: Option<&ocigraph_verify_report>) -> usize {
    read(result, |r| r.value.checked)
}

/// Bytes that were read and digested.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_bytes(result: Option<&ocigraph_verify_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// How many problems there are; 0 when all is well.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_count(
    result: Option<&ocigraph_verify_report>,
) -> usize {
    read(result, |r| r.problems.len())
}

/// What should be there and is not as it should be.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.problems.get(index))
}

/// What is wrong with it: `OCIGRAPH_PROBLEM_*`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_kind(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.problems.get(index).map_or(0, |p| kind(p.kind)))
}

/// The same as a sentence.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_detail(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.problems.get(index).map(|p| p.detail.as_str()).into())
}

/// How many digests lead to it from the root on; none to the root.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_path_length(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.problems.get(index).map_or(0, |p| p.path.len()))
}

/// One of the digests that lead to it, the root's first.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
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

/// All of it as one JSON text, in the shape that the command line prints, with names in snake case.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_json(
    result: Option<&ocigraph_verify_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
