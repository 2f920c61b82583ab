"""Rows: iterators over results of any length."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from support import CLIENTS, Fixture

from ocigraph import AsyncClient, CancelledError, Client, File, InvalidArgumentError, NotFoundError


def image_with_referrers(location: str) -> str:
    """Pushes an image with three referrers."""
    image = f"{location}:v1"
    with Client() as client:
        client.push(image, File(b"a", title="a"), artifact_type="app/example")
        for content in (b"a", b"b", b"c"):
            client.push(location, File(content, title="x"), artifact_type="sbom/example", subject=image)
    return image


@pytest.fixture(params=list(CLIENTS.values()), ids=list(CLIENTS))
def client_type(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return request.param  # type: ignore[no-any-return]


def test_rows_are_read_in_a_loop_and_have_a_summary(work: object, client_type: Callable[..., Any]) -> None:
    image = image_with_referrers("oci:store/app")
    with client_type() as client:
        rows = client.discover_each(image)
        assert rows.summary.edges == 0
        found = list(rows)
        assert [(row.edge, row.depth) for row in found] == [("referrer", 1)] * 3
        assert rows.summary.edges == 3 and rows.summary.subject.digest == found[0].parent
        assert list(rows) == []


def test_batches_are_the_rows_that_were_not_read(work: object, client_type: Callable[..., Any]) -> None:
    image = image_with_referrers("oci:store/app")
    with client_type() as client:
        rows = client.discover_each(image)
        first = next(iter(rows))
        rest = [row for batch in rows.batches() for row in batch]
        assert len({first.descriptor.digest, *(row.descriptor.digest for row in rest)}) == 3


def test_closed_rows_are_over(work: object, client_type: Callable[..., Any]) -> None:
    image = image_with_referrers("oci:store/app")
    with client_type() as client:
        with client.sweep(image) as rows:
            assert next(iter(rows)).depth == 1
        assert list(rows) == [] and rows.summary.attached == 3
        rows.close()


def test_an_error_ends_the_rows(work: object, client_type: Callable[..., Any]) -> None:
    image_with_referrers("oci:store/app")
    with client_type() as client:
        rows = client.discover_each("oci:store/app:none")
        with pytest.raises(NotFoundError):
            list(rows)
        assert list(rows) == []
        with pytest.raises(InvalidArgumentError):
            client.sweep([])


def test_ctrl_c_interrupts_a_wait_and_loses_no_row(fixture: Fixture, work: object) -> None:
    image = image_with_referrers(f"{fixture.host}/app")
    with Client() as client:
        rows = client.discover_each(image)
        fixture.configure({"delay_ms": 1500})
        # A shell starts a command in the background with SIGINT ignored.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            list(rows)
        timer.join()
        signal.signal(signal.SIGINT, before)
        fixture.configure({})
        assert len(list(rows)) == 3


def test_a_cancelled_task_ends_its_wait(fixture: Fixture, work: object) -> None:
    image = image_with_referrers(f"{fixture.host}/app")

    async def main() -> int:
        async with AsyncClient() as client:
            fixture.configure({"delay_ms": 1500})
            async with client.discover_each(image) as rows:
                task = asyncio.create_task(anext(rows))
                await asyncio.sleep(0.3)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                fixture.configure({})
                return len([row async for row in rows])

    assert asyncio.run(main()) == 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_no_rows(work: object) -> None:
    image = image_with_referrers("oci:store/app")
    with Client() as client:
        rows = client.discover_each(image)
        child = os.fork()
        if child == 0:
            try:
                list(rows)
            except InvalidArgumentError:
                rows.close()
                os._exit(0)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert len(list(rows)) == 3


def test_a_closed_client_opens_no_rows(work: object) -> None:
    client = Client()
    client.close()
    with pytest.raises((CancelledError, InvalidArgumentError)):
        client.sweep("oci:store/app")
