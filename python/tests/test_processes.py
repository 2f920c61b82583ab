"""Clients in forked children, threads, processes and exiting interpreters."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support import Fixture, fixture_registry

import ocigraph
from ocigraph import AsyncClient, Client, File, ForbiddenError, InvalidArgumentError, Limits

CLIENT = Client()


def tags_of(target: str) -> list[str]:
    return CLIENT.tags(target)


def tags_by(work: tuple[Client, str]) -> list[str]:
    client, target = work
    return client.tags(target)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_client_works_with_every_start_method(method: str, fixture: Fixture, monkeypatch: Any) -> None:
    CLIENT.push(f"{fixture.host}/app:v1", File(b"x", title="x"))
    assert tags_of(f"{fixture.host}/app") == ["v1"]
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert list(pool.map(tags_of, [f"{fixture.host}/app"] * 4)) == [["v1"]] * 4
        assert list(pool.map(tags_by, [(CLIENT, f"{fixture.host}/app")] * 4)) == [["v1"]] * 4
    assert tags_of(f"{fixture.host}/app") == ["v1"], "the parent's goes on"


def test_an_operation_of_the_parent_is_rejected_in_a_forked_child(work: Path) -> None:
    blob = CLIENT.fetch_blob(f"oci:app@{CLIENT.push_blob('oci:app', b'hello').descriptor.digest}")
    child = os.fork()
    if child == 0:
        try:
            blob.read()
        except InvalidArgumentError as error:
            os._exit(7 if "forked" in str(error) else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert blob.read() == b"hello"


def test_a_forked_child_ends_although_it_drops_objects_of_its_parent(work: Path) -> None:
    script = """
import os, ocigraph
client = ocigraph.Client()
client.push('oci:app:v1', ocigraph.File(b'x', title='x'))
child = os.fork()
if child == 0:
    assert client.tags('oci:app') == ['v1']
del client
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, timeout=30)


def test_forked_children_work_while_threads_of_the_parent_run(fixture: Fixture) -> None:
    CLIENT.push(f"{fixture.host}/app:v1", File(b"x" * 100_000, title="x"))
    script = f"""
import os, sys, threading, ocigraph
target = '{fixture.host}/app:v1'
client, stop = ocigraph.Client(), threading.Event()
def work():
    while not stop.is_set():
        client.pull(target, 'out%d' % threading.get_ident())
        ocigraph.digest(bytes(2 << 20))
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for number in range(60):
    child = os.fork()
    if child == 0:
        # The child drops inherited objects, uses a client, and exits normally.
        threads.clear()
        assert client.tags('{fixture.host}/app') == ['v1']
        stored = ocigraph.Client().push_blob('oci:app', bytes(2 << 20)).descriptor
        assert ocigraph.digest(bytes(2 << 20)) == stored.digest
        sys.exit()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, number
stop.set()
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", script], timeout=120, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_threads_share_a_client(fixture: Fixture) -> None:
    with Client() as client, ThreadPoolExecutor(8) as pool:
        pushed = list(pool.map(lambda i: client.push(f"{fixture.host}/app:v{i}", File(b"x", title="x")), range(40)))
        assert len({result.descriptor.digest for result in pushed}) == 1
        assert sorted(client.tags(f"{fixture.host}/app")) == sorted(f"v{i}" for i in range(40))


@pytest.mark.parametrize("level", ["WARNING", "DEBUG"])
@pytest.mark.parametrize("delay", [0, 60_000])
def test_an_interpreter_can_exit_during_operations(level: str, delay: int, fixture: Fixture) -> None:
    CLIENT.push(f"{fixture.host}/app:v1", File(b"x", title="x"))
    fixture.configure({"delay_ms": delay})
    script = f"""
import io, threading, asyncio, logging, ocigraph
logging.basicConfig(level=logging.{level}, stream=io.StringIO())
def run():
    client = ocigraph.Client()
    while True:
        client.tags('{fixture.host}/app')
for _ in range(4):
    threading.Thread(target=run, daemon=True).start()
async def main():
    task = asyncio.ensure_future(ocigraph.AsyncClient().tags('{fixture.host}/app'))
    await asyncio.sleep(0.2)
asyncio.run(main())
"""
    for _ in range(5 if delay == 0 else 1):
        ran = subprocess.run([sys.executable, "-c", script], timeout=30, capture_output=True, text=True)
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_closed_client_rejects_operations(client: Any) -> None:
    client.close()
    with pytest.raises(ValueError, match="closed"):
        client.tags("oci:app")


def test_an_async_client_and_its_blobs_support_aclosing() -> None:
    async def main() -> None:
        async with contextlib.aclosing(AsyncClient()) as client:
            stored = (await client.push_blob("oci:app", b"hello")).descriptor
            async with contextlib.aclosing(await client.fetch_blob(f"oci:app@{stored.digest}")) as blob:
                assert await blob.read(2) == b"he"
            with pytest.raises(InvalidArgumentError, match="closed"):
                await blob.read()
        with pytest.raises(InvalidArgumentError, match="closed"):
            await client.tags("oci:app")

    asyncio.run(main())


def test_a_client_can_be_used_in_successive_event_loops() -> None:
    client = AsyncClient()
    for number in range(3):
        pushed = asyncio.run(client.push(f"oci:app:v{number}", File(b"x", title="x")))
        assert pushed.tags == (f"v{number}",)


def test_a_change_of_the_log_level_takes_effect_immediately(fixture: Fixture, caplog: pytest.LogCaptureFixture) -> None:
    with Client() as client:
        client.push(f"{fixture.host}/app:v1", File(b"x", title="x"))
        assert not caplog.records
        with caplog.at_level(logging.DEBUG, logger="ocigraph"):
            client.tags(f"{fixture.host}/app")
        [record] = [r for r in caplog.records if "request" in r.getMessage()]
        assert record.name.startswith("ocigraph.") and "/tags/list" in record.getMessage()
        caplog.clear()
        client.tags(f"{fixture.host}/app")
        assert not caplog.records


def test_limits_are_enforced_and_headers_are_sent(client: Any) -> None:
    with fixture_registry() as fixture:
        fixture.configure({"fail": [{"path": "/tags/", "status": 503, "times": None}]})
        with Client(limits=Limits(max_attempts=2), headers={"x-team": "release"}) as patient:
            with pytest.raises(ocigraph.RegistryError) as raised:
                patient.tags(f"{fixture.host}/app")
            assert raised.value.status == 503 and raised.value.retryable
            assert len(fixture.requests()) == 2
        fixture.configure({"delay_ms": 2000})
        limits = Limits(response_timeout=0.1, max_attempts=1)
        with Client(limits=limits) as hasty, pytest.raises(ocigraph.TimeoutError) as late:
            hasty.tags(f"{fixture.host}/app")
        assert isinstance(late.value, TimeoutError)


def test_an_error_contains_the_response_of_the_registry(client: Any, fixture: Fixture) -> None:
    fixture.configure({"fail": [{"path": "/tags/", "status": 403, "times": None}]})
    with pytest.raises(ForbiddenError) as raised:
        client.tags(f"{fixture.host}/app")
    error = raised.value
    assert (error.status, error.operation, error.reference) == (403, "tags", f"{fixture.host}/app")
    assert error.registry_errors and error.registry_errors[0].code == "DENIED" and not error.retryable


def test_the_module_runs_the_command_line(work: Path) -> None:
    (work / "a.txt").write_text("a")
    command = [sys.executable, "-m", "ocigraph"]
    subprocess.run([*command, "push", "oci:app:v1", "a.txt"], check=True, capture_output=True)
    listed = subprocess.run([*command, "tags", "oci:app"], check=True, capture_output=True, text=True)
    assert listed.stdout == "v1\n"
    assert subprocess.run([*command, "pull", "oci:app:v2"], capture_output=True).returncode == 1
    assert subprocess.run([*command, "push"], capture_output=True).returncode == 2
    version = subprocess.run([*command, "version"], check=True, capture_output=True, text=True)
    assert version.stdout == f"ocigraph {ocigraph.__version__}\n"
