"""What operations give back: immutable values that compare, hash, pickle, and turn into plain dicts.

The fields are those of every language; `to_dict` gives the JSON that the command line prints, in snake case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeAlias

Outcome: TypeAlias = Literal["uploaded", "existed", "mounted", "written", "unchanged", "kept", "checked"]
"""What became of a blob: sent, there already, taken from another repository; written to a file, an identical
file was there, another file was kept; read and found right."""

ProblemKind: TypeAlias = Literal["missing", "size", "digest", "malformed"]
"""What can be wrong with content: not there, of another size, of another digest, no manifest."""


class Annotations(Mapping[str, str]):
    """Annotations of a manifest or descriptor: a mapping of text to text that does not change.

    Example:
        >>> Annotations({"org.example.stage": "test"})["org.example.stage"]
        'test'
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values: dict[str, str] = dict(values or {})

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._values == dict(other)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return repr(self._values)

    def __reduce__(self) -> tuple[type[Annotations], tuple[dict[str, str]]]:
        return (Annotations, (self._values,))


def _plain(value: Any) -> Any:
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


class Result:
    """What all results have in common.

    Example:
        >>> isinstance(client.resolve("oci:store/app:v1"), Result)
        True
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as dicts, lists, text and numbers, without what is not known: ready for ``json.dumps``.

        Example:
            >>> client.resolve("oci:store/app:v1").to_dict()["media_type"]
            'application/vnd.oci.image.manifest.v1+json'
        """
        named = ((f.name, getattr(self, f.name)) for f in fields(self) if f.repr)  # type: ignore[arg-type]
        left_out = (None, Annotations())
        return {name: _plain(value) for name, value in named if value not in left_out}


@dataclass(frozen=True, slots=True)
class Platform(Result):
    """What an image runs on. Its text, ``linux/arm64/v8``, is what options take, too.

    Example:
        >>> str(Platform("arm64", "linux", variant="v8"))
        'linux/arm64/v8'
    """

    architecture: str
    """CPU architecture, as Go names it: ``amd64``, ``arm64``."""
    os: str
    """Operating system, as Go names it: ``linux``, ``windows``."""
    os_version: str | None = None
    """Version of the operating system; Windows images have it."""
    os_features: tuple[str, ...] = ()
    """Features of the operating system that are needed."""
    variant: str | None = None
    """Variant of the CPU: ``v7``."""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    def to_dict(self) -> dict[str, Any]:
        """The platform as OCI writes it, with ``os.version`` and ``os.features``.

        Example:
            >>> Platform("amd64", "linux").to_dict()
            {'architecture': 'amd64', 'os': 'linux'}
        """
        named = {"os.version": self.os_version, "os.features": list(self.os_features), "variant": self.variant}
        known = {name: value for name, value in named.items() if value}
        return {"architecture": self.architecture, "os": self.os, **known}

    @classmethod
    def _of(cls, f: dict[str, Any]) -> Platform:
        features = tuple(f.get("os.features", ()))
        return cls(f["architecture"], f["os"], f.get("os.version"), features, f.get("variant"))


@dataclass(frozen=True, slots=True)
class Descriptor(Result):
    """Names content: its type, digest and size, and what is annotated.

    Example:
        >>> descriptor = client.resolve("oci:store/app:v1")
        >>> descriptor.digest[:7], descriptor.size > 0
        ('sha256:', True)
    """

    media_type: str
    """Its media type."""
    digest: str
    """Its digest, ``sha256:`` and 64 hexadecimal digits."""
    size: int
    """Its size in bytes."""
    artifact_type: str | None = None
    """What kind of artifact a manifest is, such as ``sbom/example``."""
    annotations: Annotations = field(default_factory=Annotations)
    """Its annotations."""
    platform: Platform | None = None
    """What the image runs on, where an index says so."""

    @property
    def title(self) -> str | None:
        """The name of the file it is, from ``org.opencontainers.image.title``."""
        return self.annotations.get("org.opencontainers.image.title")

    @classmethod
    def _of(cls, f: dict[str, Any]) -> Descriptor:
        platform = Platform._of(f["platform"]) if "platform" in f else None
        annotations = Annotations(f.get("annotations"))
        return cls(f["media_type"], f["digest"], f["size"], f.get("artifact_type"), annotations, platform)


def _descriptors(items: list[dict[str, Any]]) -> tuple[Descriptor, ...]:
    return tuple(Descriptor._of(item) for item in items)


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
        return cls(f["reference"], Descriptor._of(f["descriptor"]), files, _descriptors(f["skipped"]))


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
        return cls(f["dry_run"], _descriptors(f["deleted"]), kept, failed)


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
class Attributes(Result):
    """What Azure's registry lets anyone do with a manifest or tag: a locked one is not deleted.

    Example:
        >>> Attributes().delete_enabled
        True
    """

    delete_enabled: bool = True
    """It can be deleted."""
    list_enabled: bool = True
    """It is shown in lists."""
    read_enabled: bool = True
    """It can be pulled."""
    write_enabled: bool = True
    """It can be changed."""

    @classmethod
    def _in(cls, f: dict[str, Any]) -> dict[str, Any]:
        """The fields with the attributes among them as a value."""
        return {**f, "attributes": cls(**f["attributes"])} if "attributes" in f else f


@dataclass(frozen=True, slots=True)
class ManifestInfo(Result):
    """What is known of a manifest in a listing.

    Example:
        >>> [info.tags for info in client.manifests("oci:store/app") if info.tags]
        [('v1',)]
    """

    descriptor: Descriptor
    """The manifest. Its size is 0 where the registry's list does not tell."""
    tags: tuple[str, ...]
    """Its tags."""
    subject: str | None = None
    """The digest of what it refers to."""
    created: str | None = None
    """When it was made, RFC 3339, as the registry, its annotations or its config have it."""
    last_updated: str | None = None
    """When it or its tags were last changed, RFC 3339, where the registry tells."""
    architecture: str | None = None
    """CPU architecture, from an image's config."""
    os: str | None = None
    """Operating system, from an image's config."""
    config_media_type: str | None = None
    """The media type of its config."""
    image_size: int | None = None
    """Bytes of its config, layers and blobs together."""
    attributes: Attributes | None = None
    """What may be done with it, where the registry tells."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> ManifestInfo:
        rest = {name: value for name, value in Attributes._in(f).items() if name not in ("descriptor", "tags")}
        return cls(Descriptor._of(f["descriptor"]), tuple(f["tags"]), **rest)


@dataclass(frozen=True, slots=True)
class TagInfo(Result):
    """What is known of a tag in a listing.

    Example:
        >>> [info.name for info in client.tag_details("oci:store/app")]
        ['v1']
    """

    name: str
    """The tag."""
    digest: str
    """What it names."""
    created: str | None = None
    """When it was first written, RFC 3339, where the registry tells."""
    last_updated: str | None = None
    """When it was last changed, RFC 3339, where the registry tells."""
    signed: bool | None = None
    """Whether it is signed by content trust, where the registry tells."""
    attributes: Attributes | None = None
    """What may be done with it, where the registry tells."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> TagInfo:
        return cls(**Attributes._in(f))


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
class Manifest(Result):
    """A manifest or index as it is stored, and what it says, whatever its format.

    Example:
        >>> manifest = client.fetch_manifest("oci:store/app:v1")
        >>> [blob.title for blob in manifest.blobs]
        ['program']
    """

    content: bytes = field(repr=False)
    """Its bytes, as they were received: the digest is of these."""
    descriptor: Descriptor
    """Its type, digest and size."""
    artifact_type: str | None = None
    """What kind of artifact it is."""
    config: Descriptor | None = None
    """Its config."""
    blobs: tuple[Descriptor, ...] = ()
    """Its layers or blobs."""
    manifests: tuple[Descriptor, ...] = ()
    """What an index lists."""
    subject: Descriptor | None = None
    """What it refers to."""
    annotations: Annotations = field(default_factory=Annotations)
    """Its annotations."""

    def json(self) -> Any:
        """The bytes as JSON.

        Example:
            >>> client.fetch_manifest("oci:store/app:v1").json()["schemaVersion"]
            2
        """
        return json.loads(self.content)

    @classmethod
    def _of(cls, result: tuple[dict[str, Any], bytes]) -> Manifest:
        f, content = result
        config, subject = f["config"], f["subject"]
        return cls(
            content,
            Descriptor._of(f["descriptor"]),
            f["artifact_type"],
            Descriptor._of(config) if config else None,
            _descriptors(f["blobs"]),
            _descriptors(f["manifests"]),
            Descriptor._of(subject) if subject else None,
            Annotations(f["annotations"]),
        )


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
