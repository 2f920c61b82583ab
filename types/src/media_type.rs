//! The media types this project reads and writes, and the questions asked of them.

use crate::{Code, Error, Result};

/// OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// OCI image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Docker image manifest, version 2 schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// OCI artifact manifest, of image-spec 1.1.0-rc1 and rc2.
pub const OCI_ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
/// ORAS artifact manifest, of the ORAS artifacts-spec.
pub const ORAS_ARTIFACT: &str = "application/vnd.cncf.oras.artifact.manifest.v1+json";
/// The config of a manifest that has none: two bytes, `{}`.
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// The artifact type written when none was given.
pub const UNKNOWN_ARTIFACT: &str = "application/vnd.unknown.artifact.v1";
/// A layer: a directory packed as tar and gzip.
pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// The config of a runnable OCI image.
pub const OCI_IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// The config of a runnable Docker image.
pub const DOCKER_IMAGE_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// Bytes of which nothing is known.
pub const OCTET_STREAM: &str = "application/octet-stream";

/// Every manifest type, for the `Accept` header. docker-registry 2.8.2 answers 404 for an OCI
/// manifest, on HEAD as on GET, when its type is not listed.
pub const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, \
    application/vnd.cncf.oras.artifact.manifest.v1+json, \
    */*;q=0.1";

/// The type without parameters, lower-cased: what media types are compared by.
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether it is an index: a list of manifests.
pub fn is_index(media_type: &str) -> bool {
    matches!(essence(media_type).as_str(), OCI_INDEX | DOCKER_LIST)
}

/// Whether it is a manifest of any kind, indexes included.
pub fn is_manifest(media_type: &str) -> bool {
    is_index(media_type)
        || matches!(
            essence(media_type).as_str(),
            OCI_MANIFEST | DOCKER_MANIFEST | OCI_ARTIFACT | ORAS_ARTIFACT
        )
}

/// Whether it is the config of a runnable image, OCI's or Docker's.
pub fn is_image_config(media_type: &str) -> bool {
    matches!(essence(media_type).as_str(), OCI_IMAGE_CONFIG | DOCKER_IMAGE_CONFIG)
}

/// Whether `text` is written as RFC 6838 wants a media type: `type/subtype`.
///
/// ```
/// assert!(ocigraph_types::media_type::is_valid("application/vnd.cyclonedx+json"));
/// assert!(!ocigraph_types::media_type::is_valid("sbom"));
/// ```
pub fn is_valid(text: &str) -> bool {
    let restricted = |name: &str| {
        name.len() <= 127
            && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| restricted(kind) && restricted(subtype))
}

/// INVALID_ARGUMENT when `text` is no media type.
pub fn check(text: &str) -> Result<()> {
    if is_valid(text) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArgument, format!("{text:?} is no media type"))
        .with_hint("write type/subtype, as in application/json"))
}

/// INVALID_ARGUMENT when `text` is no artifact type, which is written as a media type.
pub fn check_artifact_type(text: &str) -> Result<()> {
    if is_valid(text) {
        return Ok(());
    }
    Err(Error::new(Code::InvalidArgument, format!("artifact type {text:?} is no media type"))
        .with_hint("write type/subtype, as in application/vnd.example.sbom or signature/example"))
}
