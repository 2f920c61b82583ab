"""Waits for an operation, in a thread or in an event loop, and cancels it if waiting is interrupted.

Callbacks run here, in the caller's thread, so that their exceptions and `KeyboardInterrupt` are raised to the caller.
A cancelled operation finishes after it has deleted its partial files and cancelled its upload sessions at the registry,
or after two seconds. The exception is raised after that.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Iterator
from typing import TypeVar

from . import _native
from ._descriptor import Descriptor
from ._progress import Event, Progress

_T = TypeVar("_T")

_LOGGER = logging.getLogger("ocigraph")

_TICK = 0.05
"""Seconds between two checks for progress events and signals."""

_BACKSTOP = 5.0
"""Maximum time in seconds to wait for a cancelled operation. It finishes earlier, unless its threads are blocked."""


def sync_log_level() -> None:
    """Passes the level of the Python logger to the native module. Called before each operation."""
    _native.set_log_level(_LOGGER.getEffectiveLevel())


def run(operation: _native.Operation[_T], progress: Progress | None = None) -> _T:
    """Waits for an operation and returns its result."""
    try:
        while not operation.wait(_TICK):
            _report(operation, progress)
        _report(operation, progress)
    except BaseException:
        operation.cancel()
        # In short waits, so that a second Ctrl-C is noticed.
        begun = time.monotonic()
        while not operation.wait(_TICK) and time.monotonic() - begun < _BACKSTOP:
            pass
        raise
    return operation.result()


async def run_async(operation: _native.Operation[_T], progress: Progress | None = None) -> _T:
    """Awaits an operation and returns its result."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    operation.wake(loop, lambda: None if ended.done() else ended.set_result(None))
    try:
        while not ended.done():
            # `asyncio.wait` does not cancel `ended` when the task is cancelled, so the clean-up below can wait for it.
            await asyncio.wait([ended], timeout=None if progress is None else _TICK)
            await _report_async(operation, progress)
        await _report_async(operation, progress)
    except GeneratorExit:
        # The event loop was closed, so nothing can be awaited.
        operation.cancel()
        raise
    except BaseException as error:
        operation.cancel()
        cancelled = await _clean_up(ended)
        if cancelled is not None and not isinstance(error, asyncio.CancelledError):
            raise cancelled from error
        raise
    return operation.result()


async def _clean_up(ended: asyncio.Future[None]) -> asyncio.CancelledError | None:
    """Waits for the clean-up of a cancelled operation, even if the task is cancelled again. Returns that error."""
    cancelled = None
    deadline = time.monotonic() + _BACKSTOP
    while not ended.done() and (left := deadline - time.monotonic()) > 0:
        try:
            await asyncio.wait([ended], timeout=left)
        except asyncio.CancelledError as error:
            cancelled = error
    return cancelled


def _events(operation: _native.Operation[object]) -> Iterator[Event]:
    for kind, blob, position, outcome in operation.events():
        yield Event(kind, Descriptor._of(blob), position, outcome)


def _report(operation: _native.Operation[object], progress: Progress | None) -> None:
    if progress is None:
        return
    for event in _events(operation):
        answer = progress(event)
        if inspect.iscoroutine(answer):
            answer.close()
            raise TypeError("the progress callback is asynchronous; only AsyncClient accepts it")


async def _report_async(operation: _native.Operation[object], progress: Progress | None) -> None:
    if progress is None:
        return
    for event in _events(operation):
        answer = progress(event)
        if inspect.isawaitable(answer):
            await answer
