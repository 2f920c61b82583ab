# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""The client for event loops. The operations are in base classes, one file for each subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._checks import check_flag, check_instance, check_path, check_text, check_text_list, check_texts, optional
from .._configuration import Configuration, Limits
from .._credential import AsyncCredentials, Credential, native_credential
from .._enumerations import ReferrersMode
from .._results import LoginResult, LogoutResult
from .._run import run_async, sync_log_level
from .._values import StrPath
from .blob import BlobOperations
from .manifest import ManifestOperations
from .operation import ArtifactOperations
from .tag import TagOperations


class AsyncClient(ArtifactOperations, TagOperations, ManifestOperations, BlobOperations):
    """Pushes, pulls, discovers, copies, verifies and deletes graphs of artifacts in registries and image layouts.

    A client can be shared between tasks. It reuses connections and remembers the capabilities of each registry until it
    is closed or garbage-collected. A pickled client contains only its configuration.

    Args:
        credentials: where credentials come from when a registry demands authentication. Default: ``stored``.
            ``"stored"`` uses those that ``docker login`` and similar tools stored, including credential helpers.
            ``"anonymous"`` uses none. A `Credential` is used for every registry. A function is called with the host and
            the repository.
        auth_file: a credential file in docker's format, in place of all others: neither docker's and podman's own files
            nor environment variables such as ``DOCKER_AUTH_CONFIG`` are read. A file that does not exist has no
            credentials. ``login`` writes to it. Default: ``None``, and ``login`` writes to docker's ``config.json``.
        plain_http: selects plain HTTP (``True``) or TLS (``False``) for every registry. Default: plain HTTP for
            loopback addresses and TLS for all other hosts.
        ca_file: a PEM file of certificates to trust in addition to those of the system. Default: ``None``.
        cert_file: a PEM file with the client certificate and its chain. It requires ``key_file``. Default: ``None``.
        key_file: a PEM file with the private key of ``cert_file``. Default: ``None``.
        insecure: accepts any server certificate. Anyone on the network path can then read and change the traffic.
            Default: ``False``.
        use_proxy: uses the proxies in ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``ALL_PROXY``, except for hosts in
            ``NO_PROXY`` and for loopback addresses. A malformed address of a proxy is an error. An entry of
            ``NO_PROXY`` that is not understood is ignored with a warning. Default: ``True``.
        resolve: addresses to connect to in place of those that a host name has, each as ``HOST:PORT:ADDRESS[:PORT]``,
            such as ``registry.example.com:443:203.0.113.7:8443``. An address is used for each connection to its host
            and port, also after a redirect and to a token server; certificates, headers and credentials are those of
            the name. Such a connection uses no proxy. An IPv6 address before a port must be in brackets. Of several
            addresses for one host and port, the last one is used. Default: none.
        referrers_mode: the way in which referrers are listed, also those that are pushed or deleted. Image layouts
            ignore it. Default: ``auto``.
        headers: additional header fields, as names and values. They are sent only to the origin of the registry.
            Default: none.
        user_agent: the ``User-Agent`` header ([RFC 9110, section
            10.1.5](https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5)). Default: ``ocigraph/`` and the version of
            ocigraph.
        limits: the limits on waiting and on what a registry may send. Default: see `Limits`.

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
        ca_file: StrPath | None = None,
        cert_file: StrPath | None = None,
        key_file: StrPath | None = None,
        insecure: bool = False,
        use_proxy: bool = True,
        resolve: str | Iterable[str] = (),
        referrers_mode: ReferrersMode = "auto",
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        configuration = Configuration(
            credentials=credentials,
            auth_file=optional(check_path, "auth_file", auth_file),
            plain_http=optional(check_flag, "plain_http", plain_http),
            ca_file=optional(check_path, "ca_file", ca_file),
            cert_file=optional(check_path, "cert_file", cert_file),
            key_file=optional(check_path, "key_file", key_file),
            insecure=check_flag("insecure", insecure),
            use_proxy=check_flag("use_proxy", use_proxy),
            resolve=check_text_list("resolve", resolve),
            referrers_mode=check_text("referrers_mode", referrers_mode),
            headers=check_texts("headers", headers),
            user_agent=optional(check_text, "user_agent", user_agent),
            limits=check_instance(Limits, "limits", limits),
        )
        self._open(configuration)

    async def repositories(self, host: str) -> list[str]:
        """Returns the names of a registry's repositories.

        Args:
            host: the registry: ``host[:port]``. For login and logout also a namespace or repository:
                ``host[:port]/namespace``.

        Raises:
            UnsupportedError: the registry has no catalog.
            IncompleteError: a part of the list cannot be read.

        Example:
            >>> await client.repositories("127.0.0.1:1")
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.repositories(check_text("host", host))
        return await run_async(operation)

    async def login(self, host: str, credential: Credential) -> LoginResult:
        """Checks a credential with a registry and stores it where other tools look: in the credential helper that
        docker's configuration names for the registry, else in that file, as plain text that only its owner can read.
        With a namespace, the credential is used for the repositories in it, and credential helpers cannot store it.

        Args:
            host: the registry: ``host[:port]``. For login and logout also a namespace or repository:
                ``host[:port]/namespace``.
            credential: the credential to check and to store.

        Returns:
            A `LoginResult` with ``host``, ``stored_in``, ``plain_text``, ``verified`` and ``overridden``.

        Raises:
            UnauthorizedError: the registry refuses the credential, in which case nothing is stored.
            UnsupportedError: for a namespace where a credential helper is configured.

        Example:
            >>> await client.login("127.0.0.1:1", Credential.password("ada", "secret"))
            Traceback (most recent call last):
            ocigraph.NetworkError: ...
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.login(check_text("host", host), native_credential(credential))
        return LoginResult._of(await run_async(operation))

    async def logout(self, host: str) -> LogoutResult:
        """Removes every stored credential of a registry, from files and credential helpers. With a namespace, removes
        the credential of the namespace alone; without one, those of namespaces stay.

        Args:
            host: the registry: ``host[:port]``. For login and logout also a namespace or repository:
                ``host[:port]/namespace``.

        Returns:
            A `LogoutResult` with ``host``, ``removed_from`` and ``remains``.

        Example:
            >>> (await client.logout("registry.example.com")).removed_from
            ()
        """
        sync_log_level()
        self._callback.use_running_loop()
        operation = self._native.logout(check_text("host", host))
        return LogoutResult._of(await run_async(operation))
