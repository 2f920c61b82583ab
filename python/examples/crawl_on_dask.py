"""Discovers the graphs of all tagged images of a repository on a dask cluster, which is a local one here.

A pickled client contains only its configuration, so each worker uses its own stored credentials.

python crawl_on_dask.py registry.example.com/app
"""

from __future__ import annotations

import sys
from collections import Counter

from distributed import Client as Cluster
from distributed import LocalCluster

from ocigraph import Client, Graph

BATCH = 50


def graphs_of(client: Client, images: list[str]) -> list[Graph]:
    """Discovers the graphs of a batch of images. Runs on a worker."""
    return [client.discover(image) for image in images]


def main(repository: str) -> int:
    """Prints the number of artifacts of each type and returns the exit code."""
    with Client() as client, LocalCluster(n_workers=2, threads_per_worker=4, dashboard_address=":0") as workers:
        images = [f"{repository}:{tag}" for tag in client.tags(repository)]
        batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
        with Cluster(workers) as cluster:
            graphs = [
                graph for batch in cluster.map(graphs_of, [client] * len(batches), batches) for graph in batch.result()
            ]
    kinds = Counter(referrer.artifact_type for graph in graphs for referrer in graph)
    print(f"{len(graphs)} images")
    for kind, number in sorted(kinds.items(), key=str):
        print(f"{number} {kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
