#!/usr/bin/env bash
# A registry that is open in part: ORAS does not send a stored credential if nothing asks for it.
#
# Versions: oras v1.3.3 and crane v0.20.6, installed with `go install` into a temporary folder.
#
# zot and other registries serve their public repositories to everybody. They answer 200 to /v2/, with the scheme in
# WWW-Authenticate beside it, and 404 for a repository that strangers may not see, so that its name stays private. The
# server below does the same, with one private repository.
#
# Expected: a client with a credential for the host in its configuration sees the private repository, as after a login.
# The distribution specification leaves open when a client authenticates, and RFC 9110, section 11.6.1, permits
# WWW-Authenticate in other responses than 401 to say that a credential may change the response.
#
# Seen: crane asks /v2/ first, takes the scheme from there, and lists the tags. ORAS sends no credential, because no
# response is a 401, and reports that the repository is unknown. Nothing says that a credential was not sent.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"
command -v python3 >/dev/null || cannot_tell "python3 is missing"

work=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    chmod -R u+w "$work" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

GOBIN=$work/bin GOFLAGS=-mod=mod go install oras.land/oras/cmd/oras@v1.3.3 >"$work/install" 2>&1 ||
    cannot_tell "oras cannot be installed: $(tail -1 "$work/install")"
GOBIN=$work/bin GOFLAGS=-mod=mod go install github.com/google/go-containerregistry/cmd/crane@v0.20.6 >"$work/install" 2>&1 ||
    cannot_tell "crane cannot be installed: $(tail -1 "$work/install")"

cat >"$work/registry.py" <<'PYTHON'
import base64, http.server, json, sys

KNOWN = "Basic " + base64.b64encode(b"ada:secret").decode()

class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/v2/":
            return self.answer(200, {}, {"WWW-Authenticate": 'Basic realm="registry"'})
        if self.path.startswith("/v2/private/tags/list") and self.headers.get("Authorization") == KNOWN:
            return self.answer(200, {"name": "private", "tags": ["v1"]})
        self.answer(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known to registry"}]})

    def answer(self, status, body, headers={}):
        body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(server.server_address[1], flush=True)
server.serve_forever()
PYTHON
python3 "$work/registry.py" >"$work/port" &
server=$!
for _ in $(seq 50); do [ -s "$work/port" ] && break; sleep 0.1; done
host=127.0.0.1:$(cat "$work/port")

export HOME=$work/home DOCKER_CONFIG=$work/home/.docker
mkdir -p "$DOCKER_CONFIG"
printf '{"auths":{"%s":{"auth":"%s"}}}' "$host" "$(printf 'ada:secret' | base64)" >"$DOCKER_CONFIG/config.json"

crane=$(timeout 60 "$work/bin/crane" ls --insecure "$host/private" 2>&1) || true
oras=$(timeout 60 "$work/bin/oras" repo tags --plain-http "$host/private" 2>&1) || true
echo "crane ls:       $crane"
echo "oras repo tags: $oras"
[ "$crane" = v1 ] || cannot_tell "crane does not list the tags"
case $oras in
    v1) echo "changed: oras sends the credential"; exit 1 ;;
    *"not known"*) echo "as found"; exit 0 ;;
    *) cannot_tell "another answer" ;;
esac
