"""Every scenario of `tests/scenarios`, through `Client` and `AsyncClient`: see the README there for their format."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CLIENTS, ROOT, fixture_registry

from ocigraph import Error, File, Manifest, digest_files

FOLDER = ROOT / "tests" / "scenarios"
LANGUAGES = {"Client": "python", "AsyncClient": "python-async"}
OPERATIONS = {
    *("push", "pull", "discover", "delete", "copy", "verify", "resolve", "tag", "untag", "tags", "manifests"),
    *("repositories", "fetch_manifest", "push_manifest", "fetch_blob", "push_blob", "digest_files", "check_files"),
}


def scenarios() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(FOLDER.glob("*.json")):
        if file.stem != "schema":
            for name, body in json.loads(file.read_text()).items():
                if name != "$schema":
                    yield f"{file.stem}: {name}", body


def cases() -> Iterator[Any]:
    for name, body in scenarios():
        for place in ("layout", "registry"):
            if body.get("on", place) == place:
                for kind in CLIENTS:
                    yield pytest.param(kind, place, name, body, id=f"{kind}-{place}-{name}")


def operation(step: dict[str, Any]) -> tuple[str, Any]:
    [(name, arguments)] = ((k, v) for k, v in step.items() if k not in ("expect", "error", "save", "requests"))
    return name, arguments


def test_scenarios_are_found_and_use_every_operation() -> None:
    found = list(scenarios())
    assert len(found) >= 40
    assert {operation(step)[0] for _, body in found for step in body["steps"]} == OPERATIONS


@pytest.mark.parametrize(("kind", "place", "name", "body"), list(cases()))
def test_scenario(kind: str, place: str, name: str, body: dict[str, Any], work: Path) -> None:
    for file, content in body.get("files", {}).items():
        path = work / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content_of(content))
    with fixture_registry() as fixture, CLIENTS[kind]() as client:
        fixture.configure(body.get("registry", {}))
        on_layout = place == "layout"
        known: dict[str, Any] = {
            "place": f"oci:{work}/layout" if on_layout else f"{fixture.host}/app",
            "other": f"oci:{work}/other" if on_layout else f"{fixture.host}/other",
            "dir": str(work),
            "host": fixture.host,
        }
        for number, step in enumerate(body["steps"], 1):
            fixture.clear_requests()
            called, arguments = operation(step)
            try:
                result = perform(client, work, called, filled(arguments, known))
            except Error as error:
                assert error.code == step.get("error"), f"step {number}: {error}"
                continue
            assert "error" not in step, f"step {number} gave {result}"
            if "expect" in step:
                check(filled(step["expect"], known), result, f"step {number}: result")
            if "requests" in step and not on_layout:
                requests = fixture.requests()
                assert len(requests) <= step["requests"], f"step {number}: {requests}"
            for saved, pointer in step.get("save", {}).items():
                value = result
                for part in pointer.split("/")[1:]:
                    value = value[int(part)] if isinstance(value, list) else value[part]
                known[saved] = value
    if folder := os.environ.get("OCIGRAPH_SCENARIOS"):
        # `tests/scenarios/check` reads which scenarios passed.
        Path(folder).mkdir(parents=True, exist_ok=True)
        with Path(folder, LANGUAGES[kind]).open("a") as passed:
            print(f"{name} on a {place}", file=passed)


def perform(client: Any, work: Path, name: str, a: dict[str, Any]) -> Any:
    """Runs one operation and returns its result in the common format."""
    match name:
        case "push":
            files = []
            for text in a.get("files", []):
                path, _, media_type = text.partition(":")
                files.append(File(work / path, title=path, media_type=media_type or None))
            options = pick(a, "artifact_type", "subject", "format", "annotations")
            if "config" in a:
                options["config"] = work / a["config"]
            return client.push(a["target"], files, **options).to_dict()
        case "pull":
            options = pick(a, "artifact_type", "platform", "include_subject", "keep_old_files")
            pulled = [p.to_dict() for p in client.pull(a["target"], work / a.get("output", ""), **options)]
            for artifact in pulled:
                for file in artifact["files"]:
                    file["path"] = str(Path(file["path"]).relative_to(work))
            return pulled
        case "discover":
            return client.discover(
                a["target"], **pick(a, "artifact_type", "annotations", "depth", "platform")
            ).to_dict()
        case "delete":
            return client.delete(a["target"], **pick(a, "dry_run", "force")).to_dict()
        case "copy":
            return client.copy(a["source"], a["destination"], **pick(a, "recursive", "platform")).to_dict()
        case "verify":
            return client.verify(a["target"], **pick(a, "platform")).to_dict()
        case "resolve":
            return {"descriptor": client.resolve(a["target"], **pick(a, "platform")).to_dict()}
        case "tag":
            return {"descriptor": client.tag(a["target"], a["tags"]).to_dict(), "tags": a["tags"]}
        case "untag":
            client.untag(a["target"])
            return {"untagged": a["target"].rpartition(":")[2].split(",")}
        case "tags":
            return {"tags": client.tags(a["target"])}
        case "manifests":
            return [info.to_dict() for info in client.manifests(a["target"])]
        case "repositories":
            return {"repositories": client.repositories(a["host"])}
        case "fetch_manifest":
            manifest: Manifest = client.fetch_manifest(a["target"], **pick(a, "platform"))
            return {"content": manifest.content.decode()}
        case "push_manifest":
            text = a["manifest"] if isinstance(a["manifest"], str) else json.dumps(a["manifest"])
            descriptor = client.push_manifest(a["target"], text.encode())
            tags = a["target"].rpartition("/")[2].partition(":")[2]
            return {"descriptor": descriptor.to_dict(), "tags": tags.split(",") if tags else []}
        case "fetch_blob":
            return {"content": client.fetch_blob(a["target"]).read().decode()}
        case "push_blob":
            return client.push_blob(a["target"], a["content"].encode()).to_dict()
        case "digest_files":
            digested = digest_files([work / file for file in a["files"]])
            return [{**d.to_dict(), "path": file} for d, file in zip(digested, a["files"], strict=True)]
        case "check_files":
            for path, content in a.items():
                there = (work / path).read_bytes() if (work / path).exists() else None
                assert there == (None if content is None else content_of(content)), path
            return None
    raise AssertionError(f"the package has no {name}")


def pick(arguments: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: arguments[name] for name in names if name in arguments}


def content_of(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else bytes([content["byte"]]) * content["size"]


def filled(value: Any, known: dict[str, Any]) -> Any:
    """Replaces `${name}` in every string with the value that was saved under that name."""
    if isinstance(value, str):
        if value.startswith("${") and value.endswith("}") and value[2:-1] in known:
            return known[value[2:-1]]
        for name, text in known.items():
            value = value.replace(f"${{{name}}}", text) if isinstance(text, str) else value
        return value
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    return {k: filled(v, known) for k, v in value.items()} if isinstance(value, dict) else value


def check(expected: Any, actual: Any, path: str) -> None:
    """Fails if `actual` differs from the expected value by the rules of the README."""
    if expected == "*":
        assert actual is not None, path
    elif isinstance(expected, dict) and "in_any_order" in expected:
        left = list(actual)
        for wanted in expected["in_any_order"]:
            left.remove(next(item for item in [*left, None] if item is None or fits(wanted, item)))
        assert not left, f"{path} has {left} too"
    elif isinstance(expected, dict):
        assert isinstance(actual, dict), f"{path} is {actual}, expected {expected}"
        for key, value in expected.items():
            check(value, actual.get(key), f"{path}.{key}")
    elif isinstance(expected, list):
        assert isinstance(actual, list) and len(actual) == len(expected), f"{path} is {actual}, expected {expected}"
        for place, (wanted, item) in enumerate(zip(expected, actual, strict=True)):
            check(wanted, item, f"{path}[{place}]")
    else:
        assert actual == expected and isinstance(actual, bool) == isinstance(expected, bool), path


def fits(expected: Any, actual: Any) -> bool:
    try:
        check(expected, actual, "")
    except AssertionError:
        return False
    return True


def test_the_comparison_can_fail() -> None:
    for expected, actual in [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {}),
        ([1], [1, 2]),
        ([1, 2], [2, 1]),
        ({"in_any_order": [1]}, [1, 2]),
        ("*", None),
        (1, True),
    ]:
        with pytest.raises((AssertionError, ValueError)):
            check(expected, actual, "it")
    check({"in_any_order": [1, 2]}, [2, 1], "it")
