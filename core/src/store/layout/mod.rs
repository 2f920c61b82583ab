//! An OCI image layout, a directory or a tar archive, as a [`Store`].
//!
//! Tags are entries of `index.json`. Untagged manifests have entries too, so that every tool finds
//! their referrers. A blob appears by rename once it is verified; `index.json` is replaced by
//! rename, under a lock, once the blobs it needs are durable. Locks and incomplete files are in the
//! private folder `.ocigraph`. Reading never creates a file. An archive is read in place and never
//! changed.
//!
//! Format: [image-spec v1.1.1, "OCI Image Layout Specification"][spec].
//!
//! [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md

mod archive;
mod blob_content;
mod blob_deletion;
mod blobs;
mod checked_links;
mod cosign_save;
mod dir_handle;
mod directory;
mod durability;
mod gc;
mod index;
mod index_cache;
mod index_lookup;
mod index_text;
mod inner;
mod json_weight;
mod lease_table;
mod leases;
mod listed;
mod manifests;
mod name_cache;
mod new_archive;
mod one_repository;
mod protected;
mod referrers_change;
mod referrers_index;
mod summaries;
mod sync;
mod unlisted;
mod upload;
mod write_queue;

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;

use crate::{
    blocking::spawn_blocking,
    content::{
        progress::Outcome,
        source::{ByteStream, Source, next_batch},
        transfer_buffers::TransferBuffers,
    },
    store::{
        ManifestDeletion, ReadStore, Store, concurrency::retry_without_descriptors, limits::Limits,
        list::List, memory_budget::Memory,
    },
};
use blob_content::BlobContent;
pub use blob_content::OpenBlob;
use directory::LayoutDirectory;
pub(crate) use index::name_of;
use inner::Inner;
pub(crate) use new_archive::{blob_folder, blob_name, index_of, marker};
use ocigraph_types::{
    Descriptor, Digest, Manifest, Result, SiblingTag, TagOrDigest, check_layout_tag,
};
use one_repository::{Contents, OneRepository};
pub use upload::{BlobUpload, LastBatch};

/// A blob of fewer bytes is copied, since sharing its blocks costs about as much.
const MIN_SHARED: u64 = 1024 * 1024;

/// An OCI image layout in a directory, or in a tar archive.
///
/// The directory has the files `oci-layout` and `index.json` and the folder `blobs`, as the section
/// ["OCI Image Layout Specification"][spec] of image-spec v1.1.1 requires, and a private folder
/// `.ocigraph` once this library has written to it. A value is cheap to clone; clones share one
/// state, called a handle here. Nothing is read or created before the first operation.
///
/// If the path is a regular file, it is a tar archive of a layout, which needs the feature
/// `archive`. It is read in place: one pass over its headers finds the blobs, and nothing is
/// unpacked. If several entries have one name, the last counts, as for `tar -x`; a link leads to
/// another entry. An archive is never changed: methods that write fail with UNSUPPORTED. A change of
/// the file by another program is noticed.
///
/// Several handles and processes can use one directory concurrently. Blobs that a handle has pushed
/// stay, although no manifest names them yet, until the handle is dropped: meanwhile no other
/// handle removes unneeded blobs. So drop a handle when its work is done.
///
/// Layouts of other tools are read as they are. An entry of `index.json` that is malformed, missing
/// or not a manifest is passed over and kept; [`Client::verify`](crate::Client::verify) reports it.
/// Indexes of referrers, as regctl and olareg keep them, are read and kept up to date. A delete
/// removes only what nothing else in the layout may name, unlisted manifests included.
///
/// # Errors
///
/// All operations can fail with [IO](crate::Code::Io), and with [NOT_FOUND](crate::Code::NotFound)
/// if the directory is not an image layout and the operation does not create one. They fail with:
///
/// - [UNSUPPORTED](crate::Code::Unsupported) for a layout of a version other than 1.x, a
///   compressed archive, one in Docker's older format, and a write to an archive,
/// - [ALREADY_EXISTS](crate::Code::AlreadyExists) for a first push to a directory that contains
///   other files,
/// - [INVALID_MANIFEST](crate::Code::InvalidManifest) for a malformed `index.json` or manifest,
/// - [DIGEST_MISMATCH](crate::Code::DigestMismatch) or [SIZE_MISMATCH](crate::Code::SizeMismatch)
///   for damaged content,
/// - [TOO_LARGE](crate::Code::TooLarge) for an `index.json` or a set of manifests that takes more
///   than 64 MiB of memory,
/// - [UNSAFE_PATH](crate::Code::UnsafePath) for a symbolic link or special file in place of a file
///   of the layout,
/// - [INVALID_ARGUMENT](crate::Code::InvalidArgument) for a named pipe or a device,
/// - [CONFLICT](crate::Code::Conflict) if another program changes an archive while a blob is read,
/// - [TIMEOUT](crate::Code::Timeout) if another process holds a lock for 90 seconds.
///
/// # Example
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("layout");
/// use std::sync::Arc;
/// use ocigraph::{Bytes, Descriptor, Layout, ReadStore, Store};
///
/// let layout = Layout::open(&path);
/// let blob = Descriptor::of("text/plain", b"hello");
/// layout.push_blob(&blob, Arc::new(Bytes::from("hello"))).await?;
/// assert!(layout.has_blob(&blob).await?);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
///
/// [spec]: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
#[derive(Debug, Clone)]
pub struct Layout {
    inner: Arc<Inner>,
    buffers: TransferBuffers,
    /// What is read is of this repository, of several in the layout.
    repository: Option<Arc<OneRepository>>,
}

impl Layout {
    /// Returns the layout at `path`. The first push creates it; this function does no I/O.
    /// Manifests can have up to 4 MiB.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self::with_limits(path, &Limits::default())
    }

    /// Returns the layout at `path`, with the limits of a client: `max_manifest_bytes`,
    /// `max_entries`, and the memory that follows from these. The timeouts do not apply. Content
    /// above a limit fails with [TOO_LARGE](crate::Code::TooLarge).
    pub fn with_limits(path: impl Into<PathBuf>, limits: &Limits) -> Self {
        Self::of(Inner::new(path.into(), limits))
    }

    /// Returns the layout at `path`, as [`with_limits`](Self::with_limits) does, in a tree of layouts: its
    /// directory may have other directories, which are layouts or have layouts. Without this, the first
    /// push to a directory that contains anything else is refused.
    pub fn in_tree(path: impl Into<PathBuf>, limits: &Limits) -> Self {
        let directory = LayoutDirectory::with_nested(path.into());
        Self::of(Inner::of(directory, limits))
    }

    fn of(inner: Inner) -> Self {
        Self { inner: Arc::new(inner), buffers: TransferBuffers::default(), repository: None }
    }

    /// Returns the same handle, whose uploads and downloads share the memory of their content with those of
    /// all other layouts that have this budget.
    ///
    /// ```
    /// use ocigraph::{Layout, TransferBuffers};
    ///
    /// let buffers = TransferBuffers::default();
    /// let layouts = ["a", "b"].map(|path| Layout::open(path).sharing(&buffers));
    /// # let _ = layouts;
    /// ```
    pub fn sharing(self, buffers: &TransferBuffers) -> Self {
        Self { buffers: buffers.clone(), ..self }
    }

    /// Leaves the indexes under fallback tags to their clients, for all clones of this handle: a push and a
    /// delete do not change them, and they protect what they list like other indexes. Without this, the
    /// layout keeps them up to date. Use it to simulate a registry.
    #[must_use]
    pub fn with_referrers_indexes_of_clients(self) -> Self {
        self.inner.leave_referrers_indexes();
        self
    }

    /// Returns the path that the layout was opened with.
    pub fn path(&self) -> &Path {
        self.inner.directory.path()
    }

    /// Starts an upload: a blob that arrives in parts, and whose digest is stated at the end. Creates the
    /// layout if it does not exist. While an upload exists, no handle removes unneeded blobs.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("layout");
    /// use ocigraph::{Algorithm, Bytes, Layout, ReadStore, Source};
    ///
    /// let layout = Layout::open(&path);
    /// let upload = layout.start_upload().await?;
    /// let size = upload.append(0, Bytes::from("he").open(0).await?).await?;
    /// upload.append(size, Bytes::from("llo").open(0).await?).await?;
    /// let blob = upload.finish(&Algorithm::Sha256.digest(b"hello")).await?;
    /// assert_eq!(blob.size, 5);
    /// assert!(layout.has_blob(&blob).await?);
    /// # Ok::<(), ocigraph::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As a push to the layout: see [`Layout`].
    pub async fn start_upload(&self) -> Result<BlobUpload> {
        let buffers = self.buffers.clone();
        self.with(move |layout| layout.start_upload(buffers)).await
    }

    /// Returns the referrers of a manifest as [`ReadStore::referrers`] does, without a copy of each descriptor.
    ///
    /// # Errors
    /// Those of [`ReadStore::referrers`].
    pub async fn shared_referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Arc<Descriptor>>> {
        let subject = subject.clone();
        let mut referrers = self.with(move |layout| layout.referrers_of(&subject)).await?;
        if let Some(wanted) = artifact_type {
            referrers.entries.retain(|d| d.artifact_type.as_deref() == Some(wanted));
        }
        Ok(referrers)
    }

    /// Gives a blob of another layout a second name in this one, by a hard link. Returns true if this
    /// layout has the blob then, and false if it cannot be linked: the other layout is on another file
    /// system or in an archive, or does not have the blob. The file is shared: a program that writes
    /// into it changes both. So a reader verifies a file with several names before it returns any of it.
    ///
    /// # Errors
    /// As a push to the layout: see [`Layout`].
    pub async fn link_blob(&self, blob: &Descriptor, from: &Layout) -> Result<bool> {
        let (blob, from) = (blob.clone(), Arc::clone(&from.inner));
        self.with(move |layout| layout.link_blob(&blob, &from)).await
    }

    /// Opens a blob by its digest alone, and reads it if it has at most `small` bytes. `None` if the blob
    /// does not exist, is a link to a file that may be outside the layout, or is in an archive:
    /// [`describe_blob`](ReadStore::describe_blob) and [`fetch_blob`](ReadStore::fetch_blob) tell.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("layout");
    /// use std::sync::Arc;
    /// use ocigraph::{Bytes, Descriptor, Layout, Store};
    ///
    /// let layout = Layout::open(&path);
    /// let blob = Descriptor::of("text/plain", b"hello");
    /// layout.push_blob(&blob, Arc::new(Bytes::from("hello"))).await?;
    /// let opened = layout.open_blob(&blob.digest, 1024).await?.unwrap();
    /// assert_eq!((opened.size, opened.content), (5, Some(Bytes::from("hello"))));
    /// # Ok::<(), ocigraph::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [IO](crate::Code::Io) if the file cannot be read.
    pub async fn open_blob(&self, digest: &Digest, small: u64) -> Result<Option<OpenBlob>> {
        let digest = digest.clone();
        self.with(move |layout| match layout.archive()? {
            Some(_) => Ok(None),
            None => layout.open_own_blob(&digest, small),
        })
        .await
    }

    /// Releases the blobs that were pushed or found at least `age` ago, and that no manifest names yet.
    /// From then on, a delete can remove them. A handle that is never dropped calls it now and then.
    ///
    /// # Errors
    /// [IO](crate::Code::Io) if the layout cannot be opened.
    pub async fn release_unused_blobs(&self, age: Duration) -> Result<()> {
        self.with(move |layout| layout.expire_leases(age)).await
    }

    /// Removes the blobs that came by [`start_upload`](Self::start_upload) or [`link_blob`](Self::link_blob) of
    /// this handle at least `age` ago, if no manifest has named them since. It should be longer than a push
    /// takes: a client may upload the largest layer last.
    ///
    /// # Errors
    /// [IO](crate::Code::Io) if the layout cannot be written.
    pub async fn remove_unused_uploads(&self, age: Duration) -> Result<()> {
        self.with(move |layout| layout.remove_uploaded(age)).await
    }

    /// Returns true while this handle knows of blobs that were pushed or found, and that no manifest names yet.
    pub fn awaits_manifests(&self) -> bool {
        self.inner.awaits_manifests()
    }

    /// Returns true if `index.json` lists a manifest, or an index that it lists.
    ///
    /// # Errors
    /// [TOO_LARGE](crate::Code::TooLarge), and [IO](crate::Code::Io) if the layout cannot be read.
    pub async fn lists(&self, digest: &Digest) -> Result<bool> {
        let digest = digest.clone();
        self.with(move |layout| layout.lists(&digest)).await
    }

    /// Deletes a manifest with its tags although an index lists it, as distribution's registries do. The
    /// index stays as it is, and names a missing manifest from then on. Use it to simulate such a
    /// registry, and [`Store::delete_manifests`] for everything else.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let dir = tempfile::tempdir().unwrap();
    /// # let path = dir.path().join("layout");
    /// use ocigraph::{Bytes, Algorithm, Layout, Manifest, ReadStore, Store, TagOrDigest, media_type};
    ///
    /// let layout = Layout::open(&path);
    /// let parse = |json: String, kind| Manifest::parse(Bytes::from(json), Some(kind), Algorithm::Sha256);
    /// let child = parse(r#"{"schemaVersion":2,"manifests":[]}"#.to_owned(), media_type::OCI_INDEX)?;
    /// let entry = serde_json::to_string(&child.descriptor()).unwrap();
    /// let index = parse(format!(r#"{{"schemaVersion":2,"manifests":[{entry}]}}"#), media_type::OCI_INDEX)?;
    /// layout.push_manifest(&child, &[]).await?;
    /// layout.push_manifest(&index, &["v1".to_owned()]).await?;
    ///
    /// layout.delete_listed_manifest(child.digest()).await?;
    /// assert!(!layout.has_manifest(child.digest()).await?);
    /// assert!(layout.has_manifest(index.digest()).await?);
    /// # Ok::<(), ocigraph::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`Store::delete_manifests`], and [CONFLICT](crate::Code::Conflict) while another handle or process
    /// writes to the layout.
    pub async fn delete_listed_manifest(&self, digest: &Digest) -> Result<()> {
        let digest = digest.clone();
        self.with(move |layout| layout.delete_listed(&digest)).await
    }

    /// Deletes a blob although manifests may need it, as distribution's registries do. Use it to simulate such
    /// a registry, and [`Store::delete_blob`] for everything else.
    ///
    /// # Errors
    /// As [`Store::delete_blob`], and [CONFLICT](crate::Code::Conflict) for a manifest.
    pub async fn delete_needed_blob(&self, digest: &Digest) -> Result<()> {
        let digest = digest.clone();
        self.with(move |layout| layout.delete_needed_blob(&digest)).await
    }

    /// Fails with UNSUPPORTED if the layout is in an archive, which is never changed.
    /// Limits what is read to the repository of a full name, `host/repository:tag`: what only other
    /// repositories of the layout have is not attached to its manifests. The tag of a layout limits nothing.
    pub(crate) fn limited_to_repository_of(self, name: &str) -> Self {
        Self { repository: OneRepository::of(name).map(Arc::new), ..self }
    }

    /// Returns the repository that reading is limited to.
    async fn repository(&self) -> Result<Option<(&OneRepository, &Contents)>> {
        let Some(repository) = &self.repository else { return Ok(None) };
        let (layout, reader) = (self.inner.clone(), Arc::clone(repository));
        let read =
            || async { spawn_blocking(move || Ok(reader.read(&layout.snapshot()?.index))).await };
        Ok(Some((repository, repository.contents.get_or_try_init(read).await?)))
    }

    /// Returns the name by which the layout has a manifest.
    async fn own_name(&self, name: &TagOrDigest) -> Result<TagOrDigest> {
        Ok(match (name, self.repository().await?) {
            (TagOrDigest::Tag(tag), Some((repository, contents))) => {
                TagOrDigest::Tag(repository.name_of(tag, contents))
            }
            _ => name.clone(),
        })
    }

    pub(crate) fn check_writable(&self) -> Result<()> {
        self.inner.directory.check_writable()
    }

    /// Stores a manifest under names that need not be valid tags.
    pub(crate) async fn push_named(&self, manifest: &Manifest, names: Vec<String>) -> Result<()> {
        let manifest = manifest.clone();
        self.with(move |layout| layout.add_manifest(&manifest, names)).await
    }

    /// Returns an annotation of the index itself.
    pub(crate) async fn annotation(&self, key: &'static str) -> Result<Option<String>> {
        self.with(move |layout| layout.annotation(key)).await
    }

    /// Sets an annotation of the index itself.
    pub(crate) async fn annotate(&self, key: &'static str, value: String) -> Result<()> {
        self.with(move |layout| layout.annotate(key, &value)).await
    }

    /// Runs `work` on a blocking thread, again while the process lacks file descriptors.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Inner>) -> Result<T> + Clone + Send + 'static,
    ) -> Result<T> {
        retry_without_descriptors(|| async {
            // Acquired for each attempt, so that a call that waits for a descriptor holds no permit.
            let _permit = self.inner.calls.acquire().await;
            let (inner, work) = (Arc::clone(&self.inner), work.clone());
            spawn_blocking(move || work(&inner)).await
        })
        .await
    }
}

/// An open blob, in a directory or in an archive.
enum Blob {
    File(Box<BlobContent>),
    Entry(ByteStream),
}

#[async_trait]
impl ReadStore for Layout {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        Ok(self.fetch_any_manifest(name).await?.descriptor())
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        let name = self.own_name(name).await?;
        self.with(move |layout| layout.manifest(&name)).await
    }

    async fn fetch_any_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        let name = self.own_name(name).await?;
        self.with(move |layout| layout.any_manifest(&name)).await
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        let blob = blob.clone();
        self.with(move |layout| match layout.archive()? {
            Some(archive) => Ok(archive.has_blob(&blob)),
            None => Ok(layout.find_blob(&blob)),
        })
        .await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let digest = digest.clone();
        self.with(move |layout| layout.describe_blob(&digest)).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        let (blob, buffers) = (blob.clone(), self.buffers.clone());
        let opened = self.with(move |layout| match layout.archive()? {
            Some(archive) => Ok(Blob::Entry(archive.fetch_blob(&blob, offset, buffers.begin())?)),
            None => Ok(Blob::File(Box::new(layout.open_blob(&blob)?))),
        });
        match opened.await? {
            Blob::Entry(stream) => Ok(stream),
            Blob::File(content) => {
                let transfer = self.buffers.begin();
                content.stream(offset, &self.inner.checked_links, transfer).await
            }
        }
    }

    async fn blob_file(&self, blob: &Descriptor) -> Result<Option<File>> {
        let blob = blob.clone();
        self.with(move |layout| match layout.archive()? {
            Some(_) => Ok(None),
            None => Ok(layout.open_blob(&blob)?.into_own_file()),
        })
        .await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        let List { mut entries, problems, .. } =
            self.shared_referrers(subject, artifact_type).await?;
        if let Some((_, contents)) = self.repository().await? {
            entries.retain(|referrer| contents.may_have(referrer));
        }
        let entries = entries.into_iter().map(Arc::unwrap_or_clone).collect();
        Ok(List::with_problems(entries, problems))
    }

    async fn lists_of_other_tools(&self, subject: &Digest) -> Result<Vec<Vec<Descriptor>>> {
        let subject = subject.clone();
        self.with(move |layout| layout.lists_of_other_tools(&subject)).await
    }

    async fn repair_referrers_list(
        &self,
        subject: &Digest,
        removed: &[Digest],
        added: &[Descriptor],
    ) -> Result<bool> {
        let (subject, removed, added) = (subject.clone(), removed.to_vec(), added.to_vec());
        self.with(move |layout| layout.repair_referrers(&subject, &removed, &added)).await
    }

    async fn tags(&self) -> Result<List<String>> {
        self.with(|layout| Ok(layout.snapshot()?.index.tags().into())).await
    }

    async fn every_tag(&self) -> Result<List<String>> {
        self.with(|layout| {
            let snapshot = layout.snapshot()?;
            let mut tags = snapshot.index.tags();
            tags.extend(snapshot.index.fallback_tags());
            Ok(tags.into())
        })
        .await
    }

    async fn sibling_tags(&self, _max_requests: usize) -> Result<Option<List<SiblingTag>>> {
        if let Some((_, contents)) = self.repository().await? {
            return Ok(Some(contents.siblings.clone().into()));
        }
        self.with(|layout| Ok(Some(layout.snapshot()?.sibling_tags().into()))).await
    }

    async fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        let mut untagged = self.with(|layout| layout.list_untagged()).await?;
        if let Some((_, contents)) = self.repository().await? {
            untagged.retain(|manifest| contents.may_have(manifest));
        }
        Ok(untagged)
    }

    async fn list_entries(&self) -> Result<List<Descriptor>> {
        self.with(|layout| layout.list_entries()).await
    }

    async fn choices(&self, tag: Option<&str>) -> Result<Vec<Descriptor>> {
        let tag = tag.map(str::to_owned);
        self.with(move |layout| layout.choices(tag.as_deref())).await
    }

    fn max_entries(&self) -> usize {
        self.inner.max_entries
    }

    fn memory(&self) -> Memory {
        Memory::for_metadata(self.inner.max_manifest_bytes as usize)
    }
}

#[async_trait]
impl Store for Layout {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        for tag in tags {
            check_layout_tag(tag)?;
        }
        let (manifest, tags) = (manifest.clone(), tags.to_vec());
        self.with(move |layout| layout.add_manifest(&manifest, tags)).await
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        let wanted = blob.clone();
        let Some(mut staged) = self.with(move |layout| layout.stage_unless_there(&wanted)).await?
        else {
            return Ok(Outcome::AlreadyExists);
        };
        if blob.size >= MIN_SHARED
            && let Some(file) = source.shareable_file().await?
        {
            let is_shared;
            (staged, is_shared) = spawn_blocking(move || staged.share(&file)).await?;
            if is_shared {
                spawn_blocking(move || staged.commit()).await?;
                return Ok(Outcome::Uploaded);
            }
        }
        let mut stream = source.open(0).await?;
        let mut batch = next_batch(&mut stream).await?;
        while !batch.is_empty() {
            // Receive the next batch while this one is hashed and written.
            let write = spawn_blocking(move || staged.write(&batch));
            (staged, batch) = futures::try_join!(write, next_batch(&mut stream))?;
        }
        spawn_blocking(move || staged.commit()).await?;
        Ok(Outcome::Uploaded)
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        for tag in tags {
            check_layout_tag(tag)?;
        }
        let (digest, tags) = (manifest.digest.clone(), tags.to_vec());
        self.with(move |layout| {
            let manifest = layout.manifest(&TagOrDigest::Digest(digest))?;
            layout.add_manifest(&manifest, tags)
        })
        .await
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        let tag = tag.to_owned();
        self.with(move |layout| layout.remove_tag(&tag)).await
    }

    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        _max_requests: usize,
    ) -> Vec<Result<()>> {
        let digests: Vec<Digest> = manifests.iter().map(|m| m.manifest.digest.clone()).collect();
        match self.with(move |layout| layout.delete(&digests)).await {
            Ok(results) => results,
            Err(e) => manifests.iter().map(|_| Err(e.clone())).collect(),
        }
    }

    async fn delete_blob(&self, digest: &Digest) -> Result<()> {
        let digest = digest.clone();
        self.with(move |layout| layout.delete_blob(&digest)).await
    }

    async fn ensure_referrers_listed(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        let digests: Vec<Digest> = referrers.iter().map(|d| d.digest.clone()).collect();
        let subject = subject.clone();
        self.with(move |layout| {
            digests.iter().try_for_each(|digest| layout.list_again(digest))?;
            layout.list_referrers_again(&subject, &digests)
        })
        .await
    }
}
