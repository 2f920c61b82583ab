//! [`Descriptor`]: the type, digest and size of content.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    annotation::{self, Annotations},
    digest::{Algorithm, Digest},
    media_type,
    nullable::null_as_default,
    platform::Platform,
    weight::{OBJECT, Weight, weight_of_annotations, weight_of_fields},
};

/// Describes content by its media type, digest and size.
///
/// Specification: [image-spec, Content Descriptors][spec]. `serde` reads and writes the JSON of the
/// specification. Unknown fields are kept and written back.
///
/// ```
/// use ocigraph_types::Descriptor;
///
/// let descriptor = Descriptor::of("text/plain", b"hello");
/// assert_eq!(descriptor.size, 5);
/// assert_eq!(
///     serde_json::to_string(&descriptor).unwrap(),
///     r#"{"mediaType":"text/plain","digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","size":5}"#,
/// );
/// ```
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type of the content. Empty if the JSON has none.
    #[serde(default)]
    pub media_type: String,
    /// The digest of the content.
    pub digest: Digest,
    /// The size of the content in bytes, at most [`Descriptor::LARGEST`].
    #[serde(deserialize_with = "size")]
    pub size: u64,
    /// URLs from which the content can also be downloaded. Used by foreign layers.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub urls: Vec<String>,
    /// Annotations of the content. In a list of referrers, the annotations of the referrer's
    /// manifest.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "null_as_default"
    )]
    pub annotations: Annotations,
    /// The content itself, encoded in base64. [`Descriptor::inline`] decodes and verifies it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The platform of an image that an index lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The artifact type of the manifest that this describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Unknown fields.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn size<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let size = u64::deserialize(deserializer)?;
    if size > Descriptor::LARGEST {
        let limit = Descriptor::LARGEST;
        let message = format!("invalid size {size}: larger than {limit}, the largest allowed");
        return Err(serde::de::Error::custom(message));
    }
    Ok(size)
}

impl Descriptor {
    /// The largest size in bytes, 2⁶³ - 1: the specification requires a signed integer of 64 bits.
    pub const LARGEST: u64 = i64::MAX as u64;

    /// Creates a descriptor with the three required fields.
    pub fn new(media_type: impl Into<String>, digest: Digest, size: u64) -> Self {
        Self {
            media_type: media_type.into(),
            digest,
            size,
            urls: Vec::new(),
            annotations: Annotations::new(),
            data: None,
            platform: None,
            artifact_type: None,
            extra: Map::new(),
        }
    }

    /// Creates the descriptor of `bytes`, with their SHA-256 digest.
    pub fn of(media_type: impl Into<String>, bytes: &[u8]) -> Self {
        Self::new(media_type, Algorithm::Sha256.digest(bytes), bytes.len() as u64)
    }

    /// Returns the annotation [`TITLE`](annotation::TITLE): the file name that the content was
    /// pushed with.
    pub fn title(&self) -> Option<&str> {
        self.annotations.get(annotation::TITLE).map(String::as_str)
    }

    /// Returns a copy with the three required fields alone. A manifest's `subject` is written so.
    pub fn plain(&self) -> Self {
        Self::new(self.media_type.clone(), self.digest.clone(), self.size)
    }

    /// Takes over the artifact type of the descriptor of the manifest, and the annotations that this
    /// entry of a list lacks.
    #[doc(hidden)]
    pub fn complete_with(&mut self, manifest: &Descriptor) {
        if manifest.artifact_type.is_some() {
            self.artifact_type.clone_from(&manifest.artifact_type);
        }
        for (key, value) in &manifest.annotations {
            self.annotations.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Decodes [`data`](Self::data). Returns `None` without such data, and if it does not match the
    /// digest and the size.
    ///
    /// ```
    /// use ocigraph_types::Descriptor;
    ///
    /// let mut config = Descriptor::of("application/vnd.oci.empty.v1+json", b"{}");
    /// config.data = Some("e30=".into());
    /// assert_eq!(config.inline().as_deref(), Some(&b"{}"[..]));
    ///
    /// config.data = Some("W10=".into());
    /// assert_eq!(config.inline(), None);
    /// ```
    pub fn inline(&self) -> Option<Bytes> {
        let bytes = BASE64.decode(self.data.as_deref()?).ok()?;
        let digest = self.digest.algorithm().ok()?.digest(&bytes);
        (bytes.len() as u64 == self.size && digest == self.digest).then(|| bytes.into())
    }

    /// Returns false for the entry of a list that is a plain blob: some tools list blobs too. An entry
    /// without a media type may be a manifest.
    #[doc(hidden)]
    pub fn may_be_manifest(&self) -> bool {
        self.media_type.is_empty() || media_type::is_manifest(&self.media_type)
    }

    /// Returns true for a layer that must not be pushed to other registries: a *foreign* layer of
    /// Docker, or a *non-distributable* layer of OCI.
    pub fn is_foreign(&self) -> bool {
        self.media_type.contains(".nondistributable.") || self.media_type.contains(".foreign.")
    }
}

impl Weight for Descriptor {
    fn weight(&self) -> usize {
        size_of::<Self>()
            + 4 * OBJECT
            + self.media_type.len()
            + self.digest.as_str().len()
            + self.urls.weight()
            + weight_of_annotations(&self.annotations)
            + self.data.weight()
            + self.platform.as_ref().map_or(0, Weight::weight)
            + self.artifact_type.weight()
            + weight_of_fields(&self.extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_written_back_and_null_lists_are_empty() {
        let digest = Algorithm::Sha256.digest(b"");
        let text = format!(r#"{{"mediaType":"a/b","digest":"{digest}","size":0,"x":{{"y":[1]}}}}"#);
        let descriptor: Descriptor = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&descriptor).unwrap(), text);
        let nulls = format!(r#"{{"digest":"{digest}","size":0,"urls":null,"annotations":null}}"#);
        let descriptor: Descriptor = serde_json::from_str(&nulls).unwrap();
        assert_eq!(descriptor, Descriptor::new("", digest, 0));
    }

    #[test]
    fn a_size_of_more_than_63_bits_is_refused() {
        let digest = Algorithm::Sha256.digest(b"");
        let of = |size: u64| {
            let text = format!(r#"{{"mediaType":"a/b","digest":"{digest}","size":{size}}}"#);
            serde_json::from_str::<Descriptor>(&text)
        };
        assert_eq!(of(Descriptor::LARGEST).unwrap().size, Descriptor::LARGEST);
        let error = of(Descriptor::LARGEST + 1).unwrap_err().to_string();
        assert!(error.starts_with("invalid size 9223372036854775808"), "{error}");
    }
}
