// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The results of operations as plain Python values: a dict with the fields of each.

use ocigraph::{
    ArchivedTag, Attributes, BackupReport, CheckReport, CheckedRequirement, CopiedBlobs,
    CopyReport, DeleteFailure, DeleteReport, DiscoverSummary, DiscoveredRow, EdgeKind, IndexResult,
    KeepCause, KeptAttachment, KeptManifest, KeptTag, LoginResult, LogoutResult, ManifestInfo,
    MigrateReport, Migration, MigrationKind, Outcome, Presence, Problem, ProblemKind, PruneCause,
    PruneFailure, PruneReport, PrunedKind, PrunedManifest, PrunedRepository, PullResult,
    PulledFile, PushResult, PushedBlob, RefusedManifest, RemovedAttachment, RestoreReport,
    RetainedManifest, StoredIn, SweepCoverage, SweepRow, SweepStatus, SweepSummary, SyncOutcome,
    SyncRow, SyncSummary, TagInfo, VerifyReport,
};
use pyo3::{prelude::*, types::PyDict};

use crate::values::IntoPlain;

impl IntoPlain for PushedBlob {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, outcome, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("title", descriptor.title())?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("outcome", outcome.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PushResult {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { reference, descriptor, tags, blobs, manifest, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("reference", reference.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("blobs", blobs.into_plain(py)?)?;
        dict.set_item("manifest", manifest.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PulledFile {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { path, descriptor, outcome, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("path", path.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("outcome", outcome.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PullResult {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { reference, descriptor, files, skipped, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("reference", reference.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("files", files.into_plain(py)?)?;
        dict.set_item("skipped", skipped.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for DiscoveredRow {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            parent,
            depth,
            edge,
            descriptor,
            tag,
            label,
            kinds,
            predicate_types,
            problem,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("parent", parent.into_plain(py)?)?;
        dict.set_item("depth", depth.into_plain(py)?)?;
        dict.set_item("edge", edge.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tag", tag.into_plain(py)?)?;
        dict.set_item("label", label.into_plain(py)?)?;
        dict.set_item("kinds", kinds.into_plain(py)?)?;
        dict.set_item("predicate_types", predicate_types.into_plain(py)?)?;
        dict.set_item("problem", problem.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for DiscoverSummary {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { subject, edges, problems, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("subject", subject.into_plain(py)?)?;
        dict.set_item("edges", edges.into_plain(py)?)?;
        dict.set_item("problems", problems.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for RetainedManifest {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, reason, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("reason", reason.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for DeleteFailure {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, error, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("code", error.code().name())?;
        dict.set_item("error", error.to_string())?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for DeleteReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { dry_run, deleted, kept, failed, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("dry_run", dry_run.into_plain(py)?)?;
        dict.set_item("deleted", deleted.into_plain(py)?)?;
        dict.set_item("kept", kept.into_plain(py)?)?;
        dict.set_item("failed", failed.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for CopiedBlobs {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { copied, existed, mounted, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("copied", copied.into_plain(py)?)?;
        dict.set_item("existed", existed.into_plain(py)?)?;
        dict.set_item("mounted", mounted.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for KeptTag {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { tag, reason, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("tag", tag.into_plain(py)?)?;
        dict.set_item("reason", reason.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for CopyReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            source,
            destination,
            descriptor,
            tags,
            manifests,
            blobs,
            bytes,
            missing,
            kept_tags,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("source", source.into_plain(py)?)?;
        dict.set_item("destination", destination.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("manifests", manifests.into_plain(py)?)?;
        dict.set_item("blobs", blobs.into_plain(py)?)?;
        dict.set_item("bytes", bytes.into_plain(py)?)?;
        dict.set_item("missing", missing.into_plain(py)?)?;
        dict.set_item("kept_tags", kept_tags.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for ArchivedTag {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { reference, descriptor, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("reference", reference.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for BackupReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            dry_run,
            output,
            tags,
            manifests,
            blobs,
            existing_blobs,
            bytes,
            size,
            missing,
            kept_tags,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("dry_run", dry_run.into_plain(py)?)?;
        dict.set_item("output", output.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("manifests", manifests.into_plain(py)?)?;
        dict.set_item("blobs", blobs.into_plain(py)?)?;
        dict.set_item("existing_blobs", existing_blobs.into_plain(py)?)?;
        dict.set_item("bytes", bytes.into_plain(py)?)?;
        dict.set_item("size", size.into_plain(py)?)?;
        dict.set_item("missing", missing.into_plain(py)?)?;
        dict.set_item("kept_tags", kept_tags.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for RestoreReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { dry_run, tags, manifests, blobs, bytes, missing, kept_tags, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("dry_run", dry_run.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("manifests", manifests.into_plain(py)?)?;
        dict.set_item("blobs", blobs.into_plain(py)?)?;
        dict.set_item("bytes", bytes.into_plain(py)?)?;
        dict.set_item("missing", missing.into_plain(py)?)?;
        dict.set_item("kept_tags", kept_tags.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for Migration {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { kind, old_manifest, old_tag, new_manifest, new_tag, existed, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("kind", kind.into_plain(py)?)?;
        dict.set_item("old_manifest", old_manifest.into_plain(py)?)?;
        dict.set_item("old_tag", old_tag.into_plain(py)?)?;
        dict.set_item("new_manifest", new_manifest.into_plain(py)?)?;
        dict.set_item("new_tag", new_tag.into_plain(py)?)?;
        dict.set_item("existed", existed.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for KeptAttachment {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { kind, descriptor, tag, reason, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("kind", kind.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tag", tag.into_plain(py)?)?;
        dict.set_item("reason", reason.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for RemovedAttachment {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, tag, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tag", tag.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for MigrateReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { dry_run, migrated, kept, removed, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("dry_run", dry_run.into_plain(py)?)?;
        dict.set_item("migrated", migrated.into_plain(py)?)?;
        dict.set_item("kept", kept.into_plain(py)?)?;
        dict.set_item("removed", removed.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for Problem {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, path, kind, detail, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("path", path.into_plain(py)?)?;
        dict.set_item("kind", kind.into_plain(py)?)?;
        dict.set_item("detail", detail.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for VerifyReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { checked, bytes, problems, repaired, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("checked", checked.into_plain(py)?)?;
        dict.set_item("bytes", bytes.into_plain(py)?)?;
        dict.set_item("problems", problems.into_plain(py)?)?;
        dict.set_item("repaired", repaired.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for CheckedRequirement {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { requirement, descriptor, presence, found, details, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("requirement", requirement.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("presence", presence.into_plain(py)?)?;
        dict.set_item("found", found.into_plain(py)?)?;
        dict.set_item("details", details.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for CheckReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { reference, descriptor, presence, requirements, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("reference", reference.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("presence", presence.into_plain(py)?)?;
        dict.set_item("requirements", requirements.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for IndexResult {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { reference, descriptor, tags, manifests, dry_run, content, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("reference", reference.into_plain(py)?)?;
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("manifests", manifests.into_plain(py)?)?;
        dict.set_item("dry_run", dry_run.into_plain(py)?)?;
        dict.set_item("content", content.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PrunedManifest {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, kind, tags, created, subject, cause, reason, gone, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("kind", kind.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("created", created.into_plain(py)?)?;
        dict.set_item("subject", subject.into_plain(py)?)?;
        dict.set_item("cause", cause.into_plain(py)?)?;
        dict.set_item("reason", reason.into_plain(py)?)?;
        dict.set_item("gone", gone.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for KeptManifest {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, tags, cause, reason, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("cause", cause.into_plain(py)?)?;
        dict.set_item("reason", reason.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for RefusedManifest {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { descriptor, tags, error, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("code", error.code().name())?;
        dict.set_item("error", error.to_string())?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PrunedRepository {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { repository, deleted, kept, refused, unseen, unread, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("repository", repository.into_plain(py)?)?;
        dict.set_item("deleted", deleted.into_plain(py)?)?;
        dict.set_item("kept", kept.into_plain(py)?)?;
        dict.set_item("refused", refused.into_plain(py)?)?;
        dict.set_item("unseen", unseen.into_plain(py)?)?;
        dict.set_item("unread", unread.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PruneFailure {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { repository, error, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("repository", repository.into_plain(py)?)?;
        dict.set_item("code", error.code().name())?;
        dict.set_item("error", error.to_string())?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for PruneReport {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { schema_version, kind, created, dry_run, repositories, failed, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("schema_version", schema_version.into_plain(py)?)?;
        dict.set_item("kind", kind.into_plain(py)?)?;
        dict.set_item("created", created.into_plain(py)?)?;
        dict.set_item("dry_run", dry_run.into_plain(py)?)?;
        dict.set_item("repositories", repositories.into_plain(py)?)?;
        dict.set_item("failed", failed.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for SyncRow {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            source,
            destination,
            digest,
            outcome,
            manifests,
            blobs,
            bytes,
            detail,
            code,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("source", source.into_plain(py)?)?;
        dict.set_item("destination", destination.into_plain(py)?)?;
        dict.set_item("digest", digest.into_plain(py)?)?;
        dict.set_item("outcome", outcome.into_plain(py)?)?;
        dict.set_item("manifests", manifests.into_plain(py)?)?;
        dict.set_item("blobs", blobs.into_plain(py)?)?;
        dict.set_item("bytes", bytes.into_plain(py)?)?;
        dict.set_item("detail", detail.into_plain(py)?)?;
        dict.set_item("code", code.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for SyncSummary {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            resumed,
            copied,
            existed,
            would_copy,
            missing,
            refused,
            changed,
            unknown,
            removed,
            would_remove,
            manifests,
            blobs,
            bytes,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("resumed", resumed.into_plain(py)?)?;
        dict.set_item("copied", copied.into_plain(py)?)?;
        dict.set_item("existed", existed.into_plain(py)?)?;
        dict.set_item("would_copy", would_copy.into_plain(py)?)?;
        dict.set_item("missing", missing.into_plain(py)?)?;
        dict.set_item("refused", refused.into_plain(py)?)?;
        dict.set_item("changed", changed.into_plain(py)?)?;
        dict.set_item("unknown", unknown.into_plain(py)?)?;
        dict.set_item("removed", removed.into_plain(py)?)?;
        dict.set_item("would_remove", would_remove.into_plain(py)?)?;
        dict.set_item("manifests", manifests.into_plain(py)?)?;
        dict.set_item("blobs", blobs.into_plain(py)?)?;
        dict.set_item("bytes", bytes.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for SweepRow {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            registry,
            repository,
            tag,
            image,
            subject,
            digest,
            edge,
            label,
            kinds,
            artifact_type,
            predicate_types,
            media_type,
            size,
            created,
            platform,
            depth,
            status,
            error,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("registry", registry.into_plain(py)?)?;
        dict.set_item("repository", repository.into_plain(py)?)?;
        dict.set_item("tag", tag.into_plain(py)?)?;
        dict.set_item("image", image.into_plain(py)?)?;
        dict.set_item("subject", subject.into_plain(py)?)?;
        dict.set_item("digest", digest.into_plain(py)?)?;
        dict.set_item("edge", edge.into_plain(py)?)?;
        dict.set_item("label", label.into_plain(py)?)?;
        dict.set_item("kinds", kinds.into_plain(py)?)?;
        dict.set_item("artifact_type", artifact_type.into_plain(py)?)?;
        dict.set_item("predicate_types", predicate_types.into_plain(py)?)?;
        dict.set_item("media_type", media_type.into_plain(py)?)?;
        dict.set_item("size", size.into_plain(py)?)?;
        dict.set_item("created", created.into_plain(py)?)?;
        dict.set_item("platform", platform.into_plain(py)?)?;
        dict.set_item("depth", depth.into_plain(py)?)?;
        dict.set_item("status", status.into_plain(py)?)?;
        dict.set_item("error", error.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for SweepCoverage {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { repository, platform, kind, images, covered, unknown, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("repository", repository.into_plain(py)?)?;
        dict.set_item("platform", platform.into_plain(py)?)?;
        dict.set_item("kind", kind.into_plain(py)?)?;
        dict.set_item("images", images.into_plain(py)?)?;
        dict.set_item("covered", covered.into_plain(py)?)?;
        dict.set_item("unknown", unknown.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for SweepSummary {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            images, attached, none, missing, unknown, refused, resumed_rows, coverage, ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("images", images.into_plain(py)?)?;
        dict.set_item("attached", attached.into_plain(py)?)?;
        dict.set_item("none", none.into_plain(py)?)?;
        dict.set_item("missing", missing.into_plain(py)?)?;
        dict.set_item("unknown", unknown.into_plain(py)?)?;
        dict.set_item("refused", refused.into_plain(py)?)?;
        dict.set_item("resumed_rows", resumed_rows.into_plain(py)?)?;
        dict.set_item("coverage", coverage.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for Attributes {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { delete_enabled, list_enabled, read_enabled, write_enabled, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("delete_enabled", delete_enabled.into_plain(py)?)?;
        dict.set_item("list_enabled", list_enabled.into_plain(py)?)?;
        dict.set_item("read_enabled", read_enabled.into_plain(py)?)?;
        dict.set_item("write_enabled", write_enabled.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for TagInfo {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { name, digest, created, last_updated, signed, attributes, problem, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("name", name.into_plain(py)?)?;
        dict.set_item("digest", digest.into_plain(py)?)?;
        dict.set_item("created", created.into_plain(py)?)?;
        dict.set_item("last_updated", last_updated.into_plain(py)?)?;
        dict.set_item("signed", signed.into_plain(py)?)?;
        dict.set_item("attributes", attributes.into_plain(py)?)?;
        dict.set_item("problem", problem.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for ManifestInfo {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self {
            descriptor,
            tags,
            subject,
            created,
            last_updated,
            architecture,
            os,
            config_media_type,
            image_size,
            attributes,
            problem,
            ..
        } = self;
        let dict = PyDict::new(py);
        dict.set_item("descriptor", descriptor.into_plain(py)?)?;
        dict.set_item("tags", tags.into_plain(py)?)?;
        dict.set_item("subject", subject.into_plain(py)?)?;
        dict.set_item("created", created.into_plain(py)?)?;
        dict.set_item("last_updated", last_updated.into_plain(py)?)?;
        dict.set_item("architecture", architecture.into_plain(py)?)?;
        dict.set_item("os", os.into_plain(py)?)?;
        dict.set_item("config_media_type", config_media_type.into_plain(py)?)?;
        dict.set_item("image_size", image_size.into_plain(py)?)?;
        dict.set_item("attributes", attributes.into_plain(py)?)?;
        dict.set_item("problem", problem.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for LoginResult {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { host, stored_in, verified, overridden, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("plain_text", matches!(stored_in, StoredIn::File(_)))?;
        dict.set_item("host", host.into_plain(py)?)?;
        dict.set_item("stored_in", stored_in.into_plain(py)?)?;
        dict.set_item("verified", verified.into_plain(py)?)?;
        dict.set_item("overridden", overridden.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for LogoutResult {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { host, removed_from, remains, .. } = self;
        let dict = PyDict::new(py);
        dict.set_item("host", host.into_plain(py)?)?;
        dict.set_item("removed_from", removed_from.into_plain(py)?)?;
        dict.set_item("remains", remains.into_plain(py)?)?;
        Ok(dict.into_any())
    }
}

impl IntoPlain for EdgeKind {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for KeepCause {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for MigrationKind {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for Outcome {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for Presence {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for ProblemKind {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for PruneCause {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for PrunedKind {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for SweepStatus {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}

impl IntoPlain for SyncOutcome {
    fn into_plain(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        self.name().into_plain(py)
    }
}
