//! [`Manifest`]: the bytes of a manifest as they were received, and a view of their fields.
//!
//! A manifest is never serialized again, because its digest is that of its bytes. Unknown fields
//! are kept for the same reason.

#[cfg(doc)]
use crate::Code;
use std::{any::Any, sync::Arc};

use bytes::Bytes;
use serde::Deserialize;

use crate::{
    annotation::Annotations,
    descriptor::Descriptor,
    digest::{Algorithm, Digest},
    error::Result,
    escape::excerpt,
    media_type,
    nullable::null_as_default,
    weight::{OBJECT, Weight, is_bloated, weight_of_annotations},
};

use super::error::{ManifestError, ManifestErrorReason};

/// A manifest or an index.
///
/// Reads [OCI image manifests][manifest] and [indexes][index], their Docker predecessors, [OCI
/// artifact manifests][artifact] of the release candidates of image-spec 1.1, and [ORAS artifact
/// manifests][oras]. [`ManifestBuilder`](crate::ManifestBuilder) writes new ones.
///
/// [manifest]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
/// [index]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
/// [artifact]: https://github.com/opencontainers/image-spec/blob/v1.1.0-rc2/artifact.md
/// [oras]: https://github.com/oras-project/artifacts-spec/blob/v1.0.0-rc.2/artifact-manifest.md
#[derive(Debug, Clone)]
pub struct Manifest {
    bytes: Bytes,
    media_type: String,
    digest: Digest,
    view: View,
    /// Why the fields could not be read.
    problem: Option<ManifestError>,
    /// See [`Manifest::with_guard`].
    guard: Option<Arc<dyn Any + Send + Sync>>,
}

/// The fields of a manifest of any format.
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
    /// Parses a manifest, and computes its digest with `algorithm`.
    ///
    /// `content_type` is the media type that the manifest was served or stored as. It is used if
    /// the manifest has no field `mediaType`, and must not contradict that field.
    ///
    /// # Errors
    ///
    /// The source is a [`ManifestError`].
    ///
    /// - [`Code::InvalidManifest`] if the bytes are not a manifest,
    ///   or could be read as two kinds of manifests
    ///   ([CVE-2021-41190](https://github.com/advisories/GHSA-mc8v-mgrf-8f4m)).
    /// - [`Code::Unsupported`] for a Docker schema 1 manifest.
    /// - [`Code::TooLarge`] if reading the JSON would take far more memory
    ///   than its size.
    ///
    /// ```
    /// use ocigraph_types::{Algorithm, Manifest, media_type};
    ///
    /// let bytes = r#"{"schemaVersion":2,"manifests":[]}"#;
    /// let index = Manifest::parse(bytes.into(), None, Algorithm::Sha256)?;
    /// assert_eq!(index.media_type(), media_type::OCI_INDEX);
    /// assert_eq!(index.bytes(), bytes);
    /// # Ok::<(), ocigraph_types::Error>(())
    /// ```
    pub fn parse(bytes: Bytes, content_type: Option<&str>, algorithm: Algorithm) -> Result<Self> {
        let digest = algorithm.digest(&bytes);
        match Self::read(&bytes, content_type) {
            Ok((media_type, view)) => {
                Ok(Self { bytes, media_type, digest, view, problem: None, guard: None })
            }
            Err(reason) => Err(ManifestError { digest, reason }.into()),
        }
    }

    /// Parses a manifest like [`Manifest::parse`], and keeps one that cannot be parsed as bytes: it
    /// has a [problem](Self::problem), its media type is `content_type`, and all its fields are empty.
    ///
    /// # Errors
    ///
    /// As [`Manifest::parse`], for a manifest that was made to be read in two ways or to take much
    /// memory.
    ///
    /// ```
    /// use ocigraph_types::{Algorithm, Manifest};
    ///
    /// let odd = Manifest::parse_or_keep(r#"{"config":5}"#.into(), Some("a/b"), Algorithm::Sha256)?;
    /// assert_eq!(odd.media_type(), "a/b");
    /// assert!(odd.problem().is_some());
    /// # Ok::<(), ocigraph_types::Error>(())
    /// ```
    pub fn parse_or_keep(
        bytes: Bytes,
        content_type: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Self> {
        let digest = algorithm.digest(&bytes);
        let (media_type, view, problem) = match Self::read(&bytes, content_type) {
            Ok((media_type, view)) => (media_type, view, None),
            Err(reason) if reason.is_hostile() => {
                return Err(ManifestError { digest, reason }.into());
            }
            Err(reason) => {
                let named = content_type.map(media_type::essence).filter(|named| !named.is_empty());
                let media_type = named.unwrap_or_else(|| media_type::OCTET_STREAM.to_owned());
                let problem = ManifestError { digest: digest.clone(), reason };
                (media_type, View::default(), Some(problem))
            }
        };
        Ok(Self { bytes, media_type, digest, view, problem, guard: None })
    }

    /// Returns the manifest if its fields were read, else the error of [`Manifest::parse`].
    #[doc(hidden)]
    pub fn readable(self) -> Result<Self> {
        match self.problem {
            Some(problem) => Err(problem.into()),
            None => Ok(self),
        }
    }

    /// Returns why the fields could not be read, or `None` if they were. Only
    /// [`Manifest::parse_or_keep`] returns such a manifest.
    pub fn problem(&self) -> Option<&ManifestError> {
        self.problem.as_ref()
    }

    fn read(
        bytes: &[u8],
        content_type: Option<&str>,
    ) -> Result<(String, View), ManifestErrorReason> {
        if is_bloated(bytes) {
            return Err(ManifestErrorReason::TooComplex);
        }
        // `serde` also reads a struct from an array, and a manifest is an object.
        if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
            return Err(ManifestErrorReason::NotAnObject);
        }
        let raw: Raw =
            serde_json::from_slice(bytes).map_err(|e| ManifestErrorReason::Json(e.to_string()))?;
        let of_an_image = raw.config.is_some() || raw.layers.is_some() || raw.blobs.is_some();
        if raw.manifests.is_some() && of_an_image {
            // Readers that use different fields would see different content (CVE-2021-41190).
            return Err(ManifestErrorReason::ManifestsAndLayers);
        }
        if raw.schema_version == Some(1) {
            return Err(ManifestErrorReason::DockerSchema1);
        }
        if let (Some(declared), Some(served)) = (raw.media_type.as_deref(), content_type)
            && conflict(declared, served)
        {
            let (declared, served) = (declared.to_owned(), excerpt(served));
            return Err(ManifestErrorReason::MediaTypeConflict { declared, served });
        }
        let media_type = match raw.media_type.as_deref().or(content_type) {
            Some(named) if media_type::is_manifest(named) => media_type::essence(named),
            Some(named) if raw.media_type.is_some() => {
                return Err(ManifestErrorReason::NotAManifestType(named.to_owned()));
            }
            _ => media_type_by_fields(&raw).ok_or(ManifestErrorReason::NoContent)?.to_owned(),
        };
        let as_index = media_type::is_index(&media_type);
        // An index may omit an empty list of manifests. Nothing else may have such a list.
        if as_index != raw.manifests.is_some() && (!as_index || of_an_image) {
            let served = raw.media_type.is_none();
            return Err(ManifestErrorReason::ContentMismatch { media_type, served });
        }
        if matches!(media_type.as_str(), media_type::OCI_MANIFEST | media_type::DOCKER_MANIFEST)
            && raw.config.is_none()
        {
            return Err(ManifestErrorReason::MissingConfig);
        }
        let view = View {
            artifact_type: raw.artifact_type.filter(|t| !t.is_empty()),
            config: raw.config,
            blobs: raw.layers.or(raw.blobs).unwrap_or_default(),
            manifests: raw.manifests.unwrap_or_default(),
            subject: raw.subject,
            annotations: raw.annotations,
        };
        Ok((media_type, view))
    }

    /// Creates an index from bytes without reading them: the view of its fields is empty.
    #[doc(hidden)]
    pub fn index_of_bytes(bytes: Bytes) -> Self {
        let digest = Algorithm::Sha256.digest(&bytes);
        let media_type = media_type::OCI_INDEX.to_owned();
        Self { bytes, media_type, digest, view: View::default(), problem: None, guard: None }
    }

    /// Keeps `guard` alive as long as this manifest and its clones. A store that limits the memory
    /// of manifests in transit attaches a permit.
    #[doc(hidden)]
    pub fn with_guard(mut self, guard: Option<Arc<dyn Any + Send + Sync>>) -> Self {
        self.guard = guard;
        self
    }

    /// Releases the guard. For a caller that keeps the manifest, and accounts for its memory
    /// itself.
    #[doc(hidden)]
    pub fn without_guard(mut self) -> Self {
        self.guard = None;
        self
    }

    /// Returns the bytes as they were received.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns the media type in lower case, without parameters.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Returns the digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Returns true for an OCI index or a Docker manifest list.
    pub fn is_index(&self) -> bool {
        media_type::is_index(&self.media_type)
    }

    /// Returns the artifact type: the field `artifactType`, or the media type of the configuration
    /// if that field is absent or empty.
    ///
    /// Specification: [image-spec, Guidelines for Artifact Usage][spec].
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
    pub fn artifact_type(&self) -> Option<&str> {
        self.view
            .artifact_type
            .as_deref()
            .or_else(|| self.view.config.as_ref().map(|config| config.media_type.as_str()))
    }

    /// Returns the field `artifactType` alone, unless it is absent or empty.
    pub fn own_artifact_type(&self) -> Option<&str> {
        self.view.artifact_type.as_deref()
    }

    /// Returns the configuration. Only image manifests have one.
    pub fn config(&self) -> Option<&Descriptor> {
        self.view.config.as_ref()
    }

    /// Returns the layers of an image manifest, or the blobs of an artifact manifest, in their
    /// order. The configuration is not among them.
    pub fn blobs(&self) -> &[Descriptor] {
        &self.view.blobs
    }

    /// Returns every blob that the manifest requires: configuration, layers or blobs, and the
    /// entries of an index that are not manifests. BuildKit writes an index of layers for a cache.
    pub fn content(&self) -> impl Iterator<Item = &Descriptor> {
        let others = self.view.manifests.iter().filter(|d| !media_type::is_manifest(&d.media_type));
        self.view.config.iter().chain(&self.view.blobs).chain(others)
    }

    /// Returns the entries of an index.
    pub fn manifests(&self) -> &[Descriptor] {
        &self.view.manifests
    }

    /// Returns the entries of an index that are manifests or indexes.
    pub fn children(&self) -> impl Iterator<Item = &Descriptor> {
        self.view.manifests.iter().filter(|d| media_type::is_manifest(&d.media_type))
    }

    /// Returns the subject: the manifest that this one refers to.
    ///
    /// Specification: [image-spec, `subject`][spec].
    ///
    /// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#image-manifest-property-descriptions
    pub fn subject(&self) -> Option<&Descriptor> {
        self.view.subject.as_ref()
    }

    /// Returns the annotations of the manifest.
    pub fn annotations(&self) -> &Annotations {
        &self.view.annotations
    }

    /// Returns the descriptor with artifact type and annotations, as a list of referrers contains
    /// it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor {
            artifact_type: self.artifact_type().map(str::to_owned),
            annotations: self.view.annotations.clone(),
            ..self.plain_descriptor()
        }
    }

    /// Returns the descriptor with the required fields alone: media type, digest and size.
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

/// Returns true if two media types name different kinds of manifests: a reader that trusts the one
/// would see other content than a reader that trusts the other. A type that is not a manifest's
/// never conflicts: registries and web servers serve manifests as `application/json` and
/// `text/plain`.
fn conflict(a: &str, b: &str) -> bool {
    let kind = |media_type: &str| match media_type::essence(media_type).as_str() {
        media_type::OCI_INDEX | media_type::DOCKER_LIST => Some("index"),
        media_type::OCI_MANIFEST | media_type::DOCKER_MANIFEST => Some("image"),
        media_type::OCI_ARTIFACT | media_type::ORAS_ARTIFACT => Some("artifact"),
        _ => None,
    };
    matches!((kind(a), kind(b)), (Some(a), Some(b)) if a != b)
}

/// Returns the media type of a manifest that does not state it.
fn media_type_by_fields(raw: &Raw) -> Option<&'static str> {
    if raw.manifests.is_some() {
        Some(media_type::OCI_INDEX)
    } else if raw.config.is_some() {
        Some(media_type::OCI_MANIFEST)
    } else if raw.blobs.is_some() || raw.artifact_type.is_some() {
        // Early versions of ORAS wrote artifact manifests without `mediaType`.
        Some(media_type::ORAS_ARTIFACT)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn parse(json: &str, content_type: Option<&str>) -> Result<Manifest> {
        Manifest::parse(json.to_owned().into(), content_type, Algorithm::Sha256)
    }

    #[test]
    fn an_invalid_manifest_is_refused_with_the_reason() {
        let says = |json: &str, content_type: Option<&str>| {
            let error = parse(json, content_type).unwrap_err();
            error.message().split_once(": ").unwrap().1.to_owned()
        };
        assert_eq!(says("[]", None), "expected a JSON object");
        assert_eq!(
            says("{}", None),
            "it has no mediaType, and none of manifests, config and blobs"
        );
        assert_eq!(
            says(r#"{"manifests":[],"layers":[]}"#, None),
            "it has both manifests and layers"
        );
        assert_eq!(
            says(r#"{"mediaType":"text/plain","manifests":[]}"#, None),
            "its mediaType \"text/plain\" is not a manifest's"
        );
        let index = format!(r#"{{"mediaType":"{}","manifests":[]}}"#, media_type::OCI_INDEX);
        assert_eq!(
            says(&index, Some(media_type::OCI_MANIFEST)),
            format!(
                "its mediaType is {:?}, but it was served as {}",
                media_type::OCI_INDEX,
                media_type::OCI_MANIFEST
            )
        );
        assert_eq!(
            says(r#"{"layers":[]}"#, Some(media_type::OCI_INDEX)),
            format!(
                "its content does not match the type that it was served as, {}",
                media_type::OCI_INDEX
            )
        );
        assert_eq!(says(r#"{"layers":[]}"#, Some(media_type::OCI_MANIFEST)), "it has no config");
    }

    #[test]
    fn each_kind_of_failure_has_its_code() {
        let code = |json: &str| parse(json, None).unwrap_err().code();
        assert_eq!(code("{"), Code::InvalidManifest);
        assert_eq!(code(r#"{"schemaVersion":1,"fsLayers":[]}"#), Code::Unsupported);
        assert_eq!(code(&r#"{"a":"#.repeat(100_000)), Code::TooLarge);
    }
}
