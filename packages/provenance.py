"""Prints the provenance of packages, as an in-toto statement with SLSA's predicate. It is not signed.

Reads lines of `sha256sum` from standard input: the packages. The arguments are the version, the commit, and the name and
digest of the artifact that contains the packages.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

version, commit, name, digest = sys.argv[1:]
repository = "https://github.com/ocigraph/ocigraph"
source = f"git+{repository}@refs/tags/v{version}"
environment = os.environ.get


def described(path: str) -> dict[str, object]:
    """Returns the descriptor of a file that decides what is built."""
    return {"name": path, "digest": {"sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}}


packages = [line.rstrip("\n").split("  ", 1) for line in sys.stdin]
subjects = [{"name": path, "digest": {"sha256": sha256}} for sha256, path in packages]
subjects.append({"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}})
details: dict[str, object] = {"builder": {"id": f"{repository}/blob/v{version}/packages/build"}}
if run := environment("GITHUB_RUN_ID"):
    server = environment("GITHUB_SERVER_URL", "https://github.com")
    details = {
        "builder": {"id": f"{server}/{environment('GITHUB_WORKFLOW_REF', '')}"},
        "metadata": {
            "invocationId": f"{server}/{environment('GITHUB_REPOSITORY')}/actions/runs/{run}"
            f"/attempts/{environment('GITHUB_RUN_ATTEMPT', '1')}"
        },
    }
statement = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": subjects,
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {
            "buildType": f"{repository}/blob/v{version}/packages/build",
            "externalParameters": {"source": source, "packages": sorted({path.split("/")[0] for _, path in packages})},
            "resolvedDependencies": [
                {"uri": source, "digest": {"gitCommit": commit}},
                *map(
                    described, ["Cargo.lock", "node/package-lock.json", "packages/requirements.txt", "packages/tools"]
                ),
            ],
        },
        "runDetails": details,
    },
}
json.dump(statement, sys.stdout, indent=2)
print()
