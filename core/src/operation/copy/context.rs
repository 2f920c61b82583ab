//! The steps of a copy: fetching a manifest, copying its blobs, and writing the manifest.
//!
//! Each step limits its own requests and memory. `walk` decides which steps run, and in which
//! order.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::{kept_tag::KeptTag, options::CopyOptions};
use crate::operation::{attached::sibling_tags::SiblingTags, read::fetch_manifest};
use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Source},
    },
    operation::transfer::push_reported,
    store::{
        ReadStore, Store, StoredBlob,
        concurrency::{LargeBlobLimiter, RequestLimiter},
        limits::check_limit,
        list::List,
        memory_budget::{Charge, Memory},
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, ListProblem, Manifest, Result, TagOrDigest, weight::Weight,
};

/// Bytes from which a manifest counts as large. A large manifest is not kept until it is written,
/// but fetched again.
const LARGE_MANIFEST: usize = 256 * 1024;
/// Maximum large manifests in memory.
const MAX_LARGE_MANIFESTS: usize = 2;

/// The result of one step.
pub(super) enum StepResult {
    /// The manifest was fetched and its blobs are copied, or the destination has it already.
    Prepared(Box<FoundManifest>),
    /// A manifest that the source does not have. Unless it is a subject or referrer, the destination
    /// has it.
    Missing {
        digest: Digest,
        exists: bool,
    },
    Written(Digest),
    Referrers(List<Descriptor>),
    Siblings(Siblings),
    ReferrersListed,
}

/// The sibling tags of a manifest at the source.
#[derive(Default)]
pub(super) struct Siblings {
    pub(super) found: Vec<FoundSibling>,
    /// Tags that stay at the destination as they are.
    pub(super) kept: Vec<KeptTag>,
    pub(super) problems: Vec<ListProblem>,
}

/// A manifest that a sibling tag names.
pub(super) struct FoundSibling {
    pub(super) manifest: Manifest,
    pub(super) tag: String,
    /// The destination has the tag already.
    pub(super) is_tagged: bool,
}

/// What the walk needs to know of a manifest.
pub(super) struct FoundManifest {
    pub(super) digest: Digest,
    /// The destination has the manifest already.
    pub(super) exists: bool,
    pub(super) subject: Option<Digest>,
    pub(super) children: Vec<Digest>,
    /// Its entry in the list of referrers, if it has a subject and the destination has it already.
    pub(super) existing_referrer: Option<Descriptor>,
    /// The manifest, with the memory charged for it. `None` if it must be fetched again.
    pub(super) manifest: Option<(Manifest, Charge)>,
}

impl FoundManifest {
    /// A manifest that exists at the destination and only gets tags.
    pub(super) fn to_tag(digest: Digest) -> Self {
        Self {
            digest,
            exists: true,
            subject: None,
            children: Vec::new(),
            existing_referrer: None,
            manifest: None,
        }
    }

    fn of(manifest: Manifest, exists: bool, memory: &Memory) -> Self {
        let small = manifest.bytes().len() < LARGE_MANIFEST;
        let charge = memory.charge().of(manifest.weight()).ok().filter(|_| small);
        let is_existing_referrer = exists && manifest.subject().is_some();
        Self {
            digest: manifest.digest().clone(),
            exists,
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            children: manifest.children().map(|child| child.digest.clone()).collect(),
            existing_referrer: is_existing_referrer.then(|| manifest.descriptor()),
            manifest: charge.map(|charge| (manifest, charge)),
        }
    }
}

/// Statistics of a copy: what it has written or found.
#[derive(Debug, Default)]
pub(super) struct CopyStats {
    pub(super) manifests: usize,
    pub(super) blobs_copied: usize,
    pub(super) blobs_existing: usize,
    pub(super) blobs_mounted: usize,
    pub(super) bytes: u64,
}

/// A blob of the source that another client reaches. The client of the destination may not be allowed
/// to read its repository, so it is not asked to mount the blob.
#[derive(Debug)]
struct Unmountable(StoredBlob);

#[async_trait]
impl Source for Unmountable {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        self.0.open(offset).await
    }
}

/// The state that all steps of one copy share.
pub(super) struct CopyContext {
    pub(super) from: Arc<dyn ReadStore>,
    pub(super) to: Arc<dyn Store>,
    pub(super) options: CopyOptions,
    requests: Arc<RequestLimiter>,
    large_manifests: Semaphore,
    large_blobs: LargeBlobLimiter,
    /// The memory of the manifests that are kept until they are written.
    memory: Memory,
    /// One cell for each blob, so that a blob of several manifests is copied once.
    blobs: Mutex<HashMap<Digest, Arc<OnceCell<()>>>>,
    stats: Mutex<CopyStats>,
    siblings: SiblingTags,
}

impl CopyContext {
    pub(super) fn new(from: Arc<dyn ReadStore>, to: Arc<dyn Store>, options: CopyOptions) -> Self {
        let requests = Arc::new(RequestLimiter::new(options.concurrency));
        Self {
            memory: from.memory(),
            from,
            to,
            options,
            large_manifests: Semaphore::new(MAX_LARGE_MANIFESTS),
            large_blobs: LargeBlobLimiter::new(),
            blobs: Mutex::default(),
            stats: Mutex::default(),
            siblings: SiblingTags::new(Arc::clone(&requests)),
            requests,
        }
    }

    pub(super) fn into_stats(self) -> CopyStats {
        self.stats.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prepares for the walk from an index.
    pub(super) async fn prepare_for_index(&self) {
        self.siblings.prepare(&*self.from).await;
    }

    /// Returns the maximum number of concurrent requests.
    pub(super) fn max_requests(&self) -> usize {
        self.requests.max()
    }

    /// Waits for a permit to make a request.
    pub(super) async fn request(&self) -> Option<SemaphorePermit<'_>> {
        self.requests.acquire().await
    }

    fn count(&self, add: impl FnOnce(&mut CopyStats)) {
        add(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn exists(&self, manifest: &Digest) -> Result<bool> {
        match self.to.resolve(&TagOrDigest::Digest(manifest.clone())).await {
            Ok(_) => Ok(true),
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Fetches a manifest, unless it is `known`. Copies its blobs, unless the destination has the
    /// manifest already. The source need not have what the destination has, nor, with `may_lack`, any
    /// manifest. With `check`, copies the blobs that the destination lacks all the same: a
    /// collection of garbage, or a registry that checks nothing, can leave a manifest without them.
    pub(super) async fn prepare(
        &self,
        digest: Digest,
        known: Option<Manifest>,
        may_lack: bool,
        check: bool,
    ) -> Result<StepResult> {
        let fetch = async {
            match known {
                Some(manifest) => Ok(Ok(manifest)),
                None => match self.fetch(&digest).await {
                    Err(e) if e.code() == Code::NotFound => Ok(Err(e)),
                    fetched => fetched.map(Ok),
                },
            }
        };
        let (fetched, exists) = {
            let _permit = self.request().await;
            tokio::try_join!(fetch, self.exists(&digest))?
        };
        let manifest = match fetched {
            Ok(manifest) => manifest,
            Err(_) if exists || may_lack => return Ok(StepResult::Missing { digest, exists }),
            Err(e) => return Err(e),
        };
        let (manifest, _permit) = self.limit_large(manifest).await?;
        if !exists || check {
            let blobs = manifest.content().filter(|b| self.options.foreign || !b.is_foreign());
            // A manifest can have many blobs, so only as many as the requests are in progress.
            let blobs: Vec<Descriptor> = blobs.cloned().collect();
            let copied = stream::iter(blobs).map(|blob| async move {
                if exists && self.may_have_blob(&blob).await? {
                    return Ok(());
                }
                self.copy_blob(blob).await
            });
            copied.buffer_unordered(self.max_requests()).try_collect::<()>().await?;
        }
        let found = FoundManifest::of(manifest, exists, &self.memory);
        Ok(StepResult::Prepared(Box::new(found)))
    }

    /// Returns true if the destination has a blob, or refuses to say.
    async fn may_have_blob(&self, blob: &Descriptor) -> Result<bool> {
        let _permit = self.request().await;
        match self.to.has_blob(blob).await {
            Err(e) if matches!(e.status(), Some(403 | 405)) => Ok(true),
            result => result,
        }
    }

    async fn fetch(&self, digest: &Digest) -> Result<Manifest> {
        let name = TagOrDigest::Digest(digest.clone());
        Ok(fetch_manifest(&*self.from, &name).await?.without_guard())
    }

    /// Returns a small manifest as it is. Drops a large one, waits until few large manifests are in
    /// memory, and fetches it again.
    async fn limit_large(
        &self,
        manifest: Manifest,
    ) -> Result<(Manifest, Option<SemaphorePermit<'_>>)> {
        if manifest.bytes().len() < LARGE_MANIFEST {
            return Ok((manifest, None));
        }
        let digest = manifest.digest().clone();
        drop(manifest);
        let large = self.large_manifests.acquire().await.ok();
        let _permit = self.request().await;
        Ok((self.fetch(&digest).await?, large))
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
        // In this order: a large blob that waits for its permit must not occupy a request.
        let _large = self.large_blobs.acquire(blob).await;
        let _permit = self.request().await;
        let progress = &self.options.progress;
        let source: Arc<dyn Source> = match blob.inline() {
            Some(bytes) => Arc::new(bytes),
            None => {
                let blob = StoredBlob { store: Arc::clone(&self.from), blob: blob.clone() };
                match &self.options.destination_client {
                    Some(_) => Arc::new(Unmountable(blob)),
                    None => Arc::new(blob),
                }
            }
        };
        let outcome = push_reported(&*self.to, blob, source, progress).await?;
        self.count(|stats| match outcome {
            Outcome::AlreadyExists => stats.blobs_existing += 1,
            Outcome::Mounted => stats.blobs_mounted += 1,
            _ => {
                stats.blobs_copied += 1;
                stats.bytes += blob.size;
            }
        });
        Ok(())
    }

    /// Finds the manifests of the sibling tags of a manifest. A tag that names more signatures at the
    /// destination than at the source stays there.
    pub(super) async fn find_siblings(&self, subject: &Digest) -> Result<StepResult> {
        let listed = self.siblings.manifests_of(&*self.from, subject).await?;
        let mut siblings = Siblings { problems: listed.problems, ..Siblings::default() };
        for (tag, manifest) in listed.entries {
            let name = TagOrDigest::Tag(tag.clone());
            let _permit = self.request().await;
            let existing = match self.to.resolve(&name).await {
                Ok(existing) if existing.digest == *manifest.digest() => {
                    siblings.found.push(FoundSibling { manifest, tag, is_tagged: true });
                    continue;
                }
                Ok(_) => Some(fetch_manifest(&*self.to, &name).await?),
                Err(e) if e.code() == Code::NotFound => None,
                Err(e) => return Err(e),
            };
            let has = |blob: &Descriptor| manifest.blobs().iter().any(|b| b.digest == blob.digest);
            let lacks = existing.and_then(|it| it.blobs().iter().find(|blob| !has(blob)).cloned());
            match lacks {
                None => siblings.found.push(FoundSibling { manifest, tag, is_tagged: false }),
                Some(blob) => {
                    let reason = format!(
                        "it names a manifest with {}, which that of the source lacks",
                        blob.digest
                    );
                    siblings.kept.push(KeptTag { tag, reason });
                }
            }
        }
        Ok(StepResult::Siblings(siblings))
    }

    /// Writes a manifest. Fetches it again if it was not kept.
    pub(super) async fn write(
        &self,
        digest: &Digest,
        kept: Option<(Manifest, Charge)>,
        tags: &[String],
    ) -> Result<()> {
        if let Some((manifest, _charge)) = kept {
            return self.push(&manifest, tags).await;
        }
        let _large = self.large_manifests.acquire().await.ok();
        let manifest = {
            let _permit = self.request().await;
            self.fetch(digest).await?
        };
        self.push(&manifest, tags).await
    }

    async fn push(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        let _permit = self.request().await;
        self.to.push_manifest(manifest, tags).await?;
        self.count(|stats| {
            stats.manifests += 1;
            stats.bytes += manifest.bytes().len() as u64;
        });
        Ok(())
    }
}
