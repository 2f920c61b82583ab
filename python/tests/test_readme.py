"""The page that PyPI shows: its blocks run one after the other, and print what the page says they print."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from pathlib import Path

from support import ROOT

README = ROOT / "python" / "README.md"


def test_the_code_of_the_readme_prints_what_it_says(work: Path) -> None:
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
