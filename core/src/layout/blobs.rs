//! Blobs of a layout: written under a hidden name, checked on the way, renamed when whole.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::Write,
    path::PathBuf,
    sync::PoisonError,
};

use tempfile::{Builder, NamedTempFile};

use super::{Inner, index::sync_directory};
use crate::{
    descriptor::Descriptor,
    digest::{Digest, Verifier},
    error::{Code, Error, Result},
    media_type,
};

const STAGED: &str = "blob-";

/// A blob on its way; it goes unless it is committed.
#[derive(Debug)]
pub(super) struct Staged {
    file: NamedTempFile,
    verifier: Verifier,
    digest: Digest,
}

impl Staged {
    pub(super) fn write(mut self, bytes: &[u8]) -> Result<Self> {
        self.verifier.update(bytes)?;
        self.file.write_all(bytes).map_err(|e| Error::io("write", self.file.path(), e))?;
        Ok(self)
    }
}

impl Inner {
    pub(super) fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.path.join("blobs").join(digest.algorithm_name()).join(digest.encoded())
    }

    /// A file of another size is one that broke off, and counts as absent.
    pub(super) fn has_blob(&self, blob: &Descriptor) -> bool {
        fs::metadata(self.blob_path(&blob.digest))
            .is_ok_and(|m| m.is_file() && m.len() == blob.size)
    }

    pub(super) fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        let path = self.blob_path(digest);
        match fs::metadata(&path) {
            Ok(m) if m.is_file() => {
                Ok(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), m.len()))
            }
            _ => {
                self.check_exists()?;
                Err(Error::new(
                    Code::NotFound,
                    format!("{} has no blob {digest}", self.path.display()),
                ))
            }
        }
    }

    /// Whether a blob is there, and if so, that it stays.
    pub(super) fn claim_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.begin_writing()?;
        let there = self.has_blob(blob);
        if there {
            self.spare(&blob.digest)?;
        }
        Ok(there)
    }

    pub(super) fn stage_blob(&self, blob: &Descriptor) -> Result<Staged> {
        self.begin_writing()?;
        let own = self.own_folder();
        // A blob is readable for whom the process's mask says, as any file is.
        let file = Builder::new()
            .prefix(STAGED)
            .make_in(&own, |path| File::options().write(true).create_new(true).open(path))
            .map_err(|e| Error::io("create a file in", &own, e))?;
        Ok(Staged { file, verifier: Verifier::new(blob)?, digest: blob.digest.clone() })
    }

    pub(super) fn commit_blob(&self, staged: Staged) -> Result<()> {
        staged.verifier.finish()?;
        let target = self.blob_path(&staged.digest);
        let parent = target.parent().unwrap_or(&self.path).to_path_buf();
        fs::create_dir_all(&parent).map_err(|e| Error::io("create", &parent, e))?;
        staged.file.persist(&target).map_err(|e| Error::io("write", &target, e.error))?;
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner).insert(target);
        Ok(())
    }

    /// Makes durable what this handle has written, in one pass.
    pub(super) fn sync_blobs(&self) -> Result<()> {
        let written =
            std::mem::take(&mut *self.unsynced.lock().unwrap_or_else(PoisonError::into_inner));
        let mut folders = HashSet::new();
        for path in written {
            File::open(&path)
                .and_then(|f| f.sync_all())
                .map_err(|e| Error::io("write", &path, e))?;
            folders.extend(path.parent().map(PathBuf::from));
        }
        folders.iter().try_for_each(|folder| sync_directory(folder))
    }

    /// Removes what killed processes left unfinished. Only for who holds the content lock alone:
    /// then nobody is writing, and what lies there belongs to nobody.
    pub(super) fn sweep_staged(&self) {
        for path in self.staged() {
            let _ = fs::remove_file(path);
        }
    }

    pub(super) fn staged(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.own_folder()) else { return Vec::new() };
        let staged = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(STAGED);
        entries.flatten().filter(staged).map(|entry| entry.path()).collect()
    }
}
