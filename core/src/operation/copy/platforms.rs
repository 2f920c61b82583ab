//! The images of an index for several platforms, as an index that lists them alone.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::{operation::select::select_with_attestations, store::ReadStore};
use ocigraph_types::{
    Algorithm, Code, Descriptor, Digest, Error, Manifest, Platform, Reference, Result,
};

/// Maximum bytes of a new index. The copy keeps it in memory until it is written, and would fetch a larger manifest
/// again, from a source that does not have this one.
const MAX_INDEX_BYTES: usize = 255 * 1024;

/// Parses the platforms of an option. Each counts once.
///
/// # Errors
/// [`Code::InvalidArgument`] if one is malformed.
pub(super) fn parse(texts: &[String]) -> Result<Vec<Platform>> {
    let mut platforms = Vec::new();
    for text in texts {
        let platform: Platform = text.parse()?;
        if !platforms.contains(&platform) {
            platforms.push(platform);
        }
    }
    Ok(platforms)
}

/// Returns the index that `source` names, with the entries for these platforms alone: in their order,
/// with the other members of the index. With `attestations`, those that the index lists for the images
/// stay too. The index itself, if all of its entries stay.
///
/// # Errors
/// [`Code::NotFound`] if the index has no image for one of the platforms, [`Code::InvalidArgument`] if
/// `source` names no index.
pub(super) async fn index_of(
    store: &dyn ReadStore,
    source: &Reference,
    platforms: &[Platform],
    attestations: bool,
) -> Result<Manifest> {
    let index = select_with_attestations(store, source, None).await?.manifest;
    if !index.is_index() {
        return Err(Error::new(Code::InvalidArgument, format!("{source} is not an index"))
            .with_hint("several platforms are selected from an index; omit the platforms"));
    }
    let fits = |entry: &Descriptor, wanted: &Platform| {
        entry.platform.as_ref().is_some_and(|platform| platform.fits(wanted))
    };
    let missing =
        platforms.iter().find(|wanted| !index.manifests().iter().any(|e| fits(e, wanted)));
    if let Some(missing) = missing {
        let of_images = index.manifests().iter().filter(|entry| !entry.is_attestation());
        let found: Vec<String> = of_images
            .filter_map(|entry| entry.platform.as_ref().map(Platform::to_string))
            .collect();
        return Err(Error::new(Code::NotFound, format!("the index has no image for {missing}"))
            .with_hint(format!("it has images for {}", found.join(", "))));
    }
    let is_image = |entry: &Descriptor| platforms.iter().any(|wanted| fits(entry, wanted));
    let images: HashSet<&Digest> = index
        .manifests()
        .iter()
        .filter(|entry| is_image(entry))
        .map(|entry| &entry.digest)
        .collect();
    let stays = |entry: &Descriptor| {
        is_image(entry)
            || (attestations && entry.attestation_of().is_some_and(|image| images.contains(&image)))
    };
    let stays: Vec<bool> = index.manifests().iter().map(stays).collect();
    if stays.iter().all(|stays| *stays) {
        return Ok(index);
    }
    narrowed(&index, &stays)
}

/// Returns the index with the entries that stay. The members that it has besides are unchanged.
fn narrowed(index: &Manifest, stays: &[bool]) -> Result<Manifest> {
    let unreadable = |e: serde_json::Error| Error::new(Code::InvalidManifest, e.to_string());
    let mut members: Map<String, Value> =
        serde_json::from_slice(index.bytes()).map_err(unreadable)?;
    let entries = members.get_mut("manifests").and_then(Value::as_array_mut);
    if let Some(entries) = entries {
        let mut stays = stays.iter();
        entries.retain(|_| stays.next().copied().unwrap_or_default());
    }
    let bytes = serde_json::to_vec(&members).map_err(unreadable)?;
    if bytes.len() > MAX_INDEX_BYTES {
        let message = format!("an index of these platforms has more than {MAX_INDEX_BYTES} bytes");
        return Err(Error::new(Code::TooLarge, message));
    }
    Manifest::parse(bytes.into(), Some(index.media_type()), Algorithm::default())
}
