"""The examples in docstrings run with the sync and the async client, and every public name has one."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import inspect
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ROOT

import ocigraph
from ocigraph import __main__ as command_line

FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def documented() -> Iterator[tuple[str, Any]]:
    """Yields the public classes, functions and methods, the package and its command, by name."""
    yield "ocigraph", ocigraph
    yield "ocigraph.__main__.main", command_line.main
    for name in ocigraph.__all__:
        value = getattr(ocigraph, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            yield name, value
        if inspect.isclass(value):
            for member, function in vars(value).items():
                inner = getattr(function, "__func__", function)
                inner = inner.fget if isinstance(inner, property) else inner
                if not member.startswith("_") and inspect.isfunction(inner):
                    yield f"{name}.{member}", inner


def examples() -> list[Any]:
    found = []
    for name, value in documented():
        for example in doctest.DocTestFinder(recurse=False).find(value, name, module=False, globs={}):
            if example.examples:
                found.append(pytest.param(example, id=name))
    return found


def test_every_public_name_has_a_docstring() -> None:
    silent = [name for name, value in documented() if not (value.__doc__ or "").strip()]
    assert silent == []


def test_every_class_function_and_operation_has_an_example() -> None:
    quiet = {
        "Readable.read",
        "AsyncReadable.read",
        "AsyncBlob.read",
        "AsyncBlob.close",
        "AsyncBlob.aclose",
    }
    without = {
        name
        for name, value in documented()
        if ">>>" not in value.__doc__
        and name not in quiet
        and not (inspect.isclass(value) and issubclass(value, ocigraph.Error))
        and not isinstance(inspect.getattr_static(*owner(name)), property)
    }
    assert without == set()


def owner(name: str) -> tuple[Any, str]:
    head, _, member = name.rpartition(".")
    return (getattr(ocigraph, head), member) if head in ocigraph.__all__ else (ocigraph, "digest")


def test_fields_and_aliases_are_documented() -> None:
    """A docstring follows each field or alias, which editors and API documentation show."""
    for path in sorted((ROOT / "python/src/ocigraph").glob("_*.py")):
        tree = ast.parse(path.read_text())
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in ocigraph.__all__]
        scopes: list[ast.Module | ast.ClassDef] = [tree, *classes]
        for scope in scopes:
            for node, following in zip(scope.body, [*scope.body[1:], None], strict=True):
                name = node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else "_"
                if not name.startswith("_") and name != "default_code":
                    explained = isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
                    assert explained, f"{path.name}: {name}"


@pytest.mark.parametrize("example", examples())
def test_example(example: doctest.DocTest, work: Path) -> None:
    (work / "program").write_text("a program\n")
    with ocigraph.Client() as client:
        client.push("oci:store/app:v1", "program", artifact_type="image/example")
        sbom = ocigraph.File(b"{}", title="sbom.json")
        client.push("oci:store/app", sbom, artifact_type="sbom/example", subject="oci:store/app:v1")
    names = {name: getattr(ocigraph, name) for name in ocigraph.__all__} | {"main": command_line.main}
    asynchronous = re.search(r"\bawait\b|\basync (with|for)\b", example.docstring or "")
    with asyncio.Runner() as runner, ocigraph.Client() as client:
        names["client"] = ocigraph.AsyncClient() if asynchronous else client
        for step in example.examples:
            checked(step, run(step.source, names, runner))
        if asynchronous:
            names["client"].close()


def run(source: str, names: dict[str, Any], runner: asyncio.Runner) -> str:
    """Returns the output of an example, or the last line of its traceback. It may await, as in `python -m asyncio`."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            code = compile(source, "<example>", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            result = eval(code, names)
            if inspect.iscoroutine(result):
                runner.run(result)
        except ocigraph.Error as error:
            print(f"ocigraph.{type(error).__name__}: {error}")
    return printed.getvalue()


def checked(step: doctest.Example, printed: str) -> None:
    wanted = step.exc_msg or step.want
    assert doctest.OutputChecker().check_output(wanted, printed, FLAGS), f"{step.source} gave {printed}, not {wanted}"


def test_the_api_page_contains_every_public_name(work: Path) -> None:
    pdoc = [sys.executable, "-m", "pdoc", "--docformat", "google", "-o", str(work / "api"), "ocigraph"]
    ran = subprocess.run(pdoc, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    page = (work / "api" / "ocigraph.html").read_text()
    missing = [name for name in ocigraph.__all__ if f'id="{name}"' not in page]
    assert missing == []
    assert 'id="Client.discover"' in page and 'id="AsyncClient.discover"' in page
