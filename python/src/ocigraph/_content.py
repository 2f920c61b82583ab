"""Content on its way to the native module: paths and memory as they are, file objects read to their end.

In an event loop they are read beside it, piece by piece, so that a push that is cancelled reads no further.
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
    """A path, bytes, a view of bytes, or what `read` makes of a file object."""
    if isinstance(content, str | os.PathLike):
        return content
    view = memory(content)
    if view is not None:
        return view
    if hasattr(content, "read"):
        return read(content)
    if isinstance(content, AsyncIterable):
        raise TypeError(f"{type(content).__name__} is iterated asynchronously: only an AsyncClient takes it")
    raise TypeError(f"{type(content).__name__} is no path, no bytes and no file object")


async def content_async(content: Any) -> Any:
    """The same in an event loop."""
    if isinstance(content, AsyncIterable) and not hasattr(content, "read"):
        return await _gathered(content)
    given = content_of(content, lambda file: file)
    return await _spooled_async(given) if hasattr(given, "read") else given


def spooled(file: Readable) -> _native.Spool:
    """What a file object still has to give, read to its end."""
    spool = _native.Spool()
    while chunk := _checked(file.read(_CHUNK)):
        spool.write(chunk)
    return spool


async def _spooled_async(file: Any) -> _native.Spool:
    spool = _native.Spool()
    is_awaited = inspect.iscoroutinefunction(file.read)
    while True:
        chunk = file.read(_CHUNK) if is_awaited else await asyncio.to_thread(file.read, _CHUNK)
        checked = _checked(await chunk if inspect.isawaitable(chunk) else chunk)
        if not checked:
            return spool
        await asyncio.to_thread(spool.write, checked)


async def _gathered(chunks: AsyncIterable[object]) -> _native.Spool:
    spool = _native.Spool()
    async for chunk in chunks:
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise TypeError(f"what is pushed is bytes, and its iterator gives {type(chunk).__name__}")
        await asyncio.to_thread(spool.write, _checked(chunk))
    return spool


def _checked(chunk: object) -> bytes | bytearray:
    if isinstance(chunk, bytes | bytearray):
        return chunk
    if isinstance(chunk, memoryview):
        return chunk.tobytes()
    if chunk is None:
        raise BlockingIOError("the file object has no bytes yet and does not wait for them; open it blocking")
    if inspect.iscoroutine(chunk):
        chunk.close()
        raise TypeError("what the file object reads is awaited: only an AsyncClient takes it")
    raise TypeError("the file object gives no bytes; open the file in binary mode")
