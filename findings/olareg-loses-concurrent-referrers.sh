#!/usr/bin/env bash
# olareg loses referrers that are pushed at the same time to one subject.
#
# Version: github.com/olareg/olareg v0.1.2, in a program of a few lines that serves a folder with it.
#
# distribution-spec v1.1.1, section "Pushing Manifests with Subject": a registry with the referrers API answers a push with
# the header OCI-Subject, and the pushed manifest is then in the list. Clients push signatures, SBoMs and attestations of an
# image in parallel.
#
# Expected: the list of referrers has each of the manifests that were pushed, since each push was answered with 201 and
# OCI-Subject.
#
# Seen: of 16 manifests that are pushed at once, the list has fewer, another number each time, and never gets the others.
# Pushed one after another, all are listed.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
for program in go curl sha256sum; do command -v "$program" >/dev/null || cannot_tell "$program is missing"; done

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

mkdir "$work/serve" "$work/store"
cat >"$work/serve/main.go" <<'END'
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	server := olareg.New(config.Config{
		Storage: config.ConfigStorage{StoreType: config.StoreDir, RootDir: os.Args[1]},
	})
	panic(http.Serve(listener, server))
}
END
(
    cd "$work/serve"
    export GOWORK=off GOFLAGS=-mod=mod
    go mod init example.com/serve >/dev/null 2>&1
    go get github.com/olareg/olareg@v0.1.2
    go build -o ../serve-olareg .
) >"$work/build" 2>&1 || cannot_tell "the registry cannot be built: $(tail -1 "$work/build")"

"$work/serve-olareg" "$work/store" >"$work/port" 2>"$work/log" &
server=$!
for _ in $(seq 50); do
    [ -s "$work/port" ] && break
    sleep 0.2
done
[ -s "$work/port" ] || cannot_tell "the registry does not start"
url=http://127.0.0.1:$(cat "$work/port")/v2

type=application/vnd.oci.image.manifest.v1+json
digest_of() { echo "sha256:$(sha256sum "$1" | cut -d' ' -f1)"; }
config=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a

# push REPOSITORY FILE: pushes a manifest by its digest, and prints the status and the header.
push() {
    curl -sS -o /dev/null -D - -X PUT -H "Content-Type: $type" --data-binary "@$2" "$url/$1/manifests/$(digest_of "$2")" |
        tr -d '\r' | grep -iE '^(HTTP|oci-subject)' | tr '\n' ' '
    echo
}

# count REPOSITORY: prints the number of listed referrers.
count() { curl -sS "$url/$1/referrers/$subject" | grep -o '"digest"' | wc -l; }

cd "$work"
printf '%s' "{\"schemaVersion\":2,\"mediaType\":\"$type\",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"$config\",\"size\":2},\"layers\":[]}" >image
subject=$(digest_of image)
for i in $(seq 16); do
    printf '%s' "{\"schemaVersion\":2,\"mediaType\":\"$type\",\"artifactType\":\"application/vnd.example.sbom\",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"digest\":\"$config\",\"size\":2},\"layers\":[],\"subject\":{\"mediaType\":\"$type\",\"digest\":\"$subject\",\"size\":$(wc -c <image)},\"annotations\":{\"n\":\"$i\"}}" >"referrer$i"
done

# prepare REPOSITORY: pushes the config and the image.
prepare() {
    local session
    session=$(curl -sS -o /dev/null -D - -X POST "$url/$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^location: //Ip')
    case $session in /*) session=${url%/v2}$session ;; esac
    case $session in *\?*) session="$session&digest=$config" ;; *) session="$session?digest=$config" ;; esac
    curl -sS -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary '{}' "$session"
    push "$1" image >/dev/null
}

prepare alone
for i in $(seq 16); do push alone "referrer$i" >/dev/null; done
[ "$(count alone)" -eq 16 ] || cannot_tell "pushed one after another, $(count alone) of 16 are listed"

for round in 1 2 3 4 5; do
    prepare "round$round"
    pids=()
    for i in $(seq 16); do
        push "round$round" "referrer$i" >"answer$i" &
        pids+=($!)
    done
    wait "${pids[@]}"
    answered=$(cat answer* | grep -ci '201.*oci-subject' || true)
    [ "$answered" -eq 16 ] || cannot_tell "$answered of 16 pushes were answered with 201 and OCI-Subject"
    sleep 1
    listed=$(count "round$round")
    echo "round $round: 16 pushed, $listed listed"
    if [ "$listed" -lt 16 ]; then
        echo "as found: referrers are lost"
        exit 0
    fi
done
echo "changed: all referrers are listed"
exit 1
