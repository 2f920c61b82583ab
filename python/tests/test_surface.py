"""The two clients have the same surface, and type checkers accept the package."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from support import ROOT

import ocigraph
from ocigraph import AsyncBlob, AsyncClient, AsyncRows, Blob, Client, Rows
from ocigraph import _native as native

FOLDER = ROOT / "python"


def operations(client: type[Any]) -> dict[str, Any]:
    return {name: value for name, value in vars(client).items() if not name.startswith("_")}


def asynchronous(signature: inspect.Signature) -> str:
    """Converts a signature of the sync client to that of the async client."""
    return re.sub(r"\b(Content|Credentials|Blob|Client|Rows)\b", r"Async\1", str(signature))


def test_both_clients_have_the_same_methods_with_the_same_signatures() -> None:
    ours, theirs = operations(Client), operations(AsyncClient)
    assert [*ours, "aclose"] == list(theirs)
    for name, method in ours.items():
        assert str(inspect.signature(theirs[name])) == asynchronous(inspect.signature(method)), name
        # Iterators are not awaited.
        is_awaited = name not in ("close", "discover_each", "sweep", "sync")
        assert inspect.iscoroutinefunction(theirs[name]) == is_awaited, name
    assert str(inspect.signature(AsyncClient)) == asynchronous(inspect.signature(Client))


def test_sync_and_async_blobs_and_digests_have_the_same_surface() -> None:
    assert {*operations(Blob), "read", "close", "aclose"} == set(operations(AsyncBlob))
    assert str(inspect.signature(Blob.save)) == str(inspect.signature(AsyncBlob.save))
    assert Blob.__annotations__ == AsyncBlob.__annotations__
    for name in ("digest", "digest_file", "digest_files"):
        ours, theirs = getattr(ocigraph, name), getattr(ocigraph, f"async_{name}")
        assert inspect.signature(ours) == inspect.signature(theirs) and inspect.iscoroutinefunction(theirs)


def test_sync_and_async_rows_have_the_same_surface() -> None:
    assert {*operations(Rows), "aclose"} == set(operations(AsyncRows))


def test_every_operation_of_the_native_client_is_public() -> None:
    assert {name for name in vars(native.Client) if not name.startswith("_")} == set(operations(Client))


def test_mypy_accepts_the_types(work: Path) -> None:
    tool("-m", "mypy", "--cache-dir", str(work / "mypy"))


def test_pyright_accepts_the_types() -> None:
    tool("-m", "pyright", "--pythonpath", sys.executable)


def test_the_stubs_match_the_native_module() -> None:
    tool("-m", "mypy.stubtest", "ocigraph._native")


def tool(*arguments: str) -> None:
    ran = subprocess.run([sys.executable, *arguments], cwd=FOLDER, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_mypy_rejects_wrong_types(work: Path) -> None:
    (work / "wrong.py").write_text("import ocigraph\nocigraph.Client().push(1)\n")
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "wrong.py"],
        capture_output=True,
        text=True,
        env={"MYPYPATH": str(FOLDER / "src"), "PATH": ""},
    )
    assert "arg-type" in ran.stdout, json.dumps([ran.stdout, ran.stderr])
