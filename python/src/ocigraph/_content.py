"""Converts content for the native module. Paths and memory are passed unchanged, and file objects are read to the end.

In an event loop, file objects are read in worker threads, chunk by chunk, so that a cancelled push stops reading.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import AsyncIterable, Callable
from typing import Any

from . import _native
from ._values import Readable, memory

_CHUNK = 1024 * 1024


def content_of(content: Any, read: Callable[[Any], Any]) -> Any:
    """Returns a path, bytes, a view of bytes, or the result of `read` for a file object."""
    if isinstance(content, str | os.PathLike):
        return content
    view = memory(content)
    if view is not None:
        return view
    if hasattr(content, "read"):
        return read(content)
    if isinstance(content, AsyncIterable):
        raise TypeError(f"{type(content).__name__} is an asynchronous iterable; only AsyncClient accepts it")
    raise TypeError(f"content must be a path, bytes or a file object, not {type(content).__name__}")


async def content_async(content: Any) -> Any:
    """Like `content_of`, in an event loop."""
    if isinstance(content, AsyncIterable) and not hasattr(content, "read"):
        return await _gathered(content)
    given = content_of(content, lambda file: file)
    return await _buffered_async(given) if hasattr(given, "read") else given


def buffered(file: Readable) -> _native.BufferedContent:
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
