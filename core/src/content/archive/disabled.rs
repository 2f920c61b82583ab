//! A build without the feature `archive`: directories are neither packed nor unpacked, and no tar
//! file is read in place or written.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

#[cfg(feature = "layout")]
use {
    crate::content::{regular_file::Refused, source::ByteStream},
    bytes::Bytes,
    futures::StreamExt,
    ocigraph_types::Descriptor,
    std::sync::Arc,
};

use super::unpack_limits::UnpackLimits;
use crate::content::{final_paths::Claim, partial_file::Leftovers};
use ocigraph_types::{Code, Digest, Error, Result};

/// What packing a directory would return.
pub(crate) struct Packed {
    pub(crate) file: File,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    pub(crate) content_digest: Digest,
}

/// Fails with UNSUPPORTED.
pub(crate) fn pack(directory: &Path, _title: &str, _epoch: Option<u64>) -> Result<Packed> {
    Err(unsupported(&format!("the directory {} cannot be packed", directory.display())))
}

/// A packed directory that this build cannot unpack.
pub(crate) struct PackedDirectory<'a> {
    pub(crate) title: &'a str,
    pub(crate) output: &'a Path,
    pub(crate) content_digest: Option<&'a Digest>,
    pub(crate) limits: &'a UnpackLimits,
    pub(crate) keep_old: bool,
    pub(crate) claim: &'a Claim,
    pub(crate) leftovers: &'a Leftovers,
}

impl PackedDirectory<'_> {
    /// Fails with UNSUPPORTED.
    pub(crate) fn unpack(&self, _archive: impl Read) -> Result<Vec<PathBuf>> {
        Err(unsupported(&format!("the directory {:?} cannot be unpacked", self.title)))
    }
}

/// A tar file that this build cannot read.
#[cfg(feature = "layout")]
#[derive(Debug)]
pub(crate) struct TarFile;

/// The position of a file's content in an archive.
#[cfg(feature = "layout")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) length: u64,
}

#[cfg(feature = "layout")]
impl TarFile {
    /// Fails with UNSUPPORTED.
    pub(crate) fn open(_file: File, path: &Path, _max_entries: usize) -> Result<Self> {
        Err(unsupported(&format!("{} is a file, and not a directory", path.display())))
    }

    pub(crate) fn is_still_at(&self, _path: &Path) -> bool {
        false
    }

    pub(crate) fn is_reliable(&self) -> bool {
        false
    }

    pub(crate) fn find(&self, _name: &str) -> Result<Extent, Refused> {
        Err(Refused::Missing)
    }

    pub(crate) fn names(&self, _wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    pub(crate) fn read(&self, _extent: Extent) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    pub(crate) fn stream(
        self: Arc<Self>,
        _extent: Extent,
        _offset: u64,
        _chunk_size: impl Fn() -> usize + Send + 'static,
    ) -> ByteStream {
        futures::stream::empty().boxed()
    }
}

/// An entry of an archive that this build cannot write.
#[cfg(feature = "layout")]
#[derive(Debug)]
pub(crate) struct TarEntry {
    pub(crate) name: String,
    pub(crate) content: Descriptor,
}

/// An archive that this build cannot write.
#[cfg(feature = "layout")]
#[derive(Debug)]
pub(crate) struct TarOutput;

#[cfg(feature = "layout")]
impl TarOutput {
    /// Fails with UNSUPPORTED.
    pub(crate) fn begin(path: &Path, _entries: &[TarEntry]) -> Result<(Self, usize)> {
        Err(unsupported(&format!("{} cannot be written", path.display())))
    }

    pub(crate) fn add(&mut self, _entry: &TarEntry, _content: &[u8]) -> Result<()> {
        Ok(())
    }

    pub(crate) fn start(&mut self, _entry: &TarEntry) -> Result<()> {
        Ok(())
    }

    pub(crate) fn write(&mut self, _chunks: &[Bytes]) -> Result<()> {
        Ok(())
    }

    pub(crate) fn end(&mut self) -> Result<()> {
        Ok(())
    }

    pub(crate) fn undo(&mut self) -> Result<()> {
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<u64> {
        Ok(0)
    }
}

fn unsupported(what: &str) -> Error {
    Error::new(Code::Unsupported, format!("{what}: this build cannot read or write archives"))
        .with_hint("enable the feature `archive` of ocigraph")
}
