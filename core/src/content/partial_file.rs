//! Partial files: a pulled file is written beside its final path under a hidden name, and renamed
//! once it is complete and verified.
//!
//! The hidden names cannot be guessed, and a partial file is locked while it is written, so the
//! next process can recognize the leftovers of a killed one: it resumes a large file of its own and
//! removes the rest. A pull that fails removes its partial files itself. The final path never holds
//! incomplete content.

mod leftovers;
mod lock;
mod resume;
mod staging_directory;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::{Builder, NamedTempFile};

use leftovers::{CREATE_ATTEMPTS, ScannedDirectory};
use lock::{is_at, lock_created, reopen_leftover};
use resume::{digest_existing, resume_key};

use crate::content::{
    created_directories::CreatedDirectories,
    final_paths::Claim,
    partial_name::{PARTIAL_PREFIX, PARTIAL_SUFFIX},
    paths::parent,
};
use ocigraph_types::{Code, Descriptor, Error, Result, Verifier};

pub(crate) use leftovers::Leftovers;
#[cfg(all(feature = "archive", feature = "layout"))]
pub(crate) use resume::key_of;
#[cfg(feature = "archive")]
pub(crate) use staging_directory::StagingDirectory;

/// A file that is being written. Dropping it removes the file, and the directories created for it
/// that are still empty.
#[derive(Debug)]
pub(crate) struct PartialFile {
    // Dropped in this order: the file first, then the directories.
    file: NamedTempFile,
    _created: Arc<CreatedDirectories>,
    target: PathBuf,
}

impl PartialFile {
    /// Starts the partial file of `blob` for the final path `target`, or resumes one that a killed
    /// process left. Creates the directory when it is missing. The verifier has seen the bytes that
    /// are in the file already.
    pub(crate) fn begin(
        target: &Path,
        blob: &Descriptor,
        leftovers: &Leftovers,
    ) -> Result<(Self, Verifier)> {
        if target.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Err(is_a_directory(target));
        }
        Self::begin_in(parent(target), target, blob, leftovers)
    }

    /// As [`begin`](Self::begin), in another directory than the target's: for the archive of a
    /// packed directory, which is never renamed to its target.
    pub(crate) fn begin_in(
        directory: &Path,
        target: &Path,
        blob: &Descriptor,
        leftovers: &Leftovers,
    ) -> Result<(Self, Verifier)> {
        let key = resume_key(target, blob);
        let directory = leftovers.scan(directory)?;
        if let Some(mut file) = take_over(&directory, key.as_deref())? {
            let verifier = digest_existing(file.as_file_mut(), blob)
                .map_err(|e| Error::io("read", file.path(), e))?;
            let _created = Arc::clone(&leftovers.created);
            return Ok((Self { file, _created, target: target.to_path_buf() }, verifier?));
        }
        let partial = Self::create_locked(&directory, target, key.as_deref(), leftovers)?;
        Ok((partial, Verifier::new(blob)?))
    }

    /// Starts the partial file with this key for the final path `target`, or takes over one that a
    /// killed process left. The caller finds out what the file has already.
    #[cfg(feature = "archive")]
    pub(crate) fn begin_with_key(target: &Path, key: &str) -> Result<Self> {
        if target.symlink_metadata().is_ok_and(|m| m.is_dir()) {
            return Err(is_a_directory(target));
        }
        let leftovers = Leftovers::of_key(key);
        let directory = leftovers.scan(parent(target))?;
        match take_over(&directory, Some(key))? {
            Some(file) => {
                let _created = Arc::clone(&leftovers.created);
                Ok(Self { file, _created, target: target.to_path_buf() })
            }
            None => Self::create_locked(&directory, target, Some(key), &leftovers),
        }
    }

    /// Creates a new file, and locks it.
    fn create_locked(
        directory: &ScannedDirectory,
        target: &Path,
        key: Option<&str>,
        leftovers: &Leftovers,
    ) -> Result<Self> {
        let mut attempts = 0;
        loop {
            let partial = Self::create(directory, target, key, leftovers)?;
            attempts += 1;
            if lock_created(partial.file.as_file(), partial.file.path())
                || attempts == CREATE_ATTEMPTS
            {
                return Ok(partial);
            }
            // Another process has locked the file and may be writing to it, so it must not be
            // removed.
            let _ = partial.file.keep();
        }
    }

    /// The open file.
    #[cfg(feature = "archive")]
    pub(crate) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Writes the content to the disk, and renames the file to its final path. Replaces an existing
    /// file.
    #[cfg(feature = "archive")]
    pub(crate) fn persist(self) -> Result<()> {
        let Self { file, target, _created } = self;
        let fail = |e: io::Error| Error::io("write", &target, e);
        file.as_file().sync_all().map_err(fail)?;
        let written = file.as_file().metadata().map_err(fail)?;
        if !is_at(&written, file.path()) {
            return Err(replaced(&target));
        }
        file.persist(&target).map_err(|e| fail(e.error))?;
        _created.keep();
        Ok(())
    }

    /// Writes complete and verified content to `target`. Returns whether the file was written: see
    /// [`commit`](Self::commit).
    pub(crate) fn write(
        target: &Path,
        bytes: &[u8],
        claim: &Claim,
        keep_old: bool,
        leftovers: &Leftovers,
    ) -> Result<bool> {
        let directory = leftovers.scan(parent(target))?;
        let mut attempts = 0;
        loop {
            let mut partial = Self::create(&directory, target, None, leftovers)?;
            // If another process takes the file for a leftover and removes it, the rename reports
            // that.
            let _ = fs4::FileExt::try_lock(partial.file.as_file());
            partial.append(bytes)?;
            if let Some(written) = partial.try_commit(claim, keep_old)? {
                return Ok(written);
            }
            attempts += 1;
            if attempts == CREATE_ATTEMPTS {
                return Err(replaced(target));
            }
        }
    }

    /// Creates a new file, and its directory when that is missing.
    fn create(
        directory: &ScannedDirectory,
        target: &Path,
        key: Option<&str>,
        leftovers: &Leftovers,
    ) -> Result<Self> {
        let file = leftovers.create_in(&directory.path, || create(&directory.path, key));
        let file = file.map_err(|e| Error::io("create a file in", &directory.path, e))?;
        let _created = Arc::clone(&leftovers.created);
        Ok(Self { file, _created, target: target.to_path_buf() })
    }

    /// Appends bytes to the file.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| Error::io("write", &self.target, e))
    }

    /// Renames the file to its final path. Replaces an existing file or symbolic link, unless
    /// `keep_old` is set; a link is never followed. Returns whether the file was written. CONFLICT
    /// when other content of the same pull has the path.
    pub(crate) fn commit(self, claim: &Claim, keep_old: bool) -> Result<bool> {
        let target = self.target.clone();
        self.try_commit(claim, keep_old)?.ok_or_else(|| replaced(&target))
    }

    /// As [`commit`](Self::commit), but returns `None` when the partial file was replaced or
    /// removed.
    fn try_commit(self, claim: &Claim, keep_old: bool) -> Result<Option<bool>> {
        let Self { file, target, _created } = self;
        let fail = |e: io::Error| match e.kind() {
            io::ErrorKind::IsADirectory => is_a_directory(&target),
            _ => Error::io("write", &target, e),
        };
        let written = file.as_file().metadata().map_err(fail)?;
        if !is_at(&written, file.path()) {
            return Ok(None);
        }
        let mut writing = claim.writing();
        let is_gone = |e: &io::Error, path: &Path| {
            e.kind() == io::ErrorKind::NotFound && !is_at(&written, path)
        };
        // Usually nothing exists at the target, and this rename is enough.
        if let Err(e) = file.persist_noclobber(&target) {
            if is_gone(&e.error, e.file.path()) {
                return Ok(None);
            }
            match target.symlink_metadata() {
                Ok(existing) if !claim.is_sole() => writing.check_not_placed(&target, &existing)?,
                // Not every file system can rename without replacing.
                Err(_) if keep_old => return Err(fail(e.error)),
                _ => {}
            }
            if keep_old {
                return Ok(Some(false));
            }
            e.file.persist(&target).map_err(|e| fail(e.error))?;
        }
        writing.record_placed(&written);
        Ok(Some(true))
    }

    /// Returns a reader of the content from its beginning. Dropping the reader removes the file.
    pub(crate) fn into_reader(mut self) -> Result<impl Read + Send> {
        let path = self.file.path().to_path_buf();
        self.file.seek(SeekFrom::Start(0)).map_err(|e| Error::io("read", &path, e))?;
        Ok(Reader(self))
    }
}

/// Opens and locks a leftover with this key.
fn take_over(directory: &ScannedDirectory, key: Option<&str>) -> Result<Option<NamedTempFile>> {
    while let Some(path) = directory.take(key) {
        let reopened = reopen_leftover(&path).map_err(|e| {
            // The caller tries again when it has run out of file descriptors.
            directory.give_back(path.clone());
            Error::io("read", &path, e)
        })?;
        if reopened.is_some() {
            return Ok(reopened);
        }
    }
    Ok(None)
}

fn create(directory: &Path, key: Option<&str>) -> io::Result<NamedTempFile> {
    let prefix = match key {
        Some(key) => format!("{PARTIAL_PREFIX}{key}."),
        None => PARTIAL_PREFIX.to_owned(),
    };
    // The default mode lets the process's umask decide, as for any new file. Reading is needed to
    // unpack a packed directory.
    let open = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
    let mut builder = Builder::new();
    builder.prefix(&prefix).rand_bytes(12).suffix(PARTIAL_SUFFIX).make_in(directory, open)
}

fn is_a_directory(target: &Path) -> Error {
    Error::new(
        Code::AlreadyExists,
        format!("cannot write the file {}: a directory has that path", target.display()),
    )
    .with_hint("move the directory away, or choose another output directory")
}

fn replaced(target: &Path) -> Error {
    Error::new(
        Code::Conflict,
        format!("another program replaced the partial file of {}", target.display()),
    )
    .with_hint("another program changes files in that directory; try again when it has finished")
}

struct Reader(PartialFile);

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.file.read(buffer)
    }
}
