"""Prints what is attached to all images of a registry, as a row of JSON for each manifest. The shards are swept on a
Ray cluster, which is a local one here. The tasks of a worker that is lost run again on another one.

python sweep_on_ray.py registry.example.com
"""

from __future__ import annotations

import json
import sys

import ray

from ocigraph import ray_executor, sweep_shards

SHARDS = 8


def main(target: str) -> int:
    """Prints the rows of each shard when it is complete, and returns the exit code."""
    with ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 << 20):
        for rows in sweep_shards(ray_executor(), target, shards=SHARDS):
            for row in rows:
                print(json.dumps(row.to_dict()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
