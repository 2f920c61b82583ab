"""The two clients have the same surface, and types, stubs and style are checked by the tools that users run."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from support import ROOT

from ocigraph import AsyncBlob, AsyncClient, Blob, Client
from ocigraph import _native as native

FOLDER = ROOT / "python"


def operations(client: type[Any]) -> dict[str, Any]:
    return {name: value for name, value in vars(client).items() if not name.startswith("_")}


def test_both_clients_have_the_same_methods_with_the_same_signatures() -> None:
    sync, asynchronous = operations(Client), operations(AsyncClient)
    assert list(sync) == list(asynchronous)
    for name, method in sync.items():
        ours, theirs = inspect.signature(method), inspect.signature(asynchronous[name])
        assert ours.parameters == theirs.parameters, name
        assert str(theirs.return_annotation) == str(ours.return_annotation).replace("Blob", "AsyncBlob").replace(
            "PushedAsync", "Pushed"
        ), name
        assert inspect.iscoroutinefunction(asynchronous[name]) == (name != "close"), name
    assert inspect.signature(Client).parameters == inspect.signature(AsyncClient).parameters
    assert {"save", "descriptor"} <= set(dir(Blob) + list(Blob.__annotations__)) & set(
        dir(AsyncBlob) + list(AsyncBlob.__annotations__)
    )


def test_every_operation_of_the_native_client_is_public() -> None:
    assert {name for name in vars(native.Client) if not name.startswith("_")} == set(operations(Client))


def test_the_async_client_is_written_from_the_sync_one() -> None:
    subprocess.run([sys.executable, "tools/write_async.py", "--check"], cwd=FOLDER, check=True)


def test_types_hold_under_mypy(work: Path) -> None:
    tool("-m", "mypy", "--cache-dir", str(work / "mypy"))


def test_types_hold_under_pyright() -> None:
    tool("-m", "pyright", "--pythonpath", sys.executable)


def test_stubs_describe_the_native_module() -> None:
    tool("-m", "mypy.stubtest", "ocigraph._native")


def tool(*arguments: str) -> None:
    ran = subprocess.run([sys.executable, *arguments], cwd=FOLDER, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_tool_for_types_can_fail(work: Path) -> None:
    (work / "wrong.py").write_text("import ocigraph\nocigraph.Client().push(1)\n")
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "wrong.py"],
        capture_output=True,
        text=True,
        env={"MYPYPATH": str(FOLDER / "src"), "PATH": ""},
    )
    assert "arg-type" in ran.stdout, json.dumps([ran.stdout, ran.stderr])
