//! Small reads that several operations share.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

use crate::{
    content::verified::verified,
    store::{
        ReadStore,
        list::{List, Problems},
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest, excerpt};

/// Fetches a manifest, and checks that it is the one with the digest that was asked for: a store of
/// the caller might return another.
pub(crate) async fn fetch_manifest(store: &dyn ReadStore, name: &TagOrDigest) -> Result<Manifest> {
    let manifest = store.fetch_manifest(name).await?;
    check_digest(&manifest, name)?;
    Ok(manifest)
}

/// Checks that a manifest is the one with the digest that was asked for.
pub(crate) fn check_digest(manifest: &Manifest, name: &TagOrDigest) -> Result<()> {
    match name {
        TagOrDigest::Digest(expected) if manifest.digest() != expected => Err(Error::new(
            Code::DigestMismatch,
            format!("the store returned the manifest {} for {expected}", manifest.digest()),
        )),
        _ => Ok(()),
    }
}

/// A manifest that a list names.
pub(crate) enum ListedManifest {
    Found(Box<Manifest>),
    /// It was deleted after it was listed, or the list is out of date.
    Missing,
    /// It is faulty, or the registry refuses to serve it.
    Unreadable(Error),
}

impl ListedManifest {
    pub(crate) fn found(self) -> Option<Manifest> {
        match self {
            Self::Found(manifest) => Some(*manifest),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

/// Fetches a manifest that a list names. An error that concerns the whole repository is returned.
pub(crate) async fn listed_manifest(
    store: &dyn ReadStore,
    listed: &Descriptor,
) -> Result<ListedManifest> {
    match fetch_manifest(store, &TagOrDigest::from(listed)).await {
        Ok(manifest) => Ok(ListedManifest::Found(Box::new(manifest))),
        Err(e) if e.code() == Code::NotFound => Ok(ListedManifest::Missing),
        Err(e) if e.is_of_one_manifest() => Ok(ListedManifest::Unreadable(e)),
        Err(e) => Err(e),
    }
}

/// Returns the referrers of a manifest. A list that the registry refuses has no entries and a problem; an
/// error that concerns the whole repository is returned.
pub(crate) async fn listed_referrers(
    store: &dyn ReadStore,
    subject: &Digest,
) -> Result<List<Descriptor>> {
    match store.referrers(subject, None).await {
        // TOO_LARGE is a limit of the whole operation.
        Err(e) if e.is_of_one_manifest() && e.code() != Code::TooLarge => {
            let mut problems = Problems::of_referrers(subject);
            problems.add(unread(&e));
            Ok(List::with_problems(Vec::new(), problems.found()))
        }
        referrers => referrers,
    }
}

/// Returns a phrase for what could not be read.
pub(crate) fn unread(error: &Error) -> String {
    format!("cannot be read: {}", excerpt(error.message()))
}

/// Resolves every tag, in the order of `tags`: its descriptor, or the error. A tag that names several
/// manifests, for different platforms, is returned with each. The caller charges what it keeps.
pub(crate) fn resolve_tags(
    store: &dyn ReadStore,
    tags: Vec<String>,
    concurrency: usize,
) -> BoxStream<'_, (String, Result<Descriptor>)> {
    stream::iter(tags)
        .map(move |tag| async move {
            let named = match store.choices(Some(&tag)).await {
                Ok(choices) if choices.is_empty() => {
                    vec![store.resolve(&TagOrDigest::Tag(tag.clone())).await]
                }
                Ok(choices) => choices.into_iter().map(Ok).collect(),
                Err(e) => vec![Err(e)],
            };
            // Annotations can be long, and no caller needs them.
            let named = named.into_iter().map(|named| named.map(|descriptor| descriptor.plain()));
            stream::iter(named.map(|named| (tag.clone(), named)).collect::<Vec<_>>())
        })
        .buffered(concurrency)
        .flatten()
        .boxed()
}

/// Reads a small blob into memory and verifies it. TOO_LARGE if its descriptor has more than
/// `limit` bytes.
pub(crate) async fn read_small(
    store: &dyn ReadStore,
    blob: &Descriptor,
    limit: u64,
) -> Result<Bytes> {
    if blob.size > limit {
        return Err(Error::new(
            Code::TooLarge,
            format!("{} has {} bytes, more than the {limit} allowed here", blob.digest, blob.size),
        ));
    }
    let mut stream = verified(blob, store.fetch_blob(blob, 0).await?)?;
    let mut bytes = Vec::with_capacity(blob.size as usize);
    while let Some(chunk) = stream.try_next().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}
