//! Sources: content that can be read again from any offset, as streams of chunks.
//!
//! A retry or a resumed upload opens its source again, so no content has to be kept in memory.
//! Relies on tokio for file access. Never verifies what it reads: see
//! [`verified`](super::verified).

#[cfg(doc)]
use crate::Code;
use std::{
    fmt,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::PathBuf,
    pin::Pin,
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, TryStreamExt, stream};

use crate::{blocking::spawn_blocking, content::regular_file::open_regular};
use ocigraph_types::{Error, Host, Result};

/// A stream of content: chunks of bytes of any length, ended by an error if reading fails.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// Bytes per read of a file.
pub(crate) const READ_SIZE: usize = 512 * 1024;

/// Bytes that are gathered for one write: chunks from a socket are small.
const WRITE_SIZE: usize = 512 * 1024;

/// A chunk from a socket keeps the whole buffer in which it arrived. One of fewer bytes than these would
/// keep several times its size.
const SMALL_CHUNK: usize = 16 * 1024;

/// A repository of a registry: what a cross-repository mount names.
///
/// ```
/// let source = ocigraph::Repository { host: "registry.example".parse().unwrap(), name: "app".into() };
/// assert_eq!(source.host.to_string(), "registry.example");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The host of the registry, with its port if it has one.
    pub host: Host,
    /// The name of the repository within the registry, such as `team/app`.
    pub name: String,
}

/// Content that can be read repeatedly, from any offset. Implemented by [`Bytes`] and
/// [`FileSource`].
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use futures::TryStreamExt;
/// use ocigraph::{Bytes, Source};
///
/// let source = Bytes::from("content");
/// let chunks: Vec<Bytes> = source.open(3).await.unwrap().try_collect().await.unwrap();
/// assert_eq!(chunks.concat(), b"tent");
/// # });
/// ```
#[async_trait]
pub trait Source: fmt::Debug + Send + Sync {
    /// Returns a stream of the bytes from `offset` to the end. `offset` is in bytes; one at or
    /// beyond the end gives an empty stream.
    ///
    /// # Errors
    ///
    /// Any error of the implementation, here or in the stream. It ends the operation that reads the
    /// source.
    async fn open(&self, offset: u64) -> Result<ByteStream>;

    /// Returns an open file with exactly this content, if there is one. A file system may then share its
    /// blocks with a copy instead of copying them, and the kernel may send it to a registry. Default: `None`.
    ///
    /// # Errors
    ///
    /// Any error of the implementation. It ends the operation that reads the source.
    async fn shareable_file(&self) -> Result<Option<File>> {
        Ok(None)
    }

    /// Returns `stream`, which yields chunks from `offset` for the file of
    /// [`shareable_file`](Self::shareable_file), with what this source adds to the streams of
    /// [`open`](Self::open): a report of progress, for example. Its chunks stand for parts of the file: each has
    /// the length of a part, and not its bytes. So pass them on as they are, neither copied nor split; an
    /// upload of other chunks fails with [`INTERNAL`](Code::Internal). Default: `stream` itself.
    fn observed(&self, stream: ByteStream, offset: u64) -> ByteStream {
        let _ = offset;
        stream
    }

    /// Returns the repository that the content is a blob of, if any. A push to the same registry
    /// then asks the registry to [mount] the blob instead of uploading it. Default: `None`.
    ///
    /// [mount]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#mounting-a-blob-from-another-repository
    fn repository(&self) -> Option<Repository> {
        None
    }
}

#[async_trait]
impl Source for Bytes {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        Ok(stream::iter([Ok(self.slice(start..))]).boxed())
    }
}

/// A file on disk as a [`Source`]. The file is opened each time it is read.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("sbom.json");
/// use ocigraph::{FileSource, Source};
///
/// std::fs::write(&path, "{}").unwrap();
/// let stream = FileSource::new(&path).open(0).await.unwrap();
/// # drop(stream);
/// # });
/// ```
#[derive(Debug, Clone)]
pub struct FileSource {
    path: PathBuf,
}

impl FileSource {
    /// Creates a source for the file at `path`, without opening it.
    ///
    /// # Errors
    ///
    /// Reading it fails with [`NOT_FOUND`](crate::Code::NotFound) when the file does not exist,
    /// with [`INVALID_ARGUMENT`](crate::Code::InvalidArgument) when it is not a regular file, for
    /// example a named pipe, and with [`IO`](crate::Code::Io) for other failures.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

#[async_trait]
impl Source for FileSource {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let path = self.path.clone();
        let file = spawn_blocking(move || open_regular(&path).map_err(|e| e.named(&path))).await?;
        stream_file(file, self.path.clone(), offset, u64::MAX, || READ_SIZE).await
    }

    async fn shareable_file(&self) -> Result<Option<File>> {
        let path = self.path.clone();
        let file = spawn_blocking(move || open_regular(&path).map_err(|e| e.named(&path)));
        Ok(Some(file.await?))
    }
}

/// Returns a stream of up to `length` bytes of an open file, starting at `offset`. `path` is for
/// messages. Each chunk is read where it stays, so that no byte is copied again. `chunk_size` returns
/// the maximum bytes of the next chunk.
pub(crate) async fn stream_file(
    file: File,
    path: PathBuf,
    offset: u64,
    length: u64,
    chunk_size: impl Fn() -> usize + Send + 'static,
) -> Result<ByteStream> {
    let state = (file, path, (offset > 0).then_some(offset), length, chunk_size);
    Ok(stream::try_unfold(state, |(mut file, path, seek, left, chunk_size)| async move {
        if left == 0 {
            return Ok(None);
        }
        let wanted = left.min(chunk_size() as u64);
        let read = spawn_blocking(move || {
            let failed = |e| Error::io("read", &path, e);
            if let Some(offset) = seek {
                file.seek(SeekFrom::Start(offset)).map_err(failed)?;
            }
            let mut chunk = Vec::with_capacity(wanted as usize);
            (&mut file).take(wanted).read_to_end(&mut chunk).map_err(failed)?;
            Ok((file, path, chunk))
        });
        let (file, path, chunk) = read.await?;
        let left = left - chunk.len() as u64;
        let state = (file, path, None, left, chunk_size);
        Ok((!chunk.is_empty()).then(|| (Bytes::from(chunk), state)))
    })
    .boxed())
}

/// Reads chunks from a stream until there are enough for one write. Returns an empty list at its
/// end.
pub(crate) async fn next_batch(stream: &mut ByteStream) -> Result<Vec<Bytes>> {
    next_batch_of(stream, WRITE_SIZE).await
}

/// Reads chunks until there are `size` bytes. Returns fewer at the end of the stream only. Small chunks
/// are copied together.
pub(crate) async fn next_batch_of(stream: &mut ByteStream, size: usize) -> Result<Vec<Bytes>> {
    let (mut batch, mut small, mut length) = (Vec::new(), BytesMut::new(), 0);
    while length < size
        && let Some(chunk) = stream.try_next().await?
    {
        length += chunk.len();
        if chunk.len() < SMALL_CHUNK {
            small.extend_from_slice(&chunk);
            continue;
        }
        if !small.is_empty() {
            batch.push(std::mem::take(&mut small).freeze());
        }
        batch.push(chunk);
    }
    if !small.is_empty() {
        batch.push(small.freeze());
    }
    Ok(batch)
}
