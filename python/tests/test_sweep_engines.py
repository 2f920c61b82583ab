"""Sweeps in shards on pools of processes and threads, on a local dask cluster and on a local Ray cluster, with a worker
that is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet
import pytest
from support import ROOT, Fixture
from sweeps import command_rows, end, in_order, of_lines, plain, push_images, repositories, slow, worker_at

from ocigraph import Client, Error, InvalidArgumentError, Limits, ray_executor, sweep_shards

REPOSITORIES = [f"team/app{number}" for number in range(12)]

SPAWN = multiprocessing.get_context("spawn")


@pytest.mark.parametrize("engine", ["dask", "ray"])
def test_a_worker_that_is_killed_in_the_middle_loses_no_row_and_repeats_none(
    engine: str, fixture: Fixture, work: Path
) -> None:
    push_images(fixture.host, REPOSITORIES)
    expected = command_rows(fixture.host)
    shards = [repositories(command_rows(fixture.host, "--shard", f"{number}/8")) for number in range(1, 9)]
    others = set().union(*(shard for shard in shards if "team/app5" not in shard))
    # The second worker of a cluster on a busy machine can start many seconds after the first one.
    slow(fixture, "team/app5", 20_000)
    # The paths of Ray's sockets must be short.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="ray") as folder:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / f"python/examples/sweep_on_{engine}.py"), fixture.host, "rows"],
            env=os.environ | {"RAY_TMPDIR": folder, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            written = work / "rows"
            worker = worker_at(
                fixture,
                "team/app5",
                psutil.Process(process.pid),
                within=120,
                others_ended=lambda: written.exists() and all(f'"{name}"' in written.read_text() for name in others),
            )
            worker.kill()
            fixture.configure({})
            printed, _ = process.communicate(timeout=120)
        finally:
            end(process)
    assert process.returncode == 0, printed
    assert of_lines(work / "rows") == expected
    lists = [request for request in fixture.requests() if request["path"].startswith("/v2/team/app5/tags/list")]
    assert len(lists) == 2, "the shard was begun by two workers"


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, lambda n: ProcessPoolExecutor(n, mp_context=SPAWN)])
def test_shards_have_the_rows_of_one_sweep(pool: Callable[[int], Executor], fixture: Fixture) -> None:
    push_images(fixture.host, REPOSITORIES)
    expected = command_rows(fixture.host, "--repositories", "team/*", "--tags", "v*", "--latest", "2", "--depth", "1")
    options: dict[str, Any] = {"repositories": "team/*", "tags": ["v*"], "latest": 2, "depth": 1, "concurrency": 8}
    with pool(2) as executor, Client() as client:
        batches = list(sweep_shards(executor, fixture.host, shards=5, client=client, **options))
        assert client.tags(f"{fixture.host}/team/app0") == ["v0", "v1", "v2"], "the caller's client is open"
    assert plain(row for batch in batches for row in batch) == expected
    shards = [{row.repository for row in batch} for batch in batches]
    assert len(shards) == 5 and sum(map(len, shards)) == len(REPOSITORIES)


def test_a_directory_keeps_complete_shards_and_the_same_call_sweeps_the_others(fixture: Fixture, work: Path) -> None:
    push_images(fixture.host, REPOSITORIES)
    expected = command_rows(fixture.host)
    slow(fixture, "team/app5", 3000)
    before = []
    with ProcessPoolExecutor(2, mp_context=SPAWN) as executor, pytest.raises(BrokenProcessPool):
        for path in sweep_shards(executor, fixture.host, shards=8, to=work / "rows"):
            before.append(path)
            if len(before) == 7:
                worker_at(fixture, "team/app5", psutil.Process()).kill()
    fixture.configure({})
    fixture.clear_requests()
    with ProcessPoolExecutor(2, mp_context=SPAWN) as executor:
        paths = list(sweep_shards(executor, fixture.host, shards=8, to="rows"))
    swept = {request["path"].split("/")[3] for request in fixture.requests() if "/tags/" in request["path"]}
    [last] = set(paths) - set(before)
    table = pyarrow.parquet.read_table(work / "rows")
    assert in_order(table.to_pylist()) == expected
    assert swept == {name.split("/")[1] for name in pyarrow.parquet.read_table(last)["repository"].to_pylist()}
    # Nothing of the killed worker is left.
    assert sorted(path.name for path in (work / "rows").iterdir()) == [f"shard-{n}-of-8.parquet" for n in range(1, 9)]


def test_a_directory_with_the_rows_of_another_sweep_is_refused(fixture: Fixture, work: Path) -> None:
    push_images(fixture.host, ["app"])
    with ThreadPoolExecutor(1) as executor:
        [path] = sweep_shards(executor, fixture.host, shards=1, to="rows")
        assert path == work / "rows" / "shard-1-of-1.parquet"
        with pytest.raises(InvalidArgumentError, match="the rows of another sweep"):
            list(sweep_shards(executor, fixture.host, shards=1, to="rows", tags="v1"))


def test_a_registry_without_a_catalog_is_one_row_and_not_one_of_each_shard(fixture: Fixture) -> None:
    fixture.configure({"fail": [{"path": "/_catalog", "status": 403, "times": None}]})
    [expected] = command_rows(fixture.host, code=3)
    assert expected["status"] == "refused"
    with ThreadPoolExecutor(2) as executor:
        rows = [row for batch in sweep_shards(executor, fixture.host, shards=4) for row in batch]
    assert plain(rows) == [expected]


def test_wrong_arguments_fail_before_a_task_is_submitted() -> None:
    class Unused:
        def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
            raise AssertionError("nothing is submitted")

    with pytest.raises(InvalidArgumentError, match="shards must be 1 or more"):
        sweep_shards(Unused(), "registry.example.com", shards=0)
    with pytest.raises(TypeError, match="client must be an instance of Client"):
        sweep_shards(Unused(), "registry.example.com", shards=2, client=Limits())  # type: ignore[call-overload]
    # Nothing is submitted before the first rows are asked for.
    sweep_shards(Unused(), "registry.example.com", shards=2)


def test_a_failed_task_ends_the_sweep_with_its_error_and_cancels_the_others() -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(Error, match=r"v\[1") as failed:
        list(sweep_shards(executor, "127.0.0.1:1", shards=100, tags="v[1"))
    assert failed.value.code == "INVALID_ARGUMENT"


def test_a_closed_sweep_cancels_what_has_not_begun(fixture: Fixture) -> None:
    push_images(fixture.host, REPOSITORIES)
    with ThreadPoolExecutor(1) as executor:
        tasks: list[Future[Any]] = []

        class Watched:
            def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
                tasks.append(executor.submit(function, *args))
                return tasks[-1]

        shards = sweep_shards(Watched(), fixture.host, shards=50)
        next(shards)
        shards.close()  # type: ignore[attr-defined]
    counts = Counter(task.cancelled() for task in tasks)
    assert counts[True] > 0 and counts[True] + counts[False] == 50


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'ocigraph\[ray\]'"):
        ray_executor()
