//! Leftovers: unfinished files and directories that killed processes left in the directories that a
//! pull writes to.
//!
//! Each directory is scanned once per pull. Files that this pull can resume are kept for it, the
//! rest is removed. Relies on [`lock`](super::lock): never removes what another process is writing.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    lock::remove_leftover,
    resume::{key_in_name, resume_key},
};
use crate::content::{created_directories::CreatedDirectories, partial_name::is_partial_name};
use ocigraph_types::{Descriptor, Error, Result};

/// Attempts to create a file or directory that another process may take for a leftover before it is
/// locked, or whose parent may be removed.
pub(super) const CREATE_ATTEMPTS: u32 = 8;

/// Maximum number of names that are scanned in one directory.
const MAX_SCANNED_NAMES: usize = 100_000;

/// The leftovers in the directories of one pull, and the directories that the pull has created.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    /// Keys of the files that this pull can resume.
    resumable: HashSet<String>,
    pub(super) created: Arc<CreatedDirectories>,
    directories: Mutex<HashMap<PathBuf, Arc<ScannedDirectory>>>,
}

/// A directory whose leftovers were looked for.
#[derive(Debug)]
pub(super) struct ScannedDirectory {
    /// The absolute path, computed once for all files for all its files.
    pub(super) path: PathBuf,
    resumable: Mutex<Vec<PathBuf>>,
}

impl Leftovers {
    /// Prepares for a pull of these blobs, each with its final path.
    pub(crate) fn of<'a>(blobs: impl Iterator<Item = (&'a Path, &'a Descriptor)>) -> Self {
        let resumable = blobs.filter_map(|(target, blob)| resume_key(target, blob)).collect();
        Self { resumable, ..Self::default() }
    }

    /// Prepares for one file with this key.
    #[cfg(feature = "archive")]
    pub(crate) fn of_key(key: &str) -> Self {
        Self { resumable: HashSet::from([key.to_owned()]), ..Self::default() }
    }

    /// Finishes a pull whose files are all in place, in these directories: keeps the directories
    /// that it created, and removes the leftovers that it did not resume.
    pub(crate) fn all_written<'a>(&self, directories: impl Iterator<Item = &'a Path>) {
        self.created.keep();
        for directory in directories {
            // A directory that cannot be found has no leftovers.
            let _ = self.scan(directory);
        }
        let scanned = self.directories.lock().unwrap_or_else(PoisonError::into_inner);
        scanned.values().for_each(|directory| directory.remove_rest());
    }

    /// Runs `create`, which creates something in `parent`, and creates `parent` when it is missing.
    /// Tries again when another pull, which failed, removes the directory while it is empty.
    pub(super) fn create_in<T>(
        &self,
        parent: &Path,
        create: impl Fn() -> io::Result<T>,
    ) -> io::Result<T> {
        for _ in 0..CREATE_ATTEMPTS {
            match create() {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    match self.created.create(parent) {
                        // An ancestor was removed at the same time.
                        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                        created => created?,
                    }
                }
                other => return other,
            }
        }
        create()
    }

    /// Scans a directory, unless that was done before.
    pub(super) fn scan(&self, directory: &Path) -> Result<Arc<ScannedDirectory>> {
        let mut directories = self.directories.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = directories.get(directory) {
            return Ok(Arc::clone(known));
        }
        let path = std::path::absolute(directory)
            .map_err(|e| Error::io("find the directory", directory, e))?;
        let resumable = Mutex::new(scan(&path, &self.resumable));
        let scanned = Arc::new(ScannedDirectory { path, resumable });
        directories.insert(directory.to_path_buf(), Arc::clone(&scanned));
        Ok(scanned)
    }
}

impl ScannedDirectory {
    /// Takes the longest of the leftovers with this key. Each leftover is returned once.
    pub(super) fn take(&self, key: Option<&str>) -> Option<PathBuf> {
        let key = key?;
        let mut resumable = self.resumable.lock().unwrap_or_else(PoisonError::into_inner);
        let has_key = |path: &Path| path.file_name().is_some_and(|n| key_in_name(n) == Some(key));
        let matching = resumable.iter().enumerate().filter(|(_, path)| has_key(path));
        let length = |path: &Path| path.symlink_metadata().map_or(0, |m| m.len());
        let (index, _) = matching.max_by_key(|(_, path)| length(path))?;
        Some(resumable.swap_remove(index))
    }

    /// Puts back a leftover that could not be opened.
    pub(super) fn give_back(&self, path: PathBuf) {
        self.resumable.lock().unwrap_or_else(PoisonError::into_inner).push(path);
    }

    fn remove_rest(&self) {
        for path in self.resumable.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            try_to_remove(&path);
        }
    }
}

/// Returns the leftovers with a resumable key, and removes all others that no process has locked.
fn scan(directory: &Path, resumable: &HashSet<String>) -> Vec<PathBuf> {
    // It may still be possible to write to a directory that cannot be read.
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.take(MAX_SCANNED_NAMES).flatten() {
        let name = entry.file_name();
        if !is_partial_name(&name) {
            continue;
        }
        if key_in_name(&name).is_some_and(|key| resumable.contains(key)) {
            found.push(entry.path());
        } else {
            try_to_remove(&entry.path());
        }
    }
    found
}

fn try_to_remove(leftover: &Path) {
    if let Err(e) = remove_leftover(leftover) {
        tracing::debug!(error = %e, path = %leftover.display(), "cannot remove a leftover");
    }
}
