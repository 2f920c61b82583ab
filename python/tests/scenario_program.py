"""Executes steps of scenarios with `Client` or `AsyncClient`. `tests/scenarios/README.md` describes the protocol.

python tests/scenario_program.py Client
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from support import CLIENTS

import ocigraph
from ocigraph import Credential, Error, Event, File, Limits, UnpackLimits, digest_files


class UnsupportedError(Exception):
    """The package has no such operation or argument."""


def main(kind: str) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        os.chdir(request["directory"])
        answer: dict[str, Any]
        try:
            answer = execute(kind, request["operation"], request["client"] or {}, request["arguments"])
        except Error as error:
            answer = {"error": {"code": error.code, "message": str(error)}}
        except UnsupportedError as error:
            answer = {"unsupported": str(error)}
        print(json.dumps({"id": request["id"], **answer}, default=str), flush=True)


def execute(kind: str, operation: str, client_options: dict[str, Any], arguments: dict[str, Any]) -> dict[str, Any]:
    if operation not in RESULTS:
        raise UnsupportedError(f"the operation {operation}")
    client_type = getattr(ocigraph, kind)
    options = convert(client_options)
    bind(client_type, options)
    events: list[Event] = []
    given = convert({NAMES.get((operation, name), name): value for name, value in arguments.items()})
    if operation in ("push_manifest", "push_blob"):
        given["content"] = content(given["content"])
    if given.get("progress") is True:
        given["progress"] = events.append
    with contextlib.ExitStack() as clients:
        client = clients.enter_context(CLIENTS[kind](**options))
        if "destination_client" in given:
            others = convert(given["destination_client"])
            bind(client_type, others)
            given["destination_client"] = other = client_type(**others)
            clients.callback(other.close)
        if operation == "digest_files":
            bind(digest_files, given)
            method = digest_files
        else:
            bind(getattr(client_type, operation), {"self": None, **given})
            method = getattr(client, operation)
        answer = {"result": RESULTS[operation](method(**given))}
    if "progress" in arguments:
        answer["events"] = [described(event) for event in events]
    return answer


# Arguments whose names in the package are others.
NAMES = {("digest_files", "files"): "paths"}

RESULTS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            "push",
            "attach",
            "discover",
            "delete",
            "copy",
            "backup",
            "restore",
            "prune",
            "migrate",
            "verify",
            "check",
            "index_create",
            "index_update",
            "login",
            "logout",
            "push_blob",
        ),
        lambda result: result.to_dict(),
    ),
    **dict.fromkeys(
        ("pull", "manifests", "tag_details", "digest_files"),
        lambda results: [result.to_dict() for result in results],
    ),
    **dict.fromkeys(
        ("resolve", "tag", "push_manifest", "delete_manifest"),
        lambda descriptor: {"descriptor": descriptor.to_dict()},
    ),
    **dict.fromkeys(
        ("discover_each", "sweep", "sync"),
        lambda rows: {"rows": [row.to_dict() for row in rows], "summary": rows.summary.to_dict()},
    ),
    "untag": lambda _: {},
    "delete_blob": lambda _: {},
    "tags": lambda tags: {"tags": tags},
    "repositories": lambda names: {"repositories": names},
    "fetch_manifest": lambda manifest: {"content": manifest.content.decode()},
    "fetch_blob": lambda blob: {"content": blob.read().decode()},
}


def bind(callee: Callable[..., Any], given: dict[str, Any]) -> None:
    """Fails if a call with these keywords is not possible."""
    try:
        inspect.signature(callee).bind(**given)
    except TypeError as error:
        raise UnsupportedError(str(error)) from None


def convert(given: dict[str, Any]) -> dict[str, Any]:
    """Converts the values that have types of the package."""
    converters: dict[str, Callable[[Any], Any]] = {
        "files": lambda files: [file(entry) for entry in files],
        "config": file,
        "limits": lambda limits: made(Limits, limits),
        "unpack_limits": lambda limits: made(UnpackLimits, limits),
        "credentials": credential,
        "credential": credential,
    }
    return {name: converters.get(name, lambda same: same)(value) for name, value in given.items()}


def made(of: Callable[..., Any], given: dict[str, Any]) -> Any:
    bind(of, given)
    return of(**given)


def file(given: Any) -> Any:
    if isinstance(given, str):
        return given
    others = {name: value for name, value in given.items() if name not in ("path", "content")}
    bind(File, {"content": None, **others})
    return File(content(given), **others)


def content(given: Any) -> Any:
    """Reads a text, ``{"content": text}`` or ``{"path": path}``."""
    match given:
        case str():
            return given.encode()
        case {"content": str(text)}:
            return text.encode()
        case {"path": str(path)}:
            return path
    raise UnsupportedError(f"content as {given}")


def credential(given: Any) -> Any:
    match given:
        case str():
            return given
        case {"callback": callback, **others} if not others:
            provided = credential(callback)
            return lambda host, repository: provided
        case {"username": username, "password": password, **others} if not others:
            return Credential.password(username, password)
        case {"identity_token": token, **others} if not others:
            return Credential.identity_token(token)
        case {"registry_token": token, **others} if not others:
            return Credential.registry_token(token)
    raise UnsupportedError(f"a credential with {sorted(given)}")


def described(event: Event) -> dict[str, Any]:
    blob = event.blob
    return {
        "kind": event.kind,
        "digest": blob.digest,
        "title": blob.title,
        "size": blob.size,
        "position": event.position,
        "outcome": event.outcome,
    }


if __name__ == "__main__":
    main(sys.argv[1])
