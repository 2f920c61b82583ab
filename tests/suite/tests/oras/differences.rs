//! What differs between ORAS 1.3.6 and ocigraph on purpose.

/// What of a command differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// One of the programs fails.
    Success,
    /// The standard output.
    Output,
    /// The files in the working folder.
    Files,
}

use Difference::{Files, Output};

const REGISTRIES: &str = "docker-registry distribution ggcr";
const FALLBACK: &str =
    "ocigraph does not list the tags under which clients keep lists of referrers";
const WORDS: &str =
    "ocigraph has its own words for people, with digests and sizes; --format json is for programs";

/// The places, the line of `examples`, what differs, and why.
pub(crate) const DIFFERENCES: &[(&str, &str, Difference, &str)] = &[
    (
        REGISTRIES,
        "discover {R}/hello:v1 --format json --artifact-type doc/nested",
        Output,
        "a filter of ocigraph shows the path to what matches, and ORAS finds nothing below another type",
    ),
    (
        REGISTRIES,
        "discover {R}/hello:v1 --format table",
        Output,
        "the descriptors in the table have the same members in another order",
    ),
    (
        REGISTRIES,
        "pull --include-subject {R}/hello@{sbom} -o subjects",
        Output,
        "ocigraph names both artifacts; ORAS counts the content that they share as skipped",
    ),
    (
        "ggcr",
        "discover {R}/hello:v1 --format json --depth 1",
        Output,
        "the list of ggcr has the type of the config as artifact type; ocigraph reads the manifest",
    ),
    ("ggcr", "discover {R}/hello:v1 --format json", Output, "as above"),
    (
        "ggcr",
        "blob fetch --output blob.txt --descriptor {R}/hello@{hi}",
        Output,
        "ORAS takes the Content-Type of the response, which ggcr guesses from the content",
    ),
    (REGISTRIES, "repo tags {R}/hello", Output, FALLBACK),
    (REGISTRIES, "repo tags {R}/hello --format json", Output, FALLBACK),
    (
        "docker-registry",
        "repo tags {R}/hello --last v1",
        Output,
        "docker-registry 2.8.2 ignores the parameter `last`; ocigraph lists only what comes after it",
    ),
    (REGISTRIES, "backup --output backup {R}/hello:v1", Output, WORDS),
    (REGISTRIES, "backup --output backup.tar {R}/hello:v1", Output, WORDS),
    (REGISTRIES, "backup --output backup-all --include-referrers {R}/hello:v1,v2", Output, WORDS),
    (REGISTRIES, "restore --input backup.tar {R}/restored:v1", Output, WORDS),
    (REGISTRIES, "restore --input backup {R}/restored:v1", Output, WORDS),
    (REGISTRIES, "restore --input backup-all {R}/restored", Output, WORDS),
    (REGISTRIES, "restore --input backup-all --dry-run {R}/restored2", Output, WORDS),
    (REGISTRIES, "restore --input backup-all --exclude-referrers {R}/restored3", Output, WORDS),
    (
        "layout",
        "attach --oci-layout --artifact-type doc/example named-dir:v1 bye.txt {C}",
        Output,
        "ORAS copies the tag and other annotations of the layout's index into the subject",
    ),
    (
        "layout",
        "attach --oci-layout --artifact-type doc/example named-dir:v1 bye.txt {C}",
        Files,
        "the subject is another, and so the digest",
    ),
];
