"""What can be pushed and fetched: paths, bytes-likes, file objects; and where their content goes."""

from __future__ import annotations

import array
import gzip
import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import ocigraph
from ocigraph import File, digest

CONTENT = bytes(range(256)) * 5000


@contextmanager
def content(kind: str) -> Iterator[Any]:
    """The same content in one of many forms."""
    Path("content.json").write_bytes(CONTENT)
    with Path("content.json").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        yield forms(file, mapped)[kind]


def forms(file: Any, mapped: mmap.mmap) -> dict[str, Any]:
    return {
        "bytes": CONTENT,
        "bytearray": bytearray(CONTENT),
        "memoryview": memoryview(CONTENT),
        "strided": memoryview(bytes(b for byte in CONTENT for b in (byte, 0)))[::2],
        "array": array.array("I", CONTENT),
        "mmap": mapped,
        "path": Path("content.json"),
        "text path": "content.json",
        "file": file,
        "BytesIO": io.BytesIO(CONTENT),
        "reader": Reader(CONTENT),
    }


class Reader:
    """A file object that gives little at a time."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def read(self, size: int, /) -> bytes:
        size = min(size, 100_000)
        chunk, self._rest = self._rest[:size], self._rest[size:]
        return chunk


KINDS = ["bytes", "bytearray", "memoryview", "strided", "array", "mmap"]
KINDS += ["path", "text path", "file", "BytesIO", "reader"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["oci:app", "registry"])
def test_whatever_has_bytes_can_be_pushed(kind: str, place: str, client: Any, ggcr: str) -> None:
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


def test_titles_types_and_annotations_are_kept(client: Any) -> None:
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


def test_one_file_need_no_list_and_a_path_names_a_layout(client: Any) -> None:
    Path("a.txt").write_text("a")
    pushed = client.push(Path("app:v1"), Path("a.txt"), config=File(b"{}", media_type="application/x-config"))
    assert client.tags(Path("app")) == ["v1"]
    assert client.fetch_manifest(pushed.reference).config.media_type == "application/x-config"


def test_a_directory_is_the_same_bytes_each_time(client: Any, work: Path) -> None:
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


def test_what_is_no_content_is_refused_with_a_type_error(client: Any) -> None:
    for wrong in (1, None, object(), io.StringIO("text")):
        with pytest.raises(TypeError):
            client.push_blob("oci:app", wrong)
    with pytest.raises(TypeError):
        digest("text")  # type: ignore[arg-type]
    with pytest.raises(ocigraph.NotFoundError):
        client.push("oci:app:v1", "nowhere.txt")


def test_what_a_file_object_raises_is_raised(client: Any) -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            raise OSError("the tape is torn")

    with pytest.raises(OSError, match="torn"):
        client.push_blob("oci:app", Broken())


def test_a_blob_is_a_file_object() -> None:
    lines = b"".join(b"line %d\n" % i for i in range(100_000))
    with ocigraph.Client() as client:
        packed = client.push_blob("oci:app", gzip.compress(lines)).descriptor
        with client.fetch_blob(f"oci:app@{packed.digest}") as blob, gzip.open(io.BufferedReader(blob)) as file:
            assert next(file) == b"line 0\n" and sum(1 for _ in file) == 99_999
        assert blob.closed
        with pytest.raises(ValueError, match="closed"):
            blob.read(1)
        blob = client.fetch_blob(f"oci:app@{packed.digest}")
        assert [len(blob.read(10)), blob.descriptor.size] == [10, packed.size]
        # A file object that can be pushed, too.
        assert client.push_blob("oci:other", client.fetch_blob(f"oci:app@{packed.digest}")).descriptor == packed


def test_a_blob_is_read_in_chunks_in_an_event_loop() -> None:
    import asyncio

    async def main() -> None:
        async with ocigraph.AsyncClient() as client:
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


def test_a_damaged_blob_is_told_at_its_end_and_not_saved(client: Any, work: Path) -> None:
    stored = client.push_blob("oci:app", CONTENT).descriptor
    path = work / "app" / "blobs" / "sha256" / stored.digest.removeprefix("sha256:")
    path.chmod(0o644)
    path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(ocigraph.DigestMismatchError):
        client.fetch_blob(f"oci:app@{stored.digest}").read()
    with pytest.raises(ocigraph.DigestMismatchError):
        client.fetch_blob(f"oci:app@{stored.digest}").save("saved")
    assert sorted(p.name for p in work.iterdir()) == ["app"]


def test_a_blob_is_saved_whole_in_place_of_another(client: Any, work: Path) -> None:
    stored = client.push_blob("oci:app", CONTENT).descriptor
    Path("saved").write_text("old")
    assert client.fetch_blob(f"oci:app@{stored.digest}").save("saved").read_bytes() == CONTENT
    assert sorted(p.name for p in work.iterdir()) == ["app", "saved"]
