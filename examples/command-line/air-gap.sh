#!/bin/sh
# Carries a repository with everything attached across an air gap: air-gap.sh REPOSITORY DESTINATION

# ANCHOR: air-gap
set -eu
repository=$1 destination=$2
# On this side:
ocigraph backup --include-referrers --output app.tar "$repository"
sha256sum app.tar > app.tar.sha256
# On the other side:
sha256sum --check app.tar.sha256
ocigraph restore --input app.tar "$destination"
# ANCHOR_END: air-gap
