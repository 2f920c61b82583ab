"""How a client speaks to registries: a value that is kept, shown without secrets, and pickled in its place."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from ._checks import count, optional, seconds
from ._credentials import Asked, AsyncCredentials, native_credentials
from ._values import StrPath


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on waiting, in seconds, and on what a registry may send; what is left out keeps its default.

    ``math.inf`` is no bound on waiting.

    Raises:
        InvalidArgumentError: one is negative or no number.

    Example:
        >>> Client(limits=Limits(connect_timeout=2, max_attempts=1)).close()
    """

    connect_timeout: float | None = None
    """To connect; 10."""
    response_timeout: float | None = None
    """From a request to the first header of the answer; 30."""
    idle_timeout: float | None = None
    """Between two pieces of a body, either way; 30."""
    upload_response_timeout: float | None = None
    """From an upload's last byte to the answer; 60, and a second more for every 16 MiB."""
    max_attempts: int | None = None
    """Tries of one request, the first included; 5."""
    stall_timeout: float | None = None
    """Without a byte moved, retries end after this long; 90."""
    max_manifest_bytes: int | None = None
    """Bytes of a manifest or list; 4 MiB."""
    max_pages: int | None = None
    """Pages of a list; 10,000."""
    max_entries: int | None = None
    """Entries of a list, and manifests of a graph; 1,000,000."""
    helper_timeout: float | None = None
    """For a credential helper to answer, before it is killed; 30."""

    def __post_init__(self) -> None:
        self._times()
        for name in ("max_attempts", "max_manifest_bytes", "max_pages", "max_entries"):
            optional(count, name, getattr(self, name))

    def _times(self) -> dict[str, float | None]:
        names = ("connect_timeout", "response_timeout", "idle_timeout", "upload_response_timeout", "stall_timeout", "helper_timeout")
        return {name: optional(seconds, name, getattr(self, name)) for name in names}

    def _given(self) -> Limits:
        """The same in numbers that the native module reads."""
        return replace(self, **self._times())  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """Bounds on what a packed directory may unpack to; what is left out keeps its default.

    Raises:
        InvalidArgumentError: one is negative.

    Example:
        >>> limits = UnpackLimits(bytes=1 << 30)
        >>> client.pull("oci:store/app:v1", "out", unpack_limits=limits)[0].files[0].outcome
        'written'
    """

    max_entries: int | None = None
    """Files, directories and links; 1,000,000."""
    bytes: int | None = None
    """Bytes in all; 64 GiB."""
    ratio: int | None = None
    """Bytes unpacked for each byte of the archive, once more than 64 MiB are unpacked; 1,000."""

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

    def given(self, asked: Asked) -> Configuration:
        """The same in the form that the native module reads."""
        credentials = native_credentials(self.credentials, asked)
        return replace(self, credentials=credentials, headers=list(self.headers.items()), limits=self.limits._given())

    def shown(self) -> str:
        """The arguments that differ from the usual, without the values of headers, which may be secrets."""
        usual = Configuration(headers=[])
        shown = replace(self, headers=list(self.headers))
        named = ((f.name, getattr(shown, f.name)) for f in fields(self))
        return ", ".join(f"{name}={value!r}" for name, value in named if value != getattr(usual, name))

    def __repr__(self) -> str:
        return f"Configuration({self.shown()})"
