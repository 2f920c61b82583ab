"""The client for event loops: one method an operation, in a file for each subject.

This folder is written from `_sync` by `python/tools/write_async.py`: edit there.
"""

from __future__ import annotations

from collections.abc import Mapping

from .._checks import flag, one_of, optional, path, text, texts
from .._configuration import Configuration, Limits
from .._credentials import AsyncCredentials, Credential, native_credential
from .._results import LoginResult, LogoutResult
from .._run import listen, run_async
from .._values import StrPath
from .graphs import Graphs
from .names import Names
from .parts import Parts


class AsyncClient(Graphs, Names, Parts):
    """Pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts in registries and layouts.

    Cheap to make and to share between threads. It keeps connections, and what it learned of each registry, until it
    is closed; one that is never closed is closed when it is collected. It pickles as its configuration.

    Args:
        credentials: whose they are: ``"stored"`` takes those that ``docker login`` and its like stored, with their
            helpers; ``"anonymous"`` none; a `Credential` is used for every registry; and a function is asked with host
            and repository.
        auth_file: a file with stored credentials to look into first; `login` writes to it.
        plain_http: plain HTTP or TLS; without it, plain HTTP for this machine and TLS for all others.
        insecure: takes any certificate: whoever sits between reads and changes what is sent.
        ca_file: certificates in PEM to trust beside those of the system.
        cert_file: the client's own certificates in PEM, for registries that ask for one.
        key_file: the private key of ``cert_file`` in PEM.
        use_proxy: uses the proxies that the environment names.
        user_agent: the program that asks, as registries see it; ``ocigraph/`` and the version without it.
        headers: further headers, sent to the registry itself and nowhere else.
        limits: bounds on waiting and on what a registry may send.

    Example:
        >>> async with AsyncClient() as client:
        ...     print(await client.discover("oci:store/app:v1"))
        oci:store/app:v1
        └── sbom/example
            └── sha256:d3fb64d146...
    """

    def __init__(
        self,
        *,
        credentials: AsyncCredentials = "stored",
        auth_file: StrPath | None = None,
        plain_http: bool | None = None,
        insecure: bool = False,
        ca_file: StrPath | None = None,
        cert_file: StrPath | None = None,
        key_file: StrPath | None = None,
        use_proxy: bool = True,
        user_agent: str | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        configuration = Configuration(
            credentials=credentials,
            auth_file=optional(path, "auth_file", auth_file),
            plain_http=optional(flag, "plain_http", plain_http),
            insecure=flag("insecure", insecure),
            ca_file=optional(path, "ca_file", ca_file),
            cert_file=optional(path, "cert_file", cert_file),
            key_file=optional(path, "key_file", key_file),
            use_proxy=flag("use_proxy", use_proxy),
            user_agent=optional(text, "user_agent", user_agent),
            headers=texts("headers", headers),
            limits=one_of(Limits, "limits", limits),
        )
        self._begin(configuration)

    async def login(self, host: str, credential: Credential) -> LoginResult:
        """Checks a credential with a registry, and stores it where the other tools of the ecosystem look: with the
        helper that docker's configuration names for the registry, else in that file, readable by its owner alone.

        Raises:
            UnauthorizedError: the registry does not take it; nothing is stored then.

        Example:
            >>> await client.login("127.0.0.1:1", Credential.password("ada", "secret"))
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        listen()
        self._asked.in_this_loop()
        return LoginResult._of(await run_async(self._native.login(text("host", host), native_credential(credential))))

    async def logout(self, host: str) -> LogoutResult:
        """Removes every form of a registry's stored credential, from files and helpers.

        Example:
            >>> (await client.logout("registry.example.com")).removed_from
            ()
        """
        listen()
        self._asked.in_this_loop()
        return LogoutResult._of(await run_async(self._native.logout(text("host", host))))
