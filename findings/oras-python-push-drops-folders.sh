#!/usr/bin/env bash
# `push` of the Python package oras drops the folders of files: of two files with one name, a pull has only one.
#
# Versions: oras 0.2.43 of PyPI in a virtual environment, and crane v0.22.1, installed with `go install`, in a
# temporary folder.
#
# The annotation org.opencontainers.image.title has the name of a file of an artifact. The command `oras push linux/app
# windows/app` gives the files the titles `linux/app` and `windows/app`, and a pull writes both.
#
# Expected: `push(files=["linux/app", "windows/app"])` does the same, or refuses two files of one name. `pull` returns two files
# with their own content.
#
# Seen: both have the title `app`. The push and the pull succeed. `pull` returns the same path twice, and the file has the
# content of the last one; the other content is not written.
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

mkdir linux windows
echo linux >linux/app
echo windows >windows/app
cat >example.py <<'PY'
import sys, pathlib
import oras.client

target, = sys.argv[1:]
client = oras.client.OrasClient(insecure=True)
client.push(target=target, files=["linux/app", "windows/app"], quiet=True)
titles = [layer["annotations"]["org.opencontainers.image.title"] for layer in client.get_manifest(target)["layers"]]
files = client.pull(target=target, outdir="out")
contents = sorted({pathlib.Path(file).read_text().strip() for file in files})
print("titles:", *titles)
print("contents after a pull:", *contents)
PY
venv/bin/python example.py "$host/app:v1" >output 2>errors || { tail -1 errors; echo "changed: it fails"; exit 1; }
cat output
if grep -qx 'titles: app app' output && grep -qx 'contents after a pull: windows' output; then
    echo "as found"
    exit 0
fi
echo "changed"
exit 1
