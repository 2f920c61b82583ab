"""Draws a graph as SVG for notebooks: one box for each manifest, indented below what it is attached to.

Text from a registry is escaped. A large graph is truncated.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

from ._descriptor import Descriptor
from ._enumerations import EdgeKind

_MAX_ROWS = 200
_WIDTH, _HEIGHT, _INDENT, _GAP = 300, 40, 36, 12
_COLOURS = ("#dbeafe", "#dcfce7", "#fef3c7", "#fce7f3", "#ede9fe", "#e0f2fe")


class _Step(Protocol):
    @property
    def descriptor(self) -> Descriptor: ...

    @property
    def depth(self) -> int: ...

    @property
    def kind(self) -> EdgeKind: ...

    @property
    def tag(self) -> str | None: ...

    @property
    def label(self) -> str | None: ...


def picture(name: str, subject: Descriptor, steps: Iterable[_Step]) -> str:
    """Returns the graph as an SVG document."""
    rows = [(0, name, subject.digest)]
    left = 0
    for step in steps:
        if len(rows) > _MAX_ROWS:
            left += 1
        else:
            rows.append((step.depth, _name(step), step.descriptor.digest))
    parts: list[str] = []
    colours: dict[str, str] = {}
    above: list[int] = []
    for row, (depth, kind, digest) in enumerate(rows):
        x, y = depth * _INDENT, row * (_HEIGHT + _GAP)
        del above[depth:]
        if above:
            from_x, from_y = (depth - 1) * _INDENT + 18, above[-1] + _HEIGHT
            parts.append(f'<path d="M{from_x} {from_y}V{y + _HEIGHT // 2}H{x}" fill="none" stroke="#64748b"/>')
        above.append(y)
        colour = "#f1f5f9" if row == 0 else colours.setdefault(kind, _COLOURS[len(colours) % len(_COLOURS)])
        parts.append(_box(x, y, kind, digest, colour))
    height = len(rows) * (_HEIGHT + _GAP)
    if left:
        parts.append(f'<text x="0" y="{height + 4}">and {left} more</text>')
        height += _HEIGHT // 2
    width = _WIDTH + max(depth for depth, _, _ in rows) * _INDENT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {width + 4} {height + 2}" width="{width + 4}" '
        f'font-family="sans-serif" font-size="13">{"".join(parts)}</svg>'
    )


def _name(step: _Step) -> str:
    """Returns what the manifest is or, if it follows no known convention, how it is attached or its type."""
    of = step.descriptor
    child = str(of.platform) if step.kind == "child" and of.platform else None
    attestation = "attestation manifest" if step.kind == "attestation" else None
    return step.label or step.tag or child or attestation or of.artifact_type or of.media_type


def _box(x: int, y: int, kind: str, digest: str, colour: str) -> str:
    algorithm, _, encoded = digest.partition(":")
    shown = kind if len(kind) <= 38 else f"{kind[:37]}…"
    return (
        f"<g><title>{_text(kind)}\n{_text(digest)}</title>"
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{colour}" stroke="#64748b"/>'
        f'<text x="{x + 10}" y="{y + 17}" fill="#0f172a">{_text(shown)}</text>'
        f'<text x="{x + 10}" y="{y + 33}" fill="#475569" font-family="monospace" font-size="11">'
        f"{_text(algorithm)}:{_text(encoded[:16])}…</text></g>"
    )


def _text(text: str) -> str:
    return escape("".join(c if c.isprintable() else "\ufffd" for c in text))
