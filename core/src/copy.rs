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
    list::{List, ListProblem, join, whole},
    manifest::Manifest,
    memory::{Charge, Weight},
    options::{CopiedBlobs, CopyOptions, CopyReport},
    progress::Outcome,
    reference::{Name, Reference},
    store::{Source, Store, StoredBlob, push_reported},
    work::{LargeBlobs, bounded, concurrency},
};

/// What a manifest that was found takes in the sets and maps of a walk.
const KNOWN: usize = 512;

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
    let problems = Walk::new(&work, &root, tags).run(root.clone()).await?;
    // What a tag names is taken to be whole: a part of a graph gets none.
    whole(&problems)?;
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
                    fetched => fetched.map(|manifest| Some(manifest.kept())),
                },
            }
        };
        let (manifest, there) = {
            let _permit = self.request().await;
            tokio::try_join!(fetch, self.is_there(&wanted))?
        };
        let Some(manifest) = manifest else { return Ok(Done::Dangling(wanted)) };
        // Until it is written, which may be after all that it waits for.
        let held = self.from.memory().charge().of(manifest.weight())?;
        if !there {
            let blobs = manifest.content().filter(|b| self.options.foreign || !b.is_foreign());
            // Not a closure in `map`: its borrow would have to outlive the stream.
            let each: Vec<_> = blobs.map(|blob| self.copy_blob(blob)).collect();
            stream::iter(each).buffer_unordered(self.at_once).try_collect::<()>().await?;
        }
        Ok(Done::Prepared { manifest: Box::new(Held { manifest, held }), there })
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
        manifest: Box<Held>,
        there: bool,
    },
    /// A subject that the source does not have either.
    Dangling(Digest),
    Written(Digest),
    Referrers(List<Descriptor>),
    Announced,
}

/// A manifest, and the memory that it is counted for.
struct Held {
    manifest: Manifest,
    #[expect(dead_code, reason = "gives the memory back when it is dropped")]
    held: Charge,
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
    waiting: HashMap<Digest, (Held, usize)>,
    waiters: HashMap<Digest, Vec<Digest>>,
    /// What was there, by its subject: a copy that was killed may not have come to the list of
    /// referrers that clients keep.
    unannounced: HashMap<Digest, Vec<Descriptor>>,
    /// What is kept of the graph, manifests aside.
    known: Charge,
    /// What could not be read of the source's lists.
    problems: Vec<ListProblem>,
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
            known: work.from.memory().charge(),
            problems: Vec::new(),
        }
    }

    /// Copies the graph, or what could be read of it; gives what could not.
    async fn run(mut self, root: Manifest) -> Result<Vec<ListProblem>> {
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
            None => Ok(self.problems),
            Some(digest) => {
                Err(Error::new(Code::Internal, format!("{digest} waits for what was never copied")))
            }
        }
    }

    async fn take_steps(&mut self) -> Result<()> {
        while let Some(done) = self.steps.next().await {
            match done? {
                Done::Prepared { manifest, there } => self.prepared(*manifest, there)?,
                Done::Dangling(digest) | Done::Written(digest) => self.finish(digest),
                Done::Referrers(mut referrers) => {
                    self.known.add(referrers.problems.weight())?;
                    join(&mut self.problems, std::mem::take(&mut referrers.problems));
                    self.known.add(referrers.entries.len() * KNOWN)?;
                    for referrer in referrers.entries {
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
            work.from.referrers(&digest, None).await.map(Done::Referrers)
        }));
    }

    fn prepared(&mut self, held: Held, there: bool) -> Result<()> {
        let manifest = &held.manifest;
        self.known.add(manifest.manifests().len() * KNOWN)?;
        for child in manifest.children() {
            if self.work.options.recursive {
                self.ask_referrers(&child.digest);
            }
            if !there {
                self.begin(&child.digest, None, false);
            }
        }
        if there {
            return self.already(held);
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
            self.write(held);
            return Ok(());
        }
        let digest = manifest.digest().clone();
        self.waiting.insert(digest.clone(), (held, needed.len()));
        for needed in needed {
            self.waiters.entry(needed).or_default().push(digest.clone());
        }
        Ok(())
    }

    /// A manifest that is there has all it refers to; the root may be there without its tags.
    fn already(&mut self, held: Held) -> Result<()> {
        let manifest = &held.manifest;
        if *manifest.digest() == self.root && !self.tags.is_empty() {
            self.write(held);
            return Ok(());
        }
        if let Some(subject) = manifest.subject() {
            let descriptor = manifest.descriptor();
            self.known.add(descriptor.weight())?;
            self.unannounced.entry(subject.digest.clone()).or_default().push(descriptor);
        }
        self.finish(manifest.digest().clone());
        Ok(())
    }

    fn write(&mut self, held: Held) {
        let work = self.work;
        let tags = if *held.manifest.digest() == self.root { self.tags } else { &[] };
        self.steps.push(Box::pin(async move {
            work.push(&held.manifest, tags).await?;
            Ok(Done::Written(held.manifest.digest().clone()))
        }));
    }

    fn finish(&mut self, digest: Digest) {
        for waiter in self.waiters.remove(&digest).unwrap_or_default() {
            let Some((_, left)) = self.waiting.get_mut(&waiter) else { continue };
            *left -= 1;
            if *left == 0
                && let Some((held, _)) = self.waiting.remove(&waiter)
            {
                self.write(held);
            }
        }
        self.written.insert(digest);
    }
}
