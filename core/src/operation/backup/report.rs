//! The result of a backup.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;

use crate::operation::copy::KeptTag;
use ocigraph_types::{
    Descriptor, Digest, Location, Reference, serialize_descriptor, serialize_descriptors,
};

/// The result of [`Client::backup`](crate::Client::backup). A dry run reports what would be stored.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct BackupReport {
    /// True for a dry run, which writes nothing.
    pub dry_run: bool,
    /// The path of the archive or directory.
    pub output: PathBuf,
    /// The tags that were backed up, repository by repository, with their manifests. A manifest that
    /// was named by its digest has no tag.
    pub tags: Vec<ArchivedTag>,
    /// Number of manifests stored, without those that the directory had, or that the earlier archive has.
    pub manifests: usize,
    /// Number of blobs stored.
    pub blobs: usize,
    /// Number of blobs that the directory had, or that the earlier archive has.
    pub existing_blobs: usize,
    /// Number of bytes of all manifests and blobs stored.
    pub bytes: u64,
    /// The size of the archive in bytes. `None` for a directory, and for a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The referrers that a repository lists and does not have. The backup has all others.
    #[serde(serialize_with = "serialize_descriptors")]
    pub missing: Vec<Descriptor>,
    /// The tags that cosign derives from a digest, and that were not backed up: the repository has lost
    /// their manifests, or they name other content in the directory, which the backup would lose.
    pub kept_tags: Vec<KeptTag>,
}

/// A tag of a backup, or of what was restored from it.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ArchivedTag {
    /// The location and the tag: that of the source for a backup, that of the destination for a
    /// restore. A manifest without a tag has its digest.
    pub reference: Reference,
    /// The descriptor of the manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
}

/// Returns the tags of roots, in the order of the tags.
pub(crate) fn archived_tags(
    location: &Location,
    roots: BTreeMap<Digest, (Descriptor, Vec<String>)>,
) -> Vec<ArchivedTag> {
    let place = Reference::new(location.clone());
    let mut found = Vec::new();
    for (descriptor, mut tags) in roots.into_values() {
        tags.sort_unstable();
        tags.dedup();
        if tags.is_empty() {
            let reference = place.at(descriptor.digest.clone());
            found.push((None, ArchivedTag { reference, descriptor: descriptor.clone() }));
        }
        for tag in tags {
            // A layout can have a tag that no reference can contain.
            let named = place.tagged(&tag).unwrap_or_else(|_| place.at(descriptor.digest.clone()));
            let archived = ArchivedTag { reference: named, descriptor: descriptor.clone() };
            found.push((Some(tag), archived));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, archived)| archived).collect()
}
