//! The transfer of a pull: blobs out of the store, files into their places.
//!
//! No blob holds a blocking thread for its transfer, since a registry decides how long that takes:
//! bytes come in on the async threads and are written in short batches. Small files are kept in
//! memory until they are whole, and written many at a time. A packed directory is unpacked when all
//! of it is there; few are unpacked at once in the whole process.

use std::{
    io::Read,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Semaphore;

use super::files_of::{FilesOf, TitledFile};
use crate::{
    blocking::{check_cancelled, spawn_blocking},
    content::{
        archive::PackedDirectory,
        final_paths::FinalPaths,
        partial_file::{Leftovers, PartialFile},
        paths,
        progress::{Event, Outcome},
        same_file::{identical, is_same_file},
        source::{ByteStream, next_batch},
    },
    operation::pull::PullOptions,
    store::{
        ReadStore,
        limits::{LargeBlobLimiter, concurrency, patiently},
    },
};
use ocigraph_types::{Code, Digest, Error, Result, Verifier, annotation};

/// Up to here a file is kept in memory until it is whole.
const SMALL: u64 = 64 * 1024;

/// Small files that are written in one go. One thread does so: two would wait for the lock of the
/// directory.
const FILES_IN_A_BATCH: usize = 64;

/// Files that have come and wait to be written, before no more are fetched.
const WAITING: usize = 4 * FILES_IN_A_BATCH;

/// Directories that are unpacked at once, in the whole process: each takes a thread.
const UNPACKED_AT_ONCE: usize = 4;

/// What stands in a file's place before it is pulled.
enum Before {
    Nothing,
    /// It is left as it is.
    Final(Outcome),
    /// A file of the right size, which has to be digested.
    MayBeIdentical,
}

/// A blob that has come.
enum Fetched {
    /// A small file, whole and verified.
    Small(usize, Bytes),
    /// A file in its place.
    Placed(usize, Outcome),
}

pub(super) struct Transfer {
    store: Arc<dyn ReadStore>,
    options: PullOptions,
    paths: FinalPaths,
    leftovers: Leftovers,
    large: LargeBlobLimiter,
}

impl Transfer {
    /// CONFLICT when two files exclude each other; nothing is written then.
    pub(super) fn new(
        store: Arc<dyn ReadStore>,
        options: PullOptions,
        files: &FilesOf,
    ) -> Result<Arc<Self>> {
        let owners = files.all.iter().map(|file| file.owner()).collect();
        let paths = FinalPaths::claim(&options.output, owners)?;
        let targets = files.all.iter().map(|file| (file.path.as_path(), &file.blob));
        let leftovers = Leftovers::of(targets);
        Ok(Arc::new(Self { store, options, paths, leftovers, large: LargeBlobLimiter::new() }))
    }

    /// What became of each file, in their order.
    pub(super) async fn run(self: &Arc<Self>, files: &FilesOf) -> Result<Vec<Outcome>> {
        let files = &files.all;
        let before = self.look(Arc::clone(files)).await?;
        let mut outcomes: Vec<Option<Outcome>> = files.iter().map(|_| None).collect();
        let at_once = concurrency(self.options.concurrency);
        let fetches = before.into_iter().enumerate().map(|(i, before)| {
            let (this, file) = (Arc::clone(self), Arc::clone(&files[i]));
            async move { this.fetch(i, file, before).await }
        });
        let mut fetches = stream::iter(fetches).buffer_unordered(at_once).fuse();
        let mut come = Vec::new();
        let mut writing = None;
        loop {
            if writing.is_none() && !come.is_empty() {
                let batch = come.drain(..come.len().min(FILES_IN_A_BATCH)).collect();
                writing = Some(Box::pin(self.write_small(files, batch)));
            }
            let is_writing = writing.is_some();
            let written = async {
                match writing.as_mut() {
                    Some(writing) => Some(writing.await),
                    None => std::future::pending().await,
                }
            };
            // Transfers go on while files are written, and give descriptors back.
            let written = tokio::select! {
                fetched = fetches.next(), if come.len() < WAITING && !fetches.is_done() => {
                    come.extend(fetched.transpose()?);
                    continue;
                }
                written = written, if is_writing => written,
                else => break,
            };
            writing = None;
            for (i, outcome) in written.transpose()?.unwrap_or_default() {
                let blob = &files[i].blob;
                self.options.progress.report(Event::Finished { blob, outcome });
                outcomes[i] = Some(outcome);
            }
        }
        let this = Arc::clone(self);
        let written = Arc::clone(files);
        spawn_blocking(move || {
            this.leftovers.all_written(written.iter().map(|file| paths::parent(&file.path)));
            Ok(())
        })
        .await?;
        let lost = || Error::new(Code::Internal, "a file of the pull was forgotten");
        outcomes.into_iter().map(|outcome| outcome.ok_or_else(lost)).collect()
    }

    /// Tells that a file which another manifest has too is there already.
    pub(super) fn report_unchanged(&self, file: &TitledFile) {
        let (blob, outcome) = (&file.blob, Outcome::Unchanged);
        self.options.progress.report(Event::Finished { blob, outcome });
    }

    /// Looks at all places before the first transfer.
    async fn look(self: &Arc<Self>, files: Arc<[Arc<TitledFile>]>) -> Result<Vec<Before>> {
        let this = Arc::clone(self);
        spawn_blocking(move || {
            files
                .iter()
                .map(|file| {
                    check_cancelled().map_err(|e| Error::io("look at", &file.path, e))?;
                    if file.packed {
                        return Ok(Before::Nothing);
                    }
                    Ok(match file.path.symlink_metadata() {
                        Ok(there) if there.is_file() && there.len() == file.blob.size => {
                            Before::MayBeIdentical
                        }
                        Ok(_) if this.options.keep_old_files => {
                            Before::Final(Outcome::KeptExisting)
                        }
                        // What cannot be looked at cannot be written either, which says why.
                        _ => Before::Nothing,
                    })
                })
                .collect()
        })
        .await
    }

    async fn fetch(
        self: &Arc<Self>,
        i: usize,
        file: Arc<TitledFile>,
        before: Before,
    ) -> Result<Fetched> {
        match before {
            Before::Nothing => {}
            Before::Final(outcome) => return Ok(Fetched::Placed(i, outcome)),
            Before::MayBeIdentical => {
                if let Some(outcome) = self.already_there(i, &file).await? {
                    return Ok(Fetched::Placed(i, outcome));
                }
            }
        }
        let _turn = self.large.turn(&file.blob).await;
        self.options.progress.report(Event::Started { blob: &file.blob });
        match self.transfer(i, &file).await {
            // Damaged on its way, or in a partial file that was taken up: once more from the start.
            Err(e) if e.code() == Code::DigestMismatch => {
                tracing::info!(error = %e, "fetching it again");
                self.transfer(i, &file).await
            }
            done => done,
        }
    }

    async fn already_there(
        self: &Arc<Self>,
        i: usize,
        file: &Arc<TitledFile>,
    ) -> Result<Option<Outcome>> {
        let (this, file) = (Arc::clone(self), Arc::clone(file));
        spawn_blocking(move || {
            if let Some(digested) = identical(&file.path, &file.blob)? {
                let claim = this.paths.of(i);
                let mut writing = claim.writing();
                // Nothing of this pull is put in place while this is held: it is still what it was,
                // or another owner has replaced it under another name of the path.
                match file.path.symlink_metadata() {
                    Ok(there) if is_same_file(&there, &digested) => {
                        writing.check_not_placed(&file.path, &there)?;
                        writing.record_placed(&there);
                        return Ok(Some(Outcome::Unchanged));
                    }
                    Ok(there) => writing.check_not_placed(&file.path, &there)?,
                    Err(_) => {}
                }
            }
            Ok(this.options.keep_old_files.then_some(Outcome::KeptExisting))
        })
        .await
    }

    async fn transfer(self: &Arc<Self>, i: usize, file: &Arc<TitledFile>) -> Result<Fetched> {
        if file.blob.size <= SMALL {
            let bytes = self.fetch_small(file).await?;
            if !file.packed {
                return Ok(Fetched::Small(i, bytes));
            }
            let outcome = self.unpack(i, file, move || Ok(std::io::Cursor::new(bytes))).await?;
            return Ok(Fetched::Placed(i, outcome));
        }
        let partial = self.fetch_large(file).await?;
        let outcome = if file.packed {
            self.unpack(i, file, move || partial.into_reader()).await?
        } else {
            let (claim, keep) = (self.paths.of(i), self.options.keep_old_files);
            outcome_of(spawn_blocking(move || partial.commit(&claim, keep)).await?)
        };
        Ok(Fetched::Placed(i, outcome))
    }

    async fn fetch_small(&self, file: &TitledFile) -> Result<Bytes> {
        let blob = &file.blob;
        let mut verifier = Verifier::new(blob)?;
        let mut stream = self.open(file, 0).await?;
        let mut bytes = Vec::with_capacity(blob.size as usize);
        while let Some(chunk) = stream.try_next().await? {
            verifier.update(&chunk)?;
            bytes.extend_from_slice(&chunk);
            let position = verifier.seen();
            self.options.progress.report(Event::Moved { blob, position });
        }
        verifier.finish()?;
        Ok(bytes.into())
    }

    /// The blob in an unfinished file, whole and verified.
    async fn fetch_large(self: &Arc<Self>, file: &Arc<TitledFile>) -> Result<PartialFile> {
        let blob = &file.blob;
        let begin = || {
            let (this, file) = (Arc::clone(self), Arc::clone(file));
            spawn_blocking(move || match file.packed {
                false => PartialFile::begin(&file.path, &file.blob, &this.leftovers),
                true => {
                    let directory = this.beside(&file.path);
                    PartialFile::begin_in(directory, &file.path, &file.blob, &this.leftovers)
                }
            })
        };
        let (mut partial, mut verifier) = patiently(begin).await?;
        let mut stream = self.open(file, verifier.seen()).await?;
        let mut batch = next_batch(&mut stream).await?;
        while !batch.is_empty() {
            let write = spawn_blocking(move || {
                for bytes in &batch {
                    verifier.update(bytes)?;
                    partial.append(bytes)?;
                }
                Ok((partial, verifier))
            });
            // The next bytes arrive while these are digested and written.
            ((partial, verifier), batch) = futures::try_join!(write, next_batch(&mut stream))?;
            let position = verifier.seen();
            self.options.progress.report(Event::Moved { blob, position });
        }
        verifier.finish()?;
        Ok(partial)
    }

    /// Where the archive of a packed directory is kept while it comes.
    fn beside<'a>(&'a self, target: &'a Path) -> &'a Path {
        // The title `.` is the output directory itself, outside of which nothing is written.
        if *target == paths::plain(&self.options.output) { target } else { paths::parent(target) }
    }

    async fn open(&self, file: &TitledFile, offset: u64) -> Result<ByteStream> {
        match file.blob.inline() {
            Some(bytes) => Ok(stream::iter([Ok(bytes.slice(offset as usize..))]).boxed()),
            None => self.store.fetch_blob(&file.blob, offset).await,
        }
    }

    /// Unpacks a verified archive, when it is its turn.
    async fn unpack<R: Read>(
        self: &Arc<Self>,
        i: usize,
        file: &Arc<TitledFile>,
        archive: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> Result<Outcome> {
        let turns = unpacking_turns();
        let _turn = turns.acquire().await;
        let (this, file) = (Arc::clone(self), Arc::clone(file));
        spawn_blocking(move || {
            let content_digest = match file.blob.annotations.get(annotation::CONTENT_DIGEST) {
                Some(text) => Some(text.parse::<Digest>()?),
                None => None,
            };
            let directory = PackedDirectory {
                title: file.title(),
                output: &this.options.output,
                content_digest: content_digest.as_ref(),
                limits: &this.options.unpack_limits,
                keep_old: this.options.keep_old_files,
                claim: &this.paths.of(i),
                leftovers: &this.leftovers,
            };
            let placed = directory.unpack(WhileWanted(archive()?))?;
            Ok(if placed.is_empty() { Outcome::Unchanged } else { Outcome::Written })
        })
        .await
    }

    /// Writes the small files of a batch.
    async fn write_small(
        self: &Arc<Self>,
        files: &Arc<[Arc<TitledFile>]>,
        fetched: Vec<Fetched>,
    ) -> Result<Vec<(usize, Outcome)>> {
        let mut outcomes = Vec::with_capacity(fetched.len());
        let mut small = Vec::new();
        for fetched in fetched {
            match fetched {
                Fetched::Placed(i, outcome) => outcomes.push((i, outcome)),
                Fetched::Small(i, bytes) => small.push((i, bytes)),
            }
        }
        if small.is_empty() {
            return Ok(outcomes);
        }
        let small: Arc<[(usize, Bytes)]> = small.into();
        // What was written is not written again when a descriptor was lacking for the next.
        let done = Arc::new(Mutex::new(Vec::with_capacity(small.len())));
        patiently(|| {
            let (this, files, small) = (Arc::clone(self), Arc::clone(files), Arc::clone(&small));
            let done = Arc::clone(&done);
            spawn_blocking(move || {
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                for (i, bytes) in small.iter().skip(done.len()) {
                    let (claim, keep) = (this.paths.of(*i), this.options.keep_old_files);
                    let target = &files[*i].path;
                    let written = PartialFile::write(target, bytes, &claim, keep, &this.leftovers)?;
                    done.push((*i, outcome_of(written)));
                }
                Ok(())
            })
        })
        .await?;
        outcomes.append(&mut done.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(outcomes)
    }
}

fn outcome_of(written: bool) -> Outcome {
    if written { Outcome::Written } else { Outcome::KeptExisting }
}

/// The turns of this process. A forked process has turns of its own: those that its parent had given
/// away never come back to it.
fn unpacking_turns() -> Arc<Semaphore> {
    static TURNS: Mutex<Option<(u32, Arc<Semaphore>)>> = Mutex::new(None);
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    match &*turns {
        Some((owner, turns)) if *owner == process => Arc::clone(turns),
        _ => {
            let fresh = Arc::new(Semaphore::new(UNPACKED_AT_ONCE));
            *turns = Some((process, Arc::clone(&fresh)));
            fresh
        }
    }
}

/// Fails when the operation is dropped: an archive can take long to unpack.
struct WhileWanted<R>(R);

impl<R: Read> Read for WhileWanted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        check_cancelled()?;
        self.0.read(buffer)
    }
}
