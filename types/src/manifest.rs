//! Manifests: the bytes as they were received, and a view of what they say.
//!
//! A manifest is never re-serialised: its digest is that of its bytes, and fields this crate does
//! not know survive wherever it goes. Reads OCI image manifests and indexes, Docker's of both, OCI
//! artifact manifests (1.1.0-rc1, rc2) and ORAS artifact manifests.

mod build;

pub use build::{EMPTY_JSON, Parts, empty_descriptor};

use std::{any::Any, sync::Arc};

use bytes::Bytes;
use serde::Deserialize;

use crate::{
    Algorithm, Annotations, Code, Descriptor, Digest, Error, Result, excerpt, media_type,
    null_as_default,
    weight::{OBJECT, Weight, is_bloated, weight_of_annotations},
};

/// A manifest or index.
#[derive(Debug, Clone)]
pub struct Manifest {
    bytes: Bytes,
    media_type: String,
    digest: Digest,
    view: View,
    /// See [`Manifest::with_guard`].
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

/// What the bytes say, whatever the format.
#[derive(Debug, Clone, Default)]
struct View {
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    blobs: Vec<Descriptor>,
    manifests: Vec<Descriptor>,
    subject: Option<Descriptor>,
    annotations: Annotations,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    schema_version: Option<u64>,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    blobs: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    #[serde(default, deserialize_with = "null_as_default")]
    annotations: Annotations,
}

impl Manifest {
    /// Reads a manifest. `content_type` is what it was served or stored as, consulted where the
    /// body does not say; the digest is computed by `algorithm`.
    ///
    /// INVALID_MANIFEST when it is none, or claims to be two things at once: by itself, or by what it
    /// was served as. TOO_LARGE when reading it would take far more memory than its length.
    ///
    /// ```
    /// use ocigraph_types::{Algorithm, Manifest, media_type};
    ///
    /// let bytes = r#"{"schemaVersion":2,"manifests":[]}"#;
    /// let index = Manifest::parse(bytes.into(), None, Algorithm::Sha256).unwrap();
    /// assert_eq!(index.media_type(), media_type::OCI_INDEX);
    /// ```
    pub fn parse(bytes: Bytes, content_type: Option<&str>, algorithm: Algorithm) -> Result<Self> {
        let digest = algorithm.digest(&bytes);
        if is_bloated(&bytes) {
            let message = format!("{digest} takes far more memory than its length");
            return Err(Error::new(Code::TooLarge, message));
        }
        let invalid = |why: String| {
            Error::new(Code::InvalidManifest, format!("{digest} is no manifest: {why}"))
        };
        // Structs also read from arrays and ignore a repeated key's meaning; a manifest is an object.
        let raw: Raw = match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'{') => serde_json::from_slice(&bytes).map_err(|e| invalid(e.to_string()))?,
            _ => return Err(invalid("it is no JSON object".into())),
        };
        let of_an_image = raw.config.is_some() || raw.layers.is_some() || raw.blobs.is_some();
        if raw.manifests.is_some() && of_an_image {
            // Readers that look at different fields would see different content (CVE-2021-41190).
            return Err(invalid("it has both manifests and layers".into()));
        }
        if raw.schema_version == Some(1) {
            return Err(Error::new(
                Code::Unsupported,
                format!("{digest} is a Docker manifest of schema version 1"),
            )
            .with_hint("push the image again with a client of this decade"));
        }
        if let (Some(said), Some(served)) = (raw.media_type.as_deref(), content_type)
            && contradict(said, served)
        {
            let served = excerpt(served);
            return Err(invalid(format!(
                "its mediaType is {said:?} and it was served as {served}"
            )));
        }
        let media_type = match raw.media_type.as_deref().or(content_type) {
            Some(named) if media_type::is_manifest(named) => media_type::essence(named),
            Some(named) if raw.media_type.is_some() => {
                return Err(invalid(format!("its mediaType is {named:?}")));
            }
            _ => media_type_by_shape(&raw)
                .ok_or_else(|| invalid("it has no manifests, config, layers or blobs".into()))?
                .to_owned(),
        };
        let as_index = media_type::is_index(&media_type);
        if as_index != raw.manifests.is_some() {
            // An index may leave out an empty list; nothing else may have one.
            if !as_index || of_an_image {
                return Err(invalid(match &raw.media_type {
                    Some(_) => format!("its content does not fit its mediaType {media_type}"),
                    None => {
                        format!("its content does not fit {media_type}, as which it was served")
                    }
                }));
            }
        }
        if matches!(media_type.as_str(), media_type::OCI_MANIFEST | media_type::DOCKER_MANIFEST)
            && raw.config.is_none()
        {
            return Err(invalid("it has no config".into()));
        }
        let view = View {
            artifact_type: raw.artifact_type.filter(|t| !t.is_empty()),
            config: raw.config,
            blobs: raw.layers.or(raw.blobs).unwrap_or_default(),
            manifests: raw.manifests.unwrap_or_default(),
            subject: raw.subject,
            annotations: raw.annotations,
        };
        Ok(Self { bytes, media_type, digest, view, guard: None })
    }

    /// An index with these bytes, whatever they say of its entries.
    pub fn index_of_bytes(bytes: Bytes) -> Self {
        let digest = Algorithm::Sha256.digest(&bytes);
        let media_type = media_type::OCI_INDEX.to_owned();
        Self { bytes, media_type, digest, view: View::default(), guard: None }
    }

    /// Keeps `guard` alive as long as this manifest and its clones. A store that limits the memory
    /// of manifests in transit attaches a permit.
    pub fn with_guard(mut self, guard: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        self.guard = guard;
        self
    }

    /// The same manifest without its guard: for a caller that keeps it and counts its memory.
    pub fn without_guard(mut self) -> Self {
        self.guard = None;
        self
    }

    /// The bytes as received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The media type, without parameters.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// The digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Whether it is an index: a list of manifests.
    pub fn is_index(&self) -> bool {
        media_type::is_index(&self.media_type)
    }

    /// The type of the artifact: `artifactType`, else for an image manifest its config's media
    /// type, as OCI image-spec 1.1.1 has it ("Guidelines for Artifact Usage").
    pub fn artifact_type(&self) -> Option<&str> {
        self.view
            .artifact_type
            .as_deref()
            .or_else(|| self.view.config.as_ref().map(|config| config.media_type.as_str()))
    }

    /// The config, for image manifests.
    pub fn config(&self) -> Option<&Descriptor> {
        self.view.config.as_ref()
    }

    /// Layers or blobs, in their order; without the config.
    pub fn blobs(&self) -> &[Descriptor] {
        &self.view.blobs
    }

    /// All the blobs that must be there for the manifest to be whole: config and layers or blobs, and
    /// what an index lists that is no manifest, as BuildKit's of a cache list layers.
    pub fn content(&self) -> impl Iterator<Item = &Descriptor> {
        let others = self.view.manifests.iter().filter(|d| !media_type::is_manifest(&d.media_type));
        self.view.config.iter().chain(&self.view.blobs).chain(others)
    }

    /// The manifests an index lists.
    pub fn manifests(&self) -> &[Descriptor] {
        &self.view.manifests
    }

    /// Those of them that are manifests: an index may list other content too.
    pub fn children(&self) -> impl Iterator<Item = &Descriptor> {
        self.view.manifests.iter().filter(|d| media_type::is_manifest(&d.media_type))
    }

    /// What it refers to.
    pub fn subject(&self) -> Option<&Descriptor> {
        self.view.subject.as_ref()
    }

    /// Its annotations.
    pub fn annotations(&self) -> &Annotations {
        &self.view.annotations
    }

    /// Its descriptor, with artifact type and annotations: what a list of referrers says of it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            artifact_type: self.artifact_type().map(str::to_owned),
            annotations: self.view.annotations.clone(),
            ..self.plain_descriptor()
        }
    }

    /// Its descriptor with the required fields alone.
    pub fn plain_descriptor(&self) -> Descriptor {
        Descriptor::new(&self.media_type, self.digest.clone(), self.bytes.len() as u64)
    }
}

impl Weight for Manifest {
    fn weight(&self) -> usize {
        let View { config, blobs, manifests, subject, annotations, .. } = &self.view;
        size_of::<Self>()
            + 4 * OBJECT
            + self.bytes.len()
            + config.weight()
            + blobs.weight()
            + manifests.weight()
            + subject.weight()
            + weight_of_annotations(annotations)
    }
}

/// Whether two media types of manifests are of different kinds: readers that go by one or the other
/// would see different content. What is no manifest's type says nothing: registries and web servers
/// serve manifests as `application/json` and `text/plain`.
fn contradict(a: &str, b: &str) -> bool {
    let kind = |media_type: &str| match media_type::essence(media_type).as_str() {
        media_type::OCI_INDEX | media_type::DOCKER_LIST => Some("index"),
        media_type::OCI_MANIFEST | media_type::DOCKER_MANIFEST => Some("image"),
        media_type::OCI_ARTIFACT | media_type::ORAS_ARTIFACT => Some("artifact"),
        _ => None,
    };
    matches!((kind(a), kind(b)), (Some(a), Some(b)) if a != b)
}

fn media_type_by_shape(raw: &Raw) -> Option<&'static str> {
    if raw.manifests.is_some() {
        Some(media_type::OCI_INDEX)
    } else if raw.config.is_some() {
        Some(media_type::OCI_MANIFEST)
    } else if raw.blobs.is_some() || raw.artifact_type.is_some() {
        // Early ORAS writers leave the media type out of the body.
        Some(media_type::ORAS_ARTIFACT)
    } else {
        None
    }
}

/// In which format an artifact's manifest is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ManifestFormat {
    /// An OCI 1.1 image manifest; on a registry that lists only ORAS artifacts as referrers, an
    /// ORAS artifact manifest.
    #[default]
    Auto,
    /// OCI image manifest 1.1: `artifactType`, `config`, `layers`, `subject`.
    Oci11,
    /// OCI image manifest 1.0: the artifact type is the config's media type; no subject.
    Oci10,
    /// OCI artifact manifest, of 1.1.0-rc1 and rc2.
    OciArtifact,
    /// ORAS artifact manifest.
    OrasArtifact,
    /// ORAS artifact manifest without `mediaType`, as its first registries and clients have it.
    OrasArtifactDraft,
}

impl std::str::FromStr for ManifestFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "auto" => Self::Auto,
            "oci-1.1" => Self::Oci11,
            "oci-1.0" => Self::Oci10,
            "oci-artifact" => Self::OciArtifact,
            "oras-artifact" => Self::OrasArtifact,
            _ => {
                return Err(Error::new(
                    Code::InvalidArgument,
                    format!("{text:?} is no manifest format"),
                )
                .with_hint("use auto, oci-1.1, oci-1.0, oci-artifact or oras-artifact"));
            }
        })
    }
}
