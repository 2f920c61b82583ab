//! Media types of manifests, configurations and layers.
//!
//! Specification: [image-spec, Media Types][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md

use crate::error::{Code, Result, into_error};

/// OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// OCI image index: a list of manifests.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Docker image manifest, version 2, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker manifest list: the predecessor of the OCI image index.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// OCI artifact manifest, of the image-spec's release candidates 1.1.0-rc1 and 1.1.0-rc2.
pub const OCI_ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
/// ORAS artifact manifest, of the ORAS artifacts-spec.
pub const ORAS_ARTIFACT: &str = "application/vnd.cncf.oras.artifact.manifest.v1+json";
/// The empty configuration of an artifact: the two bytes `{}`.
pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// The artifact type of an artifact that was pushed without one.
pub const UNKNOWN_ARTIFACT: &str = "application/vnd.unknown.artifact.v1";
/// The media type of a config that was pushed without one.
pub const UNKNOWN_CONFIG: &str = "application/vnd.unknown.config.v1+json";
/// A layer that is a tar archive, and what ORAS takes for a file without a media type.
pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// A layer that is a tar archive compressed with gzip, such as a packed directory.
pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// The configuration of a runnable OCI image.
pub const OCI_IMAGE_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// The configuration of a runnable Docker image.
pub const DOCKER_IMAGE_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// The artifact type of an attestation by BuildKit.
pub const BUILDKIT_ATTESTATION: &str = "application/vnd.docker.attestation.manifest.v1+json";
/// Bytes of an unknown type.
pub const OCTET_STREAM: &str = "application/octet-stream";

/// The `Accept` header of requests for manifests: every type that [`is_manifest`] knows, and `*/*`.
///
/// docker-registry 2.8.2 returns 404 for an OCI manifest whose type the header does not list.
pub const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, \
    application/vnd.cncf.oras.artifact.manifest.v1+json, \
    */*;q=0.1";

/// The text is not a media type. Converts into [`Error`](crate::Error) with
/// [`Code::InvalidArgument`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaTypeError {
    /// A media type does not follow RFC 6838.
    #[error("invalid media type {text:?}: expected type/subtype")]
    MediaType {
        /// The text.
        text: String,
    },
    /// An artifact type does not follow RFC 6838.
    #[error("invalid artifact type {text:?}: expected type/subtype")]
    ArtifactType {
        /// The text.
        text: String,
    },
}

impl MediaTypeError {
    fn code(&self) -> Code {
        Code::InvalidArgument
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            MediaTypeError::MediaType { .. } => "for example application/json",
            MediaTypeError::ArtifactType { .. } => {
                "for example application/vnd.example.sbom or signature/example"
            }
        })
    }
}

into_error!(MediaTypeError);

/// Returns the media type in lower case and without parameters, for comparisons.
///
/// ```
/// use ocigraph_types::media_type;
///
/// assert_eq!(media_type::essence("Text/HTML; charset=utf-8"), "text/html");
/// ```
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Returns true for a Docker manifest of schema 1, whose digest is not that of all its bytes.
pub fn is_docker_schema_1(media_type: &str) -> bool {
    essence(media_type).starts_with("application/vnd.docker.distribution.manifest.v1+")
}

/// Returns true for an OCI image index or a Docker manifest list.
pub fn is_index(media_type: &str) -> bool {
    matches!(essence(media_type).as_str(), OCI_INDEX | DOCKER_LIST)
}

/// Returns true for every kind of manifest, indexes included.
pub fn is_manifest(media_type: &str) -> bool {
    is_index(media_type)
        || matches!(
            essence(media_type).as_str(),
            OCI_MANIFEST | DOCKER_MANIFEST | OCI_ARTIFACT | ORAS_ARTIFACT
        )
}

/// Returns true for the configuration of a runnable image, OCI or Docker.
pub fn is_image_config(media_type: &str) -> bool {
    matches!(essence(media_type).as_str(), OCI_IMAGE_CONFIG | DOCKER_IMAGE_CONFIG)
}

/// Returns true if `text` is a media type without parameters: `type/subtype`, as
/// [RFC 6838, section 4.2](https://www.rfc-editor.org/rfc/rfc6838#section-4.2) defines it.
///
/// ```
/// use ocigraph_types::media_type;
///
/// assert!(media_type::is_valid("application/vnd.cyclonedx+json"));
/// assert!(!media_type::is_valid("sbom"));
/// ```
pub fn is_valid(text: &str) -> bool {
    let restricted = |name: &str| {
        name.len() <= 127
            && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| restricted(kind) && restricted(subtype))
}

/// Checks a media type with [`is_valid`].
///
/// # Errors
///
/// [`Code::InvalidArgument`] if `text` is not a media type; the source is a [`MediaTypeError`].
///
/// ```
/// use ocigraph_types::media_type;
///
/// let error = media_type::check("sbom").unwrap_err();
/// assert_eq!(error.message(), r#"invalid media type "sbom": expected type/subtype"#);
/// ```
pub fn check(text: &str) -> Result<()> {
    if is_valid(text) {
        return Ok(());
    }
    Err(MediaTypeError::MediaType { text: text.to_owned() }.into())
}

/// Checks an artifact type, which has the syntax of a media type.
///
/// # Errors
///
/// [`Code::InvalidArgument`] if `text` is not a media type; the source is a [`MediaTypeError`].
pub fn check_artifact_type(text: &str) -> Result<()> {
    if is_valid(text) {
        return Ok(());
    }
    Err(MediaTypeError::ArtifactType { text: text.to_owned() }.into())
}
