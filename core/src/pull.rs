//! Pull: an artifact's files, checked, into a directory.
//!
//! A file is written beside its place under a hidden name, digested on the way, and renamed when it
//! is whole: nothing partial ever has its final name.

use std::{
    collections::HashSet,
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::{Semaphore, mpsc};

use crate::{
    archive,
    client::concurrency,
    descriptor::{Descriptor, annotation},
    digest::{Digest, Verifier},
    error::{Code, Error, Result},
    files::{self, StagedFile},
    manifest::Manifest,
    media_type,
    options::{PullOptions, PullResult, PulledFile},
    progress::{Event, Outcome},
    push::{by_digest, off_thread},
    reference::Reference,
    store::{ByteStream, Store},
};

const LARGE: u64 = 8 * 1024 * 1024;
const LARGE_AT_ONCE: usize = 4;
/// Chunks between the socket and the disk.
const AHEAD: usize = 16;

pub(crate) async fn pull(
    store: Arc<dyn Store>,
    reference: &Reference,
    options: PullOptions,
) -> Result<Vec<PullResult>> {
    let manifest = store.fetch_manifest(&reference.name()?).await?;
    let manifests = match &options.artifact_type {
        None => vec![manifest],
        Some(wanted) => {
            let referrers = store.referrers(manifest.digest(), Some(wanted)).await?;
            if referrers.is_empty() {
                return Err(Error::new(
                    Code::NotFound,
                    format!("nothing of type {wanted} refers to it"),
                )
                .with_hint(format!("`ocigraph discover {reference}` shows what does")));
            }
            let store = &store;
            stream::iter(referrers)
                .map(|referrer| async move { store.fetch_manifest(&by_digest(&referrer)).await })
                .buffered(concurrency(options.concurrency))
                .try_collect()
                .await?
        }
    };
    let work = Arc::new(Work {
        store,
        output: if options.output.as_os_str().is_empty() {
            ".".into()
        } else {
            options.output.clone()
        },
        options,
        large: Semaphore::new(LARGE_AT_ONCE),
    });
    check_collisions(&work, &manifests)?;
    let mut results = Vec::with_capacity(manifests.len());
    for manifest in manifests {
        results.push(pull_one(&work, reference, &manifest).await?);
    }
    Ok(results)
}

struct Work {
    store: Arc<dyn Store>,
    output: PathBuf,
    options: PullOptions,
    large: Semaphore,
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
        .with_hint("pull one of its manifests by digest; `ocigraph manifest fetch` shows them"));
    }
    let (titled, skipped): (Vec<_>, Vec<_>) =
        manifest.content().cloned().partition(|blob| blob.title().is_some());
    let each = titled.into_iter().map(|blob| pull_blob(Arc::clone(work), blob));
    let files = stream::iter(each)
        .buffered(concurrency(work.options.concurrency))
        .try_collect::<Vec<_>>()
        .await?;
    let skipped = skipped.into_iter().filter(|b| b.media_type != media_type::EMPTY).collect();
    Ok(PullResult {
        reference: reference.at(manifest.digest().clone()),
        descriptor: manifest.descriptor(),
        files: files.into_iter().flatten().collect(),
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

async fn pull_blob(work: Arc<Work>, blob: Descriptor) -> Result<Vec<PulledFile>> {
    let title = blob.title().unwrap_or_default().to_owned();
    let unpack = is_packed(&blob);
    let target = target_of(&work, &blob, &title)?;
    let finished = |outcome| {
        work.options.progress.report(Event::Finished { blob: &blob, outcome });
        Ok(vec![PulledFile { path: target.clone(), descriptor: blob.clone(), outcome }])
    };
    if !unpack {
        let (path, expected) = (target.clone(), blob.clone());
        let keep = work.options.keep_old_files;
        let there = off_thread(move || already_there(&path, &expected, keep)).await?;
        if let Some(outcome) = there {
            return finished(outcome);
        }
    }
    let _large = match blob.size {
        LARGE.. => work.large.acquire().await.ok(),
        _ => None,
    };
    work.options.progress.report(Event::Started { blob: &blob });
    let stream = match inline_data(&blob) {
        Some(bytes) => stream::iter([Ok(bytes)]).boxed(),
        None => work.store.fetch_blob(&blob, 0).await?,
    };
    let (sender, receiver) = mpsc::channel(AHEAD);
    let writer = {
        let (work, blob, target) = (Arc::clone(&work), blob.clone(), target.clone());
        off_thread(move || {
            if unpack {
                unpack_blob(&work, &blob, Chunks::new(receiver))
            } else {
                write_blob(&target, &blob, work.options.keep_old_files, receiver)
            }
        })
    };
    let (fed, written) = tokio::join!(feed(stream, sender, &work, &blob), writer);
    // The writer knows more when it stopped taking; else the network's error is the cause.
    match (fed, written) {
        (Err(e), _) if e.code() != Code::Cancelled => Err(e),
        (_, Err(e)) => Err(e),
        (_, Ok(outcome)) => finished(outcome),
    }
}

/// Content that came along in the descriptor, when it is what the descriptor says.
fn inline_data(blob: &Descriptor) -> Option<Bytes> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(blob.data.as_deref()?).ok()?;
    let digest = blob.digest.algorithm().ok()?.digest(&bytes);
    (bytes.len() as u64 == blob.size && digest == blob.digest).then(|| bytes.into())
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
) -> Result<()> {
    let stopped = || Error::new(Code::Cancelled, "the writer stopped");
    let mut position = 0;
    while let Some(chunk) = stream.try_next().await? {
        position += chunk.len() as u64;
        sender.send(Piece::Bytes(chunk)).await.map_err(|_| stopped())?;
        work.options.progress.report(Event::Moved { blob, position });
    }
    sender.send(Piece::End).await.map_err(|_| stopped())
}

fn write_blob(
    target: &Path,
    blob: &Descriptor,
    keep: bool,
    mut pieces: mpsc::Receiver<Piece>,
) -> Result<Outcome> {
    let mut verifier = Verifier::new(blob)?;
    let mut file = StagedFile::create(target)?;
    loop {
        match pieces.blocking_recv() {
            Some(Piece::Bytes(bytes)) => {
                verifier.update(&bytes)?;
                file.write_all(&bytes).map_err(|e| Error::io("write", target, e))?;
            }
            Some(Piece::End) => break,
            None => return Err(Error::new(Code::Cancelled, "the transfer was given up")),
        }
    }
    verifier.finish()?;
    file.commit(keep)?;
    Ok(Outcome::Written)
}

fn unpack_blob(work: &Work, blob: &Descriptor, mut chunks: Chunks) -> Result<Outcome> {
    chunks.verifier = Some(Verifier::new(blob)?);
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

/// The pieces as a reader that checks the blob, and ends in an error when it was wrong.
struct Chunks {
    pieces: mpsc::Receiver<Piece>,
    current: Bytes,
    verifier: Option<Verifier>,
    failure: Option<Error>,
}

impl Chunks {
    fn new(pieces: mpsc::Receiver<Piece>) -> Self {
        Self { pieces, current: Bytes::new(), verifier: None, failure: None }
    }

    fn fail(&mut self, error: Error) -> std::io::Error {
        let text = error.to_string();
        self.failure = Some(error);
        std::io::Error::other(text)
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => {
                    if let Some(Err(e)) = self.verifier.as_mut().map(|v| v.update(&bytes)) {
                        return Err(self.fail(e));
                    }
                    self.current = bytes;
                }
                Some(Piece::End) => {
                    return match self.verifier.take().map(Verifier::finish) {
                        Some(Err(e)) => Err(self.fail(e)),
                        _ => Ok(0),
                    };
                }
                None if self.verifier.is_none() => return Ok(0),
                None => {
                    return Err(self.fail(Error::new(Code::Cancelled, "the transfer was given up")));
                }
            }
        }
        let n = self.current.len().min(buffer.len());
        buffer[..n].copy_from_slice(&self.current.split_to(n));
        Ok(n)
    }
}
