"""Waits for an operation, in a thread or in an event loop, and breaks it off when the waiting ends early.

Callbacks run here, in the caller's thread, so that what they raise, and Ctrl-C, arrive where they belong. An operation
that is broken off gets a moment to remove its unfinished files.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from . import _native
from ._progress import Event, Progress
from ._results import Descriptor

_LOGGER = logging.getLogger("ocigraph")

_TICK = 0.05
"""Seconds between two looks at progress and signals."""

_GRACE = 5.0
"""Seconds that an operation may take to clear up."""


def _report(operation: _native.Operation, progress: Progress | None) -> None:
    if progress is not None:
        for kind, blob, position, outcome in operation.events():
            progress(Event(kind, Descriptor._of(blob), position, outcome))


def listen() -> None:
    """Tells the native module which records `logging` wants; called before each operation."""
    _native.set_log_level(_LOGGER.getEffectiveLevel())


def run(operation: _native.Operation, progress: Progress | None = None) -> Any:
    """The result of an operation."""
    try:
        while not operation.wait(_TICK):
            _report(operation, progress)
        _report(operation, progress)
    except BaseException:
        operation.cancel()
        operation.wait(_GRACE)
        raise
    return operation.result()


async def run_async(operation: _native.Operation, progress: Progress | None = None) -> Any:
    """The same in an event loop."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    operation.wake(loop, lambda: None if ended.done() else ended.set_result(None))
    try:
        while not ended.done():
            # Waited for from outside, so that a cancelled task does not cancel what it must still wait for.
            await asyncio.wait([ended], timeout=None if progress is None else _TICK)
            _report(operation, progress)
        _report(operation, progress)
    except BaseException:
        operation.cancel()
        await asyncio.wait([ended], timeout=_GRACE)
        raise
    return operation.result()
