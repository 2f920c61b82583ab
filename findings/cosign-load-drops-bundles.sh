#!/usr/bin/env bash
# An image with an attestation in cosign's older format and a signature in its newer one: `cosign save` and `cosign load` lose
# the signature without a word.
#
# Versions: cosign v3.1.3 and crane v0.22.1, installed with `go install` into a temporary folder.
#
# Version 3 of cosign stores a signature as a bundle in a referrer by default; before, it stored signatures and attestations
# under the tags `sha256-<hex>.sig` and `.att`. An image that was attested before an upgrade and signed after it has both.
# `cosign verify` accepts the signature.
#
# Expected: `cosign verify` accepts the copy that `cosign load` wrote of what `cosign save` saved, or `cosign load` fails.
#
# Seen: `cosign load` exits with 0, and `cosign verify` finds no signature on the copy. The layout has the bundle:
# `WriteSignedImageIndexImages` in pkg/oci/remote/write.go returns after it has written the tag `.att`, before it looks for
# referrers. Without the tag, it fails on most registries, because it sends the manifest before the blob:
# https://github.com/sigstore/cosign/issues/5030.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

for package in github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3 github.com/google/go-containerregistry/cmd/crane@v0.22.1; do
    GOBIN=$work/bin GOFLAGS=-mod=mod go install "$package" >"$work/install" 2>&1 ||
        cannot_tell "$package cannot be installed: $(tail -1 "$work/install")"
done
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker COSIGN_PASSWORD=
mkdir -p "$DOCKER_CONFIG"

"$work/bin/crane" registry serve --address 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 50); do
    port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' "$work/log")
    [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || cannot_tell "the registry does not start: $(cat "$work/log")"

cd "$work"
mkdir files && echo hello >files/hello && tar -cf layer.tar files
host=127.0.0.1:$port
bin/crane append --new_layer layer.tar --new_tag "$host/app:v1" >push 2>&1 || cannot_tell "the image was not pushed: $(cat push)"
digest=$(bin/crane digest "$host/app:v1")

cosign() { bin/cosign "$@" >output 2>&1 || cannot_tell "cosign $1: $(tail -1 output)"; }
cosign generate-key-pair
cosign signing-config create --out signing-config.json
cosign trusted-root create --out trusted-root.json
echo '{"spdxVersion":"SPDX-2.3","name":"app"}' >sbom.json
cosign attest --yes --key cosign.key --new-bundle-format=false --use-signing-config=false --tlog-upload=false \
    --type spdxjson --predicate sbom.json "$host/app@$digest"
cosign sign --yes --key cosign.key --signing-config signing-config.json --trusted-root trusted-root.json "$host/app@$digest"
cosign verify --key cosign.pub --insecure-ignore-tlog "$host/app@$digest"
cosign save --dir saved "$host/app@$digest"
grep -rlq 'dev.sigstore.bundle.predicateType' saved/blobs || cannot_tell "the layout lacks the bundle"

if ! bin/cosign load --dir saved "$host/copy:v1" >output 2>&1; then
    tail -1 output
    echo "changed: the load fails"
    exit 1
fi
if bin/cosign verify --key cosign.pub --insecure-ignore-tlog "$host/copy@$digest" >output 2>&1; then
    echo "changed: the copy has the signature"
    exit 1
fi
tail -1 output
grep -q "no signatures found" output || cannot_tell "another message"
echo "as found"
