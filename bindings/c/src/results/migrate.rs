// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The migrate report.

use ocigraph::{KeptAttachment, MigrateReport, Migration, RemovedAttachment};

use crate::{
    boundary::{borrow, free, read},
    numbers::migration_kind_number,
    results::{Json, ocigraph_descriptor},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_migrate`. A dry run reports what a migration would do.
pub struct ocigraph_migrate_report {
    value: MigrateReport,
    parts: MigrateReportParts,
    json: Json,
}

impl From<MigrateReport> for ocigraph_migrate_report {
    fn from(value: MigrateReport) -> Self {
        Self { parts: MigrateReportParts::new(&value), json: Json::default(), value }
    }
}

struct MigrateReportParts {
    migrated: Vec<MigrationParts>,
    kept: Vec<KeptAttachmentParts>,
    removed: Vec<RemovedAttachmentParts>,
}

impl MigrateReportParts {
    fn new(value: &MigrateReport) -> Self {
        Self {
            migrated: value.migrated.iter().map(MigrationParts::new).collect(),
            kept: value.kept.iter().map(KeptAttachmentParts::new).collect(),
            removed: value.removed.iter().map(RemovedAttachmentParts::new).collect(),
        }
    }
}

struct MigrationParts {
    old_manifest: ocigraph_descriptor,
    new_manifest: ocigraph_descriptor,
}

impl MigrationParts {
    fn new(value: &Migration) -> Self {
        Self {
            old_manifest: ocigraph_descriptor::new(value.old_manifest.clone()),
            new_manifest: ocigraph_descriptor::new(value.new_manifest.clone()),
        }
    }
}

struct KeptAttachmentParts {
    descriptor: ocigraph_descriptor,
}

impl KeptAttachmentParts {
    fn new(value: &KeptAttachment) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

struct RemovedAttachmentParts {
    descriptor: ocigraph_descriptor,
}

impl RemovedAttachmentParts {
    fn new(value: &RemovedAttachment) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

/// Frees a migrate report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_free(result: Option<Box<ocigraph_migrate_report>>) {
    free(result);
}

/// Returns true for a dry run, which changes nothing.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_dry_run(
    result: Option<&ocigraph_migrate_report>,
) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the length of this list: the attachments that have the new form, each with its old and
/// its new manifest.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_count(
    result: Option<&ocigraph_migrate_report>,
) -> usize {
    read(result, |r| r.value.migrated.len())
}

/// Returns the what changes. The number is one of `OCIGRAPH_MIGRATION_KIND_*`.
///
/// `index`: the attachment, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_kind(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.migrated.get(index).map_or(0, |v| migration_kind_number(v.kind)))
}

/// Returns the descriptor of the manifest in its old form.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_old_manifest(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.migrated.get(index).map(|p| &p.old_manifest))
}

/// Returns the tag of the old form: a tag of cosign, or the fallback tag that lists the manifest.
/// No text if it is unknown.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_old_tag(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.migrated.get(index).and_then(|v| v.old_tag.as_deref()).into())
}

/// Returns the descriptor of the manifest in its new form. It is the old one if only a list
/// changes.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_new_manifest(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.migrated.get(index).map(|p| &p.new_manifest))
}

/// Returns the tag of the new form: a tag of cosign, or the fallback tag that lists the manifest.
/// No text if it is unknown.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_new_tag(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.migrated.get(index).and_then(|v| v.new_tag.as_deref()).into())
}

/// Returns true if the new form existed before, so that nothing was written.
///
/// `index`: the attachment, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_migrated_existed(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> bool {
    read(result, |r| r.value.migrated.get(index).is_some_and(|v| v.existed))
}

/// Returns the length of this list: the attachments that stay as they are, each with the reason:
/// those that cannot have the new form, and, with the option `remove_old`, those whose old form is
/// not removed.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_kept_count(
    result: Option<&ocigraph_migrate_report>,
) -> usize {
    read(result, |r| r.value.kept.len())
}

/// Returns the what the migration would change. The number is one of `OCIGRAPH_MIGRATION_KIND_*`.
///
/// `index`: the attachment, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_kept_kind(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> i32 {
    read(result, |r| r.value.kept.get(index).map_or(0, |v| migration_kind_number(v.kind)))
}

/// Returns the descriptor of the manifest that stays.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_kept(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.kept.get(index).map(|p| &p.descriptor))
}

/// Returns the tag of cosign that names the manifest, or the fallback tag that lists it. No text if
/// it is unknown.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_kept_tag(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept.get(index).and_then(|v| v.tag.as_deref()).into())
}

/// Returns the reason as a phrase for users.
///
/// `index`: the attachment, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_kept_reason(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.kept.get(index).map(|v| v.reason.as_str()).into())
}

/// Returns the number of old forms that were removed after the new form was read back.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_removed_count(
    result: Option<&ocigraph_migrate_report>,
) -> usize {
    read(result, |r| r.value.removed.len())
}

/// Returns the descriptor of the manifest. It is deleted, unless only its entry under a fallback
/// tag was removed.
///
/// `index`: the form, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_removed(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| r.parts.removed.get(index).map(|p| &p.descriptor))
}

/// Returns the tag that was removed with the manifest, or the fallback tag whose entry was removed.
/// No text if it is unknown.
///
/// `index`: the form, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_removed_tag(
    result: Option<&ocigraph_migrate_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.removed.get(index).and_then(|v| v.tag.as_deref()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_migrate_report_json(
    result: Option<&ocigraph_migrate_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
