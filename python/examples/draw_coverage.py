"""Draws which images have signatures, attestations and SBoMs, with the cells of a notebook.

python draw_coverage.py registry.example.com/app coverage.svg
"""

# %% Sweep
from __future__ import annotations

import sys
from pathlib import Path

from ocigraph import Client, Coverage

target, picture = sys.argv[1:]
with Client() as client, client.sweep(target) as rows:
    images = [row for row in rows if row.depth == 0]
    coverage = Coverage(rows.summary)

# %% Save the picture. A notebook shows `coverage` directly
Path(picture).write_text(coverage.svg())

# %% Print the table
print(coverage)

# %% List the images of which something is not known
for image in images:
    if image.status in ("unknown", "refused"):
        print(f"{image.repository}:{image.tag}: {image.error}")
