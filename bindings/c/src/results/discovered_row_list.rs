// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The discovered row list.

use ocigraph::DiscoveredRow;

use crate::{
    boundary::{borrow, free, read},
    numbers::edge_kind_number,
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// A batch of `ocigraph_discover_each_rows_next`: at least one row.
///
/// A row of `ocigraph_client_discover_each`: an edge to a manifest, and what the manifest is; or
/// something that could not be read.
pub struct ocigraph_discovered_row_list {
    value: Vec<DiscoveredRow>,
    parts: Vec<DiscoveredRowParts>,
    json: Json,
}

impl From<Vec<DiscoveredRow>> for ocigraph_discovered_row_list {
    fn from(value: Vec<DiscoveredRow>) -> Self {
        Self {
            parts: value.iter().map(DiscoveredRowParts::new).collect(),
            json: Json::default(),
            value,
        }
    }
}

struct DiscoveredRowParts {
    descriptor: Option<ocigraph_descriptor>,
}

impl DiscoveredRowParts {
    fn new(value: &DiscoveredRow) -> Self {
        Self { descriptor: value.descriptor.clone().map(ocigraph_descriptor::new) }
    }
}

/// Frees a discovered row list and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_free(
    result: Option<Box<ocigraph_discovered_row_list>>,
) {
    free(result);
}

/// Returns the number of rows.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_count(
    result: Option<&ocigraph_discovered_row_list>,
) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the digest of the manifest that the other is attached to. not set for a problem of the
/// whole repository. No text if it has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_parent(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.parent.as_ref().map(|d| d.as_str())).into())
}

/// Returns the number of edges from the subject of the discovery to the manifest: 1 for what is
/// directly attached. 0 for a problem.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_depth(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.depth))
}

/// Returns the kind of the edge. not set for a problem. The number is one of
/// `OCIGRAPH_EDGE_KIND_*`, or 0 if it has none.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_edge(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.get(index).and_then(|v| v.edge).map_or(0, edge_kind_number))
}

/// Returns the manifest that the edge leads to. not set for a problem. NULL if there is none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_descriptor(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.get(index).and_then(|p| p.descriptor.as_ref()))
}

/// Returns the tag of a tag's edge. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_tag(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.tag.as_deref()).into())
}

/// Returns the what the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no
/// known convention. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_label(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.label.as_deref()).into())
}

/// Returns the number of kinds of the manifest.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_kind_count(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.kinds.len()))
}

/// Returns the kind at `index` of this list: the kinds of the manifest: `signature`, `attestation`,
/// `provenance`, `sbom`, `scan-result`, `vex`, `chart`. Empty if it follows no known convention.
///
/// `row`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_kind(
    result: Option<&ocigraph_discovered_row_list>,
    row: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(row).and_then(|v| v.kinds.get(index)).map(String::as_str).into())
}

/// Returns the number of predicate types of in-toto statements.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_predicate_type_count(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.predicate_types.len()))
}

/// Returns the type at `index` of this list: the predicate types of in-toto statements, as far as
/// they are known without reading content.
///
/// `row`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_predicate_type(
    result: Option<&ocigraph_discovered_row_list>,
    row: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.get(row).and_then(|v| v.predicate_types.get(index)).map(String::as_str).into()
    })
}

/// Returns the part of a list that cannot be read, or the tag whose manifest cannot be read. Edges
/// below `parent` can be missing, unless it is a warning. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_problem(
    result: Option<&ocigraph_discovered_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.problem.as_deref()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_discovered_row_list_json(
    result: Option<&ocigraph_discovered_row_list>,
) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
