"""Credentials from values, functions and stored files, and certificates."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import pickle
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CLIENTS, Fixture, fixture_registry

import ocigraph
from ocigraph import (
    AsyncClient,
    Client,
    Credential,
    CredentialsError,
    File,
    InvalidArgumentError,
    Limits,
    UnauthorizedError,
)

ADA = Credential.password("ada", "sesame")


@pytest.fixture
def guarded() -> Iterator[Fixture]:
    """A registry that accepts only the user Ada."""
    with fixture_registry("--auth", "basic:ada:sesame") as fixture:
        yield fixture


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_credential_value_is_used(kind: str, guarded: Fixture) -> None:
    with CLIENTS[kind](credentials=ADA) as client:
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
        assert client.tags(f"{guarded.host}/app") == ["v1"]
    wrong = Credential.password("ada", "open")
    with CLIENTS[kind](credentials=wrong) as client, pytest.raises(UnauthorizedError) as raised:
        client.tags(f"{guarded.host}/app")
    assert isinstance(raised.value, PermissionError) and "open" not in repr(raised.value.to_dict())


@pytest.mark.parametrize("kind", CLIENTS)
def test_a_credentials_function_is_called_with_host_and_repository(kind: str, guarded: Fixture) -> None:
    calls = []

    def credential(host: str, repository: str) -> Credential | None:
        calls.append((host, repository, threading.current_thread() is threading.main_thread()))
        return ADA

    with CLIENTS[kind](credentials=credential) as client:
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
    assert set(calls) == {(guarded.host, "app", False)}
    with CLIENTS[kind](credentials=lambda host, repository: None) as anonymous, pytest.raises(UnauthorizedError):
        anonymous.tags(f"{guarded.host}/app")


def test_the_exception_of_a_credentials_function_is_the_cause(client: Any, guarded: Fixture) -> None:
    def locked(host: str, repository: str) -> Credential:
        raise KeyError("the vault is locked")

    with Client(credentials=locked) as mine, pytest.raises(CredentialsError, match="vault is locked") as raised:
        mine.tags(f"{guarded.host}/app")
    assert isinstance(raised.value.__cause__, KeyError)


@pytest.mark.parametrize("kind", CLIENTS)
def test_the_client_of_a_destination_is_asked_for_its_credential(kind: str, guarded: Fixture) -> None:
    calls = []

    def credential(host: str, repository: str) -> Credential:
        calls.append((host, repository))
        return ADA

    image = "oci:source/app:v1"
    with CLIENTS[kind](credentials="anonymous") as client:
        client.push(image, File(b"x", title="x"))
        with pytest.raises(UnauthorizedError):
            client.copy(image, f"{guarded.host}/app:v1")
        # Nothing else refers to the second client.
        other = getattr(ocigraph, kind)(credentials=credential)
        assert client.copy(image, f"{guarded.host}/app:v1", destination_client=other).tags == ("v1",)
        assert calls == [(guarded.host, "app")]
        other.close()
        with pytest.raises(InvalidArgumentError, match="the client is closed"):
            client.copy(image, f"{guarded.host}/app:v2", destination_client=other)
        wrong: list[Any] = [Client() if kind == "AsyncClient" else AsyncClient(), "client", {}]
        for value in wrong:
            with pytest.raises(TypeError, match=f"destination_client must be an? {kind}, not {type(value).__name__}"):
                client.copy(image, f"{guarded.host}/app:v2", destination_client=value)


def test_the_credentials_coroutine_of_a_destination_runs_in_the_event_loop(guarded: Fixture) -> None:
    loops = []

    async def credential(host: str, repository: str) -> Credential:
        loops.append(asyncio.get_running_loop())
        return ADA

    async def copy() -> None:
        async with AsyncClient() as client, AsyncClient(credentials=credential) as other:
            await client.push("oci:source/app:v1", File(b"x", title="x"))
            await client.copy("oci:source/app:v1", f"{guarded.host}/app:v1", destination_client=other)
            assert loops == [asyncio.get_running_loop()]

    asyncio.run(copy())


@pytest.mark.parametrize("kind", CLIENTS)
def test_login_stores_a_credential_until_logout(kind: str, guarded: Fixture) -> None:
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
        with CLIENTS[kind](credentials="anonymous") as anonymous, pytest.raises(UnauthorizedError):
            anonymous.tags(f"{guarded.host}/app")
        gone = other.logout(guarded.host)
        assert len(gone.removed_from) == 1 and not gone.remains
        assert other.logout(guarded.host).removed_from == ()
        with pytest.raises(UnauthorizedError):
            other.tags(f"{guarded.host}/app")


def test_auth_file_selects_the_credential_file(guarded: Fixture, work: Path) -> None:
    with Client(auth_file=work / "own.json") as client:
        assert str(work / "own.json") in client.login(guarded.host, ADA).stored_in
        client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
    assert not Path(os.environ["DOCKER_CONFIG"], "config.json").exists()


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_an_invalid_credential_is_rejected_without_repeating_it(kind: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="anonymous") as word:
        kind(credentials="hunter2")
    with pytest.raises(InvalidArgumentError, match="kind") as unknown:
        kind(credentials=Credential("passwort", "hunter2"))  # type: ignore[arg-type]
    messages = [str(word.value), str(unknown.value)]
    for wrong in (None, ("ada", "hunter2"), 42, {"ada": "hunter2"}):
        with pytest.raises(TypeError, match=r"Credential\.password") as raised:
            kind(credentials=wrong)
        messages.append(str(raised.value))
    with Client() as client, pytest.raises(TypeError, match=r"Credential\.password") as raised:
        client.login("localhost:1", ("ada", "hunter2"))  # type: ignore[arg-type]
    assert "hunter2" not in "".join([*messages, str(raised.value)])


def test_an_async_credentials_function_runs_in_the_event_loop_of_the_client(guarded: Fixture) -> None:
    calls = []

    async def credential(host: str, repository: str) -> Credential | None:
        await asyncio.sleep(0)
        calls.append((host, repository, asyncio.get_running_loop()))
        return ADA

    async def main() -> None:
        async with AsyncClient(credentials=credential) as client:
            await client.push(f"{guarded.host}/app:v1", File(b"x", title="x"))
            assert await client.tags(f"{guarded.host}/app") == ["v1"]
        assert {loop for _, _, loop in calls} == {asyncio.get_running_loop()}
        assert {(host, repository) for host, repository, _ in calls} == {(guarded.host, "app")}

        async def locked(host: str, repository: str) -> Credential | None:
            raise KeyError("the vault is locked")

        async with AsyncClient(credentials=locked) as client:
            with pytest.raises(CredentialsError, match="vault is locked") as raised:
                await client.tags(f"{guarded.host}/app")
            assert isinstance(raised.value.__cause__, KeyError)

        async def stuck(host: str, repository: str) -> Credential | None:
            await asyncio.sleep(60)
            return None

        async with AsyncClient(credentials=stuck) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await client.tags(f"{guarded.host}/app")

    asyncio.run(main())
    with Client(credentials=credential) as client, pytest.raises(CredentialsError, match="AsyncClient"):  # type: ignore[arg-type]
        client.tags(f"{guarded.host}/app")


class Vault:
    """Has a credentials function that refers back to its client."""

    def __init__(self, kind: Any) -> None:
        self.client = kind(credentials=self.credential)

    def credential(self, host: str, repository: str) -> Credential | None:
        return ADA


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("closed", [True, False])
def test_a_client_in_a_reference_cycle_with_its_credentials_function_is_collected(kind: Any, closed: bool) -> None:
    vault = Vault(kind)
    gone = weakref.ref(vault)
    if closed:
        vault.client.close()
    del vault
    gc.collect()
    assert gone() is None


def test_a_blob_can_be_read_after_its_client_was_collected(guarded: Fixture) -> None:
    content = os.urandom(4 << 20)
    stored = Client(credentials=ADA).push_blob(f"{guarded.host}/app", content).descriptor
    blob = Client(credentials=lambda host, repository: ADA).fetch_blob(f"{guarded.host}/app@{stored.digest}")
    gc.collect()
    assert blob.read() == content


def test_certificate_files_are_read(client: Any, work: Path) -> None:
    (work / "empty.pem").write_text("")
    options: list[dict[str, Any]] = [{"ca_file": "nowhere.pem"}, {"cert_file": "empty.pem", "key_file": "empty.pem"}]
    for option in options:
        with Client(**option, plain_http=False) as mine, pytest.raises(ocigraph.Error) as raised:
            mine.tags("localhost:1/app")
        assert not isinstance(raised.value, ocigraph.NetworkError), "the client tried to connect"
    trusting = Client(insecure=True, plain_http=False, use_proxy=False, limits=Limits(max_attempts=1))
    with trusting as mine, pytest.raises(ocigraph.NetworkError):
        mine.tags("localhost:1/app")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_client_pickles_as_its_configuration(kind: Any, work: Path) -> None:
    client = kind(credentials=ADA, headers={"x-key": "hunter2"}, limits=Limits(max_attempts=2), plain_http=True)
    again = pickle.loads(pickle.dumps(client))
    assert repr(again) == repr(client)
    for shown in (repr(client), repr(client._configuration), str(client._configuration)):
        assert "sesame" not in shown and "hunter2" not in shown and "x-key" in shown
    assert b"sesame" in pickle.dumps(client), "the pickle lacks the credential"
    assert repr(pickle.loads(pickle.dumps(kind()))) == f"{kind.__name__}()"
