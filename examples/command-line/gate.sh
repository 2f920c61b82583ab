#!/bin/sh
# Tells whether an image may be deployed: gate.sh IMAGE
set -u

# ANCHOR: gate
image=$1
ocigraph check --require signature --require sbom --each-platform "$image" > report.txt
case $? in
  0) echo "deploy $image" ;;
  1) echo "refused: something is missing"; exit 1 ;;
  3) echo "try again: the registry did not tell"; exit 3 ;;
  *) echo "wrong usage"; exit 2 ;;
esac
# ANCHOR_END: gate
