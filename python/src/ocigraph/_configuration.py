"""The configuration of a client. It can be pickled, and its ``repr`` does not show secrets."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from ._checks import count, optional, seconds
from ._credential import AsyncCredentials, CredentialCallback, native_credentials
from ._values import StrPath


@dataclass(frozen=True, slots=True)
class Limits:
    """Timeouts in seconds, and limits on what a registry may send.

    None keeps the default. ``math.inf`` disables a timeout.

    Raises:
        InvalidArgumentError: a value is negative or not a number.

    Example:
        >>> Client(limits=Limits(connect_timeout=2, max_attempts=1)).close()
    """

    connect_timeout: float | None = None
    """Time to establish a connection, in seconds. Default: 10."""
    response_timeout: float | None = None
    """Time from sending a request to its response headers, in seconds. Default: 30."""
    idle_timeout: float | None = None
    """Time without a received or sent byte of a body, in seconds. Default: 30."""
    upload_response_timeout: float | None = None
    """Time from the last byte of an upload to the response headers, in seconds. Default: 60. One second is added for
    every 16 MiB of the upload."""
    max_attempts: int | None = None
    """Maximum number of attempts for a request, including the first. Default: 5."""
    stall_timeout: float | None = None
    """Time after which a transfer without progress is no longer retried, in seconds. Default: 90."""
    max_manifest_bytes: int | None = None
    """Maximum size of a manifest or a list response in bytes. Default: 4 MiB."""
    max_pages: int | None = None
    """Maximum number of pages of a list. Default: 10,000."""
    max_entries: int | None = None
    """Maximum number of entries of a list, and of manifests in a graph. Default: 1,000,000."""
    helper_timeout: float | None = None
    """Time for a credential helper to respond before it is killed, in seconds. Default: 30."""

    def __post_init__(self) -> None:
        self._times()
        for name in ("max_attempts", "max_manifest_bytes", "max_pages", "max_entries"):
            optional(count, name, getattr(self, name))

    def _times(self) -> dict[str, float | None]:
        names = (
            "connect_timeout",
            "response_timeout",
            "idle_timeout",
            "upload_response_timeout",
            "stall_timeout",
            "helper_timeout",
        )
        return {name: optional(seconds, name, getattr(self, name)) for name in names}

    def _given(self) -> Limits:
        """Converts to the types that the native module reads."""
        return replace(self, **self._times())  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Limits for unpacking the directories of an artifact. None keeps the default.

    Raises:
        InvalidArgumentError: a value is negative.

    Example:
        >>> limits = UnpackLimits(bytes=1 << 30)
        >>> client.pull("oci:store/app:v1", "out", unpack_limits=limits)[0].files[0].outcome
        'written'
    """

    entries: int | None = None
    """Maximum number of files, directories and links. Default: 1,000,000."""
    bytes: int | None = None
    """Maximum total size in bytes. Default: 64 GiB."""
    ratio: int | None = None
    """Maximum ratio of unpacked to packed bytes, checked above 64 MiB of unpacked bytes. Default: 1,000."""

    def __post_init__(self) -> None:
        for f in fields(self):
            optional(count, f.name, getattr(self, f.name))


@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False)
class Configuration:
    """The arguments of a client."""

    credentials: AsyncCredentials = "stored"
    auth_file: StrPath | None = None
    plain_http: bool | None = None
    insecure: bool = False
    ca_file: StrPath | None = None
    cert_file: StrPath | None = None
    key_file: StrPath | None = None
    use_proxy: bool = True
    user_agent: str | None = None
    headers: Any = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def given(self, callback: CredentialCallback) -> Configuration:
        """Converts to the types that the native module reads."""
        credentials = native_credentials(self.credentials, callback)
        return replace(self, credentials=credentials, headers=list(self.headers.items()), limits=self.limits._given())

    def shown(self) -> str:
        """Formats the arguments that differ from the defaults. Omits the values of headers, which may be secrets."""
        usual = Configuration(headers=[])
        shown = replace(self, headers=list(self.headers))
        named = ((f.name, getattr(shown, f.name)) for f in fields(self))
        return ", ".join(f"{name}={value!r}" for name, value in named if value != getattr(usual, name))

    def __repr__(self) -> str:
        return f"Configuration({self.shown()})"
