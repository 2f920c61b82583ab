"""How a client speaks to registries: a value that is kept, shown without secrets, and pickled in its place."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from ._credentials import Credentials, native_credentials
from ._values import StrPath


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on waiting, in seconds, and on what a registry may send; what is left out keeps its default.

    Example:
        >>> Client(limits=Limits(connect=2, tries=1)).close()
    """

    connect: float | None = None
    """To connect; 10."""
    first_header: float | None = None
    """From a request to the first header of the answer; 30."""
    idle: float | None = None
    """Between two pieces of a body, either way; 30."""
    upload_answer: float | None = None
    """From an upload's last byte to the answer; 60, and a second more for every 16 MiB."""
    tries: int | None = None
    """Tries of one request, the first included; 5."""
    stalled: float | None = None
    """Without a byte moved, retries end after this long; 90."""
    metadata: int | None = None
    """Bytes of a manifest or list; 4 MiB."""
    pages: int | None = None
    """Pages of a list; 10,000."""
    helper: float | None = None
    """For a credential helper to answer, before it is killed; 30."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The arguments of a client."""

    credentials: Credentials = "stored"
    registry_config: StrPath | None = None
    plain_http: bool | None = None
    insecure: bool = False
    ca_file: StrPath | None = None
    cert_file: StrPath | None = None
    key_file: StrPath | None = None
    use_proxy: bool = True
    headers: Any = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def given(self) -> Configuration:
        """The same in the form that the native module reads."""
        credentials = native_credentials(self.credentials)
        return replace(self, credentials=credentials, headers=list(self.headers.items()))

    def __str__(self) -> str:
        # The values of headers may be secrets.
        usual = Configuration(headers=[])
        shown = replace(self, headers=list(self.headers))
        named = ((f.name, getattr(shown, f.name)) for f in fields(self))
        return ", ".join(f"{name}={value!r}" for name, value in named if value != getattr(usual, name))
