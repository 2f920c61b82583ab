"""The client for event loops. The operations are in base classes, one file for each subject.

This folder is generated from `_sync` by `python/tools/write_async.py`: edit there.
"""

from __future__ import annotations

from collections.abc import Mapping

from .._checks import flag, one_of, optional, path, text, texts
from .._configuration import Configuration, Limits
from .._credential import AsyncCredentials, Credential, native_credential
from .._results import LoginResult, LogoutResult
from .._run import run_async, sync_log_level
from .._values import StrPath
from .blob import BlobOperations
from .manifest import ManifestOperations
from .operation import ArtifactOperations
from .tag import TagOperations


class AsyncClient(ArtifactOperations, TagOperations, ManifestOperations, BlobOperations):
    """Pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts in registries and image layouts.

    A client can be shared between threads. It reuses connections and remembers the capabilities of each registry until
    it is closed or garbage-collected. A pickled client contains only its configuration.

    Args:
        credentials: the source of credentials. ``"stored"`` uses those that ``docker login`` and similar tools stored,
            including credential helpers. ``"anonymous"`` uses none. A `Credential` is used for every registry. A
            function is called with the host and the repository.
        auth_file: a credential file that is read before those of docker and podman. `login` writes to it.
        plain_http: uses plain HTTP (True) or TLS (False). Default: plain HTTP for the local machine, TLS otherwise.
        insecure: disables certificate verification. An attacker on the network can then read and modify all traffic.
        ca_file: a PEM file with certificate authorities to trust, in addition to those of the system.
        cert_file: a PEM file with the client certificate chain, for registries that require one.
        key_file: a PEM file with the private key of ``cert_file``.
        use_proxy: uses the proxies in the environment variables ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY`` and
            ``NO_PROXY``.
        user_agent: the ``User-Agent`` header. Default: ``ocigraph/`` and the version.
        headers: additional request headers. They are sent only to the registry, not to token servers or redirect
            targets.
        limits: timeouts, and limits on what a registry may send.

    Raises:
        InvalidArgumentError: a value is invalid, or a file cannot be used.

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
        self._open(configuration)

    async def login(self, host: str, credential: Credential) -> LoginResult:
        """Checks a credential with a registry and stores it where docker and similar tools find it: in the credential
        helper that docker's configuration selects for the registry, otherwise in that file, readable only by its owner.

        Args:
            host: the registry, ``host[:port]``.
            credential: the credential.

        Raises:
            UnauthorizedError: the registry rejected the credential, which is not stored then.

        Example:
            >>> await client.login("127.0.0.1:1", Credential.password("ada", "secret"))
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        sync_log_level()
        self._callback.use_running_loop()
        return LoginResult._of(await run_async(self._native.login(text("host", host), native_credential(credential))))

    async def logout(self, host: str) -> LogoutResult:
        """Removes the stored credentials of a registry from all files and helpers.

        Args:
            host: the registry, ``host[:port]``.

        Example:
            >>> (await client.logout("registry.example.com")).removed_from
            ()
        """
        sync_log_level()
        self._callback.use_running_loop()
        return LogoutResult._of(await run_async(self._native.logout(text("host", host))))
