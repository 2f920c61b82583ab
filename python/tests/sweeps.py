"""Shared code of the tests of sweeps: a registry with images, the rows of the command, and workers that are killed."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psutil
from support import Fixture, built

from ocigraph import Client, SweepRow

SBOM, SIGNATURE = "application/spdx+json", "application/vnd.dev.cosign.artifact.sig.v1+json"


def push_images(host: str, repositories: Iterable[str], tags: int = 3) -> None:
    """Pushes images to each repository. Every second one has an SBoM, and every third one a signature."""
    with Client() as client:
        for repository in repositories:
            for tag in range(tags):
                where = f"{host}/{repository}"
                image = client.push(f"{where}:v{tag}", artifact_type="image/example", annotations={"n": f"{tag}"})
                if tag % 2 == 0:
                    client.push(where, artifact_type=SBOM, subject=image.reference)
                if tag % 3 == 0:
                    client.push(where, artifact_type=SIGNATURE, subject=image.reference)


def command(*arguments: str, code: int = 0) -> str:
    """Returns what `ocigraph sweep` prints."""
    ran = subprocess.run([str(built("ocigraph")), *arguments], capture_output=True, text=True, timeout=60)
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout


def command_rows(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """Returns the rows of `ocigraph sweep`, with the names of Python."""
    lines = command("sweep", *arguments, code=code).splitlines()
    return in_order(snake_case(json.loads(line)) for line in lines)


def snake_case(row: dict[str, Any]) -> dict[str, Any]:
    return {"".join(f"_{c.lower()}" if c.isupper() else c for c in name): value for name, value in row.items()}


def plain(rows: Iterable[SweepRow]) -> list[dict[str, Any]]:
    """Returns rows as dicts."""
    return in_order(row.to_dict() for row in rows)


def in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sorts rows. Omits fields that are null or empty, as the command prints them."""
    known = ({name: value for name, value in row.items() if value not in (None, [], ())} for row in rows)
    return sorted(known, key=lambda row: json.dumps(row, sort_keys=True))


def slow(fixture: Fixture, repository: str, response_ms: int) -> None:
    """Delays the responses for one repository, and forgets the requests so far."""
    fixture.configure({"slow": [{"path": f"/v2/{repository}/", "response_ms": response_ms}]})
    fixture.clear_requests()


def worker_at(
    fixture: Fixture,
    repository: str,
    of: psutil.Process,
    within: float = 60,
    others_ended: Callable[[], bool] = lambda: True,
) -> psutil.Process:
    """Waits until the other shards have ended and one process alone has connections to the registry, for the slow
    repository, and returns it. The process is a descendant of `of`."""
    port = int(fixture.host.rpartition(":")[2])
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        asked = any(request["path"].startswith(f"/v2/{repository}/") for request in fixture.requests())
        connected = [process for process in descendants(of) if is_connected(process, port)]
        if asked and len(connected) == 1 and others_ended():
            return connected[0]
        assert of.is_running() and of.status() != psutil.STATUS_ZOMBIE, "the program has ended"
        time.sleep(0.05)
    raise AssertionError(f"no worker alone asked for {repository}")


def descendants(of: psutil.Process) -> list[psutil.Process]:
    try:
        found: list[psutil.Process] = of.children(recursive=True)
        return found
    except psutil.NoSuchProcess:
        return []


def is_connected(process: psutil.Process, port: int) -> bool:
    try:
        return any(c.raddr and c.raddr.port == port and c.status == "ESTABLISHED" for c in process.net_connections())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def end(process: subprocess.Popen[str]) -> None:
    """Kills a process and its descendants, if it has not ended."""
    if process.poll() is None:
        for child in [*descendants(psutil.Process(process.pid)), psutil.Process(process.pid)]:
            child.kill()
        process.wait()


def of_lines(path: Path) -> list[dict[str, Any]]:
    """Returns the rows of a file with a row of JSON on each line."""
    return in_order(json.loads(line) for line in path.read_text().splitlines())


def repositories(rows: list[dict[str, Any]]) -> set[str]:
    return {row["repository"] for row in rows if "repository" in row}
