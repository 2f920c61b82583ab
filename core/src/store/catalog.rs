//! What a store knows of its manifests and tags.

use derive_setters::Setters;
use serde::{Deserialize, Serialize};

use ocigraph_types::{
    Descriptor, Digest, serialize_descriptor,
    weight::{OBJECT, Weight},
};

/// A manifest in a list, with what the registry or layout knows of it. Fields that are not known
/// are `None`.
#[derive(Debug, Clone, Serialize, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct ManifestInfo {
    /// The manifest. Its size is 0 if the list of the registry does not contain it.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tags that name the manifest.
    pub tags: Vec<String>,
    /// The digest of the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Digest>,
    /// Creation time, RFC 3339: from Azure's list, else from the annotation
    /// `org.opencontainers.image.created`, else from the config of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Time of the last change of the manifest or its tags, RFC 3339. Azure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    /// CPU architecture, from the config of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    /// Operating system, from the config of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// Media type of the config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_media_type: Option<String>,
    /// Total size of config, layers and blobs, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<u64>,
    /// The permitted actions. Azure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
    /// What prevents that the manifest or its config is read, as a phrase for users: it is malformed,
    /// or the registry refuses to serve it. The details are not known then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A tag in a list, with what the registry or layout knows of it. Fields that are not known are
/// `None`.
#[derive(Debug, Clone, Serialize, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct TagInfo {
    /// The tag itself.
    pub name: String,
    /// The digest of the manifest that the tag names, unless the registry does not say it: see
    /// `problem`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Time of the first push under this tag, RFC 3339. Azure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Time of the last change, RFC 3339. Azure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_updated: Option<String>,
    /// True if content trust signed the tag. Azure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// The permitted actions. Azure only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
    /// What prevents that the tag is resolved, as a phrase for users: its manifest is malformed, or
    /// the registry refuses to serve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What Azure's registry permits with a manifest or tag. A locked one cannot be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "camelCase"), default)]
#[non_exhaustive]
pub struct Attributes {
    /// True if it can be deleted.
    pub delete_enabled: bool,
    /// True if lists contain it.
    pub list_enabled: bool,
    /// True if it can be pulled.
    pub read_enabled: bool,
    /// True if it can be changed.
    pub write_enabled: bool,
}

impl ManifestInfo {
    /// Creates the information of which only the descriptor is known.
    pub fn new(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            tags: Vec::new(),
            subject: None,
            created: None,
            last_updated: None,
            architecture: None,
            os: None,
            config_media_type: None,
            image_size: None,
            attributes: None,
            problem: None,
        }
    }
}

impl TagInfo {
    /// Creates the information of which only the tag and the digest that it names are known.
    pub fn new(name: impl Into<String>, digest: Digest) -> Self {
        Self {
            name: name.into(),
            digest: Some(digest),
            created: None,
            last_updated: None,
            signed: None,
            attributes: None,
            problem: None,
        }
    }

    /// Creates the information of a tag whose manifest cannot be read.
    pub(crate) fn unresolved(name: impl Into<String>, problem: String) -> Self {
        Self {
            name: name.into(),
            digest: None,
            created: None,
            last_updated: None,
            signed: None,
            attributes: None,
            problem: Some(problem),
        }
    }
}

impl Weight for ManifestInfo {
    fn weight(&self) -> usize {
        let words = [
            &self.created,
            &self.last_updated,
            &self.architecture,
            &self.os,
            &self.config_media_type,
            &self.problem,
        ];
        size_of::<Self>()
            + self.descriptor.weight()
            + self.tags.weight()
            + words.into_iter().map(Weight::weight).sum::<usize>()
    }
}

impl Weight for TagInfo {
    fn weight(&self) -> usize {
        let words = [&self.created, &self.last_updated, &self.problem];
        size_of::<Self>()
            + 3 * OBJECT
            + self.name.len()
            + self.digest.as_ref().map_or(0, |digest| digest.as_str().len())
            + words.into_iter().map(Weight::weight).sum::<usize>()
    }
}

impl Default for Attributes {
    fn default() -> Self {
        Self { delete_enabled: true, list_enabled: true, read_enabled: true, write_enabled: true }
    }
}
