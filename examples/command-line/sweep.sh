#!/bin/sh
# Lists the images without an SBoM: sweep.sh TARGET

# ANCHOR: sweep
set -eu
target=$1
ocigraph sweep "$target" --output rows.ndjson --summary
# The row of an image has the depth 0. The rows of what is attached to it have its digest in `image`.
jq -rs '(map(select(.depth > 0 and (.kinds | index("sbom"))).image) | unique) as $with
    | map(select(.depth == 0))[]
    | if .status != "found" and .status != "none" then "\(.repository):\(.tag) is \(.status): \(.error)"
      elif .image | IN($with[]) then empty
      else "\(.repository):\(.tag) has no SBoM" end' rows.ndjson
# ANCHOR_END: sweep
