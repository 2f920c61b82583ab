"""What ends an operation early: Ctrl-C, cancelled tasks, timeouts, callbacks that raise. It ends within a second, the
exception is the caller's, and no partial file is left.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Fixture

from ocigraph import AsyncClient, Client, Event, File

SIZE = 64 << 20


@pytest.fixture
def slow(fixture: Fixture, work: Path) -> Iterator[str]:
    """A repository with an artifact of 64 MiB and a long chain of referrers, in a registry that takes its time."""
    (work / "big").write_bytes(bytes(SIZE))
    with Client() as client:
        client.push(f"{fixture.host}/app:v1", ["big"])
        last = f"{fixture.host}/app:v1"
        for _ in range(3):
            last = client.push(f"{fixture.host}/app", artifact_type="a/b", subject=last).reference
    fixture.configure({"delay_ms": 3000})
    yield f"{fixture.host}/app:v1"
    fixture.configure({})


OPERATIONS: dict[str, Callable[[Any, str], Any]] = {
    "push": lambda client, target: client.push(target.replace("app", "other"), ["big"]),
    "pull": lambda client, target: client.pull(target, "out"),
    "discover": lambda client, target: client.discover(target),
}


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Interrupt:
    """Ctrl-C after a while; how long it took from there."""

    def __init__(self, after: float) -> None:
        self._timer = threading.Timer(after, self._fire)
        self._at = 0.0

    def _fire(self) -> None:
        self._at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    def __enter__(self) -> Interrupt:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.join()

    def took(self) -> float:
        return time.monotonic() - self._at


@pytest.mark.parametrize("operation", OPERATIONS)
def test_ctrl_c_ends_it_within_a_second(operation: str, slow: str, work: Path) -> None:
    with Client() as client, Interrupt(0.5) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            OPERATIONS[operation](client, slow)
        assert interrupt.took() < 1
    assert files_in(work) == ["big"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_ctrl_c_ends_an_event_loop_within_a_second(operation: str, slow: str, work: Path) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            await OPERATIONS[operation](client, slow)

    with Interrupt(0.5) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(main())
        assert interrupt.took() < 1
    assert files_in(work) == ["big"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cancelled_task_and_a_timeout_end_it(operation: str, slow: str, work: Path) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            begun = time.monotonic()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await OPERATIONS[operation](client, slow)
            task = asyncio.ensure_future(OPERATIONS[operation](client, slow))
            await asyncio.sleep(0.3)
            task.cancel("enough")
            with pytest.raises(asyncio.CancelledError, match="enough"):
                await task
            assert time.monotonic() - begun < 2.6

    asyncio.run(main())
    assert files_in(work) == ["big"]


class StopIt(Exception):  # noqa: N818 - what is raised need not be an error
    """Raised by callbacks."""


@pytest.mark.parametrize("operation", ["push", "pull", "copy", "verify"])
@pytest.mark.parametrize("at", ["started", "moved", "finished"])
def test_what_a_progress_callback_raises_ends_it(
    operation: str, at: str, client: Any, ggcr: str, fixture: Fixture, work: Path
) -> None:
    (work / "big").write_bytes(os.urandom(1 << 20) * 32)
    place = f"{ggcr}/{operation}-{at}-{type(client).__name__.lower()}"

    def progress(event: Event) -> None:
        if event.kind == at and event.blob.size > 1000:
            raise StopIt

    if operation != "push":
        client.push(f"{place}:v1", ["big"])
    with pytest.raises(StopIt):
        match operation:
            case "push":
                client.push(f"{place}:v1", ["big"], progress=progress)
            case "pull":
                client.pull(f"{place}:v1", "out", progress=progress)
            case "copy":
                client.copy(f"{place}:v1", f"{fixture.host}/copy:v1", progress=progress)
            case "verify":
                client.verify(f"{place}:v1", progress=progress)
    left = [name for name in files_in(work) if name != "big" and name != "out/big"]
    assert left == []


def test_a_file_in_the_middle_of_its_transfer_is_not_left(fixture: Fixture, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(1 << 20) * 64)
    with Client() as client:
        client.push(f"{fixture.host}/app:v1", ["big"])

        def progress(event: Event) -> None:
            if 0 < event.position < event.blob.size:
                raise StopIt

        with pytest.raises(StopIt):
            client.pull(f"{fixture.host}/app:v1", "out", progress=progress)
    assert files_in(work) == ["big"]


def test_progress_is_reported_in_the_callers_thread(client: Any, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(1 << 20) * 32)
    events: list[tuple[int, Event]] = []
    client.push("oci:app:v1", ["big"], progress=lambda event: events.append((threading.get_ident(), event)))
    assert {thread for thread, _ in events} == {threading.get_ident()}
    big = [event for _, event in events if event.blob.size == 32 << 20]
    assert [big[0].kind, big[-1].kind, big[-1].outcome] == ["started", "finished", "uploaded"]
    assert [event.position for event in big] == sorted(event.position for event in big)
    assert big[-1].position == 32 << 20


def test_the_loop_goes_on_while_operations_do(fixture: Fixture) -> None:
    with Client() as client:
        client.push(f"{fixture.host}/app:v1", File(b"x", title="x"))
    fixture.configure({"delay_ms": 300})

    async def main() -> None:
        async with AsyncClient() as client:
            ticks = 0
            targets = [client.tags(f"{fixture.host}/app") for _ in range(50)]
            work = asyncio.gather(*targets)
            while not work.done():
                await asyncio.sleep(0.01)
                ticks += 1
            assert await work == [["v1"]] * 50
            assert ticks >= 10

    begun = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - begun < 50 * 0.3, "they ran side by side"


def test_an_interrupted_pull_can_be_run_again(ggcr: str, work: Path) -> None:
    content = os.urandom(1 << 20) * 16
    (work / "big").write_bytes(content)

    def progress(event: Event) -> None:
        if event.position > 1 << 20:
            raise StopIt

    with Client() as client:
        client.push(f"{ggcr}/again:v1", ["big"])
        with pytest.raises(StopIt):
            client.pull(f"{ggcr}/again:v1", "out", progress=progress)
        assert client.pull(f"{ggcr}/again:v1", "out")[0].files[0].outcome in ("written", "unchanged")
    assert (work / "out" / "big").read_bytes() == content
