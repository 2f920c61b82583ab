"""The exceptions: one class for each error code of the library, all derived from `Error`.

A class also derives from the builtin exception with the same meaning, so that `except FileNotFoundError` catches
`ocigraph.NotFoundError`. The error codes are the same in every language.
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
"""The error codes, the same in every language."""

_NUMBERS = _native.codes()


class RegistryMessage(NamedTuple):
    """An error in a registry's response.

    See https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes.

    Example:
        >>> RegistryMessage("MANIFEST_UNKNOWN", "manifest unknown").code
        'MANIFEST_UNKNOWN'
    """

    code: str
    """The registry's error code, such as ``MANIFEST_UNKNOWN``."""
    message: str
    """The registry's message. May be empty."""


class Error(Exception):
    """The base class of all errors. ``str(error)`` contains the operation, the reference, the reason and a hint.

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
    """The error code, the same in every language: ``NOT_FOUND``."""
    hint: str | None
    """A suggestion for how to solve the problem."""
    operation: str | None
    """The name of the operation, such as ``push``."""
    reference: str | None
    """The reference that the operation was called with."""
    status: int | None
    """The HTTP status code, if a registry responded."""
    registry_errors: tuple[RegistryMessage, ...]
    """The errors in the registry's response. Empty if it contained none."""
    request_id: str | None
    """The request id in the registry's response, for its logs."""
    retry_after: float | None
    """The delay in seconds that the registry asked for with ``Retry-After``."""
    retryable: bool
    """True if the same call may succeed later without any change."""

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
            system_error: Any = self
            number = self._default_errno if errno is None else errno
            system_error.errno = number
            system_error.strerror = None if number is None else os.strerror(number)

    def __str__(self) -> str:
        # `OSError.__str__` would omit the operation and the hint.
        return str(self.args[0])

    @property
    def number(self) -> int:
        """The number of the error code, the same in every language."""
        return _NUMBERS[self.code]

    def to_dict(self) -> dict[str, Any]:
        """Converts the error to plain values. Omits unknown fields.

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
                pickle.loads(pickle.dumps(self.__cause__))  # noqa: S301 - the pickle is created on this line
                state["__cause__"] = self.__cause__
            except Exception:
                notes.append(f"caused by {self.__cause__!r}, which cannot be pickled")
        if notes:
            state["__notes__"] = notes
        return (_from_core, (self.to_dict(), getattr(self, "errno", None)), state)


class InvalidArgumentError(Error, ValueError):
    """An option or argument is invalid."""

    default_code = "INVALID_ARGUMENT"


class InvalidReferenceError(Error, ValueError):
    """A reference, tag or digest is malformed."""

    default_code = "INVALID_REFERENCE"


class NotFoundError(Error, FileNotFoundError):
    """The repository, manifest, tag, blob or file does not exist."""

    default_code = "NOT_FOUND"
    _default_errno = numbers.ENOENT


class AlreadyExistsError(Error, FileExistsError):
    """The target already exists and must not be replaced."""

    default_code = "ALREADY_EXISTS"
    _default_errno = numbers.EEXIST


class UnauthorizedError(Error, PermissionError):
    """The registry requires credentials, or rejected them."""

    default_code = "UNAUTHORIZED"
    _default_errno = numbers.EACCES


class ForbiddenError(Error, PermissionError):
    """The credentials are valid, but do not permit the operation."""

    default_code = "FORBIDDEN"
    _default_errno = numbers.EACCES


class UnsupportedError(Error, NotImplementedError):
    """The registry or layout does not support the operation."""

    default_code = "UNSUPPORTED"


class RateLimitedError(Error):
    """The registry limits the request rate. ``retry_after`` is the requested delay in seconds, if known."""

    default_code = "RATE_LIMITED"


class TooLargeError(Error):
    """A manifest, list or archive exceeds a limit."""

    default_code = "TOO_LARGE"


class DigestMismatchError(Error):
    """Content does not match its digest."""

    default_code = "DIGEST_MISMATCH"


class SizeMismatchError(Error):
    """The size of content differs from its descriptor."""

    default_code = "SIZE_MISMATCH"


class InvalidManifestError(Error, ValueError):
    """A manifest or index is malformed."""

    default_code = "INVALID_MANIFEST"


class UnsafePathError(Error, ValueError):
    """A title or archive entry leads outside the output directory."""

    default_code = "UNSAFE_PATH"


class TimeoutError(Error, builtins.TimeoutError):  # noqa: A001 - like `socket` and `asyncio`
    """The operation exceeded one of the timeouts in `Limits`."""

    default_code = "TIMEOUT"
    _default_errno = numbers.ETIMEDOUT


class NetworkError(Error, ConnectionError):
    """The connection failed or was interrupted."""

    default_code = "NETWORK"


class TlsError(Error, ConnectionError):
    """The TLS certificate of the server or of the client was rejected."""

    default_code = "TLS"


class RegistryError(Error):
    """The registry responded with an unexpected error."""

    default_code = "REGISTRY"


class IoError(Error, OSError):
    """A file or directory cannot be read or written."""

    default_code = "IO"


class ConflictError(Error):
    """Another writer changed the target, or the existing content contradicts the request."""

    default_code = "CONFLICT"


class CredentialsError(Error):
    """A credential file, helper or function failed."""

    default_code = "CREDENTIALS"


class CancelledError(Error):
    """The operation was cancelled before it finished."""

    default_code = "CANCELLED"


class InternalError(Error, RuntimeError):
    """A bug in this library."""

    default_code = "INTERNAL"


class IncompleteError(Error):
    """A list could be read only in part, so the result is unknown."""

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


def _from_core(fields: dict[str, Any], errno: int | None = None) -> Error:
    """Creates the exception for an error of the core from its JSON, and the errno of the system, if any."""
    fields = {name: value for name, value in fields.items() if name != "number"}
    entries = fields.pop("registry_errors", ())
    messages = tuple(RegistryMessage(entry["code"], entry["message"]) for entry in entries)
    return _CLASSES[fields["code"]](fields.pop("message"), registry_errors=messages, errno=errno, **fields)


def io_error(action: str, path: Path, error: OSError) -> Error:
    """Creates the exception for a file that cannot be read or written."""
    kind = NotFoundError if isinstance(error, FileNotFoundError) else IoError
    return kind(f"cannot {action} {path}: {error.strerror or error}", errno=error.errno)
