"""Fetched blobs: file objects that are read once and checked, and whose transfer ends when they are closed."""

from __future__ import annotations

import asyncio
import errno
import gc
import gzip
import io
import json
import os
import pickle
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from throttle import throttled

import ocigraph
from ocigraph import AsyncClient, Client, digest

CONTENT = bytes(range(256)) * 5000


def test_a_blob_is_a_file_object() -> None:
    lines = b"".join(b"line %d\n" % i for i in range(100_000))
    with Client() as client:
        packed = client.push_blob("oci:app", gzip.compress(lines)).descriptor
        with client.fetch_blob(f"oci:app@{packed.digest}") as blob, gzip.open(blob) as file:
            assert next(file) == b"line 0\n" and sum(1 for _ in file) == 99_999
        assert blob.closed
        with pytest.raises(ValueError, match="closed"):
            blob.read(1)
        blob = client.fetch_blob(f"oci:app@{packed.digest}")
        assert [len(blob.read(10)), blob.descriptor.size] == [10, packed.size]
        # A blob can be pushed as a file object.
        assert client.push_blob("oci:other", client.fetch_blob(f"oci:app@{packed.digest}")).descriptor == packed
        plain = client.push_blob("oci:app", lines).descriptor
        assert sum(1 for _ in client.fetch_blob(f"oci:app@{plain.digest}")) == 100_000


def test_functions_that_read_file_objects_read_blobs(ggcr: str, work: Path) -> None:
    value = {"names": [str(i) * 10 for i in range(100_000)]}
    (work / "names.json").write_text(json.dumps(value))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add("names.json")
    with Client() as client:

        def fetched(content: bytes) -> ocigraph.Blob:
            return client.fetch_blob(f"{ggcr}/read@{client.push_blob(f'{ggcr}/read', content).descriptor.digest}")

        assert pickle.load(fetched(pickle.dumps(value))) == value
        assert pickle.load(fetched(pickle.dumps(value, protocol=0))) == value
        assert json.load(fetched(json.dumps(value).encode())) == value
        with tarfile.open(fileobj=fetched(packed.getvalue()), mode="r|gz") as archive:
            assert archive.next().name == "names.json"  # type: ignore[union-attr]


def test_a_read_returns_fewer_bytes_only_at_the_end(client: Any, ggcr: str) -> None:
    content = os.urandom(12 << 20)
    stored = client.push_blob(f"{ggcr}/sizes", content).descriptor
    blob = client.fetch_blob(f"{ggcr}/sizes@{stored.digest}")
    sizes = [5 << 20, 1, 0, 5 << 20, 5 << 20, 5 << 20]
    pieces = [blob.read(size) for size in sizes]
    assert [len(piece) for piece in pieces] == [5 << 20, 1, 0, 5 << 20, (2 << 20) - 1, 0]
    assert b"".join(pieces) == content


def test_a_cancelled_read_loses_no_bytes(ggcr: str) -> None:
    content = os.urandom(8 << 20)

    async def main() -> None:
        async with AsyncClient() as client:
            stored = (await client.push_blob(f"{ggcr}/lossless", content)).descriptor
            with throttled(ggcr, 16 << 20) as throttle:
                blob = await client.fetch_blob(f"{throttle.host}/lossless@{stored.digest}")
                pieces: list[bytes] = []
                cancelled = turn = 0
                while sum(map(len, pieces)) < len(content):
                    reading = asyncio.ensure_future(blob.read(100_000))
                    # Some reads are cancelled before they receive bytes, others while their result is delivered.
                    done, _ = await asyncio.wait([reading], timeout=0.002 * (turn % 5))
                    turn += 1
                    if not done:
                        reading.cancel()
                        cancelled += 1
                    try:
                        pieces.append(await reading)
                    except asyncio.CancelledError as error:
                        # Keeps the exception alive, as a debugger does. It must not hold bytes back from the next read.
                        assert error is not None
                assert b"".join(pieces) == content and cancelled > 10
                whole = await client.fetch_blob(f"{throttle.host}/lossless@{stored.digest}")
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await whole.read()
                assert await whole.read() == content

    asyncio.run(main())


@pytest.mark.parametrize("left", ["closed", "collected"])
def test_closing_a_blob_ends_its_transfer(left: str, client: Any, ggcr: str) -> None:
    content = os.urandom(32 << 20)
    stored = client.push_blob(f"{ggcr}/closing", content).descriptor
    with throttled(ggcr, 4 << 20) as throttle:
        blob = client.fetch_blob(f"{throttle.host}/closing@{stored.digest}")
        assert len(blob.read(100)) == 100 and throttle.open_connections() == 1
        if left == "closed":
            blob.close()
        else:
            del blob
            gc.collect()
        deadline = time.monotonic() + 5
        while throttle.open_connections():
            assert time.monotonic() < deadline, "the registry still sends"
            time.sleep(0.01)


def test_a_blob_is_read_in_chunks_in_an_event_loop() -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            stored = (await client.push_blob("oci:app", CONTENT * 3)).descriptor
            blob = await client.fetch_blob(f"oci:app@{stored.digest}")
            first = await blob.read(10)
            rest = [chunk async for chunk in blob]
            assert first + b"".join(rest) == CONTENT * 3 and len(rest) > 1
            blob.close()
            with pytest.raises(ValueError, match="closed"):
                await blob.read()

            class Awaited:
                def __init__(self) -> None:
                    self._file = io.BytesIO(CONTENT)

                async def read(self, size: int, /) -> bytes:
                    await asyncio.sleep(0)
                    return self._file.read(size)

            assert (await client.push_blob("oci:app", Awaited())).descriptor.digest == digest(CONTENT)

    asyncio.run(main())


@pytest.mark.parametrize("size", [None, 1 << 20, len(CONTENT)])
def test_a_damaged_blob_returns_no_bytes_after_the_error(size: int | None, client: Any, work: Path) -> None:
    content = CONTENT * 2
    stored = client.push_blob("oci:app", content).descriptor
    path = work / "app" / "blobs" / "sha256" / stored.digest.removeprefix("sha256:")
    path.chmod(0o644)
    path.write_bytes(content[:-1] + b"x")
    blob = client.fetch_blob(f"oci:app@{stored.digest}")
    given = 0
    with pytest.raises(ocigraph.DigestMismatchError):
        while chunk := blob.read(-1 if size is None else size):
            given += len(chunk)
    # The read of the last byte fails instead of returning damaged content.
    assert given < len(content)
    for _ in range(3):
        with pytest.raises(ocigraph.DigestMismatchError):
            blob.read(10)
    with pytest.raises(ocigraph.DigestMismatchError):
        blob.read()
    with pytest.raises(ocigraph.DigestMismatchError):
        client.fetch_blob(f"oci:app@{stored.digest}").save("saved")
    assert sorted(p.name for p in work.iterdir()) == ["app"]


def test_a_failed_save_raises_an_error_of_the_package_and_leaves_no_file(client: Any, work: Path) -> None:
    stored = client.push_blob("oci:app", CONTENT).descriptor
    with pytest.raises(ocigraph.NotFoundError) as missing:
        client.fetch_blob(f"oci:app@{stored.digest}").save("nowhere/saved")
    assert missing.value.errno == errno.ENOENT
    (work / "folder").mkdir()
    (work / "folder" / "x").touch()
    with pytest.raises(ocigraph.IoError) as raised:
        client.fetch_blob(f"oci:app@{stored.digest}").save("folder")
    assert raised.value.errno == errno.EISDIR
    assert sorted(p.name for p in work.iterdir()) == ["app", "folder"]


def test_saving_a_blob_replaces_an_existing_file(client: Any, work: Path) -> None:
    stored = client.push_blob("oci:app", CONTENT).descriptor
    Path("saved").write_text("old")
    assert client.fetch_blob(f"oci:app@{stored.digest}").save("saved").read_bytes() == CONTENT
    assert sorted(p.name for p in work.iterdir()) == ["app", "saved"]
