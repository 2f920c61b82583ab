//! What a store knows of its manifests and tags.

use serde::{Deserialize, Serialize};

use ocigraph_types::{
    Descriptor, Digest, serialize_descriptor,
    weight::{OBJECT, Weight},
};

/// What is known of a manifest in a listing.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ManifestInfo {
    /// The manifest. Its size is 0 where the registry's list does not tell.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Digest>,
    /// When it was made, RFC 3339: as Azure's registry has it, else as its annotations or its config
    /// have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it or its tags were last changed, RFC 3339, where the registry tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    /// CPU architecture, from an image's config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Operating system, from an image's config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// The media type of its config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_media_type: Option<String>,
    /// Bytes of its config, layers and blobs together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<u64>,
    /// What may be done with it, where the registry tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
}

/// What is known of a tag in a listing.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TagInfo {
    /// The tag.
    pub name: String,
    /// What it names.
    pub digest: Digest,
    /// When it was first written, RFC 3339, where the registry tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it was last changed, RFC 3339, where the registry tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    /// Whether it is signed by content trust, where the registry tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// What may be done with it, where the registry tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
}

/// What Azure's registry lets anyone do with a manifest or tag: a locked one is not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase"), default)]
#[non_exhaustive]
pub struct Attributes {
    /// It can be deleted.
    pub delete_enabled: bool,
    /// It is shown in lists.
    pub list_enabled: bool,
    /// It can be pulled.
    pub read_enabled: bool,
    /// It can be changed.
    pub write_enabled: bool,
}

impl Weight for ManifestInfo {
    fn weight(&self) -> usize {
        let words = [
            &self.created,
            &self.last_updated,
            &self.architecture,
            &self.os,
            &self.config_media_type,
        ];
        size_of::<Self>()
            + self.descriptor.weight()
            + self.tags.weight()
            + words.into_iter().map(Weight::weight).sum::<usize>()
    }
}

impl Weight for TagInfo {
    fn weight(&self) -> usize {
        let words = [&self.created, &self.last_updated];
        size_of::<Self>()
            + 3 * OBJECT
            + self.name.len()
            + self.digest.as_str().len()
            + words.into_iter().map(Weight::weight).sum::<usize>()
    }
}

impl Default for Attributes {
    fn default() -> Self {
        Self { delete_enabled: true, list_enabled: true, read_enabled: true, write_enabled: true }
    }
}
