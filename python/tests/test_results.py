"""Results equal the JSON of the command line, and errors behave like builtin exceptions."""

from __future__ import annotations

import copy
import copyreg
import errno
import json
import os
import pickle
import re
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from support import ROOT, built

import ocigraph
from ocigraph import Client, Error, ErrorCode, File, Graph, digest, digest_files
from ocigraph import _native as native

VECTORS = ROOT / "tests" / "vectors"


def snake_case(value: Any) -> Any:
    """Converts the keys of the command line's JSON to snake case, except those of annotations."""
    if isinstance(value, list):
        return [snake_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        re.sub(r"[A-Z]", lambda found: "_" + found[0].lower(), name): item
        if name == "annotations"
        else snake_case(item)
        for name, item in value.items()
    }


SAME: dict[str, tuple[list[str], Callable[[Client], Any]]] = {
    "push": (
        ["push", "oci:app:v2,v3", "a.txt", "--annotation", "K=v"],
        lambda client: client.push("oci:app:v2,v3", "a.txt", annotations={"K": "v"}).to_dict(),
    ),
    "pull": (
        ["pull", "oci:app:v1", "-o", "out"],
        lambda client: client.pull("oci:app:v1", "out")[0].to_dict(),
    ),
    # The command line names the root by its digest.
    "discover": (
        ["discover", "oci:app:v1"],
        lambda client: {
            **json.loads((found := client.discover("oci:app:v1")).json()),
            "reference": f"oci:app@{found.subject.digest}",
        },
    ),
    "delete": (["delete", "--yes", "oci:app:gone"], lambda client: client.delete("oci:app:gone").to_dict()),
    "dry run": (
        ["delete", "--dry-run", "oci:app:kept"],
        lambda client: client.delete("oci:app:kept", dry_run=True).to_dict(),
    ),
    "copy": (
        ["copy", "--recursive", "oci:app:v1", "oci:other:v1"],
        lambda client: client.copy("oci:app:v1", "oci:other:v1", recursive=True).to_dict(),
    ),
    "verify": (["verify", "oci:app:v1"], lambda client: client.verify("oci:app:v1").to_dict()),
    "resolve": (["resolve", "oci:app:v1"], lambda client: client.resolve("oci:app:v1").to_dict()),
    "logout": (["logout", "registry.example.com"], lambda client: client.logout("registry.example.com").to_dict()),
    "digest": (["digest", "a.txt"], lambda client: [one.to_dict() for one in digest_files(["a.txt"])]),
    "delete manifest": (
        ["manifest", "delete", "--yes", "oci:app:v1"],
        lambda client: client.delete_manifest("oci:app:v1").to_dict(),
    ),
    "tag": (
        ["tag", "oci:app:v1", "new"],
        lambda client: {"descriptor": client.tag("oci:app:v1", "new").to_dict(), "tags": ["new"]},
    ),
    # The command line adds the reference, which a program already has.
    "blob push": (
        ["blob", "push", "oci:app", "a.txt"],
        lambda client: {
            **(pushed := client.push_blob("oci:app", Path("a.txt"))).to_dict(),
            "reference": f"oci:app@{pushed.descriptor.digest}",
        },
    ),
}

#: The commands whose results have the members of ORAS beside those of the package.
WITH_ORAS = {"push", "pull", "tag", "blob push"}


def without_oras(printed: Any, ours: Any) -> Any:
    """Returns the members of a result that the package has, with relative paths."""
    if isinstance(printed, dict) and isinstance(ours, dict):
        return {key: without_oras(value, ours[key]) for key, value in printed.items() if key in ours}
    if isinstance(printed, list) and isinstance(ours, list) and len(printed) == len(ours):
        return [without_oras(one, other) for one, other in zip(printed, ours, strict=True)]
    if isinstance(printed, str) and Path(printed).is_absolute():
        return printed[-len(ours) :]
    return printed


@pytest.mark.parametrize("operation", SAME)
def test_results_equal_those_of_the_command_line(operation: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, method = SAME[operation]
    results = []
    with Client() as client:
        for who in ("command", "package"):
            (work / who).mkdir()
            monkeypatch.chdir(work / who)
            Path("a.txt").write_text("a")
            client.push("oci:app:v1,kept", "a.txt", artifact_type="image/example")
            client.push("oci:app:gone", "a.txt", artifact_type="other/example")
            client.push("oci:app", File(b"{}", title="b"), artifact_type="sbom/example", subject="oci:app:v1")
            if who == "package":
                results.append(json.loads(json.dumps(method(client))))
            else:
                run = [str(built("ocigraph")), *command, "--format", "json"]
                printed = subprocess.run(run, check=True, capture_output=True, text=True).stdout
                results.append(snake_case(json.loads(printed)))
    if operation in WITH_ORAS:
        results[0] = without_oras(*results)
    assert results[0] == results[1]


def test_error_codes_match_the_shared_table() -> None:
    numbers = {entry["name"]: entry["number"] for entry in json.loads((VECTORS / "errors.json").read_text())}
    assert set(get_args(ErrorCode)) == set(numbers) == set(native.codes())
    for kind in vars(ocigraph).values():
        if isinstance(kind, type) and issubclass(kind, Error) and kind is not Error:
            assert kind("x").to_dict()["number"] == kind("x").number == numbers[kind.default_code]


def test_an_os_error_has_its_errno(client: Any, work: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        client.push("oci:app:v1", "nowhere.txt")
    assert missing.value.errno == errno.ENOENT and missing.value.strerror == os.strerror(errno.ENOENT)
    assert "nowhere.txt" in str(missing.value)
    (work / "file").write_text("")
    with pytest.raises(OSError, match="file") as raised:
        client.push("oci:file/below:v1", "file")
    assert isinstance(raised.value, ocigraph.IoError) and raised.value.errno in (errno.ENOTDIR, errno.EEXIST)
    assert ocigraph.ForbiddenError("x").errno == errno.EACCES and ocigraph.NetworkError("x").errno is None


class Unpicklable(Exception):  # noqa: N818 - a cause need not be an error
    """An exception of user code, with a value that no module can pickle: some teach pickle all exceptions."""

    def __init__(self, one: str) -> None:
        super().__init__(one, lambda: one)


def test_a_pickled_error_keeps_its_cause_and_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    # A library that another test imports teaches pickle to take exceptions apart in its own way.
    for kind in (ocigraph.CredentialsError, Unpicklable):
        monkeypatch.delitem(copyreg.dispatch_table, kind, raising=False)
    error = ocigraph.CredentialsError("the function failed", hint="open the vault")
    error.__cause__ = KeyError("locked")
    error.add_note("on a worker")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert isinstance(again.__cause__, KeyError) and again.__notes__ == ["on a worker"]
        assert again.to_dict() == error.to_dict()
    error.__cause__ = Unpicklable("a")
    again = pickle.loads(pickle.dumps(error))
    assert "Unpicklable" in again.__notes__[-1] and again.__cause__ is None
    lost = ocigraph.NotFoundError("x", errno=errno.ENOTDIR)
    assert pickle.loads(pickle.dumps(lost)).errno == errno.ENOTDIR


def test_the_repr_of_a_file_shows_its_path_but_not_its_content() -> None:
    assert repr(File("a.txt", title="b")) == "File('a.txt', title='b')"
    assert repr(File(b"secret", annotations={"k": "v"})) == "File(<bytes>, annotations={'k': 'v'})"


def wide(number: int) -> Graph:
    """Creates a graph whose subject has this many referrers."""
    subject = {"mediaType": "a/b", "digest": digest(b"subject"), "size": 1}
    many = [{"mediaType": "a/b", "digest": digest(str(i).encode()), "size": 1} for i in range(number)]
    return Graph(native.Graph.load(json.dumps([subject, [[subject["digest"], many]]]).encode()), "oci:x:v1")


def test_querying_a_large_graph_does_not_block_other_threads() -> None:
    graph = wide(20_000)
    longest, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            before = time.monotonic()
            time.sleep(0.001)
            longest[0] = max(longest[0], time.monotonic() - before)

    thread = threading.Thread(target=watch)
    thread.start()
    begun = time.monotonic()
    for ask in (graph.tree, graph.dot, graph.mermaid, graph.json, graph.filter, lambda: graph == wide(10)):
        ask()
    known = [referrer.digest in graph for referrer in graph]
    pickle.loads(pickle.dumps(graph))
    took = time.monotonic() - begun
    stop.set()
    thread.join()
    assert all(known) and len(known) == len(graph) == 20_000 and digest(b"other") not in graph
    assert longest[0] < took / 4, f"a thread stood for {longest[0]} of {took} seconds"
