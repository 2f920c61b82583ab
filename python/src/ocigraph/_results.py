"""What operations give back: values with the fields of every language.

`to_dict` has the names and values of the JSON that the command line prints for the operation, in snake case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ._descriptor import Descriptor, Result, descriptors

Outcome: TypeAlias = Literal["uploaded", "existed", "mounted", "written", "unchanged", "kept", "checked"]
"""What became of a blob: sent, there already, taken from another repository; written to a file, an identical
file was there, another file was kept; read and found right."""

ProblemKind: TypeAlias = Literal["missing", "size", "digest", "malformed"]
"""What can be wrong with content: not there, of another size, of another digest, no manifest."""


@dataclass(frozen=True, slots=True)
class PushedBlob(Result):
    """A blob of a push, and what became of it.

    Example:
        >>> client.push_blob("oci:store/app", b"hello").outcome
        'uploaded'
    """

    descriptor: Descriptor
    """The blob."""
    outcome: Outcome
    """``uploaded``, ``existed`` or ``mounted``."""
    title: str | None = None
    """The name of the file, where it has one."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PushedBlob:
        return cls(Descriptor._of(f["descriptor"]), f["outcome"], f.get("title"))


@dataclass(frozen=True, slots=True)
class PushResult(Result):
    """What was pushed.

    Example:
        >>> pushed = client.push("oci:store/app:v2", File(b"hello", title="hello.txt"))
        >>> pushed.tags, pushed.blobs[0].outcome
        (('v2',), 'uploaded')
    """

    reference: str
    """The artifact, by digest."""
    descriptor: Descriptor
    """Its manifest."""
    tags: tuple[str, ...]
    """The tags it was given."""
    blobs: tuple[PushedBlob, ...]
    """Its blobs, in their order, the config aside."""
    manifest: bytes = field(default=b"", repr=False)
    """The manifest's bytes."""

    @classmethod
    def _of(cls, result: tuple[dict[str, Any], bytes]) -> PushResult:
        f, manifest = result
        blobs = tuple(PushedBlob._of(blob) for blob in f["blobs"])
        return cls(f["reference"], Descriptor._of(f["descriptor"]), tuple(f["tags"]), blobs, manifest)


@dataclass(frozen=True, slots=True)
class PulledFile(Result):
    """A file of a pull.

    Example:
        >>> client.pull("oci:store/app:v1", "out")[0].files[0].outcome
        'written'
    """

    path: Path
    """Where it is."""
    descriptor: Descriptor
    """The blob."""
    outcome: Outcome
    """``written``, ``unchanged`` or ``kept``."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PulledFile:
        return cls(Path(f["path"]), Descriptor._of(f["descriptor"]), f["outcome"])


@dataclass(frozen=True, slots=True)
class PullResult(Result):
    """One artifact that was pulled.

    Example:
        >>> [artifact] = client.pull("oci:store/app:v1", "out")
        >>> [str(file.path) for file in artifact.files]
        ['out/program']
    """

    reference: str
    """The artifact, by digest."""
    descriptor: Descriptor
    """Its manifest."""
    files: tuple[PulledFile, ...]
    """Its files, in the order of the manifest."""
    skipped: tuple[Descriptor, ...]
    """Blobs without a title, which are not written."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> PullResult:
        files = tuple(PulledFile._of(file) for file in f["files"])
        return cls(f["reference"], Descriptor._of(f["descriptor"]), files, descriptors(f["skipped"]))


@dataclass(frozen=True, slots=True)
class Kept(Result):
    """A manifest that a delete leaves.

    Example:
        >>> kept = client.delete("oci:store/app:v1", dry_run=True).kept
        >>> len(kept)
        0
    """

    descriptor: Descriptor
    """The manifest."""
    reason: str
    """Why, as a phrase: ``tagged stable``."""


@dataclass(frozen=True, slots=True)
class Failed(Result):
    """A manifest that could not be deleted.

    Example:
        >>> client.delete("oci:store/app:v1").failed
        ()
    """

    descriptor: Descriptor
    """The manifest."""
    error: str
    """Why, as a sentence."""
    code: str
    """Why, as the code of an error: ``FORBIDDEN``."""


@dataclass(frozen=True, slots=True)
class DeleteReport(Result):
    """What was deleted, or would be.

    Example:
        >>> report = client.delete("oci:store/app:v1", dry_run=True)
        >>> report.dry_run, len(report.deleted)
        (True, 2)
    """

    dry_run: bool
    """Whether nothing was done."""
    deleted: tuple[Descriptor, ...]
    """What is gone, or would be, in the order of deletion: referrers before their subjects."""
    kept: tuple[Kept, ...]
    """What stays, and why."""
    failed: tuple[Failed, ...]
    """What could not be deleted."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> DeleteReport:
        kept = tuple(Kept(Descriptor._of(k["descriptor"]), k["reason"]) for k in f["kept"])
        failed = tuple(Failed(Descriptor._of(k["descriptor"]), k["error"], k["code"]) for k in f["failed"])
        return cls(f["dry_run"], descriptors(f["deleted"]), kept, failed)


@dataclass(frozen=True, slots=True)
class CopiedBlobs(Result):
    """Blobs of a copy, by what became of them.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1").blobs.copied
        2
    """

    copied: int
    """Sent."""
    existed: int
    """There already."""
    mounted: int
    """Taken by the registry from another of its repositories."""


@dataclass(frozen=True, slots=True)
class CopyReport(Result):
    """What was copied.

    Example:
        >>> client.copy("oci:store/app:v1", "oci:backup/app:v1", recursive=True).manifests
        2
    """

    source: str
    """The source, by digest."""
    destination: str
    """The destination, by digest."""
    descriptor: Descriptor
    """The manifest that was named."""
    tags: tuple[str, ...]
    """The tags it was given."""
    manifests: int
    """Manifests written; those that were there are not counted."""
    blobs: CopiedBlobs
    """What became of the blobs."""
    bytes: int
    """Bytes written, of manifests and blobs."""

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
    """Something wrong in a graph.

    Example:
        >>> client.verify("oci:store/app:v1").problems
        ()
    """

    descriptor: Descriptor
    """What should be there."""
    path: tuple[str, ...]
    """The digests that lead to it, from the root on; empty for the root."""
    kind: ProblemKind
    """What is wrong with it."""
    detail: str
    """The same as a sentence."""


@dataclass(frozen=True, slots=True)
class VerifyReport(Result):
    """What a verification found.

    Example:
        >>> report = client.verify("oci:store/app:v1")
        >>> report.ok, report.checked
        (True, 4)
    """

    checked: int
    """Manifests and blobs that were looked at."""
    bytes: int
    """Bytes that were read and digested."""
    problems: tuple[Problem, ...]
    """What is wrong; empty when all is well."""

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return not self.problems

    @classmethod
    def _of(cls, f: dict[str, Any]) -> VerifyReport:
        problems = tuple(
            Problem(Descriptor._of(p["descriptor"]), tuple(p["path"]), p["kind"], p["detail"]) for p in f["problems"]
        )
        return cls(f["checked"], f["bytes"], problems)


@dataclass(frozen=True, slots=True)
class LoginResult(Result):
    """What became of a login.

    Example:
        >>> LoginResult("registry.example.com", "pass", plain_text=False, verified=True, overridden=False).verified
        True
    """

    host: str
    """The registry."""
    stored_in: str
    """Where the credential is kept now: a file, or the name of a helper."""
    plain_text: bool
    """Whether it is kept as plain text, which its owner alone can read."""
    verified: bool
    """Whether the registry asked for a credential and took this one; one that asks for none cannot tell."""
    overridden: bool
    """Whether ``DOCKER_AUTH_CONFIG`` has a credential for the registry, which comes before this one."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> LoginResult:
        return cls(**f)


@dataclass(frozen=True, slots=True)
class LogoutResult(Result):
    """What became of a logout.

    Example:
        >>> client.logout("registry.example.com").remains
        False
    """

    host: str
    """The registry."""
    removed_from: tuple[str, ...]
    """Where credentials were removed; empty when there were none."""
    remains: bool
    """Whether ``DOCKER_AUTH_CONFIG`` still has a credential for the registry."""

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
    """The file, as it was named."""
    digest: str
    """Its digest."""
    size: int
    """Its size in bytes."""
