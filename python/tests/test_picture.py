"""The picture of a graph in the README and on the site is what the package draws. `OCIGRAPH_UPDATE=1` writes it."""

from __future__ import annotations

import os
from pathlib import Path

from support import ROOT

from ocigraph import Client, File

NOTATION = "application/vnd.cncf.notary.signature"
SPDX = "application/spdx+json"
# The same picture for pages with a dark background: the fill of each box, its frame, and the two colours of text.
DARK = {
    "#f1f5f9": "#1e293b",
    "#dbeafe": "#1e3a8a",
    "#dcfce7": "#14532d",
    "#fef3c7": "#713f12",
    "#fce7f3": "#831843",
    "#64748b": "#94a3b8",
    "#0f172a": "#f8fafc",
    "#475569": "#cbd5e1",
}


def drawn() -> str:
    """Returns the picture of an image with a signature, an SBoM that is signed, and a scan result."""
    with Client() as client:
        image = "oci:net-monitor:v1"
        client.push(image, artifact_type="application/vnd.example.image", annotations={"version": "1"})
        client.attach(image, artifact_type=NOTATION, annotations={"signs": "the image"})
        sbom = client.attach(image, File(b"{}", title="sbom.spdx.json", media_type=SPDX), artifact_type=SPDX)
        client.attach(sbom.reference, artifact_type=NOTATION, annotations={"signs": "the SBoM"})
        result = File(b"{}", title="scan.sarif", media_type="application/sarif+json")
        client.attach(image, result, artifact_type="application/sarif+json")
        return client.discover(image).svg() + "\n"


def test_the_picture_of_the_readme_is_what_the_package_draws(work: Path) -> None:
    light = drawn()
    dark = light
    for colour, other in DARK.items():
        dark = dark.replace(colour, other)
    for name, picture in {"graph-light.svg": light, "graph-dark.svg": dark}.items():
        path = ROOT / "docs" / name
        if os.environ.get("OCIGRAPH_UPDATE"):
            path.write_text(picture)
        assert path.read_text() == picture
