#!/usr/bin/env bash
# `regctl image copy --referrers` out of an image layout loses what `oras attach` has attached there, and succeeds.
#
# Versions: regctl v0.11.7 and oras v1.3.6, installed with `go install` into a temporary folder.
#
# image-spec v1.1.1, "Image Layout Specification": index.json lists the manifests of the layout. `oras attach --oci-layout` adds
# the manifest of an SBoM to that list, with the image as its subject. The specification has no other place for referrers in a
# layout: the referrers tag schema is a part of distribution-spec, for registries without a referrers API.
#
# Expected: the copy has the SBoM, since `--referrers` means "Include referrers" and the layout lists it. `regctl image copy
# --referrers` from a registry copies it.
#
# Seen: the copy has the image alone, with exit code 0 and without a message, and `regctl artifact list` finds nothing. regctl
# reads and writes referrers of a layout under the tag sha256-DIGEST only. `oras discover` finds in a layout what either program
# has attached.
#
# Exit codes: 0 as found, 1 changed, 2 cannot tell.

set -euo pipefail

cannot_tell() { echo "cannot tell: $1"; exit 2; }
command -v go >/dev/null || cannot_tell "go is missing"

work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
install() {
    GOBIN=$work/bin GOFLAGS=-mod=mod go install "$1" >"$work/install" 2>&1 ||
        cannot_tell "$1 cannot be installed: $(tail -1 "$work/install")"
}
install github.com/regclient/regclient/cmd/regctl@v0.11.7
install oras.land/oras/cmd/oras@v1.3.6
export HOME=$work DOCKER_CONFIG=$work/config
oras() { "$work/bin/oras" "$@"; }
regctl() { "$work/bin/regctl" "$@"; }

cd "$work"
echo image >image.txt
echo '{}' >sbom.json
echo '{}' >scan.json
oras push --oci-layout store:v1 --artifact-type application/example image.txt >/dev/null || cannot_tell "oras push failed"
oras attach --oci-layout store:v1 --artifact-type application/spdx+json sbom.json >/dev/null || cannot_tell "oras attach failed"
count() { oras discover --oci-layout --format json "$1" | grep -c '"artifactType": "application/\(spdx+json\|scan\)"' || true; }
[ "$(count store:v1)" = 1 ] || cannot_tell "oras does not find what it has attached"

regctl image copy --referrers ocidir://store:v1 ocidir://copy:v1 >/dev/null 2>&1 || cannot_tell "regctl image copy failed"
listed=$(regctl artifact list --format '{{len .Descriptors}}' ocidir://store:v1) || cannot_tell "regctl artifact list failed"
copied=$(count copy:v1)
echo "attached by oras: found by oras: 1, by regctl: $listed, in the copy: $copied"

# What regctl has attached is found by both, and copied.
regctl artifact put --subject ocidir://store:v1 --artifact-type application/scan -f scan.json >/dev/null ||
    cannot_tell "regctl artifact put failed"
regctl image copy --referrers ocidir://store:v1 ocidir://second:v1 >/dev/null 2>&1 || cannot_tell "the second copy failed"
echo "with one of each: found by oras: $(count store:v1), in the copy: $(count second:v1)"
[ "$(count store:v1)" = 2 ] && [ "$(count second:v1)" -ge 1 ] || cannot_tell "regctl's own attachment is not found"

if [ "$copied" = 0 ] && [ "$listed" = 0 ]; then
    echo "as found"
    exit 0
fi
echo "changed: regctl finds what oras has attached"
exit 1
