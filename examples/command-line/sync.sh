#!/bin/sh
# Mirrors images with everything attached to them: sync.sh SOURCE DESTINATION

# ANCHOR: sync
set -eu
source=$1 destination=$2
# The exit code is 1 if anything of the source is not at the destination.
ocigraph sync "$source" "$destination" --checkpoint sync.state --report report.html
# ANCHOR_END: sync
