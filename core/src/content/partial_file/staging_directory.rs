//! The hidden directory that a packed directory is unpacked into, beside its final path. It is
//! locked while it is in use, so that no other process takes it for a leftover, and removed when
//! dropped.

use std::{fs::File, io, path::Path};

use tempfile::{Builder, TempDir};

use super::{
    leftovers::{CREATE_ATTEMPTS, Leftovers},
    lock::lock_created,
};
use crate::content::partial_name::{PARTIAL_PREFIX, PARTIAL_SUFFIX};
use ocigraph_types::{Error, Result};

/// A hidden directory. Dropping it removes the directory and everything in it.
pub(crate) struct StagingDirectory {
    directory: TempDir,
    _lock: File,
}

impl StagingDirectory {
    /// Creates a staging directory in `parent`, which is created when it is missing.
    pub(crate) fn create(parent: &Path, leftovers: &Leftovers) -> Result<Self> {
        leftovers.scan(parent)?;
        let fail = |e| Error::io("create a directory in", parent, e);
        let mut attempts = 0;
        loop {
            let create =
                || Builder::new().prefix(PARTIAL_PREFIX).suffix(PARTIAL_SUFFIX).tempdir_in(parent);
            let directory = leftovers.create_in(parent, create).map_err(fail)?;
            attempts += 1;
            // Other platforms cannot open a directory, and remove no leftovers.
            let lock = if cfg!(unix) { File::open(directory.path()) } else { tempfile::tempfile() };
            match lock {
                Ok(lock)
                    if lock_created(&lock, directory.path()) || attempts == CREATE_ATTEMPTS =>
                {
                    return Ok(Self { directory, _lock: lock });
                }
                Err(e) if e.kind() != io::ErrorKind::NotFound || attempts == CREATE_ATTEMPTS => {
                    return Err(fail(e));
                }
                _ => {}
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}
