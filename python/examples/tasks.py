"""One function for each task that the documentation describes. The other languages have the same program.

python tasks.py attach registry.example.com/app:v1 sbom.spdx.json
"""

from __future__ import annotations

import sys

import ocigraph
from ocigraph import Client, Error, File


# ANCHOR: attach
def attach(built: str, sbom: str) -> bool:
    # `built` has the digest of the image, which a push returns: a tag can move while the pipeline runs.
    with Client() as client:
        file = File(sbom, media_type="application/spdx+json")
        attached = client.attach(built, file, artifact_type="application/spdx+json")
    print("attached", attached.reference)
    return True


# ANCHOR_END: attach


# ANCHOR: gate
def gate(image: str) -> bool:
    with Client() as client:
        try:
            checked = client.check(image, ["signature", "sbom"])
        except Error as error:
            if error.code == "NOT_FOUND" or error.code.startswith("INVALID_"):
                raise
            # The image itself could not be read.
            print("unknown:", error)
            return False
    for required in checked.requirements:
        print(f"{required.requirement}: {required.presence}", *required.details)
    # `unknown` is not `missing`: the registry did not tell. Try again.
    if checked.presence == "present":
        # Deploy the reference by digest: the tag can move after the check.
        print(checked.reference)
    return checked.presence == "present"


# ANCHOR_END: gate


# ANCHOR: sync
def sync(source: str, destination: str) -> bool:
    complete = True
    with Client() as client, client.sync([source], destination) as rows:
        for row in rows:
            print(f"{row.outcome} {row.source}", *([row.detail] if row.detail else []))
            complete = complete and row.outcome in ("copied", "existed")
    return complete


# ANCHOR_END: sync


# ANCHOR: prune
def prune(repository: str) -> bool:
    with Client() as client:
        # dry_run=True makes the same report and deletes nothing.
        report = client.prune([repository], tags=["pr-*"], orphans=True, max=100)
    for pruned in report.repositories:
        for manifest in pruned.deleted:
            print(f"deleted {manifest.descriptor.digest}: {manifest.reason}")
        for refused in pruned.refused:
            print(f"refused {refused.descriptor.digest}: {refused.error}")
    return not report.failed and not any(pruned.refused for pruned in report.repositories)


# ANCHOR_END: prune


# ANCHOR: sweep
def sweep(target: str) -> bool:
    with_sbom = set()
    with Client() as client, client.sweep([target]) as rows:
        for row in rows:
            # The row of an image has the depth 0 and comes after the rows of what is attached to it.
            if row.depth > 0 and "sbom" in row.kinds:
                with_sbom.add(row.image)
            elif row.depth == 0 and row.status in ("found", "none"):
                if row.image not in with_sbom:
                    print(f"{row.repository}:{row.tag} has no SBoM")
            elif row.depth == 0:
                print(f"{row.repository}:{row.tag} is {row.status}: {row.error}")
        print(rows.summary.images, "images")
    return True


# ANCHOR_END: sweep


# ANCHOR: air-gap
def backup(repository: str, archive: str) -> bool:
    with Client() as client:
        report = client.backup([repository], archive, recursive=True)
    print(f"stored {len(report.tags)} tags, {report.manifests} manifests")
    return not report.missing


def restore(archive: str, destination: str) -> bool:
    with Client() as client:
        report = client.restore([archive], destination)
    print(f"restored {len(report.tags)} tags, {report.manifests} manifests")
    return not report.missing


# ANCHOR_END: air-gap


# ANCHOR: errors
def errors(image: str) -> bool:
    with Client() as client:
        try:
            print(client.resolve(image).digest)
            return True
        except FileNotFoundError:
            print("there is no such image")
        except Error as error:
            print(f"{error.code}: {error}{'; try again' if error.retryable else ''}")
    return False


# ANCHOR_END: errors


# ANCHOR: serve
def serve(folder: str) -> bool:
    with ocigraph.serve(folder) as registry, Client() as client:
        client.push(f"{registry.host}/team/app:v1", artifact_type="app/example")
        print(*client.tags(f"{registry.host}/team/app"))
    return True


# ANCHOR_END: serve


TASKS = {task.__name__: task for task in (attach, gate, sync, prune, sweep, backup, restore, errors, serve)}

if __name__ == "__main__":
    sys.exit(0 if TASKS[sys.argv[1]](*sys.argv[2:]) else 1)
