"""Rows of any number, which are read while the operation works: for threads and for event loops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from . import _native
from ._arrow import arrow_reader, arrow_table, async_arrow_table, async_record_batches, row_class
from ._run import run, run_async, sync_log_level

if TYPE_CHECKING:
    import pyarrow as pa

_Row = TypeVar("_Row")
_Summary = TypeVar("_Summary")


class _RowsBase(Generic[_Row, _Summary]):
    """The rows that were fetched and not read yet, and the totals."""

    def __init__(
        self,
        native: _native.Rows,
        row: Callable[[dict[str, Any]], _Row],
        summary: Callable[[dict[str, Any]], _Summary],
    ) -> None:
        self._native, self._row, self._read_summary = native, row, summary
        self._fetched: Iterator[_Row] = iter(())
        self._is_closed = False

    @property
    def summary(self) -> _Summary:
        """The totals of the rows of all batches so far. Complete after the last row."""
        return self._read_summary(self._native.summary())

    def _rest(self) -> list[_Row]:
        rest, self._fetched = list(self._fetched), iter(())
        return rest

    def _end(self) -> None:
        self._is_closed = True
        self._fetched = iter(())
        self._native.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if self._is_closed else 'open'}>"


class Rows(_RowsBase[_Row, _Summary]):
    """The rows of an operation: an iterator, for threads.

    The operation works only while a row is waited for. Memory holds one batch of rows. The rows of a batch count as
    finished with when the first row after it is asked for. The end of a ``with`` statement and the garbage collector
    end an operation whose rows were not all read.

    Example:
        >>> with client.discover_each("oci:store/app:v1") as rows:
        ...     [row.descriptor.artifact_type for row in rows]
        ['sbom/example']
        >>> rows.summary.edges
        1
    """

    def _next_batch(self) -> list[_Row] | None:
        if self._is_closed:
            return None
        sync_log_level()
        batch = run(self._native.next())
        return None if batch is None else [self._row(item) for item in batch]

    def batches(self) -> Iterator[list[_Row]]:
        """Iterates over the rows that are found together, at least one each time: fewer steps than row by row.

        Yields:
            Rows as a list.

        Example:
            >>> [len(batch) for batch in client.discover_each("oci:store/app:v1").batches()]
            [1]
        """
        if rest := self._rest():
            yield rest
        while (batch := self._next_batch()) is not None:
            yield batch

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Row:
        while True:
            for row in self._fetched:
                return row
            batch = self._next_batch()
            if batch is None:
                raise StopIteration
            self._fetched = iter(batch)

    def to_arrow(self) -> pa.Table:
        """Reads the rows that were not read yet, as a table. The columns are the fields of the rows.

        Needs ``ocigraph[arrow]``. For rows that do not fit into memory, use `to_arrow_batches`.

        Returns:
            A ``pyarrow.Table``.

        Raises:
            ImportError: ``pyarrow`` is not installed.
            UnsupportedError: a field of the rows has several parts. All rows of `Client.sweep` can be converted.

        Example:
            >>> client.sweep("oci:store/app").to_arrow().column("depth").to_pylist()
            [1, 0]
        """
        return arrow_table(self.batches(), row_class(self._row))

    def to_arrow_batches(self) -> pa.RecordBatchReader:
        """Reads the rows that were not read yet, as record batches: memory holds one batch of rows. The columns are the
        fields of the rows. DuckDB, polars and ``pyarrow`` read it.

        Needs ``ocigraph[arrow]``.

        Returns:
            A ``pyarrow.RecordBatchReader``.

        Raises:
            ImportError: ``pyarrow`` is not installed.
            UnsupportedError: a field of the rows has several parts. All rows of `Client.sweep` can be converted.

        Example:
            >>> [batch.num_rows for batch in client.sweep("oci:store/app").to_arrow_batches()]
            [2]
        """
        return arrow_reader(self.batches(), row_class(self._row))

    def close(self) -> None:
        """Ends the operation. Rows that were not read are lost.

        Example:
            >>> rows = client.discover_each("oci:store/app:v1")
            >>> rows.close()
            >>> list(rows)
            []
        """
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncRows(_RowsBase[_Row, _Summary]):
    """The rows of an operation: an asynchronous iterator, for event loops.

    The operation works only while a row is waited for. Memory holds one batch of rows. The rows of a batch count as
    finished with when the first row after it is asked for. The end of an ``async with`` statement and the garbage
    collector end an operation whose rows were not all read.

    Example:
        >>> async with client.discover_each("oci:store/app:v1") as rows:
        ...     [row.descriptor.artifact_type async for row in rows]
        ['sbom/example']
        >>> rows.summary.edges
        1
    """

    def __init__(
        self,
        native: _native.Rows,
        row: Callable[[dict[str, Any]], _Row],
        summary: Callable[[dict[str, Any]], _Summary],
        before: Callable[[], None],
    ) -> None:
        super().__init__(native, row, summary)
        self._before = before

    async def _next_batch(self) -> list[_Row] | None:
        if self._is_closed:
            return None
        sync_log_level()
        self._before()
        batch = await run_async(self._native.next())
        return None if batch is None else [self._row(item) for item in batch]

    async def batches(self) -> AsyncIterator[list[_Row]]:
        """Iterates over the rows that are found together, at least one each time: fewer steps than row by row.

        Yields:
            Rows as a list.

        Example:
            >>> [len(batch) async for batch in client.discover_each("oci:store/app:v1").batches()]
            [1]
        """
        if rest := self._rest():
            yield rest
        while (batch := await self._next_batch()) is not None:
            yield batch

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _Row:
        while True:
            for row in self._fetched:
                return row
            batch = await self._next_batch()
            if batch is None:
                raise StopAsyncIteration
            self._fetched = iter(batch)

    async def to_arrow(self) -> pa.Table:
        """Reads the rows that were not read yet, as a table. The columns are the fields of the rows.

        Needs ``ocigraph[arrow]``. For rows that do not fit into memory, use `to_arrow_batches`.

        Returns:
            A ``pyarrow.Table``.

        Raises:
            ImportError: ``pyarrow`` is not installed.
            UnsupportedError: a field of the rows has several parts. All rows of `Client.sweep` can be converted.

        Example:
            >>> (await client.sweep("oci:store/app").to_arrow()).column("depth").to_pylist()
            [1, 0]
        """
        return await async_arrow_table(self.batches(), row_class(self._row))

    def to_arrow_batches(self) -> AsyncIterator[pa.RecordBatch]:
        """Reads the rows that were not read yet, as record batches: memory holds one batch of rows. The columns are the
        fields of the rows. DuckDB, polars and ``pyarrow`` read it.

        Needs ``ocigraph[arrow]``.

        Yields:
            A ``pyarrow.RecordBatch``.

        Raises:
            ImportError: ``pyarrow`` is not installed.
            UnsupportedError: a field of the rows has several parts. All rows of `Client.sweep` can be converted.

        Example:
            >>> rows = await client.sweep("oci:store/app").to_arrow()
            >>> [batch.num_rows async for batch in client.sweep("oci:store/app").to_arrow_batches()]
            [2]
        """
        return async_record_batches(self.batches(), row_class(self._row))

    def close(self) -> None:
        """Ends the operation. Rows that were not read are lost.

        Example:
            >>> rows = client.discover_each("oci:store/app:v1")
            >>> rows.close()
            >>> [row async for row in rows]
            []
        """
        self._end()

    async def aclose(self) -> None:
        """Calls `close`, for `contextlib.aclosing`.

        Example:
            >>> await client.discover_each("oci:store/app:v1").aclose()
        """
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
