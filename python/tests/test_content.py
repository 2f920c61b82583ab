"""Content to push: paths, bytes-like objects and file objects."""

from __future__ import annotations

import array
import asyncio
import io
import json
import math
import mmap
import os
import time

# Multi-dimensional arrays like those of numpy, from CPython's own buffer tests.
from _testbuffer import ND_FORTRAN, ndarray
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import Fixture

import ocigraph
from ocigraph import AsyncClient, Client, File, Limits, Reference, UnpackLimits, digest

CONTENT = bytes(range(256)) * 5000
HALF = len(CONTENT) // 2


@contextmanager
def content(kind: str) -> Iterator[Any]:
    """Returns the same content as an object of the given kind."""
    Path("content.json").write_bytes(CONTENT)
    with Path("content.json").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        yield forms(file, mapped)[kind]


def forms(file: Any, mapped: mmap.mmap) -> dict[str, Any]:
    halves = CONTENT[:HALF], CONTENT[HALF:]
    return {
        "bytes": CONTENT,
        "bytearray": bytearray(CONTENT),
        "memoryview": memoryview(CONTENT),
        "strided": memoryview(bytes(b for byte in CONTENT for b in (byte, 0)))[::2],
        "array": array.array("I", CONTENT),
        "Fortran": ndarray([b for pair in zip(*halves, strict=True) for b in pair], shape=[2, HALF], flags=ND_FORTRAN),
        "mmap": mapped,
        "path": Path("content.json"),
        "text path": "content.json",
        "file": file,
        "BytesIO": io.BytesIO(CONTENT),
        "reader": Reader(CONTENT),
    }


class Reader:
    """A file object that returns a few bytes per read."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int, /) -> bytes:
        size = min(size, 100_000)
        chunk, self._rest = self._rest[:size], self._rest[size:]
        return chunk


KINDS = ["bytes", "bytearray", "memoryview", "strided", "array", "Fortran", "mmap"]
KINDS += ["path", "text path", "file", "BytesIO", "reader"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["oci:app", "registry"])
def test_every_buffer_and_file_object_can_be_pushed(kind: str, place: str, client: Any, ggcr: str) -> None:
    target = f"{ggcr}/{kind.replace(' ', '-').lower()}" if place == "registry" else place
    with content(kind) as given:
        pushed = client.push_blob(target, given)
    assert (pushed.descriptor.digest, pushed.descriptor.size) == (digest(CONTENT), len(CONTENT))
    with content(kind) as given:
        artifact = client.push(f"{target}:v1", File(given, title="content.json"))
    assert artifact.blobs[0].descriptor.digest == digest(CONTENT)
    assert artifact.blobs[0].descriptor.media_type == "application/json"
    blob = client.fetch_blob(f"{target}@{digest(CONTENT)}")
    assert blob.read() == CONTENT
    client.pull(f"{target}:v1", "out")
    assert Path("out/content.json").read_bytes() == CONTENT


def test_an_empty_view_and_an_empty_file_object_can_be_pushed(client: Any) -> None:
    for empty in (memoryview(b""), bytearray(), io.BytesIO(), b""):
        assert client.push_blob("oci:app", empty).descriptor.digest == digest(b"")


def test_titles_media_types_and_annotations_are_pushed(client: Any) -> None:
    Path("a.txt").write_text("a")
    files = ["a.txt", File(b"{}", title="b.json", media_type="application/x-b", annotations={"k": "v"}), File(b"c")]
    manifest = client.fetch_manifest(client.push("oci:app:v1", files).reference)
    assert [(blob.title, blob.media_type) for blob in manifest.blobs] == [
        ("a.txt", "text/plain"),
        ("b.json", "application/x-b"),
        (None, "application/octet-stream"),
    ]
    assert manifest.blobs[1].annotations["k"] == "v"
    [pulled] = client.pull("oci:app:v1", "out")
    assert [file.path.name for file in pulled.files] == ["a.txt", "b.json"] and len(pulled.skipped) == 1


def test_one_file_can_be_passed_without_a_list(client: Any) -> None:
    Path("a.txt").write_text("a")
    pushed = client.push("oci:app:v1", Path("a.txt"), config=File(b"{}", media_type="application/x-config"))
    assert client.fetch_manifest(pushed.reference).config.media_type == "application/x-config"


def test_a_path_object_names_a_layout_directory_with_any_name(client: Any, work: Path) -> None:
    Path("a.txt").write_text("a")
    folder = Path("snap:v1@home")
    pushed = client.push(folder, Path("a.txt"))
    assert [path.name for path in work.iterdir() if path.is_dir()] == ["snap:v1@home"]
    assert client.tag(Reference.layout(folder, digest=pushed.descriptor.digest), ["v2"]) == pushed.descriptor
    tagged = Reference.layout(folder, "v2")
    assert client.tags(folder) == ["v2"] and client.resolve(tagged) == pushed.descriptor
    client.push(folder, artifact_type="sbom/example", subject=tagged)
    [sbom] = client.discover(tagged)
    assert client.fetch_manifest(tagged.at(sbom)).subject.digest == pushed.descriptor.digest
    assert json.loads(client.discover(tagged).json())["referrers"][0]["reference"] == f"oci:{folder}/@{sbom.digest}"
    assert Reference.parse("registry.example.com/app:v1").at(sbom).text == f"registry.example.com/app@{sbom.digest}"


def test_a_path_that_is_not_valid_unicode_is_preserved(client: Any, work: Path) -> None:
    folder = work / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    layout = Reference.layout(folder / "layout", "v1")
    client.push(layout, File(folder / "a.txt", title="a.txt"))
    [pulled] = client.pull(layout, folder / "out")
    assert pulled.files[0].path == folder / "out" / "a.txt" and pulled.files[0].path.read_text() == "a"


def test_unpack_limits_are_enforced(client: Any, work: Path) -> None:
    (work / "docs").mkdir()
    for i in range(10):
        (work / "docs" / str(i)).write_bytes(bytes(1000))
    client.push("oci:app:v1", "docs")
    for limits in (UnpackLimits(entries=5), UnpackLimits(bytes=5000)):
        with pytest.raises(ocigraph.TooLargeError):
            client.pull("oci:app:v1", "out", unpack_limits=limits)
    assert not Path("out/docs").exists()
    client.pull("oci:app:v1", "out", unpack_limits=UnpackLimits(entries=20, bytes=20_000, ratio=100))
    assert len(list(Path("out/docs").iterdir())) == 10


def test_invalid_numbers_are_rejected(client: Any) -> None:
    wrong: list[Callable[[], Any]] = [
        lambda: Limits(connect_timeout=-1),
        lambda: Limits(idle_timeout=math.nan),
        lambda: Limits(helper_timeout=-math.inf),
        lambda: Limits(max_attempts=-1),
        lambda: Limits(max_entries=-5),
        lambda: UnpackLimits(bytes=-1),
        lambda: client.discover("oci:app:v1", depth=-1),
        lambda: client.push("oci:app:v1", source_date_epoch=-1),
        lambda: client.push("oci:app:v1", source_date_epoch=1 << 64),
    ]
    for call in wrong:
        with pytest.raises(ocigraph.InvalidArgumentError, match=r"0 or more|from 0 to 9223372036854775807"):
            call()
    with pytest.raises(ocigraph.InvalidArgumentError, match="concurrency must be an integer from 0 to"):
        client.delete("oci:app:v1", concurrency=-1)
    with pytest.raises(TypeError, match="depth must be an int, not float"):
        client.discover("oci:app:v1", depth=1.5)
    with Client(limits=Limits(connect_timeout=math.inf, idle_timeout=1, max_entries=10)) as patient:
        patient.push("oci:app:v1")


def test_the_limit_on_entries_is_enforced(fixture: Fixture) -> None:
    with Client() as client:
        for number in range(4):
            client.push(f"{fixture.host}/app:v{number}", annotations={"n": str(number)})
        assert len(client.tags(f"{fixture.host}/app")) == 4
    with Client(limits=Limits(max_entries=3)) as bounded, pytest.raises(ocigraph.TooLargeError):
        bounded.tags(f"{fixture.host}/app")


def test_a_manifest_keeps_its_media_type_and_must_be_bytes(client: Any) -> None:
    manifest = {"schemaVersion": 2, "config": {"mediaType": "a/b", "digest": digest(b"{}"), "size": 2}, "layers": []}
    client.push_blob("oci:app", b"{}")
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    client.push_manifest("oci:app:v1", json.dumps(manifest).encode(), media_type=kind)
    fetched = client.fetch_manifest("oci:app:v1")
    assert fetched.descriptor.media_type == kind
    client.push_blob("oci:other", b"{}")
    assert client.push_manifest("oci:other:v1", fetched).media_type == kind
    for wrong in (5, "{}", [1, 2]):
        with pytest.raises(TypeError, match="bytes"):
            client.push_manifest("oci:app:v1", wrong)


def test_a_directory_is_packed_reproducibly(client: Any, work: Path) -> None:
    for name in ("one", "two"):
        (work / name / "docs").mkdir(parents=True)
        (work / name / "docs" / "a.txt").write_text("a")
    digests = set()
    for name in ("one", "two"):
        file = File(work / name / "docs", title="docs")
        digests.add(client.push("oci:app:v1", file, source_date_epoch=1).descriptor.digest)
    assert len(digests) == 1
    client.pull("oci:app:v1", "out")
    assert Path("out/docs/a.txt").read_text() == "a"


def test_content_of_a_wrong_type_raises_a_type_error(client: Any) -> None:
    for wrong in (1, None, object(), io.StringIO("text")):
        with pytest.raises(TypeError):
            client.push_blob("oci:app", wrong)
    with pytest.raises(TypeError):
        digest("text")  # type: ignore[arg-type]
    with pytest.raises(ocigraph.NotFoundError):
        client.push("oci:app:v1", "nowhere.txt")


def test_an_exception_of_a_file_object_is_raised(client: Any) -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            raise OSError("the tape is torn")

    with pytest.raises(OSError, match="torn"):
        client.push_blob("oci:app", Broken())


def test_content_without_a_name_is_rejected_instead_of_read_as_a_list(client: Any, work: Path) -> None:
    Path("lines").write_bytes(b"a\nb\n")
    with Path("lines").open("rb") as file:
        for wrong in (file, b"abc", bytearray(b"abc"), [b"abc"], [file], array.array("I", [1])):
            with pytest.raises(TypeError, match="wrap it in File"):
                client.push("oci:app:v1", wrong)
    others: list[Any] = [5, [5], None, [None], [["lines"]]]
    for other in others:
        with pytest.raises(TypeError, match="paths or File"):
            client.push("oci:app:v1", other)
    with pytest.raises(TypeError, match="paths or File"):
        client.push("oci:app:v1", config=["lines", "lines"])
    assert not Path("app").exists()


def test_a_non_blocking_or_text_file_object_is_rejected(client: Any) -> None:
    class Unready:
        def read(self, size: int, /) -> bytes | None:
            return None

    with pytest.raises(BlockingIOError, match="blocking"):
        client.push_blob("oci:app", Unready())
    with pytest.raises(TypeError, match="binary mode"):
        client.push_blob("oci:app", io.StringIO(""))


def test_the_sync_client_rejects_an_asynchronous_reader() -> None:
    class Awaited:
        async def read(self, size: int, /) -> bytes:
            return b""

    with Client() as client, pytest.raises(TypeError, match="AsyncClient"):
        client.push_blob("oci:app", Awaited())  # type: ignore[arg-type]


def test_a_cancelled_push_stops_reading() -> None:
    class Endless:
        reads = 0

        def read(self, size: int, /) -> bytes:
            self.reads += 1
            time.sleep(0.01)
            return b"x"

    async def main() -> None:
        endless = Endless()
        async with AsyncClient() as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await client.push_blob("oci:app", endless)
            await asyncio.sleep(0.1)
            reads = endless.reads
            await asyncio.sleep(0.3)
            assert 0 < reads == endless.reads

    asyncio.run(main())


def test_reading_a_file_object_does_not_block_the_event_loop() -> None:
    class Awaitable:
        """Has a `read` method that returns an awaitable without being an `async def`."""

        def __init__(self) -> None:
            self._file = io.BytesIO(CONTENT)

        def read(self, size: int, /) -> Any:
            async def read() -> bytes:
                return self._file.read(size)

            return read()

    class Slow(Reader):
        def read(self, size: int, /) -> bytes:
            time.sleep(0.02)
            return super().read(size)

    async def main() -> None:
        ticks = 0
        async with AsyncClient() as client:
            assert (await client.push_blob("oci:app", Awaitable())).descriptor.digest == digest(CONTENT)
            task = asyncio.ensure_future(client.push_blob("oci:app", Slow(CONTENT)))
            while not task.done():
                await asyncio.sleep(0.005)
                ticks += 1
            assert (await task).descriptor.digest == digest(CONTENT)
        assert ticks >= 13

    asyncio.run(main())


@pytest.mark.parametrize("place", ["oci:app", "registry"])
def test_delete_manifest_deletes_only_one_manifest(place: str, client: Any, fixture: Fixture) -> None:
    app = f"{fixture.host}/app" if place == "registry" else place
    image = client.push(f"{app}:v1", artifact_type="image/example").descriptor
    sbom = client.push(app, artifact_type="sbom/example", subject=f"{app}:v1").descriptor
    assert client.delete_manifest(f"{app}:v1") == image
    assert client.tags(app) == []
    with pytest.raises(ocigraph.NotFoundError):
        client.resolve(f"{app}@{image.digest}")
    assert client.fetch_manifest(f"{app}@{sbom.digest}").subject.digest == image.digest
