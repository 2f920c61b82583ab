"""What operations take: references, files, credentials and limits, and how they are handed to the native module."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from . import _native
from ._results import Annotations, Platform, Result

_CHUNK = 256 * 1024

StrPath: TypeAlias = str | os.PathLike[str]
"""A path, as text or as an object such as `pathlib.Path`."""

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


Content: TypeAlias = StrPath | BytesLike | Readable | AsyncReadable
"""Where content comes from: a path, bytes or a file object."""


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
        return cls(**_native.parse_reference(text))


AnyReference: TypeAlias = str | Reference | os.PathLike[str]
"""A reference as text or taken apart; a path stands for the layout in that directory."""


@dataclass(frozen=True, slots=True)
class File:
    """Something to push: a file or directory, bytes, or a file object, with what is to be said of it.

    A path alone need not be wrapped. Bytes are not copied. A file object is read to its end first, and what does
    not fit into a mebibyte is kept in a temporary file meanwhile.

    Example:
        >>> pushed = client.push("oci:store/app:v3", [File(b"{}", title="sbom.json")])
        >>> pushed.blobs[0].descriptor.media_type
        'application/json'
    """

    content: Content = field(repr=False)
    """A path, bytes or a file object. A directory is packed as tar and gzip, the same bytes for the same files."""
    title: str | None = None
    """The name to pull it by; that of the path when absent. Without a title, content is not written by pulls."""
    media_type: str | None = None
    """Its media type; guessed from the name when absent."""
    annotations: Mapping[str, str] = field(default_factory=Annotations)
    """Further annotations of its descriptor."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A file in the form that the native module reads."""

    content: Any
    title: str | None
    media_type: str | None
    annotations: dict[str, str]


def reference_text(reference: AnyReference) -> str:
    """The text of a reference; of a path, that of the layout there."""
    if isinstance(reference, str):
        return reference
    return reference.text if isinstance(reference, Reference) else f"oci:{os.fspath(reference)}"


def platform_text(platform: str | Platform | None) -> str | None:
    """The text of a platform."""
    return None if platform is None else str(platform)


def file_list(files: StrPath | File | Iterable[StrPath | File]) -> list[File]:
    """One file or many, all wrapped."""
    if isinstance(files, str | os.PathLike | File):
        files = [files]
    return [file if isinstance(file, File) else File(file) for file in files]


def content_of(content: Any, read: Callable[[Any], Any]) -> Any:
    """A path, bytes, a view of bytes, or what `read` makes of a file object."""
    if isinstance(content, str | os.PathLike | bytes):
        return content
    if isinstance(content, memoryview):
        return content.cast("B") if content.contiguous else content.tobytes()
    try:
        view = memoryview(content)
    except TypeError:
        if hasattr(content, "read"):
            return read(content)
        raise TypeError(f"{type(content).__name__} is no path, no bytes and no file object") from None
    return content_of(view, read)


async def content_async(content: Any) -> Any:
    """The same in an event loop: file objects are read beside it, and those that are awaited are awaited."""
    given = content_of(content, lambda file: file)
    if isinstance(given, str | os.PathLike | bytes | memoryview):
        return given
    if not inspect.iscoroutinefunction(given.read):
        return await asyncio.to_thread(spooled, given)
    spool = _native.Spool()
    while chunk := await given.read(_CHUNK):
        spool.write(_bytes(chunk))
    return spool


def given(file: File, content: Any) -> _Given:
    """A file with its content in the form that the native module reads."""
    return _Given(content, file.title, file.media_type, dict(file.annotations))


def spooled(file: Readable) -> _native.Spool:
    """What a file object still has to give, read to its end."""
    spool = _native.Spool()
    while chunk := file.read(_CHUNK):
        spool.write(_bytes(chunk))
    return spool


def _bytes(chunk: object) -> bytes | bytearray:
    if isinstance(chunk, bytes | bytearray):
        return chunk
    raise TypeError("the file object gives no bytes; open the file in binary mode")
