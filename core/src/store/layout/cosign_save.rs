//! Layouts that `cosign save` writes. `index.json` lists an image, and its signatures and attestations
//! of the older format without their tags. Referrers are blobs that it does not list at all.

use std::sync::Arc;

use super::index::Index;
use ocigraph_types::{Descriptor, Digest, SiblingTag};

/// Returns what an entry is to cosign: `image`, `imageIndex`, `sigs`, `atts` or `sboms`.
pub(super) fn kind_of(entry: &Descriptor) -> Option<&str> {
    match entry.annotations.get("kind")?.split_once('/') {
        Some(("dev.cosignproject.cosign", kind)) => Some(kind),
        _ => None,
    }
}

/// Returns the tags that the signatures, attestations and SBoMs of a saved image have in a registry,
/// with their manifests. Empty if another tool wrote the layout.
pub(super) fn siblings(index: &Index) -> Vec<(SiblingTag, Digest)> {
    let is_image =
        |entry: &&Arc<Descriptor>| matches!(kind_of(entry), Some("image" | "imageIndex"));
    let mut images = index.entries.iter().filter(is_image);
    let (Some(image), None) = (images.next(), images.next()) else { return Vec::new() };
    let sibling = |entry: &Descriptor| {
        let suffix = match kind_of(entry)? {
            "sigs" => "sig",
            "atts" => "att",
            "sboms" => "sbom",
            _ => return None,
        };
        Some((SiblingTag::new(image.digest.clone(), suffix), entry.digest.clone()))
    };
    index.entries.iter().filter_map(|entry| sibling(entry)).collect()
}

/// Returns true if cosign wrote the layout.
pub(super) fn is_saved(index: &Index) -> bool {
    index.entries.iter().any(|entry| kind_of(entry).is_some())
}
