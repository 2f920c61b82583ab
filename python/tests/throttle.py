"""A proxy that limits the transfer rate of each direction, and records open connections.

It does not parse HTTP, so the registry must respond with locations without a host.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

PIECE = 16 * 1024


class Throttle:
    """The proxy, while it is running."""

    def __init__(self, target: str, rate: int) -> None:
        name, _, port = target.rpartition(":")
        self._target = (name, int(port))
        self._rate = rate
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = "{}:{}".format(*self._listener.getsockname())
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            # Closing alone does not end an `accept` that waits.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            self._end(connection)

    def open_connections(self) -> int:
        return len(self._open)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                registry = socket.create_connection(self._target)
            except OSError:
                # The test has ended the registry; an operation that it cancelled may still connect.
                client.close()
                continue
            for connection in (client, registry):
                # Small socket buffers, so that the rate limit takes effect.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * PIECE)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(client)
            for source, sink in ((client, registry), (registry, client)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                time.sleep(len(piece) / self._rate)
                sink.sendall(piece)
        self._end(source)
        self._end(sink)

    def _end(self, connection: socket.socket) -> None:
        self._open.discard(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


@contextlib.contextmanager
def throttled(target: str, rate: int) -> Iterator[Throttle]:
    """Runs a throttled connection to a registry."""
    throttle = Throttle(target, rate)
    try:
        yield throttle
    finally:
        throttle.close()
