//! Small operations on paths that the other modules share. They never access the file system.

use std::path::{Component, Path, PathBuf};

/// Returns the path without `.` components and doubled separators, so that paths can be compared;
/// `.` for an empty path.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().filter(|c| *c != Component::CurDir).collect();
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}

/// Returns the directory that holds a path; `.` for a plain file name.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
