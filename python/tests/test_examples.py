"""The example programs run and print the expected output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from support import ROOT, fixture_registry

from ocigraph import AsyncClient, Client

EXAMPLES = ROOT / "python" / "examples"


def example(name: str, *arguments: str, code: int = 0) -> str:
    """Returns the output of an example, which must exit with this code."""
    path = os.pathsep.join([str(EXAMPLES), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout


def test_a_release_script_attaches_an_sbom_once(work: Path) -> None:
    Path("sbom.json").write_text(json.dumps({"spdxVersion": "SPDX-2.3"}))
    with Client() as client:
        client.push("oci:app:v1", artifact_type="image/example")
        attached = example("attach_sbom.py", "oci:app:v1", "sbom.json")
        assert example("attach_sbom.py", "oci:app:v1", "sbom.json").startswith("already attached: ")
        [sbom] = client.discover("oci:app:v1")
        assert sbom.digest in attached and sbom.artifact_type == "application/spdx+json"


def test_the_notebook_example_draws_a_graph(work: Path) -> None:
    with Client() as client:
        client.push("oci:app:v1", artifact_type="image/example")
        sbom = client.push("oci:app", artifact_type="sbom/example", subject="oci:app:v1")
        client.push("oci:app", artifact_type="signature/example", subject=sbom.reference)
    printed = example("draw_graph.py", "oci:app:v1", "graph.svg")
    assert "   1 sbom/example" in printed and printed.endswith("1 of 2 have nothing attached\n")
    assert ElementTree.parse("graph.svg").getroot().tag.endswith("svg")


def test_the_notebook_example_draws_the_coverage_of_a_sweep(work: Path) -> None:
    with Client() as client:
        for tag in ("v1", "v2"):
            client.push(f"oci:app:{tag}", artifact_type="image/example", annotations={"tag": tag})
        client.push("oci:app", artifact_type="application/spdx+json", subject="oci:app:v1")
    printed = example("draw_coverage.py", "oci:app", "coverage.svg")
    assert printed.startswith("2 images, 1 attached manifests, 1 with nothing attached\n") and "sbom" in printed
    assert ElementTree.parse("coverage.svg").getroot().tag.endswith("svg")


def test_the_program_does_all_tasks(work: Path) -> None:
    """The other languages run the same tasks: see `tests/suite/tests/tasks.rs`."""
    Path("sbom.spdx.json").write_text('{"spdxVersion":"SPDX-2.3"}')
    with fixture_registry() as fixture, Client() as client:
        repository = f"{fixture.host}/app"
        digests = {}
        for tag in ("v1", "v2", "pr-7"):
            pushed = client.push(f"{repository}:{tag}", artifact_type="app/example", annotations={"tag": tag})
            digests[tag] = pushed.descriptor.digest
        v1 = f"{repository}:v1"
        image = f"{repository}@{digests['v1']}"

        assert example("tasks.py", "attach", v1, "sbom.spdx.json").startswith(f"attached {repository}@sha256:")
        refused = "signature: missing\nsbom: present\n"
        assert example("tasks.py", "gate", v1, code=1) == refused
        client.attach(v1, artifact_type="application/vnd.cncf.notary.signature", allow_empty=True)
        assert example("tasks.py", "gate", v1) == f"signature: present\nsbom: present\n{image}\n"
        swept = example("tasks.py", "sweep", repository).splitlines()
        assert sorted(swept) == ["3 images", "app:pr-7 has no SBoM", "app:v2 has no SBoM"]
        for outcome in ("copied", "existed"):
            synced = example("tasks.py", "sync", repository, "oci:mirror").splitlines()
            assert sorted(synced) == [f"{outcome} {repository}:{tag}" for tag in ("pr-7", "v1", "v2")]
        assert example("tasks.py", "backup", repository, "app.tar") == "stored 3 tags, 5 manifests\n"
        assert example("tasks.py", "restore", "app.tar", "oci:restored") == "restored 3 tags, 5 manifests\n"
        assert client.check("oci:restored:v1", ["sbom", "signature"]).presence == "present"
        pruned = example("tasks.py", "prune", repository)
        assert pruned.startswith(f"deleted {digests['pr-7']}: ") and pruned.count("\n") == 1
        assert example("tasks.py", "errors", v1) == f"{digests['v1']}\n"
        assert example("tasks.py", "errors", f"{repository}:pr-7", code=1) == "there is no such image\n"
    unreachable = example("tasks.py", "errors", "127.0.0.1:1/app:v1", code=1)
    assert unreachable.startswith("NETWORK: resolve 127.0.0.1:1/app:v1: ") and unreachable.endswith("; try again\n")
    unknown = example("tasks.py", "gate", "127.0.0.1:1/app:v1", code=1)
    assert unknown.startswith("unknown: check 127.0.0.1:1/app:v1: ")
    assert example("tasks.py", "serve", "registry") == "v1\n"
    assert (work / "registry/team/app/index.json").is_file()


async def push_images(repository: str, number: int) -> None:
    turn = asyncio.Semaphore(50)
    async with AsyncClient() as client:

        async def image(i: int) -> None:
            async with turn:
                pushed = await client.push(f"{repository}:v{i}", annotations={"n": str(i)})
                await client.push(repository, artifact_type="sbom/example", subject=pushed.reference)

        await asyncio.gather(*(image(i) for i in range(number)))


def test_the_crawler_lists_the_referrers_of_a_hundred_images() -> None:
    with fixture_registry() as fixture:
        asyncio.run(push_images(f"{fixture.host}/app", 100))
        lines = example("crawl.py", f"{fixture.host}/app", f"{fixture.host}/app").splitlines()
    assert len(lines) == 200 and all(line.endswith(": 1 sbom/example") for line in lines)


def test_a_dask_cluster_discovers_the_graphs_of_a_thousand_images() -> None:
    with fixture_registry() as fixture:
        asyncio.run(push_images(f"{fixture.host}/app", 1000))
        assert example("crawl_on_dask.py", f"{fixture.host}/app") == "1000 images\n1000 sbom/example\n"
