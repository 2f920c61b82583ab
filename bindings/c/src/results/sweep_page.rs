// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The sweep page.

use ocigraph::SweepPage;

use crate::{
    boundary::{free, read},
    numbers::sweep_status_number,
    results::Json,
    text::ocigraph_str,
};

/// Some rows of a sweep.
pub struct ocigraph_sweep_page {
    value: SweepPage,
    json: Json,
}

impl From<SweepPage> for ocigraph_sweep_page {
    fn from(value: SweepPage) -> Self {
        Self { json: Json::default(), value }
    }
}

/// Frees a sweep page and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_free(result: Option<Box<ocigraph_sweep_page>>) {
    free(result);
}

/// Returns the length of this list: the next rows. Empty only if the sweep is over.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_count(result: Option<&ocigraph_sweep_page>) -> usize {
    read(result, |r| r.value.rows.len())
}

/// Returns the registry, as `host[:port]`, or the path of the image layout after `oci:`.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_registry(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).map(|v| v.registry.as_str()).into())
}

/// Returns the repository. Empty for an image layout, and for a registry whose repositories cannot
/// be listed.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_repository(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).map(|v| v.repository.as_str()).into())
}

/// Returns the tag of the image. not set if it was found or named without one. No text if it is
/// unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_tag(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.tag.as_deref()).into())
}

/// Returns the digest of the image. not set if it is not known. No text if it has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_image(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.rows.get(index).and_then(|v| v.image.as_ref().map(|d| d.as_str())).into()
    })
}

/// Returns the digest of the manifest that this one is attached to. not set for an image. No text
/// if it has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_subject(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.rows.get(index).and_then(|v| v.subject.as_ref().map(|d| d.as_str())).into()
    })
}

/// Returns the digest of the manifest. not set for something that could not be read. No text if it
/// has none.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_digest(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.rows.get(index).and_then(|v| v.digest.as_ref().map(|d| d.as_str())).into()
    })
}

/// Returns the how the manifest is attached: `referrer`, `tag`, `attestation` or `child`. not set
/// for an image. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_edge(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.edge.as_deref()).into())
}

/// Returns the what the manifest is, as a phrase such as `SBoM (SPDX)`. not set if it follows no
/// known convention. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_label(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.label.as_deref()).into())
}

/// Returns the number of kinds of the manifest.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_kind_count(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> usize {
    read(result, |r| r.value.rows.get(index).map_or(0, |v| v.kinds.len()))
}

/// Returns the kind at `index` of this list: the kinds of the manifest: `signature`, `attestation`,
/// `provenance`, `sbom`, `scan-result`, `vex`, `chart`. Empty if it follows no known convention.
///
/// `row`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_kind(
    result: Option<&ocigraph_sweep_page>,
    row: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.rows.get(row).and_then(|v| v.kinds.get(index)).map(String::as_str).into()
    })
}

/// Returns the artifact type, if it is known without reading the manifest. No text if it is
/// unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_artifact_type(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.artifact_type.as_deref()).into())
}

/// Returns the number of predicate types of in-toto statements.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_predicate_type_count(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> usize {
    read(result, |r| r.value.rows.get(index).map_or(0, |v| v.predicate_types.len()))
}

/// Returns the type at `index` of this list: the predicate types of in-toto statements, as far as
/// they are known without reading content.
///
/// `row`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_predicate_type(
    result: Option<&ocigraph_sweep_page>,
    row: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value.rows.get(row).and_then(|v| v.predicate_types.get(index)).map(String::as_str).into()
    })
}

/// Returns the media type of the manifest. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_media_type(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.media_type.as_deref()).into())
}

/// Returns the size of the manifest in bytes. 0 if it is unknown.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_size(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.size).unwrap_or(0))
}

/// Returns the annotation `org.opencontainers.image.created`, if the list or index has it. No text
/// if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_created(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.created.as_deref()).into())
}

/// Returns the platform, as `os/arch[/variant]`, if an index lists the manifest with one. No text
/// if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_platform(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.platform.as_deref()).into())
}

/// Returns the number of edges from the image: 0 for the image, 1 for what is directly attached.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_depth(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> usize {
    read(result, |r| r.value.rows.get(index).map_or(0, |v| v.depth))
}

/// Returns the what is known. The number is one of `OCIGRAPH_SWEEP_STATUS_*`.
///
/// `index`: the row, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_status(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.rows.get(index).map_or(0, |v| sweep_status_number(v.status)))
}

/// Returns why it is not known, or refused. not set if it is known. No text if it is unknown.
///
/// `index`: the row, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_row_error(
    result: Option<&ocigraph_sweep_page>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.rows.get(index).and_then(|v| v.error.as_deref()).into())
}

/// Returns the what continues the sweep, until `ocigraph_client_sweep_end`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_cursor(result: Option<&ocigraph_sweep_page>) -> ocigraph_str {
    read(result, |r| r.value.cursor.as_str().into())
}

/// Returns the rows that were returned before, by the sweep that the checkpoint continues.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_resumed_rows(result: Option<&ocigraph_sweep_page>) -> u64 {
    read(result, |r| r.value.resumed_rows)
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_page_json(result: Option<&ocigraph_sweep_page>) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
