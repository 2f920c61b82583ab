"""Compares the speed of the built wheel with `oras` of PyPI, `hashlib` and the command line.

    make python build && eval "$(tests/setup --env)" && "$(python/environment)" python/tools/bench.py [RUNS [ROW…]]

A ROW is a part of a row's name: ``push``, ``"pull 1 GiB"``, ``digest``, ``count``. Default: all rows. Each measurement
runs in a separate process, which excludes the start of Python; the best of several runs counts. Registries store blobs
on disk, and each run uses new content, so that no content exists already. ``TMPDIR=/dev/shm`` excludes disk noise.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE / "tests"), str(HERE / "src")]

HEAD = """
import json, os, re, sys, threading, time
from pathlib import Path
target, folder = sys.argv[1:]
os.chdir(folder)
files = sorted(path.name for path in Path('files').iterdir()) if Path('files').exists() else []
paths = [f'files/{name}' for name in files]
def peak():
    # Not `ru_maxrss`, which includes the memory of the parent process.
    return int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) / 1024
def cpu():
    return sum(os.times()[:4])
def timed(work):
    base, begun, used = peak(), time.perf_counter(), cpu()
    work()
    print(json.dumps({'seconds': time.perf_counter() - begun, 'cpu': cpu() - used, 'more': peak() - base}))
"""

OURS = "import ocigraph\nclient = ocigraph.Client()\n"
ASYNC = "import asyncio, ocigraph\nclient = ocigraph.AsyncClient()\n"
THEIRS = """
import logging, oras.client
logging.disable()
client = oras.client.OrasClient(insecure=True, auth_backend='basic')
"""
COMMAND = """
import subprocess
def run(*arguments):
    subprocess.run([os.environ['OCIGRAPH'], *arguments, '--no-progress'], check=True, capture_output=True)
"""

TRANSFERS = {
    "push": {
        "ocigraph": OURS + "timed(lambda: client.push(target, paths))",
        "AsyncClient": ASYNC + "timed(lambda: asyncio.run(client.push(target, paths)))",
        "oras": THEIRS + "timed(lambda: client.push(target=target, files=paths, disable_path_validation=True))",
        "command": COMMAND + "timed(lambda: run('push', target, *paths))",
    },
    "pull": {
        "ocigraph": OURS + "timed(lambda: client.pull(target, 'out'))",
        "AsyncClient": ASYNC + "timed(lambda: asyncio.run(client.pull(target, 'out')))",
        "oras": THEIRS + "timed(lambda: client.pull(target=target, outdir='out'))",
        "command": COMMAND + "timed(lambda: run('pull', target, '-o', 'out'))",
    },
}

NAMES = {2000: "2,000 x 16 KiB", 1: "1 GiB", 8: "8 x 128 MiB"}

DIGESTS = {
    "ocigraph": "import ocigraph\ntimed(lambda: ocigraph.digest_files(paths))",
    "hashlib": """
import hashlib
def work():
    for path in paths:
        with open(path, 'rb') as file:
            hashlib.file_digest(file, 'sha256').hexdigest()
timed(work)
""",
}

COUNTING = """
counted, stop = [0], threading.Event()
def count():
    while not stop.is_set():
        counted[0] += 1
thread = threading.Thread(target=count, daemon=True)
thread.start()
def rate(work):
    before, begun = counted[0], time.perf_counter()
    work()
    return (counted[0] - before) / (time.perf_counter() - begun)
alone = rate(lambda: time.sleep(3))
shares = {name: rate(work) / alone for name, work in
    {'digest': lambda: ocigraph.digest_files(paths), 'push': lambda: client.push(target, paths),
     'pull': lambda: client.pull(target, 'out')}.items()}
print(json.dumps(shares))
"""


def run(script: str, target: str, folder: Path) -> dict[str, float]:
    """Returns the measurements of a script."""
    ran = subprocess.run([sys.executable, "-c", HEAD + script, target, str(folder)], capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit(ran.stderr)
    measured: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return measured


def write(folder: Path, number: int, size: int) -> None:
    """Creates files with random content."""
    (folder / "files").mkdir(parents=True)
    for i in range(number):
        with (folder / "files" / f"{i:05}").open("wb") as file:
            for start in range(0, size, 1 << 24):
                file.write(os.urandom(min(1 << 24, size - start)))


def row(name: str, best: dict[str, dict[str, float]]) -> None:
    """Prints the seconds of each program, and the ratio to this package."""
    ours = best["ocigraph"]["seconds"]
    each = (
        f"{who} {m['seconds']:.2f} s (x {m['seconds'] / ours:.2f}, cpu {m['cpu']:.2f} s, {m['more']:+.0f} MiB)"
        for who, m in best.items()
    )
    print(f"{name:24} " + "; ".join(each), flush=True)


def transfers(what: str, number: int, size: int, runs: int, folder: Path) -> None:
    """Measures a row of pushes or pulls."""
    from support import registry

    best: dict[str, dict[str, float]] = {}
    for _ in range(runs):
        for who, script in TRANSFERS[what].items():
            write(folder, number, size)
            with registry("ggcr") as host:
                target = f"{host}/bench:v1"
                if what == "pull":
                    run(OURS + "client.push(target, paths); print('{}')", target, folder)
                keep(best, who, run(script, target, folder))
            shutil.rmtree(folder)
    row(f"{what} {NAMES[number]}", best)


def digests(number: int, size: int, runs: int, folder: Path) -> None:
    """Measures a row of digests."""
    best: dict[str, dict[str, float]] = {}
    write(folder, number, size)
    for _ in range(runs):
        for who, script in DIGESTS.items():
            keep(best, who, run(script, "-", folder))
    shutil.rmtree(folder)
    row(f"digest {NAMES[number]}", best)


def counting(folder: Path) -> None:
    """Measures how much of its speed another thread keeps. A registry occupies one of two cores: see the test."""
    from support import registry

    write(folder, 1, 1 << 30)
    with registry("ggcr") as host:
        shares = run(OURS + COUNTING, f"{host}/count:v1", folder)
    shutil.rmtree(folder)
    print("a counting thread keeps  " + ", ".join(f"{share:.0%} beside {name}" for name, share in shares.items()))


def keep(best: dict[str, dict[str, float]], who: str, measured: dict[str, float]) -> None:
    """Returns the faster of two runs."""
    if who not in best or measured["seconds"] < best[who]["seconds"]:
        best[who] = measured


def main(runs: int, wanted: list[str]) -> int:
    """Runs the rows whose names contain one of the given parts."""
    wheels = sorted((HERE / "dist").glob("*.whl"))
    if not wheels:
        sys.exit("python/dist contains no wheel: run `make python`")
    with tempfile.TemporaryDirectory() as top:
        zipfile.ZipFile(wheels[-1]).extractall(f"{top}/wheel")
        os.environ["PYTHONPATH"] = f"{top}/wheel"
        os.environ.setdefault("OCIGRAPH", str(HERE.parent / "target/release/ocigraph"))
        folder = Path(top, "work")
        rows: dict[str, Callable[[], None]] = {}
        for number, size in ((2000, 16 << 10), (1, 1 << 30)):
            for what in ("push", "pull"):
                rows[f"{what} {NAMES[number]}"] = partial(transfers, what, number, size, runs, folder)
        for number, size in ((2000, 16 << 10), (8, 128 << 20)):
            rows[f"digest {NAMES[number]}"] = partial(digests, number, size, runs, folder)
        rows["count"] = partial(counting, folder)
        chosen = [name for name in rows if not wanted or any(part in name for part in wanted)]
        if not chosen:
            sys.exit(f"unknown row; expected one of {', '.join(rows)}")
        for name in chosen:
            rows[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, sys.argv[2:]))
