"""Attaches an SBOM to an image, unless the same SBOM is already attached: a step of a release script.

python attach_sbom.py registry.example.com/app:v1 sbom.json
"""

from __future__ import annotations

import sys

from ocigraph import Client, Error, File, Reference, digest_file

TYPE = "application/spdx+json"


def main(image: str, path: str) -> int:
    """Attaches the file and returns the exit code."""
    with Client() as client:
        try:
            wanted = digest_file(path).digest
            for referrer in client.discover(image, artifact_type=TYPE, depth=1):
                manifest = client.fetch_manifest(f"{Reference.parse(image).location}@{referrer.digest}")
                if wanted in (blob.digest for blob in manifest.blobs):
                    print(f"already attached: {referrer.digest}")
                    return 0
            sbom = File(path, title="sbom.spdx.json", media_type=TYPE)
            attached = client.push(Reference.parse(image).location, sbom, artifact_type=TYPE, subject=image)
        except Error as error:
            print(f"{error.code}: {error}", file=sys.stderr)
            return 1
    print(f"attached: {attached.descriptor.digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
