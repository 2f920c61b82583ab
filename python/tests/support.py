"""Shared code of the tests: registries that end with the test, and a synchronous interface to both clients.

It needs the tools that `tests/setup` installs and the programs that cargo built. A missing one fails the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ocigraph import AsyncBlob, AsyncClient, AsyncRows, Client

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

Kind: TypeAlias = Literal["ggcr", "ocimem", "docker-registry"]


def built(name: str) -> Path:
    """Returns the path of a program that cargo built."""
    path = TARGET / "debug" / name
    assert path.is_file(), f"{path} is missing: run `cargo build --workspace`, or the tests with `make test`"
    return path


def tool(name: str) -> Path:
    """Returns the path of a program that `tests/setup` installed."""
    assert "OCIGRAPH_TOOLS" in os.environ, 'OCIGRAPH_TOOLS is not set: eval "$(tests/setup --env)"'
    path = Path(os.environ["OCIGRAPH_TOOLS"]) / name
    assert path.is_file(), f"{path} is missing: run `tests/setup`"
    return path


class Fixture:
    """The fixture registry, with its request log and fault injection."""

    def __init__(self, host: str) -> None:
        self.host = host

    def configure(self, config: dict[str, Any]) -> None:
        self._ask("PUT", "config", config)

    def requests(self) -> list[dict[str, Any]]:
        requests: list[dict[str, Any]] = json.loads(self._ask("GET", "requests"))
        return requests

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._ask("GET", "state"))
        return state

    def clear_requests(self) -> None:
        self._ask("DELETE", "requests")

    def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.host}/_fixture/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            content: bytes = answer.read()
        return content


@contextmanager
def fixture_registry(*arguments: str) -> Iterator[Fixture]:
    """Runs the fixture registry."""
    with _server([str(built("ocigraph-fixture")), *arguments], _address_in_json) as host:
        yield Fixture(host)


@contextmanager
def registry(kind: Kind) -> Iterator[str]:
    """Runs a real registry and returns its host."""
    with tempfile.TemporaryDirectory() as folder:
        if kind != "docker-registry":
            data = ["--dir", folder] if kind == "ggcr" else []
            with _server([str(tool("test-registries")), kind, *data], _address_in_json) as host:
                yield host
            return
        config = Path(folder, "config.yml")
        config.write_text(
            json.dumps(
                {
                    "version": "0.1",
                    "log": {"level": "info", "formatter": "text"},
                    "storage": {"filesystem": {"rootdirectory": f"{folder}/data"}, "delete": {"enabled": True}},
                    "http": {"addr": "127.0.0.1:0", "secret": "one registry, one secret"},
                }
            )
        )
        program = [str(tool("test-registries")), "run", str(tool("docker-registry")), "serve", str(config)]
        with _server(program, _address_in_log) as host:
            yield host


@contextmanager
def _server(arguments: list[str], address_in: Callable[[str], str | None]) -> Iterator[str]:
    with tempfile.TemporaryFile() as log:
        pipe = subprocess.PIPE
        process = subprocess.Popen(arguments, stdin=pipe, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while True:
                log.seek(0)
                lines = log.read().decode().splitlines()
                addresses = [address for line in lines if (address := address_in(line))]
                if addresses:
                    break
                assert process.poll() is None and time.monotonic() < deadline, f"{arguments}: {lines}"
                time.sleep(0.01)
            yield addresses[0]
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address_in_json(line: str) -> str | None:
    try:
        return str(json.loads(line)["address"])
    except (ValueError, KeyError, TypeError):
        return None


def _address_in_log(line: str) -> str | None:
    _, found, rest = line.partition("listening on ")
    return rest.split('"')[0].split(",")[0].split(" ")[0] if found else None


class Waiting:
    """An `AsyncClient` with synchronous methods, which run in its own event loop."""

    def __init__(self, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = AsyncClient(**options)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def waiting(*args: Any, **options: Any) -> Any:
            async def called() -> Any:
                # Other clients are used in a running loop.
                return method(*args, **options)

            result = self._loop.run_until_complete(called())
            if inspect.iscoroutine(result):
                result = self._loop.run_until_complete(result)
            if isinstance(result, AsyncRows):
                return WaitingRows(result, self._loop)
            return WaitingBlob(result, self._loop) if isinstance(result, AsyncBlob) else result

        return waiting

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._loop.close()


class WaitingBlob:
    """An `AsyncBlob` with synchronous methods."""

    def __init__(self, blob: AsyncBlob, loop: asyncio.AbstractEventLoop) -> None:
        self._blob = blob
        self._loop = loop
        self.descriptor = blob.descriptor

    def read(self, size: int = -1) -> bytes:
        return self._loop.run_until_complete(self._blob.read(size))

    def save(self, path: str | Path) -> Path:
        return self._loop.run_until_complete(self._blob.save(path))

    def close(self) -> None:
        self._blob.close()


class WaitingRows:
    """An `AsyncRows` with synchronous methods."""

    def __init__(self, rows: AsyncRows[Any, Any], loop: asyncio.AbstractEventLoop) -> None:
        self._rows = rows
        self._loop = loop

    def __iter__(self) -> WaitingRows:
        return self

    def __next__(self) -> Any:
        try:
            return self._loop.run_until_complete(anext(self._rows))
        except StopAsyncIteration:
            raise StopIteration from None

    def batches(self) -> Iterator[list[Any]]:
        batches = self._rows.batches()
        with contextlib.suppress(StopAsyncIteration):
            while True:
                yield self._loop.run_until_complete(anext(batches))

    @property
    def summary(self) -> Any:
        return self._rows.summary

    def close(self) -> None:
        self._rows.close()

    def __enter__(self) -> WaitingRows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


CLIENTS: dict[str, Callable[..., Any]] = {"Client": Client, "AsyncClient": Waiting}
