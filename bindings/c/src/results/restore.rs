// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The restore report.

use ocigraph::{ArchivedTag, RestoreReport};

use crate::{
    boundary::{borrow, free, read},
    numbers::{
        OCIGRAPH_OUTCOME_ALREADY_EXISTS, OCIGRAPH_OUTCOME_MOUNTED, OCIGRAPH_OUTCOME_UPLOADED,
        ocigraph_outcome,
    },
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_restore`. A dry run reports what would be written.
pub struct ocigraph_restore_report {
    value: RestoreReport,
    parts: RestoreReportParts,
    json: Json,
}

impl From<RestoreReport> for ocigraph_restore_report {
    fn from(value: RestoreReport) -> Self {
        Self { parts: RestoreReportParts::new(&value), json: Json::default(), value }
    }
}

struct RestoreReportParts {
    tags: Vec<ArchivedTagParts>,
    missing: Vec<ocigraph_descriptor>,
}

impl RestoreReportParts {
    fn new(value: &RestoreReport) -> Self {
        Self {
            tags: value.tags.iter().map(ArchivedTagParts::new).collect(),
            missing: ocigraph_descriptor::list(&value.missing),
        }
    }
}

struct ArchivedTagParts {
    reference: String,
    descriptor: ocigraph_descriptor,
}

impl ArchivedTagParts {
    fn new(value: &ArchivedTag) -> Self {
        Self {
            reference: value.reference.to_string(),
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
        }
    }
}

/// Frees a restore report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_free(result: Option<Box<ocigraph_restore_report>>) {
    free(result);
}

/// Returns true for a dry run, which writes nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_dry_run(
    result: Option<&ocigraph_restore_report>,
) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the length of this list: the tags that were set, repository by repository, with their
/// manifests. A manifest that was backed up by its digest has no tag.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_tag_count(
    result: Option<&ocigraph_restore_report>,
) -> usize {
    read(result, |r| r.value.tags.len())
}

/// Returns the location and the tag: that of the source for a backup, that of the destination for a
/// restore. A manifest without a tag has its digest.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_tag_reference(
    result: Option<&ocigraph_restore_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.tags.get(index).map(|v| v.reference.as_str()).into())
}

/// Returns the descriptor of the manifest.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_tag(
    result: Option<&ocigraph_restore_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.tags.get(index).map(|p| &p.descriptor))
}

/// Returns the number of manifests written. Manifests that the destination had already are not
/// counted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_manifests(
    result: Option<&ocigraph_restore_report>,
) -> usize {
    read(result, |r| r.value.manifests)
}

/// Returns the number of blobs with this outcome: `OCIGRAPH_OUTCOME_UPLOADED`,
/// `OCIGRAPH_OUTCOME_ALREADY_EXISTS` or `OCIGRAPH_OUTCOME_MOUNTED`. Blobs of a manifest that the
/// destination had already are not counted, unless the copy restored them.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_blobs(
    result: Option<&ocigraph_restore_report>,
    outcome: ocigraph_outcome,
) -> usize {
    read(result, |r| match outcome {
        OCIGRAPH_OUTCOME_UPLOADED => r.value.blobs.copied,
        OCIGRAPH_OUTCOME_ALREADY_EXISTS => r.value.blobs.existed,
        OCIGRAPH_OUTCOME_MOUNTED => r.value.blobs.mounted,
        _ => 0,
    })
}

/// Returns the number of bytes of all manifests and blobs written.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_bytes(result: Option<&ocigraph_restore_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the number of referrers that the archive lists and does not have.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_missing_count(
    result: Option<&ocigraph_restore_report>,
) -> usize {
    read(result, |r| r.value.missing.len())
}

/// Returns the referrer at `index`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_missing(
    result: Option<&ocigraph_restore_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.missing.get(index))
}

/// Returns the length of this list: the tags that cosign derives from a digest, and that were not
/// restored: at the destination they name other content, which the restore would lose.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_kept_tag_count(
    result: Option<&ocigraph_restore_report>,
) -> usize {
    read(result, |r| r.value.kept_tags.len())
}

/// Returns the tag.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_kept_tag_tag(
    result: Option<&ocigraph_restore_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept_tags.get(index).map(|v| v.tag.as_str()).into())
}

/// Returns the reason as a phrase for users.
///
/// `index`: the tag, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_kept_tag_reason(
    result: Option<&ocigraph_restore_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept_tags.get(index).map(|v| v.reason.as_str()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_restore_report_json(
    result: Option<&ocigraph_restore_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
