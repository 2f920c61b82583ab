//! What is pushed: files, directories, bytes, and content that was described beforehand.
//!
//! Whatever it is, it becomes a descriptor and a source that can be read again from anywhere.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    blocking::spawn_blocking,
    content::{
        digest_files::digest_file,
        regular_file::open_regular,
        source::{FileSource, Source},
    },
};
use ocigraph_types::{Algorithm, Annotations, Descriptor, Result};

/// One thing to push.
#[derive(Debug, Clone)]
pub struct File {
    /// Where the content comes from.
    pub content: Content,
    /// Its media type; guessed from the name when absent.
    pub media_type: Option<String>,
    /// Its title; taken from the path when absent.
    pub title: Option<String>,
    /// Further annotations of its descriptor.
    pub annotations: Annotations,
}

/// Where the content of a [`File`] comes from.
#[derive(Debug, Clone)]
pub enum Content {
    /// A file or directory on disk; a directory is packed as tar and gzip.
    Path(PathBuf),
    /// Bytes in memory.
    Bytes(bytes::Bytes),
    /// Content described beforehand.
    Source(Box<Descriptor>, Arc<dyn Source>),
}

impl File {
    /// A file or directory on disk.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Content::Path(path.into()))
    }

    /// Bytes in memory, under a title.
    pub fn bytes(title: impl Into<String>, bytes: impl Into<bytes::Bytes>) -> Self {
        Self { title: Some(title.into()), ..Self::new(Content::Bytes(bytes.into())) }
    }

    /// The same file with a media type of its own.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    fn new(content: Content) -> Self {
        Self { content, media_type: None, title: None, annotations: Annotations::new() }
    }
}

impl Content {
    /// The content as one blob, and where to read it. It is digested beside the async threads, which
    /// ends when the future is dropped. What was described beforehand keeps its description. IO when
    /// a file cannot be read. Needs a tokio runtime.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let content = ocigraph::Content::Bytes("{}".into());
    /// let (blob, _source) = content.into_blob("application/json").await.unwrap();
    /// assert_eq!(blob.size, 2);
    /// # });
    /// ```
    pub async fn into_blob(self, media_type: &str) -> Result<(Descriptor, Arc<dyn Source>)> {
        let media_type = media_type.to_owned();
        match self {
            Content::Path(path) => spawn_blocking(move || describe(&path, media_type)).await,
            Content::Bytes(bytes) => {
                let hashed = bytes.clone();
                let digest = spawn_blocking(move || Ok(Algorithm::Sha256.digest(&hashed))).await?;
                let blob = Descriptor::new(media_type, digest, bytes.len() as u64);
                Ok((blob, Arc::new(bytes)))
            }
            Content::Source(blob, source) => Ok((*blob, source)),
        }
    }
}

/// A file as a blob. Blocks.
pub(crate) fn describe(
    path: &Path,
    media_type: impl Into<String>,
) -> Result<(Descriptor, Arc<dyn Source>)> {
    open_regular(path).map_err(|e| e.named(path))?;
    let (digest, size) = digest_file(path, Algorithm::Sha256)?;
    Ok((Descriptor::new(media_type, digest, size), Arc::new(FileSource::new(path))))
}
