//! Copy: an artifact, or its whole graph, from any store to any other.
//!
//! What is found is being copied while the rest is still being discovered. A manifest is written
//! when all it refers to is there, and tags last, so that a copy that breaks anywhere leaves a
//! smaller graph that is whole. Bytes are handed on as they are.

mod walk;

use crate::content::progress::Progress;
use crate::operation::named::named;
use ocigraph_types::Platform;
use serde::Serialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use walk::{Found, StepResult, Walk};

use crate::operation::transfer::push_reported;
use crate::{
    content::{progress::Outcome, source::Source},
    operation::select::select_manifest,
    store::{
        ReadStore, Store, StoredBlob,
        limits::{LargeBlobLimiter, check_limit, concurrency},
        memory::Charge,
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, ListProblem, Manifest, Reference, Result, TagOrDigest,
    serialize_descriptor,
};

/// How to copy.
#[derive(Debug, Clone, Default)]
pub struct CopyOptions {
    /// Copies also everything that refers to it, to what an index lists, and so on.
    pub recursive: bool,
    /// Copies, of an index, only the image for this platform.
    pub platform: Option<Platform>,
    /// Copies foreign layers too, which registries need not have.
    pub foreign: bool,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What was copied.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CopyReport {
    /// The source, by digest.
    pub source: crate::Reference,
    /// The destination, by digest.
    pub destination: crate::Reference,
    /// The manifest that was named.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The tags it was given.
    pub tags: Vec<String>,
    /// Manifests written; those that were there are not counted.
    pub manifests: usize,
    /// What became of the blobs.
    pub blobs: CopiedBlobs,
    /// Bytes written, of manifests and blobs.
    pub bytes: u64,
}

/// Blobs of a copy by what became of them. Blobs of manifests that were there are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct CopiedBlobs {
    /// Sent.
    pub copied: usize,
    /// There already.
    pub existed: usize,
    /// Taken by the registry from another of its repositories.
    pub mounted: usize,
}

/// A manifest from here on is not kept until it is written, but fetched again.
const LARGE_MANIFEST: usize = 256 * 1024;
const LARGE_MANIFESTS: usize = 2;

pub(crate) const OPERATION: &str = "copy";

/// Copies what `source` names in `from`, or its whole graph, to `to`, and sets the tags of
/// `destination` there. Content that `to` has is not sent.
///
/// # Errors
/// [`Code::NotFound`](crate::Code::NotFound) if `source` names nothing, or if content of the graph does not exist.
pub async fn copy(
    from: Arc<dyn ReadStore>,
    source: &Reference,
    to: Arc<dyn Store>,
    destination: &Reference,
    options: CopyOptions,
) -> Result<CopyReport> {
    named(
        OPERATION,
        format!("{source} to {destination}"),
        run(from, source, to, destination, options),
    )
    .await
}

async fn run(
    from: Arc<dyn ReadStore>,
    source: &Reference,
    to: Arc<dyn Store>,
    destination: &Reference,
    options: CopyOptions,
) -> Result<CopyReport> {
    let root = select_manifest(from.as_ref(), &source.name()?, options.platform.as_ref()).await?;
    if let Some(expected) = destination.digest().filter(|digest| *digest != root.digest()) {
        return Err(Error::new(
            Code::DigestMismatch,
            format!("what is copied has the digest {}, not {expected}", root.digest()),
        )
        .with_hint("leave the digest of the destination out"));
    }
    let recursive = options.recursive;
    let at_once = concurrency(options.concurrency);
    let work = CopyContext {
        from,
        to,
        options,
        at_once,
        requests: Semaphore::new(at_once),
        large_manifests: Semaphore::new(LARGE_MANIFESTS),
        large: LargeBlobLimiter::new(),
        blobs: Mutex::default(),
        tally: Mutex::default(),
    };
    if recursive {
        check_listed(work.from.as_ref(), at_once).await?;
    }
    let tags = destination.tags();
    let problems = Walk::new(&work, &root, tags).run(root.clone()).await?;
    // What a tag names is taken to be whole: a part of a graph gets none.
    ListProblem::check_complete(&problems)?;
    if recursive && !tags.is_empty() {
        work.to.push_manifest(&root, tags).await?;
    }
    let tally = work.tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(CopyReport {
        source: source.at(root.digest().clone()),
        destination: destination.at(root.digest().clone()),
        descriptor: root.descriptor(),
        tags: tags.to_vec(),
        manifests: tally.manifests,
        blobs: tally.blobs,
        bytes: tally.bytes,
    })
}

/// What a damaged manifest refers to cannot be told: it may belong to the graph, with all beneath it.
async fn check_listed(from: &dyn ReadStore, at_once: usize) -> Result<()> {
    let listed = from.list_untagged().await?;
    let read = listed.into_iter().map(|listed| async move {
        from.fetch_manifest(&TagOrDigest::from(&listed)).await.map_err(|e| {
            let message = format!(
                "{} is listed beside it and cannot be read, so that the graph may lack a part: {}",
                listed.digest,
                e.message()
            );
            Error::new(e.code(), message).with_hint(
                "`ocigraph verify` shows what is damaged; copy without --recursive, or mend it",
            )
        })
    });
    stream::iter(read).buffer_unordered(at_once).try_for_each(|_| async { Ok(()) }).await
}

#[derive(Debug, Default)]
struct CopyStats {
    manifests: usize,
    blobs: CopiedBlobs,
    bytes: u64,
}

/// What the steps of one copy share.
struct CopyContext {
    from: Arc<dyn ReadStore>,
    to: Arc<dyn Store>,
    options: CopyOptions,
    at_once: usize,
    requests: Semaphore,
    large_manifests: Semaphore,
    large: LargeBlobLimiter,
    /// A blob that several manifests share is copied once.
    blobs: Mutex<HashMap<Digest, Arc<OnceCell<()>>>>,
    tally: Mutex<CopyStats>,
}

impl CopyContext {
    async fn request(&self) -> Option<SemaphorePermit<'_>> {
        self.requests.acquire().await.ok()
    }

    fn count(&self, add: impl FnOnce(&mut CopyStats)) {
        add(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn is_there(&self, manifest: &Digest) -> Result<bool> {
        match self.to.resolve(&TagOrDigest::Digest(manifest.clone())).await {
            Ok(_) => Ok(true),
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Fetches a manifest and copies its blobs, unless it is there already.
    async fn prepare(
        &self,
        wanted: Digest,
        known: Option<Manifest>,
        as_subject: bool,
    ) -> Result<StepResult> {
        let fetch = async {
            match known {
                Some(manifest) => Ok(Some(manifest)),
                None => match self.fetch(&wanted).await {
                    Err(e) if as_subject && e.code() == Code::NotFound => Ok(None),
                    fetched => fetched.map(Some),
                },
            }
        };
        let (manifest, there) = {
            let _permit = self.request().await;
            tokio::try_join!(fetch, self.is_there(&wanted))?
        };
        let Some(manifest) = manifest else { return Ok(StepResult::Dangling(wanted)) };
        let (manifest, _turn) = self.in_turn(manifest).await?;
        if !there {
            let blobs = manifest.content().filter(|b| self.options.foreign || !b.is_foreign());
            // Each is begun in its turn: a manifest may have many.
            let each: Vec<Descriptor> = blobs.cloned().collect();
            let copied = stream::iter(each).map(|blob| self.copy_blob(blob));
            copied.buffer_unordered(self.at_once).try_collect::<()>().await?;
        }
        let found = Found::of(manifest, there, self.from.memory());
        Ok(StepResult::Prepared { found: Box::new(found), there })
    }

    async fn fetch(&self, digest: &Digest) -> Result<Manifest> {
        let name = TagOrDigest::Digest(digest.clone());
        Ok(self.from.fetch_manifest(&name).await?.without_guard())
    }

    /// Waits, with a large manifest, until few others are worked on, and holds none meanwhile.
    async fn in_turn(&self, manifest: Manifest) -> Result<(Manifest, Option<SemaphorePermit<'_>>)> {
        if manifest.bytes().len() < LARGE_MANIFEST {
            return Ok((manifest, None));
        }
        let digest = manifest.digest().clone();
        drop(manifest);
        let turn = self.large_manifests.acquire().await.ok();
        let _permit = self.request().await;
        Ok((self.fetch(&digest).await?, turn))
    }

    async fn copy_blob(&self, blob: Descriptor) -> Result<()> {
        let once = {
            let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
            let once = Arc::clone(blobs.entry(blob.digest.clone()).or_default());
            check_limit(blobs.len(), self.from.max_entries())?;
            once
        };
        once.get_or_try_init(|| self.copy_blob_once(&blob)).await.copied()
    }

    async fn copy_blob_once(&self, blob: &Descriptor) -> Result<()> {
        // In this order: large blobs that wait for their turn keep nobody from asking.
        let _turn = self.large.turn(blob).await;
        let _permit = self.request().await;
        let progress = &self.options.progress;
        let source: Arc<dyn Source> = match blob.inline() {
            Some(bytes) => Arc::new(bytes),
            None => Arc::new(StoredBlob { store: Arc::clone(&self.from), blob: blob.clone() }),
        };
        let outcome = push_reported(&*self.to, blob, source, progress).await?;
        self.count(|tally| match outcome {
            Outcome::AlreadyExists => tally.blobs.existed += 1,
            Outcome::Mounted => tally.blobs.mounted += 1,
            _ => {
                tally.blobs.copied += 1;
                tally.bytes += blob.size;
            }
        });
        Ok(())
    }

    /// Writes a manifest, which is fetched again where it was not kept.
    async fn write(
        &self,
        digest: &Digest,
        kept: Option<(Manifest, Charge)>,
        tags: &[String],
    ) -> Result<()> {
        if let Some((manifest, _held)) = kept {
            return self.push(&manifest, tags).await;
        }
        let _turn = self.large_manifests.acquire().await.ok();
        let manifest = {
            let _permit = self.request().await;
            self.fetch(digest).await?
        };
        self.push(&manifest, tags).await
    }

    async fn push(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        let _permit = self.request().await;
        self.to.push_manifest(manifest, tags).await?;
        self.count(|tally| {
            tally.manifests += 1;
            tally.bytes += manifest.bytes().len() as u64;
        });
        Ok(())
    }
}
