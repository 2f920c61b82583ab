"""A registry at hand: layouts that a process of its own serves."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ocigraph
from ocigraph import AsyncClient, Client, Credential, File, Limits

PASSWORD_HASH = "$2y$04$abcdefghijklmnopqrstuuhiTVLHQPvYzPykOsCOnc5I00eOfh33K"
"""That of ``lovelace``."""


def test_a_folder_of_layouts_is_a_registry_until_it_is_closed(work: Path) -> None:
    client = Client(limits=Limits(max_attempts=1))
    with ocigraph.serve("registry") as registry:
        image = f"{registry.host}/team/app:v1"
        client.push(image, File(b"a", title="a"), artifact_type="app/example")
        client.push(f"{registry.host}/team/app", artifact_type="sbom/example", subject=image)
        assert len(client.discover(image)) == 1
        # The layout is a layout for everybody else.
        assert client.tags("oci:registry/team/app") == ["v1"]
        assert repr(registry) == f"<ServedRegistry {registry.host}>"
    registry.close()
    with pytest.raises(ocigraph.NetworkError):
        client.tags(f"{registry.host}/team/app")
    with ocigraph.serve("app=oci:registry/team/app", read_only=True) as registry:
        with pytest.raises((ocigraph.UnsupportedError, ocigraph.ForbiddenError)):
            client.push(f"{registry.host}/app:v2", artifact_type="app/example")
        assert client.tags(f"{registry.host}/app") == ["v1"]


def test_two_registries_in_an_event_loop(work: Path) -> None:
    async def copied() -> list[str]:
        async with ocigraph.serve(work / "one") as one, ocigraph.serve("oci:two") as two, AsyncClient() as client:
            await client.push(f"{one.host}/app:v1", artifact_type="app/example")
            await client.copy(f"{one.host}/app:v1", f"{two.host}/app:v1", recursive=True)
            return list(await client.tags(f"{two.host}/app"))

    assert asyncio.run(copied()) == ["v1"]


def test_what_cannot_be_served_is_an_error(work: Path) -> None:
    with pytest.raises(ocigraph.InvalidArgumentError, match="second repository"):
        ocigraph.serve("x=oci:a", "x=oci:b")
    with pytest.raises(ocigraph.Error):
        ocigraph.serve("a", listen="nowhere")
    with pytest.raises(TypeError, match="read_only must be a bool"):
        ocigraph.serve("a", read_only=1)  # type: ignore[arg-type]
    with pytest.raises(ocigraph.InvalidArgumentError, match="not a registry that can be imitated"):
        ocigraph.serve("a", behave_as="other")
    with pytest.raises(TypeError, match="behave_as must be"):
        ocigraph.serve("a", behave_as=1)  # type: ignore[arg-type]


def test_a_registry_without_the_referrers_api_and_deletes_is_imitated(work: Path) -> None:
    client = Client()
    with ocigraph.serve("registry", behave_as="ghcr") as registry:
        image = f"{registry.host}/app:v1"
        client.push(image, File(b"a", title="a"), artifact_type="app/example")
        pushed = client.push(f"{registry.host}/app", artifact_type="sbom/example", subject=image)
        assert len(client.discover(image)) == 1
        subject = client.resolve(image).digest
        fallback = client.fetch_manifest(f"{registry.host}/app:{subject.replace(':', '-')}")
        listed = json.loads(fallback.content)["manifests"]
        assert [entry["digest"] for entry in listed] == [pushed.descriptor.digest]
        with pytest.raises(ocigraph.UnsupportedError):
            client.delete_manifest(f"{registry.host}/app@{pushed.descriptor.digest}")


def test_a_registry_with_passwords_and_files_that_are_not_valid(work: Path) -> None:
    Path("users").write_text(f"ada:{PASSWORD_HASH}\n")
    with ocigraph.serve("registry", htpasswd=Path("users")) as registry:
        with pytest.raises(ocigraph.UnauthorizedError):
            Client().repositories(registry.host)
        client = Client(credentials=Credential.password("ada", "lovelace"))
        client.push(f"{registry.host}/app:v1", artifact_type="app/example")
        assert client.repositories(registry.host) == ["app"]
    Path("empty.pem").write_text("")
    with pytest.raises(ocigraph.TlsError, match=r"empty\.pem"):
        ocigraph.serve("registry", cert_file="empty.pem", key_file="empty.pem")
    with pytest.raises(ocigraph.InvalidArgumentError, match="require each other"):
        ocigraph.serve("registry", cert_file="empty.pem")
    with pytest.raises(TypeError, match="htpasswd must be a path"):
        ocigraph.serve("registry", htpasswd=1)  # type: ignore[arg-type]


def test_a_registry_ends_with_the_process_that_started_it(work: Path) -> None:
    program = "import ocigraph, os\nprint(ocigraph.serve('store').host, flush=True)\nos._exit(0)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    client = Client(limits=Limits(max_attempts=1))
    for _ in range(100):
        try:
            client.repositories(run.stdout.strip())
        except ocigraph.NetworkError:
            return
        time.sleep(0.1)
    pytest.fail("the registry is still there")
