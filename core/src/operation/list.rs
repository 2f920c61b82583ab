//! Lists the tags and the manifests of a repository or layout, with their details. Uses the store's
//! own catalog if there is one, and otherwise walks from the tags to children and referrers.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};

use crate::operation::named::named;
use crate::operation::read::{
    ListedManifest, listed_manifest, listed_referrers, read_small, resolve_tags, unread,
};
use crate::operation::select::name_of;
use crate::store::{
    ReadStore,
    catalog::{ManifestInfo, TagInfo},
    concurrency::DEFAULT_CONCURRENCY,
    limits::check_limit,
    list::List,
    memory_budget::{Charge, Memory},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, IMAGE_CONFIG_LIMIT, ImageConfig, ListProblem, Manifest,
    Reference, Result, created, media_type, weight::Weight,
};

pub(crate) const MANIFESTS: &str = "manifests";
pub(crate) const TAGS: &str = "tags";
pub(crate) const REPOSITORIES: &str = "repositories";

/// Returns all manifests, tagged and untagged, with their details. Tagged manifests come first, in
/// the order of their tags, then their children and referrers, level by level. Problems of the
/// lists are in the result. A tag whose manifest cannot be read, and of which the digest is not
/// known either, is a problem with [`ListProblem::tag`]. With a tag or digest in `reference`, returns
/// only that manifest.
///
/// # Errors
/// [`Code::NotFound`] if `reference` has a tag or digest that names nothing.
pub async fn manifests(store: &dyn ReadStore, reference: &Reference) -> Result<List<ManifestInfo>> {
    named(MANIFESTS, reference, async {
        match named_manifest(store, reference).await? {
            Some(descriptor) => find_manifest(store, descriptor).await,
            None => find_manifests(store).await,
        }
    })
    .await
}

/// Returns the manifest that a reference with a tag or digest names.
async fn named_manifest(
    store: &dyn ReadStore,
    reference: &Reference,
) -> Result<Option<Descriptor>> {
    if reference.tags().is_empty() && reference.digest().is_none() {
        return Ok(None);
    }
    store.resolve(&name_of(store, reference).await?).await.map(Some)
}

/// Returns the details of one manifest, with all its tags.
async fn find_manifest(
    store: &dyn ReadStore,
    descriptor: Descriptor,
) -> Result<List<ManifestInfo>> {
    if let Some(mut listed) = store.manifest_catalog().await? {
        listed.entries.retain(|info| info.descriptor.digest == descriptor.digest);
        if !listed.entries.is_empty() {
            return Ok(listed);
        }
    }
    let ((mut info, _), tags) =
        tokio::try_join!(details(store, &descriptor), find_tags_of(store, &descriptor.digest))?;
    info.tags = tags.entries.into_iter().map(|tag| tag.name).collect();
    let charge = store.memory().charge().of(info.weight())?;
    Ok(List::new(vec![info], tags.problems, charge))
}

async fn find_manifests(store: &dyn ReadStore) -> Result<List<ManifestInfo>> {
    // Queried together, so that a store without a catalog costs no extra round trip.
    let (listed, tags) = futures::join!(store.manifest_catalog(), store.tags());
    if let Some(listed) = listed? {
        return Ok(listed);
    }
    let tags = tags?;
    let mut problems = tags.problems;
    let memory = store.memory();
    let mut charge = memory.charge();
    let mut tags_of: HashMap<Digest, Vec<String>> = HashMap::new();
    let mut level = Vec::new();
    let mut resolved = resolve_tags(store, tags.entries, DEFAULT_CONCURRENCY);
    while let Some((tag, named)) = resolved.next().await {
        let descriptor = match tag_target(named)? {
            TagTarget::Manifest(descriptor) => *descriptor,
            TagTarget::Missing => continue,
            TagTarget::Unknown(problem) => {
                problems.push(ListProblem::of_tag(&tag, problem));
                continue;
            }
        };
        charge.add(descriptor.weight() + tag.weight())?;
        let tags = tags_of.entry(descriptor.digest.clone()).or_default();
        if tags.is_empty() {
            level.push(descriptor);
        }
        tags.push(tag);
    }
    level.extend(store.list_untagged().await?);
    let mut found: Vec<ManifestInfo> = Vec::new();
    let mut seen = HashSet::new();
    loop {
        level.retain(|d| seen.insert(d.digest.clone()));
        if level.is_empty() {
            return Ok(List::new(found, problems, charge));
        }
        let mut inspected = stream::iter(std::mem::take(&mut level))
            .map(|descriptor| inspect(store, &memory, descriptor))
            .buffered(DEFAULT_CONCURRENCY);
        while let Some((mut info, children, mut referrers, held)) = inspected.try_next().await? {
            info.tags = tags_of.remove(&info.descriptor.digest).unwrap_or_default();
            charge.absorb(held)?;
            charge.add(info.tags.weight())?;
            referrers.hand_over(&mut charge)?;
            ListProblem::merge(&mut problems, std::mem::take(&mut referrers.problems));
            found.push(info);
            level.extend(referrers.entries);
            level.extend(children);
            check_limit(seen.len() + level.len(), store.max_entries())?;
        }
    }
}

/// Returns all tags, each with the digest that it names and the details that the store has.
/// Problems of the list are in the result. A tag that cannot be resolved has no digest, and a
/// [`TagInfo::problem`]. With a tag or digest in `reference`, returns only the tags of that manifest.
///
/// # Errors
/// [`Code::NotFound`] if `reference` has a tag or digest that names nothing.
pub async fn tag_details(store: &dyn ReadStore, reference: &Reference) -> Result<List<TagInfo>> {
    named(TAGS, reference, async {
        match named_manifest(store, reference).await? {
            Some(descriptor) => find_tags_of(store, &descriptor.digest).await,
            None => find_tags(store).await,
        }
    })
    .await
}

/// Returns all tags, in the store's order. Fallback tags of referrers are not among them. With a
/// tag or digest in `reference`, returns only the tags of that manifest.
///
/// # Errors
/// [`Code::NotFound`] if `reference` has a tag or digest that names nothing.
pub async fn tags(store: &dyn ReadStore, reference: &Reference) -> Result<List<String>> {
    named(TAGS, reference, async {
        let Some(descriptor) = named_manifest(store, reference).await? else {
            return store.tags().await;
        };
        // Names are found without the store's catalog, which may need other rights.
        let mut tags = resolve_all(store, store.tags().await?).await?;
        tags.entries.retain(|tag| tag.digest.as_ref() == Some(&descriptor.digest));
        let names: Vec<String> = tags.entries.into_iter().map(|tag| tag.name).collect();
        let charge = store.memory().charge().of(names.weight())?;
        Ok(List::new(names, tags.problems, charge))
    })
    .await
}

async fn find_tags_of(store: &dyn ReadStore, digest: &Digest) -> Result<List<TagInfo>> {
    let mut tags = find_tags(store).await?;
    tags.entries.retain(|tag| tag.digest.as_ref() == Some(digest));
    Ok(tags)
}

async fn find_tags(store: &dyn ReadStore) -> Result<List<TagInfo>> {
    let (listed, tags) = futures::join!(store.tag_catalog(), store.tags());
    if let Some(listed) = listed? {
        return Ok(listed);
    }
    resolve_all(store, tags?).await
}

/// Returns the digest of each tag.
async fn resolve_all(store: &dyn ReadStore, tags: List<String>) -> Result<List<TagInfo>> {
    let mut found = Vec::new();
    let mut charge = store.memory().charge();
    let mut resolved = resolve_tags(store, tags.entries, DEFAULT_CONCURRENCY);
    while let Some((name, named)) = resolved.next().await {
        let info = match tag_target(named)? {
            TagTarget::Manifest(descriptor) => TagInfo::new(name, descriptor.digest),
            TagTarget::Missing => continue,
            TagTarget::Unknown(problem) => TagInfo::unresolved(name, problem),
        };
        charge.add(info.weight())?;
        found.push(info);
    }
    Ok(List::new(found, tags.problems, charge))
}

/// What a listed tag names.
enum TagTarget {
    Manifest(Box<Descriptor>),
    /// The tag was deleted after it was listed.
    Missing,
    /// The registry does not say it, for this reason.
    Unknown(String),
}

fn tag_target(named: Result<Descriptor>) -> Result<TagTarget> {
    match named {
        Ok(descriptor) => Ok(TagTarget::Manifest(Box::new(descriptor))),
        Err(e) if e.code() == Code::NotFound => Ok(TagTarget::Missing),
        Err(e) if e.is_of_one_manifest() => Ok(TagTarget::Unknown(unread(&e))),
        Err(e) => Err(e),
    }
}

/// Returns the details of a manifest, its children, and its referrers.
async fn inspect(
    store: &dyn ReadStore,
    memory: &Memory,
    descriptor: Descriptor,
) -> Result<(ManifestInfo, Vec<Descriptor>, List<Descriptor>, Charge)> {
    let referrers = listed_referrers(store, &descriptor.digest);
    let ((info, children), referrers) = tokio::try_join!(details(store, &descriptor), referrers)?;
    // Charged here, since many can wait for one before them.
    let charge = memory.charge().of(info.weight() + children.weight())?;
    Ok((info, children, referrers, charge))
}

/// Returns the details of a manifest, and its children. A missing or unreadable manifest has none.
async fn details(
    store: &dyn ReadStore,
    descriptor: &Descriptor,
) -> Result<(ManifestInfo, Vec<Descriptor>)> {
    let info = ManifestInfo::new(descriptor.clone());
    match listed_manifest(store, descriptor).await? {
        ListedManifest::Found(manifest) => {
            let children = manifest.children().cloned().collect();
            Ok((describe(store, &manifest.without_guard(), info).await?, children))
        }
        ListedManifest::Missing => Ok((info, Vec::new())),
        ListedManifest::Unreadable(e) => Ok((info.problem(unread(&e)), Vec::new())),
    }
}

async fn describe(
    store: &dyn ReadStore,
    manifest: &Manifest,
    mut info: ManifestInfo,
) -> Result<ManifestInfo> {
    info.descriptor = manifest.descriptor();
    info.subject = manifest.subject().map(|subject| subject.digest.clone());
    info.created = created(manifest.annotations()).map(str::to_owned);
    if !manifest.is_index() {
        let size = manifest.content().map(|blob| blob.size).fold(0, u64::saturating_add);
        info.image_size = Some(size.min(Descriptor::LARGEST));
    }
    let Some(config) = manifest.config() else { return Ok(info) };
    info.config_media_type = Some(config.media_type.clone());
    if !media_type::is_image_config(&config.media_type) {
        return Ok(info);
    }
    let config = match read_small(store, config, IMAGE_CONFIG_LIMIT).await {
        Ok(bytes) => serde_json::from_slice::<ImageConfig>(&bytes).unwrap_or_default(),
        Err(e) if matches!(e.code(), Code::NotFound | Code::TooLarge) => ImageConfig::default(),
        Err(e) if e.is_of_one_manifest() => {
            info.problem = Some(format!("the config {}", unread(&e)));
            return Ok(info);
        }
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
    Ok(info)
}
