//! Copy: an artifact, or its whole graph, from any store to any other.
//!
//! What is found is being copied while the rest is still being discovered. A manifest is written
//! when all it refers to is there, and tags last, so that a copy that breaks anywhere leaves a
//! smaller graph that is whole. Bytes are handed on as they are.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use futures::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, FuturesUnordered},
};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use crate::{
    choose::manifest_for,
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    manifest::Manifest,
    options::{CopiedBlobs, CopyOptions, CopyReport},
    progress::Outcome,
    reference::{Name, Reference},
    store::{Source, Store, StoredBlob, push_reported},
    work::{LargeBlobs, bounded, concurrency},
};

pub(crate) async fn copy(
    from: Arc<dyn Store>,
    source: &Reference,
    to: Arc<dyn Store>,
    destination: &Reference,
    options: CopyOptions,
) -> Result<CopyReport> {
    let root = manifest_for(from.as_ref(), &source.name()?, options.platform.as_ref()).await?;
    if let Some(expected) = destination.digest().filter(|digest| *digest != root.digest()) {
        return Err(Error::new(
            Code::DigestMismatch,
            format!("what is copied has the digest {}, not {expected}", root.digest()),
        )
        .with_hint("leave the digest of the destination out"));
    }
    let recursive = options.recursive;
    let at_once = concurrency(options.concurrency);
    let work = Work {
        from,
        to,
        options,
        at_once,
        requests: Semaphore::new(at_once),
        large: LargeBlobs::new(),
        blobs: Mutex::default(),
        tally: Mutex::default(),
    };
    if recursive {
        check_listed(work.from.as_ref(), at_once).await?;
    }
    let tags = destination.tags();
    Walk::new(&work, &root, tags).run(root.clone()).await?;
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
async fn check_listed(from: &dyn Store, at_once: usize) -> Result<()> {
    let listed = from.untagged().await?;
    let read = listed.into_iter().map(|listed| async move {
        from.fetch_manifest(&Name::from(&listed)).await.map_err(|e| {
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
struct Tally {
    manifests: usize,
    blobs: CopiedBlobs,
    bytes: u64,
}

/// What the steps of one copy share.
struct Work {
    from: Arc<dyn Store>,
    to: Arc<dyn Store>,
    options: CopyOptions,
    at_once: usize,
    requests: Semaphore,
    large: LargeBlobs,
    /// A blob that several manifests share is copied once.
    blobs: Mutex<HashMap<Digest, Arc<OnceCell<()>>>>,
    tally: Mutex<Tally>,
}

impl Work {
    async fn request(&self) -> Option<SemaphorePermit<'_>> {
        self.requests.acquire().await.ok()
    }

    fn count(&self, add: impl FnOnce(&mut Tally)) {
        add(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn is_there(&self, manifest: &Digest) -> Result<bool> {
        match self.to.resolve(&Name::Digest(manifest.clone())).await {
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
    ) -> Result<Done> {
        let fetch = async {
            let name = Name::Digest(wanted.clone());
            match known {
                Some(manifest) => Ok(Some(manifest)),
                None => match self.from.fetch_manifest(&name).await {
                    Err(e) if as_subject && e.code() == Code::NotFound => Ok(None),
                    fetched => fetched.map(Some),
                },
            }
        };
        let (manifest, there) = {
            let _permit = self.request().await;
            tokio::try_join!(fetch, self.is_there(&wanted))?
        };
        let Some(manifest) = manifest else { return Ok(Done::Dangling(wanted)) };
        if !there {
            let blobs = manifest.content().filter(|b| self.options.foreign || !b.is_foreign());
            // Not a closure in `map`: its borrow would have to outlive the stream.
            let each: Vec<_> = blobs.map(|blob| self.copy_blob(blob)).collect();
            stream::iter(each).buffer_unordered(self.at_once).try_collect::<()>().await?;
        }
        Ok(Done::Prepared { manifest: Box::new(manifest), there })
    }

    async fn copy_blob(&self, blob: &Descriptor) -> Result<()> {
        let once = {
            let mut blobs = self.blobs.lock().unwrap_or_else(PoisonError::into_inner);
            let once = Arc::clone(blobs.entry(blob.digest.clone()).or_default());
            bounded(blobs.len(), self.from.entries())?;
            once
        };
        once.get_or_try_init(|| self.copy_blob_once(blob)).await.copied()
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
            Outcome::Existed => tally.blobs.existed += 1,
            Outcome::Mounted => tally.blobs.mounted += 1,
            _ => {
                tally.blobs.copied += 1;
                tally.bytes += blob.size;
            }
        });
        Ok(())
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

/// What a step found out or did.
enum Done {
    Prepared {
        manifest: Box<Manifest>,
        there: bool,
    },
    /// A subject that the source does not have either.
    Dangling(Digest),
    Written(Digest),
    Referrers(Vec<Descriptor>),
    Announced,
}

type Step<'a> = BoxFuture<'a, Result<Done>>;

/// Which manifests wait for which, and the steps under way.
struct Walk<'a> {
    work: &'a Work,
    root: Digest,
    /// What the root is tagged when it is written; nothing when its graph comes first.
    tags: &'a [String],
    steps: FuturesUnordered<Step<'a>>,
    begun: HashSet<Digest>,
    asked: HashSet<Digest>,
    written: HashSet<Digest>,
    waiting: HashMap<Digest, (Manifest, usize)>,
    waiters: HashMap<Digest, Vec<Digest>>,
    /// What was there, by its subject: a copy that was killed may not have come to the list of
    /// referrers that clients keep.
    unannounced: HashMap<Digest, Vec<Descriptor>>,
}

impl<'a> Walk<'a> {
    fn new(work: &'a Work, root: &Manifest, tags: &'a [String]) -> Self {
        Self {
            work,
            root: root.digest().clone(),
            tags: if work.options.recursive { &[] } else { tags },
            steps: FuturesUnordered::new(),
            begun: HashSet::new(),
            asked: HashSet::new(),
            written: HashSet::new(),
            waiting: HashMap::new(),
            waiters: HashMap::new(),
            unannounced: HashMap::new(),
        }
    }

    async fn run(mut self, root: Manifest) -> Result<()> {
        self.ask_referrers(root.digest());
        self.begin(root.digest(), Some(root.clone()), false);
        self.take_steps().await?;
        for (subject, referrers) in std::mem::take(&mut self.unannounced) {
            let work = self.work;
            self.steps.push(Box::pin(async move {
                let _permit = work.request().await;
                work.to.announce(&subject, &referrers).await?;
                Ok(Done::Announced)
            }));
        }
        self.take_steps().await?;
        match self.waiting.keys().next() {
            None => Ok(()),
            Some(digest) => {
                Err(Error::new(Code::Internal, format!("{digest} waits for what was never copied")))
            }
        }
    }

    async fn take_steps(&mut self) -> Result<()> {
        while let Some(done) = self.steps.next().await {
            match done? {
                Done::Prepared { manifest, there } => self.prepared(*manifest, there),
                Done::Dangling(digest) | Done::Written(digest) => self.finish(digest),
                Done::Referrers(referrers) => {
                    for referrer in referrers {
                        self.ask_referrers(&referrer.digest);
                        self.begin(&referrer.digest, None, false);
                    }
                }
                Done::Announced => {}
            }
            bounded(self.begun.len().max(self.asked.len()), self.work.from.entries())?;
        }
        Ok(())
    }

    fn begin(&mut self, digest: &Digest, known: Option<Manifest>, as_subject: bool) {
        if !self.begun.insert(digest.clone()) {
            return;
        }
        self.steps.push(Box::pin(self.work.prepare(digest.clone(), known, as_subject)));
    }

    fn ask_referrers(&mut self, digest: &Digest) {
        if !self.work.options.recursive || !self.asked.insert(digest.clone()) {
            return;
        }
        let (work, digest) = (self.work, digest.clone());
        self.steps.push(Box::pin(async move {
            let _permit = work.request().await;
            Ok(Done::Referrers(work.from.referrers(&digest, None).await?))
        }));
    }

    fn prepared(&mut self, manifest: Manifest, there: bool) {
        for child in manifest.children() {
            if self.work.options.recursive {
                self.ask_referrers(&child.digest);
            }
            if !there {
                self.begin(&child.digest, None, false);
            }
        }
        if there {
            return self.already(manifest);
        }
        if let Some(subject) = manifest.subject() {
            self.begin(&subject.digest, None, true);
        }
        let needed: HashSet<Digest> = manifest
            .children()
            .chain(manifest.subject())
            .map(|needed| needed.digest.clone())
            .filter(|needed| !self.written.contains(needed))
            .collect();
        if needed.is_empty() {
            return self.write(manifest);
        }
        let digest = manifest.digest().clone();
        self.waiting.insert(digest.clone(), (manifest, needed.len()));
        for needed in needed {
            self.waiters.entry(needed).or_default().push(digest.clone());
        }
    }

    /// A manifest that is there has all it refers to; the root may be there without its tags.
    fn already(&mut self, manifest: Manifest) {
        if *manifest.digest() == self.root && !self.tags.is_empty() {
            return self.write(manifest);
        }
        if let Some(subject) = manifest.subject() {
            self.unannounced.entry(subject.digest.clone()).or_default().push(manifest.descriptor());
        }
        self.finish(manifest.digest().clone());
    }

    fn write(&mut self, manifest: Manifest) {
        let work = self.work;
        let tags = if *manifest.digest() == self.root { self.tags } else { &[] };
        self.steps.push(Box::pin(async move {
            work.push(&manifest, tags).await?;
            Ok(Done::Written(manifest.digest().clone()))
        }));
    }

    fn finish(&mut self, digest: Digest) {
        for waiter in self.waiters.remove(&digest).unwrap_or_default() {
            let Some((_, left)) = self.waiting.get_mut(&waiter) else { continue };
            *left -= 1;
            if *left == 0
                && let Some((manifest, _)) = self.waiting.remove(&waiter)
            {
                self.write(manifest);
            }
        }
        self.written.insert(digest);
    }
}
