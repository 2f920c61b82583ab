# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""The results of operations.

`to_dict` returns the JSON that the command line prints for the same operation, with keys in snake case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._descriptor import Descriptor, Result, descriptors
from ._enumerations import (
    EdgeKind,
    KeepCause,
    MigrationKind,
    Outcome,
    Presence,
    ProblemKind,
    PruneCause,
    PrunedKind,
    SweepStatus,
    SyncOutcome,
)


@dataclass(frozen=True, slots=True)
class PushedBlob(Result):
    """One blob of a `PushResult`.

    Example:
        >>> client.push_blob("oci:store/app", b"hello").outcome
        'uploaded'
    """

    descriptor: Descriptor
    """The descriptor of the blob."""
    outcome: Outcome
    """The outcome: ``uploaded``, ``existed`` or ``mounted``."""
    title: str | None = None
    """The title of the blob, if it has one."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PushedBlob:
        return cls(Descriptor._of(f["descriptor"]), f["outcome"], f["title"])


@dataclass(frozen=True, slots=True)
class PushResult(Result):
    """The result of a push or an attach.

    Example:
        >>> pushed = client.push("oci:store/app:v2", File(b"hello", title="hello.txt"))
        >>> pushed.tags, pushed.blobs[0].outcome
        (('v2',), 'uploaded')
    """

    reference: str
    """The artifact, as a reference by digest."""
    descriptor: Descriptor
    """The descriptor of the artifact's manifest."""
    tags: tuple[str, ...]
    """The tags that the manifest got."""
    blobs: tuple[PushedBlob, ...]
    """The blobs, without the config, in the order of the files."""
    manifest: bytes = field(default=b"", repr=False)
    """The bytes of the manifest, as they were pushed."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PushResult:
        return cls(
            f["reference"],
            Descriptor._of(f["descriptor"]),
            tuple(f["tags"]),
            tuple(PushedBlob._of(item) for item in f["blobs"]),
            f["manifest"],
        )


@dataclass(frozen=True, slots=True)
class PulledFile(Result):
    """One file that `Client.pull` has written or found.

    Example:
        >>> client.pull("oci:store/app:v1", "out")[0].files[0].outcome
        'written'
    """

    path: Path
    """The path of the file or of the unpacked directory. Relative if the output directory is."""
    descriptor: Descriptor
    """The descriptor of the blob."""
    outcome: Outcome
    """The outcome: ``written``, ``unchanged`` or ``kept``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PulledFile:
        return cls(Path(f["path"]), Descriptor._of(f["descriptor"]), f["outcome"])


@dataclass(frozen=True, slots=True)
class PullResult(Result):
    """One artifact that `Client.pull` has pulled.

    Example:
        >>> [artifact] = client.pull("oci:store/app:v1", "out")
        >>> [str(file.path) for file in artifact.files]
        ['out/program']
    """

    reference: str
    """The artifact, as a reference by digest."""
    descriptor: Descriptor
    """The descriptor of the artifact's manifest."""
    files: tuple[PulledFile, ...]
    """The files, in the order of the manifest: that of the config if the options ask for it, those of the blobs with a
    title and, if the pull writes all blobs, of those without one."""
    skipped: tuple[Descriptor, ...]
    """The blobs that are not written, since they have no title. A pull with ``all`` writes those of them that are not
    foreign layers. A config without a title is written only to ``config_file``, and not listed here."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PullResult:
        return cls(
            f["reference"],
            Descriptor._of(f["descriptor"]),
            tuple(PulledFile._of(item) for item in f["files"]),
            descriptors(f["skipped"]),
        )


@dataclass(frozen=True, slots=True)
class DiscoveredRow(Result):
    """A row of `Client.discover_each`: an edge to a manifest, and what the manifest is; or something that could not be
    read.

    Example:
        >>> with client.discover_each("oci:store/app:v1") as rows:
        ...     [row.parent == rows.summary.subject.digest for row in rows]
        [True]
    """

    depth: int
    """The number of edges from the subject of the discovery to the manifest: 1 for what is directly attached. 0 for a
    problem."""
    kinds: tuple[str, ...]
    """The kinds of the manifest: ``signature``, ``attestation``, ``provenance``, ``sbom``, ``scan-result``, ``vex``,
    ``chart``. Empty if it follows no known convention."""
    predicate_types: tuple[str, ...]
    """The predicate types of in-toto statements, as far as they are known without reading content."""
    parent: str | None = None
    """The digest of the manifest that the other is attached to. ``None`` for a problem of the whole repository."""
    edge: EdgeKind | None = None
    """The kind of the edge. ``None`` for a problem."""
    descriptor: Descriptor | None = None
    """The manifest that the edge leads to. ``None`` for a problem."""
    tag: str | None = None
    """The tag of a tag's edge."""
    label: str | None = None
    """What the manifest is, as a phrase such as ``SBoM (SPDX)``. ``None`` if it follows no known convention."""
    problem: str | None = None
    """The part of a list that cannot be read, or the tag whose manifest cannot be read. Edges below ``parent`` can be
    missing, unless it is a warning."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> DiscoveredRow:
        return cls(
            f["depth"],
            tuple(f["kinds"]),
            tuple(f["predicate_types"]),
            f["parent"],
            f["edge"],
            f["descriptor"] and Descriptor._of(f["descriptor"]),
            f["tag"],
            f["label"],
            f["problem"],
        )


@dataclass(frozen=True, slots=True)
class DiscoverSummary(Result):
    """The totals of `Client.discover_each`.

    Example:
        >>> rows = client.discover_each("oci:store/app:v1")
        >>> [row.label for row in rows], rows.summary.problems
        ([None], 0)
    """

    edges: int
    """The number of edges."""
    problems: int
    """The number of problems, without warnings."""
    subject: Descriptor | None = None
    """The subject. ``None`` until it is known."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> DiscoverSummary:
        return cls(f["edges"], f["problems"], f["subject"] and Descriptor._of(f["subject"]))


@dataclass(frozen=True, slots=True)
class RetainedManifest(Result):
    """A manifest that a delete retains.

    Example:
        >>> len(client.delete("oci:store/app:v1", dry_run=True).kept)
        0
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    reason: str
    """The reason as a phrase for users, for example ``tagged stable``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> RetainedManifest:
        return cls(Descriptor._of(f["descriptor"]), f["reason"])


@dataclass(frozen=True, slots=True)
class DeleteFailure(Result):
    """A manifest that a delete could not delete.

    Example:
        >>> client.delete("oci:store/app:v1").failed
        ()
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    error: str
    """The error of the store."""
    code: str
    """The code of that error, such as ``FORBIDDEN``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> DeleteFailure:
        return cls(Descriptor._of(f["descriptor"]), f["error"], f["code"])


@dataclass(frozen=True, slots=True)
class DeleteReport(Result):
    """The result of `Client.delete`. A dry run reports what a delete would do.

    Example:
        >>> report = client.delete("oci:store/app:v1", dry_run=True)
        >>> report.dry_run, len(report.deleted)
        (True, 2)
    """

    dry_run: bool
    """True for a dry run, which deletes nothing."""
    deleted: tuple[Descriptor, ...]
    """The deleted manifests, in the order of deletion: referrers before their subjects."""
    kept: tuple[RetainedManifest, ...]
    """The retained manifests, each with the reason."""
    failed: tuple[DeleteFailure, ...]
    """The manifests that could not be deleted, each with the error. After a failure, the manifests that would be
    deleted later are not deleted either, and are not reported."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> DeleteReport:
        return cls(
            f["dry_run"],
            descriptors(f["deleted"]),
            tuple(RetainedManifest._of(item) for item in f["kept"]),
            tuple(DeleteFailure._of(item) for item in f["failed"]),
        )


@dataclass(frozen=True, slots=True)
class CopiedBlobs(Result):
    """Numbers of blobs of a copy, by outcome. Blobs of a manifest that the destination had already are not counted,
    unless the copy restored them.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1").blobs.copied
        2
    """

    copied: int
    """Number of blobs sent to the destination."""
    existed: int
    """Number of blobs that the destination had already."""
    mounted: int
    """Number of blobs that the registry mounted from another of its repositories."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> CopiedBlobs:
        return cls(f["copied"], f["existed"], f["mounted"])


@dataclass(frozen=True, slots=True)
class KeptTag(Result):
    """A tag that a copy does not write.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True).kept_tags
        ()
    """

    tag: str
    """The tag."""
    reason: str
    """The reason as a phrase for users."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> KeptTag:
        return cls(f["tag"], f["reason"])


@dataclass(frozen=True, slots=True)
class CopyReport(Result):
    """The result of `Client.copy`.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True).manifests
        2
    """

    source: str
    """The source, as a reference by digest."""
    destination: str
    """The destination, as a reference by digest."""
    descriptor: Descriptor
    """The descriptor of the manifest that the source names."""
    tags: tuple[str, ...]
    """The tags that the manifest got at the destination."""
    manifests: int
    """Number of manifests written. Manifests that the destination had already are not counted."""
    blobs: CopiedBlobs
    """Numbers of blobs, by outcome."""
    bytes: int
    """Number of bytes of all manifests and blobs written."""
    missing: tuple[Descriptor, ...]
    """The referrers that the source lists and does not have: clients can delete a referrer without its entry in the
    list. The copy has all others."""
    kept_tags: tuple[KeptTag, ...]
    """The tags that have the digest of a manifest, as cosign writes them, and were not copied: at the destination they
    name other content, which the copy would lose; or the destination refused to change them; or the source has lost
    their manifests. Each names something that the destination lacks."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> CopyReport:
        return cls(
            f["source"],
            f["destination"],
            Descriptor._of(f["descriptor"]),
            tuple(f["tags"]),
            f["manifests"],
            CopiedBlobs._of(f["blobs"]),
            f["bytes"],
            descriptors(f["missing"]),
            tuple(KeptTag._of(item) for item in f["kept_tags"]),
        )


@dataclass(frozen=True, slots=True)
class ArchivedTag(Result):
    """A tag of a backup, or of what was restored from it.

    Example:
        >>> [tag] = client.backup("oci:store/app:v1", "app.tar").tags
        >>> tag.descriptor.artifact_type
        'image/example'
    """

    reference: str
    """The location and the tag: that of the source for a backup, that of the destination for a restore. A manifest
    without a tag has its digest."""
    descriptor: Descriptor
    """The descriptor of the manifest."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> ArchivedTag:
        return cls(f["reference"], Descriptor._of(f["descriptor"]))


@dataclass(frozen=True, slots=True)
class BackupReport(Result):
    """The result of `Client.backup`. A dry run reports what would be stored.

    Example:
        >>> report = client.backup("oci:store/app", "app.tar", dry_run=True)
        >>> report.manifests, report.blobs, report.size
        (1, 2, None)
    """

    dry_run: bool
    """True for a dry run, which writes nothing."""
    output: Path
    """The path of the archive or directory."""
    tags: tuple[ArchivedTag, ...]
    """The tags that were backed up, repository by repository, with their manifests. A manifest that was named by its
    digest has no tag."""
    manifests: int
    """Number of manifests stored, without those that the directory had, or that the earlier archive has."""
    blobs: int
    """Number of blobs stored."""
    existing_blobs: int
    """Number of blobs that the directory had, or that the earlier archive has."""
    bytes: int
    """Number of bytes of all manifests and blobs stored."""
    missing: tuple[Descriptor, ...]
    """The referrers that a repository lists and does not have. The backup has all others."""
    kept_tags: tuple[KeptTag, ...]
    """The tags that cosign derives from a digest, and that were not backed up: the repository has lost their manifests,
    or they name other content in the directory, which the backup would lose."""
    size: int | None = None
    """The size of the archive in bytes. ``None`` for a directory, and for a dry run."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> BackupReport:
        return cls(
            f["dry_run"],
            Path(f["output"]),
            tuple(ArchivedTag._of(item) for item in f["tags"]),
            f["manifests"],
            f["blobs"],
            f["existing_blobs"],
            f["bytes"],
            descriptors(f["missing"]),
            tuple(KeptTag._of(item) for item in f["kept_tags"]),
            f["size"],
        )


@dataclass(frozen=True, slots=True)
class RestoreReport(Result):
    """The result of `Client.restore`. A dry run reports what would be written.

    Example:
        >>> _ = client.backup("oci:store/app", "app.tar", recursive=True)
        >>> client.restore("app.tar", "oci:restored/app", dry_run=True).blobs.copied
        2
    """

    dry_run: bool
    """True for a dry run, which writes nothing."""
    tags: tuple[ArchivedTag, ...]
    """The tags that were set, repository by repository, with their manifests. A manifest that was backed up by its
    digest has no tag."""
    manifests: int
    """Number of manifests written. Manifests that the destination had already are not counted."""
    blobs: CopiedBlobs
    """Numbers of blobs, by outcome."""
    bytes: int
    """Number of bytes of all manifests and blobs written."""
    missing: tuple[Descriptor, ...]
    """The referrers that the archive lists and does not have."""
    kept_tags: tuple[KeptTag, ...]
    """The tags that cosign derives from a digest, and that were not restored: at the destination they name other
    content, which the restore would lose."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> RestoreReport:
        return cls(
            f["dry_run"],
            tuple(ArchivedTag._of(item) for item in f["tags"]),
            f["manifests"],
            CopiedBlobs._of(f["blobs"]),
            f["bytes"],
            descriptors(f["missing"]),
            tuple(KeptTag._of(item) for item in f["kept_tags"]),
        )


@dataclass(frozen=True, slots=True)
class Migration(Result):
    """An attachment that has the new form.

    Example:
        >>> client.migrate("oci:store/app:v1").migrated
        ()
    """

    kind: MigrationKind
    """What changes."""
    old_manifest: Descriptor
    """The descriptor of the manifest in its old form."""
    new_manifest: Descriptor
    """The descriptor of the manifest in its new form. It is the old one if only a list changes."""
    existed: bool
    """True if the new form existed before, so that nothing was written."""
    old_tag: str | None = None
    """The tag of the old form: a tag of cosign, or the fallback tag that lists the manifest."""
    new_tag: str | None = None
    """The tag of the new form: a tag of cosign, or the fallback tag that lists the manifest."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> Migration:
        return cls(
            f["kind"],
            Descriptor._of(f["old_manifest"]),
            Descriptor._of(f["new_manifest"]),
            f["existed"],
            f["old_tag"],
            f["new_tag"],
        )


@dataclass(frozen=True, slots=True)
class KeptAttachment(Result):
    """An attachment, or its old form, that stays as it is.

    Example:
        >>> client.migrate("oci:store/app:v1").kept
        ()
    """

    kind: MigrationKind
    """What the migration would change."""
    descriptor: Descriptor
    """The descriptor of the manifest that stays."""
    reason: str
    """The reason as a phrase for users."""
    tag: str | None = None
    """The tag of cosign that names the manifest, or the fallback tag that lists it."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> KeptAttachment:
        return cls(f["kind"], Descriptor._of(f["descriptor"]), f["reason"], f["tag"])


@dataclass(frozen=True, slots=True)
class RemovedAttachment(Result):
    """An old form that was removed.

    Example:
        >>> client.migrate("oci:store/app:v1", remove_old=True).removed
        ()
    """

    descriptor: Descriptor
    """The descriptor of the manifest. It is deleted, unless only its entry under a fallback tag was removed."""
    tag: str | None = None
    """The tag that was removed with the manifest, or the fallback tag whose entry was removed."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> RemovedAttachment:
        return cls(Descriptor._of(f["descriptor"]), f["tag"])


@dataclass(frozen=True, slots=True)
class MigrateReport(Result):
    """The result of `Client.migrate`. A dry run reports what a migration would do.

    Example:
        >>> client.migrate("oci:store/app:v1", dry_run=True).dry_run
        True
    """

    dry_run: bool
    """True for a dry run, which changes nothing."""
    migrated: tuple[Migration, ...]
    """The attachments that have the new form, each with its old and its new manifest."""
    kept: tuple[KeptAttachment, ...]
    """The attachments that stay as they are, each with the reason: those that cannot have the new form, and, with the
    option ``remove_old``, those whose old form is not removed."""
    removed: tuple[RemovedAttachment, ...]
    """The old forms that were removed after the new form was read back."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> MigrateReport:
        return cls(
            f["dry_run"],
            tuple(Migration._of(item) for item in f["migrated"]),
            tuple(KeptAttachment._of(item) for item in f["kept"]),
            tuple(RemovedAttachment._of(item) for item in f["removed"]),
        )


@dataclass(frozen=True, slots=True)
class Problem(Result):
    """One manifest or blob of a graph that is missing or damaged.

    Example:
        >>> client.verify("oci:store/app:v1").problems
        ()
    """

    descriptor: Descriptor
    """The descriptor of the expected content."""
    path: tuple[str, ...]
    """The digests of the manifests that lead to the content, from the root on. Empty for the root, and for what the
    index of a layout lists outside the graph: a damaged manifest, whose subject is unknown, so it may belong to the
    graph, and a blob that is listed as a manifest. For an entry that cannot be read, the problem is one of the root."""
    kind: ProblemKind
    """The kind of damage."""
    detail: str
    """The damage as a sentence for users."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> Problem:
        return cls(Descriptor._of(f["descriptor"]), tuple(f["path"]), f["kind"], f["detail"])


@dataclass(frozen=True, slots=True)
class VerifyReport(Result):
    """The result of `Client.verify`.

    Example:
        >>> report = client.verify("oci:store/app:v1")
        >>> report.ok, report.checked
        (True, 4)
    """

    checked: int
    """Number of manifests and blobs checked."""
    bytes: int
    """Number of bytes read and digested."""
    problems: tuple[Problem, ...]
    """The problems found. Empty for an intact graph."""
    repaired: tuple[Problem, ...]
    """The problems that were found and repaired. They are not among ``problems``."""

    @property
    def ok(self) -> bool:
        """True if there are no problems."""
        return not self.problems

    @classmethod
    def _of(cls, f: dict[str, Any]) -> VerifyReport:
        return cls(
            f["checked"],
            f["bytes"],
            tuple(Problem._of(item) for item in f["problems"]),
            tuple(Problem._of(item) for item in f["repaired"]),
        )


@dataclass(frozen=True, slots=True)
class CheckedRequirement(Result):
    """A requirement, and whether it is met.

    Example:
        >>> [required] = client.check("oci:store/app:v1", ["artifact-type=sbom/example"]).requirements
        >>> [found.artifact_type for found in required.found], required.details
        (['sbom/example'], ())
    """

    requirement: str
    """The requirement, such as ``sbom``."""
    descriptor: Descriptor
    """The image or index that was checked. Has the platform that its index says."""
    presence: Presence
    """Whether what is required is attached."""
    found: tuple[Descriptor, ...]
    """The manifests that meet the requirement."""
    details: tuple[str, ...]
    """Phrases for users: what could not be read, or which images of an index lack the attachment."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> CheckedRequirement:
        return cls(
            f["requirement"],
            Descriptor._of(f["descriptor"]),
            f["presence"],
            descriptors(f["found"]),
            tuple(f["details"]),
        )


@dataclass(frozen=True, slots=True)
class CheckReport(Result):
    """The result of `Client.check`.

    Example:
        >>> client.check("oci:store/app:v1", ["signature"]).presence
        'missing'
    """

    reference: str
    """What was checked, as a reference by digest."""
    descriptor: Descriptor
    """The descriptor of what was checked."""
    presence: Presence
    """The answer for all requirements together: missing if one of them is missing, else unknown if one of them is
    unknown."""
    requirements: tuple[CheckedRequirement, ...]
    """The requirements with their answers, all of one image after all of another."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> CheckReport:
        return cls(
            f["reference"],
            Descriptor._of(f["descriptor"]),
            f["presence"],
            tuple(CheckedRequirement._of(item) for item in f["requirements"]),
        )


@dataclass(frozen=True, slots=True)
class IndexResult(Result):
    """An index that was created or updated.

    Example:
        >>> created = client.index_create("oci:store/app:all", ["v1"], dry_run=True)
        >>> created.dry_run, created.descriptor.size == len(created.content)
        (True, True)
    """

    reference: str
    """The index, as a reference by digest."""
    descriptor: Descriptor
    """The descriptor of the index."""
    tags: tuple[str, ...]
    """The tags that the index got, or would get without ``dry_run``."""
    manifests: tuple[Descriptor, ...]
    """The entries of the index."""
    dry_run: bool
    """True for a dry run, which pushes nothing."""
    content: str
    """The bytes of the index, which are a text in UTF-8."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> IndexResult:
        return cls(
            f["reference"],
            Descriptor._of(f["descriptor"]),
            tuple(f["tags"]),
            descriptors(f["manifests"]),
            f["dry_run"],
            f["content"],
        )


@dataclass(frozen=True, slots=True)
class PrunedManifest(Result):
    """A manifest or tag that a prune deletes.

    Example:
        >>> [repository] = client.prune("oci:store/app", tags=["v*"], dry_run=True).repositories
        >>> [(entry.kind, entry.cause) for entry in repository.deleted]
        [('referrer', 'attached'), ('manifest', 'tag')]
    """

    descriptor: Descriptor
    """The descriptor of the manifest; if only tags are removed, of the manifest that they name."""
    kind: PrunedKind
    """What is deleted."""
    tags: tuple[str, ...]
    """The tags that are removed: all tags of a manifest that is deleted."""
    cause: PruneCause
    """Why it is deleted."""
    reason: str
    """Why it is deleted, as a phrase for users, for example ``older than 90 days``."""
    gone: bool
    """True if it did not exist any more when it was to be deleted."""
    created: str | None = None
    """Time of creation, RFC 3339, if it is known."""
    subject: str | None = None
    """The digest of the subject; of a tag that has the digest of a manifest, that digest."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PrunedManifest:
        return cls(
            Descriptor._of(f["descriptor"]),
            f["kind"],
            tuple(f["tags"]),
            f["cause"],
            f["reason"],
            f["gone"],
            f["created"],
            f["subject"],
        )


@dataclass(frozen=True, slots=True)
class KeptManifest(Result):
    """A manifest or tag that was selected and stays.

    Example:
        >>> [repository] = client.prune("oci:store/app", older_than="1d", dry_run=True).repositories
        >>> [(entry.tags, entry.cause) for entry in repository.kept]
        [(('v1',), 'time-unknown')]
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    tags: tuple[str, ...]
    """The selected tags of the manifest. Those that stay too, unless ``deleted`` has them."""
    cause: KeepCause
    """Why it stays."""
    reason: str
    """Why it stays, as a phrase for users, for example ``listed by v2, which stays``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> KeptManifest:
        return cls(Descriptor._of(f["descriptor"]), tuple(f["tags"]), f["cause"], f["reason"])


@dataclass(frozen=True, slots=True)
class RefusedManifest(Result):
    """A manifest or tag that could not be deleted.

    Example:
        >>> client.prune("oci:store/app", untagged=True).repositories[0].refused
        ()
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    tags: tuple[str, ...]
    """The tags that would be removed."""
    error: str
    """The error."""
    code: str
    """The code of that error, such as ``FORBIDDEN``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> RefusedManifest:
        return cls(Descriptor._of(f["descriptor"]), tuple(f["tags"]), f["error"], f["code"])


@dataclass(frozen=True, slots=True)
class PrunedRepository(Result):
    """What a prune deletes in one repository or layout, and what it keeps.

    Example:
        >>> [repository] = client.prune("oci:store/app", tags=["v*"], dry_run=True).repositories
        >>> str(repository.repository), len(repository.deleted), repository.kept
        ('oci:store/app', 2, ())
    """

    repository: str
    """The repository or layout."""
    deleted: tuple[PrunedManifest, ...]
    """The deleted manifests, in the order of deletion: referrers before their subjects, indexes before what they list,
    and tags that are removed alone last."""
    kept: tuple[KeptManifest, ...]
    """The selected manifests that stay, each with the reason."""
    refused: tuple[RefusedManifest, ...]
    """The manifests that could not be deleted, each with the error: `ConflictError` if they have changed since the plan
    was made, or are needed by others that stay."""
    unseen: tuple[str, ...]
    """The phrases for users that say what a prune of this repository does not see."""
    unread: tuple[str, ...]
    """The phrases for users that name the lists and manifests that could not be read. If there is one, everything stays
    that was selected, since something unread may need it."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PrunedRepository:
        return cls(
            f["repository"],
            tuple(PrunedManifest._of(item) for item in f["deleted"]),
            tuple(KeptManifest._of(item) for item in f["kept"]),
            tuple(RefusedManifest._of(item) for item in f["refused"]),
            tuple(f["unseen"]),
            tuple(f["unread"]),
        )


@dataclass(frozen=True, slots=True)
class PruneFailure(Result):
    """A repository that could not be pruned.

    Example:
        >>> client.prune("oci:store/app", untagged=True).failed
        ()
    """

    repository: str
    """The repository or layout."""
    error: str
    """The error."""
    code: str
    """The code of that error, such as ``FORBIDDEN``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PruneFailure:
        return cls(f["repository"], f["error"], f["code"])


@dataclass(frozen=True, slots=True)
class PruneReport(Result):
    """The result of `Client.prune`: the plan of a dry run, or what was done. Its JSON, with names in camel case, is
    what the option ``plan`` writes and the option ``execute`` reads.

    Example:
        >>> client.prune("oci:store/app", untagged=True, dry_run=True).kind
        'io.ocigraph.prune'
    """

    schema_version: int
    """The version of this format: 1."""
    kind: str
    """The kind of this document: ``io.ocigraph.prune``."""
    created: str
    """Time at which the plan was made, RFC 3339."""
    dry_run: bool
    """True if nothing was deleted: the report is a plan."""
    repositories: tuple[PrunedRepository, ...]
    """The repositories and layouts in the order in which they were named."""
    failed: tuple[PruneFailure, ...]
    """The repositories that could not be pruned at all, each with the error. Nothing in them was deleted."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PruneReport:
        return cls(
            f["schema_version"],
            f["kind"],
            f["created"],
            f["dry_run"],
            tuple(PrunedRepository._of(item) for item in f["repositories"]),
            tuple(PruneFailure._of(item) for item in f["failed"]),
        )


@dataclass(frozen=True, slots=True)
class SyncRow(Result):
    """A row of `Client.sync`: a reference, or something that could not be listed.

    Example:
        >>> [row] = [row for row in client.sync("oci:store/app", "oci:mirror", dry_run=True)]
        >>> row.source, row.outcome
        ('oci:store/app:v1', 'would-copy')
    """

    source: str
    """The reference at the source, or the repository or registry that could not be listed."""
    destination: str
    """The reference at the destination. Empty if it is not known."""
    outcome: SyncOutcome
    """What was done, or what is wrong."""
    manifests: int
    """Number of manifests written."""
    blobs: int
    """Number of blobs sent or mounted."""
    bytes: int
    """Number of bytes of all manifests and blobs written."""
    digest: str | None = None
    """The digest that the destination should have. For a tag that is removed, empty. ``None`` if it is not known."""
    detail: str | None = None
    """What is wrong or would be done, as a phrase for users."""
    code: str | None = None
    """The name of the error's code, such as ``FORBIDDEN``, if there was an error."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> SyncRow:
        return cls(
            f["source"],
            f["destination"],
            f["outcome"],
            f["manifests"],
            f["blobs"],
            f["bytes"],
            f["digest"],
            f["detail"],
            f["code"],
        )


@dataclass(frozen=True, slots=True)
class SyncSummary(Result):
    """The summary of the rows of `Client.sync`, with those of an earlier one that the checkpoint has.

    Example:
        >>> rows = client.sync("oci:store/app", "oci:mirror", dry_run=True)
        >>> [row.outcome for row in rows], rows.summary.would_copy
        (['would-copy'], 1)
    """

    resumed: int
    """Number of rows that an earlier sync with the same checkpoint has completed."""
    copied: int
    """Number of rows with the outcome ``copied``."""
    existed: int
    """Number of rows with the outcome ``existed``."""
    would_copy: int
    """Number of rows with the outcome ``would-copy``."""
    missing: int
    """Number of rows with the outcome ``missing``."""
    refused: int
    """Number of rows with the outcome ``refused``."""
    changed: int
    """Number of rows with the outcome ``changed``."""
    unknown: int
    """Number of rows with the outcome ``unknown``."""
    removed: int
    """Number of rows with the outcome ``removed``."""
    would_remove: int
    """Number of rows with the outcome ``would-remove``."""
    manifests: int
    """Number of manifests written."""
    blobs: int
    """Number of blobs sent or mounted."""
    bytes: int
    """Number of bytes of all manifests and blobs written."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> SyncSummary:
        return cls(
            f["resumed"],
            f["copied"],
            f["existed"],
            f["would_copy"],
            f["missing"],
            f["refused"],
            f["changed"],
            f["unknown"],
            f["removed"],
            f["would_remove"],
            f["manifests"],
            f["blobs"],
            f["bytes"],
        )


@dataclass(frozen=True, slots=True)
class SweepRow(Result):
    """A row of `Client.sweep`: an image, something that is attached to it, or something that could not be read.

    The row of an image has ``depth`` 0 and comes after the rows of what is attached to it. Its ``status`` tells whether
    these are all.

    Example:
        >>> [row.artifact_type for row in client.sweep("oci:store/app") if row.depth == 1]
        ['sbom/example']
    """

    registry: str
    """The registry, as ``host[:port]``, or the path of the image layout after ``oci:``."""
    repository: str
    """The repository. Empty for an image layout, and for a registry whose repositories cannot be listed."""
    kinds: tuple[str, ...]
    """The kinds of the manifest: ``signature``, ``attestation``, ``provenance``, ``sbom``, ``scan-result``, ``vex``,
    ``chart``. Empty if it follows no known convention."""
    predicate_types: tuple[str, ...]
    """The predicate types of in-toto statements, as far as they are known without reading content."""
    depth: int
    """The number of edges from the image: 0 for the image, 1 for what is directly attached."""
    status: SweepStatus
    """What is known."""
    tag: str | None = None
    """The tag of the image, also for what is attached: one of its tags if it has several. ``None`` if the image was
    found or named without one."""
    image: str | None = None
    """The digest of the image. ``None`` if it is not known."""
    subject: str | None = None
    """The digest of the manifest that this one is attached to. ``None`` for an image."""
    digest: str | None = None
    """The digest of the manifest. ``None`` for something that could not be read."""
    edge: str | None = None
    """How the manifest is attached: ``referrer``, ``tag``, ``attestation`` or ``child``. ``None`` for an image."""
    label: str | None = None
    """What the manifest is, as a phrase such as ``SBoM (SPDX)``. ``None`` if it follows no known convention."""
    artifact_type: str | None = None
    """The artifact type, if it is known without reading the manifest."""
    media_type: str | None = None
    """The media type of the manifest."""
    size: int | None = None
    """The size of the manifest in bytes."""
    created: str | None = None
    """The annotation ``org.opencontainers.image.created``, if the list or index has it."""
    platform: str | None = None
    """The platform, as ``os/arch[/variant]``, if an index lists the manifest with one."""
    error: str | None = None
    """Why it is not known, or refused. ``None`` if it is known."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> SweepRow:
        return cls(
            f["registry"],
            f["repository"],
            tuple(f["kinds"]),
            tuple(f["predicate_types"]),
            f["depth"],
            f["status"],
            f["tag"],
            f["image"],
            f["subject"],
            f["digest"],
            f["edge"],
            f["label"],
            f["artifact_type"],
            f["media_type"],
            f["size"],
            f["created"],
            f["platform"],
            f["error"],
        )


@dataclass(frozen=True, slots=True)
class SweepCoverage(Result):
    """How many images have attachments of one kind.

    An index has what is attached to it, or to each of its images. An image for a platform has what is attached to it,
    or to its index.

    Example:
        >>> rows = client.sweep("oci:store/app")
        >>> _ = [row for row in rows]
        >>> {c.kind: c.covered for c in rows.summary.coverage if not c.repository and not c.platform}["sbom"]
        0
    """

    kind: str
    """The kind: ``signature``, ``attestation``, ``provenance``, ``sbom``, ``scan-result``, ``vex`` or ``chart``."""
    images: int
    """The number of images."""
    covered: int
    """The images that have such an attachment."""
    unknown: int
    """The images of which it is not known."""
    repository: str | None = None
    """The repository, as ``host/repository``, or the layout as ``oci:PATH``. ``None`` for all."""
    platform: str | None = None
    """The platform of the images in indexes, as ``os/arch[/variant]``, or ``other`` for those after the first 256.
    ``None`` for all images."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> SweepCoverage:
        return cls(f["kind"], f["images"], f["covered"], f["unknown"], f["repository"], f["platform"])


@dataclass(frozen=True, slots=True)
class SweepSummary(Result):
    """The totals of a sweep.

    All numbers count images, and not tags: an image with several tags counts once in each repository. A repository or
    registry that could not be read counts as one, too.

    Example:
        >>> rows = client.sweep("oci:store/app")
        >>> [row.depth for row in rows], rows.summary.images
        ([1, 0], 1)
    """

    images: int
    """The images of which a row was returned, whatever is known of them."""
    attached: int
    """The manifests that are attached to them, and those that indexes list."""
    none: int
    """The images to which nothing is attached."""
    missing: int
    """The images, repositories and registries that do not exist."""
    unknown: int
    """The images, repositories and registries of which not everything could be read."""
    refused: int
    """The images, repositories and registries of which the registry refuses something."""
    resumed_rows: int
    """The rows that were returned before, by the sweep that the checkpoint continues, and that stay valid. Those of
    what was unknown, refused or unreadable came after them, and are replaced."""
    coverage: tuple[SweepCoverage, ...]
    """How many images have attachments of each kind: of all images, by repository, and by platform. In this order, and
    complete after the last row."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> SweepSummary:
        return cls(
            f["images"],
            f["attached"],
            f["none"],
            f["missing"],
            f["unknown"],
            f["refused"],
            f["resumed_rows"],
            tuple(SweepCoverage._of(item) for item in f["coverage"]),
        )


@dataclass(frozen=True, slots=True)
class Attributes(Result):
    """What Azure's registry permits with a manifest or tag. A locked one cannot be deleted.

    Example:
        >>> Attributes().delete_enabled
        True
    """

    delete_enabled: bool = True
    """True if it can be deleted."""
    list_enabled: bool = True
    """True if lists contain it."""
    read_enabled: bool = True
    """True if it can be pulled."""
    write_enabled: bool = True
    """True if it can be changed."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> Attributes:
        return cls(f["delete_enabled"], f["list_enabled"], f["read_enabled"], f["write_enabled"])


@dataclass(frozen=True, slots=True)
class TagInfo(Result):
    """A tag in a list, with what the registry or layout knows of it. Fields that are not known are ``None``.

    Example:
        >>> [info.name for info in client.tag_details("oci:store/app")]
        ['v1']
    """

    name: str
    """The tag itself."""
    digest: str | None = None
    """The digest of the manifest that the tag names, unless the registry does not say it: see ``problem``."""
    created: str | None = None
    """Time of the first push under this tag, RFC 3339. Azure only."""
    last_updated: str | None = None
    """Time of the last change, RFC 3339. Azure only."""
    signed: bool | None = None
    """True if content trust signed the tag. Azure only."""
    attributes: Attributes | None = None
    """The permitted actions. Azure only."""
    problem: str | None = None
    """What prevents that the tag is resolved, as a phrase for users: its manifest is malformed, or the registry refuses
    to serve it."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> TagInfo:
        return cls(
            f["name"],
            f["digest"],
            f["created"],
            f["last_updated"],
            f["signed"],
            f["attributes"] and Attributes._of(f["attributes"]),
            f["problem"],
        )


@dataclass(frozen=True, slots=True)
class ManifestInfo(Result):
    """A manifest in a list, with what the registry or layout knows of it. Fields that are not known are ``None``.

    Example:
        >>> [info.tags for info in client.manifests("oci:store/app") if info.tags]
        [('v1',)]
    """

    descriptor: Descriptor
    """The manifest. Its size is 0 if the list of the registry does not contain it."""
    tags: tuple[str, ...]
    """The tags that name the manifest."""
    subject: str | None = None
    """The digest of the subject."""
    created: str | None = None
    """Creation time, RFC 3339: from Azure's list, else from the annotation ``org.opencontainers.image.created``, else
    from the config of the image."""
    last_updated: str | None = None
    """Time of the last change of the manifest or its tags, RFC 3339. Azure only."""
    architecture: str | None = None
    """CPU architecture, from the config of an image."""
    os: str | None = None
    """Operating system, from the config of an image."""
    config_media_type: str | None = None
    """Media type of the config."""
    image_size: int | None = None
    """Total size of config, layers and blobs, in bytes."""
    attributes: Attributes | None = None
    """The permitted actions. Azure only."""
    problem: str | None = None
    """What prevents that the manifest or its config is read, as a phrase for users: it is malformed, or the registry
    refuses to serve it. The details are not known then."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> ManifestInfo:
        return cls(
            Descriptor._of(f["descriptor"]),
            tuple(f["tags"]),
            f["subject"],
            f["created"],
            f["last_updated"],
            f["architecture"],
            f["os"],
            f["config_media_type"],
            f["image_size"],
            f["attributes"] and Attributes._of(f["attributes"]),
            f["problem"],
        )


@dataclass(frozen=True, slots=True)
class LoginResult(Result):
    """The result of `Client.login`.

    Example:
        >>> LoginResult("registry.example.com", "pass", plain_text=False, verified=True, overridden=False).verified
        True
    """

    host: str
    """The registry: host, and port and namespace if they were given."""
    stored_in: str
    """Where the credential is stored."""
    plain_text: bool
    """True if the credential is stored as plain text in a file that only its owner can read."""
    verified: bool
    """True if the registry demanded authentication and accepted the credential. False if it serves anonymous requests,
    which verify nothing."""
    overridden: bool
    """True if ``DOCKER_AUTH_CONFIG`` has a credential for the registry, which is used before the stored one."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> LoginResult:
        return cls(f["host"], f["stored_in"], f["plain_text"], f["verified"], f["overridden"])


@dataclass(frozen=True, slots=True)
class LogoutResult(Result):
    """The result of `Client.logout`.

    Example:
        >>> client.logout("registry.example.com").remains
        False
    """

    host: str
    """The registry: host, and port and namespace if they were given."""
    removed_from: tuple[str, ...]
    """The places from which credentials were removed: files and credential helpers. Empty if none were stored."""
    remains: bool
    """True if ``DOCKER_AUTH_CONFIG`` still has a credential for the registry."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> LogoutResult:
        return cls(f["host"], tuple(f["removed_from"]), f["remains"])
