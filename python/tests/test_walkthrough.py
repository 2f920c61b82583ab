"""The walkthrough with the sync and the async client, on a layout and on two real registries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import registry

from ocigraph import AsyncClient, Client, File, NotFoundError

KINDS = ["layout", "ggcr", "docker-registry"]


@contextmanager
def place(kind: Any, work: Path) -> Iterator[str]:
    if kind == "layout":
        yield f"oci:{work}/net-monitor"
    else:
        with registry(kind) as host:
            yield f"{host}/net-monitor"


def write_files(image: str) -> None:
    Path("program").write_text("a program\n")
    Path("signature.json").write_text(f'{{"artifact": "{image}", "signature": "pat hancock"}}\n')
    Path("readme.md").write_text("Readme Content\n")
    Path("readme-details.md").write_text("Detailed Content\n")
    Path("sbom.json").write_text(f'{{"version": "0.0.0.0", "artifact": "{image}", "contents": "good"}}\n')


JSON, MARKDOWN = "application/json", "application/markdown"
README = [File("readme.md", media_type=MARKDOWN), File("readme-details.md", media_type=MARKDOWN)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_walkthrough(kind: str, work: Path) -> None:
    with place(kind, work) as repo, Client() as client:
        image = f"{repo}:v1"
        write_files(image)
        client.push(image, "program", artifact_type="application/vnd.example.image")
        signature = File("signature.json", media_type=JSON)
        client.push(repo, signature, artifact_type="signature/example", subject=image)
        client.push(repo, README, artifact_type="readme/example", subject=image)
        assert str(client.discover(image)).count("sha256:") == 2

        sbom = client.push(
            repo, File("sbom.json", media_type=JSON), artifact_type="sbom/example", subject=image
        ).reference
        [found] = client.discover(image, artifact_type="sbom/example").referrers()
        assert sbom == f"{repo}@{found.digest}"
        Path("sbom-signature.json").write_text(f'{{"artifact": "{sbom}", "signature": "pat hancock"}}\n')
        of_sbom = File("sbom-signature.json", media_type=JSON)
        signed = client.push(repo, of_sbom, artifact_type="signature/example", subject=sbom)

        graph = client.discover(image)
        types = ["signature/example", "readme/example", "sbom/example"]
        assert sorted(r.artifact_type or "" for r in graph.referrers()) == sorted(types)
        assert graph.referrers(found.digest) == (signed.descriptor,)
        assert str(graph).splitlines()[0] == image and len(graph) == 4

        [docs] = graph.filter(artifact_type="readme/example").referrers()
        [pulled] = client.pull(f"{repo}@{docs.digest}", "download")
        assert [file.path for file in pulled.files] == [
            Path("download/readme.md"),
            Path("download/readme-details.md"),
        ]
        assert Path("download/readme.md").read_text() == "Readme Content\n"

        assert client.tags(repo) == ["v1"]
        assert [info.tags for info in client.manifests(repo) if info.tags] == [("v1",)]
        assert client.verify(image).ok

        plan = client.delete(image, dry_run=True)
        assert len(plan.deleted) == 5 and len(client.discover(image)) == 4
        done = client.delete(image)
        assert not done.failed and {d.digest for d in done.deleted} == {d.digest for d in plan.deleted}
        # Referrers are deleted first. Their order is that of the registry, and ggcr does not keep one.
        gone = [d.digest for d in done.deleted]
        assert gone[-1] == graph.subject.digest and gone.index(signed.descriptor.digest) < gone.index(found.digest)
        for reference in (image, sbom, signed.reference, f"{repo}@{docs.digest}"):
            with pytest.raises(NotFoundError):
                client.resolve(reference)


@pytest.mark.parametrize("kind", KINDS)
def test_the_walkthrough_in_an_event_loop(kind: str, work: Path) -> None:
    async def walk(repo: str) -> None:
        image = f"{repo}:v1"
        async with AsyncClient() as client:
            await client.push(image, "program", artifact_type="application/vnd.example.image")
            _, _, sbom = await asyncio.gather(
                client.push(
                    repo, File("signature.json", media_type=JSON), artifact_type="signature/example", subject=image
                ),
                client.push(repo, README, artifact_type="readme/example", subject=image),
                client.push(repo, File("sbom.json", media_type=JSON), artifact_type="sbom/example", subject=image),
            )
            Path("sbom-signature.json").write_text("{}\n")
            of_sbom = File("sbom-signature.json", media_type=JSON)
            signed = await client.push(repo, of_sbom, artifact_type="signature/example", subject=sbom.reference)
            graph = await client.discover(image)
            assert len(graph) == 4 and graph.referrers(sbom.descriptor) == (signed.descriptor,)
            pulled = await client.pull(image, "download", artifact_type="readme/example")
            assert sorted(file.path.name for file in pulled[0].files) == ["readme-details.md", "readme.md"]
            assert await client.tags(repo) == ["v1"]
            report = await client.copy(image, f"oci:{work}/backup:v1", recursive=True)
            assert report.manifests == 5 and (await client.verify(f"oci:{work}/backup:v1")).ok
            assert len((await client.delete(image)).deleted) == 5
            with pytest.raises(NotFoundError):
                await client.resolve(image)

    with place(kind, work) as repo:
        write_files(f"{repo}:v1")
        asyncio.run(walk(repo))
