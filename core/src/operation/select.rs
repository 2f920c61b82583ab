//! Selects the image of an index that fits a platform. It searches nested indexes too, and never
//! chooses between several images that fit: the first one wins.

use std::collections::{HashSet, VecDeque};

use crate::{
    operation::read::{fetch_manifest, read_small},
    store::ReadStore,
};
use ocigraph_types::{
    Code, Descriptor, Error, IMAGE_CONFIG_LIMIT, Manifest, Platform, Result, TagOrDigest,
    media_type,
};

/// Maximum platforms that an error message lists.
const MAX_LISTED: usize = 50;

/// Maximum nested indexes that are searched, so that the search ends.
const MAX_NESTED_INDEXES: usize = 100;

/// A manifest that was selected, and the attestations that its index lists for it.
pub(crate) struct Selected {
    pub(crate) manifest: Manifest,
    pub(crate) attestations: Vec<Descriptor>,
}

impl Selected {
    fn of(manifest: Manifest) -> Self {
        Self { manifest, attestations: Vec::new() }
    }
}

/// Selects like [`select_with_attestations`], and returns the manifest alone.
pub(crate) async fn select_manifest(
    store: &dyn ReadStore,
    name: &TagOrDigest,
    wanted: Option<&Platform>,
) -> Result<Manifest> {
    Ok(select_with_attestations(store, name, wanted).await?.manifest)
}

/// Returns the manifest that `name` names. With a platform, and if that manifest is an index,
/// returns the first image for the platform in the index or in its nested indexes. NOT_FOUND if no
/// image fits, or if `name` names an image for another platform.
pub(crate) async fn select_with_attestations(
    store: &dyn ReadStore,
    name: &TagOrDigest,
    wanted: Option<&Platform>,
) -> Result<Selected> {
    let manifest = fetch_manifest(store, name).await?.without_guard();
    let Some(wanted) = wanted else { return Ok(Selected::of(manifest)) };
    if !manifest.is_index() {
        return match image_platform(store, &manifest).await? {
            Some(platform) if platform.fits(wanted) => Ok(Selected::of(manifest)),
            Some(platform) => Err(not_found(format!("the image is for {platform}, not {wanted}"))),
            None => Err(not_found(format!(
                "the manifest is neither an index nor an image for {wanted}"
            ))),
        };
    }
    let mut found = Vec::new();
    let mut seen = HashSet::from([manifest.digest().clone()]);
    // Each index with whether an entry says that all of it is for the platform.
    let (mut index, mut fits, mut nested) = (manifest, false, VecDeque::new());
    loop {
        for child in index.children() {
            let is_index = media_type::is_index(&child.media_type);
            let named = child.platform.as_ref();
            let is_wanted = named.is_some_and(|platform| platform.fits(wanted));
            if is_index {
                let is_searched = is_wanted || named.is_none();
                if is_searched
                    && seen.len() <= MAX_NESTED_INDEXES
                    && seen.insert(child.digest.clone())
                {
                    let of_platform = is_wanted || fits;
                    let position = if is_wanted { 0 } else { nested.len() };
                    nested.insert(position, (child.digest.clone(), of_platform));
                }
            } else if is_wanted || (named.is_none() && fits) {
                let image = fetch_manifest(store, &TagOrDigest::from(child)).await?.without_guard();
                if is_wanted || image_platform(store, &image).await?.is_some_and(|p| p.fits(wanted))
                {
                    let entries = index.manifests().iter();
                    let of_image = |entry: &&Descriptor| {
                        entry.attestation_of().as_ref() == Some(image.digest())
                    };
                    let attestations = entries.filter(of_image).cloned().collect();
                    return Ok(Selected { manifest: image, attestations });
                }
            }
            if let Some(platform) = named.filter(|_| !is_wanted && found.len() < MAX_LISTED) {
                found.push(platform.to_string());
            }
        }
        let Some((next, of_platform)) = nested.pop_front() else { break };
        drop(index);
        fits = of_platform;
        index = fetch_manifest(store, &TagOrDigest::Digest(next)).await?.without_guard();
    }
    let error = not_found(format!("the index has no image for {wanted}"));
    Err(if found.is_empty() {
        error.with_hint("its entries have no platform; select an image by digest")
    } else {
        error.with_hint(format!("it has images for {}", found.join(", ")))
    })
}

/// Returns the platform that the config of an image says, or `None` for other artifacts.
async fn image_platform(store: &dyn ReadStore, manifest: &Manifest) -> Result<Option<Platform>> {
    let Some(config) = manifest.config().filter(|c| media_type::is_image_config(&c.media_type))
    else {
        return Ok(None);
    };
    let bytes = read_small(store, config, IMAGE_CONFIG_LIMIT).await?;
    // A config without `os` says no platform.
    Ok(serde_json::from_slice(&bytes).ok().filter(|platform: &Platform| !platform.os.is_empty()))
}

fn not_found(message: String) -> Error {
    Error::new(Code::NotFound, message)
}
