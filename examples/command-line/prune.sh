#!/bin/sh
# Removes the images of pull requests, and referrers without a subject: prune.sh REPOSITORY
set -eu

# ANCHOR: prune
repository=$1
# --dry-run makes the same report and deletes nothing.
ocigraph prune --tags 'pr-*' --orphans --max 100 --yes "$repository"
# ANCHOR_END: prune
