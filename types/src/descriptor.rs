//! Descriptors: what names, types and measures a piece of content.
//!
//! Fields that this crate does not know are kept and written back.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Annotations, Digest, Platform, annotation, null_as_default,
    weight::{OBJECT, Weight, weight_of_annotations, weight_of_fields},
};

/// What content is: type, digest and size, and what else is known about it.
///
/// Source: OCI image-spec 1.1.1, "Content Descriptors".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type of the content.
    #[serde(default)]
    pub media_type: String,
    /// The digest of the content.
    pub digest: Digest,
    /// The length of the content in bytes, at most [`Descriptor::LARGEST`].
    #[serde(deserialize_with = "size")]
    pub size: u64,
    /// Where else the content can be had; only foreign layers use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub urls: Vec<String>,
    /// Annotations of the content, or of a referrer's manifest in a list of referrers.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "null_as_default"
    )]
    pub annotations: Annotations,
    /// The content itself, base64, where it was short enough to be put inline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What the image runs on, in an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The type of the artifact whose manifest this describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Fields with no meaning here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

fn size<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let size = u64::deserialize(deserializer)?;
    if size > Descriptor::LARGEST {
        let limit = Descriptor::LARGEST;
        return Err(serde::de::Error::custom(format!(
            "the size {size} is larger than {limit}, the largest there is"
        )));
    }
    Ok(size)
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

impl Descriptor {
    /// The largest size that there is: sizes are signed numbers of 64 bits (OCI image-spec 1.1.1,
    /// "Content Descriptors").
    pub const LARGEST: u64 = i64::MAX as u64;

    /// A descriptor with the three required fields.
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

    /// A descriptor of bytes in memory, by SHA-256.
    pub fn of(media_type: impl Into<String>, bytes: &[u8]) -> Self {
        Self::new(media_type, crate::Algorithm::Sha256.digest(bytes), bytes.len() as u64)
    }

    /// The file name the content was pushed under.
    pub fn title(&self) -> Option<&str> {
        self.annotations.get(annotation::TITLE).map(String::as_str)
    }

    /// The required fields alone: what a `subject` is written as.
    pub fn plain(&self) -> Self {
        Self::new(self.media_type.clone(), self.digest.clone(), self.size)
    }

    /// The content that is in the descriptor itself, if it is what digest and size say.
    pub fn inline(&self) -> Option<Bytes> {
        let bytes = BASE64.decode(self.data.as_deref()?).ok()?;
        let digest = self.digest.algorithm().ok()?.digest(&bytes);
        (bytes.len() as u64 == self.size && digest == self.digest).then(|| bytes.into())
    }

    /// Whether it is a layer that registries do not hand on (a *foreign* or *non-distributable*
    /// layer).
    pub fn is_foreign(&self) -> bool {
        self.media_type.contains(".nondistributable.") || self.media_type.contains(".foreign.")
    }
}
