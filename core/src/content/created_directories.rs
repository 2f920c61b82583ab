//! Directories that an operation creates for its files. When the operation fails or is dropped,
//! those that are still empty are removed; a directory that holds anything always stays.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The directories created so far. Removes the empty ones when dropped, unless
/// [`keep`](Self::keep) was called.
#[derive(Debug, Default)]
pub(crate) struct CreatedDirectories(Mutex<Vec<PathBuf>>);

impl CreatedDirectories {
    /// Creates a directory and its missing ancestors.
    pub(crate) fn create(&self, directory: &Path) -> io::Result<()> {
        if directory.is_dir() {
            return Ok(());
        }
        let missing: Vec<PathBuf> = directory
            .ancestors()
            .take_while(|d| !d.as_os_str().is_empty() && fs::metadata(d).is_err())
            .map(Path::to_path_buf)
            .collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(missing);
        fs::create_dir_all(directory)
    }

    /// Keeps all directories: the operation has succeeded.
    pub(crate) fn keep(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for CreatedDirectories {
    fn drop(&mut self) {
        let created = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Deepest first, so that a parent is empty when its turn comes.
        created.sort_by_key(|directory| std::cmp::Reverse(directory.components().count()));
        for directory in created {
            // Fails for a directory that is not empty, which then stays.
            let _ = fs::remove_dir(directory);
        }
    }
}
