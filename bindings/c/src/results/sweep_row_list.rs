// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The sweep row list.

use ocigraph::SweepRow;

use crate::{
    boundary::{free, read},
    numbers::sweep_status_number,
    results::Json,
    text::ocigraph_str,
};

/// A batch of `ocigraph_sweep_rows_next`: at least one row.
///
/// A row of `ocigraph_client_sweep`: an image, something that is attached to it, or something that
/// could not be read.
///
/// The row of an image has `depth` 0 and comes after the rows of what is attached to it. Its
/// `status` tells whether these are all.
pub struct ocigraph_sweep_row_list {
    value: Vec<SweepRow>,
    json: Json,
}

impl From<Vec<SweepRow>> for ocigraph_sweep_row_list {
    fn from(value: Vec<SweepRow>) -> Self {
        Self { json: Json::default(), value }
    }
}

/// Frees a sweep row list and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_free(result: Option<Box<ocigraph_sweep_row_list>>) {
    free(result);
}

/// Returns the number of rows.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_count(result: Option<&ocigraph_sweep_row_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the registry, as `host[:port]`, or the path of the image layout after `oci:`.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_registry(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|v| v.registry.as_str()).into())
}

/// Returns the repository. Empty for an image layout, and for a registry whose repositories cannot
/// be listed.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_repository(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|v| v.repository.as_str()).into())
}

/// Returns the tag of the image, also for what is attached: one of its tags if it has several. not
/// set if the image was found or named without one. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_tag(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.tag.as_deref()).into())
}

/// Returns the digest of the image. not set if it is not known. No text if it has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_image(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.image.as_ref().map(|d| d.as_str())).into())
}

/// Returns the digest of the manifest that this one is attached to. not set for an image. No text
/// if it has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_subject(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.subject.as_ref().map(|d| d.as_str())).into())
}

/// Returns the digest of the manifest. not set for something that could not be read. No text if it
/// has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_digest(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.digest.as_ref().map(|d| d.as_str())).into())
}

/// Returns the how the manifest is attached: `referrer`, `tag`, `attestation` or `child`. not set
/// for an image. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_edge(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.edge.as_deref()).into())
}

/// Returns the what the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no
/// known convention. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_label(
    result: Option<&ocigraph_sweep_row_list>,
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
pub extern "C" fn ocigraph_sweep_row_list_kind_count(
    result: Option<&ocigraph_sweep_row_list>,
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
pub extern "C" fn ocigraph_sweep_row_list_kind(
    result: Option<&ocigraph_sweep_row_list>,
    row: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(row).and_then(|v| v.kinds.get(index)).map(String::as_str).into())
}

/// Returns the artifact type, if it is known without reading the manifest. No text if it is
/// unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_artifact_type(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.artifact_type.as_deref()).into())
}

/// Returns the number of predicate types of in-toto statements.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_predicate_type_count(
    result: Option<&ocigraph_sweep_row_list>,
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
pub extern "C" fn ocigraph_sweep_row_list_predicate_type(
    result: Option<&ocigraph_sweep_row_list>,
    row: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.get(row).and_then(|v| v.predicate_types.get(index)).map(String::as_str).into()
    })
}

/// Returns the media type of the manifest. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_media_type(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.media_type.as_deref()).into())
}

/// Returns the size of the manifest in bytes. 0 if it is unknown.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_size(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).and_then(|v| v.size).unwrap_or(0))
}

/// Returns the annotation `org.opencontainers.image.created`, if the list or index has it. No text
/// if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_created(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.created.as_deref()).into())
}

/// Returns the platform, as `os/arch[/variant]`, if an index lists the manifest with one. No text
/// if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_platform(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.platform.as_deref()).into())
}

/// Returns the number of edges from the image: 0 for the image, 1 for what is directly attached.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_depth(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> usize {
    read(result, |r| r.value.get(index).map_or(0, |v| v.depth))
}

/// Returns the what is known. The number is one of `OCIGRAPH_SWEEP_STATUS_*`.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_status(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.get(index).map_or(0, |v| sweep_status_number(v.status)))
}

/// Returns why it is not known, or refused. not set if it is known. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_error(
    result: Option<&ocigraph_sweep_row_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).and_then(|v| v.error.as_deref()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_row_list_json(
    result: Option<&ocigraph_sweep_row_list>,
) -> ocigraph_str {
    read(result, |r| r.json.of(r.value.as_slice()))
}
