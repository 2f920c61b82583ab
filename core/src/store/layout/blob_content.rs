//! Reads the content of a blob.
//!
//! A blob can be a symbolic or hard link to a file outside the layout: some tools build layouts of
//! links. An untrusted party may have chosen the target. So no byte of such a file is returned
//! before the whole file matches the digest. Each chunk is then compared with its digest from that
//! check, because the file can change in between. These digests are kept for a while: a client can read
//! a large blob in many parts, each of which would need the check of the whole file.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};

use super::{
    checked_links::{CheckedLinks, RunningCheck},
    dir_handle::refusal_error,
    inner::Inner,
    sync::lock,
};
use crate::{
    blocking::{check_cancelled, spawn_blocking},
    content::{
        file_stamp::FileStamp,
        regular_file::{Kind, Refused, open_regular},
        source::{ByteStream, stream_file},
        transfer_buffers::Transfer,
    },
};
use ocigraph_types::{Algorithm, Code, Descriptor, Digest, Error, Result, Verifier};

/// Bytes of a chunk of a linked file, which is verified and returned as a whole.
const MIN_CHUNK: u64 = 64 * 1024;
/// Maximum chunks of a file: those of a file of more than 2 GiB are larger.
const MAX_CHUNKS_OF_FILE: u64 = 32 * 1024;
/// Bytes that one blocking call digests, before other calls get the thread.
const BYTES_PER_CALL: u64 = 16 * 1024 * 1024;

/// A blob that is a file of the layout itself: see [`Layout::open_blob`](crate::Layout::open_blob).
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenBlob {
    /// The size of the blob, in bytes.
    pub size: u64,
    /// The file, which has the content of the blob from its beginning to its end.
    pub file: File,
    /// The content, if the blob is as small as the caller said.
    pub content: Option<Bytes>,
}

/// The open file of a blob.
#[derive(Debug)]
pub(super) struct BlobContent {
    file: File,
    path: PathBuf,
    blob: Descriptor,
    /// True if the file may be outside the layout.
    linked: bool,
    /// What a later change of the file changes, if that is certain.
    stamp: Option<FileStamp>,
}

impl Inner {
    /// Opens a blob for reading. NOT_FOUND if it does not exist, SIZE_MISMATCH if it has another
    /// size.
    pub(super) fn open_blob(&self, blob: &Descriptor) -> Result<BlobContent> {
        let path = self.directory.blob_path(&blob.digest);
        let (file, linked) = match self.open_own(&blob.digest) {
            Some(file) => (Ok(file), false),
            None => (open_regular(&path), true),
        };
        let file = file.map_err(|refused| match refused {
            Refused::Missing | Refused::Is(Kind::Dangling) => self.no_blob(&blob.digest),
            other => refusal_error("read", &path, "file", other),
        })?;
        let metadata = file.metadata().map_err(|e| Error::io("read", &path, e))?;
        let length = metadata.len();
        if length != blob.size {
            return Err(Error::new(
                Code::SizeMismatch,
                format!("{} has {length} bytes, not {}", path.display(), blob.size),
            ));
        }
        let stamp = FileStamp::reliable(&metadata, SystemTime::now());
        Ok(BlobContent { file, path, blob: blob.clone(), linked, stamp })
    }

    /// Opens a blob whose file is in the layout itself, and reads a small one. `None` if there is none.
    pub(super) fn open_own_blob(&self, digest: &Digest, small: u64) -> Result<Option<OpenBlob>> {
        let Some(file) = self.open_own(digest) else { return Ok(None) };
        let failed = |e| Error::io("read", &self.directory.blob_path(digest), e);
        let size = file.metadata().map_err(failed)?.len();
        let mut opened = OpenBlob { size, file, content: None };
        if size <= small {
            let mut content = Vec::with_capacity(size as usize);
            (&opened.file).take(size).read_to_end(&mut content).map_err(failed)?;
            opened.size = content.len() as u64;
            opened.content = Some(content.into());
        }
        Ok(Some(opened))
    }

    /// Opens a blob whose file is in the layout itself and has no second hard link.
    fn open_own(&self, digest: &Digest) -> Option<File> {
        let folder = self.directory.blob_folder(digest.algorithm_name()).ok()?;
        let file = folder.file(digest.encoded()).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            file.metadata().is_ok_and(|m| m.nlink() == 1).then_some(file)
        }
        #[cfg(not(unix))]
        Some(file)
    }

    /// Returns true if an existing blob can be used. A file in the layout itself was verified when
    /// it was written; the target of a link is verified now.
    pub(super) fn is_trusted_or_correct(&self, blob: &Descriptor) -> Result<bool> {
        let content = match self.open_blob(blob) {
            Ok(content) => content,
            Err(e) if matches!(e.code(), Code::NotFound | Code::SizeMismatch) => return Ok(false),
            Err(e) => return Err(e),
        };
        if !content.linked {
            return Ok(true);
        }
        match LinkCheck::new(content).and_then(|check| check.advance(usize::MAX)) {
            Ok(_) => Ok(true),
            Err(e) if matches!(e.code(), Code::DigestMismatch | Code::SizeMismatch) => Ok(false),
            Err(e) => Err(e),
        }
    }
}

impl BlobContent {
    /// Verifies a linked file, unless that is known or going on.
    async fn checked(self, known: &Mutex<CheckedLinks>) -> Result<CheckedLink> {
        // Nothing tells whether the file changes.
        let Some(stamp) = self.stamp.clone() else { return LinkCheck::whole(self).await };
        let digest = self.blob.digest.clone();
        let running = {
            let mut known = lock(known);
            if let Some(chunks) = known.find(&digest, &stamp) {
                return Ok(CheckedLink { content: self, chunks });
            }
            match known.running(&digest, &stamp) {
                Some(running) => running,
                None => {
                    let running = begin(self.duplicate()?);
                    known.begin(digest.clone(), stamp.clone(), running.clone());
                    running
                }
            }
        };
        let checked = running.await;
        let mut known = lock(known);
        match &checked {
            Ok(chunks) => known.add(digest, stamp, chunks),
            Err(_) => known.end(&digest),
        }
        Ok(CheckedLink { content: self, chunks: checked? })
    }

    /// Returns the same open file. Both have one position, so that only one of them may be read at a time.
    fn duplicate(&self) -> Result<Self> {
        let file = self.file.try_clone().map_err(|e| Error::io("read", &self.path, e))?;
        let (path, blob, stamp) = (self.path.clone(), self.blob.clone(), self.stamp.clone());
        Ok(Self { file, path, blob, linked: self.linked, stamp })
    }

    /// Returns the file if it is in the layout itself.
    pub(super) fn into_own_file(self) -> Option<File> {
        (!self.linked).then_some(self.file)
    }

    /// Streams the bytes from `offset` on.
    pub(super) async fn stream(
        self,
        offset: u64,
        known: &Mutex<CheckedLinks>,
        transfer: Transfer,
    ) -> Result<ByteStream> {
        let left = self.blob.size.saturating_sub(offset);
        if !self.linked {
            let chunk_size = move || transfer.buffer_size();
            return stream_file(self.file, self.path, offset, left, chunk_size).await;
        }
        let checked = Arc::new(self.checked(known).await?);
        Ok(stream::iter(checked.chunks_from(offset))
            .then(move |(chunk, skip)| {
                // Its chunks have the same size always, but other transfers have smaller buffers meanwhile.
                let _ = &transfer;
                let checked = Arc::clone(&checked);
                spawn_blocking(move || Ok(checked.chunk(chunk)?.slice(skip..)))
            })
            .boxed())
    }
}

/// Begins the verification of a linked file. It pauses while no client waits for it, and the next one
/// continues it: a client that does not wait until a large file is read would never get it otherwise.
fn begin(content: BlobContent) -> RunningCheck {
    async { LinkCheck::whole(content).await.map(|checked| checked.chunks) }.boxed().shared()
}

/// The verification of a linked file, chunk by chunk.
#[derive(Debug)]
struct LinkCheck {
    content: BlobContent,
    /// The digests of the chunks that were read.
    chunks: Vec<Digest>,
    verifier: Option<Verifier>,
    done: bool,
}

/// A linked file, and the digests of its chunks when the whole file was verified.
#[derive(Debug)]
struct CheckedLink {
    content: BlobContent,
    chunks: Arc<Vec<Digest>>,
}

impl LinkCheck {
    fn new(content: BlobContent) -> Result<Self> {
        let verifier = Some(Verifier::new(&content.blob)?);
        Ok(Self { content, chunks: Vec::new(), verifier, done: false })
    }

    async fn whole(content: BlobContent) -> Result<CheckedLink> {
        let mut check = Self::new(content)?;
        let chunks = (BYTES_PER_CALL / check.content.chunk_size()).max(1) as usize;
        while !check.done {
            check = spawn_blocking(move || check.advance(chunks)).await?;
        }
        Ok(CheckedLink { content: check.content, chunks: Arc::new(check.chunks) })
    }

    /// Digests up to `chunks` more chunks.
    fn advance(mut self, chunks: usize) -> Result<Self> {
        for _ in 0..chunks {
            let bytes = self.content.read_chunk(self.chunks.len())?;
            if bytes.is_empty() {
                self.done = true;
                if let Some(verifier) = self.verifier.take() {
                    verifier.finish().map_err(|e| self.content.with_path(e))?;
                }
                break;
            }
            if let Some(verifier) = &mut self.verifier {
                verifier.update(&bytes).map_err(|e| self.content.with_path(e))?;
            }
            self.chunks.push(Algorithm::Sha256.digest(&bytes));
        }
        Ok(self)
    }
}

impl CheckedLink {
    /// Reads a chunk. DIGEST_MISMATCH if it has changed since the check.
    fn chunk(&self, index: usize) -> Result<Bytes> {
        let bytes = self.content.read_chunk(index)?;
        if Algorithm::Sha256.digest(&bytes) != self.chunks[index] {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("{} changed while it was read", self.content.path.display()),
            )
            .with_hint("the blob is a link to a file that another program writes to"));
        }
        Ok(bytes)
    }

    /// Returns the chunks that hold the bytes from `offset` on, each with the number of bytes to
    /// skip at its start.
    fn chunks_from(&self, offset: u64) -> impl Iterator<Item = (usize, usize)> + use<> {
        let size = self.content.chunk_size();
        let first = usize::try_from(offset / size).unwrap_or(usize::MAX);
        let skip = (offset % size) as usize;
        (first..self.chunks.len()).map(move |chunk| (chunk, if chunk == first { skip } else { 0 }))
    }
}

impl BlobContent {
    fn chunk_size(&self) -> u64 {
        self.blob.size.div_ceil(MAX_CHUNKS_OF_FILE).max(MIN_CHUNK)
    }

    /// Reads a chunk without verifying it. Empty after the last chunk.
    fn read_chunk(&self, index: usize) -> Result<Bytes> {
        let failed = |e| Error::io("read", &self.path, e);
        check_cancelled().map_err(failed)?;
        let start = (index as u64).saturating_mul(self.chunk_size());
        let length = self.blob.size.saturating_sub(start).min(self.chunk_size());
        let mut bytes = Vec::with_capacity(length as usize);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(start)).map_err(failed)?;
        file.take(length).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes.into())
    }

    fn with_path(&self, error: Error) -> Error {
        let message = format!("{}: {}", self.path.display(), error.message());
        error.with_message(message)
    }
}
