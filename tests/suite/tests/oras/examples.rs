//! The examples of ORAS's help.
//!
//! `{R}` is the registry of the program, `{C}` an annotation that fixes the time. A name before ` = ` is that of the
//! digest that the command prints, and `{NAME}` is this digest. Text before ` | ` is standard input.

/// With a registry.
pub(crate) const REGISTRY: &str = "
# push
v1 = push {R}/hello:v1 hi.txt {C}
push --export-manifest manifest.json {R}/hello:exported hi.txt {C}
push {R}/hello:v2 hi.txt:application/vnd.me.hi {C}
push {R}/hello:v3 hi.txt:application/vnd.me.hi bye.txt:application/vnd.me.bye {C}
push {R}/hello:colon hi:txt: {C}
push {R}/hello:typed hi.txt --artifact-type application/vnd.example+type {C}
push --image-spec v1.0 --artifact-type application/vnd.me.config {R}/hello:v1.0 hi.txt {C}
push --config config.json:application/vnd.me.config {R}/hello:config hi.txt {C}
push {R}/hello:json hi.txt --format json {C}
push {R}/hello:template hi.txt --format go-template='{{.digest}}' {C}
push --plain-http {R}/hello:http hi.txt {C}
push --annotation key=val {R}/hello:annotated {C}
push --annotation-file annotation.json {R}/hello:from-file hi.txt
push --artifact-platform linux/arm/v5 {R}/hello:arm {C}
push {R}/hello:tag1,tag2,tag3 hi.txt {C}
push --concurrency 6 {R}/hello:tag1,tag2,tag3 hi.txt {C}
push {R}/hello:folder docs/readme.md {C}
# attach
sbom = attach --artifact-type doc/example {R}/hello:v1 hi.txt {C}
attach --artifact-type doc/example {R}/hello:v1 hi.txt:application/vnd.me.hi {C}
attach --artifact-type doc/example --annotation-file annotation.json {R}/hello:v1 hi.txt
attach --artifact-type doc/example --annotation key1=val1 --annotation key2=val2 {R}/hello:v1 {C}
attach --artifact-type doc/example {R}/hello:v1 bye.txt --format json {C}
attach --artifact-type doc/example {R}/hello:v1 bye.txt --format go-template --template '{{.digest}}' {C}
attach --artifact-type doc/example --export-manifest attached.json {R}/hello:v1 hi.txt {C}
attach --artifact-type doc/example --config config.json:application/vnd.me.config {R}/hello:v1 hi.txt {C}
attach --artifact-type doc/nested {R}/hello@{sbom} bye.txt {C}
# discover
discover {R}/hello:v1 --format json --depth 1
discover {R}/hello:v1 --format json
discover {R}/hello:v1 --format json --artifact-type doc/nested
discover {R}/hello:v1 --format table
discover {R}/hello:v1 --format go-template --template '{{.digest}}'
# pull
pull {R}/hello:v1 -o pulled
pull {R}/hello:v3 -o pulled --format json
pull {R}/hello:v3 -o pulled --format go-template='{{.reference}}'
pull --config pulled-config.json {R}/hello:config -o with-config
pull --include-subject {R}/hello@{sbom} -o subjects
pull --concurrency 6 {R}/hello:v2 -o pulled
pull {R}/hello:missing -o pulled
# tag, resolve
tag {R}/hello:v1 v1.0.1
tag {R}/hello@{v1} v1.0.2
tag --concurrency 1 {R}/hello:v1 v1.0.3 latest
resolve {R}/hello:v1
resolve --full-reference {R}/hello:v1
resolve {R}/hello:missing
digest {R}/hello:v1
# repo
repo ls {R}
repo ls {R}/hello
repo ls --last aaa {R}
repo ls {R} --format json
repo ls {R} --format go-template --template '{{.repositories}}'
repo tags {R}/hello
repo tags {R}/hello --format json
repo tags {R}/hello:v1
repo tags {R}/hello@{v1}
repo tags {R}/hello --last v1
repo tags {R}/hello --exclude-digest-tags
repo tags {R}/hello --exclude-digest-tags --format json
repo tags {R}/hello --exclude-digest-tags --format go-template --template '{{.tags}}'
repository show-tags {R}/hello --exclude-digest-tags
# manifest
manifest fetch {R}/hello:v1
manifest fetch --descriptor {R}/hello:v1
manifest fetch --descriptor --pretty {R}/hello:v1
manifest fetch {R}/hello:v1 --format json
manifest fetch {R}/hello:v1 --format go-template --template '{{.content.mediaType}}'
manifest fetch --pretty {R}/hello:v1
manifest fetch --media-type application/vnd.oci.image.manifest.v1+json {R}/hello:v1
manifest fetch -o fetched.json {R}/hello:v1
manifest fetch -o - {R}/hello:v1
manifest fetch {R}/hello:missing
manifest get {R}/hello:v1
manifest fetch-config {R}/hello:config
manifest fetch-config --pretty {R}/hello:config
manifest fetch-config --descriptor {R}/hello:config
manifest fetch-config --descriptor --pretty {R}/hello:config
manifest fetch-config --output config-out.json {R}/hello:config
manifest push {R}/hello:pushed manifest.json
manifest push {R}/hello manifest.json
manifest push --descriptor {R}/hello:pushed manifest.json
manifest push --descriptor --pretty {R}/hello manifest.json
manifest push {R}/hello:m1,m2,m3 manifest.json
# index
index = manifest index create {R}/hello:multi v1 v2
manifest index create {R}/hello v1 v2
manifest index create {R}/hello:multi1,multi2 {v1} typed
manifest index create {R}/hello:multi3 v1 --annotation key=val
manifest index create --artifact-type=application/vnd.example+type {R}/hello v1
manifest index create {R}/hello v1 v2 --output index.json
manifest index create {R}/hello v1 --output - --pretty
manifest index update {R}/hello:multi --add v3
manifest index update {R}/hello:multi --remove {v1}
manifest index update {R}/hello:multi --merge multi1
manifest index update {R}/hello:multi --remove {v1} --artifact-type application/vnd.example+type
manifest index update {R}/hello@{index} --add v3 --tag new1 --tag new2
manifest index update {R}/hello:multi --add json --output updated.json
# blob
hi = blob push {R}/hello hi.txt
blob push {R}/hello@{hi} hi.txt
blob push --descriptor {R}/hello hi.txt
blob push --descriptor --pretty {R}/hello hi.txt
blob push --media-type application/vnd.oci.image.config.v1+json --descriptor {R}/hello hi.txt
blob fetch --output blob.txt {R}/hello@{hi}
blob fetch --output - {R}/hello@{hi}
blob fetch --descriptor {R}/hello@{hi}
blob fetch --descriptor --pretty {R}/hello@{hi}
blob fetch --output blob.txt --descriptor {R}/hello@{hi}
blob get --output - {R}/hello@{hi}
# cp
cp {R}/hello:v1 {R}/copy:v1
cp -r {R}/hello:v1 {R}/copy:with-referrers
cp --to-oci-layout {R}/hello:v1 downloaded:v1
cp --from-oci-layout downloaded:v1 {R}/copy:from-layout
cp {R}/hello:v1 {R}/copy:c1,c2,c3
cp --concurrency 10 {R}/hello:v1 {R}/copy:c1,c2,c3
cp --force {R}/hello:v1 {R}/copy:forced
cp {R}/hello:missing {R}/copy:v1
# backup, restore
backup --output backup {R}/hello:v1
backup --output backup.tar {R}/hello:v1
backup --output backup-all --include-referrers {R}/hello:v1,v2
restore --input backup.tar {R}/restored:v1
restore --input backup {R}/restored:v1
restore --input backup-all {R}/restored
restore --input backup-all --dry-run {R}/restored2
restore --input backup-all --exclude-referrers {R}/restored3
# delete
manifest delete --force {R}/hello:nothing
manifest delete --force --descriptor {R}/hello:v3
blob delete --force {R}/hello@{hi}
# wrong usage
push
pull
attach {R}/hello:v1 hi.txt
discover {R}/hello
push {R}/hello:v9 missing.txt
push {R}/hello:v9 hi.txt --format go-template
push {R}/hello:v9 hi.txt --image-spec v2
manifest fetch {R}/hello:v1 --template '{{.digest}}'
";

/// With image layouts.
pub(crate) const LAYOUT: &str = "
v1 = push --oci-layout layout-dir:v1 hi.txt {C}
push --oci-layout layout-dir:test hi.txt {C}
push example.com:test hi.txt --oci-layout-path layout-dir {C}
push --oci-layout layout-dir:tag1,tag2 hi.txt --format json {C}
sbom = attach --oci-layout --artifact-type doc/example layout-dir@{v1} hi.txt {C}
attach --artifact-type doc/example --oci-layout-path layout-dir {v1} bye.txt {C}
attach --oci-layout --artifact-type doc/example layout-dir@{v1} config.json --format json {C}
discover --oci-layout layout-dir:v1 --format json
discover example.com:test --oci-layout-path layout-dir --format json
pull --oci-layout layout-dir:v1 -o pulled
pull example.com:test --oci-layout-path layout-dir -o pulled
pull --oci-layout layout-dir:v1 -o pulled --format json
tag --oci-layout layout-dir:v1 v1.0.2
resolve --oci-layout layout-dir:v1
resolve --oci-layout --full-reference layout-dir:v1
resolve --oci-layout layout-dir:missing
repo tags --oci-layout layout-dir
repo tags --oci-layout layout-dir --format json
repo tags --oci-layout layout-dir:v1
manifest fetch --oci-layout layout-dir:v1
manifest fetch --oci-layout --descriptor layout-dir:v1
manifest fetch --oci-layout layout-dir:v1 --format json
manifest fetch example.com:test --oci-layout-path layout-dir
manifest fetch --oci-layout -o manifest.json layout-dir:v1
manifest fetch-config --oci-layout layout-dir:v1
manifest push --oci-layout layout-dir:pushed manifest.json
manifest push example.com:pushed manifest.json --oci-layout-path layout-dir
index = manifest index create layout-dir:multi v1 {sbom} --oci-layout
manifest index update layout-dir@{index} --remove {sbom} --tag multi2 --oci-layout
hi = blob push --oci-layout layout-dir hi.txt
blob fetch --oci-layout --output - layout-dir@{hi}
blob fetch --oci-layout --descriptor layout-dir@{hi}
cp --from-oci-layout --to-oci-layout layout-dir:v1 copy-dir:v1
cp -r --from-oci-layout --to-oci-layout layout-dir:v1 copy-dir:with-referrers
cp --from-oci-layout layout-dir:v1 {R}/hello:v1
cp --to-oci-layout-path copy-dir {R}/hello:v1 example.com/hello:v1
push --oci-layout deleted-dir:v1 hi.txt {C}
manifest delete --oci-layout --force deleted-dir:v1
manifest delete --oci-layout --force deleted-dir:v1
push --oci-layout named-dir:v1 hi.txt {C}
attach --oci-layout --artifact-type doc/example named-dir:v1 bye.txt {C}
";
