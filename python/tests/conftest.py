"""Fixtures of all tests: a working directory, the clients and the registries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CLIENTS, Fixture, fixture_registry, registry


@pytest.fixture(autouse=True)
def work(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the test. Hides the stored credentials of the user."""
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path_factory.mktemp("settings"))
    for name in ("DOCKER_CONFIG", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, folder)
    for name in ("DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A synchronous client: a `Client`, or an `AsyncClient` whose methods run in an event loop."""
    with CLIENTS[request.param]() as client:
        yield client


@pytest.fixture
def fixture() -> Iterator[Fixture]:
    """The fixture registry."""
    with fixture_registry() as fixture:
        yield fixture


@pytest.fixture(scope="session")
def ggcr() -> Iterator[str]:
    """A registry with blobs on disk and the referrers API."""
    with registry("ggcr") as host:
        yield host
