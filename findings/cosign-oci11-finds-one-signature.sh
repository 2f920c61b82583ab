#!/usr/bin/env bash
# Two people sign one image with cosign in its OCI 1.1 mode: only one of the signatures is found.
#
# Versions: cosign v3.1.3 and crane v0.22.1, installed with `go install` into a temporary folder.
#
# With `--registry-referrers-mode oci-1-1`, cosign stores each signature as a referrer of its own. With its tags, and with
# bundles, an image can have signatures of several keys, and `cosign verify` accepts the key of each.
#
# Expected: `cosign verify --experimental-oci11` accepts the key of each signer, since the registry lists both referrers.
#
# Seen: it accepts the key of one signer. For the other, it says "no signatures found". Which one depends on the order of the
# list.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
for program in go curl; do command -v "$program" >/dev/null || cannot_tell "$program is missing"; done

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

for package in github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3 github.com/google/go-containerregistry/cmd/crane@v0.22.1; do
    GOBIN=$work/bin GOFLAGS=-mod=mod go install "$package" >"$work/install" 2>&1 ||
        cannot_tell "$package cannot be installed: $(tail -1 "$work/install")"
done
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker COSIGN_PASSWORD= COSIGN_EXPERIMENTAL=1
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
image=$host/app@$(bin/crane digest "$host/app:v1")

verify() {
    bin/cosign verify --key "$1.pub" --insecure-ignore-tlog --new-bundle-format=false --experimental-oci11 "$image" >output 2>&1
}
for key in first second; do
    bin/cosign generate-key-pair --output-key-prefix "$key" >output 2>&1 || cannot_tell "no key: $(tail -1 output)"
    bin/cosign sign --yes --key "$key.key" --new-bundle-format=false --use-signing-config=false --tlog-upload=false \
        --registry-referrers-mode oci-1-1 "$image" >output 2>&1 || cannot_tell "not signed: $(tail -1 output)"
done
tag=$(bin/crane ls "$host/app" | grep '^sha256-')
listed=$(bin/crane manifest "$host/app:$tag" | grep -o '"digest"' | wc -l)
[ "$listed" -eq 2 ] || cannot_tell "the registry lists $listed referrers"

accepted=0
for key in first second; do
    if verify "$key"; then
        accepted=$((accepted + 1))
        echo "the key $key is accepted"
    else
        grep -q 'no signatures found' output || cannot_tell "$(tail -1 output)"
        echo "the key $key is not accepted: no signatures found"
    fi
done
case $accepted in
    1) echo "as found: one of two signatures is found" ;;
    2) echo "changed: both signatures are found"; exit 1 ;;
    *) cannot_tell "no signature is found" ;;
esac
