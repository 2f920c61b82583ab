#!/usr/bin/env bash
# The content of a manifest that ORAS prints as JSON has other numbers than the manifest.
#
# Version: oras v1.3.6, installed with `go install` into a temporary folder.
#
# JSON numbers have any number of digits (RFC 8259, section 6), and an annotation-like member of a manifest can be any
# JSON (image-spec v1.1.1, manifest.md: implementations must ignore members that they do not know). Sizes are int64.
#
# Expected: `.content` of `oras manifest fetch --format json` has the values of the manifest.
#
# Seen: numbers pass through a float of 64 bits. The size 9007199254740993, which int64 holds, is printed as
# 9007199254740992.
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
"$oras" push --oci-layout store:v1 file.txt >/dev/null || cannot_tell "the push failed"
"$oras" manifest fetch --oci-layout store:v1 |
    python3 -c 'import json, sys; m = json.load(sys.stdin); m["example.bytes"] = 9007199254740993; print(json.dumps(m), end="")' >manifest.json
"$oras" manifest push --oci-layout store:v2 manifest.json >/dev/null || cannot_tell "the manifest was refused"
"$oras" manifest fetch --oci-layout store:v2 | grep -q 9007199254740993 || cannot_tell "the manifest has another number"
shown=$("$oras" manifest fetch --oci-layout store:v2 --format json | grep -o '"example.bytes": [0-9.e+]*') ||
    cannot_tell "the JSON has no such member"
echo "$shown"
case $shown in
*9007199254740993)
    echo "changed: the number is that of the manifest"
    exit 1
    ;;
esac
echo "as found"
