#!/bin/sh
# Removes the images of pull requests, and referrers without a subject: prune.sh REPOSITORY

# ANCHOR: prune
set -eu
repository=$1
# --dry-run makes the same report and deletes nothing.
ocigraph prune --tags 'pr-*' --orphans --max 100 --yes "$repository"
# ANCHOR_END: prune
