"""Descriptors, platforms and manifests, and the base class of all results. They are immutable, and support comparison,
hashing, pickling and conversion to plain dicts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


class Annotations(Mapping[str, str]):
    """Annotations of a manifest or descriptor: an immutable mapping of strings to strings.

    See https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md.

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
    """The base class of all results.

    Example:
        >>> isinstance(client.resolve("oci:store/app:v1"), Result)
        True
    """

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Converts the result to dicts, lists, strings and numbers for ``json.dumps``. Omits unknown fields.

        Example:
            >>> client.resolve("oci:store/app:v1").to_dict()["media_type"]
            'application/vnd.oci.image.manifest.v1+json'
        """
        named = ((f.name, getattr(self, f.name)) for f in fields(self) if f.repr)  # type: ignore[arg-type]
        left_out = (None, Annotations())
        return {name: _plain(value) for name, value in named if value not in left_out}


@dataclass(frozen=True, slots=True)
class Platform(Result):
    """The platform of an image. Its string form, such as ``linux/arm64/v8``, is also accepted by all options.

    See https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md.

    Example:
        >>> str(Platform("arm64", "linux", variant="v8"))
        'linux/arm64/v8'
    """

    architecture: str
    """The CPU architecture as a Go ``GOARCH`` value: ``amd64``, ``arm64``."""
    os: str
    """The operating system as a Go ``GOOS`` value: ``linux``, ``windows``."""
    os_version: str | None = None
    """The version of the operating system, which Windows images specify."""
    os_features: tuple[str, ...] = ()
    """The required operating system features."""
    variant: str | None = None
    """The variant of the CPU: ``v7``."""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    def to_dict(self) -> dict[str, Any]:
        """Converts the platform to its OCI form, with the keys ``os.version`` and ``os.features``.

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
    """A descriptor: the media type, digest and size of content.

    See https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md.

    Example:
        >>> descriptor = client.resolve("oci:store/app:v1")
        >>> descriptor.digest[:7], descriptor.size > 0
        ('sha256:', True)
    """

    media_type: str
    """The media type of the content."""
    digest: str
    """The digest: an algorithm and hexadecimal digits, such as ``sha256:`` and 64 digits."""
    size: int
    """The size of the content in bytes."""
    artifact_type: str | None = None
    """The artifact type of a manifest, such as ``sbom/example``."""
    annotations: Annotations = field(default_factory=Annotations)
    """The annotations of the descriptor."""
    platform: Platform | None = None
    """The platform, if an index specifies it."""

    @property
    def title(self) -> str | None:
        """The file name, from the annotation ``org.opencontainers.image.title``."""
        return self.annotations.get("org.opencontainers.image.title")

    @classmethod
    def _of(cls, f: dict[str, Any]) -> Descriptor:
        platform = Platform._of(f["platform"]) if "platform" in f else None
        annotations = Annotations(f.get("annotations"))
        return cls(f["media_type"], f["digest"], f["size"], f.get("artifact_type"), annotations, platform)


def descriptors(items: list[dict[str, Any]]) -> tuple[Descriptor, ...]:
    return tuple(Descriptor._of(item) for item in items)


@dataclass(frozen=True, slots=True)
class Manifest(Result):
    """A manifest or index: its bytes, and the fields that every manifest format has.

    Example:
        >>> manifest = client.fetch_manifest("oci:store/app:v1")
        >>> [blob.title for blob in manifest.blobs]
        ['program']
    """

    content: bytes = field(repr=False)
    """The bytes of the manifest, unchanged: its digest is computed from them."""
    descriptor: Descriptor
    """The descriptor of the manifest."""
    artifact_type: str | None = None
    """The artifact type, such as ``sbom/example``."""
    config: Descriptor | None = None
    """The descriptor of the config."""
    blobs: tuple[Descriptor, ...] = ()
    """The descriptors of the layers or blobs."""
    manifests: tuple[Descriptor, ...] = ()
    """The descriptors of the manifests that an index lists."""
    subject: Descriptor | None = None
    """The descriptor of the subject."""
    annotations: Annotations = field(default_factory=Annotations)
    """The annotations of the manifest."""

    def json(self) -> Any:
        """Parses the bytes as JSON.

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
            descriptors(f["blobs"]),
            descriptors(f["manifests"]),
            Descriptor._of(subject) if subject else None,
            Annotations(f["annotations"]),
        )
