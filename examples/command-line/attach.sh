#!/bin/sh
# Attaches an SBoM to the image that a pipeline has built: attach.sh IMAGE SBOM

# ANCHOR: attach
set -eu
image=$1 sbom=$2
# A tag can move while the pipeline runs: take the digest right after the push of the image.
built=$(ocigraph resolve --full-reference "$image")
ocigraph attach "$built" --artifact-type application/spdx+json "$sbom:application/spdx+json"
ocigraph discover "$built"
# ANCHOR_END: attach
