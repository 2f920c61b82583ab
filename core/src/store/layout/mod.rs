//! An OCI image layout directory as a [`Store`].
//!
//! Tags are entries of `index.json`; manifests without one are listed too, so that their referrers
//! are found by every tool. Blobs appear by rename once they are checked, and `index.json` is
//! replaced by rename, under a lock, once what it names is durable. What is ours alone, the locks
//! and files not yet whole, is in the hidden folder `.ocigraph`; reading never creates anything.
//!
//! Source: OCI image-spec 1.1.1, "Image Layout".

mod blobs;
mod changes;
mod content;
mod dir;
mod folder;
mod garbage;
mod index;
mod leases;
mod listed;
mod manifests;
mod snapshot;
mod weight;

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::store::{limits::Limits, memory::Memory};
use crate::{
    blocking::spawn_blocking,
    content::{
        progress::Outcome,
        source::{ByteStream, Source, next_batch},
    },
    store::{ManifestDeletion, ReadStore, Store, limits::patiently, list::List},
};
use ocigraph_types::{Descriptor, Digest, Error, Manifest, Result, TagOrDigest, check_tag};

/// A disk syncs and reads several files at once.
const FILES_AT_ONCE: usize = 8;
/// Calls of one handle that are at work at once: each takes a thread for a moment.
const CALLS_AT_ONCE: usize = 32;

/// A layout directory. Cheap to clone; nothing is read or created until it is used.
///
/// Many handles and processes may write to one directory at once. While a handle has pushed blobs
/// that no manifest names yet, no other removes unneeded blobs: drop a handle that is done.
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
#[derive(Debug, Clone)]
pub struct Layout {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    manifest_limit: u64,
    max_entries: usize,
    memory: Memory,
    /// `index.json` as it was last read.
    snapshot: Mutex<Option<snapshot::Cached>>,
    /// What the listed manifests say: each is read once.
    known: Mutex<Arc<listed::SummaryCache>>,
    /// Handles of the directory, for all who write.
    opened: Mutex<Weak<folder::Opened>>,
    leases: Mutex<leases::Leases>,
    changes: changes::Queue,
    /// Blobs that this handle has made durable.
    durable: Mutex<HashSet<Digest>>,
    calls: Semaphore,
}

impl Layout {
    /// The layout at `path`, which is created by the first write.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self::with_limits(path, &Limits::default())
    }

    /// The same, with the limits of a client: the bytes of a manifest, the entries and the memory of
    /// a list. Time limits do not apply.
    pub fn with_limits(path: impl Into<PathBuf>, limits: &Limits) -> Self {
        Self {
            inner: Arc::new(Inner {
                path: path.into(),
                manifest_limit: limits.max_manifest_bytes as u64,
                max_entries: limits.max_entries,
                memory: Memory::for_metadata(limits.max_manifest_bytes),
                snapshot: Mutex::default(),
                known: Mutex::default(),
                opened: Mutex::default(),
                leases: Mutex::default(),
                changes: changes::Queue::default(),
                durable: Mutex::default(),
                calls: Semaphore::new(CALLS_AT_ONCE),
            }),
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Inner>) -> Result<T> + Clone + Send + 'static,
    ) -> Result<T> {
        patiently(|| async {
            // Not held while it waits for a descriptor.
            let _turn = self.inner.calls.acquire().await;
            let (inner, work) = (Arc::clone(&self.inner), work.clone());
            spawn_blocking(move || work(&inner)).await
        })
        .await
    }
}

#[async_trait]
impl ReadStore for Layout {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        Ok(self.fetch_manifest(name).await?.descriptor())
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        let name = name.clone();
        self.with(move |layout| layout.manifest(&name)).await
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        let blob = blob.clone();
        self.with(move |layout| Ok(layout.find_blob(&blob))).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let digest = digest.clone();
        self.with(move |layout| layout.describe_blob(&digest)).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        let blob = blob.clone();
        self.with(move |layout| layout.open_blob(&blob)).await?.stream(offset).await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        let subject = subject.clone();
        let mut referrers = self.with(move |layout| layout.referrers_of(&subject)).await?;
        if let Some(wanted) = artifact_type {
            referrers.entries.retain(|d| d.artifact_type.as_deref() == Some(wanted));
        }
        Ok(referrers)
    }

    async fn tags(&self) -> Result<List<String>> {
        self.with(|layout| Ok(layout.snapshot()?.index.tags().into())).await
    }

    async fn list_untagged(&self) -> Result<Vec<Descriptor>> {
        self.with(|layout| Ok(layout.snapshot()?.index.list_untagged())).await
    }

    fn max_entries(&self) -> usize {
        self.inner.max_entries
    }

    fn memory(&self) -> Memory {
        self.inner.memory.clone()
    }
}

#[async_trait]
impl Store for Layout {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        for tag in tags {
            check_tag(tag)?;
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
        let mut stream = source.open(0).await?;
        let mut batch = next_batch(&mut stream).await?;
        while !batch.is_empty() {
            // The next bytes arrive while these are hashed and written.
            let write = spawn_blocking(move || staged.write(&batch));
            (staged, batch) = futures::try_join!(write, next_batch(&mut stream))?;
        }
        spawn_blocking(move || staged.commit()).await?;
        Ok(Outcome::Uploaded)
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        for tag in tags {
            check_tag(tag)?;
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

    async fn delete_manifests(&self, manifests: &[ManifestDeletion]) -> Vec<Result<()>> {
        let digests: Vec<Digest> = manifests.iter().map(|m| m.manifest.digest.clone()).collect();
        match self.with(move |layout| layout.delete(&digests)).await {
            Ok(results) => results,
            Err(e) => manifests.iter().map(|_| Err(again(&e))).collect(),
        }
    }

    async fn ensure_referrers_listed(
        &self,
        _subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        let digests: Vec<Digest> = referrers.iter().map(|d| d.digest.clone()).collect();
        self.with(move |layout| digests.iter().try_for_each(|d| layout.list_again(d))).await
    }
}

/// One failure told to each of several callers.
fn again(error: &Error) -> Error {
    let mut told = Error::new(error.code(), error.message());
    // What may pass by itself is known by its number.
    let source = std::error::Error::source(error).and_then(|e| e.downcast_ref::<io::Error>());
    if let Some(number) = source.and_then(io::Error::raw_os_error) {
        told = told.with_source(io::Error::from_raw_os_error(number));
    }
    match error.hint() {
        Some(hint) => told.with_hint(hint),
        None => told,
    }
}

/// What a panic in another thread left is whole: every change under these locks is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does the same to each, several at once; the results are in the order of `items`. What found no free
/// descriptor is done again when the others are done. Where no thread can be started, this one does it.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    lacked_descriptors: impl Fn(&R) -> bool,
) -> Vec<R> {
    let share = items.len().div_ceil(FILES_AT_ONCE).max(1);
    let all = |chunk: &[T]| chunk.iter().map(&work).collect::<Vec<R>>();
    let mut results: Vec<R> = thread::scope(|scope| {
        let all = &all;
        let mut chunks = items.chunks(share);
        let own = chunks.next_back().unwrap_or_default();
        let threads: Vec<_> = chunks
            .map(|chunk| (chunk, thread::Builder::new().spawn_scoped(scope, move || all(chunk))))
            .collect();
        let own = all(own);
        let done = threads.into_iter().flat_map(|(chunk, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|p| std::panic::resume_unwind(p)),
            Err(_) => all(chunk),
        });
        done.chain(own).collect()
    });
    for (item, result) in items.iter().zip(&mut results) {
        if lacked_descriptors(result) {
            *result = work(item);
        }
    }
    results
}
