// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The verify report.

use ocigraph::{Problem, VerifyReport};

use crate::{
    boundary::{borrow, free, read},
    numbers::problem_kind_number,
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_verify`.
pub struct ocigraph_verify_report {
    value: VerifyReport,
    parts: VerifyReportParts,
    json: Json,
}

impl From<VerifyReport> for ocigraph_verify_report {
    fn from(value: VerifyReport) -> Self {
        Self { parts: VerifyReportParts::new(&value), json: Json::default(), value }
    }
}

struct VerifyReportParts {
    problems: Vec<ProblemParts>,
    repaired: Vec<ProblemParts>,
}

impl VerifyReportParts {
    fn new(value: &VerifyReport) -> Self {
        Self {
            problems: value.problems.iter().map(ProblemParts::new).collect(),
            repaired: value.repaired.iter().map(ProblemParts::new).collect(),
        }
    }
}

struct ProblemParts {
    descriptor: ocigraph_descriptor,
}

impl ProblemParts {
    fn new(value: &Problem) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

/// Frees a verify report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_free(result: Option<Box<ocigraph_verify_report>>) {
    free(result);
}

/// Returns the number of manifests and blobs checked.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_checked(result: Option<&ocigraph_verify_report>) -> usize {
    read(result, |r| r.value.checked)
}

/// Returns the number of bytes read and digested.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_bytes(result: Option<&ocigraph_verify_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the length of this list: the problems found. Empty for an intact graph.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_count(
    result: Option<&ocigraph_verify_report>,
) -> usize {
    read(result, |r| r.value.problems.len())
}

/// Returns the descriptor of the expected content.
///
/// `index`: the problem, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.problems.get(index).map(|p| &p.descriptor))
}

/// Returns the number of digests of the manifests that lead to the content.
///
/// `index`: the problem, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_path_length(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.problems.get(index).map_or(0, |v| v.path.len()))
}

/// Returns the digest at `index` of this list: the digests of the manifests that lead to the
/// content, from the root on. Empty for the root, and for what the index of a layout lists outside
/// the graph: a damaged manifest, whose subject is unknown, so it may belong to the graph, and a
/// blob that is listed as a manifest. For an entry that cannot be read, the problem is one of the
/// root.
///
/// `problem`: the problem, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_path(
    result: Option<&ocigraph_verify_report>,
    problem: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.problems.get(problem).and_then(|v| v.path.get(index)).map(|d| d.as_str()).into()
    })
}

/// Returns the kind of damage. The number is one of `OCIGRAPH_PROBLEM_*`.
///
/// `index`: the problem, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_kind(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.problems.get(index).map_or(0, |v| problem_kind_number(v.kind)))
}

/// Returns the damage as a sentence for users.
///
/// `index`: the problem, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_problem_detail(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.problems.get(index).map(|v| v.detail.as_str()).into())
}

/// Returns the length of this list: the problems that were found and repaired. They are not among
/// `problems`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_repaired_count(
    result: Option<&ocigraph_verify_report>,
) -> usize {
    read(result, |r| r.value.repaired.len())
}

/// Returns the descriptor of the expected content.
///
/// `index`: the problem, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_repaired(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.repaired.get(index).map(|p| &p.descriptor))
}

/// Returns the number of digests of the manifests that lead to the content.
///
/// `index`: the problem, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_repaired_path_length(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.repaired.get(index).map_or(0, |v| v.path.len()))
}

/// Returns the digest at `index` of this list: the digests of the manifests that lead to the
/// content, from the root on. Empty for the root, and for what the index of a layout lists outside
/// the graph: a damaged manifest, whose subject is unknown, so it may belong to the graph, and a
/// blob that is listed as a manifest. For an entry that cannot be read, the problem is one of the
/// root.
///
/// `problem`: the problem, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_repaired_path(
    result: Option<&ocigraph_verify_report>,
    problem: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.repaired.get(problem).and_then(|v| v.path.get(index)).map(|d| d.as_str()).into()
    })
}

/// Returns the kind of damage. The number is one of `OCIGRAPH_PROBLEM_*`.
///
/// `index`: the problem, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_repaired_kind(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.repaired.get(index).map_or(0, |v| problem_kind_number(v.kind)))
}

/// Returns the damage as a sentence for users.
///
/// `index`: the problem, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_verify_report_repaired_detail(
    result: Option<&ocigraph_verify_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.repaired.get(index).map(|v| v.detail.as_str()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
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
