//! Creates and updates image indexes of manifests that a repository or layout has.
//!
//! An index has the bytes that ORAS writes for the same manifests. In an update, the entries that
//! stay keep their unknown fields, and an index without a change keeps its bytes.

use derive_setters::Setters;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::{
    operation::{
        manifest::check_named,
        named::named,
        push::same_place,
        read::fetch_manifest,
        select::{image_platform, name_of},
    },
    store::{ReadStore, Store, concurrency::concurrency},
};
use ocigraph_types::{
    Annotations, Code, Descriptor, Digest, Error, IndexBuilder, Location, Manifest, Platform,
    Reference, Result, media_type, serialize_descriptor, serialize_descriptors,
};

pub(crate) const CREATE: &str = "index create";
pub(crate) const UPDATE: &str = "index update";

/// Options of [`Client::index_create`](crate::Client::index_create).
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let layout = dir.path().join("layout");
/// use ocigraph::{Client, IndexCreateOptions, PushOptions};
///
/// let client = Client::new();
/// let amd64 = format!("oci:{}:linux-amd64", layout.display()).parse()?;
/// client.push(&amd64, PushOptions::default()).await?;
/// let all = format!("oci:{}:v1", layout.display()).parse()?;
/// let manifests = ["linux-amd64".to_owned()];
/// let created = client.index_create(&all, &manifests, IndexCreateOptions::default()).await?;
/// assert_eq!(created.tags, ["v1"]);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct IndexCreateOptions {
    /// The annotations of the index. Default: none.
    pub annotations: Annotations,
    /// The artifact type of the index, a media type. Default: none.
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// Returns the index without pushing it. Default: false.
    pub dry_run: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

/// Options of [`Client::index_update`](crate::Client::index_update).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, IndexUpdateOptions};
///
/// let index = "registry.example.com/app:v1".parse()?;
/// let options = IndexUpdateOptions::default()
///     .add(vec!["linux-s390x".to_owned()])
///     .tags(vec!["latest".to_owned()]);
/// let updated = Client::new().index_update(&index, options).await?;
/// println!("{} lists {} manifests", updated.reference, updated.manifests.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct IndexUpdateOptions {
    /// The manifests to add at the end: tags, digests, or references to the same repository or
    /// layout. A manifest that the index lists already is not added again. Default: none.
    pub add: Vec<String>,
    /// The indexes whose manifests are added after `add`, each named as a manifest is. An entry that
    /// the index has already is not added again. Default: none.
    pub merge: Vec<String>,
    /// The digests of the manifests to remove, before others are added. A digest that the index does
    /// not list fails with [NOT_FOUND](crate::Code::NotFound). Default: none.
    pub remove: Vec<String>,
    /// Annotations that the index gets, beside those that it has. One with the same key is replaced.
    /// Default: none.
    pub annotations: Annotations,
    /// The artifact type that the index gets, a media type. Default: it stays.
    #[setters(into)]
    pub artifact_type: Option<String>,
    /// Removes the artifact type of the index. Default: false. With `artifact_type`, it fails with
    /// [INVALID_ARGUMENT](crate::Code::InvalidArgument).
    pub remove_artifact_type: bool,
    /// Further tags of the updated index. Default: none.
    pub tags: Vec<String>,
    /// Returns the updated index without pushing it. Default: false.
    pub dry_run: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

/// An index that was created or updated.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct IndexResult {
    /// The index, as a reference by digest.
    pub reference: Reference,
    /// The descriptor of the index.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tags that the index got, or would get without `dry_run`.
    pub tags: Vec<String>,
    /// The entries of the index.
    #[serde(serialize_with = "serialize_descriptors")]
    pub manifests: Vec<Descriptor>,
    /// True for a dry run, which pushes nothing.
    pub dry_run: bool,
    /// The bytes of the index, which are a text in UTF-8.
    pub content: String,
}

/// Creates an OCI image index of `manifests`, pushes it, and sets the tags of `reference`. Each
/// manifest is named by a tag, a digest, or a reference to the repository or layout of `reference`;
/// the index lists it once, in the order given. The entry of an image has the platform that
/// its config says, the entry of another artifact its artifact type. Without manifests, the index is empty.
///
/// # Errors
/// [`Code::NotFound`] if a manifest or the config of an image does not exist,
/// [`Code::InvalidArgument`] if a manifest is in another repository or layout, or if an option cannot
/// be used, [`Code::DigestMismatch`] if `reference` has a digest that is not the index's.
pub async fn index_create(
    store: &dyn Store,
    reference: &Reference,
    manifests: &[String],
    options: &IndexCreateOptions,
) -> Result<IndexResult> {
    named(CREATE, reference, async {
        reference.check_tags()?;
        check_annotations(&options.annotations)?;
        let mut index = IndexBuilder::new();
        index.annotate(options.annotations.clone())?;
        if let Some(artifact_type) = &options.artifact_type {
            index.set_artifact_type(artifact_type)?;
        }
        let names = references_to(reference, manifests)?;
        for entry in entries(store, names, concurrency(options.concurrency)).await? {
            index.add(entry);
        }
        let index = index.build()?;
        check_named(reference, &index)?;
        if !options.dry_run {
            store.push_manifest(&index, reference.tags()).await?;
        }
        Ok(result(reference, &index, reference.tags().to_vec(), options.dry_run))
    })
    .await
}

/// Adds manifests to the index that `reference` names or removes some, changes its annotations or its
/// artifact type, and pushes the updated index. The tag of `reference` moves to it, and the old index
/// stays. With a digest in `reference`, no tag moves. The other entries stay as they are, with
/// unknown fields. Without a change, the index stays as it is, byte for byte.
///
/// # Errors
/// [`Code::NotFound`] if `reference` or a manifest does not exist, or if the index does not list a
/// manifest to remove; [`Code::InvalidArgument`] if `reference` or an index to merge is not an
/// index, if a manifest is in another repository or layout, or if an option cannot be used.
pub async fn index_update(
    store: &dyn Store,
    reference: &Reference,
    options: &IndexUpdateOptions,
) -> Result<IndexResult> {
    named(UPDATE, reference, update(store, reference, options)).await
}

async fn update(
    store: &dyn Store,
    reference: &Reference,
    options: &IndexUpdateOptions,
) -> Result<IndexResult> {
    // A layout with one manifest has a name for it, which must move.
    reference.name()?;
    reference.check_tags()?;
    options.tags.iter().try_for_each(|tag| reference.location().check_tag(tag))?;
    check_annotations(&options.annotations)?;
    if options.remove_artifact_type && options.artifact_type.is_some() {
        let message = "the artifact type cannot be both set and removed";
        return Err(Error::new(Code::InvalidArgument, message));
    }
    let removed: Vec<Digest> =
        options.remove.iter().map(|text| digest(text)).collect::<Result<_>>()?;
    let added = references_to(reference, &options.add)?;
    let merged = references_to(reference, &options.merge)?;
    let max_requests = concurrency(options.concurrency);

    let old = fetch_manifest(store, &name_of(store, reference).await?).await?.without_guard();
    let mut index = IndexBuilder::of(&old)?;
    let unchanged = index.clone();
    if let Some(missing) = removed.iter().find(|digest| !index.lists(digest)) {
        let message = format!("the index {} does not list {missing}", old.digest());
        return Err(Error::new(Code::NotFound, message)
            .with_hint("`ocigraph manifest fetch` prints the index"));
    }
    for digest in &removed {
        index.remove(digest);
    }
    for entry in entries(store, added, max_requests).await? {
        index.add(entry);
    }
    for other in indexes(store, merged, max_requests).await? {
        index.merge(other.manifests().to_vec());
    }
    index.annotate(options.annotations.clone())?;
    if let Some(artifact_type) = &options.artifact_type {
        index.set_artifact_type(artifact_type)?;
    }
    if options.remove_artifact_type {
        index.remove_artifact_type();
    }
    let is_changed = index != unchanged;
    let index = if is_changed { index.build()? } else { old };
    let mut tags = match reference.digest() {
        Some(_) => Vec::new(),
        None => reference.tags().to_vec(),
    };
    let moved = tags.len();
    for tag in &options.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    if !options.dry_run {
        // The tag of the reference names an unchanged index already.
        let set = if is_changed { &tags[..] } else { &tags[moved..] };
        if is_changed || !set.is_empty() {
            store.push_manifest(&index, set).await?;
        }
    }
    Ok(result(reference, &index, tags, options.dry_run))
}

fn result(
    reference: &Reference,
    index: &Manifest,
    tags: Vec<String>,
    dry_run: bool,
) -> IndexResult {
    IndexResult {
        reference: reference.at(index.digest().clone()),
        descriptor: index.descriptor(),
        tags,
        manifests: index.manifests().to_vec(),
        dry_run,
        content: String::from_utf8_lossy(index.bytes()).into_owned(),
    }
}

fn check_annotations(annotations: &Annotations) -> Result<()> {
    match annotations.contains_key("") {
        true => Err(Error::new(Code::InvalidArgument, "an annotation key is empty")),
        false => Ok(()),
    }
}

fn digest(text: &str) -> Result<Digest> {
    text.parse().map_err(|_| {
        Error::new(Code::InvalidArgument, format!("cannot remove {text:?}: expected a digest"))
            .with_hint("`ocigraph resolve` prints the digest of a tag")
    })
}

/// A manifest that the caller names, with the text that names it.
struct Named {
    text: String,
    reference: Reference,
}

impl Named {
    /// Fetches the manifest. The error says which one it is.
    async fn fetch(&self, store: &dyn ReadStore) -> Result<Manifest> {
        let fetched = async {
            let name = name_of(store, &self.reference).await?;
            Ok(fetch_manifest(store, &name).await?.without_guard())
        };
        fetched.await.map_err(|e| self.explain(e))
    }

    fn explain(&self, error: Error) -> Error {
        of_manifest(&self.text, error)
    }
}

/// Adds to an error which manifest it is about.
fn of_manifest(text: &str, error: Error) -> Error {
    let message = format!("the manifest {text}: {}", error.message());
    error.with_message(message)
}

/// Returns the references that texts name in the location of `target`.
fn references_to(target: &Reference, texts: &[String]) -> Result<Vec<Named>> {
    texts.iter().map(|text| reference_to(target, text)).collect()
}

/// Returns the reference that a tag, a digest or a whole reference names in the location of `target`.
fn reference_to(target: &Reference, text: &str) -> Result<Named> {
    let location = Reference::new(target.location().clone());
    // A tag of a layout can have slashes and colons, and one of a registry has none.
    let is_whole = match target.location() {
        Location::Layout(_) => text.starts_with("oci:"),
        Location::Registry { .. } => text.contains('/') || text.starts_with("oci:"),
    };
    let reference = if is_whole {
        let reference: Reference = text.parse().map_err(|e| of_manifest(text, e))?;
        if !same_place(reference.location(), target.location()) {
            let message = format!(
                "the manifest {reference} is in another repository or layout than {location}"
            );
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("copy the manifest to the repository or layout of the index first"));
        }
        reference.name().map_err(|e| of_manifest(text, e))?;
        reference
    } else if let Ok(digest) = text.parse() {
        location.at(digest)
    } else {
        location.tagged(text).map_err(|e| of_manifest(text, e))?
    };
    Ok(Named { text: text.to_owned(), reference })
}

/// Returns the entries for manifests, in their order.
async fn entries(
    store: &dyn Store,
    manifests: Vec<Named>,
    max_requests: usize,
) -> Result<Vec<Descriptor>> {
    let entries = stream::iter(manifests).map(|named| async move {
        let manifest = named.fetch(store).await?;
        let mut entry = manifest.plain_descriptor();
        entry.artifact_type = artifact_type(&manifest);
        entry.platform = platform(store, &manifest).await.map_err(|e| named.explain(e))?;
        Ok(entry)
    });
    entries.buffered(max_requests).try_collect().await
}

/// Returns the platform that the config of an image says. An entry needs both parts of it.
async fn platform(store: &dyn Store, manifest: &Manifest) -> Result<Option<Platform>> {
    let platform = image_platform(store, manifest).await?;
    let platform = platform.filter(|platform| !platform.architecture.is_empty());
    Ok(platform.map(|platform| {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        let mut written = Platform::new(platform.os, platform.architecture);
        written.os_version = text(platform.os_version);
        written.os_features = platform.os_features;
        written.variant = text(platform.variant);
        written
    }))
}

/// Returns the artifact type for an entry, as ORAS writes it: images have none of their own.
fn artifact_type(manifest: &Manifest) -> Option<String> {
    let of_config = || {
        let config = &manifest.config()?.media_type;
        let is_type = config != media_type::EMPTY && !media_type::is_image_config(config);
        is_type.then_some(config.as_str())
    };
    manifest.own_artifact_type().or_else(of_config).map(str::to_owned)
}

/// Returns the indexes to merge, in their order.
async fn indexes(
    store: &dyn Store,
    indexes: Vec<Named>,
    max_requests: usize,
) -> Result<Vec<Manifest>> {
    let fetched = stream::iter(indexes).map(|named| async move {
        let manifest = named.fetch(store).await?;
        IndexBuilder::of(&manifest).map_err(|e| named.explain(e))?;
        Ok(manifest)
    });
    fetched.buffered(max_requests).try_collect().await
}
