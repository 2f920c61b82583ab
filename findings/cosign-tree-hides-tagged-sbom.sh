#!/usr/bin/env bash
# An image with two SBoMs, one under cosign's tag and one as an OCI 1.1 referrer: `cosign tree` prints the second one twice,
# once under the tag of the first, and never prints the first.
#
# Versions: cosign v3.1.3 and crane v0.22.1, installed with `go install` into a temporary folder.
#
# `cosign attach sbom` stores an SBoM under the tag `sha256-<hex>.sbom`, and with `--registry-referrers-mode oci-1-1` as a
# referrer with the type application/vnd.dev.cosign.artifact.sbom.v1+json. An image that was given an SBoM in each way has
# both.
#
# Expected: `cosign tree` shows the layer of the tag under the name of the tag, and the layer of the referrer under the
# digest of the referrer.
#
# Seen: it shows the layer of the referrer under both. `attachment` in pkg/oci/remote looks for a referrer first, and
# for the tag only if there is none; `cosign tree` prints its result under the name of the tag. `cosign download sbom`
# writes the SBoM of the referrer and has no option for the other one. `cosign tree --registry-referrers-mode legacy` does
# the same.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
for program in go sha256sum; do command -v "$program" >/dev/null || cannot_tell "$program is missing"; done

work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

for package in github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3 github.com/google/go-containerregistry/cmd/crane@v0.22.1; do
    GOBIN=$work/bin GOFLAGS=-mod=mod go install "$package" >"$work/install" 2>&1 ||
        cannot_tell "$package cannot be installed: $(tail -1 "$work/install")"
done
export HOME=$work/home DOCKER_CONFIG=$work/home/.docker COSIGN_EXPERIMENTAL=1
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
repository=127.0.0.1:$port/app
bin/crane append --new_layer layer.tar --new_tag "$repository:v1" >push 2>&1 || cannot_tell "the image was not pushed: $(cat push)"
image=$repository@$(bin/crane digest "$repository:v1")
echo '{"spdxVersion":"SPDX-2.3","name":"by tag"}' >tag.json
echo '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1}' >referrer.json
attach() { bin/cosign attach sbom --input-format json "$@" "$image" >attach 2>&1 || cannot_tell "an SBoM was not attached: $(tail -1 attach)"; }
attach --sbom tag.json --type spdx
attach --sbom referrer.json --type cyclonedx --registry-referrers-mode oci-1-1

tree=$(bin/cosign tree "$image" 2>&1) || cannot_tell "cosign tree failed: $tree"
echo "$tree"
times() { printf '%s\n' "$tree" | grep -c "sha256:$(sha256sum "$1" | cut -d' ' -f1)" || true; }
echo "the SBoM under the tag is shown $(times tag.json) times, that of the referrer $(times referrer.json) times"
case "$(times tag.json) $(times referrer.json)" in
    "0 2") echo "as found" ;;
    "1 1") echo "changed: each is shown once"; exit 1 ;;
    *) cannot_tell "another tree" ;;
esac
