//! The result of a restore.

use serde::Serialize;

use super::targets::Target;
use crate::operation::{
    archive::name_of_tag,
    backup::{ArchivedTag, archived_tags},
    copy::{CopiedBlobs, CopiedRoots, KeptTag},
};
use ocigraph_types::{Descriptor, serialize_descriptors};

/// The result of [`Client::restore`](crate::Client::restore). A dry run reports what would be written.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct RestoreReport {
    /// True for a dry run, which writes nothing.
    pub dry_run: bool,
    /// The tags that were set, repository by repository, with their manifests. A manifest that was
    /// backed up by its digest has no tag.
    pub tags: Vec<ArchivedTag>,
    /// Number of manifests written. Manifests that the destination had already are not counted.
    pub manifests: usize,
    /// Numbers of blobs, by outcome.
    pub blobs: CopiedBlobs,
    /// Number of bytes of all manifests and blobs written.
    pub bytes: u64,
    /// The referrers that the archive lists and does not have.
    #[serde(serialize_with = "serialize_descriptors")]
    pub missing: Vec<Descriptor>,
    /// The tags that cosign derives from a digest, and that were not restored: at the destination they
    /// name other content, which the restore would lose.
    pub kept_tags: Vec<KeptTag>,
}

impl RestoreReport {
    pub(super) fn add(&mut self, target: &Target, mut copied: CopiedRoots) {
        if let Some(repository) = &target.written_name {
            for (_, tags) in copied.roots.values_mut() {
                tags.iter_mut().for_each(|tag| *tag = name_of_tag(repository, tag));
            }
        }
        self.tags.extend(archived_tags(target.place.location(), copied.roots));
        self.manifests += copied.manifests;
        self.blobs.copied += copied.blobs.copied;
        self.blobs.existed += copied.blobs.existed;
        self.blobs.mounted += copied.blobs.mounted;
        self.bytes += copied.bytes;
        self.missing.extend(copied.missing);
        self.kept_tags.extend(copied.kept_tags);
    }
}
