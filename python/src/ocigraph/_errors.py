"""The exceptions: one class for each error code of the library, all of them `Error`.

Where a builtin exception means the same, the class derives from it too, so that `except FileNotFoundError`
works for people who have never heard of `ocigraph.NotFoundError`. The codes are those of every language.
"""

from __future__ import annotations

import builtins
import errno as numbers
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from . import _native

ErrorCode: TypeAlias = Literal[
    "INVALID_ARGUMENT",
    "INVALID_REFERENCE",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "UNAUTHORIZED",
    "FORBIDDEN",
    "UNSUPPORTED",
    "RATE_LIMITED",
    "TOO_LARGE",
    "DIGEST_MISMATCH",
    "SIZE_MISMATCH",
    "INVALID_MANIFEST",
    "UNSAFE_PATH",
    "TIMEOUT",
    "NETWORK",
    "TLS",
    "REGISTRY",
    "IO",
    "CONFLICT",
    "CREDENTIALS",
    "CANCELLED",
    "INTERNAL",
    "INCOMPLETE",
]
"""The codes of errors, the same in every language."""

_NUMBERS = _native.codes()


class RegistryMessage(NamedTuple):
    """One entry of the error list in a registry's answer.

    Example:
        >>> RegistryMessage("MANIFEST_UNKNOWN", "manifest unknown").code
        'MANIFEST_UNKNOWN'
    """

    code: str
    """The registry's own code, such as ``MANIFEST_UNKNOWN``."""
    message: str
    """Its own words; may be empty."""


class Error(Exception):
    """Whatever goes wrong. ``str(error)`` says what was being done, to what, what went wrong and what to try.

    Example:
        >>> try:
        ...     client.resolve("oci:store/app:v0")
        ... except Error as error:
        ...     print(error.code, error.operation)
        NOT_FOUND resolve
    """

    default_code: ClassVar[ErrorCode] = "INTERNAL"
    _default_errno: ClassVar[int | None] = None

    code: ErrorCode
    """The stable name of what kind of failure it was, the same in every language: ``NOT_FOUND``."""
    hint: str | None
    """What to try, where there is something to try."""
    operation: str | None
    """What was being done, such as ``push``."""
    reference: str | None
    """What it was done to."""
    status: int | None
    """The HTTP status, where a registry answered."""
    registry_errors: tuple[RegistryMessage, ...]
    """The registry's own error list; empty where it gave none."""
    request_id: str | None
    """The id under which the registry logged the request."""
    retry_after: float | None
    """Seconds to wait before trying again, where the registry said."""
    retryable: bool
    """Whether the same call may succeed later without anything being changed."""

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | None = None,
        hint: str | None = None,
        operation: str | None = None,
        reference: str | None = None,
        status: int | None = None,
        registry_errors: tuple[RegistryMessage, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        retryable: bool = False,
        errno: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.hint = hint
        self.operation = operation
        self.reference = reference
        self.status = status
        self.registry_errors = registry_errors
        self.request_id = request_id
        self.retry_after = retry_after
        self.retryable = retryable
        if isinstance(self, OSError):
            of_the_system: Any = self
            number = self._default_errno if errno is None else errno
            of_the_system.errno = number
            of_the_system.strerror = None if number is None else os.strerror(number)

    def __str__(self) -> str:
        # Not that of OSError, which knows less.
        return str(self.args[0])

    @property
    def number(self) -> int:
        """The number of the code, the same in every language."""
        return _NUMBERS[self.code]

    def to_dict(self) -> dict[str, Any]:
        """The error as plain values, without what is not known.

        Example:
            >>> ConflictError("the tag was moved").to_dict()
            {'code': 'CONFLICT', 'number': ..., 'message': 'the tag was moved', ...}
        """
        fields: dict[str, Any] = {
            "code": self.code,
            "number": self.number,
            "message": str(self),
            "hint": self.hint,
            "operation": self.operation,
            "reference": self.reference,
            "status": self.status,
            "registry_errors": [entry._asdict() for entry in self.registry_errors],
            "request_id": self.request_id,
            "retry_after": self.retry_after,
            "retryable": self.retryable,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def __reduce__(self) -> tuple[Callable[..., Error], tuple[dict[str, Any], int | None], dict[str, Any]]:
        state: dict[str, Any] = {"__suppress_context__": self.__suppress_context__}
        notes: list[str] = list(getattr(self, "__notes__", ()))
        if self.__cause__ is not None:
            try:
                pickle.loads(pickle.dumps(self.__cause__))  # noqa: S301 - it was made here
                state["__cause__"] = self.__cause__
            except Exception:
                notes.append(f"caused by {self.__cause__!r}, which does not pickle")
        if notes:
            state["__notes__"] = notes
        return (_made, (self.to_dict(), getattr(self, "errno", None)), state)


class InvalidArgumentError(Error, ValueError):
    """An option or argument that cannot be used as given."""

    default_code = "INVALID_ARGUMENT"


class InvalidReferenceError(Error, ValueError):
    """A reference, tag or digest that is not written as one."""

    default_code = "INVALID_REFERENCE"


class NotFoundError(Error, FileNotFoundError):
    """The repository, manifest, tag, blob or file is not there."""

    default_code = "NOT_FOUND"
    _default_errno = numbers.ENOENT


class AlreadyExistsError(Error, FileExistsError):
    """Something is there already and was not to be replaced."""

    default_code = "ALREADY_EXISTS"
    _default_errno = numbers.EEXIST


class UnauthorizedError(Error, PermissionError):
    """The registry wants credentials, or refused those it was given."""

    default_code = "UNAUTHORIZED"
    _default_errno = numbers.EACCES


class ForbiddenError(Error, PermissionError):
    """The credentials are known, but may not do this."""

    default_code = "FORBIDDEN"
    _default_errno = numbers.EACCES


class UnsupportedError(Error, NotImplementedError):
    """The registry or layout cannot do it."""

    default_code = "UNSUPPORTED"


class RateLimitedError(Error):
    """The registry limits requests; ``retry_after`` has the wait it asked for, in seconds."""

    default_code = "RATE_LIMITED"


class TooLargeError(Error):
    """More than a limit allows: a manifest, a list, an archive."""

    default_code = "TOO_LARGE"


class DigestMismatchError(Error):
    """Content does not hash to its digest."""

    default_code = "DIGEST_MISMATCH"


class SizeMismatchError(Error):
    """Content is shorter or longer than its descriptor says."""

    default_code = "SIZE_MISMATCH"


class InvalidManifestError(Error, ValueError):
    """A manifest or index that is not one."""

    default_code = "INVALID_MANIFEST"


class UnsafePathError(Error, ValueError):
    """A title or archive entry that would be written outside the output directory."""

    default_code = "UNSAFE_PATH"


class TimeoutError(Error, builtins.TimeoutError):  # noqa: A001 - as `socket` and `asyncio` do
    """Nothing moved for longer than the limit."""

    default_code = "TIMEOUT"
    _default_errno = numbers.ETIMEDOUT


class NetworkError(Error, ConnectionError):
    """The connection could not be made, or broke."""

    default_code = "NETWORK"


class TlsError(Error, ConnectionError):
    """The server's certificate, or ours, was not accepted."""

    default_code = "TLS"


class RegistryError(Error):
    """Any other answer of a registry."""

    default_code = "REGISTRY"


class IoError(Error, OSError):
    """A file or directory could not be read or written."""

    default_code = "IO"


class ConflictError(Error):
    """Another writer won, or what is there contradicts what was asked."""

    default_code = "CONFLICT"


class CredentialsError(Error):
    """A credential file or helper that could not be used."""

    default_code = "CREDENTIALS"


class CancelledError(Error):
    """The operation was broken off."""

    default_code = "CANCELLED"


class InternalError(Error, RuntimeError):
    """A defect in this library."""

    default_code = "INTERNAL"


class IncompleteError(Error):
    """A list could be read only in part: neither *none* nor *all* can be told."""

    default_code = "INCOMPLETE"


_CLASSES: dict[ErrorCode, type[Error]] = {
    kind.default_code: kind
    for kind in (
        InvalidArgumentError,
        InvalidReferenceError,
        NotFoundError,
        AlreadyExistsError,
        UnauthorizedError,
        ForbiddenError,
        UnsupportedError,
        RateLimitedError,
        TooLargeError,
        DigestMismatchError,
        SizeMismatchError,
        InvalidManifestError,
        UnsafePathError,
        TimeoutError,
        NetworkError,
        TlsError,
        RegistryError,
        IoError,
        ConflictError,
        CredentialsError,
        CancelledError,
        InternalError,
        IncompleteError,
    )
}


def _made(fields: dict[str, Any], errno: int | None = None) -> Error:
    """The exception for an error of the core, as its JSON has it, and for what the system said."""
    fields = {name: value for name, value in fields.items() if name != "number"}
    entries = fields.pop("registry_errors", ())
    messages = tuple(RegistryMessage(entry["code"], entry["message"]) for entry in entries)
    return _CLASSES[fields["code"]](fields.pop("message"), registry_errors=messages, errno=errno, **fields)


def io_error(doing: str, path: Path, error: OSError) -> Error:
    """The exception for a file that cannot be read or written."""
    kind = NotFoundError if isinstance(error, FileNotFoundError) else IoError
    return kind(f"cannot {doing} {path}: {error.strerror or error}", errno=error.errno)
