"""Every scenario of `tests/scenarios`, with `Client` and `AsyncClient`: see the README there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import built

PROGRAM = Path(__file__).with_name("scenario_program.py")


@pytest.mark.parametrize(("language", "kind"), [("python", "Client"), ("python-async", "AsyncClient")])
def test_scenarios_pass(language: str, kind: str) -> None:
    driver = [str(built("scenarios")), "--name", language, "--"]
    ran = subprocess.run([*driver, sys.executable, str(PROGRAM), kind], capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr
