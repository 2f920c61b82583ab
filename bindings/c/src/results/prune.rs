// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The prune report.

use ocigraph::{
    KeptManifest, PruneFailure, PruneReport, PrunedManifest, PrunedRepository, RefusedManifest,
};

use crate::{
    boundary::{borrow, free, read},
    numbers::{keep_cause_number, prune_cause_number, pruned_kind_number},
    results::{Json, ocigraph_descriptor},
    status::{OCIGRAPH_OK, ocigraph_status},
    text::ocigraph_str,
};

/// The result of `ocigraph_client_prune`: the plan of a dry run, or what was done. Its JSON, with
/// names in camel case, is what the option `plan` writes and the option `execute` reads.
pub struct ocigraph_prune_report {
    value: PruneReport,
    parts: PruneReportParts,
    json: Json,
}

impl From<PruneReport> for ocigraph_prune_report {
    fn from(value: PruneReport) -> Self {
        Self { parts: PruneReportParts::new(&value), json: Json::default(), value }
    }
}

struct PruneReportParts {
    repositories: Vec<PrunedRepositoryParts>,
    failed: Vec<PruneFailureParts>,
}

impl PruneReportParts {
    fn new(value: &PruneReport) -> Self {
        Self {
            repositories: value.repositories.iter().map(PrunedRepositoryParts::new).collect(),
            failed: value.failed.iter().map(PruneFailureParts::new).collect(),
        }
    }
}

struct PrunedRepositoryParts {
    repository: String,
    deleted: Vec<PrunedManifestParts>,
    kept: Vec<KeptManifestParts>,
    refused: Vec<RefusedManifestParts>,
}

impl PrunedRepositoryParts {
    fn new(value: &PrunedRepository) -> Self {
        Self {
            repository: value.repository.to_string(),
            deleted: value.deleted.iter().map(PrunedManifestParts::new).collect(),
            kept: value.kept.iter().map(KeptManifestParts::new).collect(),
            refused: value.refused.iter().map(RefusedManifestParts::new).collect(),
        }
    }
}

struct PrunedManifestParts {
    descriptor: ocigraph_descriptor,
}

impl PrunedManifestParts {
    fn new(value: &PrunedManifest) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

struct KeptManifestParts {
    descriptor: ocigraph_descriptor,
}

impl KeptManifestParts {
    fn new(value: &KeptManifest) -> Self {
        Self { descriptor: ocigraph_descriptor::new(value.descriptor.clone()) }
    }
}

struct RefusedManifestParts {
    descriptor: ocigraph_descriptor,
    error: String,
}

impl RefusedManifestParts {
    fn new(value: &RefusedManifest) -> Self {
        Self {
            descriptor: ocigraph_descriptor::new(value.descriptor.clone()),
            error: value.error.to_string(),
        }
    }
}

struct PruneFailureParts {
    repository: String,
    error: String,
}

impl PruneFailureParts {
    fn new(value: &PruneFailure) -> Self {
        Self { repository: value.repository.to_string(), error: value.error.to_string() }
    }
}

/// Frees a prune report and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_free(result: Option<Box<ocigraph_prune_report>>) {
    free(result);
}

/// Returns the version of this format: 1.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_schema_version(
    result: Option<&ocigraph_prune_report>,
) -> u64 {
    read(result, |r| r.value.schema_version)
}

/// Returns the kind of this document: `io.ocigraph.prune`.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_kind(
    result: Option<&ocigraph_prune_report>,
) -> ocigraph_str {
    read(result, |r| r.value.kind.as_str().into())
}

/// Returns the time at which the plan was made, RFC 3339.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_created(
    result: Option<&ocigraph_prune_report>,
) -> ocigraph_str {
    read(result, |r| r.value.created.as_str().into())
}

/// Returns true if nothing was deleted: the report is a plan.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_dry_run(result: Option<&ocigraph_prune_report>) -> bool {
    read(result, |r| r.value.dry_run)
}

/// Returns the number of repositories and layouts in the order in which they were named.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_count(
    result: Option<&ocigraph_prune_report>,
) -> usize {
    read(result, |r| r.value.repositories.len())
}

/// Returns the repository or layout.
///
/// `index`: the repository, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_repository(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.repositories.get(index).map(|v| v.repository.as_str()).into())
}

/// Returns the length of this list: the deleted manifests, in the order of deletion: referrers
/// before their subjects, indexes before what they list, and tags that are removed alone last.
///
/// `index`: the repository, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_count(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.repositories.get(index).map_or(0, |v| v.deleted.len()))
}

/// Returns the descriptor of the manifest; if only tags are removed, of the manifest that they
/// name.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| {
        r.parts
            .repositories
            .get(repository)
            .and_then(|p| p.deleted.get(index))
            .map(|p| &p.descriptor)
    })
}

/// Returns the what is deleted. The number is one of `OCIGRAPH_PRUNED_KIND_*`.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_kind(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> i32 {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .map_or(0, |v| pruned_kind_number(v.kind))
    })
}

/// Returns the number of tags that are removed.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_tag_count(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> usize {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .map_or(0, |v| v.tags.len())
    })
}

/// Returns the tag at `index` of this list: the tags that are removed: all tags of a manifest that
/// is deleted.
///
/// `repository`: the repository, from 0. `manifest`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_tag(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    manifest: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(manifest))
            .and_then(|v| v.tags.get(index))
            .map(String::as_str)
            .into()
    })
}

/// Returns the time of creation, RFC 3339, if it is known. No text if it is unknown.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_created(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .and_then(|v| v.created.as_deref())
            .into()
    })
}

/// Returns the digest of the subject; of a tag that has the digest of a manifest, that digest. No
/// text if it has none.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_subject(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .and_then(|v| v.subject.as_ref().map(|d| d.as_str()))
            .into()
    })
}

/// Returns why it is deleted. The number is one of `OCIGRAPH_PRUNE_CAUSE_*`.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_cause(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> i32 {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .map_or(0, |v| prune_cause_number(v.cause))
    })
}

/// Returns why it is deleted, as a phrase for users, for example `older than 90 days`.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_reason(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .map(|v| v.reason.as_str())
            .into()
    })
}

/// Returns true if it did not exist any more when it was to be deleted.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_deleted_gone(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> bool {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.deleted.get(index))
            .is_some_and(|v| v.gone)
    })
}

/// Returns the length of this list: the selected manifests that stay, each with the reason.
///
/// `index`: the repository, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_kept_count(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.repositories.get(index).map_or(0, |v| v.kept.len()))
}

/// Returns the descriptor of the manifest.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_kept(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| {
        r.parts.repositories.get(repository).and_then(|p| p.kept.get(index)).map(|p| &p.descriptor)
    })
}

/// Returns the number of selected tags of the manifest.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_kept_tag_count(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> usize {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.kept.get(index))
            .map_or(0, |v| v.tags.len())
    })
}

/// Returns the tag at `index` of this list: the selected tags of the manifest. Those that stay too,
/// unless `deleted` has them.
///
/// `repository`: the repository, from 0. `manifest`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_kept_tag(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    manifest: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.kept.get(manifest))
            .and_then(|v| v.tags.get(index))
            .map(String::as_str)
            .into()
    })
}

/// Returns why it stays. The number is one of `OCIGRAPH_KEEP_CAUSE_*`.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_kept_cause(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> i32 {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.kept.get(index))
            .map_or(0, |v| keep_cause_number(v.cause))
    })
}

/// Returns why it stays, as a phrase for users, for example `listed by v2, which stays`.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_kept_reason(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.kept.get(index))
            .map(|v| v.reason.as_str())
            .into()
    })
}

/// Returns the length of this list: the manifests that could not be deleted, each with the error:
/// CONFLICT if they have changed since the plan was made, or are needed by others that stay.
///
/// `index`: the repository, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_refused_count(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.repositories.get(index).map_or(0, |v| v.refused.len()))
}

/// Returns the descriptor of the manifest.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_refused(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> Option<&ocigraph_descriptor> {
    borrow(result, |r| {
        r.parts
            .repositories
            .get(repository)
            .and_then(|p| p.refused.get(index))
            .map(|p| &p.descriptor)
    })
}

/// Returns the number of tags that would be removed.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_refused_tag_count(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> usize {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.refused.get(index))
            .map_or(0, |v| v.tags.len())
    })
}

/// Returns the tag at `index`.
///
/// `repository`: the repository, from 0. `manifest`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_refused_tag(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    manifest: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.refused.get(manifest))
            .and_then(|v| v.tags.get(index))
            .map(String::as_str)
            .into()
    })
}

/// Returns the status of the error. `OCIGRAPH_OK` if the index is too large.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_refused_status(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_status {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.refused.get(index))
            .map_or(OCIGRAPH_OK, |v| v.error.code() as ocigraph_status)
    })
}

/// Returns the message of the error.
///
/// `repository`: the repository, from 0. `index`: its manifest, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_refused_message(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.parts
            .repositories
            .get(repository)
            .and_then(|p| p.refused.get(index))
            .map(|v| v.error.as_str())
            .into()
    })
}

/// Returns the number of phrases for users that say what a prune of this repository does not see.
///
/// `index`: the repository, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_unseen_count(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.repositories.get(index).map_or(0, |v| v.unseen.len()))
}

/// Returns the phrase at `index`.
///
/// `repository`: the repository, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_unseen(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.unseen.get(index))
            .map(String::as_str)
            .into()
    })
}

/// Returns the number of phrases for users that name the lists and manifests that could not be
/// read.
///
/// `index`: the repository, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_unread_count(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> usize {
    read(result, |r| r.value.repositories.get(index).map_or(0, |v| v.unread.len()))
}

/// Returns the phrase at `index` of this list: the phrases for users that name the lists and
/// manifests that could not be read. If there is one, everything stays that was selected, since
/// something unread may need it.
///
/// `repository`: the repository, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_repository_unread(
    result: Option<&ocigraph_prune_report>,
    repository: usize,
    index: usize,
) -> ocigraph_str {
    read(result, |r| {
        r.value
            .repositories
            .get(repository)
            .and_then(|v| v.unread.get(index))
            .map(String::as_str)
            .into()
    })
}

/// Returns the length of this list: the repositories that could not be pruned at all, each with the
/// error. Nothing in them was deleted.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_failed_count(
    result: Option<&ocigraph_prune_report>,
) -> usize {
    read(result, |r| r.value.failed.len())
}

/// Returns the repository or layout.
///
/// `index`: the repository, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_failed_repository(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.failed.get(index).map(|v| v.repository.as_str()).into())
}

/// Returns the status of the error. `OCIGRAPH_OK` if the index is too large.
///
/// `index`: the repository, from 0.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_failed_status(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> ocigraph_status {
    read(result, |r| {
        r.value.failed.get(index).map_or(OCIGRAPH_OK, |v| v.error.code() as ocigraph_status)
    })
}

/// Returns the message of the error.
///
/// `index`: the repository, from 0.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_failed_message(
    result: Option<&ocigraph_prune_report>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.parts.failed.get(index).map(|v| v.error.as_str()).into())
}

/// Returns the complete result as JSON text, in the format of the command line with field names in
/// snake case.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_prune_report_json(
    result: Option<&ocigraph_prune_report>,
) -> ocigraph_str {
    read(result, |r| r.json.of(&r.value))
}
