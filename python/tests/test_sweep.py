"""Sweeps with both clients: the rows and totals of the command, checkpoints and shards."""

from __future__ import annotations

import asyncio
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
from support import Fixture
from sweeps import command, command_rows, plain, push_images

from ocigraph import AsyncClient, Client, InvalidArgumentError, Limits, SweepRow, SweepSummary

REPOSITORIES = ["team/one", "team/two", "other"]

LIMITS = Limits(max_attempts=2)


def swept(kind: str, target: str, **options: Any) -> tuple[list[SweepRow], SweepSummary]:
    """Returns the rows and the totals of a sweep with the sync or the async client."""

    async def asynchronous() -> tuple[list[SweepRow], SweepSummary]:
        async with AsyncClient(limits=LIMITS) as client, client.sweep(target, **options) as rows:
            return [row async for row in rows], rows.summary

    if kind == "async":
        return asyncio.run(asynchronous())
    with Client(limits=LIMITS) as client, client.sweep(target, **options) as rows:
        return list(rows), rows.summary


CLIENTS = pytest.mark.parametrize("kind", ["sync", "async"])


@CLIENTS
@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        (
            {"repositories": "team/*", "tags": ["v1", "v2"]},
            ["--repositories", "team/*", "--tags", "v1", "--tags", "v2"],
        ),
        ({"latest": 1, "concurrency": 2}, ["--latest", "1", "--concurrency", "2"]),
        ({"depth": 0}, ["--depth", "0"]),
        ({"shard": "2/2"}, ["--shard", "2/2"]),
    ],
)
def test_rows_are_those_of_the_command(
    kind: str, options: dict[str, Any], arguments: list[str], fixture: Fixture
) -> None:
    push_images(fixture.host, REPOSITORIES)
    rows, summary = swept(kind, fixture.host, **options)
    expected = command_rows(fixture.host, *arguments)
    # The share of a repository depends on its name, and so on the port of the fixture: it can be empty.
    assert plain(rows) == expected and (expected or "shard" in options)
    assert summary.images == sum(row.depth == 0 for row in rows)
    assert summary.attached == sum(row.depth > 0 for row in rows)
    table = command("sweep", fixture.host, *arguments, "--summary")
    covered = {c.kind: (c.images, c.covered) for c in summary.coverage if c.repository is None and c.platform is None}
    for name, attached in re.findall(r"^([a-z-]+) +(\d+) +\d+ +\d+ +[█▒·]", table, re.M):
        assert covered[name] == (summary.images, int(attached))


@CLIENTS
def test_none_missing_unknown_and_refused_are_different_answers(kind: str, fixture: Fixture) -> None:
    push_images(fixture.host, ["app"], tags=4)
    with Client() as client:
        digests = [client.resolve(f"{fixture.host}/app:v{tag}").digest for tag in range(4)]
    fails = [("/manifests/v0", 404), (f"/referrers/{digests[2]}", 500), (f"/referrers/{digests[3]}", 403)]
    fixture.configure({"fail": [{"path": path, "status": status, "times": None} for path, status in fails]})
    rows, summary = swept(kind, f"{fixture.host}/app")
    status = {row.tag: row.status for row in rows if row.depth == 0}
    assert status == {"v0": "missing", "v1": "none", "v2": "unknown", "v3": "refused"}
    assert (summary.missing, summary.none, summary.unknown, summary.refused) == (1, 1, 1, 1)
    [sboms] = [c for c in summary.coverage if c.kind == "sbom" and c.repository is None and c.platform is None]
    assert (sboms.images, sboms.covered, sboms.unknown) == (3, 0, 2)


@CLIENTS
def test_a_checkpoint_continues_a_sweep_that_was_closed(kind: str, fixture: Fixture, work: Path) -> None:
    push_images(fixture.host, REPOSITORIES, tags=20)
    expected = command_rows(fixture.host)
    options: dict[str, Any] = {"checkpoint": work / "checkpoint", "concurrency": 1}

    async def asynchronous() -> list[SweepRow]:
        found: list[SweepRow] = []
        async with AsyncClient() as client, client.sweep(fixture.host, **options) as rows:
            batches = rows.batches()
            # A batch counts as done when the next one is asked for.
            for _ in range(5):
                done, found = found, found + await anext(batches)
        return done

    if kind == "async":
        done = asyncio.run(asynchronous())
    else:
        done, found = list[SweepRow](), list[SweepRow]()
        with Client() as client, client.sweep(fixture.host, **options) as rows:
            batches = rows.batches()
            for _ in range(5):
                done, found = found, found + next(batches)
        assert list(rows) == []
    others, summary = swept(kind, fixture.host, **options)
    assert 0 < len(done) == summary.resumed_rows < len(expected)
    assert plain([*done, *others]) == expected


def test_rows_and_totals_are_values(fixture: Fixture) -> None:
    push_images(fixture.host, ["app"])
    rows, summary = swept("sync", fixture.host)
    assert pickle.loads(pickle.dumps((rows, summary))) == (rows, summary)
    assert len(set(rows)) == len(rows)
    with pytest.raises(AttributeError):
        rows[0].tag = "v2"  # type: ignore[misc]


@CLIENTS
def test_a_wrong_option_is_refused_before_anything_is_asked(kind: str, fixture: Fixture) -> None:
    fixture.clear_requests()
    for options in ({"shard": "4/3"}, {"tags": "v[1"}):
        with pytest.raises(InvalidArgumentError):
            swept(kind, fixture.host, **options)
    with pytest.raises(TypeError, match="latest must be an int"):
        swept(kind, fixture.host, latest="3")
    assert fixture.requests() == []
