"""The source distribution is complete, small and locked, contains only what the build needs, and builds."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import ROOT, TARGET

import ocigraph

NAME = f"ocigraph-{ocigraph.__version__}"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    folder = tmp_path_factory.mktemp("sdist")
    build = [sys.executable, "-m", "maturin", "sdist", "--out", str(folder)]
    subprocess.run(build, cwd=ROOT / "python", check=True, capture_output=True)
    return folder / f"{NAME}.tar.gz"


def test_the_source_distribution_is_complete_and_locked(packed: Path, work: Path) -> None:
    assert packed.stat().st_size < 2 << 20
    with tarfile.open(packed) as archive:
        names = {member.removeprefix(f"{NAME}/") for member in archive.getnames()}
        archive.extractall(work, filter="data")
    wanted = {"PKG-INFO", "pyproject.toml", "Cargo.lock", "README.md", "LICENSE", "src/ocigraph/py.typed"}
    wanted |= {"src/ocigraph/_native.pyi", "core/src/lib.rs", "bindings/python/src/lib.rs", "bindings/cli/src/lib.rs"}
    wanted |= {"THIRD-PARTY.txt"}
    assert wanted <= names
    assert not [file for file in names if file.endswith((".so", ".pyc")) or file.startswith("target")]
    about = (work / NAME / "PKG-INFO").read_text()
    assert "Requires-Python: >=3.11" in about and "License-Expression: Apache-2.0" in about
    # The lock file's crates are already downloaded, so the build needs no network.
    metadata = ["cargo", "metadata", "--offline", "--format-version", "1", "--manifest-path"]
    subprocess.run([*metadata, str(work / NAME / "bindings/python/Cargo.toml")], check=True, capture_output=True)
    locked = (ROOT / "Cargo.lock").read_text()
    for package in (work / NAME / "Cargo.lock").read_text().split("[[package]]\n")[1:]:
        head = package.split("\n\n")[0].splitlines()[:2]
        assert "\n".join(head) in locked, head


@pytest.fixture
def built_crates() -> Iterator[Path]:
    """Returns a target directory with the built dependencies, so that only the crates of this project are compiled."""
    folder = TARGET / "sdist"
    shutil.rmtree(folder, ignore_errors=True)
    with (TARGET / "debug" / ".cargo-lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        for name in (".fingerprint", "build"):
            shutil.copytree(TARGET / "debug" / name, folder / "debug" / name, symlinks=True)
        (folder / "debug" / "deps").mkdir()
        for path in (TARGET / "debug" / "deps").iterdir():
            if path.suffix in (".rlib", ".rmeta", ".so", ".dylib"):
                os.link(path, folder / "debug" / "deps" / path.name)
            elif path.suffix == ".d":
                shutil.copy2(path, folder / "debug" / "deps" / path.name)
    # Cargo would reuse the built crates of this project for those of the source distribution.
    for path in [*(folder / "debug").glob("*/ocigraph*"), *(folder / "debug").glob("*/libocigraph*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    yield folder
    shutil.rmtree(folder)


def test_the_source_distribution_builds_offline_and_the_result_works(
    packed: Path, built_crates: Path, work: Path
) -> None:
    """Like `pip install`, but without optimisation and with the installed build tools."""
    settings = {"CARGO_TARGET_DIR": str(built_crates), "CARGO_NET_OFFLINE": "true"}
    settings["MATURIN_PEP517_ARGS"] = "--profile dev"
    settings["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-index", "--no-deps"]
    ran = subprocess.run(
        [*build, "--wheel-dir", str(work), str(packed)], env=os.environ | settings, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    [wheel] = work.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(work / "installed")
    [third_party] = (work / "installed").glob("*.dist-info/licenses/THIRD-PARTY.txt")
    assert "rustls" in third_party.read_text()
    script = "import ocigraph; print(ocigraph.__file__, ocigraph.Client().push('oci:app:v1').tags)"
    ran = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(work / "installed")}, capture_output=True, text=True
    )
    assert ran.stdout.startswith(str(work / "installed")) and ran.stdout.endswith("('v1',)\n"), ran.stderr


def test_the_licences_of_linked_crates_match_the_lock_file() -> None:
    subprocess.run([sys.executable, "tools/third_party.py", "--check"], cwd=ROOT / "python", check=True)
