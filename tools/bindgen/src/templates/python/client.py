# {{ notice }}
"""{{ about }}. The operations are in base classes, one file for each subject."""

from __future__ import annotations

{{ imports }}

{{ class -}}
{{ docstring }}
{{ code -}}
