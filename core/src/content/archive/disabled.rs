//! A build without the feature `archive`: directories are neither packed nor unpacked.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
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

fn unsupported(what: &str) -> Error {
    Error::new(Code::Unsupported, format!("{what}: this build cannot read or write archives"))
        .with_hint("enable the feature `archive` of ocigraph")
}
