"""Arguments of a wrong type are refused by their name, with what is meant instead, and without what may be secret."""

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

REFERENCE = "a reference is text, a path or a Reference, not "


def refused(call: Callable[[], Any], says: str) -> str:
    with pytest.raises(TypeError, match=f"^{re.escape(says)}") as raised:
        call()
    return str(raised.value)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Credential.password("ada", None), "password is text, not NoneType"),  # type: ignore[arg-type]
        (lambda: Credential.password(None, "hunter2"), "username is text, not NoneType"),  # type: ignore[arg-type]
        (lambda: Credential.password("ada", b"hunter2"), "password is text, not bytes"),  # type: ignore[arg-type]
        (lambda: Credential.identity_token(None), "token is text, not NoneType"),  # type: ignore[arg-type]
        (lambda: Credential.registry_token(5), "token is text, not int"),  # type: ignore[arg-type]
        (lambda: Credential.entra_token("hunter2", 5), "tenant is text, not int"),  # type: ignore[arg-type]
        (lambda: Credential("password", b"hunter2"), "secret is text, not bytes"),  # type: ignore[arg-type]
    ],
)
def test_a_credential_of_something_else_than_text_is_refused_at_once(make: Callable[[], Any], says: str) -> None:
    assert "hunter2" not in refused(make, says)


def test_a_function_that_makes_such_a_credential_is_told_why() -> None:
    def unset(host: str, repository: str) -> Credential:
        return Credential.password("ada", None)  # type: ignore[arg-type]

    with (
        fixture_registry("--auth", "basic:ada:sesame") as fixture,
        Client(credentials=unset) as client,
        pytest.raises(ocigraph.CredentialsError, match="password is text, not NoneType"),
    ):
        client.tags(f"{fixture.host}/app")


def test_what_is_no_reference_is_refused_as_one(client: Any) -> None:
    client.push("oci:app:v1")
    descriptor = client.resolve("oci:app:v1")
    wrongs: list[Any] = [None, 5, b"oci:app:v1", []]
    for wrong in wrongs:
        says = REFERENCE + type(wrong).__name__
        refused(partial(client.resolve, wrong), says)
        refused(partial(client.copy, "oci:app:v1", wrong), says)
    said = refused(lambda: client.push("oci:app", subject=descriptor), REFERENCE + "Descriptor")
    assert said.endswith("Reference.parse(repository).at(descriptor) is its reference")
    client.push("oci:app", subject=Reference.parse("oci:app").at(descriptor))
    refused(lambda: Reference.parse(5), "a reference is text, not int")  # type: ignore[arg-type]
    refused(lambda: Reference.layout(5), "a layout is a path, not int")  # type: ignore[arg-type]
    refused(lambda: Reference.layout("app", None), "a tag is text, not NoneType")  # type: ignore[arg-type]
    refused(lambda: Reference.parse("oci:app").at(5), "a digest is text or a Descriptor, not int")  # type: ignore[arg-type]


def test_arguments_of_operations_are_named(client: Any) -> None:
    client.push("oci:app:v1")
    graph = client.discover("oci:app:v1")
    cases: list[tuple[Callable[[], Any], str]] = [
        (lambda: client.push("oci:app:v2", annotations={"build": 17}), "annotations['build'] is text, not int"),
        (lambda: client.push("oci:app:v2", annotations={17: "a"}), "a key of annotations is text, not int"),
        (lambda: client.push("oci:app:v2", annotations=["a=b"]), "annotations is a mapping of text to text, not list"),
        (lambda: client.push("oci:app:v2", artifact_type=5), "artifact_type is text, not int"),
        (lambda: client.push("oci:app:v2", format=5), "format is text, not int"),
        (lambda: client.push("oci:app:v2", concurrency="4"), "concurrency is a whole number, not str"),
        (lambda: client.push("oci:app:v2", progress=5), "progress is a function, not int"),
        (lambda: client.pull("oci:app:v1", 5), "output is a path, not int"),
        (lambda: client.pull("oci:app:v1", include_subject="no"), "include_subject is True or False, not str"),
        (
            lambda: client.pull("oci:app:v1", unpack_limits={"bytes": 1}),
            "unpack_limits is of the class UnpackLimits, not dict",
        ),
        (lambda: client.discover("oci:app:v1", platform=5), "platform is text or a Platform, not int"),
        (lambda: client.repositories(5), "host is text, not int"),
        (lambda: client.logout(None), "host is text, not NoneType"),
        (lambda: client.tag("oci:app:v1", ["a", 5]), "a tag is text, not int"),
        (lambda: client.push_blob("oci:app", b"x", media_type=5), "media_type is text, not int"),
        (lambda: 5 in graph, "a digest is text or a Descriptor, not int"),
        (lambda: graph.referrers(5), "a digest is text or a Descriptor, not int"),
        (lambda: graph.filter(annotations={"a": 5}), "annotations['a'] is text, not int"),
        (lambda: File(b"x", title=5), "title is text, not int"),  # type: ignore[arg-type]
        (lambda: File(b"x", annotations={"a": None}), "annotations['a'] is text, not NoneType"),  # type: ignore[dict-item]
        (lambda: UnpackLimits(bytes="1"), "bytes is a whole number, not str"),  # type: ignore[arg-type]
        (lambda: ocigraph.digest_files([5]), "paths[0] is a path, not int"),  # type: ignore[list-item]
    ]
    for call, says in cases:
        refused(call, says)
    assert client.tags("oci:app") == ["v1"]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_arguments_of_clients_are_named_and_no_value_of_a_header_is_told(kind: Any) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"headers": ["hunter2"]}, "headers is a mapping of text to text, not list"),
        ({"headers": {"x-key": b"hunter2"}}, "headers['x-key'] is text, not bytes"),
        ({"limits": {"idle": 1}}, "limits is of the class Limits, not dict"),
        ({"plain_http": "no"}, "plain_http is True or False, not str"),
        ({"insecure": 0}, "insecure is True or False, not int"),
        ({"ca_file": 5}, "ca_file is a path, not int"),
        ({"user_agent": 5}, "user_agent is text, not int"),
    ]
    for options, says in cases:
        assert "hunter2" not in refused(partial(kind, **options), says)
    refused(lambda: Limits(connect_timeout="2"), "connect is a number of seconds, not str")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_says_who_asks(name: str, fixture: Fixture) -> None:
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


def test_what_an_asynchronous_iterator_gives_is_pushed() -> None:
    async def main() -> None:
        async with AsyncClient() as client:
            await client.push("oci:app:v1", File(pieces(), title="a.txt"))
            await client.pull("oci:app:v1", "out")
            assert Path("out/a.txt").read_bytes() == b"from an iterator"
            assert (await client.push_blob("oci:app", pieces())).outcome == "existed"
            with pytest.raises(TypeError, match="its iterator gives int"):
                await client.push_blob("oci:app", numbers())  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="wrap it in File"):
                await client.push("oci:app:v2", pieces())  # type: ignore[arg-type]

    asyncio.run(main())
    with Client() as waiting, pytest.raises(TypeError, match="only an AsyncClient takes it"):
        waiting.push("oci:app:v1", File(pieces(), title="a.txt"))
