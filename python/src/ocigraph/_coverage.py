"""Drawings of what a sweep has found in total."""

from __future__ import annotations

import json

from . import _native
from ._checks import wrong
from ._results import SweepSummary


class Coverage:
    """How many images have attachments of each kind, drawn from the summary of a sweep. Notebooks display it as SVG,
    and ``print`` as a table.

    Args:
        summary: the summary of a sweep that was read to its end.

    Example:
        >>> rows = client.sweep("oci:store/app")
        >>> _ = [row for row in rows]
        >>> print(str(Coverage(rows.summary)).splitlines()[0])
        1 images, 1 attached manifests
    """

    def __init__(self, summary: SweepSummary) -> None:
        if not isinstance(summary, SweepSummary):
            raise wrong("summary", "a SweepSummary", summary)
        self._table, self._svg = _native.sweep_drawings(json.dumps(summary.to_dict()))

    def svg(self) -> str:
        """Draws the coverage as SVG.

        Example:
            >>> rows = client.sweep("oci:store/app")
            >>> _ = [row for row in rows]
            >>> Coverage(rows.summary).svg()[:4]
            '<svg'
        """
        return self._svg

    def __str__(self) -> str:
        return self._table

    def _repr_svg_(self) -> str:
        return self._svg
