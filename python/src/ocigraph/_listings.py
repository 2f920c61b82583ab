"""The entries of listings: manifests and tags with their details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._descriptor import Descriptor, Result


@dataclass(frozen=True, slots=True)
class Attributes(Result):
    """The operations that Azure Container Registry permits on a manifest or tag. A locked one cannot be deleted.

    Example:
        >>> Attributes().delete_enabled
        True
    """

    delete_enabled: bool = True
    """True if it can be deleted."""
    list_enabled: bool = True
    """True if it appears in listings."""
    read_enabled: bool = True
    """True if it can be pulled."""
    write_enabled: bool = True
    """True if it can be overwritten."""

    @classmethod
    def _in(cls, f: dict[str, Any]) -> dict[str, Any]:
        """Replaces the ``attributes`` field, if present, with an instance of this class."""
        return {**f, "attributes": cls(**f["attributes"])} if "attributes" in f else f


@dataclass(frozen=True, slots=True)
class ManifestInfo(Result):
    """An entry of `Client.manifests`.

    Example:
        >>> [info.tags for info in client.manifests("oci:store/app") if info.tags]
        [('v1',)]
    """

    descriptor: Descriptor
    """The descriptor of the manifest. Its size is 0 if the registry's listing does not contain it."""
    tags: tuple[str, ...]
    """The tags that refer to the manifest."""
    subject: str | None = None
    """The digest of its subject."""
    created: str | None = None
    """The creation time in RFC 3339 format, from the registry, the annotations or the config."""
    last_updated: str | None = None
    """The time of the last change to the manifest or its tags in RFC 3339 format, if the registry reports it."""
    architecture: str | None = None
    """The CPU architecture from the image config."""
    os: str | None = None
    """The operating system from the image config."""
    config_media_type: str | None = None
    """The media type of the config."""
    image_size: int | None = None
    """The total size of the config and all blobs in bytes."""
    attributes: Attributes | None = None
    """The permitted operations, if the registry reports them."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> ManifestInfo:
        rest = {name: value for name, value in Attributes._in(f).items() if name not in ("descriptor", "tags")}
        return cls(Descriptor._of(f["descriptor"]), tuple(f["tags"]), **rest)


@dataclass(frozen=True, slots=True)
class TagInfo(Result):
    """An entry of `Client.tag_details`.

    Example:
        >>> [info.name for info in client.tag_details("oci:store/app")]
        ['v1']
    """

    name: str
    """The name of the tag."""
    digest: str
    """The digest of the tagged manifest."""
    created: str | None = None
    """The creation time in RFC 3339 format, if the registry reports it."""
    last_updated: str | None = None
    """The time of the last change in RFC 3339 format, if the registry reports it."""
    signed: bool | None = None
    """True if Docker Content Trust signed the tag. None if the registry does not report it."""
    attributes: Attributes | None = None
    """The permitted operations, if the registry reports them."""

    @classmethod
    def _of(cls, f: dict[str, Any]) -> TagInfo:
        return cls(**Attributes._in(f))
