"""Attaches an SBoM to an image and shows what the image has then: a step of a release script.

python attach_sbom.py registry.example.com/app:v1 sbom.json
"""

from __future__ import annotations

import sys

from ocigraph import Client, Error, File


def main(image: str, sbom: str) -> int:
    """Attaches the SBoM, unless the same one is attached already."""
    with Client() as client:
        try:
            subject = client.resolve(image)
            attached = client.push(
                image.partition("@")[0].rpartition(":")[0],
                File(sbom, title="sbom.json", media_type="application/spdx+json"),
                artifact_type="application/spdx+json",
                subject=image,
            )
        except Error as error:
            print(f"{error.code}: {error}", file=sys.stderr)
            return 1
        print(f"{attached.descriptor.digest} is attached to {subject.digest}")
        print(client.discover(image))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
