#!/usr/bin/env bash
# `umoci gc` deletes the layers and the config of an image in a layout whose manifest has Docker's media type, and succeeds.
#
# Versions: umoci v0.6.0, built in a module of its own, and crane v0.22.1, installed with `go install`, in a temporary folder.
#
# image-spec v1.1.1, "Image Layout Specification", allows other media types in index.json, and says that those which a reader
# does not know must not be an error. Images of Docker's types get into layouts as they are with `crane pull --format oci`,
# `oras copy --to-oci-layout` and `regctl image copy`, since another type would be another digest.
#
# Expected: `umoci gc` removes blobs that no image needs. It keeps the blobs of an image that index.json lists; where it cannot
# tell what an image needs, it removes nothing.
#
# Seen: it removes the config and the layer of the listed image, and ends with exit code 0. The manifest stays, and the image
# can no longer be pushed. umoci 0.4.7 of Debian does the same.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
cd "$work"

GOBIN=$work/bin GOFLAGS=-mod=mod go install github.com/google/go-containerregistry/cmd/crane@v0.22.1 >install 2>&1 ||
    cannot_tell "crane cannot be installed: $(tail -1 install)"
# Its module has a replacement, which `go install` refuses.
mkdir module
(
    cd module
    go mod init example.com/umoci && go get github.com/opencontainers/umoci/cmd/umoci@v0.6.0 &&
        go build -o ../bin/umoci github.com/opencontainers/umoci/cmd/umoci
) >install 2>&1 || cannot_tell "umoci cannot be built: $(tail -1 install)"
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
mkdir -p "$DOCKER_CONFIG"

bin/crane registry serve --address 127.0.0.1:0 >log 2>&1 &
server=$!
port=
for _ in $(seq 50); do
    port=$(sed -n 's/.*serving on port \([0-9]*\).*/\1/p' log)
    [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || cannot_tell "the registry does not start: $(cat log)"
host=127.0.0.1:$port

mkdir files && echo hello >files/hello && tar -cf layer.tar files
bin/crane append --new_layer layer.tar --new_tag "$host/app:v1" >output 2>&1 || cannot_tell "the image was not pushed: $(cat output)"
bin/crane manifest "$host/app:v1" | grep -q 'application/vnd.docker.distribution.manifest.v2+json' ||
    cannot_tell "crane does not write Docker's media type"
bin/crane pull --format oci "$host/app:v1" store >output 2>&1 || cannot_tell "the image was not pulled: $(cat output)"
bin/crane push store "$host/before:v1" >output 2>&1 || cannot_tell "the layout cannot be pushed at first: $(cat output)"

count() { find store/blobs -type f | wc -l; }
before=$(count)
bin/umoci gc --layout store >output 2>&1 || { echo "changed: umoci gc fails: $(tail -1 output)"; exit 1; }
after=$(count)
echo "blobs before umoci gc: $before, after it: $after"
pushed=yes
bin/crane push store "$host/after:v1" >output 2>&1 || pushed=no
echo "the image can still be pushed: $pushed"

if [ "$before" = 3 ] && [ "$after" = 1 ] && [ "$pushed" = no ]; then
    echo "as found"
    exit 0
fi
echo "changed"
exit 1
