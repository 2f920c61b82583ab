//! Comparison of paths without regard to case, for file systems that ignore it (macOS, Windows,
//! some directories on Linux). Relies on simple case mapping, which never turns one letter into
//! two.

use std::path::Path;

use crate::content::partial_name::{PARTIAL_PREFIX, PARTIAL_SUFFIX};

/// Returns whether names that differ only in case are one file in a directory, or in its nearest
/// existing ancestor. Creates a temporary file to find out, and removes it.
pub(super) fn ignores_case(directory: &Path) -> bool {
    let existing = directory.ancestors().find(|d| d.is_dir());
    let existing = existing.filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = tempfile::Builder::new()
        .prefix(PARTIAL_PREFIX)
        .suffix(PARTIAL_SUFFIX)
        .tempfile_in(existing);
    // Where no file can be created, the pull itself fails and reports why.
    probe.is_ok_and(|probe| {
        let name = probe.path().file_name().unwrap_or_default().to_ascii_uppercase();
        probe.path().with_file_name(name).symlink_metadata().is_ok()
    })
}

/// Returns the path as a file system that ignores case compares it.
pub(super) fn fold_case(path: &Path) -> Vec<u8> {
    fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
        let first = letters.next()?;
        letters.next().is_none().then_some(first)
    }
    let Some(text) = path.to_str() else {
        return path.as_os_str().as_encoded_bytes().to_ascii_lowercase();
    };
    // Through the upper case, so that letters with two lower-case forms become one.
    let fold = |c: char| {
        let upper = single(c.to_uppercase()).unwrap_or(c);
        single(upper.to_lowercase()).unwrap_or(upper)
    };
    text.chars().map(fold).collect::<String>().into_bytes()
}
