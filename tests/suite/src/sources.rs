//! Content for the tests of uploads. The core sends a file in another way than content in memory.

use std::{fs::File, io::Write as _, sync::Arc};

use async_trait::async_trait;
use ocigraph::{ByteStream, Bytes, FileSource, Result, Source};
use tempfile::NamedTempFile;

/// Makes a source of content.
pub type SourceOf = fn(&[u8]) -> Arc<dyn Source>;

/// Runs a test with content in memory, and with content in files.
pub fn each_source(test: impl Fn(SourceOf)) {
    test(|bytes| Arc::new(Bytes::copy_from_slice(bytes)));
    test(|bytes| Arc::new(TemporaryFile::new(bytes)));
}

/// A file that exists as long as its source.
#[derive(Debug)]
struct TemporaryFile {
    source: FileSource,
    _file: NamedTempFile,
}

impl TemporaryFile {
    fn new(bytes: &[u8]) -> Self {
        let mut file = NamedTempFile::new().expect("creating a temporary file");
        file.write_all(bytes).expect("writing a temporary file");
        Self { source: FileSource::new(file.path()), _file: file }
    }
}

#[async_trait]
impl Source for TemporaryFile {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        self.source.open(offset).await
    }

    async fn shareable_file(&self) -> Result<Option<File>> {
        self.source.shareable_file().await
    }
}
