#!/bin/sh
# Attaches an SBoM to the image that a pipeline has built: attach.sh IMAGE SBOM
set -eu

# ANCHOR: attach
image=$1 sbom=$2
# A tag can move while the pipeline runs. The digest names the image that was built.
built=$(ocigraph resolve --full-reference "$image")
ocigraph attach "$built" --artifact-type application/spdx+json "$sbom:application/spdx+json"
ocigraph discover "$image"
# ANCHOR_END: attach
