"""An argument of a wrong type raises a TypeError that names it and the expected type, but does not reveal its value."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import CLIENTS, Fixture, fixture_registry

import ocigraph
from ocigraph import AsyncClient, Client, Credential, File, Limits, Reference, UnpackLimits

REFERENCE = "reference must be a str, a path or a Reference, not "


def rejected(call: Callable[[], Any], message: str) -> str:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}") as raised:
        call()
    return str(raised.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Credential.password("ada", None), "password must be a str, not NoneType"),  # type: ignore[arg-type]
        (lambda: Credential.password(None, "hunter2"), "username must be a str, not NoneType"),  # type: ignore[arg-type]
        (lambda: Credential.password("ada", b"hunter2"), "password must be a str, not bytes"),  # type: ignore[arg-type]
        (lambda: Credential.identity_token(None), "token must be a str, not NoneType"),  # type: ignore[arg-type]
        (lambda: Credential.registry_token(5), "token must be a str, not int"),  # type: ignore[arg-type]
        (lambda: Credential.entra_token("hunter2", 5), "tenant must be a str, not int"),  # type: ignore[arg-type]
        (lambda: Credential("password", b"hunter2"), "secret must be a str, not bytes"),  # type: ignore[arg-type]
    ],
)
def test_a_credential_must_consist_of_strings(make: Callable[[], Any], message: str) -> None:
    assert "hunter2" not in rejected(make, message)


def test_the_error_of_a_credentials_function_names_the_wrong_argument() -> None:
    def unset(host: str, repository: str) -> Credential:
        return Credential.password("ada", None)  # type: ignore[arg-type]

    with (
        fixture_registry("--auth", "basic:ada:sesame") as fixture,
        Client(credentials=unset) as client,
        pytest.raises(ocigraph.CredentialsError, match="password must be a str, not NoneType"),
    ):
        client.tags(f"{fixture.host}/app")


def test_a_reference_of_a_wrong_type_is_rejected(client: Any) -> None:
    client.push("oci:app:v1")
    descriptor = client.resolve("oci:app:v1")
    wrongs: list[Any] = [None, 5, b"oci:app:v1", []]
    for wrong in wrongs:
        message = REFERENCE + type(wrong).__name__
        rejected(partial(client.resolve, wrong), message)
        rejected(partial(client.copy, "oci:app:v1", wrong), message)
    shown = rejected(lambda: client.push("oci:app", subject=descriptor), REFERENCE + "Descriptor")
    assert shown.endswith("use Reference.parse(repository).at(descriptor)")
    client.push("oci:app", subject=Reference.parse("oci:app").at(descriptor))
    rejected(lambda: Reference.parse(5), "reference must be a str, not int")  # type: ignore[arg-type]
    rejected(lambda: Reference.layout(5), "path must be a path (str or os.PathLike), not int")  # type: ignore[arg-type]
    rejected(lambda: Reference.layout("app", None), "tag must be a str, not NoneType")  # type: ignore[arg-type]
    rejected(lambda: Reference.parse("oci:app").at(5), "digest must be a str or a Descriptor, not int")  # type: ignore[arg-type]


def test_the_error_for_a_wrong_argument_of_an_operation_names_it(client: Any) -> None:
    client.push("oci:app:v1")
    graph = client.discover("oci:app:v1")
    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: client.push("oci:app:v2", annotations={"build": 17}), "annotations['build'] must be a str, not int"),
        (lambda: client.push("oci:app:v2", annotations={17: "a"}), "a key of annotations must be a str, not int"),
        (
            lambda: client.push("oci:app:v2", annotations=["a=b"]),
            "annotations must be a mapping of str to str, not list",
        ),
        (lambda: client.push("oci:app:v2", artifact_type=5), "artifact_type must be a str, not int"),
        (lambda: client.push("oci:app:v2", format=5), "format must be a str, not int"),
        (lambda: client.push("oci:app:v2", concurrency="4"), "concurrency must be an int, not str"),
        (lambda: client.push("oci:app:v2", progress=5), "progress must be a callable, not int"),
        (lambda: client.pull("oci:app:v1", 5), "output must be a path (str or os.PathLike), not int"),
        (lambda: client.pull("oci:app:v1", include_subject="no"), "include_subject must be a bool, not str"),
        (
            lambda: client.pull("oci:app:v1", unpack_limits={"bytes": 1}),
            "unpack_limits must be an instance of UnpackLimits, not dict",
        ),
        (lambda: client.discover("oci:app:v1", platform=5), "platform must be a str or a Platform, not int"),
        (lambda: client.repositories(5), "host must be a str, not int"),
        (lambda: client.logout(None), "host must be a str, not NoneType"),
        (lambda: client.tag("oci:app:v1", ["a", 5]), "tag must be a str, not int"),
        (lambda: client.push_blob("oci:app", b"x", media_type=5), "media_type must be a str, not int"),
        (lambda: 5 in graph, "digest must be a str or a Descriptor, not int"),
        (lambda: graph.referrers(5), "digest must be a str or a Descriptor, not int"),
        (lambda: graph.filter(annotations={"a": 5}), "annotations['a'] must be a str, not int"),
        (lambda: File(b"x", title=5), "title must be a str, not int"),  # type: ignore[arg-type]
        (lambda: File(b"x", annotations={"a": None}), "annotations['a'] must be a str, not NoneType"),  # type: ignore[dict-item]
        (lambda: UnpackLimits(bytes="1"), "bytes must be an int, not str"),  # type: ignore[arg-type]
        (lambda: ocigraph.digest_files([5]), "paths[0] must be a path (str or os.PathLike), not int"),  # type: ignore[list-item]
    ]
    for call, message in cases:
        rejected(call, message)
    assert client.tags("oci:app") == ["v1"]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_error_for_a_wrong_argument_of_a_client_names_it_and_hides_header_values(kind: Any) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"headers": ["hunter2"]}, "headers must be a mapping of str to str, not list"),
        ({"headers": {"x-key": b"hunter2"}}, "headers['x-key'] must be a str, not bytes"),
        ({"limits": {"idle": 1}}, "limits must be an instance of Limits, not dict"),
        ({"plain_http": "no"}, "plain_http must be a bool, not str"),
        ({"insecure": 0}, "insecure must be a bool, not int"),
        ({"ca_file": 5}, "ca_file must be a path (str or os.PathLike), not int"),
        ({"user_agent": 5}, "user_agent must be a str, not int"),
    ]
    for options, message in cases:
        assert "hunter2" not in rejected(partial(kind, **options), message)
    rejected(lambda: Limits(connect_timeout="2"), "connect_timeout must be a number of seconds, not str")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_sends_its_user_agent(name: str, fixture: Fixture) -> None:
    for options, wanted in (({}, f"ocigraph/{ocigraph.__version__}"), ({"user_agent": "crawler/7"}, "crawler/7")):
        fixture.clear_requests()
        with CLIENTS[name](**options) as client:
            client.push(f"{fixture.host}/app:v1")
        agents = {request["headers"]["user-agent"] for request in fixture.requests()}
        assert agents == {wanted}


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"from ", b"", b"an iterator"):
        yield piece


async def numbers() -> AsyncIterator[int]:
    yield 5


def test_an_asynchronous_iterable_is_pushed() -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            await client.push("oci:app:v1", File(pieces(), title="a.txt"))
            await client.pull("oci:app:v1", "out")
            assert Path("out/a.txt").read_bytes() == b"from an iterator"
            assert (await client.push_blob("oci:app", pieces())).outcome == "existed"
            with pytest.raises(TypeError, match="must yield bytes, not int"):
                await client.push_blob("oci:app", numbers())  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="wrap it in File"):
                await client.push("oci:app:v2", pieces())  # type: ignore[arg-type]

    asyncio.run(main())
    with Client() as waiting, pytest.raises(TypeError, match="only AsyncClient accepts it"):
        waiting.push("oci:app:v1", File(pieces(), title="a.txt"))
