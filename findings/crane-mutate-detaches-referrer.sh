#!/usr/bin/env bash
# `crane mutate`, asked to add an annotation to an attached SBoM, removes its subject, so that the SBoM is attached to nothing.
#
# Version: crane v0.22.1, installed with `go install` into a temporary folder, with the registry of the same program.
#
# image-spec v1.1.1, "Image Manifest Property Descriptions": subject is "a descriptor of another manifest" with which the
# manifest has a relationship. It is a field of the manifest, like artifactType.
#
# Expected: `crane mutate --annotation key=value` changes the annotations and keeps the other fields. It keeps artifactType,
# the media types, the titles of the layers and the embedded data of the config.
#
# Seen: the new manifest has the annotation and no subject, without a message. A registry with the referrers API lists it for no
# image.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
for program in go curl python3; do command -v "$program" >/dev/null || cannot_tell "$program is missing"; done

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

GOBIN=$work/bin GOFLAGS=-mod=mod go install github.com/google/go-containerregistry/cmd/crane@v0.22.1 >"$work/install" 2>&1 ||
    cannot_tell "crane cannot be installed: $(tail -1 "$work/install")"
crane=$work/bin/crane

: >"$work/log"
"$crane" registry serve --address 127.0.0.1:0 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 50); do
    port=$(grep -oE 'port [0-9]+|:[0-9]+$' "$work/log" | grep -oE '[0-9]+' | tail -1 || true)
    [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || cannot_tell "the registry does not start: $(cat "$work/log")"

cd "$work"
app=127.0.0.1:$port/app
repository=http://127.0.0.1:$port/v2/app
type=application/vnd.oci.image.manifest.v1+json
empty=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
curl -sSf -o /dev/null -X POST --data-binary '{}' -H 'Content-Type: application/octet-stream' \
    "$repository/blobs/uploads/?digest=$empty" || cannot_tell "the push of the config failed"
descriptor='{"mediaType":"application/vnd.oci.empty.v1+json","digest":"'$empty'","size":2}'
put() { curl -sSf -o /dev/null -X PUT --data-binary "@$1" -H "Content-Type: $type" "$repository/manifests/$2" || cannot_tell "the push of $2 failed"; }
printf '{"schemaVersion":2,"mediaType":"%s","artifactType":"application/example","config":%s,"layers":[%s]}' \
    "$type" "$descriptor" "$descriptor" >image.json
put image.json v1
subject=sha256:$(sha256sum image.json | cut -d ' ' -f 1)
printf '{"schemaVersion":2,"mediaType":"%s","artifactType":"application/spdx+json","config":%s,"layers":[%s],"subject":{"mediaType":"%s","digest":"%s","size":%s}}' \
    "$type" "$descriptor" "$descriptor" "$type" "$subject" "$(stat -c %s image.json)" >sbom.json
put sbom.json sbom

"$crane" mutate --annotation org.example.reviewed=yes "$app:sbom" -t "$app:reviewed" >/dev/null 2>log ||
    cannot_tell "crane mutate failed: $(tail -1 log)"
"$crane" manifest "$app:sbom" >before.json
"$crane" manifest "$app:reviewed" >after.json
python3 - <<'PYTHON'
import json
import sys

before, after = (json.load(open(name)) for name in ("before.json", "after.json"))
print("annotations after:", after.get("annotations"))
print("artifactType after:", after.get("artifactType"))
print("subject before:", before.get("subject", {}).get("digest"))
print("subject after:", after.get("subject"))
if not before.get("subject") or after.get("annotations") != {"org.example.reviewed": "yes"}:
    print("cannot tell: the manifests are not as expected")
    sys.exit(2)
if after.get("subject"):
    print("changed: the subject is kept")
    sys.exit(1)
print("as found")
PYTHON
