#!/usr/bin/env bash
# An artifact that is attached in a layout to a tag gets another digest than one attached to the digest of that tag.
#
# Version: oras v1.3.6, installed with `go install` into a temporary folder.
#
# The subject of a manifest says which manifest it refers to (image-spec v1.1.1, manifest.md, property `subject`). A tag
# of a layout is the annotation `org.opencontainers.image.ref.name` of an entry in index.json (annotations.md): it belongs
# to that layout's index, and not to the manifest.
#
# Expected: the same content that is attached to the same manifest gives the same bytes, whichever name the command had.
#
# Seen: by tag, the descriptor of the subject has the annotations of the entry in index.json, also the tag, and the
# artifact type; by digest it has the three required members alone. So the tag of one layout becomes a part of the
# attached manifest for ever, the digests differ, and both are listed as referrers.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"
command -v python3 >/dev/null || cannot_tell "python3 is missing"

work=$(mktemp -d)
cleanup() { chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

GOBIN=$work/bin GOFLAGS=-mod=mod go install oras.land/oras/cmd/oras@v1.3.6 >"$work/install" 2>&1 ||
    cannot_tell "oras cannot be installed: $(tail -1 "$work/install")"
oras=$work/bin/oras

cd "$work"
echo "hello" >file.txt
created="org.opencontainers.image.created=2026-01-01T00:00:00Z"
"$oras" push --oci-layout store:v1 file.txt -a "$created" >/dev/null || cannot_tell "the push failed"
image=$("$oras" resolve --oci-layout store:v1) || cannot_tell "the tag cannot be resolved"
attach() {
    "$oras" attach --oci-layout --artifact-type note/example -a "$created" --format go-template \
        --template '{{.digest}}' "$1" file.txt || cannot_tell "the attach failed"
}
by_tag=$(attach store:v1)
by_digest=$(attach "store@$image")
echo "by tag     $by_tag"
echo "by digest  $by_digest"
subject() { python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)["subject"]))'; }
"$oras" manifest fetch --oci-layout "store@$by_tag" | subject
if [ "$by_tag" = "$by_digest" ]; then
    echo "changed: both have one digest"
    exit 1
fi
echo "as found"
