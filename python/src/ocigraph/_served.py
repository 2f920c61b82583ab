"""A registry at hand: image layouts that a process of its own serves, for tests and for machines without a network."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import IO

from ._checks import check_flag, check_path, check_path_list, check_text
from ._error import _CLASSES, Error, InvalidArgumentError
from ._values import StrPath


class ServedRegistry:
    """A registry that :func:`serve` started. Leaving its block, or :meth:`close`, ends it.

    Example:
        >>> with serve("registry") as registry:
        ...     pushed = client.push(f"{registry.host}/app:v1", artifact_type="app/example")
        ...     list(client.tags(f"{registry.host}/app"))
        ['v1']
    """

    host: str
    """The host and port, as references name them: ``127.0.0.1:40123``."""

    def __init__(self, process: subprocess.Popen[str], host: str) -> None:
        self.host = host
        self._process = process

    def close(self) -> None:
        """Lets requests in progress end, for 10 seconds at most, and ends the registry. Does nothing the second time.

        Example:
            >>> registry = serve("registry")
            >>> registry.close()
        """
        if self._process.stdin is None or self._process.stdin.closed:
            return
        # The command ends with its standard input, also if this process is killed.
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> ServedRegistry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> ServedRegistry:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    def __repr__(self) -> str:
        return f"<ServedRegistry {self.host}>"


def serve(
    *sources: StrPath,
    listen: str = "127.0.0.1:0",
    read_only: bool = False,
    behave_as: str | None = None,
    htpasswd: StrPath | None = None,
    cert_file: StrPath | None = None,
    key_file: StrPath | None = None,
) -> ServedRegistry:
    """Serves image layouts as a registry, in a process of its own that ends with this one.

    The registry is that of the command ``ocigraph serve``: the OCI distribution specification with referrers, over
    layouts that other processes can use at the same time.

    Args:
        sources: Paths, with or without ``oci:`` before them. A layout is one repository with the name of its
            directory, or another: ``team/app=oci:store/app``. A directory without a layout is a folder of layouts:
            repository ``a/b`` is the layout ``a/b`` below it, which the first push creates. It need not exist. An
            archive is read-only.
        listen: The address to listen on. Port 0 chooses a free port.
        read_only: Refuses every change.
        behave_as: The registry whose habits it imitates, to test a client: ``"azure"``, ``"docker-2.8"``, ``"ecr"``,
            ``"ghcr"`` or ``"harbor"``. Default: none, the specification.
        htpasswd: A file with the passwords of users, as ``htpasswd -B`` writes it. Every request needs one of them. It
            is read once. Default: none, everyone who can connect may do everything.
        cert_file: A PEM file with the certificate of the registry, followed by those that it was signed with. It
            requires ``key_file``. Both are read once. Default: none, plain HTTP.
        key_file: A PEM file with the private key of ``cert_file``. Default: none.

    Returns:
        The registry, which has answered. It is a context manager, also an asynchronous one.

    Raises:
        InvalidArgumentError: There is no source, one cannot be served, the file of passwords is not valid, or the
            registry cannot be imitated.
        TlsError: The certificate or its key is not valid.
        Error: The address cannot be used.

    Example:
        >>> with serve("registry") as registry:
        ...     pushed = client.push(f"{registry.host}/app:v1", artifact_type="app/example")
        ...     pulled = client.pull(f"{registry.host}/app:v1", "out")
        >>> client.resolve("oci:registry/app:v1").digest == pushed.descriptor.digest
        True
    """
    arguments = [_source(os.fspath(path)) for path in check_path_list("sources", sources)]
    arguments += ["--listen", check_text("listen", listen)]
    if check_flag("read_only", read_only):
        arguments.append("--read-only")
    if behave_as is not None:
        arguments += ["--behave-as", check_text("behave_as", behave_as)]
    if (cert_file is None) != (key_file is None):
        raise InvalidArgumentError("cert_file and key_file require each other")
    files = [
        ("htpasswd", "--htpasswd", htpasswd),
        ("cert_file", "--tls-cert", cert_file),
        ("key_file", "--tls-key", key_file),
    ]
    for name, flag, file in files:
        if file is not None:
            arguments.append(f"{flag}={os.fspath(check_path(name, file))}")
    process = subprocess.Popen(  # noqa: S603 - the program is this interpreter
        [sys.executable, "-m", "ocigraph", "serve", "--until-stdin-ends", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONSAFEPATH": "1"},
    )
    line = process.stdout.readline() if process.stdout else ""
    if line.startswith("listening on ") and process.stderr:
        threading.Thread(target=_pass_on, args=(process.stderr,), daemon=True).start()
        return ServedRegistry(process, line.removeprefix("listening on ").strip())
    _, said = process.communicate()
    raise _failure(said)


def _source(text: str) -> str:
    name, separator, path = text.partition("=")
    if separator and path.startswith("oci:"):
        return f"{name}={path}"
    return text if text.startswith("oci:") else f"oci:{text}"


def _pass_on(warnings: IO[str]) -> None:
    """Passes warnings of the registry on."""
    with contextlib.suppress(ValueError, OSError), warnings:
        for line in warnings:
            sys.stderr.write(line)


def _failure(said: str) -> Error:
    """Makes the error that the command printed: ``Error: MESSAGE [CODE]``."""
    first = said.strip().partition("\n")[0].removeprefix("Error: ")
    message, _, code = first.rpartition(" [")
    kinds = {str(code): kind for code, kind in _CLASSES.items()}
    return kinds.get(code.removesuffix("]"), Error)(message or said.strip() or "the registry did not start")
