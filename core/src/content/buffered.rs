//! Content that can be read only once, such as standard input or a stream of the caller's: kept
//! until the push is over, so that it can be digested first and sent again.
//!
//! What is short stays in memory, the rest goes to a temporary file. That has no name where the
//! platform allows it, so it is gone when the last user of the source is, even one that was killed.

use std::{
    fs::File as Temporary,
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
        source::{ByteStream, Source},
    },
};
use ocigraph_types::{Algorithm, Descriptor, Error, Hasher, Result};

/// Up to here content stays in memory.
const IN_MEMORY: usize = 1024 * 1024;

/// How much of the file is read at a time.
const READ_SIZE: usize = 512 * 1024;

/// Takes content in, piece by piece. All its calls block.
///
/// ```
/// let mut spool = ocigraph::BufferedContent::new();
/// spool.write(b"hello, ").unwrap();
/// spool.write(b"world").unwrap();
/// let (blob, _source) = spool.finish("text/plain").unwrap();
/// assert_eq!(blob.size, 12);
/// ```
#[derive(Debug)]
pub struct BufferedContent {
    hasher: Hasher,
    size: u64,
    memory: Vec<u8>,
    file: Option<Temporary>,
}

impl BufferedContent {
    /// An empty one.
    pub fn new() -> Self {
        Self { hasher: Algorithm::Sha256.hasher(), size: 0, memory: Vec::new(), file: None }
    }

    /// Reads `reader` to its end; IO when it fails, or when the temporary file cannot be written.
    pub fn read(mut reader: impl Read) -> Result<Self> {
        let mut spool = Self::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(spool),
                Ok(n) => spool.write(&buffer[..n])?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    return Err(Error::new(
                        crate::Code::Io,
                        format!("the content cannot be read: {e}"),
                    )
                    .with_source(e));
                }
            }
        }
    }

    /// Takes in the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        if self.file.is_none() && self.memory.len() + bytes.len() <= IN_MEMORY {
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

    /// What was taken in, as a blob of this media type and its source.
    pub fn finish(self, media_type: &str) -> Result<(Descriptor, Arc<dyn Source>)> {
        let blob = Descriptor::new(media_type, self.hasher.finish(), self.size);
        let source: Arc<dyn Source> = match self.file {
            None => Arc::new(Bytes::from(self.memory)),
            Some(file) => Arc::new(Spooled::new(file)),
        };
        Ok((blob, source))
    }

    /// What was taken in, as a file to push under `title`; its media type follows from the title
    /// unless the file is given another.
    pub fn into_file(self, title: &str) -> Result<File> {
        let (blob, source) = self.finish(&crate::content::paths::media_type_for(title.as_ref()))?;
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
    Error::io("keep the content in", &std::env::temp_dir(), error)
}

/// A file that is open, whether it has a name or not.
#[derive(Debug)]
pub(crate) struct Spooled(Arc<Temporary>);

impl Spooled {
    pub(crate) fn new(file: Temporary) -> Self {
        Self(Arc::new(file))
    }
}

#[async_trait]
impl Source for Spooled {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let state = (Arc::clone(&self.0), offset);
        Ok(stream::try_unfold(state, |(file, offset)| async move {
            let read = move || Ok((read_piece(&file, offset).map_err(fail)?, file));
            let (piece, file) = spawn_blocking(read).await?;
            let end = offset + piece.len() as u64;
            Ok((!piece.is_empty()).then_some((piece, (file, end))))
        })
        .boxed())
    }
}

/// The next bytes at `offset`; none at the end. Several may read at once: it has no position of its own.
fn read_piece(file: &Temporary, offset: u64) -> io::Result<Bytes> {
    let mut piece = vec![0; READ_SIZE];
    loop {
        match read_at(file, &mut piece, offset) {
            Ok(n) => {
                piece.truncate(n);
                return Ok(piece.into());
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &Temporary, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &Temporary, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn long_and_short_content_can_be_read_again_from_anywhere() {
        for length in [0, 10, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY] {
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
