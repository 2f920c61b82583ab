"""Interoperability with the `oras` package of PyPI, in both directions."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import oras.client
import pytest

from ocigraph import Client, File


@pytest.fixture
def theirs(ggcr: str) -> oras.client.OrasClient:
    return oras.client.OrasClient(hostname=ggcr, insecure=True, auth_backend="basic")


def test_artifacts_that_oras_pushed_can_be_pulled(theirs: oras.client.OrasClient, ggcr: str, work: Path) -> None:
    content = os.urandom(100_000)
    Path("a.bin").write_bytes(content)
    Path("docs").mkdir()
    Path("docs/b.txt").write_text("b")
    theirs.push(target=f"{ggcr}/theirs:v1", files=["a.bin:application/x-a", "docs"], disable_path_validation=True)
    with Client() as client:
        [pulled] = client.pull(f"{ggcr}/theirs:v1", "out")
        assert Path("out/a.bin").read_bytes() == content
        assert {file.descriptor.title for file in pulled.files} >= {"a.bin"}
        # `oras` marks directories only by a media type that images also use. They stay packed, as with the ORAS CLI.
        with tarfile.open("out/docs") as packed:
            assert [name for name in packed.getnames() if name.endswith("b.txt")]
        assert client.verify(f"{ggcr}/theirs:v1").ok


def test_oras_can_pull_artifacts_that_ocigraph_pushed(theirs: oras.client.OrasClient, ggcr: str, work: Path) -> None:
    content = os.urandom(100_000)
    Path("docs").mkdir()
    Path("docs/b.txt").write_text("b")
    with Client() as client:
        client.push(f"{ggcr}/ours:v1", [File(content, title="a.bin"), "docs"])
    pulled = theirs.pull(target=f"{ggcr}/ours:v1", outdir=str(work / "out"))
    assert len(pulled) == 2
    assert Path("out/a.bin").read_bytes() == content
    assert Path("out/docs/b.txt").read_text() == "b"


def test_the_replacements_in_the_readme_for_oras_calls_are_equivalent(
    theirs: oras.client.OrasClient, ggcr: str, work: Path
) -> None:
    Path("a.json").write_text("{}")
    annotations = {"stage": "test"}
    theirs.push(target=f"{ggcr}/same/theirs:v1", files=["a.json:application/json"], manifest_annotations=annotations)
    with Client() as client:
        client.push(f"{ggcr}/same/ours:v1", File("a.json", media_type="application/json"), annotations=annotations)
        manifests = [client.fetch_manifest(f"{ggcr}/same/{who}:v1").json() for who in ("theirs", "ours")]
        assert manifests[1] == theirs.get_manifest(f"{ggcr}/same/ours:v1")
        for manifest in manifests:
            [layer] = manifest["layers"]
            assert layer["mediaType"] == "application/json"
            assert layer["annotations"]["org.opencontainers.image.title"] == "a.json"
            assert manifest["annotations"]["stage"] == "test"
        assert client.tags(f"{ggcr}/same/theirs") == theirs.get_tags(f"{ggcr}/same/theirs:v1") == ["v1"]
