#!/bin/sh
# Tells a missing image from a registry that fails: errors.sh IMAGE

# ANCHOR: errors
set -eu
image=$1
if digest=$(ocigraph resolve "$image" 2> error.txt); then
  echo "$digest"
elif grep -qF '[NOT_FOUND]' error.txt; then
  echo "there is no such image"
  exit 1
else
  cat error.txt
  exit 1
fi
# ANCHOR_END: errors
