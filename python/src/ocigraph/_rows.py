"""Rows of any number, which are read page by page: for threads and for event loops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from ._error import InvalidArgumentError
from ._results import SweepPage, SweepRow, SweepSummary

_Row = TypeVar("_Row")
_Row_co = TypeVar("_Row_co", covariant=True)
_Summary = TypeVar("_Summary")


class _Page(Protocol[_Row_co]):
    """Some rows, and the cursor of the others."""

    @property
    def rows(self) -> tuple[_Row_co, ...]: ...

    @property
    def cursor(self) -> str: ...


_AnyPage = TypeVar("_AnyPage", bound="_Page[object]")


class _Pages(Generic[_Summary]):
    """Where a result stands that is read page by page."""

    def __init__(self) -> None:
        self._cursor: str | None = None
        self._is_over = False
        self._summary: _Summary | None = None

    @property
    def summary(self) -> _Summary:
        """The totals. Known after the last row, and after ``close``.

        Raises:
            InvalidArgumentError: rows are left that were not read.
        """
        if self._summary is None:
            raise InvalidArgumentError("the summary is known after the last row, or after close()")
        return self._summary

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {'closed' if self._is_over else 'open'}>"


class _Rows(_Pages[_Summary], Generic[_Row, _AnyPage, _Summary]):
    def __init__(
        self, begin: Callable[[], _AnyPage], following: Callable[[str], _AnyPage], end: Callable[[str], _Summary]
    ) -> None:
        super().__init__()
        self._begin, self._following, self._end = begin, following, end
        self._rows = self._each()

    def _page(self) -> _AnyPage | None:
        if self._is_over:
            return None
        try:
            page = self._begin() if self._cursor is None else self._following(self._cursor)
        except BaseException:
            # The page that failed has ended the operation.
            self._is_over = True
            raise
        self._cursor = page.cursor
        if not page.rows:
            self.close()
            return None
        return page

    def _each(self) -> Iterator[_Row]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[tuple[_Row, ...]]:
        """Iterates over the rows that are found together, at least one each time: fewer calls than row by row.

        Yields:
            Some rows.
        """
        while (page := self._page()) is not None:
            yield page.rows  # type: ignore[misc]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Row:
        return next(self._rows)

    def close(self) -> None:
        """Ends the operation and frees what it holds. Rows that were not read are lost."""
        if not self._is_over and self._cursor is not None:
            self._is_over = True
            self._summary = self._end(self._cursor)
        self._is_over = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # An iterator that is dropped must not keep the client's state. The client may be closed by now.
        if not getattr(self, "_is_over", True):
            try:
                self.close()
            except Exception:
                self._is_over = True


class _AsyncRows(_Pages[_Summary], Generic[_Row, _AnyPage, _Summary]):
    def __init__(
        self,
        begin: Callable[[], Awaitable[_AnyPage]],
        following: Callable[[str], Awaitable[_AnyPage]],
        end: Callable[[str], Awaitable[_Summary]],
    ) -> None:
        super().__init__()
        self._begin, self._following, self._end = begin, following, end
        self._rows = self._each()

    async def _page(self) -> _AnyPage | None:
        if self._is_over:
            return None
        try:
            page = await (self._begin() if self._cursor is None else self._following(self._cursor))
        except BaseException:
            self._is_over = True
            raise
        self._cursor = page.cursor
        if not page.rows:
            await self.aclose()
            return None
        return page

    async def _each(self) -> AsyncIterator[_Row]:
        async for batch in self.batches():
            for row in batch:
                yield row

    async def batches(self) -> AsyncIterator[tuple[_Row, ...]]:
        """Iterates over the rows that are found together, at least one each time: fewer calls than row by row.

        Yields:
            Some rows.
        """
        while (page := await self._page()) is not None:
            yield page.rows  # type: ignore[misc]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _Row:
        return await anext(self._rows)

    async def aclose(self) -> None:
        """Ends the operation and frees what it holds. Rows that were not read are lost."""
        if not self._is_over and self._cursor is not None:
            self._is_over = True
            self._summary = await self._end(self._cursor)
        self._is_over = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class SweepRows(_Rows[SweepRow, SweepPage, SweepSummary]):
    """The rows of `Client.sweep`: an iterator over `SweepRow`, for threads.

    Example:
        >>> with client.sweep("oci:store/app") as rows:
        ...     next(rows).edge
        'referrer'
    """


class AsyncSweepRows(_AsyncRows[SweepRow, SweepPage, SweepSummary]):
    """The rows of `AsyncClient.sweep`: an iterator over `SweepRow`, for event loops.

    Example:
        >>> async with client.sweep("oci:store/app") as rows:
        ...     (await anext(rows)).edge
        'referrer'
    """
