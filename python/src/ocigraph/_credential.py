"""Credentials: values, functions that return them, and their conversion for the native module."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ._checks import check_text, optional

if TYPE_CHECKING:
    from ._configuration import Configuration


@dataclass(frozen=True, slots=True)
class Credential:
    """A user name with a password, or a token. Its ``repr`` hides the secret, but a pickle contains it.

    Example:
        >>> Credential.password("ada", "secret")
        Credential(kind='password', name='ada')
    """

    kind: Literal["password", "identity_token", "registry_token", "entra_token"]
    """The kind of credential, such as ``password``."""
    secret: str = field(repr=False)
    """The password or token, which ``repr`` hides."""
    name: str | None = None
    """The user name of a password, or the tenant of an Entra token."""

    def __post_init__(self) -> None:
        check_text("kind", self.kind)
        check_text("secret", self.secret)
        optional(check_text, "name", self.name)

    @classmethod
    def password(cls, username: str, password: str) -> Credential:
        """Creates a credential from a user name and a password, for the registry or its token server.

        Example:
            >>> Credential.password("ada", "secret").name
            'ada'
        """
        return cls("password", check_text("password", password), check_text("username", username))

    @classmethod
    def identity_token(cls, token: str) -> Credential:
        """Creates a credential from a refresh token, which the client exchanges for access tokens at the token server.

        Example:
            >>> Credential.identity_token("secret")
            Credential(kind='identity_token', name=None)
        """
        return cls("identity_token", check_text("token", token))

    @classmethod
    def registry_token(cls, token: str) -> Credential:
        """Creates a credential from a bearer token, which the client sends to the registry unchanged.

        Example:
            >>> Credential.registry_token("secret").kind
            'registry_token'
        """
        return cls("registry_token", check_text("token", token))

    @classmethod
    def entra_token(cls, token: str, tenant: str | None = None) -> Credential:
        """Creates a credential from a Microsoft Entra access token, for Azure Container Registry.

        Args:
            token: the access token.
            tenant: the tenant. Default: the tenant in the token.

        Example:
            >>> Credential.entra_token("secret", "contoso.example").name
            'contoso.example'
        """
        return cls("entra_token", check_text("token", token), optional(check_text, "tenant", tenant))


CredentialFunction: TypeAlias = Callable[[str, str], Credential | None]
"""Returns the credential for a host and a repository, or None for anonymous access. It is called on a separate thread
and may block. The repository is empty for requests about the whole registry."""

AsyncCredentialFunction: TypeAlias = Callable[[str, str], Awaitable[Credential | None]]
"""An ``async def`` credentials function. It runs in the event loop in which the client was last used."""

Credentials: TypeAlias = Literal["stored", "anonymous"] | Credential | CredentialFunction
"""The source of credentials: those that ``docker login`` and similar tools stored, none, a value, or a function."""

AsyncCredentials: TypeAlias = Credentials | AsyncCredentialFunction
"""The source of credentials of an `AsyncClient`, which may also be an ``async def`` function."""


def native_credential(credential: Credential) -> tuple[str, str, str | None]:
    """Converts a credential for the native module."""
    if not isinstance(credential, Credential):
        raise TypeError(
            f"expected a Credential, not {type(credential).__name__}; use Credential.password(name, password)"
        )
    return (credential.kind, credential.secret, credential.name)


def native_credentials(credentials: AsyncCredentials, callback: CredentialCallback) -> Any:
    """Converts a keyword, a credential or a function for the native module."""
    if isinstance(credentials, Credential):
        return native_credential(credentials)
    if isinstance(credentials, str):
        return credentials
    if not callable(credentials):
        # Do not repeat the value, which may be a secret.
        raise TypeError(
            f'credentials must be "stored", "anonymous", a Credential or a callable, not {type(credentials).__name__}; '
            "use Credential.password(name, password)"
        )
    return callback


class CredentialCallback:
    """Calls the credentials function of a client for the native module. It holds only a weak reference, because the
    function may refer back to the client, and a reference cycle through the native module is never collected.
    """

    __slots__ = ("_configuration", "_loop")

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = weakref.ref(configuration)
        self._loop: weakref.ref[asyncio.AbstractEventLoop] | None = None

    def use_running_loop(self) -> None:
        """Runs an asynchronous credentials function in the current event loop from now on."""
        self._loop = weakref.ref(asyncio.get_running_loop())

    def __call__(self, host: str, repository: str) -> tuple[str, str, str | None] | None:
        configuration = self._configuration()
        if configuration is None or not callable(configuration.credentials):
            raise RuntimeError("the client of this credentials function was garbage-collected")
        answer = configuration.credentials(host, repository)
        credential = self._awaited(answer) if inspect.isawaitable(answer) else answer
        return None if credential is None else native_credential(credential)

    def _awaited(self, answer: Awaitable[Credential | None]) -> Credential | None:
        async def credential() -> Credential | None:
            return await answer

        loop = self._loop() if self._loop else None
        if loop is None or loop.is_closed():
            if inspect.iscoroutine(answer):
                answer.close()
            raise TypeError("the credentials function is asynchronous; only AsyncClient accepts it")
        future = asyncio.run_coroutine_threadsafe(credential(), loop)
        while not future.done():
            concurrent.futures.wait([future], timeout=1)
            if loop.is_closed():
                raise RuntimeError("the event loop was closed before the credentials function returned")
        return future.result()
