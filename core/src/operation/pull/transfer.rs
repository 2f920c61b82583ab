//! Transfers the blobs of a pull from the store into files.
//!
//! A transfer never occupies a blocking thread while it waits for a registry: async tasks receive
//! the bytes, and blocking threads write them in short batches. A small file stays in memory until
//! it is complete, and is written in a batch with others. A packed directory is unpacked once its
//! archive is complete; the whole process unpacks at most four archives concurrently.

use std::{
    io::Read,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Semaphore;

use super::{
    options::PullOptions,
    planned_files::{PlannedFile, PlannedFiles},
};
use crate::per_process::PerProcess;
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
    store::{
        ReadStore,
        concurrency::{LargeBlobLimiter, concurrency, retry_without_descriptors},
    },
};
use ocigraph_types::{Code, Digest, Error, Result, Verifier, annotation};

/// Maximum bytes of a file that stays in memory until it is complete.
const SMALL: u64 = 64 * 1024;

/// Small files that one blocking call writes. One thread writes them all, because two threads would
/// wait for the kernel's lock of the directory.
const BATCH: usize = 64;

/// Maximum fetched files that wait to be written. Fetching pauses at this number.
const MAX_WAITING: usize = 4 * BATCH;

/// Maximum directories that the process unpacks concurrently: each takes a blocking thread.
const MAX_UNPACKING: usize = 4;

/// The state of a file's path before the pull.
enum Existing {
    /// The path is free, or its content will be replaced.
    Replaceable,
    /// The file is not written, and this is its outcome.
    Final(Outcome),
    /// A file of the same size, which must be digested.
    MayBeIdentical,
}

/// A fetched blob. The number is the position of its file.
enum Fetched {
    /// A small file, complete and verified, not written yet.
    Small(usize, Bytes),
    /// A file at its final path.
    Placed(usize, Outcome),
}

/// The transfer of all files of a pull.
pub(super) struct Transfer {
    store: Arc<dyn ReadStore>,
    options: PullOptions,
    paths: FinalPaths,
    leftovers: Leftovers,
    large_blobs: LargeBlobLimiter,
    max_requests: usize,
}

impl Transfer {
    /// Plans the transfer. CONFLICT if two files need the same path; nothing is written then.
    pub(super) fn new(
        store: Arc<dyn ReadStore>,
        options: PullOptions,
        files: &PlannedFiles,
    ) -> Result<Arc<Self>> {
        let owners = files.all.iter().map(|file| file.owner()).collect();
        let paths = FinalPaths::claim(&options.output, owners)?;
        let targets = files.all.iter().map(|file| (file.path.as_path(), &file.blob));
        let leftovers = Leftovers::of(targets);
        Ok(Arc::new(Self {
            max_requests: concurrency(options.concurrency),
            store,
            options,
            paths,
            leftovers,
            large_blobs: LargeBlobLimiter::new(),
        }))
    }

    /// Transfers all files and returns their outcomes, in order.
    pub(super) async fn run(self: &Arc<Self>, files: &PlannedFiles) -> Result<Vec<Outcome>> {
        let files = &files.all;
        let existing = self.inspect(Arc::clone(files)).await?;
        let mut outcomes: Vec<Option<Outcome>> = files.iter().map(|_| None).collect();
        let fetches = existing.into_iter().enumerate().map(|(i, existing)| {
            let (this, file) = (Arc::clone(self), Arc::clone(&files[i]));
            async move { this.fetch(i, file, existing).await }
        });
        let mut fetches = stream::iter(fetches).buffer_unordered(self.max_requests).fuse();
        let mut waiting = Vec::new();
        let mut writing = None;
        loop {
            if writing.is_none() && !waiting.is_empty() {
                let batch = waiting.drain(..waiting.len().min(BATCH)).collect();
                writing = Some(Box::pin(self.write_small(files, batch)));
            }
            let is_writing = writing.is_some();
            let written = async {
                match writing.as_mut() {
                    Some(writing) => Some(writing.await),
                    None => std::future::pending().await,
                }
            };
            // Continue the transfers during a write: a write that lacks file descriptors waits until a
            // transfer closes some.
            let written = tokio::select! {
                fetched = fetches.next(), if waiting.len() < MAX_WAITING && !fetches.is_done() => {
                    waiting.extend(fetched.transpose()?);
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
        let lost = || Error::new(Code::Internal, "a file of the pull has no outcome");
        outcomes.into_iter().map(|outcome| outcome.ok_or_else(lost)).collect()
    }

    /// Reports a file that another manifest of this pull shares as unchanged.
    pub(super) fn report_unchanged(&self, file: &PlannedFile) {
        let (blob, outcome) = (&file.blob, Outcome::Unchanged);
        self.options.progress.report(Event::Finished { blob, outcome });
    }

    /// Inspects the paths of all files before the first transfer.
    async fn inspect(self: &Arc<Self>, files: Arc<[Arc<PlannedFile>]>) -> Result<Vec<Existing>> {
        let this = Arc::clone(self);
        spawn_blocking(move || {
            files
                .iter()
                .map(|file| {
                    check_cancelled().map_err(|e| Error::io("inspect", &file.path, e))?;
                    if file.packed {
                        return Ok(Existing::Replaceable);
                    }
                    Ok(match file.path.symlink_metadata() {
                        Ok(found) if found.is_file() && found.len() == file.blob.size => {
                            Existing::MayBeIdentical
                        }
                        Ok(_) if this.options.keep_old_files => {
                            Existing::Final(Outcome::KeptExisting)
                        }
                        // Writing to a path that cannot be inspected fails and gives the reason.
                        _ => Existing::Replaceable,
                    })
                })
                .collect()
        })
        .await
    }

    async fn fetch(
        self: &Arc<Self>,
        i: usize,
        file: Arc<PlannedFile>,
        existing: Existing,
    ) -> Result<Fetched> {
        match existing {
            Existing::Replaceable => {}
            Existing::Final(outcome) => return Ok(Fetched::Placed(i, outcome)),
            Existing::MayBeIdentical => {
                if let Some(outcome) = self.use_existing(i, &file).await? {
                    return Ok(Fetched::Placed(i, outcome));
                }
            }
        }
        let _permit = self.large_blobs.acquire(&file.blob).await;
        self.options.progress.report(Event::Started { blob: &file.blob });
        let max_requests = LargeBlobLimiter::requests_for_one(self.max_requests);
        match self.transfer(i, &file, max_requests).await {
            // The damage may be in the transfer, in its parts or in a resumed partial file: retry once from
            // the start, in one piece.
            Err(e) if e.code() == Code::DigestMismatch => {
                tracing::info!(error = %e, "fetching a damaged blob again");
                self.transfer(i, &file, 1).await
            }
            result => result,
        }
    }

    /// Digests an existing file of the same size. Returns the outcome if the file stays: it is
    /// identical, or existing files are kept.
    async fn use_existing(
        self: &Arc<Self>,
        i: usize,
        file: &Arc<PlannedFile>,
    ) -> Result<Option<Outcome>> {
        let (this, file) = (Arc::clone(self), Arc::clone(file));
        spawn_blocking(move || {
            if let Some(digested) = identical(&file.path, &file.blob)? {
                let claim = this.paths.of(i);
                let mut writing = claim.writing();
                // While this is held, this pull places no file. So either the file is still the one that
                // was digested, or another owner has replaced it through another name of the path.
                match file.path.symlink_metadata() {
                    Ok(found) if is_same_file(&found, &digested) => {
                        writing.check_not_placed(&file.path, &found)?;
                        writing.record_placed(&found);
                        return Ok(Some(Outcome::Unchanged));
                    }
                    Ok(found) => writing.check_not_placed(&file.path, &found)?,
                    Err(_) => {}
                }
            }
            Ok(this.options.keep_old_files.then_some(Outcome::KeptExisting))
        })
        .await
    }

    /// Transfers a file through up to `max_requests` concurrent requests.
    async fn transfer(
        self: &Arc<Self>,
        i: usize,
        file: &Arc<PlannedFile>,
        max_requests: usize,
    ) -> Result<Fetched> {
        if file.blob.size <= SMALL {
            let bytes = self.fetch_small(file).await?;
            if !file.packed {
                return Ok(Fetched::Small(i, bytes));
            }
            let outcome = self.unpack(i, file, move || Ok(std::io::Cursor::new(bytes))).await?;
            return Ok(Fetched::Placed(i, outcome));
        }
        let partial = self.fetch_large(file, max_requests).await?;
        let outcome = if file.packed {
            self.unpack(i, file, move || partial.into_reader()).await?
        } else {
            let (claim, keep) = (self.paths.of(i), self.options.keep_old_files);
            outcome_of(spawn_blocking(move || partial.commit(&claim, keep)).await?)
        };
        Ok(Fetched::Placed(i, outcome))
    }

    async fn fetch_small(&self, file: &PlannedFile) -> Result<Bytes> {
        let blob = &file.blob;
        let mut verifier = Verifier::new(blob)?;
        let mut stream = self.open(file, 0, 1).await?;
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

    /// Fetches a blob into a partial file, and verifies it.
    async fn fetch_large(
        self: &Arc<Self>,
        file: &Arc<PlannedFile>,
        max_requests: usize,
    ) -> Result<PartialFile> {
        let blob = &file.blob;
        let begin = || {
            let (this, file) = (Arc::clone(self), Arc::clone(file));
            spawn_blocking(move || match file.packed {
                false => PartialFile::begin(&file.path, &file.blob, &this.leftovers),
                true => {
                    let directory = this.archive_directory(&file.path);
                    PartialFile::begin_in(directory, &file.path, &file.blob, &this.leftovers)
                }
            })
        };
        let (mut partial, mut verifier) = retry_without_descriptors(begin).await?;
        let mut stream = self.open(file, verifier.seen(), max_requests).await?;
        let mut batch = next_batch(&mut stream).await?;
        while !batch.is_empty() {
            let digested = batch.clone();
            let digest = spawn_blocking(move || {
                digested.iter().try_for_each(|bytes| verifier.update(bytes))?;
                Ok(verifier)
            });
            let write = spawn_blocking(move || {
                batch.iter().try_for_each(|bytes| partial.append(bytes))?;
                Ok(partial)
            });
            // Digest and write a batch at the same time, and receive the next one meanwhile.
            (verifier, partial, batch) =
                futures::try_join!(digest, write, next_batch(&mut stream))?;
            let position = verifier.seen();
            self.options.progress.report(Event::Moved { blob, position });
        }
        verifier.finish()?;
        Ok(partial)
    }

    /// Returns the directory for the partial archive of a packed directory.
    fn archive_directory<'a>(&'a self, target: &'a Path) -> &'a Path {
        // The title `.` names the output directory itself, and a pull writes nothing outside of it.
        if *target == paths::plain(&self.options.output) { target } else { paths::parent(target) }
    }

    async fn open(
        &self,
        file: &PlannedFile,
        offset: u64,
        max_requests: usize,
    ) -> Result<ByteStream> {
        match file.blob.inline() {
            Some(bytes) => Ok(stream::iter([Ok(bytes.slice(offset as usize..))]).boxed()),
            // Its content is known, and not every registry stores it.
            None if file.blob.size == 0 => Ok(stream::empty().boxed()),
            None => self.store.fetch_blob_in_parts(&file.blob, offset, max_requests).await,
        }
    }

    /// Unpacks a verified archive. Waits until fewer than four archives are being unpacked.
    async fn unpack<R: Read>(
        self: &Arc<Self>,
        i: usize,
        file: &Arc<PlannedFile>,
        archive: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> Result<Outcome> {
        let permits = unpacking_permits();
        let _permit = permits.acquire().await;
        let (this, file) = (Arc::clone(self), Arc::clone(file));
        spawn_blocking(move || {
            let content_digest = match file.blob.annotations.get(annotation::CONTENT_DIGEST) {
                Some(text) => Some(text.parse::<Digest>()?),
                None => None,
            };
            let directory = PackedDirectory {
                title: &file.name,
                output: &this.options.output,
                content_digest: content_digest.as_ref(),
                limits: &this.options.unpack_limits,
                keep_old: this.options.keep_old_files,
                claim: &this.paths.of(i),
                leftovers: &this.leftovers,
            };
            let placed = directory.unpack(CancellableReader(archive()?))?;
            Ok(if placed.is_empty() { Outcome::Unchanged } else { Outcome::Written })
        })
        .await
    }

    /// Writes the small files of a batch, and returns the outcomes of all its files.
    async fn write_small(
        self: &Arc<Self>,
        files: &Arc<[Arc<PlannedFile>]>,
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
        // If a file lacks a descriptor, the retry continues with that file.
        let done = Arc::new(Mutex::new(Vec::with_capacity(small.len())));
        retry_without_descriptors(|| {
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

/// Returns the permits to unpack. A forked process has its own: permits that its parent held at the
/// fork would never return to it.
fn unpacking_permits() -> Arc<Semaphore> {
    static PERMITS: PerProcess<Semaphore> = PerProcess::new();
    PERMITS.get(|_| Semaphore::new(MAX_UNPACKING))
}

/// A reader that fails once the operation was dropped, because unpacking an archive can take long.
struct CancellableReader<R>(R);

impl<R: Read> Read for CancellableReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        check_cancelled()?;
        self.0.read(buffer)
    }
}
