"""Fetched blobs as file objects, for threads and for event loops."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from . import _native
from ._configuration import Configuration
from ._descriptor import Descriptor
from ._error import InvalidArgumentError, io_error
from ._progress import Progress
from ._run import run, run_async
from ._values import StrPath

_CHUNK = 1024 * 1024
_BUFFER = 256 * 1024


class Source:
    """The native stream of a blob. It keeps the configuration alive, which has the credentials function."""

    def __init__(self, stream: _native.BlobStream, progress: Progress | None, configuration: Configuration) -> None:
        self.stream = stream
        self.progress = progress
        self.configuration = configuration


class Blob(io.BufferedReader):
    """A blob that is being fetched: a buffered binary file object that is read once, from start to end. It can be
    iterated by lines and passed to `json`, `pickle`, `tarfile` or `gzip`.

    The read that returns the last byte also checks the size and digest. It raises `DigestMismatchError` or
    `SizeMismatchError` if the content does not match, and so does every later read.

    Example:
        >>> digest = client.push_blob("oci:store/app", b"hello").descriptor.digest
        >>> with client.fetch_blob(f"oci:store/app@{digest}") as blob:
        ...     blob.read()
        b'hello'
    """

    descriptor: Descriptor
    """The descriptor of the blob."""

    def __init__(self, descriptor: Descriptor, source: Source) -> None:
        super().__init__(_Raw(source), _BUFFER)
        self.descriptor = descriptor

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads ``size`` bytes, or fewer at the end of the blob. Reads the rest if ``size`` is negative or None.

        Args:
            size: maximum number of bytes.

        Returns:
            The bytes; empty at the end.

        Example:
            >>> digest = client.push_blob("oci:store/app", b"hello").descriptor.digest
            >>> client.fetch_blob(f"oci:store/app@{digest}").read(4)
            b'hell'
        """
        # `BufferedReader` allocates `size` bytes, even if fewer remain.
        return super().read(-1 if size is None or size > self.descriptor.size else size)

    def save(self, path: StrPath) -> Path:
        """Writes the rest of the blob to a file. The file appears under its name only after the digest was checked.

        Args:
            path: the file to write. An existing file is replaced.

        Returns:
            The path of the file.

        Raises:
            DigestMismatchError: the content does not match its digest.
            IoError: the file cannot be written.

        Example:
            >>> digest = client.push_blob("oci:store/app", b"hello").descriptor.digest
            >>> client.fetch_blob(f"oci:store/app@{digest}").save("hello.txt").read_text()
            'hello'
        """
        with _whole(path) as whole:
            while chunk := self.read(_CHUNK):
                whole.write(chunk)
            whole.finish()
        return Path(path)


class _Raw(io.RawIOBase):
    """The unbuffered native stream."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._next(len(view))
        view[: len(chunk)] = chunk
        return len(chunk)

    def readall(self) -> bytes:
        return self._next(sys.maxsize)

    def close(self) -> None:
        if not self.closed:
            self._source.stream.close()
        super().close()

    def _next(self, size: int) -> bytes:
        return run(self._source.stream.read(size), self._source.progress)


class AsyncBlob:
    """A blob that is being fetched in an event loop. It is read once, from start to end, completely or in chunks.

    The read that returns the last byte also checks the size and digest. It raises `DigestMismatchError` or
    `SizeMismatchError` if the content does not match, and so does every later read. A cancelled read loses no bytes.

    Example:
        >>> digest = (await client.push_blob("oci:store/app", b"hello")).descriptor.digest
        >>> async with await client.fetch_blob(f"oci:store/app@{digest}") as blob:
        ...     await blob.read()
        b'hello'
    """

    descriptor: Descriptor
    """The descriptor of the blob."""

    def __init__(self, descriptor: Descriptor, source: Source) -> None:
        self.descriptor = descriptor
        self._source: Source | None = source

    async def read(self, size: int = -1, /) -> bytes:
        """Reads ``size`` bytes, or fewer at the end of the blob. Reads the rest if ``size`` is negative."""
        if self._source is None:
            raise InvalidArgumentError("the blob is closed")
        wanted = min(size, sys.maxsize) if size >= 0 else sys.maxsize
        return await run_async(self._source.stream.read(wanted), self._source.progress)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self.read(_CHUNK):
            yield chunk

    async def save(self, path: StrPath) -> Path:
        """Writes the rest of the blob to a file. The file appears under its name only after the digest was checked.

        Args:
            path: the file to write. An existing file is replaced.

        Returns:
            The path of the file.

        Raises:
            DigestMismatchError: the content does not match its digest.
            IoError: the file cannot be written.

        Example:
            >>> digest = (await client.push_blob("oci:store/app", b"hello")).descriptor.digest
            >>> blob = await client.fetch_blob(f"oci:store/app@{digest}")
            >>> (await blob.save("hello.txt")).read_text()
            'hello'
        """
        with _whole(path) as whole:
            while chunk := await self.read(_CHUNK):
                await asyncio.to_thread(whole.write, chunk)
            await asyncio.to_thread(whole.finish)
        return Path(path)

    def close(self) -> None:
        """Ends the transfer and closes its connection."""
        source, self._source = self._source, None
        if source is not None:
            source.stream.close()

    async def aclose(self) -> None:
        """Ends the transfer, like `close`. For `contextlib.aclosing`."""
        self.close()

    async def __aenter__(self) -> AsyncBlob:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Whole:
    """A file that appears under its name only after all its content was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = path.with_name(f".{path.name}.{os.getpid()}.{id(self):x}")
        self._file: IO[bytes] = self._name.open("xb")
        self._written = False

    def write(self, chunk: bytes) -> None:
        try:
            self._file.write(chunk)
        except OSError as error:
            raise io_error("write", self._path, error) from error

    def finish(self) -> None:
        try:
            self._file.close()
            self._name.replace(self._path)
            self._written = True
        except OSError as error:
            raise io_error("write", self._path, error) from error

    def leave(self) -> None:
        if not self._written:
            # Closing flushes, which fails again after a failed write.
            with contextlib.suppress(OSError):
                self._file.close()
            self._name.unlink(missing_ok=True)


@contextlib.contextmanager
def _whole(path: StrPath) -> Iterator[_Whole]:
    try:
        whole = _Whole(Path(path))
    except OSError as error:
        raise io_error("write", Path(path), error) from error
    try:
        yield whole
    finally:
        whole.leave()
