//! The files of a push: files and directories on disk, bytes in memory, and content that the caller
//! has described.
//!
//! Each becomes a descriptor and a [`Source`]. Relies on [`digest_files`](super::digest_files) for
//! the digest. Never keeps the content of a file in memory.

#[cfg(doc)]
use crate::Code;
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

/// One file to push: a layer of the artifact.
///
/// ```
/// use ocigraph::File;
///
/// let sbom = File::path("sbom.json").with_media_type("application/spdx+json");
/// let notes = File::bytes("notes.txt", "text");
/// assert_eq!(notes.title.as_deref(), Some("notes.txt"));
/// ```
#[derive(Debug, Clone)]
pub struct File {
    /// The source of the content.
    pub content: Content,
    /// The media type of the layer. Default: guessed from the extension of the file name,
    /// `application/octet-stream` for an unknown one.
    pub media_type: Option<String>,
    /// The annotation `org.opencontainers.image.title`: the path that a pull gives the file below
    /// its output directory. Default: the path of the pushed file.
    pub title: Option<String>,
    /// Additional [annotations] of the layer's descriptor.
    ///
    /// [annotations]: https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md
    pub annotations: Annotations,
}

/// The source of a [`File`]'s content.
#[derive(Debug, Clone)]
pub enum Content {
    /// A file or directory on disk. A push packs a directory as tar with gzip.
    Path(PathBuf),
    /// Bytes in memory.
    Bytes(bytes::Bytes),
    /// A source and its descriptor, which must match the content.
    Source(Box<Descriptor>, Arc<dyn Source>),
}

impl File {
    /// Creates a file from a path on disk: a file or a directory.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Content::Path(path.into()))
    }

    /// Creates a file with this title from bytes in memory.
    pub fn bytes(title: impl Into<String>, bytes: impl Into<bytes::Bytes>) -> Self {
        Self { title: Some(title.into()), ..Self::new(Content::Bytes(bytes.into())) }
    }

    /// Sets the media type: `type/subtype`, as in RFC 6838.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    fn new(content: Content) -> Self {
        Self { content, media_type: None, title: None, annotations: Annotations::new() }
    }
}

impl Content {
    /// Returns the content's descriptor, with a SHA-256 digest, and its source.
    ///
    /// Digests a file on a blocking thread, which stops soon after the future is dropped. A
    /// [`Content::Source`] keeps its descriptor, and `media_type` is not used. Needs a tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// - [`NOT_FOUND`](crate::Code::NotFound) when the path does not exist.
    /// - [`INVALID_ARGUMENT`](crate::Code::InvalidArgument) when it is not a regular file, for
    ///   example a directory.
    /// - [`IO`](crate::Code::Io) when it cannot be read.
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

/// Returns the descriptor and the source of a file on disk. Blocks.
pub(crate) fn describe(
    path: &Path,
    media_type: impl Into<String>,
) -> Result<(Descriptor, Arc<dyn Source>)> {
    open_regular(path).map_err(|e| e.named(path))?;
    let (digest, size) = digest_file(path, Algorithm::Sha256)?;
    Ok((Descriptor::new(media_type, digest, size), Arc::new(FileSource::new(path))))
}
