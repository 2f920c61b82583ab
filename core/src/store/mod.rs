//! The narrow waist: what a registry's repository and an image layout directory both are.
//!
//! Operations are written once against [`Store`]. It is public, so that other stores can be
//! brought along.

pub(crate) mod catalog;
pub(crate) mod layout;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod memory;
pub(crate) mod registry;

use crate::content::{
    source::{ByteStream, Repository, Source},
    verified::verified,
};
use std::{fmt, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    content::progress::{Event, Outcome, Progress},
    store::{
        catalog::{ManifestInfo, TagInfo},
        limits::{ENTRIES, patiently},
        list::List,
        memory::Memory,
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, ManifestFormat, Result, TagOrDigest,
};

/// One repository, or one layout directory.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// What a tag or digest names; NOT_FOUND when it names nothing.
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor>;

    /// The manifest that a tag or digest names, its digest checked; NOT_FOUND when there is none.
    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest>;

    /// Stores a manifest under its digest and under `tags`, and makes it findable as a referrer of
    /// its subject. What it refers to, subject aside, must be there already.
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()>;

    /// Whether a blob is there.
    async fn has_blob(&self, blob: &Descriptor) -> Result<bool>;

    /// The size of a blob that is known by digest alone; NOT_FOUND when it is not there.
    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor>;

    /// A blob's bytes from `offset` on, unchecked: see [`verified`].
    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream>;

    /// Stores a blob unless it is there. The content is checked before it becomes visible.
    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome>;

    /// Points `tags` at a manifest that is there.
    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()>;

    /// Removes a tag and leaves what it named; UNSUPPORTED where that cannot be done.
    async fn untag(&self, tag: &str) -> Result<()>;

    /// Deletes manifests, all at once, with the tags that name them; one result each, in order.
    /// One that is gone already counts as deleted. Lists of referrers that the store's clients
    /// keep are brought up to date, and blobs that nothing needs any more are left to the store.
    async fn delete_manifests(&self, manifests: &[ManifestDeletion]) -> Vec<Result<()>>;

    /// The manifests that have `subject` as their subject, in the store's order, with artifact type
    /// and annotations. With `artifact_type`, those of that type alone. What cannot be read of the
    /// list is among its problems.
    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>>;

    /// Makes manifests that are there findable as referrers of `subject`, where a push that broke
    /// off has not come to it.
    async fn ensure_referrers_listed(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        let _ = (subject, referrers);
        Ok(())
    }

    /// All tags, without those by which clients keep referrers; in the store's order.
    async fn tags(&self) -> Result<List<String>>;

    /// Manifests that the store lists although no tag names them; empty where it cannot tell.
    async fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        Ok(Vec::new())
    }

    /// All manifests with what the store knows of them, where it keeps such a list.
    async fn manifest_catalog(&self) -> Result<Option<List<ManifestInfo>>> {
        Ok(None)
    }

    /// All tags with what the store knows of them, where it keeps such a list.
    async fn tag_catalog(&self) -> Result<Option<List<TagInfo>>> {
        Ok(None)
    }

    /// How many manifests and blobs a walk may find here before it ends with TOO_LARGE.
    fn max_entries(&self) -> usize {
        ENTRIES
    }

    /// How much memory an operation may hold here before it ends with TOO_LARGE.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// The registry and repository, where it is one: blobs can be mounted from there.
    fn repository(&self) -> Option<Repository> {
        None
    }

    /// The format in which a referrer of `subject` must be written to be listed here.
    async fn referrer_format(&self, subject: &Digest) -> Result<ManifestFormat> {
        let _ = subject;
        Ok(ManifestFormat::Oci11)
    }
}

/// A manifest that is to be deleted, and what it refers to.
#[derive(Debug, Clone)]
pub struct ManifestDeletion {
    /// The manifest.
    pub manifest: Descriptor,
    /// Its subject.
    pub subject: Option<Digest>,
    /// Whether the subject stays. Then it is never to list what is gone already; else it may, until
    /// it goes itself, and a delete that broke off finds in the list what it has left.
    pub subject_retained: bool,
    /// The tags that name it, and go with it.
    pub tags: Vec<String>,
}

/// A blob of a store as a [`Source`] for another.
#[derive(Debug, Clone)]
pub struct StoredBlob {
    /// Where it is.
    pub store: Arc<dyn Store>,
    /// What it is.
    pub blob: Descriptor,
}

#[async_trait]
impl Source for StoredBlob {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        self.store.fetch_blob(&self.blob, offset).await
    }

    fn repository(&self) -> Option<Repository> {
        self.store.repository()
    }
}

/// Stores a blob, and reports its beginning, how far it is, and its end.
pub(crate) async fn push_reported(
    store: &dyn Store,
    blob: &Descriptor,
    source: Arc<dyn Source>,
    progress: &Progress,
) -> Result<Outcome> {
    progress.report(Event::Started { blob });
    let source = Reported { source, blob: blob.clone(), progress: progress.clone() };
    let source: Arc<dyn Source> = Arc::new(source);
    let outcome = patiently(|| store.push_blob(blob, Arc::clone(&source))).await?;
    progress.report(Event::Finished { blob, outcome });
    Ok(outcome)
}

/// A whole blob, verified; reports its beginning, how far it was read, and its end.
pub(crate) async fn fetch_reported(
    store: &dyn Store,
    blob: &Descriptor,
    progress: &Progress,
) -> Result<ByteStream> {
    progress.report(Event::Started { blob });
    let content = store.fetch_blob(blob, 0).await?;
    let content = verified(blob, content)?;
    let state = (content, 0, blob.clone(), progress.clone());
    Ok(stream::try_unfold(state, |(mut content, position, blob, progress)| async move {
        let Some(chunk) = content.try_next().await? else {
            progress.report(Event::Finished { blob: &blob, outcome: Outcome::Verified });
            return Ok(None);
        };
        let position = position + chunk.len() as u64;
        progress.report(Event::Moved { blob: &blob, position });
        Ok(Some((chunk, (content, position, blob, progress))))
    })
    .boxed())
}

/// A source that reports how far it was read.
#[derive(Debug)]
struct Reported {
    source: Arc<dyn Source>,
    blob: Descriptor,
    progress: Progress,
}

#[async_trait]
impl Source for Reported {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let (blob, progress) = (self.blob.clone(), self.progress.clone());
        let mut position = offset;
        let stream = self.source.open(offset).await?;
        Ok(stream
            .inspect_ok(move |chunk| {
                position += chunk.len() as u64;
                progress.report(Event::Moved { blob: &blob, position });
            })
            .boxed())
    }

    fn repository(&self) -> Option<Repository> {
        self.source.repository()
    }
}

/// A manifest that is listed somewhere; nothing when it is gone or is no manifest.
pub(crate) async fn listed_manifest(
    store: &dyn Store,
    listed: &Descriptor,
) -> Result<Option<Manifest>> {
    match store.fetch_manifest(&TagOrDigest::from(listed)).await {
        Ok(manifest) => Ok(Some(manifest)),
        Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Every tag with what it names, or why that cannot be told, in the order of `tags`.
pub(crate) async fn resolve_tags(
    store: &dyn Store,
    tags: Vec<String>,
    at_once: usize,
) -> Vec<(String, Result<Descriptor>)> {
    stream::iter(tags)
        .map(|tag| async move {
            let named = store.resolve(&TagOrDigest::Tag(tag.clone())).await;
            // Annotations may be long, and nobody asks for them here.
            (tag, named.map(|descriptor| descriptor.plain()))
        })
        .buffered(at_once)
        .collect()
        .await
}

/// Reads a small blob into memory, checked; TOO_LARGE when its descriptor says more than `limit`.
pub(crate) async fn read_small(store: &dyn Store, blob: &Descriptor, limit: u64) -> Result<Bytes> {
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
