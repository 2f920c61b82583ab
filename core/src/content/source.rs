//! Content that is read, checked and sent in pieces.

use std::{fmt, path::PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use std::pin::Pin;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::{blocking::spawn_blocking, content::regular_file::open_regular};
use ocigraph_types::{Descriptor, Error, Host, Result, Verifier};

/// Content on its way: chunks of bytes, and an error where it broke.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// How much of a file is read ahead of the socket.
const READ_SIZE: usize = 512 * 1024;

/// How much of a blob is gathered before it is written, since chunks from a socket are small.
const WRITE_SIZE: usize = 512 * 1024;

/// A repository of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The registry.
    pub host: Host,
    /// The name within it.
    pub name: String,
}

/// Content that can be read again, from any offset: what makes a retry cost no memory.
#[async_trait]
pub trait Source: fmt::Debug + Send + Sync {
    /// The bytes from `offset` to the end.
    async fn open(&self, offset: u64) -> Result<ByteStream>;

    /// The repository that it is a blob of: a registry may take it from there by itself.
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

/// A file as a [`Source`].
#[derive(Debug, Clone)]
pub struct FileSource {
    path: PathBuf,
}

impl FileSource {
    /// The file at `path`, which is opened each time it is read. INVALID_ARGUMENT where it is not a
    /// regular file, such as a named pipe.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

#[async_trait]
impl Source for FileSource {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let path = self.path.clone();
        let file = spawn_blocking(move || open_regular(&path).map_err(|e| e.named(&path))).await?;
        stream_file(file, self.path.clone(), offset, u64::MAX).await
    }
}

/// Up to `length` bytes of an open file, from `offset` on.
pub(crate) async fn stream_file(
    file: std::fs::File,
    path: PathBuf,
    offset: u64,
    length: u64,
) -> Result<ByteStream> {
    let mut file = tokio::fs::File::from_std(file);
    file.set_max_buf_size(READ_SIZE);
    if offset > 0 {
        let sought = file.seek(std::io::SeekFrom::Start(offset)).await;
        sought.map_err(|e| Error::io("read", &path, e))?;
    }
    let chunks = ReaderStream::with_capacity(file.take(length), READ_SIZE);
    Ok(chunks.map_err(move |e| Error::io("read", &path, e)).boxed())
}

/// Checks a whole blob's stream against its descriptor: an error takes the place of the first byte
/// too many, and ends a stream that was too short or hashed to something else.
pub fn verified(blob: &Descriptor, stream: ByteStream) -> Result<ByteStream> {
    let state = (stream, Some(Verifier::new(blob)?));
    Ok(stream::try_unfold(state, |(mut stream, mut verifier)| async move {
        match stream.next().await {
            Some(chunk) => {
                let chunk = chunk?;
                if let Some(verifier) = &mut verifier {
                    verifier.update(&chunk)?;
                }
                Ok(Some((chunk, (stream, verifier))))
            }
            None => {
                if let Some(verifier) = verifier.take() {
                    verifier.finish()?;
                }
                Ok(None)
            }
        }
    })
    .boxed())
}

/// The next bytes of a stream, as many as are worth a write; none at its end.
pub(crate) async fn next_batch(stream: &mut ByteStream) -> Result<Vec<Bytes>> {
    let (mut batch, mut length) = (Vec::new(), 0);
    while length < WRITE_SIZE
        && let Some(chunk) = stream.try_next().await?
    {
        length += chunk.len();
        if !chunk.is_empty() {
            batch.push(chunk);
        }
    }
    Ok(batch)
}
