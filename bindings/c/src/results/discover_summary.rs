// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The discover summary.

use ocigraph::DiscoverSummary;

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The totals of `ocigraph_client_discover_each`.
pub struct ocigraph_discover_summary {
    value: DiscoverSummary,
    parts: DiscoverSummaryParts,
    json: Json,
}

impl From<DiscoverSummary> for ocigraph_discover_summary {
    fn from(value: DiscoverSummary) -> Self {
        Self { parts: DiscoverSummaryParts::new(&value), json: Json::default(), value }
    }
}

struct DiscoverSummaryParts {
    subject: Option<ocigraph_descriptor>,
}

impl DiscoverSummaryParts {
    fn new(value: &DiscoverSummary) -> Self {
        Self { subject: value.subject.clone().map(ocigraph_descriptor::new) }
    }
}

/// Frees a discover summary and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_summary_free(result: Option<Box<ocigraph_discover_summary>>) {
    free(result);
}

/// Returns the subject. not set until it is known. NULL if there is none.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_summary_subject(
    result: Option<&ocigraph_discover_summary>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.subject.as_ref())
}

/// Returns the number of edges.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_summary_edges(
    result: Option<&ocigraph_discover_summary>,
) -> u64 {
    read(result, |r| r.value.edges)
}

/// Returns the number of problems, without warnings.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_summary_problems(
    result: Option<&ocigraph_discover_summary>,
) -> u64 {
    read(result, |r| r.value.problems)
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discover_summary_json(
    result: Option<&ocigraph_discover_summary>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
