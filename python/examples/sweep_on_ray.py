"""Writes what is attached to all images of a registry to a file, one line of JSON for each row. The shards are swept on
a Ray cluster, which is a local one here. The tasks of a worker that is lost run again on another one.

python sweep_on_ray.py registry.example.com sweep.ndjson
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import ray

from ocigraph import ray_executor, sweep_shards

SHARDS = 8


def main(target: str, output: str) -> int:
    """Writes the rows of each shard when it is complete, and returns the exit code."""
    with (
        ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 << 20),
        Path(output).open("w") as file,
    ):
        for rows in sweep_shards(ray_executor(), target, shards=SHARDS):
            file.writelines(json.dumps(row.to_dict()) + "\n" for row in rows)
            file.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
