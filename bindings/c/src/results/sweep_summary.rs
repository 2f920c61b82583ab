// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The sweep summary.

use ocigraph::SweepSummary;

use crate::{
    boundary::{free, read},
    results::Json,
    text::ocigraph_str,
};

/// The totals of a sweep.
///
/// All numbers count images, and not tags: an image with several tags counts once in each
/// repository. A repository or registry that could not be read counts as one, too.
pub struct ocigraph_sweep_summary {
    value: SweepSummary,
    json: Json,
}

impl From<SweepSummary> for ocigraph_sweep_summary {
    fn from(value: SweepSummary) -> Self {
        Self { json: Json::default(), value }
    }
}

/// Frees a sweep summary and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_free(result: Option<Box<ocigraph_sweep_summary>>) {
    free(result);
}

/// Returns the images of which a row was returned, whatever is known of them.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_images(result: Option<&ocigraph_sweep_summary>) -> u64 {
    read(result, |r| r.value.images)
}

/// Returns the manifests that are attached to them, and those that indexes list.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_attached(result: Option<&ocigraph_sweep_summary>) -> u64 {
    read(result, |r| r.value.attached)
}

/// Returns the images to which nothing is attached.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_none(result: Option<&ocigraph_sweep_summary>) -> u64 {
    read(result, |r| r.value.none)
}

/// Returns the images, repositories and registries that do not exist.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_missing(result: Option<&ocigraph_sweep_summary>) -> u64 {
    read(result, |r| r.value.missing)
}

/// Returns the images, repositories and registries of which not everything could be read.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_unknown(result: Option<&ocigraph_sweep_summary>) -> u64 {
    read(result, |r| r.value.unknown)
}

/// Returns the images, repositories and registries of which the registry refuses something.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_refused(result: Option<&ocigraph_sweep_summary>) -> u64 {
    read(result, |r| r.value.refused)
}

/// Returns the rows that were returned before, by the sweep that the checkpoint continues, and that
/// stay valid. Those of what was unknown, refused or unreadable came after them, and are replaced.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_resumed_rows(
    result: Option<&ocigraph_sweep_summary>,
) -> u64 {
    read(result, |r| r.value.resumed_rows)
}

/// Returns the length of this list: the how many images have attachments of each kind: of all
/// images, by repository, and by platform. In this order, and complete after the last row.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_count(
    result: Option<&ocigraph_sweep_summary>,
) -> usize {
    read(result, |r| r.value.coverage.len())
}

/// Returns the repository, as `host/repository`, or the layout as `oci:PATH`. not set for all. No
/// text if it is unknown.
///
/// `index`: the image, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_repository(
    result: Option<&ocigraph_sweep_summary>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.coverage.get(index).and_then(|v| v.repository.as_deref()).into())
}

/// Returns the platform of the images in indexes, as `os/arch[/variant]`, or `other` for those
/// after the first 256. not set for all images. No text if it is unknown.
///
/// `index`: the image, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_platform(
    result: Option<&ocigraph_sweep_summary>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.coverage.get(index).and_then(|v| v.platform.as_deref()).into())
}

/// Returns the kind: `signature`, `attestation`, `provenance`, `sbom`, `scan-result`, `vex` or
/// `chart`.
///
/// `index`: the image, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_kind(
    result: Option<&ocigraph_sweep_summary>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.coverage.get(index).map(|v| v.kind.as_str()).into())
}

/// Returns the number of images.
///
/// `index`: the image, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_images(
    result: Option<&ocigraph_sweep_summary>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.coverage.get(index).map_or(0, |v| v.images))
}

/// Returns the images that have such an attachment.
///
/// `index`: the image, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_covered(
    result: Option<&ocigraph_sweep_summary>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.coverage.get(index).map_or(0, |v| v.covered))
}

/// Returns the images of which it is not known.
///
/// `index`: the image, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_coverage_unknown(
    result: Option<&ocigraph_sweep_summary>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.coverage.get(index).map_or(0, |v| v.unknown))
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_sweep_summary_json(
    result: Option<&ocigraph_sweep_summary>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
