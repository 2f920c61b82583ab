"""What operations take: references, files, content and numbers, and how they are handed to the native module."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from . import _native
from ._checks import optional, texts, wrong
from ._checks import path as _path
from ._checks import text as _text
from ._descriptor import Annotations, Descriptor, Platform, Result

StrPath: TypeAlias = str | os.PathLike[str]
"""A path, as text or as an object such as `pathlib.Path`."""

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    BytesLike: TypeAlias = ReadableBuffer
else:
    BytesLike: TypeAlias = bytes | bytearray | memoryview
"""Bytes in memory. Whatever has a buffer of bytes works, such as an `array` or a map of a file."""


class Readable(Protocol):
    """A file object: what has a ``read`` that gives bytes, and none at the end.

    Example:
        >>> import io
        >>> client.push_blob("oci:store/app", io.BytesIO(b"hello")).descriptor.size
        5
    """

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


class AsyncReadable(Protocol):
    """A file object of an event loop: what has a ``read`` that is awaited. Only an `AsyncClient` takes it.

    Example:
        >>> import asyncio
        >>> reader = asyncio.StreamReader()
        >>> reader.feed_data(b"hello")
        >>> reader.feed_eof()
        >>> (await client.push_blob("oci:store/app", reader)).descriptor.size
        5
    """

    async def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end."""
        ...


Content: TypeAlias = StrPath | BytesLike | Readable
"""Where content comes from: a path, bytes or a file object."""

AsyncContent: TypeAlias = Content | AsyncReadable | AsyncIterable[bytes]
"""The same for an `AsyncClient`, which also awaits what a file object of an event loop reads, or what an
asynchronous iterator gives."""


Format: TypeAlias = Literal["auto", "oci-1.1", "oci-1.0", "oci-artifact", "oras-artifact"]
"""The format of a manifest; ``auto`` is the one that the registry lists as a referrer."""


@dataclass(frozen=True, slots=True)
class Reference(Result):
    """A reference, taken apart: what ``host/repository:tag@digest`` or ``oci:path:tag@digest`` names.

    Every operation takes such a text, or this.

    Example:
        >>> reference = Reference.parse("registry.example.com:8443/team/app:v1")
        >>> reference.host, reference.repository, reference.tags
        ('registry.example.com:8443', 'team/app', ('v1',))
    """

    text: str
    """The whole reference."""
    place: str
    """It without tags and digest: the repository or layout."""
    tags: tuple[str, ...] = ()
    """Its tags."""
    digest: str | None = None
    """Its digest, which wins over a tag."""
    host: str | None = None
    """The registry, with its port; nothing for a layout."""
    repository: str | None = None
    """The repository within the registry; nothing for a layout."""
    path: Path | None = None
    """The directory of a layout; nothing for a registry."""

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Takes a reference apart.

        Raises:
            InvalidReferenceError: it is not written as one; the error says what to write.

        Example:
            >>> Reference.parse("alpine")
            Traceback (most recent call last):
            ocigraph.InvalidReferenceError: ...
        """
        return cls(**_native.parse_reference(_text("a reference", text)))

    @classmethod
    def layout(cls, path: StrPath, *tags: str, digest: str | None = None) -> Reference:
        """A layout by its directory, with tags and a digest. The path is taken as it is, colons included.

        Raises:
            InvalidReferenceError: a tag or the digest is not written as one.

        Example:
            >>> Reference.layout("backups/10:30", "v1").tags
            ('v1',)
        """
        named = tuple(_text("a tag", tag) for tag in tags)
        parts = (_path("a layout", path), named, optional(_text, "digest", digest))
        return cls(**_native.parse_reference(parts))

    def at(self, digest: str | Descriptor) -> Reference:
        """The same place, by digest alone.

        Raises:
            InvalidReferenceError: it is no digest.

        Example:
            >>> image = Reference.parse("oci:store/app:v1")
            >>> [client.fetch_manifest(image.at(referrer)).artifact_type for referrer in client.discover(image)]
            ['sbom/example']
        """
        named = digest_text(digest)
        return self.layout(self.path, digest=named) if self.path else self.parse(f"{self.place}@{named}")


AnyReference: TypeAlias = str | Reference | os.PathLike[str]
"""A reference as text or taken apart; a path, taken as it is, stands for the layout in that directory."""


@dataclass(frozen=True, slots=True, repr=False)
class File:
    """Something to push: a file or directory, bytes, or a file object, with what is to be said of it.

    A path alone need not be wrapped. Bytes are not copied. A file object is read to its end first, and what does
    not fit into a mebibyte is kept in a temporary file meanwhile.

    Example:
        >>> pushed = client.push("oci:store/app:v3", [File(b"{}", title="sbom.json")])
        >>> pushed.blobs[0].descriptor.media_type
        'application/json'
    """

    content: AsyncContent
    """A path, bytes or a file object; for an `AsyncClient` also an asynchronous iterator of bytes. A directory is
    packed as tar and gzip, the same bytes for the same files."""
    title: str | None = None
    """The name to pull it by; that of the path when absent. Without a title, content is not written by pulls."""
    media_type: str | None = None
    """Its media type; guessed from the name when absent."""
    annotations: Mapping[str, str] = field(default_factory=Annotations)
    """Further annotations of its descriptor."""

    def __post_init__(self) -> None:
        optional(_text, "title", self.title)
        optional(_text, "media_type", self.media_type)
        texts("annotations", self.annotations)

    def __repr__(self) -> str:
        named = isinstance(self.content, str | os.PathLike)
        shown = [repr(self.content) if named else f"<{type(self.content).__name__}>"]
        others = {"title": self.title, "media_type": self.media_type, "annotations": self.annotations}
        shown += [f"{name}={value!r}" for name, value in others.items() if value]
        return f"File({', '.join(shown)})"


@dataclass(frozen=True, slots=True)
class _Given:
    """A file in the form that the native module reads."""

    content: Any
    title: str | None
    media_type: str | None
    annotations: dict[str, str]


GivenReference: TypeAlias = str | tuple[StrPath, tuple[str, ...], str | None]
"""A reference in the form that the native module reads: text, or a layout's path with tags and a digest."""


def given_reference(reference: AnyReference) -> GivenReference:
    """A reference in that form."""
    if isinstance(reference, str):
        return reference
    if isinstance(reference, Reference):
        return (reference.path, reference.tags, reference.digest) if reference.path else reference.text
    if isinstance(reference, os.PathLike):
        return (reference, (), None)
    error = wrong("a reference", "text, a path or a Reference", reference)
    if isinstance(reference, Descriptor):
        raise TypeError(f"{error}; Reference.parse(repository).at(descriptor) is its reference")
    raise error


def named(reference: AnyReference) -> tuple[str, str | None]:
    """The text of a reference, and its place where that is known."""
    if isinstance(reference, str):
        return reference, None
    if isinstance(reference, Reference):
        return reference.text, reference.place
    text = f"oci:{os.fspath(reference)}"
    return text, text


def platform_text(platform: str | Platform | None) -> str | None:
    """The text of a platform."""
    if platform is None:
        return None
    if isinstance(platform, str | Platform):
        return str(platform)
    raise wrong("platform", "text or a Platform", platform)


def digest_text(node: str | Descriptor) -> str:
    """The digest of what is named by its digest or its descriptor."""
    if isinstance(node, str | Descriptor):
        return node if isinstance(node, str) else node.digest
    raise wrong("a digest", "text or a Descriptor", node)


def file_list(files: StrPath | File | Iterable[StrPath | File]) -> list[File]:
    """One file or many, all wrapped."""
    if isinstance(files, str | os.PathLike | File) or _is_content(files) or not isinstance(files, Iterable):
        return [one_file(files)]
    return [one_file(file) for file in files]


def one_file(file: object) -> File:
    """One file, wrapped. Content by itself is refused: it may be meant as one file or as many."""
    if isinstance(file, File):
        return file
    if isinstance(file, str | os.PathLike):
        return File(file)
    kind = type(file).__name__
    if _is_content(file):
        raise TypeError(f"a {kind} is content without a name: wrap it in File(…, title=…)")
    raise TypeError(f"files are paths or File, not {kind}")


def given(file: File, content: Any) -> _Given:
    """A file with its content in the form that the native module reads."""
    return _Given(content, file.title, file.media_type, texts("annotations", file.annotations))


def memory(content: object) -> bytes | memoryview | None:
    """What has a buffer as a view of its bytes; nothing for what has none."""
    if isinstance(content, bytes):
        return content
    try:
        view = memoryview(content)  # type: ignore[arg-type]
    except TypeError:
        return None
    try:
        return view.cast("B") if view.c_contiguous else view.tobytes()
    except (TypeError, ValueError):
        # Empty, or of items that are not numbers of this machine.
        return view.tobytes()


def _is_content(value: object) -> bool:
    return hasattr(value, "read") or isinstance(value, AsyncIterable) or memory(value) is not None
