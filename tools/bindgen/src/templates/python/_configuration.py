# {{ notice }}
"""The configuration of a client. It can be pickled, and its ``repr`` does not show secrets."""

from __future__ import annotations

{{ imports }}

{{ code -}}
@dataclass(frozen=True, slots=True, weakref_slot=True, repr=False)
class Configuration:
    """The arguments of a client."""

{{ fields }}
    def given(self, callback: CredentialCallback) -> dict[str, Any]:
        """Converts the values for the native module."""
        return {
{{ given }}        }

    def shown(self) -> str:
        """Formats the arguments that differ from the defaults. Omits the values of headers, which may be secrets."""
        usual = replace(Configuration(), headers=[])  # type: ignore[arg-type]
        shown = replace(self, headers=list(self.headers))  # type: ignore[arg-type]
        named = ((f.name, getattr(shown, f.name)) for f in fields(self))
        return ", ".join(f"{name}={value!r}" for name, value in named if value != getattr(usual, name))

    def __repr__(self) -> str:
        return f"Configuration({self.shown()})"
