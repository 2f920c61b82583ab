"""Pushes an image and a referrer to the location in the argument, and reads and deletes them."""

import asyncio
import sys

import ocigraph

place = sys.argv[1]
with ocigraph.Client() as client:
    client.push(f"{place}:v1", ocigraph.File(b"{}", title="x.json"), artifact_type="image/example")
    client.push(place, ocigraph.File(b"{}", title="s.json"), artifact_type="sbom/example", subject=f"{place}:v1")
    assert len(client.discover(f"{place}:v1")) == 1
    assert client.pull(f"{place}:v1", "out")[0].files[0].path.read_text() == "{}"
assert asyncio.run(ocigraph.AsyncClient().verify(f"{place}:v1")).ok
with ocigraph.Client() as client:
    client.delete(f"{place}:v1", force=True)
