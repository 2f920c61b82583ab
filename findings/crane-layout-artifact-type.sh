#!/usr/bin/env bash
# An image that `crane pull --format oci` writes to a layout gets an artifact type, although it is a plain image.
#
# Version: crane v0.22.1, installed with `go install` into a temporary folder.
#
# image-spec v1.1.1: a descriptor's artifactType is the type of an artifact that the descriptor points to ("Content
# Descriptors"). The manifest of a plain image has no field artifactType, and the entries that other tools write into
# index.json for it have none.
#
# Expected: the entry of the image in index.json has no artifactType.
#
# Seen: it has "artifactType":"application/vnd.oci.image.config.v1+json", so a tool that tells artifacts from images by this
# field takes each image for an artifact.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

GOBIN=$work/bin GOFLAGS=-mod=mod go install github.com/google/go-containerregistry/cmd/crane@v0.22.1 >"$work/install" 2>&1 ||
    cannot_tell "crane cannot be installed: $(tail -1 "$work/install")"
crane=$work/bin/crane

"$crane" registry serve --address 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 50); do
    port=$(grep -oE 'port [0-9]+|:[0-9]+$' "$work/log" | grep -oE '[0-9]+' | tail -1 || true)
    [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || cannot_tell "the registry does not start: $(cat "$work/log")"

cd "$work"
echo hello >file.txt
tar -cf layer.tar file.txt
"$crane" append --oci-empty-base -f layer.tar -t "127.0.0.1:$port/app:v1" >/dev/null 2>&1 || cannot_tell "the push failed"
"$crane" manifest "127.0.0.1:$port/app:v1" | grep -q artifactType && cannot_tell "the manifest has an artifact type"
"$crane" pull --format oci "127.0.0.1:$port/app:v1" layout || cannot_tell "the pull failed"
found=$(grep -oE '"artifactType": *"[^"]*"' layout/index.json || true)
echo "${found:-no artifactType}"
[ -n "$found" ] || { echo "changed: the entry has no artifact type"; exit 1; }
echo "as found"
