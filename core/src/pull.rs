//! Pull: an artifact's files, checked, into a directory.
//!
//! A file is written beside its place under a hidden name, digested on the way, and renamed when it
//! is whole: nothing partial ever has its final name.

use std::{
    collections::HashSet,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;

use crate::{
    archive,
    choose::manifest_for,
    descriptor::{Descriptor, annotation},
    digest::{Digest, Verifier},
    error::{Code, Error, Result},
    files,
    manifest::Manifest,
    media_type,
    memory::{Charge, Weight},
    options::{PullOptions, PullResult, PulledFile},
    progress::{Event, Outcome},
    reference::{Name, Reference},
    staged::StagedFile,
    store::{ByteStream, Store},
    work::{LargeBlobs, concurrency, off_thread},
};

/// A chain of subjects is a few manifests long; a registry could make one that never ends.
const SUBJECTS: usize = 1_000;

/// Chunks between the socket and the disk.
const AHEAD: usize = 16;

pub(crate) async fn pull(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: PullOptions,
) -> Result<Vec<PullResult>> {
    let kept = Mutex::new(store.memory().charge());
    let manifest =
        manifest_for(store.as_ref(), &reference.name()?, options.platform.as_ref()).await?;
    let manifest = keep(&kept, manifest)?;
    let mut manifests = match &options.artifact_type {
        None => vec![manifest],
        Some(wanted) => {
            // A part of what is meant would be taken for all of it.
            let referrers = store.referrers(manifest.digest(), Some(wanted)).await?.complete()?;
            if referrers.is_empty() {
                return Err(Error::new(
                    Code::NotFound,
                    format!("nothing of type {wanted} refers to it"),
                )
                .with_hint(format!("`ocigraph discover {reference}` shows what does")));
            }
            let (store, kept) = (&store, &kept);
            stream::iter(referrers)
                .map(|referrer| async move {
                    let manifest = store.fetch_manifest(&Name::from(&referrer)).await?;
                    keep(kept, manifest)
                })
                .buffered(concurrency(options.concurrency))
                .try_collect()
                .await?
        }
    };
    if options.include_subject {
        add_subjects(store.as_ref(), &mut manifests, &kept).await?;
    }
    let work = Arc::new(Work {
        store,
        output: if options.output.as_os_str().is_empty() {
            ".".into()
        } else {
            options.output.clone()
        },
        options,
        large: LargeBlobs::new(),
    });
    check_collisions(&work, &manifests)?;
    let mut results = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        results.push(pull_one(&work, reference, &manifest).await?);
    }
    Ok(results)
}

/// Counts a manifest that is kept until all are pulled.
fn keep(kept: &Mutex<Charge>, manifest: Manifest) -> Result<Manifest> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).add(manifest.weight())?;
    Ok(manifest.kept())
}

/// Appends what the manifests refer to, and what that refers to in turn. An index is no artifact,
/// and has nothing to write.
async fn add_subjects(
    store: &dyn Store,
    manifests: &mut Vec<Manifest>,
    kept: &Mutex<Charge>,
) -> Result<()> {
    let mut seen: HashSet<Digest> = manifests.iter().map(|m| m.digest().clone()).collect();
    let mut next: Vec<Descriptor> =
        manifests.iter().filter_map(Manifest::subject).cloned().collect();
    while let Some(subject) = next.pop() {
        if !seen.insert(subject.digest.clone()) {
            continue;
        }
        if seen.len() > SUBJECTS {
            return Err(Error::new(
                Code::TooLarge,
                format!("more than {SUBJECTS} manifests refer to one another"),
            ));
        }
        let subject = store.fetch_manifest(&Name::from(&subject)).await?;
        next.extend(subject.subject().cloned());
        if !subject.is_index() {
            manifests.push(keep(kept, subject)?);
        }
    }
    Ok(())
}

struct Work {
    store: Arc<dyn Store>,
    output: PathBuf,
    options: PullOptions,
    large: LargeBlobs,
}

async fn pull_one(
    work: &Arc<Work>,
    reference: &Reference,
    manifest: &Manifest,
) -> Result<PullResult> {
    if manifest.is_index() {
        return Err(Error::new(
            Code::InvalidArgument,
            format!(
                "{} is an index of {} manifests, not an artifact",
                manifest.digest(),
                manifest.manifests().len()
            ),
        )
        .with_hint("choose one by --platform or digest; `ocigraph manifest fetch` shows them"));
    }
    let (titled, skipped): (Vec<_>, Vec<_>) =
        manifest.content().cloned().partition(|blob| blob.title().is_some());
    let each = titled.into_iter().map(|blob| pull_blob(Arc::clone(work), blob));
    let files =
        stream::iter(each).buffered(concurrency(work.options.concurrency)).try_collect().await?;
    let skipped = skipped.into_iter().filter(|b| b.media_type != media_type::EMPTY).collect();
    Ok(PullResult {
        reference: reference.at(manifest.digest().clone()),
        descriptor: manifest.descriptor(),
        files,
        skipped,
    })
}

/// Several titles may not be one file: the last would win, whichever that is.
fn check_collisions(work: &Work, manifests: &[Manifest]) -> Result<()> {
    let mut seen: HashSet<(PathBuf, &Digest)> = HashSet::new();
    let mut paths: HashSet<PathBuf> = HashSet::new();
    for blob in manifests.iter().flat_map(Manifest::content) {
        let Some(title) = blob.title() else { continue };
        let path = target_of(work, blob, title)?;
        if seen.insert((path.clone(), &blob.digest)) && !paths.insert(path) {
            return Err(Error::new(
                Code::Conflict,
                format!("two different files have the title {title:?}"),
            )
            .with_hint("pull the artifacts one by one, by digest, into folders of their own"));
        }
    }
    Ok(())
}

fn is_packed(blob: &Descriptor) -> bool {
    blob.annotations.get(annotation::UNPACK).is_some_and(|v| v == "true")
}

fn target_of(work: &Work, blob: &Descriptor, title: &str) -> Result<PathBuf> {
    let place = if is_packed(blob) { files::safe_directory } else { files::safe_target };
    place(&work.output, title, work.options.allow_path_traversal)
}

async fn pull_blob(work: Arc<Work>, blob: Descriptor) -> Result<PulledFile> {
    let title = blob.title().unwrap_or_default().to_owned();
    let unpack = is_packed(&blob);
    let target = target_of(&work, &blob, &title)?;
    let finished = |outcome| {
        work.options.progress.report(Event::Finished { blob: &blob, outcome });
        Ok(PulledFile { path: target.clone(), descriptor: blob.clone(), outcome })
    };
    if !unpack {
        let (path, expected) = (target.clone(), blob.clone());
        let keep = work.options.keep_old_files;
        let there = off_thread(move || already_there(&path, &expected, keep)).await?;
        if let Some(outcome) = there {
            return finished(outcome);
        }
    }
    let _turn = work.large.turn(&blob).await;
    work.options.progress.report(Event::Started { blob: &blob });
    match transfer(&work, &blob, &target).await {
        // Damaged on its way, or in a partial file that was taken up: once more from the start.
        Err(e) if e.code() == Code::DigestMismatch => {
            tracing::info!(error = %e, "fetching it again");
            finished(transfer(&work, &blob, &target).await?)
        }
        done => finished(done?),
    }
}

async fn transfer(work: &Arc<Work>, blob: &Descriptor, target: &Path) -> Result<Outcome> {
    let staged = if is_packed(blob) {
        None
    } else {
        let (target, blob) = (target.to_path_buf(), blob.clone());
        Some(off_thread(move || StagedFile::begin(&target, &blob)).await?)
    };
    let offset = staged.as_ref().map_or(0, |(_, verifier)| verifier.seen());
    let stream = match blob.inline() {
        Some(bytes) => stream::iter([Ok(bytes.slice(offset as usize..))]).boxed(),
        None => work.store.fetch_blob(blob, offset).await?,
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    let writer = {
        let (work, blob) = (Arc::clone(work), blob.clone());
        off_thread(move || match staged {
            Some((file, verifier)) => {
                write_blob(file, Chunks::new(receiver, verifier), work.options.keep_old_files)
            }
            None => unpack_blob(&work, &blob, Chunks::new(receiver, Verifier::new(&blob)?)),
        })
    };
    let (fed, written) = tokio::join!(feed(stream, sender, work, blob, offset), writer);
    // The writer knows more when it stopped taking; else the network's error is the cause.
    match (fed, written) {
        (Err(e), _) if e.code() != Code::Cancelled => Err(e),
        (_, written) => written,
    }
}

fn already_there(path: &Path, blob: &Descriptor, keep: bool) -> Result<Option<Outcome>> {
    if files::is_identical(path, blob)? {
        return Ok(Some(Outcome::Unchanged));
    }
    Ok((keep && path.symlink_metadata().is_ok()).then_some(Outcome::Kept))
}

/// What the writer is sent: bytes, and at the end that this was all. A transfer that is dropped
/// never says so, and the writer throws away what it has.
enum Piece {
    Bytes(Bytes),
    End,
}

async fn feed(
    mut stream: ByteStream,
    sender: mpsc::Sender<Piece>,
    work: &Work,
    blob: &Descriptor,
    mut position: u64,
) -> Result<()> {
    let stopped = || Error::new(Code::Cancelled, "the writer stopped");
    while let Some(chunk) = stream.try_next().await? {
        position += chunk.len() as u64;
        sender.send(Piece::Bytes(chunk)).await.map_err(|_| stopped())?;
        work.options.progress.report(Event::Moved { blob, position });
    }
    sender.send(Piece::End).await.map_err(|_| stopped())
}

fn write_blob(mut file: StagedFile, mut chunks: Chunks, keep: bool) -> Result<Outcome> {
    while let Some(bytes) = chunks.next()? {
        file.append(&bytes)?;
    }
    file.commit(keep)?;
    Ok(Outcome::Written)
}

fn unpack_blob(work: &Work, blob: &Descriptor, mut chunks: Chunks) -> Result<Outcome> {
    let title = blob.title().unwrap_or_default();
    let content: Option<Digest> = match blob.annotations.get(annotation::CONTENT_DIGEST) {
        Some(text) => Some(text.parse()?),
        None => None,
    };
    let unpacked = archive::unpack(
        &mut chunks,
        title,
        &work.output,
        content.as_ref(),
        &work.options.unpack_limits,
        work.options.keep_old_files,
    );
    // A broken transfer or a wrong blob is the cause of whatever the archive then looked like.
    match chunks.failure.take() {
        Some(error) => Err(error),
        None => unpacked.map(|placed| match placed[..] {
            [] => Outcome::Unchanged,
            _ => Outcome::Written,
        }),
    }
}

/// The blob as it comes, checked: it ends in an error when it was wrong or was given up.
struct Chunks {
    pieces: mpsc::Receiver<Piece>,
    /// Gone once it has given its verdict on the whole.
    verifier: Option<Verifier>,
    /// What the reader has not taken yet.
    current: Bytes,
    /// Why the reader failed.
    failure: Option<Error>,
}

impl Chunks {
    fn new(pieces: mpsc::Receiver<Piece>, verifier: Verifier) -> Self {
        Self { pieces, verifier: Some(verifier), current: Bytes::new(), failure: None }
    }

    /// The next bytes; nothing at the end of a blob that is what it should be.
    fn next(&mut self) -> Result<Option<Bytes>> {
        let Some(verifier) = &mut self.verifier else { return Ok(None) };
        match self.pieces.blocking_recv() {
            Some(Piece::Bytes(bytes)) => verifier.update(&bytes).map(|()| Some(bytes)),
            Some(Piece::End) => {
                self.verifier.take().map_or(Ok(()), Verifier::finish).map(|()| None)
            }
            None => Err(Error::new(Code::Cancelled, "the transfer was given up")),
        }
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            match self.next() {
                Ok(Some(bytes)) => self.current = bytes,
                Ok(None) => return Ok(0),
                Err(error) => {
                    let text = error.to_string();
                    self.failure = Some(error);
                    return Err(std::io::Error::other(text));
                }
            }
        }
        let n = self.current.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.current.split_to(n));
        Ok(n)
    }
}
