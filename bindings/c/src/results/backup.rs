// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The backup report.

use ocigraph::{ArchivedTag, BackupReport};

use crate::{
    boundary::{borrow, free, read},
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_backup`. A dry run reports what would be stored.
pub struct ocigraph_backup_report {
    value: BackupReport,
    parts: BackupReportParts,
    json: Json,
}

impl From<BackupReport> for ocigraph_backup_report {
    fn from(value: BackupReport) -> Self {
        Self { parts: BackupReportParts::new(&value), json: Json::default(), value }
    }
}

struct BackupReportParts {
    tags: Vec<ArchivedTagParts>,
    missing: Vec<ocigraph_descriptor>,
}

impl BackupReportParts {
    fn new(value: &BackupReport) -> Self {
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

/// Frees a backup report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_free(result: Option<Box<ocigraph_backup_report>>) {
    free(result);
}

/// Returns true for a dry run, which writes nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_dry_run(result: Option<&ocigraph_backup_report>) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the path of the archive or directory. The text has the bytes of the path, which need not
/// be UTF-8.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_output(
    result: Option<&ocigraph_backup_report>,
) -> ocigraph_str {
    read(result, |r| r.value.output.as_path().into())
}

/// Returns the length of this list: the tags that were backed up, repository by repository, with
/// their manifests. A manifest that was named by its digest has no tag.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_tag_count(
    result: Option<&ocigraph_backup_report>,
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
pub extern "C" fn ocigraph_backup_report_tag_reference(
    result: Option<&ocigraph_backup_report>,
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
pub extern "C" fn ocigraph_backup_report_tag(
    result: Option<&ocigraph_backup_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.tags.get(index).map(|p| &p.descriptor))
}

/// Returns the number of manifests stored, without those that the directory had, or that the
/// earlier archive has.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_manifests(
    result: Option<&ocigraph_backup_report>,
) -> usize {
    read(result, |r| r.value.manifests)
}

/// Returns the number of blobs stored.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_blobs(result: Option<&ocigraph_backup_report>) -> usize {
    read(result, |r| r.value.blobs)
}

/// Returns the number of blobs that the directory had, or that the earlier archive has.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_existing_blobs(
    result: Option<&ocigraph_backup_report>,
) -> usize {
    read(result, |r| r.value.existing_blobs)
}

/// Returns the number of bytes of all manifests and blobs stored.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_bytes(result: Option<&ocigraph_backup_report>) -> u64 {
    read(result, |r| r.value.bytes)
}

/// Returns the size of the archive in bytes. not set for a directory, and for a dry run. 0 if it is
/// unknown.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_size(result: Option<&ocigraph_backup_report>) -> u64 {
    read(result, |r| r.value.size.unwrap_or(0))
}

/// Returns the number of referrers that a repository lists and does not have.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_missing_count(
    result: Option<&ocigraph_backup_report>,
) -> usize {
    read(result, |r| r.value.missing.len())
}

/// Returns the referrer at `index` of this list: the referrers that a repository lists and does not
/// have. The backup has all others.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_missing(
    result: Option<&ocigraph_backup_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.missing.get(index))
}

/// Returns the length of this list: the tags that cosign derives from a digest, and that were not
/// backed up: the repository has lost their manifests, or they name other content in the directory,
/// which the backup would lose.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_backup_report_kept_tag_count(
    result: Option<&ocigraph_backup_report>,
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
pub extern "C" fn ocigraph_backup_report_kept_tag_tag(
    result: Option<&ocigraph_backup_report>,
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
pub extern "C" fn ocigraph_backup_report_kept_tag_reason(
    result: Option<&ocigraph_backup_report>,
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
pub extern "C" fn ocigraph_backup_report_json(
    result: Option<&ocigraph_backup_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
