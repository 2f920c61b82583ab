"""Who a client is: credentials as values or from a function, and how they are handed to the native module."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ._checks import optional, text

if TYPE_CHECKING:
    from ._configuration import Configuration


@dataclass(frozen=True, slots=True)
class Credential:
    """A name and a password, or a token. Its ``repr`` hides what is secret; a pickle has it.

    Example:
        >>> Credential.password("ada", "secret")
        Credential(kind='password', name='ada')
    """

    kind: Literal["password", "identity_token", "registry_token", "entra_token"]
    """What kind it is."""
    secret: str = field(repr=False)
    """The password or token."""
    name: str | None = None
    """The user of a password; the tenant of an Entra token."""

    def __post_init__(self) -> None:
        text("kind", self.kind)
        text("secret", self.secret)
        optional(text, "name", self.name)

    @classmethod
    def password(cls, username: str, password: str) -> Credential:
        """A name and a password, for the registry itself or for its token server.

        Example:
            >>> Credential.password("ada", "secret").name
            'ada'
        """
        return cls("password", text("password", password), text("username", username))

    @classmethod
    def identity_token(cls, token: str) -> Credential:
        """A refresh token, for which the token server gives access tokens.

        Example:
            >>> Credential.identity_token("secret")
            Credential(kind='identity_token', name=None)
        """
        return cls("identity_token", text("token", token))

    @classmethod
    def registry_token(cls, token: str) -> Credential:
        """A token that is sent to the registry as it is.

        Example:
            >>> Credential.registry_token("secret").kind
            'registry_token'
        """
        return cls("registry_token", text("token", token))

    @classmethod
    def entra_token(cls, token: str, tenant: str | None = None) -> Credential:
        """A Microsoft Entra access token, which Azure's registry exchanges; its tenant, where it does not tell.

        Example:
            >>> Credential.entra_token("secret", "contoso.example").name
            'contoso.example'
        """
        return cls("entra_token", text("token", token), optional(text, "tenant", tenant))


CredentialFunction: TypeAlias = Callable[[str, str], Credential | None]
"""Gives the credential for a host and a repository, or none to be anonymous. It is called on a thread of its own, and
may block; the repository is empty when the registry as a whole is meant."""

AsyncCredentialFunction: TypeAlias = Callable[[str, str], Awaitable[Credential | None]]
"""The same as an ``async def``; it runs in the event loop in which the client was used last."""

Credentials: TypeAlias = Literal["stored", "anonymous"] | Credential | CredentialFunction
"""Where credentials come from: where ``docker login`` and its like stored them, nowhere, a value, or a function."""

AsyncCredentials: TypeAlias = Credentials | AsyncCredentialFunction
"""The same for an `AsyncClient`, whose function may be awaited."""


def native_credential(credential: Credential) -> tuple[str, str, str | None]:
    """A credential in the form that the native module reads."""
    if not isinstance(credential, Credential):
        raise TypeError(f"a {type(credential).__name__} is no Credential; write Credential.password(name, password)")
    return (credential.kind, credential.secret, credential.name)


def native_credentials(credentials: AsyncCredentials, asked: Asked) -> Any:
    """A word, a credential or who is asked, in the form that the native module reads."""
    if isinstance(credentials, Credential):
        return native_credential(credentials)
    if isinstance(credentials, str):
        return credentials
    if not callable(credentials):
        # Whatever it is may be secret, and is not repeated.
        raise TypeError(
            f'credentials are "stored", "anonymous", a Credential or a function, not a {type(credentials).__name__}; '
            "write Credential.password(name, password)"
        )
    return asked


class Asked:
    """What the native module asks for credentials. It leads to the client's function and does not keep it, since the
    function may lead back to the client, and nothing collects a circle through the native module.
    """

    __slots__ = ("_configuration", "_loop")

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = weakref.ref(configuration)
        self._loop: weakref.ref[asyncio.AbstractEventLoop] | None = None

    def in_this_loop(self) -> None:
        """Lets a function that is awaited run in this event loop."""
        self._loop = weakref.ref(asyncio.get_running_loop())

    def __call__(self, host: str, repository: str) -> tuple[str, str, str | None] | None:
        configuration = self._configuration()
        if configuration is None or not callable(configuration.credentials):
            raise RuntimeError("the client that would know is gone")
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
            raise TypeError("the function for credentials is awaited: only an AsyncClient takes such a one")
        future = asyncio.run_coroutine_threadsafe(credential(), loop)
        while not future.done():
            concurrent.futures.wait([future], timeout=1)
            if loop.is_closed():
                raise RuntimeError("the event loop ended before the function for credentials did")
        return future.result()
