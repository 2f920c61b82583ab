//! The result of a migration: what got a new form, what stays as it is, and what was removed.

use serde::Serialize;

use ocigraph_types::{Descriptor, serialize_descriptor, weight::Weight};

/// The result of [`Client::migrate`](crate::Client::migrate). A dry run reports what a migration would
/// do.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct MigrateReport {
    /// True for a dry run, which changes nothing.
    pub dry_run: bool,
    /// The attachments that have the new form, each with its old and its new manifest.
    pub migrated: Vec<Migration>,
    /// The attachments that stay as they are, each with the reason: those that cannot have the new form,
    /// and, with the option `remove_old`, those whose old form is not removed.
    pub kept: Vec<KeptAttachment>,
    /// The old forms that were removed after the new form was read back.
    pub removed: Vec<RemovedAttachment>,
}

/// An attachment that has the new form.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Migration {
    /// What changes.
    pub kind: MigrationKind,
    /// The descriptor of the manifest in its old form.
    #[serde(serialize_with = "serialize_descriptor")]
    pub old_manifest: Descriptor,
    /// The tag of the old form: a tag of cosign, or the fallback tag that lists the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_tag: Option<String>,
    /// The descriptor of the manifest in its new form. It is the old one if only a list changes.
    #[serde(serialize_with = "serialize_descriptor")]
    pub new_manifest: Descriptor,
    /// The tag of the new form: a tag of cosign, or the fallback tag that lists the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_tag: Option<String>,
    /// True if the new form existed before, so that nothing was written.
    pub existed: bool,
}

/// What a migration changes of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MigrationKind {
    /// A tag of cosign becomes a referrer.
    TagToReferrer,
    /// An artifact manifest of ORAS or of OCI 1.1.0-rc becomes an OCI 1.1 image manifest.
    ArtifactToImage,
    /// A referrer that only the fallback tag lists is pushed again, so that the referrers API lists it.
    ListByApi,
    /// A referrer becomes a tag of cosign.
    ReferrerToTag,
    /// A referrer that the referrers API lists is listed under the fallback tag too.
    ListByTag,
}

impl MigrationKind {
    /// Returns the name used in JSON results: `tag-to-referrer`, `artifact-to-image`, `list-by-api`,
    /// `referrer-to-tag` or `list-by-tag`.
    pub fn name(self) -> &'static str {
        match self {
            MigrationKind::TagToReferrer => "tag-to-referrer",
            MigrationKind::ArtifactToImage => "artifact-to-image",
            MigrationKind::ListByApi => "list-by-api",
            MigrationKind::ReferrerToTag => "referrer-to-tag",
            MigrationKind::ListByTag => "list-by-tag",
        }
    }
}

/// An attachment, or its old form, that stays as it is.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct KeptAttachment {
    /// What the migration would change.
    pub kind: MigrationKind,
    /// The descriptor of the manifest that stays.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tag of cosign that names the manifest, or the fallback tag that lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The reason as a phrase for users.
    pub reason: String,
}

/// An old form that was removed.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RemovedAttachment {
    /// The descriptor of the manifest. It is deleted, unless only its entry under a fallback tag was
    /// removed.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tag that was removed with the manifest, or the fallback tag whose entry was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

impl Weight for Migration {
    fn weight(&self) -> usize {
        size_of::<Self>()
            + self.old_manifest.weight()
            + self.old_tag.weight()
            + self.new_manifest.weight()
            + self.new_tag.weight()
    }
}

impl Weight for KeptAttachment {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.descriptor.weight() + self.tag.weight() + self.reason.weight()
    }
}
