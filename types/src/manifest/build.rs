//! Manifests of new artifacts, written in any format.

use crate::{
    Algorithm, Annotations, Code, Descriptor, Error, Manifest, ManifestFormat, Result, media_type,
};

/// What a new artifact's manifest is made of.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    pub artifact_type: Option<String>,
    /// `None` writes the empty config.
    pub config: Option<Descriptor>,
    pub blobs: Vec<Descriptor>,
    pub subject: Option<Descriptor>,
    pub annotations: Annotations,
}

/// The empty JSON object that stands where a manifest needs content and has none.
pub const EMPTY_JSON: &[u8] = b"{}";

pub fn empty_descriptor() -> Descriptor {
    Descriptor::of(media_type::EMPTY, EMPTY_JSON)
}

impl Parts {
    /// Writes the manifest in `format`. The same parts always give the same bytes.
    pub fn write(self, format: ManifestFormat) -> Result<Manifest> {
        let body = match format {
            ManifestFormat::Auto | ManifestFormat::Oci11 => self.image_1_1()?,
            ManifestFormat::Oci10 => self.image_1_0()?,
            ManifestFormat::OciArtifact => self.artifact(Some(media_type::OCI_ARTIFACT))?,
            ManifestFormat::OrasArtifact => self.artifact(Some(media_type::ORAS_ARTIFACT))?,
            ManifestFormat::OrasArtifactDraft => self.artifact(None)?,
        };
        let bytes = serde_json::to_vec(&body).map_err(|e| {
            Error::new(Code::Internal, "a manifest could not be written").with_source(e)
        })?;
        Manifest::parse(bytes.into(), None, Algorithm::Sha256)
    }

    fn image_1_1(self) -> Result<Body> {
        // With the empty config the artifact type is mandatory; with a config of its own, the
        // config's media type says what it is.
        let artifact_type = match (&self.artifact_type, &self.config) {
            (Some(given), _) => Some(given.clone()),
            (None, None) => Some(media_type::UNKNOWN_ARTIFACT.to_owned()),
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
            return Err(Error::new(Code::InvalidArgument, "an OCI 1.0 manifest has no subject")
                .with_hint("use the format oci-1.1, or leave the subject out"));
        }
        let config = match (self.config, self.artifact_type) {
            (Some(config), None) => config,
            (Some(mut config), Some(artifact_type)) => {
                media_type::check_artifact_type(&artifact_type)?;
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
            return Err(Error::new(Code::InvalidArgument, "an artifact manifest has no config")
                .with_hint("use the format oci-1.1, or leave the config out"));
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

/// The fields in the order in which ORAS and the specifications' own examples write them.
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
