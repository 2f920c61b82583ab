"""A cancelled call has cleaned up when it raises: its upload sessions are closed at the registry, and its partial files
are removed."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Fixture
from test_interrupts import Interrupt, files_in

from ocigraph import AsyncClient, Client, Event

STALLING = {"stall_after": 4 << 20}
"""A registry whose transfers stall, as in the tests of all languages."""

SIZE = 8 << 20


class Middle:
    """The moment at which a part of the content was transferred."""

    def __init__(self) -> None:
        self._moved = threading.Event()

    def progress(self, event: Event) -> None:
        if event.position > 0:
            self._moved.set()

    def reach(self) -> None:
        assert self._moved.wait(20), "no byte was transferred"


def push(client: Any, host: str, middle: Middle) -> Any:
    return client.push(f"{host}/app:v1", ["big"], progress=middle.progress)


def pull(client: Any, host: str, middle: Middle) -> Any:
    return client.pull(f"{host}/app:v1", "out", progress=middle.progress)


def interrupt_sync(call: Callable[..., Any], host: str) -> None:
    middle = Middle()
    with Client() as client, Interrupt(middle.reach), pytest.raises(KeyboardInterrupt):
        call(client, host, middle)


def cancel_task(call: Callable[..., Any], host: str, times: int = 1) -> None:
    async def main() -> None:
        middle = Middle()
        async with AsyncClient() as client:
            task = asyncio.ensure_future(call(client, host, middle))
            await asyncio.to_thread(middle.reach)
            for time in range(times):
                task.cancel(f"number {time}")
                if times > 1:
                    await asyncio.sleep(0.05)
            with pytest.raises(asyncio.CancelledError, match="number 0"):
                await task

    asyncio.run(main())


WAYS: dict[str, Callable[[Callable[..., Any], str], None]] = {"Client": interrupt_sync, "AsyncClient": cancel_task}


def check_sessions(fixture: Fixture) -> None:
    state = fixture.state()
    requests = [(request["method"], request["status"]) for request in fixture.requests()]
    assert state["uploads"] == {}
    assert requests.count(("POST", 202)) > 0
    assert requests.count(("POST", 202)) == requests.count(("DELETE", 204)), requests


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_push_has_no_upload_session_when_it_raises(way: str, fixture: Fixture, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(SIZE))
    fixture.configure(STALLING)
    WAYS[way](push, fixture.host)
    check_sessions(fixture)


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_pull_has_no_partial_file_when_it_raises(way: str, fixture: Fixture, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(SIZE))
    with Client() as client:
        client.push(f"{fixture.host}/app:v1", ["big"])
    fixture.configure(STALLING)
    WAYS[way](pull, fixture.host)
    assert files_in(work) == ["big"]


def test_a_task_that_is_cancelled_again_still_cleans_up(fixture: Fixture, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(SIZE))
    # The responses take long enough for further cancellations to arrive during the clean-up.
    fixture.configure({**STALLING, "delay_ms": 300})
    cancel_task(push, fixture.host, times=4)
    check_sessions(fixture)


def test_a_cancellation_during_the_clean_up_of_a_failed_callback_is_not_lost(fixture: Fixture, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(SIZE))
    fixture.configure({**STALLING, "delay_ms": 300})
    failed = threading.Event()

    def progress(event: Event) -> None:
        if event.position > 0:
            failed.set()
            raise ValueError("enough")

    async def main() -> None:
        async with AsyncClient() as client:
            task = asyncio.ensure_future(client.push(f"{fixture.host}/app:v1", ["big"], progress=progress))
            assert await asyncio.to_thread(failed.wait, 20)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    check_sessions(fixture)
