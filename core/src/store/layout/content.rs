//! The bytes of a blob on their way out.
//!
//! A blob may be a link to a file elsewhere: there are tools that build layouts of links. Whoever
//! prepared the layout chose where it leads, so no byte of such a file leaves before all of it is
//! known to be what the digest says. Then each piece is compared with what was digested, for the
//! file may change meanwhile.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    sync::Arc,
};

use bytes::Bytes;
use futures::{StreamExt, stream};

use super::{Inner, dir::unsafe_or};
use crate::{
    blocking::{check_cancelled, spawn_blocking},
    content::{
        regular_file::{Kind, Refused, open_regular},
        source::{ByteStream, stream_file},
    },
};
use ocigraph_types::{Algorithm, Code, Descriptor, Digest, Error, Result, Verifier};

/// What is compared and handed on at once.
const PIECE: usize = 512 * 1024;
/// Pieces that are digested before other work may have the thread.
const PIECES_AT_ONCE: usize = 32;

/// A blob's file, opened once.
#[derive(Debug)]
pub(super) struct Content {
    file: File,
    path: PathBuf,
    blob: Descriptor,
    /// Whether it may be a file that lies elsewhere.
    linked: bool,
}

impl Inner {
    pub(super) fn open_blob(&self, blob: &Descriptor) -> Result<Content> {
        let path = self.blob_path(&blob.digest);
        let (file, linked) = match self.open_own(&blob.digest) {
            Some(file) => (Ok(file), false),
            None => (open_regular(&path), true),
        };
        let file = file.map_err(|refused| match refused {
            Refused::Missing | Refused::Is(Kind::Dangling) => self.no_blob(&blob.digest),
            other => unsafe_or("read", &path, "file", other),
        })?;
        let length = file.metadata().map_err(|e| Error::io("read", &path, e))?.len();
        if length != blob.size {
            return Err(Error::new(
                Code::SizeMismatch,
                format!("{} has {length} bytes, not {}", path.display(), blob.size),
            ));
        }
        Ok(Content { file, path, blob: blob.clone(), linked })
    }

    /// A blob that lies in the layout itself, and has no other name.
    fn open_own(&self, digest: &Digest) -> Option<File> {
        let folder = self.read_blobs(digest.algorithm_name()).ok()?;
        let file = folder.file(digest.encoded()).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            file.metadata().is_ok_and(|m| m.nlink() == 1).then_some(file)
        }
        #[cfg(not(unix))]
        Some(file)
    }

    /// Whether a blob that is there can be taken for what it should be. What lies in the layout was
    /// checked when it was written; what a link leads to is checked now.
    pub(super) fn is_own_or_right(&self, blob: &Descriptor) -> Result<bool> {
        let content = match self.open_blob(blob) {
            Ok(content) => content,
            Err(e) if matches!(e.code(), Code::NotFound | Code::SizeMismatch) => return Ok(false),
            Err(e) => return Err(e),
        };
        if !content.linked {
            return Ok(true);
        }
        match Checking::new(content).and_then(|checking| checking.go_on(usize::MAX)) {
            Ok(_) => Ok(true),
            Err(e) if matches!(e.code(), Code::DigestMismatch | Code::SizeMismatch) => Ok(false),
            Err(e) => Err(e),
        }
    }
}

impl Content {
    /// The bytes from `offset` on.
    pub(super) async fn stream(self, offset: u64) -> Result<ByteStream> {
        let left = self.blob.size.saturating_sub(offset);
        if !self.linked {
            return stream_file(self.file, self.path, offset, left).await;
        }
        let mut checking = Checking::new(self)?;
        let checked = loop {
            checking = spawn_blocking(move || checking.go_on(PIECES_AT_ONCE)).await?;
            if checking.done {
                break Arc::new(checking.checked);
            }
        };
        Ok(stream::iter(checked.pieces_from(offset))
            .then(move |(piece, skip)| {
                let checked = Arc::clone(&checked);
                spawn_blocking(move || Ok(checked.piece(piece)?.slice(skip..)))
            })
            .boxed())
    }
}

/// A file that is digested, piece by piece.
#[derive(Debug)]
struct Checking {
    checked: Checked,
    verifier: Option<Verifier>,
    done: bool,
}

/// A file whose whole content was right once.
#[derive(Debug)]
struct Checked {
    content: Content,
    /// The digest of each piece.
    pieces: Vec<Digest>,
}

impl Checking {
    fn new(content: Content) -> Result<Self> {
        let verifier = Some(Verifier::new(&content.blob)?);
        Ok(Self { checked: Checked { content, pieces: Vec::new() }, verifier, done: false })
    }

    /// Digests up to so many pieces more.
    fn go_on(mut self, pieces: usize) -> Result<Self> {
        for _ in 0..pieces {
            let bytes = self.checked.read(self.checked.pieces.len())?;
            if bytes.is_empty() {
                self.done = true;
                if let Some(verifier) = self.verifier.take() {
                    verifier.finish().map_err(|e| self.checked.content.wrong(e))?;
                }
                break;
            }
            if let Some(verifier) = &mut self.verifier {
                verifier.update(&bytes).map_err(|e| self.checked.content.wrong(e))?;
            }
            self.checked.pieces.push(Algorithm::Sha256.digest(&bytes));
        }
        Ok(self)
    }
}

impl Checked {
    /// A piece, if it still is what was digested.
    fn piece(&self, index: usize) -> Result<Bytes> {
        let bytes = self.read(index)?;
        if Algorithm::Sha256.digest(&bytes) != self.pieces[index] {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("{} was changed while it was read", self.content.path.display()),
            )
            .with_hint("it is a link to a file that something writes to"));
        }
        Ok(bytes)
    }

    /// Empty behind the last piece.
    fn read(&self, index: usize) -> Result<Bytes> {
        let failed = |e| Error::io("read", &self.content.path, e);
        check_cancelled().map_err(failed)?;
        let begin = (index as u64).saturating_mul(PIECE as u64);
        let length = self.content.blob.size.saturating_sub(begin).min(PIECE as u64);
        let mut bytes = Vec::with_capacity(length as usize);
        let mut file = &self.content.file;
        file.seek(SeekFrom::Start(begin)).map_err(failed)?;
        file.take(length).read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes.into())
    }

    /// The pieces that hold what comes from `offset` on, and what of each is to be skipped.
    fn pieces_from(&self, offset: u64) -> impl Iterator<Item = (usize, usize)> + use<> {
        let first = usize::try_from(offset / PIECE as u64).unwrap_or(usize::MAX);
        let skipped = (offset % PIECE as u64) as usize;
        (first..self.pieces.len())
            .map(move |piece| (piece, if piece == first { skipped } else { 0 }))
    }
}

impl Content {
    fn wrong(&self, error: Error) -> Error {
        let message = format!("{}: {}", self.path.display(), error.message());
        error.with_message(message)
    }
}
