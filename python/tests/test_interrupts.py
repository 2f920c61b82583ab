"""Interrupted operations: Ctrl-C, cancelled tasks, timeouts, and callbacks that raise. The operation ends within a
second, raises the exception of the caller, and leaves no partial file. A push also waits until the registry has closed
its upload session, for at most two seconds.

Each is interrupted after a part of the content was transferred, or a part of the graph was walked.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Fixture
from throttle import throttled

from ocigraph import (
    AsyncClient,
    Client,
    Event,
    File,
    InvalidArgumentError,
    async_digest,
    async_digest_file,
    digest,
    digest_file,
)

SIZE = 64 << 20


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Slow:
    """A slow registry: an artifact of 64 MiB takes 16 seconds, its chain of referrers three."""

    def __init__(self, fixture: Fixture, host: str) -> None:
        self._fixture = fixture
        self.host = host
        self._moved = threading.Event()

    def progress(self, event: Event) -> None:
        if 0 < event.position < event.blob.size:
            self._moved.set()

    def reach_the_middle(self, operation: str) -> None:
        """Waits until the operation is running."""
        if operation != "discover":
            assert self._moved.wait(20), "no byte was transferred"
            self._moved.clear()
            return
        deadline = time.monotonic() + 20
        while not 3 <= len(self._fixture.requests()) < 9:
            assert time.monotonic() < deadline, "the graph was not walked"
            time.sleep(0.05)
        self._fixture.clear_requests()


@pytest.fixture
def slow(fixture: Fixture, work: Path) -> Iterator[Slow]:
    (work / "big").write_bytes(os.urandom(1 << 20) * 64)
    with Client() as client:
        client.push(f"{fixture.host}/app:v1", ["big"])
        last = f"{fixture.host}/app:v1"
        for _ in range(10):
            last = client.push(f"{fixture.host}/app", artifact_type="a/b", subject=last).reference
    fixture.clear_requests()
    fixture.configure({"delay_ms": 300})
    with throttled(fixture.host, 4 << 20) as throttle:
        yield Slow(fixture, throttle.host)
    fixture.configure({})


OPERATIONS: dict[str, Callable[[Any, Slow], Any]] = {
    "push": lambda client, slow: client.push(f"{slow.host}/other:v1", ["big"], progress=slow.progress),
    "pull": lambda client, slow: client.pull(f"{slow.host}/app:v1", "out", progress=slow.progress),
    "discover": lambda client, slow: client.discover(f"{slow.host}/app:v1"),
}


LIMITS = {"push": 3, "pull": 1, "discover": 1}
"""The time in which each operation must end, in seconds."""


class Interrupt:
    """Sends Ctrl-C to a running operation and returns how long it took to end.

    Python handles SIGINT even if the tests run as a background job of a shell, which ignores SIGINT.
    """

    def __init__(self, reach_the_middle: Callable[[], None]) -> None:
        self._reach_the_middle = reach_the_middle
        self._thread = threading.Thread(target=self._fire)
        self._at: float | None = None

    def _fire(self) -> None:
        self._reach_the_middle()
        self._at = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    def __enter__(self) -> Interrupt:
        self._before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        signal.signal(signal.SIGINT, self._before)

    def took(self) -> float:
        assert self._at is not None, "the operation ended before the interrupt"
        return time.monotonic() - self._at


@pytest.mark.parametrize("operation", OPERATIONS)
def test_ctrl_c_ends_an_operation_in_time(operation: str, slow: Slow, work: Path) -> None:
    with Client() as client, Interrupt(lambda: slow.reach_the_middle(operation)) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            OPERATIONS[operation](client, slow)
        assert interrupt.took() < LIMITS[operation]
    assert files_in(work) == ["big"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_ctrl_c_ends_an_event_loop_in_time(operation: str, slow: Slow, work: Path) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            await OPERATIONS[operation](client, slow)

    with Interrupt(lambda: slow.reach_the_middle(operation)) as interrupt:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(main())
        assert interrupt.took() < LIMITS[operation]
    assert files_in(work) == ["big"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_cancelling_a_task_ends_its_operation_in_time(operation: str, slow: Slow, work: Path) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            task = asyncio.ensure_future(OPERATIONS[operation](client, slow))
            await asyncio.to_thread(slow.reach_the_middle, operation)
            begun = time.monotonic()
            task.cancel("enough")
            with pytest.raises(asyncio.CancelledError, match="enough"):
                await task
            assert time.monotonic() - begun < LIMITS[operation]

    asyncio.run(main())
    assert files_in(work) == ["big"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_timeout_ends_an_operation_in_time(operation: str, slow: Slow, work: Path) -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            loop = asyncio.get_running_loop()
            at = []

            async def middle(timeout: asyncio.Timeout) -> None:
                await asyncio.to_thread(slow.reach_the_middle, operation)
                at.append(loop.time())
                timeout.reschedule(at[0])

            with pytest.raises(TimeoutError):
                async with asyncio.timeout(None) as timeout:
                    waiting = asyncio.ensure_future(middle(timeout))
                    await OPERATIONS[operation](client, slow)
            await waiting
            assert loop.time() - at[0] < LIMITS[operation]

    asyncio.run(main())
    assert files_in(work) == ["big"]


class StopIt(Exception):  # noqa: N818 - what is raised need not be an error
    """An exception of a callback."""


@pytest.mark.parametrize("operation", ["push", "pull", "copy", "verify", "push_blob", "fetch_blob"])
@pytest.mark.parametrize("at", ["started", "moved", "finished"])
def test_an_exception_of_a_progress_callback_ends_the_operation(
    operation: str, at: str, client: Any, ggcr: str, fixture: Fixture, work: Path
) -> None:
    (work / "big").write_bytes(os.urandom(1 << 20) * 32)
    name = f"{operation.replace('_', '-')}-{at}-{type(client).__name__.lower()}"

    def progress(event: Event) -> None:
        if event.kind == at and event.blob.size > 1000:
            assert at != "moved" or 0 < event.position < event.blob.size
            raise StopIt

    if not operation.startswith("push"):
        pushed = client.push(f"{ggcr}/{name}:v1", ["big"]).blobs[0].descriptor
    with throttled(ggcr, 64 << 20) as throttle, pytest.raises(StopIt):
        place = f"{throttle.host}/{name}"
        match operation:
            case "push":
                client.push(f"{place}:v1", ["big"], progress=progress)
            case "pull":
                client.pull(f"{place}:v1", "out", progress=progress)
            case "copy":
                client.copy(f"{place}:v1", f"{fixture.host}/copy:v1", progress=progress)
            case "verify":
                client.verify(f"{place}:v1", progress=progress)
            case "push_blob":
                client.push_blob(place, Path("big"), progress=progress)
            case "fetch_blob":
                client.fetch_blob(f"{place}@{pushed.digest}", progress=progress).save("saved")
    # Finished files have their final names.
    assert files_in(work) == (["big", "out/big"] if (operation, at) == ("pull", "finished") else ["big"])


@pytest.mark.parametrize("kind", ["a file", "memory", "a pushed file"])
def test_ctrl_c_ends_a_digest_and_its_threads_within_a_second(kind: str, work: Path) -> None:
    with (work / "endless").open("wb") as file:
        file.truncate(64 << 30)
    begun = threading.Event()

    def middle() -> None:
        assert begun.wait(20)
        used = time.process_time()
        while time.process_time() - used < 0.3:
            time.sleep(0.01)

    with (work / "endless").open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    digests: dict[str, list[Callable[[], Any]]] = {
        "a file": [lambda: digest_file("endless"), lambda: asyncio.run(async_digest_file("endless"))],
        "memory": [lambda: digest(mapped), lambda: asyncio.run(async_digest(mapped))],
        "a pushed file": [
            lambda: Client().push_blob("oci:app", "endless"),
            lambda: asyncio.run(AsyncClient().push_blob("oci:app", "endless")),
        ],
    }
    for digesting in digests[kind]:
        with Interrupt(middle) as interrupt:
            begun.set()
            with pytest.raises(KeyboardInterrupt):
                digesting()
            assert interrupt.took() < 1
        used = time.process_time()
        time.sleep(0.5)
        assert time.process_time() - used < 0.2, "a thread still hashes"


def test_a_second_ctrl_c_interrupts_the_clean_up() -> None:
    class Stuck:
        """An operation that never finishes."""

        cancelled = False

        def wait(self, seconds: float) -> bool:
            time.sleep(seconds)
            return False

        def events(self) -> list[Any]:
            return []

        def cancel(self) -> None:
            self.cancelled = True

    from ocigraph._run import run

    stuck: Any = Stuck()

    def until_it_is_cancelled() -> None:
        while not stuck.cancelled:
            time.sleep(0.01)

    with Interrupt(lambda: time.sleep(0.2)), Interrupt(until_it_is_cancelled) as second:
        with pytest.raises(KeyboardInterrupt):
            run(stuck)
        assert second.took() < 1


def test_closing_a_suspended_coroutine_cancels_its_operation(slow: Slow) -> None:
    loop = asyncio.new_event_loop()
    pulling = AsyncClient().pull(f"{slow.host}/app:v1", "out", progress=slow.progress)
    task = loop.create_task(pulling)
    loop.run_until_complete(asyncio.to_thread(slow.reach_the_middle, "pull"))
    # As happens to a pending task when its event loop is closed. It cannot await anything then.
    pulling.close()
    loop.call_soon(task.cancel)
    with pytest.raises((asyncio.CancelledError, RuntimeError)):
        loop.run_until_complete(task)
    loop.close()


def test_only_the_async_client_accepts_an_async_callback(fixture: Fixture, work: Path) -> None:
    (work / "big").write_bytes(bytes(1 << 20))
    kinds = []

    async def progress(event: Event) -> None:
        await asyncio.sleep(0)
        kinds.append(event.kind)

    async def main() -> None:
        async with AsyncClient() as client:
            await client.push("oci:app:v1", ["big"], progress=progress)

    asyncio.run(main())
    assert kinds[0] == "started" and kinds[-1] == "finished"
    with Client() as client, pytest.raises(TypeError, match="AsyncClient"):
        client.push("oci:other:v1", ["big"], progress=progress)


def test_progress_is_reported_in_the_callers_thread(client: Any, work: Path) -> None:
    (work / "big").write_bytes(os.urandom(1 << 20) * 32)
    events: list[tuple[int, Event]] = []
    client.push("oci:app:v1", ["big"], progress=lambda event: events.append((threading.get_ident(), event)))
    assert {thread for thread, _ in events} == {threading.get_ident()}
    big = [event for _, event in events if event.blob.size == 32 << 20]
    assert [big[0].kind, big[-1].kind, big[-1].outcome] == ["started", "finished", "uploaded"]
    assert [event.position for event in big] == sorted(event.position for event in big)
    assert big[-1].position == 32 << 20


def test_operations_do_not_block_the_event_loop(fixture: Fixture) -> None:
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
    assert time.monotonic() - begun < 50 * 0.3, "the operations did not run concurrently"


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


def test_closing_a_client_lets_running_operations_finish(fixture: Fixture) -> None:
    with Client() as client:
        client.push(f"{fixture.host}/app:v1")
    fixture.clear_requests()
    fixture.configure({"delay_ms": 300})

    async def main() -> list[str]:
        client = AsyncClient()
        listing = asyncio.create_task(client.tags(f"{fixture.host}/app"))
        while not await asyncio.to_thread(fixture.requests):
            await asyncio.sleep(0.01)
        client.close()
        assert not listing.done()
        with pytest.raises(InvalidArgumentError, match="the client is closed"):
            await client.tags(f"{fixture.host}/app")
        return await listing

    assert asyncio.run(main()) == ["v1"]
