//! The steps of a copy: fetching a manifest, copying its blobs, and writing the manifest.
//!
//! Each step limits its own requests and memory. `walk` decides which steps run, and in which
//! order.

use std::{
    collections::HashMap,
    fs::File,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::{OnceCell, SemaphorePermit};

use super::{kept_tag::KeptTag, limits::SharedLimits, options::CopyOptions, stats::CopyStats};
use crate::operation::{
    attached::{
        layers::{covers, lacked_by},
        rewrite::as_referrer,
        sibling_tags::SiblingTags,
    },
    read::fetch_manifest,
};
use crate::{
    content::{
        progress::{Event, Outcome},
        source::{ByteStream, Repository, Source},
    },
    operation::transfer::{is_refused_empty_blob, push_reported},
    store::{
        ReadStore, Store,
        concurrency::LargeBlobLimiter,
        limits::check_limit,
        list::List,
        memory_budget::{Charge, Memory},
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, ListProblem, Manifest, Result, TagOrDigest, media_type,
    weight::Weight,
};

/// Bytes from which a manifest counts as large. A large manifest is not kept until it is written,
/// but fetched again.
const LARGE_MANIFEST: usize = 256 * 1024;

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
    /// With the sibling tags that the destination refused.
    Written(Digest, Vec<KeptTag>),
    Referrers(List<Descriptor>),
    Siblings(FoundSiblings),
    ReferrersListed,
    /// A root that a name of the source leads to, with its tags for the destination.
    Root(Box<Manifest>, Vec<String>),
}

/// The sibling tags of a manifest at the source.
pub(super) struct FoundSiblings {
    pub(super) found: Vec<FoundSibling>,
    /// Tags that are not copied.
    pub(super) kept: Vec<KeptTag>,
    /// Tags whose manifest at the destination has all that the source's has, and more.
    pub(super) covered: Vec<String>,
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

/// A blob of the source.
#[derive(Debug)]
struct CopiedBlob {
    store: Arc<dyn ReadStore>,
    blob: Descriptor,
    max_requests: usize,
    /// Whether the destination is asked to mount the blob. Where another client reaches the source, the
    /// client of the destination may not be allowed to read its repository.
    mounts: bool,
}

#[async_trait]
impl Source for CopiedBlob {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        // An upload in chunks opens the source for each, and would drop what was requested beyond it.
        let max_requests = if offset == 0 { self.max_requests } else { 1 };
        self.store.fetch_blob_in_parts(&self.blob, offset, max_requests).await
    }

    async fn shareable_file(&self) -> Result<Option<File>> {
        self.store.blob_file(&self.blob).await
    }

    fn repository(&self) -> Option<Repository> {
        self.store.repository().filter(|_| self.mounts)
    }
}

/// One cell for each blob, so that a blob of several manifests is copied once.
pub(crate) type SharedBlobs = Arc<Mutex<HashMap<Digest, Arc<OnceCell<()>>>>>;

/// The state that all steps of one copy share.
pub(super) struct CopyContext {
    pub(super) from: Arc<dyn ReadStore>,
    pub(super) to: Arc<dyn Store>,
    pub(super) options: CopyOptions,
    limits: SharedLimits,
    /// True if the copy knows all tags of the source: those that cosign may have written need not be
    /// asked for.
    knows_all_tags: bool,
    /// The memory of the manifests that are kept until they are written.
    memory: Memory,
    blobs: SharedBlobs,
    stats: Mutex<CopyStats>,
    siblings: SiblingTags,
}

impl CopyContext {
    /// Creates the state of a copy beside others. `tags` are all tags of the source, if they are known.
    pub(super) fn with_limits(
        from: Arc<dyn ReadStore>,
        to: Arc<dyn Store>,
        options: CopyOptions,
        limits: SharedLimits,
        tags: Option<&[String]>,
    ) -> Self {
        let requests = Arc::clone(&limits.requests);
        Self {
            memory: from.memory(),
            from,
            to,
            options,
            blobs: SharedBlobs::default(),
            stats: Mutex::default(),
            siblings: match tags {
                Some(tags) => SiblingTags::among(tags.iter().map(String::as_str), requests),
                None => SiblingTags::new(requests),
            },
            knows_all_tags: tags.is_some(),
            limits,
        }
    }

    /// Shares the blobs with other copies from the same repository to the same destination.
    pub(super) fn sharing(self, blobs: SharedBlobs) -> Self {
        Self { blobs, ..self }
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
        self.limits.requests.max()
    }

    /// Waits for a permit to make a request.
    pub(super) async fn request(&self) -> Option<SemaphorePermit<'_>> {
        self.limits.requests.acquire().await
    }

    fn report(&self, manifest: &Manifest, outcome: Outcome) {
        let descriptor = manifest.plain_descriptor();
        self.options.progress.report(Event::Metadata { descriptor: &descriptor, outcome });
    }

    fn count(&self, add: impl FnOnce(&mut CopyStats)) {
        add(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
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
            tokio::try_join!(fetch, self.to.has_manifest(&digest))?
        };
        let manifest = match fetched {
            Ok(manifest) => manifest,
            Err(_) if exists || may_lack => return Ok(StepResult::Missing { digest, exists }),
            Err(e) => return Err(e),
        };
        if exists {
            self.report(&manifest, Outcome::AlreadyExists);
        }
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

    /// Fetches the manifest that a name of the source leads to.
    pub(super) async fn find_root(
        &self,
        name: &TagOrDigest,
        tags: Vec<String>,
    ) -> Result<StepResult> {
        let _permit = self.request().await;
        let manifest = fetch_manifest(&*self.from, name).await?.without_guard();
        Ok(StepResult::Root(Box::new(manifest), tags))
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
        let large = self.limits.large_manifests.acquire().await.ok();
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
        let _large = self.limits.large_blobs.acquire(blob).await;
        let _permit = self.request().await;
        let outcome = match self
            .push_blob(blob, LargeBlobLimiter::requests_for_one(self.limits.requests.max()))
            .await
        {
            // The damage may be in the parts of the blob: retry once in one piece.
            Err(e) if e.code() == Code::DigestMismatch => {
                tracing::info!(error = %e, "copying a damaged blob again");
                self.push_blob(blob, 1).await?
            }
            Err(e) if is_refused_empty_blob(blob, &e) && blob.data.is_some() => {
                tracing::warn!(error = %e, "the registry does not store a blob without content");
                let outcome = Outcome::Uploaded;
                self.options.progress.report(Event::Finished { blob, outcome });
                return Ok(());
            }
            result => result?,
        };
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

    /// Pushes a blob, which is read through up to `max_requests` concurrent requests.
    async fn push_blob(&self, blob: &Descriptor, max_requests: usize) -> Result<Outcome> {
        let source: Arc<dyn Source> = match blob.inline() {
            Some(bytes) => Arc::new(bytes),
            None => Arc::new(CopiedBlob {
                store: Arc::clone(&self.from),
                blob: blob.clone(),
                max_requests,
                mounts: self.options.destination_client.is_none(),
            }),
        };
        push_reported(&*self.to, blob, source, &self.options.progress).await
    }

    /// Returns an attestation that the index of the source lists for an image, or `None` if the source does
    /// not have it. The index is not copied, so one without a subject gets the image as its subject, as
    /// BuildKit writes it since version 0.32: nothing else would name it at the destination.
    pub(super) async fn attestation(
        &self,
        listed: &Descriptor,
        image: &Manifest,
    ) -> Result<Option<Manifest>> {
        let _permit = self.request().await;
        let manifest = match self.fetch(&listed.digest).await {
            Ok(manifest) => manifest,
            Err(e) if e.code() == Code::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        if manifest.subject().is_some() {
            return Ok(Some(manifest));
        }
        let subject = image.plain_descriptor();
        match as_referrer(&manifest, media_type::BUILDKIT_ATTESTATION, &subject) {
            Ok(referrer) => Ok(Some(referrer)),
            Err(reason) => {
                tracing::warn!(digest = %listed.digest, reason, "an attestation gets no subject");
                Ok(Some(manifest))
            }
        }
    }

    /// Finds the manifests of the sibling tags of a manifest. A tag stays at the destination if it names
    /// there what that of the source lacks.
    pub(super) async fn find_siblings(
        &self,
        subject: &Digest,
        is_image: bool,
    ) -> Result<StepResult> {
        let found = match is_image && !self.knows_all_tags {
            true => self.siblings.manifests_asked_for(&*self.from, subject).await?,
            false => self.siblings.manifests_of(&*self.from, subject).await?,
        };
        let lost = |tag| KeptTag { tag, reason: "the source has lost its manifest".to_owned() };
        let mut siblings = FoundSiblings {
            found: Vec::new(),
            kept: found.dangling.into_iter().map(lost).collect(),
            covered: Vec::new(),
            problems: found.list.problems,
        };
        for (tag, manifest) in found.list.entries {
            let name = TagOrDigest::Tag(tag.clone());
            let _permit = self.request().await;
            let reason = match fetch_manifest(&*self.to, &name).await {
                Ok(existing) if existing.digest() == manifest.digest() => {
                    siblings.found.push(FoundSibling { manifest, tag, is_tagged: true });
                    continue;
                }
                // The destination has more, for example another signature.
                Ok(existing) if covers(&existing, &manifest) => {
                    siblings.covered.push(tag);
                    continue;
                }
                Ok(existing) => lacked_by(&manifest, &existing).map(|lacked| {
                    let of = &lacked.digest;
                    format!(
                        "at the destination it names another manifest, with {of}, which that of the \
                         source lacks"
                    )
                }),
                Err(e) if e.code() == Code::NotFound => None,
                Err(e) if e.is_of_one_manifest() => {
                    Some(format!("what it names at the destination cannot be read: {}", e.message()))
                }
                Err(e) => return Err(e),
            };
            match reason {
                None => siblings.found.push(FoundSibling { manifest, tag, is_tagged: false }),
                Some(reason) => siblings.kept.push(KeptTag { tag, reason }),
            }
        }
        Ok(StepResult::Siblings(siblings))
    }

    /// Writes a manifest with its tags. Fetches it again if it was not kept. Returns the sibling tags that
    /// the destination refused.
    pub(super) async fn write(
        &self,
        found: FoundManifest,
        tags: &[String],
        siblings: Vec<String>,
    ) -> Result<Vec<KeptTag>> {
        let exists = found.exists;
        let (manifest, _held) = match found.manifest {
            Some((manifest, charge)) => (manifest, (Some(charge), None)),
            None => {
                let large = self.limits.large_manifests.acquire().await.ok();
                let _permit = self.request().await;
                (self.fetch(&found.digest).await?, (None, large))
            }
        };
        let _permit = self.request().await;
        let mut kept = Vec::new();
        let all: Vec<String> = tags.iter().chain(&siblings).cloned().collect();
        match self.to.push_manifest(&manifest, &all).await {
            Ok(()) => {}
            // A registry can refuse to change a tag, for example one that is immutable.
            Err(refused) if !siblings.is_empty() && is_refusal(&refused) => {
                if self.to.push_manifest(&manifest, tags).await.is_err() {
                    return Err(refused);
                }
                let reason = format!("the destination refused it: {}", refused.message());
                let keep = |tag| KeptTag { tag, reason: reason.clone() };
                kept.extend(siblings.into_iter().map(keep));
            }
            Err(e) => return Err(e),
        }
        if !exists {
            self.report(&manifest, Outcome::Uploaded);
            self.count(|stats| {
                stats.manifests += 1;
                stats.bytes += manifest.bytes().len() as u64;
            });
        }
        Ok(kept)
    }
}

fn is_refusal(error: &Error) -> bool {
    error.status().is_some_and(|status| (400..500).contains(&status) && status != 429)
}
