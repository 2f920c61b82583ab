"""Converts rows to Arrow. The columns are the fields of the class of the rows, with the types that the command writes
to Parquet, so a table and a file of the command can be read together.

Needs `pyarrow`, which the extra ``ocigraph[arrow]`` installs. It is imported when rows are converted.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from types import ModuleType, NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from ._descriptor import Result
from ._error import UnsupportedError

if TYPE_CHECKING:
    import pyarrow as pa

GROUP = 20_000
"""Rows of a record batch of a table, and of a row group of a Parquet file: as many as the command writes."""


def row_class(of: Callable[[dict[str, Any]], Any]) -> type[Result]:
    """Returns the class of which `of` is the class method that makes a row."""
    row: type[Result] = of.__self__  # type: ignore[attr-defined]
    return row


def arrow_table(batches: Iterable[Sequence[Any]], row: type[Result]) -> pa.Table:
    """Returns a table of all rows, which are instances of `row`."""
    schema = arrow_schema(row)
    return _pyarrow().Table.from_batches(record_batches(grouped(batches), schema), schema)


def arrow_reader(batches: Iterable[Sequence[Any]], row: type[Result]) -> pa.RecordBatchReader:
    """Returns a reader that takes a batch of rows when it is asked for one, and holds no other."""
    schema = arrow_schema(row)
    return _pyarrow().RecordBatchReader.from_batches(schema, record_batches(batches, schema))


async def async_arrow_table(batches: AsyncIterable[Sequence[Any]], row: type[Result]) -> pa.Table:
    """Returns a table of all rows, which are instances of `row`."""
    schema = arrow_schema(row)
    converted: list[pa.RecordBatch] = []
    waiting: list[Any] = []
    async for batch in batches:
        waiting += batch
        if len(waiting) >= GROUP:
            converted += record_batches([waiting], schema)
            waiting = []
    converted += record_batches([waiting], schema)
    return _pyarrow().Table.from_batches(converted, schema)


async def async_record_batches(
    batches: AsyncIterable[Sequence[Any]], row: type[Result]
) -> AsyncIterator[pa.RecordBatch]:
    """Yields each batch of rows as a record batch."""
    schema = arrow_schema(row)
    async for batch in batches:
        for converted in record_batches([batch], schema):
            yield converted


def grouped(batches: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """Joins small batches to batches of at least `GROUP` rows, except for the last one."""
    waiting: list[Any] = []
    for batch in batches:
        waiting += batch
        if len(waiting) >= GROUP:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def record_batches(batches: Iterable[Sequence[Any]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Converts batches of rows that are not empty."""
    arrow = _pyarrow()
    # `zip` turns the values of each row into columns.
    values = attrgetter(*schema.names)
    for batch in batches:
        if batch:
            columns = zip(*map(values, batch), strict=True)
            arrays = [arrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            yield arrow.RecordBatch.from_arrays(arrays, schema=schema)


def arrow_schema(row: type[Result]) -> pa.Schema:
    """Returns the columns of a class of rows. A list is never null, and empty for a row without values."""
    hints = get_type_hints(row)
    return _pyarrow().schema([_column(field.name, hints[field.name]) for field in fields(row)])  # type: ignore[arg-type]


def _column(name: str, hint: Any) -> pa.Field:
    arrow = _pyarrow()
    [kind] = [part for part in get_args(hint) if part is not NoneType] if NoneType in get_args(hint) else [hint]
    if get_origin(kind) is Literal:
        kind = str
    if kind == tuple[str, ...]:
        element = arrow.field("element", arrow.string(), nullable=False)
        return arrow.field(name, arrow.list_(element), nullable=False)
    types = {str: arrow.string(), int: arrow.int64(), bool: arrow.bool_()}
    if kind not in types:
        raise UnsupportedError(f"rows with the field {name} cannot be converted to Arrow: it has several parts")
    return arrow.field(name, types[kind])


def _pyarrow() -> ModuleType:
    try:
        import pyarrow
    except ImportError as error:
        raise ImportError(
            "rows are converted to Arrow by pyarrow, which is not installed; run: pip install 'ocigraph[arrow]'"
        ) from error
    module: ModuleType = pyarrow
    return module
