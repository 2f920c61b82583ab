#!/usr/bin/env bash
# `delete_tag` of the Python package oras deletes the manifest with all its other tags.
#
# Versions: oras 0.2.43 of PyPI in a virtual environment, and crane v0.22.1 and distribution v3.1.1, installed with `go install`,
# in a temporary folder.
#
# distribution-spec v1.1.1, "Deleting tags": DELETE of a tag removes the tag, and the manifest stays. Registries that refuse it
# answer 400 or 405. `delete_tag` says "Delete a tag for a container", and `delete_tags` returns "those successfully deleted".
#
# Expected: `delete_tags("app", ["old"])` removes the tag `old` and leaves the tag `stable` of the same image, or fails.
#
# Seen: it asks for the digest of the tag and deletes the manifest of this digest. The tag `stable` cannot be pulled any more. The
# method returns ["old"]. The registry deletes a single tag if it is asked to.
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
for package in github.com/google/go-containerregistry/cmd/crane@v0.22.1 github.com/distribution/distribution/v3/cmd/registry@v3.1.1; do
    GOBIN=$work/bin GOFLAGS=-mod=mod go install "$package" >install 2>&1 ||
        cannot_tell "$package cannot be installed: $(tail -1 install)"
done
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
mkdir -p "$DOCKER_CONFIG"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >registry.yml <<YAML
version: 0.1
storage: {filesystem: {rootdirectory: $work/data}, delete: {enabled: true}}
http: {addr: 127.0.0.1:$port}
YAML
bin/registry serve registry.yml >log 2>&1 &
server=$!
for _ in $(seq 50); do
    bin/crane catalog "127.0.0.1:$port" >/dev/null 2>&1 && break
    sleep 0.2
done
bin/crane catalog "127.0.0.1:$port" >/dev/null 2>&1 || cannot_tell "the registry does not start: $(tail -1 log)"
host=127.0.0.1:$port

echo image >image.txt
cat >example.py <<'PY'
import sys
import oras.client

host, = sys.argv[1:]
client = oras.client.OrasClient(hostname=host, insecure=True)
client.push(target=f"{host}/app:old", files=["image.txt"], quiet=True)
client.push(target=f"{host}/app:other", files=["example.py"], quiet=True)
manifest = client.get_manifest(f"{host}/app:old")
client.upload_manifest(manifest, client.get_container(f"{host}/app:stable"))
first, second = (client.get_manifest(f"{host}/app:{tag}") for tag in ("old", "stable"))
print("both tags have one manifest:", first == second)
print("deleted:", client.delete_tags(f"{host}/app", ["old"]))
PY
venv/bin/python example.py "$host" >output 2>errors || { tail -1 errors; echo "changed: it fails"; exit 1; }
cat output
grep -qx 'both tags have one manifest: True' output && grep -qx "deleted: \['old'\]" output || cannot_tell "the tag was not deleted"
left=yes
bin/crane manifest "$host/app:stable" >manifest 2>&1 || left=no
echo "the tag stable can be read: $left"

# The registry can delete a tag alone.
bin/crane copy "$host/app:other" "$host/app:second" >copied 2>&1 || cannot_tell "no second tag: $(tail -1 copied)"
bin/crane delete "$host/app:second" >deleted 2>&1 || cannot_tell "the registry deletes no tag: $(tail -1 deleted)"
bin/crane manifest "$host/app:other" >manifest 2>&1 || cannot_tell "the registry deletes the manifest with its tag"
if [ "$left" = no ]; then
    echo "as found"
    exit 0
fi
echo "changed"
exit 1
