#!/bin/sh
# Tells whether an image may be deployed: gate.sh IMAGE

# ANCHOR: gate
set -eu
image=$1 code=0
# The reference with the digest that is checked: the tag can move after the check.
checked=$(ocigraph check --require signature --require sbom --each-platform "$image" \
  --format go-template --template '{{.reference}}') || code=$?
case $code in
  0) echo "deploy $checked" ;;
  1) echo "refused: something is missing"; exit 1 ;;
  3) echo "try again: the registry did not tell"; exit 3 ;;
  *) echo "wrong usage"; exit 2 ;;
esac
# ANCHOR_END: gate
