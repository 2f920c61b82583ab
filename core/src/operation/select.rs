//! Finds the manifest that a reference names, and selects the image of an index that fits a platform.
//! It searches nested indexes too, and never chooses between several images that fit: the first one
//! wins.

use std::collections::{HashSet, VecDeque};

use crate::{
    operation::read::{fetch_manifest, read_small},
    store::ReadStore,
};
use ocigraph_types::{
    Code, Descriptor, Error, IMAGE_CONFIG_LIMIT, Manifest, Platform, Reference, Result,
    TagOrDigest, annotation, excerpt, media_type,
};

/// Maximum platforms that an error message lists.
const MAX_LISTED: usize = 50;

/// Maximum manifests of a layout that an error message lists.
const MAX_CHOICES: usize = 10;

/// Maximum nested indexes that are searched, so that the search ends.
pub(crate) const MAX_NESTED_INDEXES: usize = 100;

/// Returns what `reference` names. Without tag and digest, that is the only manifest of a layout.
/// INVALID_REFERENCE if it names several.
pub(crate) async fn name_of(store: &dyn ReadStore, reference: &Reference) -> Result<TagOrDigest> {
    only_name(reference, &choices(store, reference).await?)
}

fn only_name(reference: &Reference, choices: &[Descriptor]) -> Result<TagOrDigest> {
    match choices {
        [] => reference.name(),
        [only] => Ok(TagOrDigest::from(only)),
        _ => Err(ambiguous(reference, choices)),
    }
}

/// Fails if `reference` has neither tag nor digest, and the only manifest of the layout has a tag: a
/// tag that was forgotten must not be lost.
pub(crate) async fn check_names_deleted(
    store: &dyn ReadStore,
    reference: &Reference,
) -> Result<()> {
    if reference.digest().is_some() || !reference.tags().is_empty() {
        return Ok(());
    }
    let has_tag = |d: &Descriptor| d.annotations.contains_key(annotation::REF_NAME);
    match store.choices(None).await?.iter().any(has_tag) {
        true => reference.name().map(drop),
        false => Ok(()),
    }
}

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
    reference: &Reference,
    wanted: Option<&Platform>,
) -> Result<Manifest> {
    Ok(select_with_attestations(store, reference, wanted).await?.manifest)
}

/// Returns the manifest that `reference` names. With a platform, and if that manifest is an index,
/// returns the first image for the platform in the index or in its nested indexes. A layout can list
/// several manifests under one name: the platform chooses among them too. NOT_FOUND if no image fits,
/// or if `reference` names an image for another platform.
pub(crate) async fn select_with_attestations(
    store: &dyn ReadStore,
    reference: &Reference,
    wanted: Option<&Platform>,
) -> Result<Selected> {
    let choices = choices(store, reference).await?;
    let (Some(platform), [_, _, ..]) = (wanted, choices.as_slice()) else {
        return select_from(store, &only_name(reference, &choices)?, wanted).await;
    };
    let is_for = |d: &&Descriptor| d.platform.as_ref().is_some_and(|p| p.fits(platform));
    if let Some(image) = choices.iter().find(is_for) {
        let image = fetch_manifest(store, &TagOrDigest::from(image)).await?.without_guard();
        return match image.is_index() {
            true => select_from(store, &TagOrDigest::from(&image.plain_descriptor()), wanted).await,
            false => Ok(Selected::of(image)),
        };
    }
    for index in choices.iter().filter(|choice| choice.platform.is_none()) {
        match select_from(store, &TagOrDigest::from(index), wanted).await {
            Err(e) if e.code() == Code::NotFound => {}
            found => return found,
        }
    }
    Err(not_found(format!("none of the manifests is for {platform}"))
        .with_hint(format!("there are {}", list_of(&choices))))
}

async fn choices(store: &dyn ReadStore, reference: &Reference) -> Result<Vec<Descriptor>> {
    match (reference.digest(), reference.tags()) {
        (None, [tag]) => store.choices(Some(tag)).await,
        (None, []) => store.choices(None).await,
        _ => Ok(Vec::new()),
    }
}

fn ambiguous(reference: &Reference, choices: &[Descriptor]) -> Error {
    let message = format!("{reference} names {} manifests: {}", choices.len(), list_of(choices));
    let hint = match choices.iter().any(|choice| choice.platform.is_some()) {
        true => "select one by its digest, or by --platform where the operation has that option",
        false => "select one by its name or digest",
    };
    Error::new(Code::InvalidReference, message).with_hint(hint)
}

/// Returns the choices as a list for messages: their names, digests and platforms.
fn list_of(choices: &[Descriptor]) -> String {
    let describe = |choice: &Descriptor| {
        let name = choice.annotations.get(annotation::REF_NAME).map(|name| excerpt(name));
        let platform = choice.platform.as_ref().map(|platform| format!("for {platform}"));
        let parts = [name, Some(choice.digest.to_string()), platform];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let mut listed: Vec<String> = choices.iter().take(MAX_CHOICES).map(describe).collect();
    if choices.len() > listed.len() {
        listed.push(format!("and {} more", choices.len() - listed.len()));
    }
    listed.join(", ")
}

async fn select_from(
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
                    let is_of_image = |entry: &&Descriptor| {
                        entry.attestation_of().as_ref() == Some(image.digest())
                    };
                    let attestations =
                        index.manifests().iter().filter(is_of_image).cloned().collect();
                    return Ok(Selected { manifest: image, attestations });
                }
            }
            let is_other = !is_wanted && !child.is_attestation();
            if let Some(platform) = named.filter(|_| is_other && found.len() < MAX_LISTED) {
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
pub(super) async fn image_platform(
    store: &dyn ReadStore,
    manifest: &Manifest,
) -> Result<Option<Platform>> {
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
