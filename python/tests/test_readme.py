"""The code blocks of the README, which PyPI shows, run in order and print the shown output."""

from __future__ import annotations

import contextlib
import doctest
import io
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import ROOT

from ocigraph import Client

README = ROOT / "python" / "README.md"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("ocigraph")
    handlers, level = list(root.handlers), ours.level
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)


def test_the_code_of_the_readme_prints_the_shown_output(work: Path) -> None:
    (work / "program").write_text("a program\n")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert sum(kind == "python" for kind, _ in blocks) >= 8
    compared = 0
    for (kind, code), (next_kind, wanted) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind != "python":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, str(README), "exec"), {"__name__": "readme"})
        if next_kind == "text":
            same = doctest.OutputChecker().check_output(wanted, printed.getvalue(), doctest.ELLIPSIS)
            assert same, f"{code}\nprinted:\n{printed.getvalue()}"
            compared += 1
    assert compared >= 6


def test_the_test_of_the_readme_passes(work: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    [code] = [block for block in blocks if "unittest.main()" in block]
    (work / "test_registry.py").write_text(code)
    ran = subprocess.run([sys.executable, "test_registry.py"], capture_output=True, text=True)
    assert ran.returncode == 0 and "Ran 1 test" in ran.stderr, ran.stderr


def test_the_code_of_the_projects_readme_runs(work: Path) -> None:
    with Client() as client:
        client.push("oci:store/app:v1", artifact_type="image/example")
    (work / "sbom.json").write_text("{}")
    [code] = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert "sbom/example" in printed.getvalue()
