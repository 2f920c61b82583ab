"""Who a client is: credentials as values or from a function, and how they are handed to the native module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


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

    @classmethod
    def password(cls, username: str, password: str) -> Credential:
        """A name and a password, for the registry itself or for its token server.

        Example:
            >>> Credential.password("ada", "secret").name
            'ada'
        """
        return cls("password", password, username)

    @classmethod
    def identity_token(cls, token: str) -> Credential:
        """A refresh token, for which the token server gives access tokens.

        Example:
            >>> Credential.identity_token("secret")
            Credential(kind='identity_token', name=None)
        """
        return cls("identity_token", token)

    @classmethod
    def registry_token(cls, token: str) -> Credential:
        """A token that is sent to the registry as it is.

        Example:
            >>> Credential.registry_token("secret").kind
            'registry_token'
        """
        return cls("registry_token", token)

    @classmethod
    def entra_token(cls, token: str, tenant: str | None = None) -> Credential:
        """A Microsoft Entra access token, which Azure's registry exchanges; its tenant, where it does not tell.

        Example:
            >>> Credential.entra_token("secret", "contoso.example").name
            'contoso.example'
        """
        return cls("entra_token", token, tenant)


CredentialFunction: TypeAlias = Callable[[str, str], Credential | None]
"""Gives the credential for a host and a repository, or none to be anonymous. It is called on a thread of its own, and
may block; the repository is empty when the registry as a whole is meant."""

Credentials: TypeAlias = Literal["stored", "anonymous"] | Credential | CredentialFunction
"""Where credentials come from: where ``docker login`` and its like stored them, nowhere, a value, or a function."""


def native_credential(credential: Credential) -> tuple[str, str, str | None]:
    """A credential in the form that the native module reads."""
    return (credential.kind, credential.secret, credential.name)


def native_credentials(credentials: Credentials) -> Any:
    """A word, a credential or a function in the form that the native module reads."""
    if isinstance(credentials, Credential):
        return native_credential(credentials)
    if isinstance(credentials, str):
        return credentials

    def asked(host: str, repository: str) -> tuple[str, str, str | None] | None:
        credential = credentials(host, repository)
        return None if credential is None else native_credential(credential)

    return asked
