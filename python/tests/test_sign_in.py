"""Credentials: given, asked for, stored; and certificates."""

from __future__ import annotations

import json
import os
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CLIENTS, Fixture, fixture_registry

import ocigraph
from ocigraph import AsyncClient, Client, Credential, CredentialsError, File, Limits, UnauthorizedError

ADA = Credential.password("ada", "sesame")


@pytest.fixture
def guarded() -> Iterator[Fixture]:
    """A registry that lets Ada in, and nobody else."""
    with fixture_registry("--auth", "basic:ada:sesame") as fixture:
        yield fixture


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_given_credential_is_used(kind: str, guarded: Fixture) -> None:
    with CLIENTS[kind](credentials=ADA) as client:
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
        assert client.tags(f"{guarded.host}/app") == ["v1"]
    wrong = Credential.password("ada", "open")
    with CLIENTS[kind](credentials=wrong) as client, pytest.raises(UnauthorizedError) as raised:
        client.tags(f"{guarded.host}/app")
    assert isinstance(raised.value, PermissionError) and "open" not in repr(raised.value.to_dict())


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_function_is_asked_with_host_and_repository(kind: str, guarded: Fixture) -> None:
    asked = []

    def credential(host: str, repository: str) -> Credential | None:
        asked.append((host, repository, threading.current_thread() is threading.main_thread()))
        return ADA

    with CLIENTS[kind](credentials=credential) as client:
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
    assert set(asked) == {(guarded.host, "app", False)}
    with CLIENTS[kind](credentials=lambda host, repository: None) as nobody, pytest.raises(UnauthorizedError):
        nobody.tags(f"{guarded.host}/app")


def test_what_the_function_raises_is_the_cause(client: Any, guarded: Fixture) -> None:
    def locked(host: str, repository: str) -> Credential:
        raise KeyError("the vault is locked")

    with Client(credentials=locked) as mine, pytest.raises(CredentialsError, match="vault is locked") as raised:
        mine.tags(f"{guarded.host}/app")
    assert isinstance(raised.value.__cause__, KeyError)


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_login_is_remembered_until_the_logout(kind: str, guarded: Fixture) -> None:
    config = Path(os.environ["DOCKER_CONFIG"], "config.json")
    with CLIENTS[kind]() as client:
        with pytest.raises(UnauthorizedError):
            client.login(guarded.host, Credential.password("ada", "wrong"))
        assert not config.exists()
        result = client.login(guarded.host, ADA)
        assert (result.host, result.verified, result.plain_text) == (guarded.host, True, True)
        assert guarded.host in json.loads(config.read_text())["auths"]
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
    with CLIENTS[kind]() as other:
        assert other.tags(f"{guarded.host}/app") == ["v1"]
        with CLIENTS[kind](credentials="anonymous") as nobody, pytest.raises(UnauthorizedError):
            nobody.tags(f"{guarded.host}/app")
        gone = other.logout(guarded.host)
        assert len(gone.removed_from) == 1 and not gone.remains
        assert other.logout(guarded.host).removed_from == ()
        with pytest.raises(UnauthorizedError):
            other.tags(f"{guarded.host}/app")


def test_a_file_of_credentials_can_be_named(guarded: Fixture, work: Path) -> None:
    with Client(registry_config=work / "own.json") as client:
        assert str(work / "own.json") in client.login(guarded.host, ADA).stored_in
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
    assert not Path(os.environ["DOCKER_CONFIG"], "config.json").exists()


def test_a_word_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="anonymous"):
        Client(credentials="mine")  # type: ignore[arg-type]


def test_files_of_certificates_are_read(client: Any, work: Path) -> None:
    (work / "empty.pem").write_text("")
    options: list[dict[str, Any]] = [{"ca_file": "nowhere.pem"}, {"cert_file": "empty.pem", "key_file": "empty.pem"}]
    for option in options:
        with Client(**option, plain_http=False) as mine, pytest.raises(ocigraph.Error) as raised:
            mine.tags("localhost:1/app")
        assert not isinstance(raised.value, ocigraph.NetworkError), "the connection is not even tried"
    trusting = Client(insecure=True, plain_http=False, use_proxy=False, limits=Limits(tries=1))
    with trusting as mine, pytest.raises(ocigraph.NetworkError):
        mine.tags("localhost:1/app")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_pickles_as_its_configuration(kind: Any, work: Path) -> None:
    client = kind(credentials=ADA, headers={"x-key": "hunter2"}, limits=Limits(tries=2), plain_http=True)
    again = pickle.loads(pickle.dumps(client))
    assert repr(again) == repr(client)
    assert "sesame" not in repr(client) and "hunter2" not in repr(client) and "x-key" in repr(client)
    assert b"sesame" in pickle.dumps(client), "what was given on purpose goes along"
    assert repr(pickle.loads(pickle.dumps(kind()))) == f"{kind.__name__}()"
