#!/usr/bin/env bash
# A copy onto a layout that has the manifest and lacks a blob: ORAS says "Copied", and the blob is still missing.
#
# Version: oras v1.3.3, installed with `go install` into a temporary folder.
#
# The image specification (image-layout.md, v1.1.1, section "Blobs") permits a layout that lacks some of the blobs which its
# manifests name, and lets another store have them. Such sparse layouts are written by build tools, and left by
# collections of garbage.
#
# Expected: after a copy that succeeds, the destination has what the source has.
#
# Seen: `oras cp` takes the manifest at the destination for proof that its content is there, too. It prints "Exists" and
# "Copied", and exits with 0. `oras pull` from the destination then fails.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"

work=$(mktemp -d)
cleanup() { chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

GOBIN=$work/bin GOFLAGS=-mod=mod go install oras.land/oras/cmd/oras@v1.3.3 >"$work/install" 2>&1 ||
    cannot_tell "oras cannot be installed: $(tail -1 "$work/install")"
oras=$work/bin/oras

cd "$work"
echo "hello" >file.txt
"$oras" push --oci-layout source:v1 file.txt >/dev/null || cannot_tell "the push failed"
copy() { "$oras" cp --from-oci-layout --to-oci-layout source:v1 sparse:v1; }
copy >/dev/null || cannot_tell "the first copy failed"
blob=sparse/blobs/sha256/$(sha256sum file.txt | cut -d' ' -f1)
[ -f "$blob" ] || cannot_tell "the layout has another form"

# The layout stays valid, and is sparse now.
rm -f "$blob"
if ! copy; then
    echo "changed: the copy reports that it failed"
    exit 1
fi
if [ -f "$blob" ]; then
    echo "changed: the copy restored the blob"
    exit 1
fi
"$oras" pull --oci-layout sparse:v1 -o out 2>&1 | tail -1 || true
[ ! -f out/file.txt ] || cannot_tell "the file was pulled"
echo "as found"
