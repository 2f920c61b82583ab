//! Stores: what an image layout, a repository of a registry and a store of the caller have in
//! common.
//!
//! Every operation is written once, over [`ReadStore`] if it only reads, else over [`Store`].
//! Nothing here knows where the content is.

pub(crate) mod catalog;
pub(crate) mod client;
pub(crate) mod concurrency;
#[cfg(feature = "registry")]
mod connections;
pub(crate) mod fallback_tag;
#[cfg(feature = "layout")]
pub(crate) mod layout;
pub(crate) mod limits;
pub(crate) mod list;
pub(crate) mod memory_budget;
#[cfg(not(feature = "registry"))]
mod no_registry;
#[cfg(feature = "registry")]
pub(crate) mod registry;

use crate::content::source::{ByteStream, Repository, Source};
use std::{fmt, fs::File, sync::Arc};

use async_trait::async_trait;
use futures::{
    StreamExt, TryFutureExt,
    stream::{self, BoxStream},
};

use crate::{
    content::progress::Outcome,
    store::{
        catalog::{ManifestInfo, TagInfo},
        limits::DEFAULT_MAX_ENTRIES,
        list::List,
        memory_budget::Memory,
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, ManifestFormat, Result, SiblingTag, TagOrDigest,
};

/// Content that can be read: a repository of a registry, an image layout, or a store of the caller.
///
/// Everything that a store returns is untrusted. The operations check that a manifest has the
/// digest that they asked for, verify blobs with [`verified`](crate::verified), and limit lists by
/// [`max_entries`](Self::max_entries) and [`memory`](Self::memory). Override a method that has a
/// default if the store can do better.
///
/// An implementation needs the crates `async-trait`, and `futures` to read streams.
#[async_trait]
pub trait ReadStore: fmt::Debug + Send + Sync {
    /// Returns the descriptor of the manifest that a tag or digest names. Artifact type and
    /// annotations may be missing.
    ///
    /// # Errors
    /// [`Code::NotFound`] if it names nothing.
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor>;

    /// Returns the manifest that a tag or digest names. [`Manifest::parse`] makes it from bytes.
    ///
    /// # Errors
    /// [`Code::NotFound`] if it names nothing,
    /// [`Code::DigestMismatch`] if the content has another digest.
    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest>;

    /// Returns the manifest that a tag or digest names, also if it cannot be parsed:
    /// [`Manifest::parse_or_keep`] makes it from bytes. Only what passes the bytes on uses it.
    /// Default: [`ReadStore::fetch_manifest`].
    ///
    /// # Errors
    /// As [`ReadStore::fetch_manifest`].
    async fn fetch_any_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        self.fetch_manifest(name).await
    }

    /// Returns the descriptor of a manifest as [`ReadStore::resolve`] does. A store that can choose between
    /// forms of a manifest returns one of these media types; the operation checks the media type of the
    /// result. Default: [`ReadStore::resolve`].
    ///
    /// # Errors
    /// As [`ReadStore::resolve`].
    async fn resolve_as(&self, name: &TagOrDigest, media_types: &[String]) -> Result<Descriptor> {
        let _ = media_types;
        self.resolve(name).await
    }

    /// Returns a manifest as [`ReadStore::fetch_any_manifest`] does, for these media types as
    /// [`ReadStore::resolve_as`]. Default: [`ReadStore::fetch_any_manifest`].
    ///
    /// # Errors
    /// As [`ReadStore::fetch_manifest`].
    async fn fetch_any_manifest_as(
        &self,
        name: &TagOrDigest,
        media_types: &[String],
    ) -> Result<Manifest> {
        let _ = media_types;
        self.fetch_any_manifest(name).await
    }

    /// Returns true if the manifest exists. Default: [`ReadStore::resolve`].
    async fn has_manifest(&self, digest: &Digest) -> Result<bool> {
        match self.resolve(&TagOrDigest::Digest(digest.clone())).await {
            Ok(_) => Ok(true),
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Returns true if the blob exists with the size of its descriptor.
    async fn has_blob(&self, blob: &Descriptor) -> Result<bool>;

    /// Returns a descriptor with the size of a blob of which only the digest is known. Its media
    /// type is `application/octet-stream` if the store does not know it.
    ///
    /// # Errors
    /// [`Code::NotFound`] if the blob does not exist.
    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor>;

    /// Returns the bytes of a blob from `offset` to its end, without verifying them: none if
    /// `offset` is the end or lies after it. For a blob in memory it is `bytes.open(offset)`, since
    /// `Bytes` is a [`Source`].
    ///
    /// # Errors
    /// [`Code::NotFound`] if the blob does not exist.
    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream>;

    /// Returns the bytes of a blob as [`ReadStore::fetch_blob`] does. May request parts of a large blob
    /// through up to `max_requests` concurrent requests; with 1, the blob is read in one piece. Default:
    /// [`ReadStore::fetch_blob`].
    ///
    /// # Errors
    /// As [`ReadStore::fetch_blob`].
    async fn fetch_blob_in_parts(
        &self,
        blob: &Descriptor,
        offset: u64,
        max_requests: usize,
    ) -> Result<ByteStream> {
        let _ = max_requests;
        self.fetch_blob(blob, offset).await
    }

    /// Returns an open file with exactly the content of a blob, if the store has one. Default: `None`.
    ///
    /// # Errors
    /// [`Code::NotFound`] if the blob does not exist.
    async fn blob_file(&self, blob: &Descriptor) -> Result<Option<File>> {
        let _ = blob;
        Ok(None)
    }

    /// Returns the descriptors of the manifests whose subject is `subject`, in the order of the
    /// store, each with its artifact type and its annotations, as [`Manifest::descriptor`] returns
    /// them. With `artifact_type`, only those of that type. The list of an unknown subject is
    /// empty, since a referrer can be pushed before its subject. Entries that cannot be read are
    /// among the list's problems.
    ///
    /// [distribution-spec, Listing Referrers](https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers)
    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>>;

    /// Returns the referrers of a subject as [`ReadStore::referrers`] does, with what an operation
    /// needs besides: some registries list referrers without their annotations, and some have a
    /// second list. Reads up to `max_requests` manifests concurrently. Default:
    /// [`ReadStore::referrers`], since a store that knows its referrers has one list, with
    /// everything.
    async fn referrers_in_detail(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: ReferrersDetail,
        max_requests: usize,
    ) -> Result<List<Descriptor>> {
        let _ = (detail, max_requests);
        self.referrers(subject, artifact_type).await
    }

    /// Returns the referrers of a subject in parts, so that a long list need not be in memory: as
    /// [`ReadStore::referrers_in_detail`] with `detail`, and as [`ReadStore::referrers`] without it.
    /// Together, the lists of the parts are that list. The stream ends after an error. Default: one part.
    fn referrers_in_parts<'a>(
        &'a self,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: Option<ReferrersDetail>,
        max_requests: usize,
    ) -> BoxStream<'a, Result<ReferrersPart>> {
        let (subject, artifact_type) = (subject.clone(), artifact_type.map(str::to_owned));
        let whole = async move {
            let artifact_type = artifact_type.as_deref();
            match detail {
                Some(detail) => {
                    self.referrers_in_detail(&subject, artifact_type, detail, max_requests).await
                }
                None => self.referrers(&subject, artifact_type).await,
            }
        };
        stream::once(whole.map_ok(ReferrersPart::Listed)).boxed()
    }

    /// Returns the lists of referrers of a subject apart, if the store has a referrers API and clients
    /// can keep a list beside it. Default: `None`, since the store has one list.
    async fn referrer_lists(&self, subject: &Digest) -> Result<Option<ReferrerLists>> {
        let _ = subject;
        Ok(None)
    }

    /// Finds out which lists of referrers clients keep beside those of the store, before the
    /// referrers of several subjects are listed: each image of an index can have one. Without this
    /// call, a store may look for such a list only at the first subject. A failure has no effect.
    /// Default: does nothing, since the store has no other lists.
    async fn prepare_for_many_subjects(&self) {}

    /// Returns true if clients keep the lists of referrers, so that a list can lack a manifest that
    /// the store has. Default: false.
    async fn has_client_kept_lists(&self) -> bool {
        false
    }

    /// Returns the entries of each list of the referrers of a subject that other clients keep beside
    /// those of the store, as the list has them: also entries that contradict their manifests. Default:
    /// none, since the store has no other lists, or returns their entries as referrers.
    async fn lists_of_other_tools(&self, subject: &Digest) -> Result<Vec<Vec<Descriptor>>> {
        let _ = subject;
        Ok(Vec::new())
    }

    /// Repairs the lists of referrers of a subject that clients keep in the store: removes the entries
    /// of `removed`, and adds `added`. An entry is removed before one of the same digest is added.
    /// Returns false if the store has no such list. Default: false. Only a [`Store`] implements it; it
    /// is here, since a verification needs nothing else of one.
    async fn repair_referrers_list(
        &self,
        subject: &Digest,
        removed: &[Digest],
        added: &[Descriptor],
    ) -> Result<bool> {
        let _ = (subject, removed, added);
        Ok(false)
    }

    /// Returns all tags, in the order of the store. Fallback tags, under which clients keep lists
    /// of referrers, are not among them.
    async fn tags(&self) -> Result<List<String>>;

    /// Returns all tags in parts, as [`tags`](Self::tags) does, so that a long list need not be in memory:
    /// such a list can exceed [`max_entries`](Self::max_entries). The stream ends after an error. Default:
    /// the list as one part.
    fn tags_in_parts(&self) -> BoxStream<'_, Result<List<String>>> {
        stream::once(self.tags()).boxed()
    }

    /// Returns the fallback tags that a complete list of the tags had, or `None` if they were not listed. Default:
    /// `None`, since a store that knows its referrers has no fallback tags.
    fn listed_fallback_tags(&self) -> Option<Vec<String>> {
        None
    }

    /// Sets the fallback tags that [`listed_fallback_tags`](Self::listed_fallback_tags) returned before, so that
    /// the tags need not be listed again. Default: nothing.
    ///
    /// # Errors
    /// [`Code::TooLarge`] if they need more memory than there is.
    fn set_listed_fallback_tags(&self, tags: Vec<String>) -> Result<()> {
        let _ = tags;
        Ok(())
    }

    /// Returns all tags as [`ReadStore::tags`] does, with the fallback tags. Default:
    /// [`ReadStore::tags`], since a store that knows its referrers has no fallback tags.
    async fn every_tag(&self) -> Result<List<String>> {
        self.tags().await
    }

    /// Returns the tags that have the digest of a manifest, as cosign writes them, or `None` if reading
    /// them would take more than `max_requests` requests. Default: those among [`tags`](Self::tags).
    async fn sibling_tags(&self, max_requests: usize) -> Result<Option<List<SiblingTag>>> {
        let _ = max_requests;
        Ok(Some(self.tags().await?.filter_map(|tag| SiblingTag::parse(tag))))
    }

    /// Returns the manifests that the store lists without a tag. Default: none, since a registry
    /// has no such list.
    async fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        Ok(Vec::new())
    }

    /// Returns everything that the store's own list names, tagged or not, manifests or not, and the
    /// problems of entries that cannot be read. Default: [`ReadStore::list_untagged`].
    async fn list_entries(&self) -> Result<List<Descriptor>> {
        Ok(self.list_untagged().await?.into())
    }

    /// Returns the manifests between which a reference does not decide. A layout can list several
    /// under one tag, each for another platform; [`ReadStore::resolve`] returns the last. Without a
    /// tag, returns the manifests that are not content of another one. Default: none, since a tag
    /// of a registry names one manifest, and a repository alone names none.
    async fn choices(&self, tag: Option<&str>) -> Result<Vec<Descriptor>> {
        let _ = tag;
        Ok(Vec::new())
    }

    /// Returns all manifests with what the store knows of each, or `None` if the store has no such
    /// list. Default: `None`.
    async fn manifest_catalog(&self) -> Result<Option<List<ManifestInfo>>> {
        Ok(None)
    }

    /// Returns all tags with what the store knows of each, or `None` if the store has no such list.
    /// Default: `None`.
    async fn tag_catalog(&self) -> Result<Option<List<TagInfo>>> {
        Ok(None)
    }

    /// Maximum number of manifests and blobs that one operation may find before it fails with
    /// [`Code::TooLarge`]. Default: 1,000,000.
    fn max_entries(&self) -> usize {
        DEFAULT_MAX_ENTRIES
    }

    /// The memory that one operation may hold before it fails with
    /// [`Code::TooLarge`]. A budget that is returned again limits all
    /// operations together; a new one limits each. Default: a new one of 64 MiB.
    fn memory(&self) -> Memory {
        Memory::default()
    }

    /// The registry and repository, if the store is one. A registry can mount blobs from another of
    /// its repositories. Default: `None`.
    fn repository(&self) -> Option<Repository> {
        None
    }
}

/// The lists of referrers of one subject in a registry with a referrers API.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct ReferrerLists {
    /// The referrers that the API lists.
    pub by_api: List<Descriptor>,
    /// The entries of the index that clients keep under the fallback tag. It can name manifests that do
    /// not exist.
    pub by_tag: List<Descriptor>,
}

/// A part of the referrers of a subject: see [`ReadStore::referrers_in_parts`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ReferrersPart {
    /// The store reads manifests for the next part, or for the one after another announcement. A store need not
    /// announce them. The caller may call the store before it asks for that part.
    Announced {
        /// Digests of referrers that the list has, as far as the store knows them. A wrong one costs a request
        /// and nothing else.
        digests: Vec<Digest>,
        /// The number of requests that the store makes concurrently.
        requests: usize,
    },
    /// Referrers of the subject that no part before has. The list can be empty.
    Listed(List<Descriptor>),
}

/// What [`ReadStore::referrers_in_detail`] returns of each referrer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferrersDetail {
    /// The annotations of the manifest, unless the list shows that it has none: a registry that lists
    /// the annotations of other referrers lists all, and so does one whose first manifests without
    /// listed annotations have none.
    Annotations,
    /// The annotations of the manifest, in any case.
    EveryAnnotation,
    /// The entries of every list, also of manifests that do not exist.
    Unchecked,
}

/// A store that can also be written to.
///
/// A write is visible only as a whole: a blob or manifest exists after its content was verified,
/// and not before.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// use std::sync::Arc;
/// use ocigraph::{Bytes, Descriptor, Layout, ReadStore, Store};
///
/// let store: Arc<dyn Store> = Arc::new(Layout::open(dir.path().join("layout")));
/// let blob = Descriptor::of("text/plain", b"hello");
/// store.push_blob(&blob, Arc::new(Bytes::from("hello"))).await?;
/// assert!(store.has_blob(&blob).await?);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[async_trait]
pub trait Store: ReadStore {
    /// Stores a manifest under its digest and under `tags`, and makes it findable as a referrer of
    /// its subject. A manifest that exists is not an error; a tag that exists moves. The caller
    /// pushes blobs and child manifests before; the store may check that. The subject need not
    /// exist.
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()>;

    /// Stores a blob, unless it exists. The store verifies the content before it makes the blob
    /// visible, for example by [`verified`](crate::verified). Returns [`Outcome::Uploaded`] or
    /// [`Outcome::AlreadyExists`].
    ///
    /// # Errors
    /// [`Code::DigestMismatch`] or
    /// [`Code::SizeMismatch`] if the content is not what `blob` says.
    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome>;

    /// Points `tags` at a manifest that exists.
    ///
    /// # Errors
    /// [`Code::NotFound`] if the manifest does not exist.
    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()>;

    /// Removes a tag. The manifest that it named stays.
    ///
    /// # Errors
    /// [`Code::NotFound`] if the tag does not exist,
    /// [`Code::Unsupported`] if the store cannot remove a tag alone.
    async fn untag(&self, tag: &str) -> Result<()>;

    /// Deletes manifests, up to `max_requests` concurrently, with every tag that names one of them. Returns one result
    /// for each, in the order of `manifests`. A manifest that does not exist counts as deleted. The
    /// store updates the lists of referrers that clients keep in it; it may keep blobs that nothing
    /// needs.
    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        max_requests: usize,
    ) -> Vec<Result<()>>;

    /// Deletes a blob. The store may refuse it while a manifest needs the blob. Default: fails with
    /// [`Code::Unsupported`].
    ///
    /// # Errors
    /// [`Code::NotFound`] if the blob does not exist, [`Code::Conflict`] if the store refuses it because
    /// something needs the blob, [`Code::Unsupported`] if the store deletes no blob.
    async fn delete_blob(&self, digest: &Digest) -> Result<()> {
        let message = format!("the blob {digest} was not deleted: the store deletes no blob");
        Err(Error::new(Code::Unsupported, message))
    }

    /// Makes manifests that exist findable as referrers of `subject`: an interrupted push may have
    /// stored them without. Default: does nothing, for stores that find referrers by themselves.
    async fn ensure_referrers_listed(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        let _ = (subject, referrers);
        Ok(())
    }

    /// Makes manifests that were just written findable as referrers of `subject`, if the store lists
    /// referrers itself and lost some because they were written at once. Default: does nothing.
    async fn confirm_referrers_listed(&self, subject: &Digest, referrers: &[Digest]) -> Result<()> {
        let _ = (subject, referrers);
        Ok(())
    }

    /// Adds referrers to the list that clients keep under the fallback tag of `subject`, also if the
    /// store has a referrers API. Only stores that return [`ReadStore::referrer_lists`] need it.
    /// Default: does nothing.
    async fn list_under_fallback_tag(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        let _ = (subject, referrers);
        Ok(())
    }

    /// Returns the format in which a referrer of `subject` must be written to be found here.
    /// Default: an OCI 1.1 image manifest.
    async fn referrer_format(&self, subject: &Digest) -> Result<ManifestFormat> {
        let _ = subject;
        Ok(ManifestFormat::Oci11)
    }
}

/// A manifest to delete, with what the store must know to keep its lists of referrers right.
#[derive(Debug, Clone)]
pub struct ManifestDeletion {
    /// The manifest.
    pub manifest: Descriptor,
    /// The digest of its subject, if it has one.
    pub subject: Option<Digest>,
    /// Whether the subject is retained. If so, the store removes the referrer from the subject's
    /// list before it deletes the referrer, so that the list never names a deleted manifest. If
    /// not, the list stays until the subject is deleted: an interrupted delete finds the remaining
    /// referrers there.
    pub subject_retained: bool,
    /// The tags that name the manifest. They are removed with it.
    pub tags: Vec<String>,
}

/// A blob of one store as a [`Source`] for another.
#[derive(Debug, Clone)]
pub struct StoredBlob {
    /// The store that has the blob.
    pub store: Arc<dyn ReadStore>,
    /// The blob.
    pub blob: Descriptor,
}

#[async_trait]
impl Source for StoredBlob {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        self.store.fetch_blob(&self.blob, offset).await
    }

    async fn shareable_file(&self) -> Result<Option<File>> {
        self.store.blob_file(&self.blob).await
    }

    fn repository(&self) -> Option<Repository> {
        self.store.repository()
    }
}
