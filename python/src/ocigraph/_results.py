"""The results of operations.

`to_dict` returns the JSON that the command line prints for the same operation, with keys in snake case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ._descriptor import Descriptor, Result, descriptors

Outcome: TypeAlias = Literal["uploaded", "existed", "mounted", "written", "unchanged", "kept", "checked"]
"""The result for a blob. Pushed: sent, already present, or mounted from another repository. Pulled: written, identical
to the existing file, or not written because another file was kept. Verified: checked."""

ProblemKind: TypeAlias = Literal["missing", "size", "digest", "malformed"]
"""The problem with content: it is missing, has another size or digest, or is not a valid manifest."""


@dataclass(frozen=True, slots=True)
class PushedBlob(Result):
    """A pushed blob and its result.

    Example:
        >>> client.push_blob("oci:store/app", b"hello").outcome
        'uploaded'
    """

    descriptor: Descriptor
    """The descriptor of the blob."""
    outcome: Outcome
    """The result for this blob: ``uploaded``, ``existed`` or ``mounted``."""
    title: str | None = None
    """The title of the blob, if it has one."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PushedBlob:
        return cls(Descriptor._of(f["descriptor"]), f["outcome"], f.get("title"))


@dataclass(frozen=True, slots=True)
class PushResult(Result):
    """The result of `Client.push`.

    Example:
        >>> pushed = client.push("oci:store/app:v2", File(b"hello", title="hello.txt"))
        >>> pushed.tags, pushed.blobs[0].outcome
        (('v2',), 'uploaded')
    """

    reference: str
    """The reference of the artifact by digest."""
    descriptor: Descriptor
    """The descriptor of the manifest."""
    tags: tuple[str, ...]
    """The tags that were assigned."""
    blobs: tuple[PushedBlob, ...]
    """The blobs in order, without the config."""
    manifest: bytes = field(default=b"", repr=False)
    """The bytes of the manifest."""

    @classmethod
    def _of(cls, result: tuple[dict[str, Any], bytes]) -> PushResult:
        f, manifest = result
        blobs = tuple(PushedBlob._of(blob) for blob in f["blobs"])
        return cls(f["reference"], Descriptor._of(f["descriptor"]), tuple(f["tags"]), blobs, manifest)


@dataclass(frozen=True, slots=True)
class PulledFile(Result):
    """A pulled file.

    Example:
        >>> client.pull("oci:store/app:v1", "out")[0].files[0].outcome
        'written'
    """

    path: Path
    """The path of the file on disk."""
    descriptor: Descriptor
    """The descriptor of the blob."""
    outcome: Outcome
    """The result for this file: ``written``, ``unchanged`` or ``kept``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PulledFile:
        return cls(Path(f["path"]), Descriptor._of(f["descriptor"]), f["outcome"])


@dataclass(frozen=True, slots=True)
class PullResult(Result):
    """The result of `Client.pull` for one artifact.

    Example:
        >>> [artifact] = client.pull("oci:store/app:v1", "out")
        >>> [str(file.path) for file in artifact.files]
        ['out/program']
    """

    reference: str
    """The reference of the artifact by digest."""
    descriptor: Descriptor
    """The descriptor of the manifest."""
    files: tuple[PulledFile, ...]
    """The files in the order of the manifest."""
    skipped: tuple[Descriptor, ...]
    """The descriptors of blobs without a title, which a pull does not write."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PullResult:
        files = tuple(PulledFile._of(file) for file in f["files"])
        return cls(f["reference"], Descriptor._of(f["descriptor"]), files, descriptors(f["skipped"]))


@dataclass(frozen=True, slots=True)
class RetainedManifest(Result):
    """A manifest that a delete kept.

    Example:
        >>> kept = client.delete("oci:store/app:v1", dry_run=True).kept
        >>> len(kept)
        0
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    reason: str
    """The reason, such as ``tagged stable``."""


@dataclass(frozen=True, slots=True)
class DeleteFailure(Result):
    """A manifest that could not be deleted.

    Example:
        >>> client.delete("oci:store/app:v1").failed
        ()
    """

    descriptor: Descriptor
    """The descriptor of the manifest."""
    error: str
    """The message of the error that prevented the deletion."""
    code: str
    """The code of that error, such as ``FORBIDDEN``."""


@dataclass(frozen=True, slots=True)
class DeleteReport(Result):
    """The result of `Client.delete`.

    Example:
        >>> report = client.delete("oci:store/app:v1", dry_run=True)
        >>> report.dry_run, len(report.deleted)
        (True, 2)
    """

    dry_run: bool
    """True for a dry run, which deletes nothing."""
    deleted: tuple[Descriptor, ...]
    """The manifests that were deleted, or would be, in order: referrers before their subjects."""
    kept: tuple[RetainedManifest, ...]
    """The manifests that were kept."""
    failed: tuple[DeleteFailure, ...]
    """The manifests that could not be deleted."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> DeleteReport:
        kept = tuple(RetainedManifest(Descriptor._of(k["descriptor"]), k["reason"]) for k in f["kept"])
        failed = tuple(DeleteFailure(Descriptor._of(k["descriptor"]), k["error"], k["code"]) for k in f["failed"])
        return cls(f["dry_run"], descriptors(f["deleted"]), kept, failed)


@dataclass(frozen=True, slots=True)
class CopiedBlobs(Result):
    """The number of blobs of a copy by result.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1").blobs.copied
        2
    """

    copied: int
    """The number of blobs that were sent."""
    existed: int
    """The number of blobs that already existed."""
    mounted: int
    """The number of blobs that the registry mounted from another repository."""


@dataclass(frozen=True, slots=True)
class CopyReport(Result):
    """The result of `Client.copy`.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True).manifests
        2
    """

    source: str
    """The reference of the source by digest."""
    destination: str
    """The reference of the copy by digest."""
    descriptor: Descriptor
    """The descriptor of the copied manifest."""
    tags: tuple[str, ...]
    """The tags that were assigned at the destination."""
    manifests: int
    """The number of manifests written, without those that already existed."""
    blobs: CopiedBlobs
    """The number of blobs by result."""
    bytes: int
    """The number of bytes written, of manifests and blobs."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> CopyReport:
        return cls(
            f["source"],
            f["destination"],
            Descriptor._of(f["descriptor"]),
            tuple(f["tags"]),
            f["manifests"],
            CopiedBlobs(**f["blobs"]),
            f["bytes"],
        )


@dataclass(frozen=True, slots=True)
class Problem(Result):
    """A problem that `Client.verify` found.

    Example:
        >>> client.verify("oci:store/app:v1").problems
        ()
    """

    descriptor: Descriptor
    """The descriptor of the content that has the problem."""
    path: tuple[str, ...]
    """The digests of the nodes between the root and the content. Empty for the root itself."""
    kind: ProblemKind
    """The kind of problem, such as ``missing``."""
    detail: str
    """The problem as a sentence."""


@dataclass(frozen=True, slots=True)
class VerifyReport(Result):
    """The result of `Client.verify`.

    Example:
        >>> report = client.verify("oci:store/app:v1")
        >>> report.ok, report.checked
        (True, 4)
    """

    checked: int
    """The number of manifests and blobs that were checked."""
    bytes: int
    """The number of bytes that were read and hashed."""
    problems: tuple[Problem, ...]
    """The problems. Empty if the graph is intact."""

    @property
    def ok(self) -> bool:
        """True if there are no problems."""
        return not self.problems

    @classmethod
    def _of(cls, f: dict[str, Any]) -> VerifyReport:
        problems = tuple(
            Problem(Descriptor._of(p["descriptor"]), tuple(p["path"]), p["kind"], p["detail"]) for p in f["problems"]
        )
        return cls(f["checked"], f["bytes"], problems)


@dataclass(frozen=True, slots=True)
class LoginResult(Result):
    """The result of `Client.login`.

    Example:
        >>> LoginResult("registry.example.com", "pass", plain_text=False, verified=True, overridden=False).verified
        True
    """

    host: str
    """The registry to which the credential belongs, as ``host[:port]``."""
    stored_in: str
    """The file or credential helper that now stores the credential."""
    plain_text: bool
    """True if the credential is stored as plain text, which only its owner can read."""
    verified: bool
    """True if the registry accepted the credential. False if it does not require authentication."""
    overridden: bool
    """True if ``DOCKER_AUTH_CONFIG`` contains a credential for the registry, which takes precedence."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> LoginResult:
        return cls(**f)


@dataclass(frozen=True, slots=True)
class LogoutResult(Result):
    """The result of `Client.logout`.

    Example:
        >>> client.logout("registry.example.com").remains
        False
    """

    host: str
    """The registry whose credentials were removed, as ``host[:port]``."""
    removed_from: tuple[str, ...]
    """The files and helpers from which credentials were removed. Empty if none stored a credential."""
    remains: bool
    """True if ``DOCKER_AUTH_CONFIG`` still contains a credential for the registry."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> LogoutResult:
        return cls(f["host"], tuple(f["removed_from"]), f["remains"])


@dataclass(frozen=True, slots=True)
class FileDigest(Result):
    """The digest and size of a file.

    Example:
        >>> digest_files(["program"])[0].size
        10
    """

    path: Path
    """The path that was passed."""
    digest: str
    """The digest, such as ``sha256:`` and 64 hexadecimal digits."""
    size: int
    """The size of the file in bytes."""
