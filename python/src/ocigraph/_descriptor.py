"""Descriptors and what they are made of, manifests, and what all results have in common: immutable values that
compare, hash, pickle, and turn into plain dicts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


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


def descriptors(items: list[dict[str, Any]]) -> tuple[Descriptor, ...]:
    return tuple(Descriptor._of(item) for item in items)


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
            descriptors(f["blobs"]),
            descriptors(f["manifests"]),
            Descriptor._of(subject) if subject else None,
            Annotations(f["annotations"]),
        )
