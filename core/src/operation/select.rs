//! Which image of an index a platform asks for.

use std::collections::HashSet;

use crate::{operation::read::read_small, store::ReadStore};
use ocigraph_types::{
    Code, Error, IMAGE_CONFIG_LIMIT, Manifest, Platform, Result, TagOrDigest, media_type,
};

/// Platforms that an error names.
const OFFERED: usize = 50;

/// Indexes in indexes: more than anyone nests, few enough to end.
const NESTED_INDEXES: usize = 100;

/// The manifest that `name` names; with a platform, where that is an index, the first of its images
/// for the platform, in nested indexes too. NOT_FOUND when there is none, or when an image that is
/// named itself is for another.
pub(crate) async fn select_manifest(
    store: &dyn ReadStore,
    name: &TagOrDigest,
    wanted: Option<&Platform>,
) -> Result<Manifest> {
    let manifest = store.fetch_manifest(name).await?.without_guard();
    let Some(wanted) = wanted else { return Ok(manifest) };
    if !manifest.is_index() {
        return match of_image(store, &manifest).await? {
            Some(platform) if platform.fits(wanted) => Ok(manifest),
            Some(platform) => {
                Err(not_found(format!("it is an image for {platform}, not {wanted}")))
            }
            None => Err(not_found(format!("it is neither an index nor an image for {wanted}"))),
        };
    }
    let mut offered = Vec::new();
    let mut seen = HashSet::from([manifest.digest().clone()]);
    let (mut index, mut nested) = (manifest, Vec::new());
    loop {
        for child in index.children() {
            match &child.platform {
                Some(platform) if platform.fits(wanted) => {
                    return Ok(store
                        .fetch_manifest(&TagOrDigest::from(child))
                        .await?
                        .without_guard());
                }
                Some(platform) if offered.len() < OFFERED => offered.push(platform.to_string()),
                None if media_type::is_index(&child.media_type)
                    && seen.len() <= NESTED_INDEXES
                    && seen.insert(child.digest.clone()) =>
                {
                    nested.push(child.digest.clone());
                }
                _ => {}
            }
        }
        let Some(next) = nested.pop() else { break };
        drop(index);
        index = store.fetch_manifest(&TagOrDigest::Digest(next)).await?.without_guard();
    }
    let error = not_found(format!("the index has no image for {wanted}"));
    Err(if offered.is_empty() {
        error.with_hint("its entries name no platform; choose one by digest")
    } else {
        error.with_hint(format!("it has {}", offered.join(", ")))
    })
}

/// What a single image says in its config about where it runs.
async fn of_image(store: &dyn ReadStore, manifest: &Manifest) -> Result<Option<Platform>> {
    let Some(config) = manifest.config().filter(|c| media_type::is_image_config(&c.media_type))
    else {
        return Ok(None);
    };
    let bytes = read_small(store, config, IMAGE_CONFIG_LIMIT).await?;
    // A config that says nothing of the kind is of no platform.
    Ok(serde_json::from_slice(&bytes).ok().filter(|platform: &Platform| !platform.os.is_empty()))
}

fn not_found(message: String) -> Error {
    Error::new(Code::NotFound, message)
}
