"""Prints what is attached to all images of a registry, as a row of JSON for each manifest. The shards are swept on a
dask cluster, which is a local one here. The tasks of a worker that is lost run again on another one.

python sweep_on_dask.py registry.example.com
"""

from __future__ import annotations

import json
import sys

from distributed import Client as Cluster
from distributed import LocalCluster

from ocigraph import dask_executor, sweep_shards

SHARDS = 8


def main(target: str) -> int:
    """Prints the rows of each shard when it is complete, and returns the exit code."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as workers, Cluster(workers) as cluster:
        for rows in sweep_shards(dask_executor(cluster), target, shards=SHARDS):
            for row in rows:
                print(json.dumps(row.to_dict()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
