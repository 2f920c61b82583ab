//! [`IndexBuilder`]: writes a new index, or an existing one with other entries.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    annotation::Annotations,
    descriptor::Descriptor,
    digest::{Algorithm, Digest},
    error::Result,
    media_type,
    nullable::null_as_default,
};

use super::{
    error::{ManifestError, ManifestErrorReason},
    json,
    parse::Manifest,
    write::ManifestBuildError,
};

/// Writes a new OCI image index, or an index that exists with other entries.
///
/// ```
/// use ocigraph_types::{Descriptor, IndexBuilder, media_type};
///
/// let mut index = IndexBuilder::new();
/// index.add(Descriptor::of(media_type::OCI_MANIFEST, b"{}"));
/// let written = index.build()?;
///
/// let mut changed = IndexBuilder::of(&written)?;
/// assert!(changed.remove(&written.manifests()[0].digest));
/// assert!(changed.build()?.manifests().is_empty());
/// # Ok::<(), ocigraph_types::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexBuilder {
    body: Body,
}

/// The fields of an index, in the order of Go's type and of the specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default = "schema_version")]
    schema_version: u64,
    #[serde(default, deserialize_with = "null_as_default")]
    media_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    manifests: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<Descriptor>,
    #[serde(
        default,
        skip_serializing_if = "Annotations::is_empty",
        deserialize_with = "null_as_default"
    )]
    annotations: Annotations,
    /// Unknown fields.
    #[serde(flatten)]
    extra: Map<String, Value>,
}

fn schema_version() -> u64 {
    2
}

impl Default for IndexBuilder {
    fn default() -> Self {
        let body = Body {
            schema_version: schema_version(),
            media_type: media_type::OCI_INDEX.to_owned(),
            artifact_type: None,
            manifests: Vec::new(),
            subject: None,
            annotations: Annotations::new(),
            extra: Map::new(),
        };
        Self { body }
    }
}

impl IndexBuilder {
    /// Creates a builder of an OCI image index without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a builder with everything that an index has, unknown fields included. The media type
    /// stays: a Docker manifest list stays one.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) if the manifest is not an index; the
    /// source is a [`ManifestBuildError`].
    pub fn of(index: &Manifest) -> Result<Self> {
        if !index.is_index() {
            return Err(ManifestBuildError::NotAnIndex {
                digest: index.digest().clone(),
                media_type: index.media_type().to_owned(),
            }
            .into());
        }
        let mut body: Body = serde_json::from_slice(index.bytes()).map_err(|e| ManifestError {
            digest: index.digest().clone(),
            reason: ManifestErrorReason::Json(e.to_string()),
        })?;
        if body.media_type.is_empty() {
            body.media_type = index.media_type().to_owned();
        }
        Ok(Self { body })
    }

    /// Returns the entries.
    pub fn manifests(&self) -> &[Descriptor] {
        &self.body.manifests
    }

    /// Adds an entry at the end, unless the index has one with this digest.
    pub fn add(&mut self, entry: Descriptor) {
        if !self.lists(&entry.digest) {
            self.body.manifests.push(entry);
        }
    }

    /// Adds the entries of another index at the end. Leaves out an entry that the index has already,
    /// with the same fields: two entries with one digest can be for two platforms.
    pub fn merge(&mut self, entries: impl IntoIterator<Item = Descriptor>) {
        for entry in entries {
            if !self.body.manifests.contains(&entry) {
                self.body.manifests.push(entry);
            }
        }
    }

    /// Removes every entry with this digest. Returns false if there is none.
    pub fn remove(&mut self, digest: &Digest) -> bool {
        let is_listed = self.lists(digest);
        self.body.manifests.retain(|entry| entry.digest != *digest);
        is_listed
    }

    /// Returns true if the index has an entry with this digest.
    pub fn lists(&self, digest: &Digest) -> bool {
        self.body.manifests.iter().any(|entry| entry.digest == *digest)
    }

    /// Sets the artifact type, a media type.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) if it is not a media type, or for a
    /// Docker manifest list.
    pub fn set_artifact_type(&mut self, artifact_type: &str) -> Result<()> {
        media_type::check_artifact_type(artifact_type)?;
        self.check_oci()?;
        self.body.artifact_type = Some(artifact_type.to_owned());
        Ok(())
    }

    /// Removes the artifact type, if the index has one.
    pub fn remove_artifact_type(&mut self) {
        self.body.artifact_type = None;
    }

    /// Adds annotations, and replaces those with the same keys.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) for a Docker manifest list.
    pub fn annotate(&mut self, annotations: Annotations) -> Result<()> {
        if !annotations.is_empty() {
            self.check_oci()?;
        }
        self.body.annotations.extend(annotations);
        Ok(())
    }

    fn check_oci(&self) -> Result<()> {
        match media_type::essence(&self.body.media_type).as_str() {
            media_type::OCI_INDEX => Ok(()),
            _ => Err(ManifestBuildError::DockerList.into()),
        }
    }

    /// Writes the index. The same input always results in the same bytes.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidManifest`](crate::Code::InvalidManifest) if the unknown fields of an existing
    /// index contradict the others.
    pub fn build(self) -> Result<Manifest> {
        Manifest::parse(json::to_bytes(&self.body)?, None, Algorithm::Sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn parse(json: &str, served: Option<&str>) -> Manifest {
        Manifest::parse(json.to_owned().into(), served, Algorithm::Sha256).unwrap()
    }

    fn entry(content: &[u8]) -> Descriptor {
        Descriptor::of(media_type::OCI_MANIFEST, content)
    }

    #[test]
    fn an_empty_index_has_an_empty_list() {
        let empty = IndexBuilder::new().build().unwrap();
        let json = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#;
        assert_eq!(empty.bytes(), json);
    }

    #[test]
    fn unknown_fields_of_the_index_and_of_its_entries_stay() {
        let (first, second) = (entry(b"1"), entry(b"2"));
        let json = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[{{"mediaType":"a/b","digest":"{}","size":1,"platform":{{"architecture":"amd64","os":"linux","features":["sse4"]}},"x":[1]}},{{"mediaType":"{}","digest":"{}","size":1}}],"annotations":{{"a":"b"}},"made-by":"hand"}}"#,
            media_type::OCI_INDEX,
            first.digest,
            media_type::OCI_MANIFEST,
            second.digest
        );
        let index = parse(&json, None);
        let mut changed = IndexBuilder::of(&index).unwrap();
        assert_eq!(changed.clone().build().unwrap().bytes(), &json);
        assert!(changed.remove(&second.digest));
        assert!(!changed.remove(&second.digest));
        changed.add(second.clone());
        changed.add(first);
        assert_eq!(changed.build().unwrap().bytes(), &json);
    }

    #[test]
    fn a_merged_entry_with_another_platform_is_added() {
        let plain = entry(b"1");
        let mut with_platform = plain.clone();
        with_platform.platform = Some("linux/arm64".parse().unwrap());
        let mut index = IndexBuilder::new();
        index.add(plain.clone());
        index.merge([plain.clone(), with_platform.clone()]);
        assert_eq!(index.manifests(), [plain, with_platform]);
    }

    #[test]
    fn a_docker_list_stays_one_and_gets_no_fields_of_oci() {
        let list = parse(r#"{"manifests":[]}"#, Some(media_type::DOCKER_LIST));
        let mut index = IndexBuilder::of(&list).unwrap();
        let error = index.set_artifact_type("a/b").unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        let annotations = Annotations::from([("a".to_owned(), "b".to_owned())]);
        assert_eq!(index.annotate(annotations).unwrap_err().message(), error.message());
        index.add(entry(b"1"));
        assert_eq!(index.build().unwrap().media_type(), media_type::DOCKER_LIST);
    }

    #[test]
    fn the_artifact_type_is_set_and_removed() {
        let mut index = IndexBuilder::new();
        assert!(index.set_artifact_type("none").is_err());
        index.set_artifact_type("a/b").unwrap();
        assert_eq!(index.clone().build().unwrap().artifact_type(), Some("a/b"));
        index.remove_artifact_type();
        assert_eq!(index, IndexBuilder::new());
    }

    #[test]
    fn an_image_is_not_an_index() {
        let image = crate::ManifestBuilder::new().build(Default::default()).unwrap();
        let error = IndexBuilder::of(&image).unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument);
        assert!(error.message().contains("is not an index"), "{error}");
    }
}
