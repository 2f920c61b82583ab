#!/usr/bin/env bash
# The referrers API of go-containerregistry's package registry lists a wrong artifact type: that of the configuration,
# although the manifest has the field artifactType.
#
# Version: github.com/google/go-containerregistry v0.22.1, in a program of a few lines that serves it.
#
# distribution-spec v1.1.1, section "Listing Referrers": the artifactType of an entry is the field artifactType of the
# manifest; the type of the configuration is used only if the manifest lacks that field. Attestations of BuildKit have both:
# the field, and the configuration of an image.
#
# Expected: the entry has "application/vnd.docker.attestation.manifest.v1+json".
#
# Seen: it has "application/vnd.oci.image.config.v1+json". A client that filters by the type finds nothing.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
for program in go curl sha256sum; do command -v "$program" >/dev/null || cannot_tell "$program is missing"; done

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

mkdir "$work/serve"
cat >"$work/serve/main.go" <<'END'
package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, registry.New(registry.WithReferrersSupport(true))))
}
END
(
    cd "$work/serve"
    export GOWORK=off GOFLAGS=-mod=mod
    go mod init example.test/serve && go get github.com/google/go-containerregistry@v0.22.1 && go build -o ../registry .
) >"$work/install" 2>&1 || cannot_tell "the registry cannot be built: $(tail -1 "$work/install")"

"$work/registry" >"$work/port" 2>"$work/log" &
server=$!
for _ in $(seq 50); do
    port=$(cat "$work/port")
    [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || cannot_tell "the registry does not start: $(cat "$work/log")"
base=http://127.0.0.1:$port/v2/app

digest() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }
blob() {
    local location
    location=$(curl -si -X POST "$base/blobs/uploads/" | tr -d '\r' | sed -n 's/^location: //Ip')
    case $location in http*) ;; *) location=http://127.0.0.1:$port$location ;; esac
    curl -sf -X PUT --data-binary "$1" -H 'Content-Type: application/octet-stream' "$location?digest=sha256:$(digest "$1")" ||
        cannot_tell "a blob was not stored"
}
manifest() {
    curl -sf -X PUT --data-binary "$1" -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' \
        "$base/manifests/sha256:$(digest "$1")" || cannot_tell "a manifest was not stored"
}

config='{"architecture":"amd64","os":"linux"}'
statement='{"predicateType":"https://slsa.dev/provenance/v1"}'
blob "$config"
blob "$statement"
described() { printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$1" "$(digest "$2")" "${#2}"; }
type=application/vnd.oci.image.manifest.v1+json
image='{"schemaVersion":2,"mediaType":"'$type'","config":'$(described application/vnd.oci.image.config.v1+json "$config")',"layers":[]}'
manifest "$image"
attestation='{"schemaVersion":2,"mediaType":"'$type'","artifactType":"application/vnd.docker.attestation.manifest.v1+json","config":'$(described application/vnd.oci.image.config.v1+json "$config")',"layers":['$(described application/vnd.in-toto+json "$statement")'],"subject":'$(described "$type" "$image")'}'
manifest "$attestation"

listed=$(curl -sf "$base/referrers/sha256:$(digest "$image")") || cannot_tell "the referrers are not listed"
found=$(printf '%s' "$listed" | grep -oE '"artifactType": *"[^"]*"' | tail -1)
echo "$found"
case $found in
    *docker.attestation*) echo "changed: the field artifactType is listed"; exit 1 ;;
    *oci.image.config*) echo "as found" ;;
    *) cannot_tell "the list is $listed" ;;
esac
