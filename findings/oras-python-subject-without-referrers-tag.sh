#!/usr/bin/env bash
# `push` of the Python package oras with a subject attaches nothing that can be found in a registry without a referrers API.
#
# Versions: oras 0.2.43 of PyPI in a virtual environment, and crane v0.22.1 and oras v1.3.6, installed with `go install`, in a
# temporary folder.
#
# distribution-spec v1.1.1, "Pushing Manifests with Subject": if the answer to the push has no header OCI-Subject, the client
# must list the manifest in the index under the tag of the subject's digest. The registry of crane has no referrers API.
#
# Expected: `push(subject=...)` writes that index, as `oras attach` does, or fails, so that `oras discover` shows the artifact.
#
# Seen: the push succeeds without a warning, and no index is written. `oras discover` shows nothing. The artifact of `oras attach`
# is shown.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
for program in go python3; do command -v "$program" >/dev/null || cannot_tell "$program is missing"; done

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
cd "$work"

python3 -m venv venv && venv/bin/pip install --quiet oras==0.2.43 >install 2>&1 || cannot_tell "oras cannot be installed: $(tail -1 install)"
GOBIN=$work/bin GOFLAGS=-mod=mod go install github.com/google/go-containerregistry/cmd/crane@v0.22.1 >install 2>&1 ||
    cannot_tell "crane cannot be installed: $(tail -1 install)"
GOBIN=$work/bin GOFLAGS=-mod=mod go install oras.land/oras/cmd/oras@v1.3.6 >install 2>&1 ||
    cannot_tell "the command oras cannot be installed: $(tail -1 install)"
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
mkdir -p "$DOCKER_CONFIG"

bin/crane registry serve --address 127.0.0.1:0 >log 2>&1 &
server=$!
port=
for _ in $(seq 50); do
    port=$(sed -n "s/.*serving on port \([0-9]*\).*/\1/p" log)
    [ -n "$port" ] && break
    sleep 0.2
done
[ -n "$port" ] || cannot_tell "the registry does not start: $(cat log)"
host=127.0.0.1:$port

echo image >image.txt
echo '{}' >sbom.json
bin/oras push --plain-http "$host/app:v1" --artifact-type application/example image.txt >output 2>&1 ||
    cannot_tell "the image was not pushed: $(tail -1 output)"
cat >example.py <<'PY'
import sys
import oras.client
import oras.oci

host, digest, size = sys.argv[1:]
client = oras.client.OrasClient(insecure=True)
subject = oras.oci.Subject(mediaType="application/vnd.oci.image.manifest.v1+json", digest=digest, size=int(size))
client.push(target=f"{host}/app:sbom", files=["sbom.json:application/spdx+json"], subject=subject, quiet=True)
PY
bin/oras resolve --plain-http "$host/app:v1" >digest || cannot_tell "no digest"
size=$(bin/oras manifest fetch --plain-http "$host/app:v1" | wc -c)
venv/bin/python example.py "$host" "$(cat digest)" "$size" >output 2>&1 || { tail -1 output; echo "changed: the push fails"; exit 1; }
grep -qi 'referrer\|subject' output && { cat output; echo "changed: it says something"; exit 1; }
bin/oras manifest fetch --plain-http "$host/app:sbom" | grep -q "\"subject\".*$(cat digest)" || cannot_tell "the manifest has no subject"

found() { bin/oras discover --plain-http --format json "$host/app:v1" | grep -c "$1" || true; }
by_python=$(found '"reference"')
bin/oras attach --plain-http --artifact-type application/spdx+json "$host/app:v1" sbom.json >output 2>&1 ||
    cannot_tell "oras attach failed: $(tail -1 output)"
with_command=$(found '"artifactType": "application/spdx+json"')
echo "the tags: $(bin/crane ls "$host/app" | tr '\n' ' ')"
echo "found after the push of the Python package: $by_python manifests; after oras attach too: $with_command attached"
if [ "$with_command" = 1 ] && [ "$by_python" -le 1 ]; then
    echo "as found"
    exit 0
fi
echo "changed"
exit 1
