//! The images of an index, with the attestations that the index lists for each.

use std::collections::{HashSet, VecDeque};

use crate::{
    operation::{read::fetch_manifest, select::MAX_NESTED_INDEXES},
    store::{ReadStore, concurrency::RequestLimiter, limits::check_limit},
};
use ocigraph_types::{Descriptor, Manifest, Result, TagOrDigest, excerpt, media_type};

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
    let (mut nested, mut indexes) = (VecDeque::new(), 0);
    let mut index = root;
    loop {
        for child in index.manifests().iter().filter(|entry| !entry.is_attestation()) {
            if !child.may_be_manifest() {
                images.unread.push(format!(
                    "the index lists {} as {}, which is not a manifest",
                    child.digest,
                    excerpt(&child.media_type)
                ));
                continue;
            }
            if !seen.insert(child.digest.clone()) {
                continue;
            }
            check_limit(seen.len(), store.max_entries())?;
            if media_type::is_index(&child.media_type) {
                indexes += 1;
                if indexes > MAX_NESTED_INDEXES {
                    images.unread.push(format!("{}: too many nested indexes", child.digest));
                    continue;
                }
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
