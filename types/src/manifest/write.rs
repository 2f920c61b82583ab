//! [`ManifestBuilder`]: writes the manifest of a new artifact.

use crate::{
    annotation::Annotations,
    descriptor::Descriptor,
    digest::{Algorithm, Digest},
    error::{Code, Result, into_error},
    media_type,
};

use super::{format::ManifestFormat, json, parse::Manifest};

/// Writes the manifest of a new artifact, in any [`ManifestFormat`].
///
/// ```
/// use ocigraph_types::{Descriptor, ManifestBuilder, ManifestFormat, media_type};
///
/// let image = Descriptor::of(media_type::OCI_MANIFEST, b"{}");
/// let sbom = Descriptor::of("application/spdx+json", b"{\"spdxVersion\":\"SPDX-2.3\"}");
/// let manifest = ManifestBuilder::new()
///     .artifact_type("application/vnd.example.sbom")
///     .blob(sbom)
///     .subject(image.clone())
///     .build(ManifestFormat::Oci11)?;
/// assert_eq!(manifest.subject(), Some(&image));
/// assert_eq!(manifest.artifact_type(), Some("application/vnd.example.sbom"));
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ManifestBuilder {
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    blobs: Vec<Descriptor>,
    subject: Option<Descriptor>,
    annotations: Annotations,
}

/// The manifest cannot be written in the format. Converts into [`Error`](crate::Error) with
/// [`Code::InvalidArgument`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestBuildError {
    /// An OCI image manifest 1.0 with a subject.
    #[error("an OCI 1.0 manifest cannot have a subject")]
    Subject,
    /// An OCI image manifest 1.0 with an artifact type and a configuration of another media type,
    /// which is the artifact type there.
    #[error(
        "an OCI 1.0 manifest has the media type of its config as its artifact type: expected \
         {config:?} and {artifact_type:?} to be equal"
    )]
    TwoTypes {
        /// The media type of the configuration.
        config: String,
        /// The artifact type.
        artifact_type: String,
    },
    /// An artifact manifest with a configuration.
    #[error("an artifact manifest cannot have a config")]
    Config,
    /// The manifest that an index is made of is not an index.
    #[error("the manifest {digest} is not an index: it has the media type {media_type}")]
    NotAnIndex {
        /// The digest of the manifest.
        digest: Digest,
        /// Its media type.
        media_type: String,
    },
    /// A Docker manifest list with annotations or an artifact type.
    #[error("a Docker manifest list has neither annotations nor an artifact type")]
    DockerList,
}

impl ManifestBuildError {
    fn code(&self) -> Code {
        Code::InvalidArgument
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            ManifestBuildError::Subject => "use the format oci-1.1 or auto, which have a subject",
            ManifestBuildError::TwoTypes { .. } => {
                "use the format oci-1.1, or omit the artifact type or the media type of the config"
            }
            ManifestBuildError::Config => "use the format oci-1.1, or omit the config",
            ManifestBuildError::NotAnIndex { .. } => "name an index",
            ManifestBuildError::DockerList => "create an OCI index of the same manifests",
        })
    }
}

into_error!(ManifestBuildError);

/// The empty JSON object: the content of the configuration, or of the only layer, of a manifest
/// that has none of its own. [`empty_descriptor`] describes it.
pub const EMPTY_JSON: &[u8] = b"{}";

/// Returns the descriptor of [`EMPTY_JSON`], with the media type [`media_type::EMPTY`].
///
/// Specification: [image-spec, Guidance for an Empty Descriptor][spec].
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor
pub fn empty_descriptor() -> Descriptor {
    Descriptor::of(media_type::EMPTY, EMPTY_JSON)
}

impl ManifestBuilder {
    /// Creates a builder with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the artifact type, a media type. Default: the media type of the configuration if one is
    /// set, [`media_type::UNKNOWN_ARTIFACT`] otherwise.
    pub fn artifact_type(mut self, artifact_type: impl Into<String>) -> Self {
        self.artifact_type = Some(artifact_type.into());
        self
    }

    /// Sets the configuration. Default: the [empty descriptor](empty_descriptor). Only image
    /// manifests have a configuration.
    ///
    /// A store accepts the manifest if its blobs exist. With the default configuration, or without
    /// blobs, push [`EMPTY_JSON`] as a blob before the manifest.
    pub fn config(mut self, config: Descriptor) -> Self {
        self.config = Some(config);
        self
    }

    /// Adds a blob: a layer of an image manifest.
    pub fn blob(mut self, blob: Descriptor) -> Self {
        self.blobs.push(blob);
        self
    }

    /// Adds several blobs, in their order.
    pub fn blobs(mut self, blobs: impl IntoIterator<Item = Descriptor>) -> Self {
        self.blobs.extend(blobs);
        self
    }

    /// Sets the subject: the manifest that the artifact refers to. The formats write its descriptor
    /// as it is; [`Descriptor::plain`] removes what a subject does not need.
    pub fn subject(mut self, subject: Descriptor) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Adds an annotation, and replaces one with the same key.
    pub fn annotation(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(key.into(), value.into());
        self
    }

    /// Adds annotations, and replaces those with the same keys.
    pub fn annotations(mut self, annotations: impl IntoIterator<Item = (String, String)>) -> Self {
        self.annotations.extend(annotations);
        self
    }

    /// Writes the manifest. The same input always results in the same bytes.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`] if the artifact type is not a media type (the source is a
    /// [`MediaTypeError`](media_type::MediaTypeError)), or if the format cannot have the subject or
    /// the configuration (a [`ManifestBuildError`]).
    pub fn build(self, format: ManifestFormat) -> Result<Manifest> {
        let body = match format {
            ManifestFormat::Auto | ManifestFormat::Oci11 => self.image_1_1()?,
            ManifestFormat::Oci10 => self.image_1_0()?,
            ManifestFormat::OciArtifact => self.artifact(Some(media_type::OCI_ARTIFACT))?,
            ManifestFormat::OrasArtifact => self.artifact(Some(media_type::ORAS_ARTIFACT))?,
            ManifestFormat::OrasArtifactDraft => self.artifact(None)?,
        };
        Manifest::parse(json::to_bytes(&body)?, None, Algorithm::Sha256)
    }

    fn image_1_1(self) -> Result<Body> {
        // The specification requires an artifact type if the configuration is empty. Otherwise the
        // media type of the configuration is the type.
        let artifact_type = match (self.artifact_type, &self.config) {
            (Some(given), _) => Some(given),
            (None, None) => Some(media_type::UNKNOWN_ARTIFACT.to_owned()),
            (None, Some(config)) if config.media_type == media_type::EMPTY => {
                Some(media_type::UNKNOWN_ARTIFACT.to_owned())
            }
            (None, Some(_)) => None,
        };
        if let Some(text) = artifact_type.as_deref() {
            media_type::check_artifact_type(text)?;
        }
        let layers = if self.blobs.is_empty() { vec![empty_descriptor()] } else { self.blobs };
        Ok(Body {
            schema_version: Some(2),
            media_type: Some(media_type::OCI_MANIFEST),
            artifact_type,
            config: Some(self.config.unwrap_or_else(empty_descriptor)),
            layers: Some(layers),
            subject: self.subject,
            annotations: self.annotations,
            ..Body::default()
        })
    }

    fn image_1_0(self) -> Result<Body> {
        if self.subject.is_some() {
            return Err(ManifestBuildError::Subject.into());
        }
        let config = match (self.config, self.artifact_type) {
            (Some(mut config), None) => {
                if config.media_type == media_type::EMPTY {
                    config.media_type = media_type::UNKNOWN_ARTIFACT.to_owned();
                }
                config
            }
            (Some(mut config), Some(artifact_type)) => {
                media_type::check_artifact_type(&artifact_type)?;
                let is_given =
                    ![media_type::EMPTY, media_type::UNKNOWN_CONFIG].contains(&&*config.media_type);
                if is_given && config.media_type != artifact_type {
                    let config = config.media_type;
                    return Err(ManifestBuildError::TwoTypes { config, artifact_type }.into());
                }
                config.media_type = artifact_type;
                config
            }
            (None, artifact_type) => {
                let artifact_type =
                    artifact_type.unwrap_or_else(|| media_type::UNKNOWN_ARTIFACT.into());
                media_type::check_artifact_type(&artifact_type)?;
                Descriptor::of(artifact_type, EMPTY_JSON)
            }
        };
        Ok(Body {
            schema_version: Some(2),
            media_type: Some(media_type::OCI_MANIFEST),
            config: Some(config),
            layers: Some(self.blobs),
            annotations: self.annotations,
            ..Body::default()
        })
    }

    fn artifact(self, media_type: Option<&'static str>) -> Result<Body> {
        if self.config.is_some() {
            return Err(ManifestBuildError::Config.into());
        }
        let artifact_type =
            self.artifact_type.unwrap_or_else(|| media_type::UNKNOWN_ARTIFACT.to_owned());
        media_type::check_artifact_type(&artifact_type)?;
        Ok(Body {
            media_type,
            artifact_type: Some(artifact_type),
            blobs: Some(self.blobs),
            subject: self.subject,
            annotations: self.annotations,
            ..Body::default()
        })
    }
}

/// The fields of every format, in the order of ORAS and of the examples of the specifications.
#[derive(Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    schema_version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layers: Option<Vec<Descriptor>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blobs: Option<Vec<Descriptor>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Descriptor>,
    #[serde(skip_serializing_if = "Annotations::is_empty")]
    annotations: Annotations,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_without_the_field_is_refused() {
        let subject = empty_descriptor();
        let error = ManifestBuilder::new().subject(subject).build(ManifestFormat::Oci10);
        let error = error.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert_eq!(error.message(), "an OCI 1.0 manifest cannot have a subject");
        let config = empty_descriptor();
        for format in [ManifestFormat::OciArtifact, ManifestFormat::OrasArtifact] {
            let error = ManifestBuilder::new().config(config.clone()).build(format).unwrap_err();
            assert_eq!(error.message(), "an artifact manifest cannot have a config");
        }
    }

    #[test]
    fn a_manifest_with_nothing_set_has_the_empty_config_and_the_empty_layer() {
        let manifest = ManifestBuilder::new().build(ManifestFormat::Auto).unwrap();
        assert_eq!(manifest.artifact_type(), Some(media_type::UNKNOWN_ARTIFACT));
        assert_eq!(manifest.config(), Some(&empty_descriptor()));
        assert_eq!(manifest.blobs(), [empty_descriptor()]);
    }
}
