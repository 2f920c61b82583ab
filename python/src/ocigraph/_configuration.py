# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""The configuration of a client. It can be pickled, and its ``repr`` does not show secrets."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from ._checks import check_count, check_seconds, optional
from ._credential import AsyncCredentials, CredentialCallback, native_credentials
from ._values import StrPath


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on time and on what a registry or layout may send.

    The value that switches a time limit off is ``math.inf``; for a number it is the largest of its type. The limits on
    time and on attempts apply to registries only.

    None keeps the default.

    Raises:
        InvalidArgumentError: a value is negative or not a number.

    Example:
        >>> Client(limits=Limits(connect_timeout=2, max_attempts=1)).close()
    """

    connect_timeout: float | None = None
    """Time to connect to a registry, TLS handshake included, in seconds. Default: 10 s."""
    response_timeout: float | None = None
    """Time from a request to the first header of its response, in seconds. Default: 30 s."""
    idle_timeout: float | None = None
    """Time between two pieces of a body, in either direction, in seconds. Default: 30 s."""
    upload_response_timeout: float | None = None
    """Time from the last byte of an upload to the first header of its response, in seconds. One second is added for
    every 16 MiB sent, since a registry digests a blob before it responds. Default: 60 s."""
    max_attempts: int | None = None
    """Number of attempts of one request, the first included. A response with status 429 does not count while the
    registry serves this client, or has done so within the stall timeout: the request waits for its turn. Default: 5."""
    stall_timeout: float | None = None
    """Time without a transferred byte after which an operation fails, over all attempts of a request, in seconds. The
    time that a registry needs to respond to an upload, and a pause that it asks for, do not count. Default: 90 s."""
    max_manifest_bytes: int | None = None
    """Maximum size of a manifest, and of one page of a list, in bytes. Default: 4 MiB."""
    max_pages: int | None = None
    """Maximum number of pages of a list. Default: 10,000."""
    max_entries: int | None = None
    """Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000."""
    helper_timeout: float | None = None
    """Time for a credential helper to answer before it is killed, in seconds. Default: 30 s."""
    max_requests_per_second: int | None = None
    """Maximum number of requests a second to one host and port, the budget of the client: in any one second, no more
    are sent. It counts every request, also to token servers, after a redirect, and when a request is sent again. All
    operations of a client share it. Where a registry admits less, the client sends less. The wait for the budget is not
    a stall. Minimum: 1. Default: no maximum."""

    def __post_init__(self) -> None:
        self._given()

    def _given(self) -> dict[str, Any]:
        """Checks the values and converts them for the native module."""
        return {
            "connect_timeout": optional(check_seconds, "connect_timeout", self.connect_timeout),
            "response_timeout": optional(check_seconds, "response_timeout", self.response_timeout),
            "idle_timeout": optional(check_seconds, "idle_timeout", self.idle_timeout),
            "upload_response_timeout": optional(check_seconds, "upload_response_timeout", self.upload_response_timeout),
            "max_attempts": optional(check_count, "max_attempts", self.max_attempts),
            "stall_timeout": optional(check_seconds, "stall_timeout", self.stall_timeout),
            "max_manifest_bytes": optional(check_count, "max_manifest_bytes", self.max_manifest_bytes),
            "max_pages": optional(check_count, "max_pages", self.max_pages),
            "max_entries": optional(check_count, "max_entries", self.max_entries),
            "helper_timeout": optional(check_seconds, "helper_timeout", self.helper_timeout),
            "max_requests_per_second": optional(check_count, "max_requests_per_second", self.max_requests_per_second),
        }


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Limits on what one packed directory may unpack to. A pull that exceeds one fails with `TooLargeError` and writes
    nothing of that directory.

    None keeps the default.

    Raises:
        InvalidArgumentError: a value is negative or not a number.

    Example:
        >>> limits = UnpackLimits(bytes=1 << 30)
        >>> client.pull("oci:store/app:v1", "out", unpack_limits=limits)[0].files[0].outcome
        'written'
    """

    entries: int | None = None
    """Maximum number of files, directories and links. Default: 1,000,000."""
    bytes: int | None = None
    """Maximum size of the uncompressed archive in bytes. Default: 64 GiB."""
    ratio: int | None = None
    """Maximum ratio of the uncompressed to the compressed size. Applies once more than 64 MiB are unpacked. Default:
    1,000."""

    def __post_init__(self) -> None:
        self._given()

    def _given(self) -> dict[str, Any]:
        """Checks the values and converts them for the native module."""
        return {
            "entries": optional(check_count, "entries", self.entries),
            "bytes": optional(check_count, "bytes", self.bytes),
            "ratio": optional(check_count, "ratio", self.ratio),
        }


@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False)
class Configuration:
    """The arguments of a client."""

    credentials: AsyncCredentials = "stored"
    auth_file: StrPath | None = None
    plain_http: bool | None = None
    ca_file: StrPath | None = None
    cert_file: StrPath | None = None
    key_file: StrPath | None = None
    insecure: bool = False
    use_proxy: bool = True
    resolve: list[str] = field(default_factory=list)
    referrers_mode: str = "auto"
    headers: dict[str, str] = field(default_factory=dict)
    user_agent: str | None = None
    limits: Limits = field(default_factory=Limits)

    def given(self, callback: CredentialCallback) -> dict[str, Any]:
        """Converts the values for the native module."""
        return {
            "credentials": native_credentials(self.credentials, callback),
            "auth_file": self.auth_file,
            "plain_http": self.plain_http,
            "ca_file": self.ca_file,
            "cert_file": self.cert_file,
            "key_file": self.key_file,
            "insecure": self.insecure,
            "use_proxy": self.use_proxy,
            "resolve": self.resolve,
            "referrers_mode": self.referrers_mode,
            "headers": list(self.headers.items()),
            "user_agent": self.user_agent,
            "limits": self.limits._given(),
        }

    def shown(self) -> str:
        """Formats the arguments that differ from the defaults. Omits the values of headers, which may be secrets."""
        usual = replace(Configuration(), headers=[])  # type: ignore[arg-type]
        shown = replace(self, headers=list(self.headers))  # type: ignore[arg-type]
        named = ((f.name, getattr(shown, f.name)) for f in fields(self))
        return ", ".join(f"{name}={value!r}" for name, value in named if value != getattr(usual, name))

    def __repr__(self) -> str:
        return f"Configuration({self.shown()})"
