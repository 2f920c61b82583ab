"""Blobs on their way in, as file objects: for threads and for event loops."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from . import _native
from ._results import Descriptor
from ._run import run, run_async
from ._values import StrPath

_CHUNK = 1024 * 1024


class Blob(io.RawIOBase):
    """A blob that is being fetched: a file object, read once from front to end.

    Its size and digest are checked on the way: the read that reaches the end raises `DigestMismatchError` or
    `SizeMismatchError` when the content is not what its name says. Wrap it in `io.BufferedReader` for lines.

    Example:
        >>> digest = client.push_blob("oci:store/app", b"hello").descriptor.digest
        >>> with client.fetch_blob(f"oci:store/app@{digest}") as blob:
        ...     blob.read()
        b'hello'
    """

    descriptor: Descriptor
    """Its digest and size."""

    def __init__(self, descriptor: Descriptor, stream: _native.BlobStream) -> None:
        self.descriptor = descriptor
        self._stream = stream

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Reads into a buffer; gives the number of bytes, 0 at the end."""
        view = memoryview(buffer).cast("B")
        chunk = self._next(min(len(view), _CHUNK))
        view[: len(chunk)] = chunk
        return len(chunk)

    def save(self, path: StrPath) -> Path:
        """Writes all that is left to a file, which has its name only when the content was checked.

        Example:
            >>> digest = client.push_blob("oci:store/app", b"hello").descriptor.digest
            >>> client.fetch_blob(f"oci:store/app@{digest}").save("hello.txt").read_text()
            'hello'
        """
        with _Whole(path) as file:
            while chunk := self._next(_CHUNK):
                file.write(chunk)
        return Path(path)

    def _next(self, size: int) -> bytes:
        if self.closed:
            raise ValueError("the blob is closed")
        chunk: bytes = run(self._stream.read(size))
        return chunk


class AsyncBlob:
    """A blob that is being fetched in an event loop: read once from front to end, whole or in chunks.

    Its size and digest are checked on the way: the read that reaches the end raises `DigestMismatchError` or
    `SizeMismatchError` when the content is not what its name says.

    Example:
        >>> digest = (await client.push_blob("oci:store/app", b"hello")).descriptor.digest
        >>> async with await client.fetch_blob(f"oci:store/app@{digest}") as blob:
        ...     await blob.read()
        b'hello'
    """

    descriptor: Descriptor
    """Its digest and size."""

    def __init__(self, descriptor: Descriptor, stream: _native.BlobStream) -> None:
        self.descriptor = descriptor
        self._stream: _native.BlobStream | None = stream

    async def read(self, size: int = -1, /) -> bytes:
        """The next ``size`` bytes, fewer only at the end; all that is left when ``size`` is negative."""
        if size >= 0:
            return await self._next(size)
        return b"".join([chunk async for chunk in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self._next(_CHUNK):
            yield chunk

    async def save(self, path: StrPath) -> Path:
        """Writes all that is left to a file, which has its name only when the content was checked.

        Example:
            >>> digest = (await client.push_blob("oci:store/app", b"hello")).descriptor.digest
            >>> blob = await client.fetch_blob(f"oci:store/app@{digest}")
            >>> (await blob.save("hello.txt")).read_text()
            'hello'
        """
        with _Whole(path) as file:
            async for chunk in self:
                file.write(chunk)
        return Path(path)

    def close(self) -> None:
        """Ends the transfer."""
        self._stream = None

    async def __aenter__(self) -> AsyncBlob:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def _next(self, size: int) -> bytes:
        if self._stream is None:
            raise ValueError("the blob is closed")
        chunk: bytes = await run_async(self._stream.read(size))
        return chunk


class _Whole:
    """A file that appears under its name only when the block that writes it succeeds."""

    def __init__(self, path: StrPath) -> None:
        self._path = Path(path)
        self._file: IO[bytes]

    def __enter__(self) -> IO[bytes]:
        self._name = self._path.with_name(f".{self._path.name}.{os.getpid()}.{id(self):x}")
        self._file = self._name.open("xb")
        return self._file

    def __exit__(self, kind: type[BaseException] | None, _e: object, _t: TracebackType | None) -> None:
        self._file.close()
        if kind is None:
            self._name.replace(self._path)
        else:
            self._name.unlink()
