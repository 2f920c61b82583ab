"""Rows as Arrow, and the Parquet files of the command: DuckDB and polars answer the question of the documentation."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow
import pyarrow.parquet
import pytest
from support import ROOT, Fixture
from sweeps import SBOM, SIGNATURE, command, command_rows, in_order, push_images

from ocigraph import AsyncClient, Client, SweepRow, UnsupportedError
from ocigraph._arrow import GROUP, arrow_reader, arrow_table

PAGE = ROOT / "docs" / "sweep.md"


def shown(name: str) -> str:
    """Returns the code block of the documentation that follows a marker."""
    [code] = re.findall(rf"^<!-- test: {re.escape(name)} -->\n```\w+\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    return str(code)


def answer(name: str) -> duckdb.DuckDBPyRelation:
    """Returns the answer of DuckDB to a query of the documentation."""
    found = duckdb.sql(shown(name))
    assert found is not None
    return found


def push_fleet(fixture: Fixture) -> None:
    """Pushes images of every kind of answer. What is expected of a tag is in its name."""
    where = f"{fixture.host}/team/app"
    refused = []
    with Client() as client:

        def image(name: str, *attached: str, tags: bool = True) -> Any:
            pushed = client.push(f"{where}:{name}" if tags else where, annotations={"n": name})
            for artifact_type in attached:
                client.push(where, artifact_type=artifact_type, subject=pushed.reference)
            return pushed

        image("with-sbom", SBOM, SIGNATURE)
        image("without-signed", SIGNATURE)
        image("without-anything")
        image("missing", SBOM)
        refused += [image("refused", SIGNATURE), image("unknown")]
        # The SBoM of a signature is not one of the image.
        signature = client.push(where, artifact_type=SIGNATURE, subject=image("without-of-signature").reference)
        client.push(where, artifact_type=SBOM, subject=signature.reference)
        covered = [image(f"child-{n}", SBOM, tags=False).descriptor.digest for n in range(2)]
        bare = image("bare-child", SIGNATURE, tags=False).descriptor.digest
        client.index_create(f"{where}:with-sbom-of-each-child", covered)
        client.index_create(f"{where}:without-one-of-a-child", [covered[0], bare])
        index = client.index_create(f"{where}:with-sbom-of-the-index", [bare])
        client.push(where, artifact_type=SBOM, subject=index.reference)
        # The same image in another repository has no SBoM there.
        client.copy(f"{where}:with-sbom", f"{fixture.host}/team/copy:without-copied")
    paths = [f"/referrers/{image.descriptor.digest}" for image in refused]
    fails = [("/manifests/missing", 404), *zip(paths, (403, 500), strict=True)]
    fixture.configure({"fail": [{"path": path, "status": status, "times": None} for path, status in fails]})


@pytest.fixture
def fleet(fixture: Fixture, work: Path) -> Fixture:
    """The fleet, with `sweep.parquet` in the working directory."""
    push_fleet(fixture)
    command("--max-attempts", "2", "sweep", fixture.host, "--format", "parquet", "--output", "sweep.parquet", code=3)
    return fixture


EXPECTED = ["without-anything", "without-of-signature", "without-one-of-a-child", "without-signed", "without-copied"]


def test_duckdb_names_the_images_without_an_sbom(fleet: Fixture) -> None:
    found = answer("which images have no SBoM")
    assert found.columns == ["registry", "repository", "tag", "image"]
    assert [row[2] for row in found.fetchall()] == EXPECTED
    table = command("--max-attempts", "2", "sweep", fleet.host, "--summary", code=3)
    [lacking] = re.findall(r"^sbom +\d+ +(\d+) ", table, re.M)
    assert int(lacking) == len(EXPECTED)
    left_open = answer("what is unknown").fetchall()
    assert [row[2:4] for row in left_open] == [("missing", "missing"), ("refused", "refused"), ("unknown", "unknown")]


def test_polars_names_the_images_without_an_sbom(fleet: Fixture) -> None:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(shown("which images have no SBoM, with polars"), str(PAGE), "exec"), names)
    assert names["without"]["tag"].to_list() == EXPECTED
    assert names["without"].columns == ["registry", "repository", "tag", "image"]


def test_the_table_of_arrow_gives_the_same_answer_as_the_file(fleet: Fixture) -> None:
    with Client() as client:
        table = client.sweep(fleet.host).to_arrow()
    pyarrow.parquet.write_table(table, "sweep.parquet")
    assert [row[2] for row in answer("which images have no SBoM").fetchall()] == EXPECTED
    assert polars.from_arrow(table).height == table.num_rows  # type: ignore[union-attr]


def test_the_code_of_the_documentation_reads_arrow(fleet: Fixture) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(shown("Arrow").replace("registry.example.com", fleet.host), str(PAGE), "exec"), {})
    counts = re.findall(r"│ (\w+) +│ +(\d+) │", printed.getvalue())
    assert counts == [("found", "6"), ("missing", "1"), ("none", "2"), ("refused", "1"), ("unknown", "1")]


def test_rows_as_arrow_have_the_columns_and_values_of_the_command(fixture: Fixture, work: Path) -> None:
    push_images(fixture.host, ["one", "two"])
    command("sweep", fixture.host, "--format", "parquet", "--output", "sweep.parquet")
    file = pyarrow.parquet.read_table("sweep.parquet")
    expected = command_rows(fixture.host)

    async def asynchronous() -> tuple[pyarrow.Table, list[pyarrow.RecordBatch]]:
        async with AsyncClient() as client:
            table = await client.sweep(fixture.host).to_arrow()
            return table, [batch async for batch in client.sweep(fixture.host).to_arrow_batches()]

    with Client() as client:
        tables = [client.sweep(fixture.host).to_arrow(), client.sweep(fixture.host).to_arrow_batches().read_all()]
    whole, batches = asyncio.run(asynchronous())
    for table in [*tables, whole, pyarrow.Table.from_batches(batches)]:
        assert table.select(file.column_names).schema == file.schema and len(table.schema) == len(file.schema)
        assert in_order(table.to_pylist()) == in_order(file.to_pylist()) == expected


def row(number: int) -> SweepRow:
    return SweepRow._of(dict.fromkeys(SweepRow.__slots__) | {"kinds": ["sbom"], "predicate_types": [], "depth": number})


def test_a_reader_takes_the_rows_of_one_batch_at_a_time() -> None:
    taken = 0

    def batches() -> Any:
        nonlocal taken
        for number in range(5):
            taken += 1
            yield [row(number)] * 10

    reader = arrow_reader(batches(), SweepRow)
    assert taken == 0
    assert reader.read_next_batch().num_rows == 10 and taken == 1
    reader.close()
    assert arrow_reader(iter([[row(1)], [], [row(2)]]), SweepRow).read_all()["depth"].to_pylist() == [1, 2]


def test_a_table_has_few_chunks_and_may_be_empty() -> None:
    table = arrow_table(([row(number)] * 100 for number in range(500)), SweepRow)
    assert table.num_rows == 50_000 and table.column("depth").num_chunks == 50_000 // GROUP + 1
    empty = arrow_table(iter(()), SweepRow)
    assert empty.num_rows == 0 and empty.schema == table.schema


def test_rows_whose_fields_have_parts_are_refused(work: Path) -> None:
    with Client() as client:
        client.push("oci:app:v1", artifact_type="image/example")
        with pytest.raises(UnsupportedError, match="the field descriptor cannot be converted to Arrow"):
            client.discover_each("oci:app:v1").to_arrow()


def test_a_missing_pyarrow_is_named_with_its_extra(fixture: Fixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with Client() as client, pytest.raises(ImportError, match=r"pip install 'ocigraph\[arrow\]'"):
        client.sweep(fixture.host).to_arrow()
