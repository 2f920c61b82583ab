"""The source distribution: whole, small, locked, and without anything that is not needed to build."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from support import ROOT

import ocigraph


def test_the_source_distribution_is_whole_and_locked(work: Path) -> None:
    build = [sys.executable, "-m", "maturin", "sdist", "--out", str(work)]
    subprocess.run(build, cwd=ROOT / "python", check=True, capture_output=True)
    name = f"ocigraph-{ocigraph.__version__}"
    packed = work / f"{name}.tar.gz"
    assert packed.stat().st_size < 2 << 20
    with tarfile.open(packed) as archive:
        names = {member.removeprefix(f"{name}/") for member in archive.getnames()}
        archive.extractall(work, filter="data")
    wanted = {"PKG-INFO", "pyproject.toml", "Cargo.lock", "README.md", "LICENSE", "src/ocigraph/py.typed"}
    wanted |= {"src/ocigraph/_native.pyi", "core/src/lib.rs", "bindings/python/src/lib.rs", "bindings/cli/src/lib.rs"}
    assert wanted <= names
    assert not [file for file in names if file.endswith((".so", ".pyc")) or file.startswith("target")]
    about = (work / name / "PKG-INFO").read_text()
    assert "Requires-Python: >=3.11" in about and "License-Expression: Apache-2.0" in about
    # The crates that it needs are those of the lock file, which this machine has: nothing is asked for.
    metadata = ["cargo", "metadata", "--offline", "--format-version", "1", "--manifest-path"]
    subprocess.run([*metadata, str(work / name / "bindings/python/Cargo.toml")], check=True, capture_output=True)
    locked = (ROOT / "Cargo.lock").read_text()
    for package in (work / name / "Cargo.lock").read_text().split("[[package]]\n")[1:]:
        head = package.split("\n\n")[0].splitlines()[:2]
        assert "\n".join(head) in locked, head
