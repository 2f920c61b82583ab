"""The arguments of operations: references, files and content, and their conversion for the native module."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from . import _native
from ._checks import check_path, check_text, check_texts, optional, wrong
from ._descriptor import Annotations, Descriptor, Manifest, Platform, Result

StrPath: TypeAlias = str | os.PathLike[str]
"""A path, as a string or as an object such as `pathlib.Path`."""

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    BytesLike: TypeAlias = ReadableBuffer
else:
    BytesLike: TypeAlias = bytes | bytearray | memoryview
"""Bytes in memory: any object that supports the buffer protocol, such as an `array` or an `mmap`."""


class Readable(Protocol):
    """A binary file object: its ``read`` method returns bytes, and an empty value at the end.

    Example:
        >>> import io
        >>> client.push_blob("oci:store/app", io.BytesIO(b"hello")).descriptor.size
        5
    """

    def read(self, size: int, /) -> bytes:
        """Returns at most ``size`` bytes; empty at the end."""
        ...


class AsyncReadable(Protocol):
    """A file object with an asynchronous ``read`` method. Only an `AsyncClient` accepts it.

    Example:
        >>> import asyncio
        >>> reader = asyncio.StreamReader()
        >>> reader.feed_data(b"hello")
        >>> reader.feed_eof()
        >>> (await client.push_blob("oci:store/app", reader)).descriptor.size
        5
    """

    async def read(self, size: int, /) -> bytes:
        """Returns at most ``size`` bytes; empty at the end."""
        ...


Content: TypeAlias = StrPath | BytesLike | Readable
"""The source of content: a path, bytes or a file object."""

AsyncContent: TypeAlias = Content | AsyncReadable | AsyncIterable[bytes]
"""The source of content for an `AsyncClient`, which may also be a file object with an asynchronous ``read`` method, or
an asynchronous iterable of bytes."""


@dataclass(frozen=True, slots=True)
class Reference(Result):
    """A parsed reference: ``host/repository:tag@digest`` or ``oci:path:tag@digest``. Every operation accepts it in
    place of a string.

    Example:
        >>> reference = Reference.parse("registry.example.com:8443/team/app:v1")
        >>> reference.host, reference.repository, reference.tags
        ('registry.example.com:8443', 'team/app', ('v1',))
    """

    text: str
    """The complete reference, as it can be passed to every operation."""
    location: str
    """The reference without tags and digest: the repository or layout."""
    tags: tuple[str, ...] = ()
    """The tags, in the order of the reference."""
    digest: str | None = None
    """The digest. It takes precedence over the tags."""
    host: str | None = None
    """The registry as ``host[:port]``. None for a layout."""
    repository: str | None = None
    """The repository within the registry. None for a layout."""
    path: Path | None = None
    """The directory of the layout. None for a registry."""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Parses a reference.

        The tag of a layout can be any name, such as ``docker.io/library/hello:1.0``. The path is the longest part
        before a colon that is a layout or a file; without one, it ends at the first colon after the directories that
        exist; ``oci:path/:tag`` ends it at the slash. So this looks which of these exist. It opens no file and does
        not use the network.

        Args:
            text: the reference.

        Raises:
            InvalidReferenceError: the text is not a valid reference.

        Example:
            >>> Reference.parse("alpine")
            Traceback (most recent call last):
            ocigraph.InvalidReferenceError: ...
        """
        return cls(**_native.parse_reference(check_text("reference", text)))

    @classmethod
    def layout(cls, path: StrPath, *tags: str, digest: str | None = None) -> Reference:
        """Creates a reference to a layout directory. The path may contain colons.

        Args:
            path: the directory.
            tags: the tags.
            digest: the digest.

        Raises:
            InvalidReferenceError: a tag or the digest is malformed.

        Example:
            >>> Reference.layout("backups/10:30", "v1").tags
            ('v1',)
        """
        named = tuple(check_text("tag", tag) for tag in tags)
        parts = (check_path("path", path), named, optional(check_text, "digest", digest))
        return cls(**_native.parse_reference(parts))

    def at(self, digest: str | Descriptor) -> Reference:
        """Returns a reference to a digest in the same repository or layout.

        Args:
            digest: a digest, or a descriptor with one.

        Raises:
            InvalidReferenceError: the digest is malformed.

        Example:
            >>> image = Reference.parse("oci:store/app:v1")
            >>> [client.fetch_manifest(image.at(referrer)).artifact_type for referrer in client.discover(image)]
            ['sbom/example']
        """
        named = digest_text(digest)
        return self.layout(self.path, digest=named) if self.path else self.parse(f"{self.location}@{named}")


AnyReference: TypeAlias = str | Reference | os.PathLike[str]
"""A reference as a string or parsed. A path object refers to the layout in that directory."""


@dataclass(frozen=True, slots=True, repr=False)
class File:
    """A file to push: a path, bytes or a file object, with its title, media type and annotations.

    A path without further details can be passed directly. Bytes are not copied. A file object is read to the end before
    the push; content of more than 1 MiB is buffered in a temporary file.

    Example:
        >>> pushed = client.push("oci:store/app:v3", [File(b"{}", title="sbom.json")])
        >>> pushed.blobs[0].descriptor.media_type
        'application/json'
    """

    content: AsyncContent
    """A path, bytes or a file object. For an `AsyncClient`, also an asynchronous iterable of bytes. A directory is
    packed reproducibly as a gzip-compressed tar archive."""
    title: str | None = None
    """The path that a pull writes the file to. Default: the path. Content without a title is not written by a pull."""
    media_type: str | None = None
    """The media type. Default: derived from the file name."""
    annotations: Mapping[str, str] = field(default_factory=Annotations)
    """Further annotations of the file's descriptor."""

    def __post_init__(self) -> None:
        optional(check_text, "title", self.title)
        optional(check_text, "media_type", self.media_type)
        check_texts("annotations", self.annotations)

    def __repr__(self) -> str:
        named = isinstance(self.content, str | os.PathLike)
        shown = [repr(self.content) if named else f"<{type(self.content).__name__}>"]
        others = {"title": self.title, "media_type": self.media_type, "annotations": self.annotations}
        shown += [f"{name}={value!r}" for name, value in others.items() if value]
        return f"File({', '.join(shown)})"


class _Given:
    """A file, with the types that the native module reads."""

    __slots__ = ("annotations", "content", "media_type", "title")

    def __init__(self, content: Any, title: str | None, media_type: str | None, annotations: dict[str, str]) -> None:
        self.content = content
        self.title = title
        self.media_type = media_type
        self.annotations = annotations


GivenReference: TypeAlias = str | tuple[StrPath, tuple[str, ...], str | None]
"""A reference for the native module: a string, or the path of a layout with tags and a digest."""


def given_reference(reference: AnyReference) -> GivenReference:
    """Converts a reference for the native module."""
    if isinstance(reference, str):
        return reference
    if isinstance(reference, Reference):
        return (reference.path, reference.tags, reference.digest) if reference.path else reference.text
    if isinstance(reference, os.PathLike):
        return (reference, (), None)
    error = wrong("reference", "a str, a path or a Reference", reference)
    if isinstance(reference, Descriptor):
        raise TypeError(f"{error}; use Reference.parse(repository).at(descriptor)")
    raise error


def given_references(references: AnyReference | Iterable[AnyReference]) -> list[GivenReference]:
    """Converts one reference or several for the native module."""
    items = [references] if isinstance(references, str | Reference | os.PathLike) else references
    return [given_reference(item) for item in items]


def named(reference: AnyReference) -> tuple[str, str | None]:
    """Returns the text of a reference and, if known, its repository or layout."""
    if isinstance(reference, str):
        return reference, None
    if isinstance(reference, Reference):
        return reference.text, reference.location
    text = f"oci:{os.fspath(reference)}"
    return text, text


def platform_text(name: str, value: object) -> str:
    """Returns the string form of a platform."""
    if isinstance(value, str | Platform):
        return str(value)
    raise wrong(name, "a str or a Platform", value)


def given_manifest(content: BytesLike | Manifest) -> bytes | tuple[bytes, str]:
    """Converts the bytes of a manifest for the native module, with the media type of a fetched one."""
    if isinstance(content, Manifest):
        return content.content, content.descriptor.media_type
    if (view := memory(content)) is not None:
        return bytes(view)
    raise TypeError(f"content must be bytes-like or a Manifest, not {type(content).__name__}")


def digest_text(node: str | Descriptor) -> str:
    """Returns a digest that was passed as a digest or a descriptor."""
    if isinstance(node, str | Descriptor):
        return node if isinstance(node, str) else node.digest
    raise wrong("digest", "a str or a Descriptor", node)


def file_list(files: StrPath | File | Iterable[StrPath | File]) -> list[File]:
    """Converts one or several files to `File` objects."""
    if isinstance(files, str | os.PathLike | File) or _is_content(files) or not isinstance(files, Iterable):
        return [one_file(files)]
    return [one_file(file) for file in files]


def one_file(file: object) -> File:
    """Converts one file to a `File`. Rejects bytes and file objects: they may be one file or several."""
    if isinstance(file, File):
        return file
    if isinstance(file, str | os.PathLike):
        return File(file)
    kind = type(file).__name__
    if _is_content(file):
        raise TypeError(f"{kind} is content without a name: wrap it in File(…, title=…)")
    raise TypeError(f"files must be paths or File objects, not {kind}")


def given(file: File, content: Any) -> _Given:
    """Combines a file with its converted content for the native module."""
    return _Given(content, file.title, file.media_type, check_texts("annotations", file.annotations))


def memory(content: object) -> bytes | memoryview | None:
    """Returns a view of the bytes of an object that supports the buffer protocol, or None for other objects."""
    if isinstance(content, bytes):
        return content
    try:
        view = memoryview(content)  # type: ignore[arg-type]
    except TypeError:
        return None
    try:
        return view.cast("B") if view.c_contiguous else view.tobytes()
    except (TypeError, ValueError):
        # Empty, or with items that `cast` does not support.
        return view.tobytes()


def _is_content(value: object) -> bool:
    return hasattr(value, "read") or isinstance(value, AsyncIterable) or memory(value) is not None
