//! Blobs of a layout: written under a hidden name, checked on the way, renamed when whole.

use std::{fs, path::PathBuf, sync::Arc};

use bytes::Bytes;

use super::{
    Inner,
    dir::{Dir, unsafe_path},
    folder::Unfinished,
    leases::Lease,
    lock,
};
use crate::content::regular_file::{Kind, Refused};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, Verifier, media_type};

/// A blob on its way; it goes unless it is committed.
#[derive(Debug)]
pub(super) struct Staged {
    file: Unfinished,
    verifier: Verifier,
    digest: Digest,
    /// Last, so that the file goes before a collector may look for abandoned ones.
    lease: Lease,
}

impl Staged {
    pub(super) fn write(mut self, chunks: &[Bytes]) -> Result<Self> {
        for chunk in chunks {
            self.verifier.update(chunk)?;
            self.file.write(chunk)?;
        }
        Ok(self)
    }

    /// Gives the blob its name, if it is what it should be.
    pub(super) fn commit(self) -> Result<()> {
        self.verifier.finish()?;
        let folder = self.lease.opened.make_blobs(self.digest.algorithm_name())?;
        lock(&self.lease.layout.durable).remove(&self.digest);
        self.file.commit(&folder, self.digest.encoded())?;
        self.lease.keep();
        Ok(())
    }
}

impl Inner {
    pub(super) fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.path.join("blobs").join(digest.algorithm_name()).join(digest.encoded())
    }

    /// A folder of blobs, where it is one of the layout itself.
    pub(super) fn read_blobs(&self, algorithm: &str) -> Result<Dir, Refused> {
        let root = Dir::open(&self.path).map_err(|_| Refused::Missing)?;
        root.directory("blobs")?.directory(algorithm)
    }

    /// A file of another size is one that broke off, and counts as absent.
    pub(super) fn has_blob(&self, blob: &Descriptor) -> bool {
        fs::metadata(self.blob_path(&blob.digest))
            .is_ok_and(|m| m.is_file() && m.len() == blob.size)
    }

    /// Whether a blob is there; if so, it stays, for whoever asks may mean to name it. A layout
    /// that may only be read, or in which we have never written, is left as it is.
    pub(super) fn find_blob(self: &Arc<Self>, blob: &Descriptor) -> bool {
        if !self.has_blob(blob) {
            return false;
        }
        if self.has_claim(&blob.digest) || !self.has_own_folder() {
            return true;
        }
        match self.lease(vec![blob.digest.clone()]) {
            Ok(lease) => {
                let there = self.unmark(&lease.opened, &blob.digest).is_ok() && self.has_blob(blob);
                if there {
                    lease.keep();
                }
                there
            }
            Err(e) => {
                tracing::debug!(error = %e, "a blob was found and cannot be claimed");
                true
            }
        }
    }

    pub(super) fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        match fs::metadata(self.blob_path(digest)) {
            Ok(m) if m.is_file() => {
                Ok(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), m.len()))
            }
            Ok(m) => Err(unsafe_path(&self.blob_path(digest), Kind::from(m.file_type()), "file")),
            Err(_) => Err(self.no_blob(digest)),
        }
    }

    pub(super) fn no_blob(&self, digest: &Digest) -> Error {
        let missing =
            || Error::new(Code::NotFound, format!("{} has no blob {digest}", self.path.display()));
        self.check_version().err().unwrap_or_else(missing)
    }

    /// Leases a blob; what is to be filled with it, unless it is there.
    pub(super) fn stage_unless_there(
        self: &Arc<Self>,
        blob: &Descriptor,
    ) -> Result<Option<Staged>> {
        let lease = self.lease(vec![blob.digest.clone()])?;
        self.unmark(&lease.opened, &blob.digest)?;
        if self.has_blob(blob) && self.is_own_or_right(blob)? {
            lease.keep();
            return Ok(None);
        }
        let verifier = Verifier::new(blob)?;
        // What is refused is refused before the content is read.
        lease.opened.make_blobs(blob.digest.algorithm_name())?;
        let file = lease.opened.stage_blob()?;
        Ok(Some(Staged { file, verifier, digest: blob.digest.clone(), lease }))
    }
}
