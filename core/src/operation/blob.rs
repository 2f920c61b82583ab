//! Single blobs: fetch, push and delete one.

use derive_setters::Setters;
use futures::TryStreamExt;
use std::sync::Arc;

use crate::{
    content::{
        progress::{Outcome, Progress},
        source::{ByteStream, Source},
    },
    operation::{named::named, push, transfer::fetch_reported},
    store::{ReadStore, Store},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Reference, Result};

/// Concurrent requests for one blob that is read. A reader can be slow, and the parts of the blob wait in
/// memory.
const READER_REQUESTS: usize = 4;

pub(crate) const FETCH: &str = "fetch blob";
pub(crate) const PUSH: &str = "push blob";
pub(crate) const DELETE: &str = "delete blob";

/// Options of [`fetch_blob`] and [`push_blob`].
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct TransferOptions {
    /// Receives the progress of the transfer. Default: none.
    pub progress: Progress,
}

/// Options of [`Client::delete_blob`](crate::Client::delete_blob).
///
/// ```
/// let options = ocigraph::BlobDeleteOptions::default().if_exists(true);
/// assert!(options.if_exists);
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct BlobDeleteOptions {
    /// Ignores a blob that does not exist. Default: false; such a blob then fails with
    /// [NOT_FOUND](crate::Code::NotFound).
    pub if_exists: bool,
}

/// Returns the blob that `reference` names by digest, and its descriptor. The stream verifies the
/// content: it ends in an error if the content does not match the digest.
///
/// # Errors
/// [`Code::InvalidReference`] if `reference` has no digest, [`Code::NotFound`] if the blob does not
/// exist.
pub async fn fetch_blob(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &TransferOptions,
) -> Result<(Descriptor, ByteStream)> {
    named(FETCH, reference, async {
        let blob = store.describe_blob(digest_of(reference)?).await?;
        let stream = fetch_reported(store, &blob, READER_REQUESTS, &options.progress).await?;
        Ok((blob, stream))
    })
    .await
}

/// Deletes the blob that `reference` names by digest. An image layout refuses it while a manifest
/// needs the blob; a registry may not check that. [`Client::delete`](crate::Client::delete) deletes an
/// artifact, and a layout then removes the blobs that nothing needs.
///
/// # Errors
/// [`Code::InvalidReference`] if `reference` has no digest, [`Code::NotFound`] if the blob does not
/// exist, unless the options allow it, [`Code::Conflict`] if a manifest of a layout needs the blob or
/// another program writes to the layout, [`Code::Unsupported`] if the registry deletes no blob.
pub async fn delete_blob(
    store: &dyn Store,
    reference: &Reference,
    options: &BlobDeleteOptions,
) -> Result<()> {
    named(DELETE, reference, async {
        match store.delete_blob(digest_of(reference)?).await {
            Err(e) if options.if_exists && e.code() == Code::NotFound => Ok(()),
            deleted => deleted,
        }
    })
    .await
}

/// Returns the digest by which a reference names a blob.
fn digest_of(reference: &Reference) -> Result<&Digest> {
    reference
        .digest()
        .ok_or_else(|| Error::new(Code::InvalidReference, "a blob is named by its digest"))
}

/// Stores a blob in the repository or layout of `reference`, unless it exists.
/// [`Content::into_blob`](crate::Content::into_blob) makes `blob` and `source` from a file or
/// bytes.
///
/// # Errors
/// [`Code::DigestMismatch`] or [`Code::SizeMismatch`] if the content is not what `blob` says, or does
/// not have the digest of `reference`; [`Code::InvalidReference`] if `reference` has a tag.
pub async fn push_blob(
    store: &dyn Store,
    reference: &Reference,
    blob: &Descriptor,
    source: Arc<dyn Source>,
    options: &TransferOptions,
) -> Result<Outcome> {
    named(PUSH, reference, async {
        let blob = digest_as_named(reference, blob.clone(), &*source).await?;
        push::send(store, &blob, source, &options.progress).await
    })
    .await
}

/// Returns the descriptor under which [`push_blob`] stores a blob at `reference`: `blob`, with a
/// digest of the algorithm that the digest of `reference` has.
///
/// # Errors
/// [`Code::DigestMismatch`] if the content does not have the digest of `reference`,
/// [`Code::InvalidReference`] if `reference` has a tag, [`Code::Unsupported`] for an unknown
/// algorithm.
pub async fn blob_for(
    reference: &Reference,
    blob: Descriptor,
    source: &dyn Source,
) -> Result<Descriptor> {
    named(PUSH, reference, digest_as_named(reference, blob, source)).await
}

async fn digest_as_named(
    reference: &Reference,
    mut blob: Descriptor,
    source: &dyn Source,
) -> Result<Descriptor> {
    if let Some(tag) = reference.tags().first() {
        let message = format!("a blob cannot have a tag, and the reference has the tag {tag}");
        return Err(Error::new(Code::InvalidReference, message)
            .with_hint("remove the tag; the push prints the digest"));
    }
    let Some(expected) = reference.digest() else { return Ok(blob) };
    if expected.algorithm_name() != blob.digest.algorithm_name() {
        let mut hasher = expected.algorithm()?.hasher();
        let mut stream = source.open(0).await?;
        while let Some(chunk) = stream.try_next().await? {
            hasher.update(&chunk);
        }
        blob.digest = hasher.finish();
    }
    if *expected != blob.digest {
        let message = format!("the content has the digest {}, not {expected}", blob.digest);
        return Err(Error::new(Code::DigestMismatch, message)
            .with_hint("push other content, or remove the digest from the reference"));
    }
    Ok(blob)
}
