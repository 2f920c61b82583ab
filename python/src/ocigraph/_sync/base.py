# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""The base class of a client: its configuration, its native client, closing and pickling."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from .. import _native
from .._checks import wrong
from .._configuration import Configuration
from .._credential import CredentialCallback

# In the class, `_native` is the client and not the module.
_NativeClient = _native.Client


class Base:
    """A client without operations."""

    _configuration: Configuration
    _callback: CredentialCallback
    _native: _NativeClient

    def _open(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._callback = CredentialCallback(configuration)
        self._native = _native.Client(configuration.given(self._callback))

    def _other(self, name: str, client: Base | None) -> _NativeClient | None:
        """Checks another client that an operation uses."""
        if client is None:
            return None
        if not isinstance(client, Base):
            raise wrong(name, "a Client", client)
        return client._native

    def close(self) -> None:
        """Closes the connections. Later operations raise `InvalidArgumentError`. Running operations of other threads or
        tasks continue; cancel their tasks to end them.

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
        self._open(configuration)
