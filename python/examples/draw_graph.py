"""Draws the graph of an image, with the cells of a notebook.

python draw_graph.py registry.example.com/app:v1 graph.svg
"""

# %% Discover
from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from ocigraph import Client

image, picture = sys.argv[1:]
with Client() as client:
    graph = client.discover(image)

# %% Save a picture. A notebook shows `graph` directly
Path(picture).write_text(graph.svg())

# %% Print the tree
print(graph)

# %% Count the artifacts of each type
for kind, number in Counter(node.artifact_type for node in graph).most_common():
    print(f"{number:4} {kind}")

# %% Count the nodes to which nothing is attached, with networkx
drawn = graph.to_networkx()
leaves = [digest for digest, attached in drawn.in_degree() if attached == 0]
print(f"{len(leaves)} of {len(graph)} have nothing attached")
