"""What listings give: manifests and tags, with what else a registry tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._descriptor import Descriptor, Result


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
