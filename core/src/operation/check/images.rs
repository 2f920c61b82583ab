//! The images of an index, with the attestations that the index lists for each.

use std::collections::{HashSet, VecDeque};

use crate::{
    operation::read::fetch_manifest,
    store::{ReadStore, concurrency::RequestLimiter, limits::check_limit},
};
use ocigraph_types::{Descriptor, Manifest, Result, TagOrDigest, media_type};

use super::report::unread;

/// A manifest to check.
pub(super) struct Image {
    /// The descriptor. It has the platform that the index says.
    pub(super) descriptor: Descriptor,
    /// The entries of the index for attestations of this image.
    pub(super) attestations: Vec<Descriptor>,
}

/// The images of an index.
#[derive(Default)]
pub(super) struct Images {
    pub(super) found: Vec<Image>,
    /// Why the images of an index are not known, as phrases for users.
    pub(super) unread: Vec<String>,
}

/// Returns the images of an index and of its nested indexes, each once.
pub(super) async fn images_of(
    store: &dyn ReadStore,
    requests: &RequestLimiter,
    root: Manifest,
) -> Result<Images> {
    let mut images = Images::default();
    let mut seen = HashSet::from([root.digest().clone()]);
    let mut nested = VecDeque::new();
    let mut index = root;
    loop {
        for child in index.children().filter(|child| child.attestation_of().is_none()) {
            if !seen.insert(child.digest.clone()) {
                continue;
            }
            check_limit(seen.len(), store.max_entries())?;
            if media_type::is_index(&child.media_type) {
                nested.push_back(child.digest.clone());
                continue;
            }
            let is_about =
                |entry: &&Descriptor| entry.attestation_of().as_ref() == Some(&child.digest);
            let attestations = index.manifests().iter().filter(is_about).cloned().collect();
            images.found.push(Image { descriptor: child.clone(), attestations });
        }
        loop {
            let Some(next) = nested.pop_front() else { return Ok(images) };
            let _permit = requests.acquire().await;
            match fetch_manifest(store, &TagOrDigest::Digest(next.clone())).await {
                Ok(manifest) => {
                    index = manifest;
                    break;
                }
                Err(e) => images.unread.push(unread(format_args!("the index {next}"), e)?),
            }
        }
    }
}
