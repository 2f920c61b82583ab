"""Waits for an operation, in a thread or in an event loop, and breaks it off when the waiting ends early.

Callbacks run here, in the caller's thread, so that what they raise, and Ctrl-C, arrive where they belong. An operation
that is broken off gets a moment to remove its unfinished files.
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
"""Seconds between two looks at progress and signals."""

_GRACE = 5.0
"""Seconds that an operation may take to clear up."""


def listen() -> None:
    """Tells the native module which records `logging` wants; called before each operation."""
    _native.set_log_level(_LOGGER.getEffectiveLevel())


def run(operation: _native.Operation[_T], progress: Progress | None = None) -> _T:
    """The result of an operation."""
    try:
        while not operation.wait(_TICK):
            _report(operation, progress)
        _report(operation, progress)
    except BaseException:
        operation.cancel()
        # In ticks, so that a second Ctrl-C is heard.
        begun = time.monotonic()
        while not operation.wait(_TICK) and time.monotonic() - begun < _GRACE:
            pass
        raise
    return operation.result()


async def run_async(operation: _native.Operation[_T], progress: Progress | None = None) -> _T:
    """The same in an event loop."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    operation.wake(loop, lambda: None if ended.done() else ended.set_result(None))
    try:
        while not ended.done():
            # Waited for from outside, so that a cancelled task does not cancel what it must still wait for.
            await asyncio.wait([ended], timeout=None if progress is None else _TICK)
            await _report_async(operation, progress)
        await _report_async(operation, progress)
    except GeneratorExit:
        # The loop is gone, and with it all waiting.
        operation.cancel()
        raise
    except BaseException:
        operation.cancel()
        await asyncio.wait([ended], timeout=_GRACE)
        raise
    return operation.result()


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
            raise TypeError("the callback for progress is awaited: only an AsyncClient takes such a one")


async def _report_async(operation: _native.Operation[object], progress: Progress | None) -> None:
    if progress is None:
        return
    for event in _events(operation):
        answer = progress(event)
        if inspect.isawaitable(answer):
            await answer
