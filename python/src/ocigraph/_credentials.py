"""Who a client is: a credential given as a value, and how it is handed to the native module."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credential:
    """A name and a password. Its ``repr`` hides the password; it pickles, with a client that was given it.

    Example:
        >>> Credential.password("ada", "secret")
        Credential(username='ada')
    """

    username: str
    """The user."""
    secret: str = field(repr=False)
    """The password."""

    @classmethod
    def password(cls, username: str, password: str) -> Credential:
        """A name and a password.

        Example:
            >>> Credential.password("ada", "secret").username
            'ada'
        """
        return cls(username, password)


def native_credential(credential: Credential | None) -> tuple[str, str] | None:
    """A credential in the form that the native module reads."""
    return None if credential is None else (credential.username, credential.secret)
