//! Listings: every manifest that can be found in a place, with what is known of it.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    manifest::{IMAGE_CONFIG_LIMIT, ImageConfig, Manifest, created},
    media_type,
    options::{ManifestInfo, TagInfo},
    store::{Store, listed_manifest, read_small, resolve_tags},
    work::{AT_ONCE, bounded},
};

/// Tagged manifests in the order of their tags, then what they list and what refers to them.
pub(crate) async fn manifests(store: &dyn Store) -> Result<Vec<ManifestInfo>> {
    // Asked together: where there is no list of the store's own, that was found out meanwhile.
    let (listed, tags) = futures::join!(store.listed_manifests(), store.tags());
    if let Some(listed) = listed? {
        return Ok(listed);
    }
    let tags = tags?;
    let mut tags_of: HashMap<Digest, Vec<String>> = HashMap::new();
    let mut level = Vec::new();
    for (tag, named) in resolve_tags(store, tags, AT_ONCE).await {
        let descriptor = match named {
            Ok(descriptor) => descriptor,
            // Deleted since it was listed.
            Err(e) if e.code() == Code::NotFound => continue,
            Err(e) => return Err(e),
        };
        let tags = tags_of.entry(descriptor.digest.clone()).or_default();
        if tags.is_empty() {
            level.push(descriptor);
        }
        tags.push(tag);
    }
    level.extend(store.untagged().await?);
    let mut found: Vec<ManifestInfo> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    loop {
        level.retain(|d| seen.insert(d.digest.clone()));
        if level.is_empty() {
            return Ok(found);
        }
        let mut looked = stream::iter(std::mem::take(&mut level))
            .map(|descriptor| look_at(store, descriptor))
            .buffered(AT_ONCE);
        while let Some((mut info, next)) = looked.try_next().await? {
            info.tags = tags_of.remove(&info.descriptor.digest).unwrap_or_default();
            found.push(info);
            level.extend(next);
            bounded(seen.len() + level.len(), store.entries())?;
        }
    }
}

/// All tags with what they name.
pub(crate) async fn tags(store: &dyn Store) -> Result<Vec<TagInfo>> {
    let (listed, tags) = futures::join!(store.listed_tags(), store.tags());
    if let Some(listed) = listed? {
        return Ok(listed);
    }
    let mut found = Vec::new();
    for (name, named) in resolve_tags(store, tags?, AT_ONCE).await {
        let digest = match named {
            Ok(descriptor) => descriptor.digest,
            // Deleted since it was listed.
            Err(e) if e.code() == Code::NotFound => continue,
            Err(e) => return Err(e),
        };
        found.push(TagInfo {
            name,
            digest,
            created: None,
            last_updated: None,
            signed: None,
            attributes: None,
        });
    }
    Ok(found)
}

async fn look_at(
    store: &dyn Store,
    descriptor: Descriptor,
) -> Result<(ManifestInfo, Vec<Descriptor>)> {
    // A listed manifest that is gone or malformed is still listed.
    let (manifest, referrers) = tokio::try_join!(
        listed_manifest(store, &descriptor),
        store.referrers(&descriptor.digest, None)
    )?;
    let mut info = ManifestInfo {
        descriptor,
        tags: Vec::new(),
        subject: None,
        created: None,
        last_updated: None,
        architecture: None,
        os: None,
        config_media_type: None,
        image_size: None,
        attributes: None,
    };
    let mut next = referrers;
    if let Some(manifest) = manifest {
        describe(store, &manifest, &mut info).await?;
        next.extend(manifest.children().cloned());
    }
    Ok((info, next))
}

async fn describe(store: &dyn Store, manifest: &Manifest, info: &mut ManifestInfo) -> Result<()> {
    info.descriptor = manifest.descriptor();
    info.subject = manifest.subject().map(|subject| subject.digest.clone());
    info.created = created(manifest.annotations()).map(str::to_owned);
    if !manifest.is_index() {
        let size = manifest.content().map(|blob| blob.size).fold(0, u64::saturating_add);
        info.image_size = Some(size.min(Descriptor::LARGEST));
    }
    let Some(config) = manifest.config() else { return Ok(()) };
    info.config_media_type = Some(config.media_type.clone());
    if !media_type::is_image_config(&config.media_type) {
        return Ok(());
    }
    let config = match read_small(store, config, IMAGE_CONFIG_LIMIT).await {
        Ok(bytes) => serde_json::from_slice::<ImageConfig>(&bytes).unwrap_or_default(),
        Err(e) if matches!(e.code(), Code::NotFound | Code::TooLarge) => ImageConfig::default(),
        Err(e) => {
            return Err(Error::new(
                e.code(),
                format!("the config cannot be read: {}", e.message()),
            ));
        }
    };
    let text = |value: Option<String>| value.filter(|text| !text.is_empty());
    info.architecture = text(config.architecture);
    info.os = text(config.os);
    if info.created.is_none() {
        info.created = config.created.and_then(|value| value.as_str().map(str::to_owned));
    }
    Ok(())
}
