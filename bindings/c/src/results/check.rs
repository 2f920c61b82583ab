// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The check report.

use ocigraph::{CheckReport, CheckedRequirement};

use crate::{
    boundary::{borrow, free, read},
    numbers::presence_number,
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_check`.
pub struct ocigraph_check_report {
    value: CheckReport,
    parts: CheckReportParts,
    json: Json,
}

impl From<CheckReport> for ocigraph_check_report {
    fn from(value: CheckReport) -> Self {
        Self { parts: CheckReportParts::new(&value), json: Json::default(), value }
    }
}

struct CheckReportParts {
    reference: String,
    descriptor: ocigraph_descriptor,
    requirements: Vec<CheckedRequirementParts>,
}

impl CheckReportParts {
    fn new(value: &CheckReport) -> Self {
        Self {
            reference: value.reference.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            requirements: value.requirements.iter().map(CheckedRequirementParts::new).collect(),
        }
    }
}

struct CheckedRequirementParts {
    descriptor: ocigraph_descriptor,
    found: Vec<ocigraph_descriptor>,
}

impl CheckedRequirementParts {
    fn new(value: &CheckedRequirement) -> Self {
        Self {
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            found: ocigraph_descriptor::list(&value.found),
        }
    }
}

/// Frees a check report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_free(result: Option<Box<ocigraph_check_report>>) {
    free(result);
}

/// Returns the what was checked, as a reference by digest.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_reference(
    result: Option<&ocigraph_check_report>,
) -> ocigraph_str {
    read(result, |r| r.parts.reference.as_str().into())
}

/// Returns the descriptor of what was checked.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_descriptor(
    result: Option<&ocigraph_check_report>,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| Some(&r.parts.descriptor))
}

/// Returns the answer for all requirements together: missing if one of them is missing, else
/// unknown if one of them is unknown. The number is one of `OCIGRAPH_PRESENCE_*`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_presence(result: Option<&ocigraph_check_report>) -> i32 {
    read(result, |r| presence_number(r.value.presence))
}

/// Returns the length of this list: the requirements with their answers, all of one image after all
/// of another.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_count(
    result: Option<&ocigraph_check_report>,
) -> usize {
    read(result, |r| r.value.requirements.len())
}

/// Returns the requirement, such as `sbom`.
///
/// `index`: the requirement, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_requirement(
    result: Option<&ocigraph_check_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.requirements.get(index).map(|v| v.requirement.as_str()).into())
}

/// Returns the image or index that was checked. Has the platform that its index says.
///
/// `index`: the requirement, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement(
    result: Option<&ocigraph_check_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.requirements.get(index).map(|p| &p.descriptor))
}

/// Returns whether what is required is attached. The number is one of `OCIGRAPH_PRESENCE_*`.
///
/// `index`: the requirement, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_presence(
    result: Option<&ocigraph_check_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.requirements.get(index).map_or(0, |v| presence_number(v.presence)))
}

/// Returns the number of manifests that meet the requirement.
///
/// `index`: the requirement, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_found_count(
    result: Option<&ocigraph_check_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.requirements.get(index).map_or(0, |v| v.found.len()))
}

/// Returns the manifest at `index`.
///
/// `requirement`: the requirement, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_found(
    result: Option<&ocigraph_check_report>,
    requirement: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.requirements.get(requirement).and_then(|p| p.found.get(index)))
}

/// Returns the number of Phrases for users.
///
/// `index`: the requirement, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_detail_count(
    result: Option<&ocigraph_check_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.requirements.get(index).map_or(0, |v| v.details.len()))
}

/// Returns the Phrase at `index` of this list: the phrases for users: what could not be read, or
/// which images of an index lack the attachment.
///
/// `requirement`: the requirement, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_requirement_detail(
    result: Option<&ocigraph_check_report>,
    requirement: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .requirements
            .get(requirement)
            .and_then(|v| v.details.get(index))
            .map(String::as_str)
            .into()
    })
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_check_report_json(
    result: Option<&ocigraph_check_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
