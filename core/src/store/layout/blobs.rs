//! Blobs of a layout. A blob is written to a staged file, verified while it is written, and renamed
//! to its final name. A file under a blob's final name was complete and correct when it was
//! written.

use std::{
    fs::{self, File},
    sync::Arc,
};

use bytes::Bytes;

use super::{
    dir_handle::unsafe_path, directory::StagedFile, inner::Inner, leases::Lease, sync::lock,
};
use crate::content::regular_file::Kind;
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, Verifier, media_type};

/// A blob that is being written. Dropping this removes the staged file, unless it was committed.
#[derive(Debug)]
pub(super) struct StagedBlob {
    file: StagedFile,
    verifier: Verifier,
    digest: Digest,
    /// The last field, so that the file is removed before the lease ends: a collector that runs
    /// afterwards would take it for an abandoned file.
    lease: Lease,
}

impl StagedBlob {
    pub(super) fn write(mut self, chunks: &[Bytes]) -> Result<Self> {
        for chunk in chunks {
            self.verifier.update(chunk)?;
            self.file.write(chunk)?;
        }
        Ok(self)
    }

    /// Takes the content of another file, if the file system can share its blocks, and reads it to verify
    /// it. Returns false, and has changed nothing, if it cannot.
    pub(super) fn share(mut self, from: &File) -> Result<(Self, bool)> {
        let is_shared = self.file.share(from);
        if is_shared {
            let verifier = &mut self.verifier;
            self.file.read(|chunk| verifier.update(chunk))?;
        }
        Ok((self, is_shared))
    }

    /// Verifies the blob and moves it to its final name.
    pub(super) fn commit(mut self) -> Result<()> {
        self.verifier.finish()?;
        let folder = self.lease.opened.make_blobs(self.digest.algorithm_name())?;
        lock(&self.lease.layout.durable).remove(&self.digest);
        self.file.commit(&folder, self.digest.encoded())?;
        self.lease.keep();
        Ok(())
    }
}

impl Inner {
    /// Returns true if the blob exists with the right size. Another tool may have been interrupted
    /// while writing a file of another size, so that counts as absent.
    pub(super) fn has_blob(&self, blob: &Descriptor) -> bool {
        fs::metadata(self.directory.blob_path(&blob.digest))
            .is_ok_and(|m| m.is_file() && m.len() == blob.size)
    }

    /// Returns true if the blob exists, and leases it, because the caller may push a manifest that
    /// names it. Leases nothing in a read-only layout, or in one that ocigraph never wrote to.
    pub(super) fn find_blob(self: &Arc<Self>, blob: &Descriptor) -> bool {
        if !self.has_blob(blob) {
            return false;
        }
        if !self.directory.has_private_folder() {
            return true;
        }
        match self.lease(vec![blob.digest.clone()]) {
            Ok(lease) => {
                let exists =
                    self.unmark(&lease.opened, &blob.digest).is_ok() && self.has_blob(blob);
                if exists {
                    lease.keep();
                }
                exists
            }
            Err(e) => {
                tracing::debug!(error = %e, "cannot lease an existing blob");
                true
            }
        }
    }

    /// Returns the size of a blob, with the media type `application/octet-stream`.
    pub(super) fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        if let Some(archive) = self.archive()? {
            return archive.describe_blob(digest);
        }
        let path = self.directory.blob_path(digest);
        match fs::metadata(&path) {
            Ok(m) if m.is_file() => {
                Ok(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), m.len()))
            }
            Ok(m) => Err(unsafe_path(&path, Kind::from(m.file_type()), "file")),
            Err(_) => Err(self.no_blob(digest)),
        }
    }

    /// Returns the size of a blob, if it exists.
    pub(super) fn size_of(&self, digest: &Digest) -> Option<u64> {
        self.describe_blob(digest).ok().map(|blob| blob.size)
    }

    /// Returns the NOT_FOUND error for a blob, or the reason why the directory is not a layout.
    pub(super) fn no_blob(&self, digest: &Digest) -> Error {
        let missing = || {
            let path = self.directory.path().display();
            Error::new(Code::NotFound, format!("{path} has no blob {digest}"))
        };
        self.directory.check_version().err().unwrap_or_else(missing)
    }

    /// Leases a blob, and stages a file for it. Returns `None` if the blob exists.
    pub(super) fn stage_unless_there(
        self: &Arc<Self>,
        blob: &Descriptor,
    ) -> Result<Option<StagedBlob>> {
        let lease = self.lease(vec![blob.digest.clone()])?;
        self.unmark(&lease.opened, &blob.digest)?;
        if self.has_blob(blob) && self.is_trusted_or_correct(blob)? {
            lease.keep();
            return Ok(None);
        }
        let verifier = Verifier::new(blob)?;
        // Report an unusable folder before any content is read.
        lease.opened.make_blobs(blob.digest.algorithm_name())?;
        let file = lease.opened.stage_blob()?;
        Ok(Some(StagedBlob { file, verifier, digest: blob.digest.clone(), lease }))
    }
}
