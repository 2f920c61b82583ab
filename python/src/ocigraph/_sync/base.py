"""What every client is: its configuration, and the native client made of it, closed and pickled."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from .. import _native
from .._configuration import Configuration
from .._credentials import Asked


class Base:
    """A client without operations."""

    _configuration: Configuration
    _asked: Asked
    _native: _native.Client

    def _begin(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._asked = Asked(configuration)
        self._native = _native.Client(configuration.given(self._asked))

    def close(self) -> None:
        """Drops the connections; no operation can be begun after it. What is under way, in another thread or task,
        goes on to its end; a task that is to end sooner is cancelled.

        Example:
            >>> client.close()
            >>> client.tags("oci:store/app")
            Traceback (most recent call last):
            ocigraph.InvalidArgumentError: the client is closed
        """
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._configuration.shown()})"

    def __getstate__(self) -> Configuration:
        return self._configuration

    def __setstate__(self, configuration: Configuration) -> None:
        self._begin(configuration)
