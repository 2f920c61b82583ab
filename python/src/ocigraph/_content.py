"""Converts content for the native module. Paths and memory are passed unchanged, and file objects are read to the end.

In an event loop, file objects are read in worker threads, chunk by chunk, so that a cancelled push stops reading.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterable, Iterable
from typing import Any

from . import _native
from ._values import File, Readable, StrPath, _Given, file_list, given, memory, one_file

_CHUNK = 1024 * 1024


def given_content(content: Any) -> Any:
    """Returns a path, bytes, a view of bytes, or the buffered bytes of a file object."""
    given = _without_reading(content)
    return _buffered(given) if hasattr(given, "read") else given


async def given_content_async(content: Any) -> Any:
    """Like `given_content`, in an event loop."""
    if isinstance(content, AsyncIterable) and not hasattr(content, "read"):
        return await _gathered(content)
    given = _without_reading(content)
    return await _buffered_async(given) if hasattr(given, "read") else given


def given_file(file: StrPath | File | None) -> _Given | None:
    """Converts a file of a push."""
    if file is None:
        return None
    one = one_file(file)
    return given(one, given_content(one.content))


async def given_file_async(file: StrPath | File | None) -> _Given | None:
    """Like `given_file`, in an event loop."""
    if file is None:
        return None
    one = one_file(file)
    return given(one, await given_content_async(one.content))


def given_files(files: StrPath | File | Iterable[StrPath | File]) -> list[_Given]:
    """Converts the files of a push: one or several."""
    return [given(file, given_content(file.content)) for file in file_list(files)]


async def given_files_async(files: StrPath | File | Iterable[StrPath | File]) -> list[_Given]:
    """Like `given_files`, in an event loop."""
    return [given(file, await given_content_async(file.content)) for file in file_list(files)]


def _without_reading(content: Any) -> Any:
    """Returns a path, bytes, a view of bytes, or the file object itself."""
    if isinstance(content, str | os.PathLike):
        return content
    view = memory(content)
    if view is not None:
        return view
    if hasattr(content, "read"):
        return content
    if isinstance(content, AsyncIterable):
        raise TypeError(f"{type(content).__name__} is an asynchronous iterable; only AsyncClient accepts it")
    raise TypeError(f"content must be a path, bytes or a file object, not {type(content).__name__}")


def _buffered(file: Readable) -> _native.BufferedContent:
    """Reads the rest of a file object."""
    buffer = _native.BufferedContent()
    while chunk := _checked(file.read(_CHUNK)):
        buffer.write(chunk)
    return buffer


async def _buffered_async(file: Any) -> _native.BufferedContent:
    buffer = _native.BufferedContent()
    is_awaited = inspect.iscoroutinefunction(file.read)
    while True:
        chunk = file.read(_CHUNK) if is_awaited else await asyncio.to_thread(file.read, _CHUNK)
        checked = _checked(await chunk if inspect.isawaitable(chunk) else chunk)
        if not checked:
            return buffer
        await asyncio.to_thread(buffer.write, checked)


async def _gathered(chunks: AsyncIterable[object]) -> _native.BufferedContent:
    buffer = _native.BufferedContent()
    async for chunk in chunks:
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise TypeError(f"the asynchronous iterable must yield bytes, not {type(chunk).__name__}")
        await asyncio.to_thread(buffer.write, _checked(chunk))
    return buffer


def _checked(chunk: object) -> bytes | bytearray:
    if isinstance(chunk, bytes | bytearray):
        return chunk
    if isinstance(chunk, memoryview):
        return chunk.tobytes()
    if chunk is None:
        raise BlockingIOError("the file object is in non-blocking mode and has no data yet; open it in blocking mode")
    if inspect.iscoroutine(chunk):
        chunk.close()
        raise TypeError("the file object has an asynchronous read method; only AsyncClient accepts it")
    raise TypeError("the file object must return bytes; open the file in binary mode")
