//! Buffered content: content that can be read only once, such as standard input, kept until the
//! push has ended, so that it can be digested first and sent repeatedly.
//!
//! Up to 1 MiB stays in memory, more goes to a temporary file. The file has no name where the
//! platform allows that, so it is gone when the source is dropped or the process is killed.

#[cfg(doc)]
use crate::Code;
use std::{
    fs,
    io::{self, Read, Write},
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};

use crate::{
    blocking::spawn_blocking,
    content::{
        file::{Content, File},
        media_type::media_type_for,
        source::{ByteStream, Source},
    },
};
use ocigraph_types::{Algorithm, Descriptor, Error, Hasher, Result};

/// Maximum size in bytes of content that stays in memory.
const MAX_IN_MEMORY: usize = 1024 * 1024;

/// Bytes per read of the temporary file.
const READ_SIZE: usize = 512 * 1024;

/// Buffers content that arrives in chunks, and computes its size and SHA-256 digest. All calls
/// block.
///
/// ```
/// let mut content = ocigraph::BufferedContent::new();
/// content.write(b"hello, ").unwrap();
/// content.write(b"world").unwrap();
/// let (blob, _source) = content.finish("text/plain").unwrap();
/// assert_eq!(blob.size, 12);
/// ```
#[derive(Debug)]
pub struct BufferedContent {
    hasher: Hasher,
    size: u64,
    memory: Vec<u8>,
    file: Option<fs::File>,
}

impl BufferedContent {
    /// Creates an empty buffer.
    pub fn new() -> Self {
        Self { hasher: Algorithm::Sha256.hasher(), size: 0, memory: Vec::new(), file: None }
    }

    /// Reads `reader` to its end.
    ///
    /// # Errors
    ///
    /// [`IO`](crate::Code::Io) when the reader fails, or when the temporary file cannot be written.
    ///
    /// ```
    /// let content = ocigraph::BufferedContent::read(&b"text"[..]).unwrap();
    /// let file = content.into_file("notes.txt").unwrap();
    /// assert_eq!(file.title.as_deref(), Some("notes.txt"));
    /// ```
    pub fn read(mut reader: impl Read) -> Result<Self> {
        let mut content = Self::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(content),
                Ok(n) => content.write(&buffer[..n])?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    return Err(Error::new(
                        crate::Code::Io,
                        format!("cannot read the content: {e}"),
                    )
                    .with_source(e));
                }
            }
        }
    }

    /// Appends bytes.
    ///
    /// # Errors
    ///
    /// [`IO`](crate::Code::Io) when the temporary file cannot be created or written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        if self.file.is_none() && self.memory.len() + bytes.len() <= MAX_IN_MEMORY {
            self.memory.extend_from_slice(bytes);
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let mut file = tempfile::tempfile().map_err(fail)?;
                file.write_all(&std::mem::take(&mut self.memory)).map_err(fail)?;
                none.insert(file)
            }
        };
        file.write_all(bytes).map_err(fail)
    }

    /// Returns the descriptor of the content, with this media type, and its source.
    ///
    /// # Errors
    ///
    /// Does not fail at present.
    pub fn finish(self, media_type: &str) -> Result<(Descriptor, Arc<dyn Source>)> {
        let blob = Descriptor::new(media_type, self.hasher.finish(), self.size);
        let source: Arc<dyn Source> = match self.file {
            None => Arc::new(Bytes::from(self.memory)),
            Some(file) => Arc::new(OpenFileSource::new(file)),
        };
        Ok((blob, source))
    }

    /// Returns the content as a file to push under `title`. Its media type is guessed from the
    /// title, unless [`File::media_type`] is set.
    ///
    /// # Errors
    ///
    /// Does not fail at present.
    pub fn into_file(self, title: &str) -> Result<File> {
        let (blob, source) = self.finish(&media_type_for(title.as_ref()))?;
        let content = Content::Source(Box::new(blob), source);
        Ok(File {
            content,
            media_type: None,
            title: Some(title.to_owned()),
            annotations: Default::default(),
        })
    }
}

impl Default for BufferedContent {
    fn default() -> Self {
        Self::new()
    }
}

fn fail(error: io::Error) -> Error {
    Error::io("buffer the content in", &std::env::temp_dir(), error)
}

/// An open file as a source. The file needs no name.
#[derive(Debug)]
pub(crate) struct OpenFileSource(Arc<fs::File>);

impl OpenFileSource {
    pub(crate) fn new(file: fs::File) -> Self {
        Self(Arc::new(file))
    }
}

#[async_trait]
impl Source for OpenFileSource {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let state = (Arc::clone(&self.0), offset);
        Ok(stream::try_unfold(state, |(file, offset)| async move {
            let read = move || Ok((read_chunk(&file, offset).map_err(fail)?, file));
            let (chunk, file) = spawn_blocking(read).await?;
            let end = offset + chunk.len() as u64;
            Ok((!chunk.is_empty()).then_some((chunk, (file, end))))
        })
        .boxed())
    }
}

/// Reads bytes at `offset`; none at the end. Does not use the file's position, so that several
/// streams can read one file concurrently.
fn read_chunk(file: &fs::File, offset: u64) -> io::Result<Bytes> {
    let mut chunk = vec![0; READ_SIZE];
    loop {
        match read_at(file, &mut chunk, offset) {
            Ok(n) => {
                chunk.truncate(n);
                return Ok(chunk.into());
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &fs::File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &fs::File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn content_of_any_length_can_be_read_repeatedly_from_any_offset() {
        for length in [0, 10, MAX_IN_MEMORY, MAX_IN_MEMORY + 1, 3 * MAX_IN_MEMORY] {
            let content: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let (blob, source) =
                BufferedContent::read(&content[..]).unwrap().finish("a/b").unwrap();
            assert_eq!(blob, Descriptor::of("a/b", &content));
            for offset in [0, length / 2, length] {
                let stream = source.open(offset as u64).await.unwrap();
                let chunks: Vec<bytes::Bytes> = stream.try_collect().await.unwrap();
                assert!(chunks.concat() == content[offset..]);
            }
        }
    }
}
