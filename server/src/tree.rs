//! A folder of layouts: repository `a/b` is the layout in the directory `a/b` of the folder.
//!
//! A layout can have other layouts beside its own files. A part of a name that is the name of such a file
//! gets an underscore: no part of a repository name begins with one. Symbolic links are not followed, so
//! no name leads out of the folder.

use std::{
    collections::BinaryHeap,
    fs, io,
    path::{Path, PathBuf},
};

use ocigraph::check_repository;

/// The file by which a layout is recognized.
const MARKER: &str = "oci-layout";
/// The names of the files and directories of a layout that can be parts of repository names.
const RESERVED: [&str; 3] = ["blobs", "index.json", MARKER];

/// Maximum number of directories that one list of repositories reads.
const MAX_DIRECTORIES: usize = 1_000_000;

/// Returns true if a layout is in this directory.
pub(crate) fn is_layout(path: &Path) -> bool {
    path.join(MARKER).symlink_metadata().is_ok_and(|found| found.is_file())
}

/// Returns the path of a repository. `None` if a symbolic link or a file is in its way.
pub(crate) fn locate(root: &Path, name: &str) -> Option<PathBuf> {
    let mut path = root.to_owned();
    for part in name.split('/') {
        path.push(directory_of(part));
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return None,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(_) => return None,
        }
    }
    Some(path)
}

fn directory_of(part: &str) -> String {
    match is_reserved(part) {
        true => format!("_{part}"),
        false => part.to_owned(),
    }
}

/// Returns the part of a name that a directory is for.
fn part_of(directory: &str) -> Option<&str> {
    match directory.strip_prefix('_') {
        Some(part) => is_reserved(part).then_some(part),
        None => (!is_reserved(directory)).then_some(directory),
    }
}

/// Returns true for a part that cannot be the name of a directory here.
fn is_reserved(part: &str) -> bool {
    RESERVED.contains(&part) || cfg!(windows) && is_device(part)
}

/// Returns true for the name of a device of Windows, with any ending.
fn is_device(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or_default();
    let is_numbered = |prefix| {
        let number = name.strip_prefix(prefix);
        number.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul"].contains(&name) || is_numbered("com") || is_numbered("lpt")
}

/// Returns the first `limit` names of repositories after `last`, in their order.
pub(crate) fn names(root: &Path, last: Option<&str>, limit: usize) -> Vec<String> {
    // The greatest name is on top, so that it makes room for a smaller one.
    let mut first = BinaryHeap::new();
    let mut pending = vec![(root.to_owned(), String::new())];
    let mut read = 0;
    while let Some((directory, name)) = pending.pop() {
        read += 1;
        if read > MAX_DIRECTORIES {
            tracing::warn!(
                "the list of repositories is incomplete: there are too many directories"
            );
            break;
        }
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for entry in entries.flatten() {
            // The kind of the entry itself: a link to a directory is not one.
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let file_name = entry.file_name();
            let Some(part) = file_name.to_str().and_then(part_of) else { continue };
            let name = match name.as_str() {
                "" => part.to_owned(),
                parent => format!("{parent}/{part}"),
            };
            if check_repository(&name).is_err() {
                continue;
            }
            if last.is_none_or(|last| name.as_str() > last) && is_layout(&entry.path()) {
                first.push(name.clone());
                if first.len() > limit {
                    first.pop();
                }
            }
            pending.push((entry.path(), name));
        }
    }
    first.into_sorted_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(path: PathBuf) {
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join(MARKER), "{}").unwrap();
    }

    #[test]
    fn a_name_of_a_file_of_a_layout_is_a_directory_of_its_own() {
        let root = Path::new("root");
        assert_eq!(locate(root, "a/blobs/index.json").unwrap(), root.join("a/_blobs/_index.json"));
        assert_eq!(part_of("_blobs"), Some("blobs"));
        assert_eq!(part_of("blobs"), None);
        assert_eq!(part_of("_other"), None);
        assert_eq!(part_of("a"), Some("a"));
    }

    #[test]
    fn a_device_of_windows_is_recognized() {
        for name in ["con", "nul", "aux.c", "com1", "lpt9.x.y"] {
            assert!(is_device(name), "{name}");
        }
        for name in ["cons", "com", "com10", "a.con", "comx"] {
            assert!(!is_device(name), "{name}");
        }
    }

    #[test]
    fn repositories_are_listed_in_the_order_of_their_names() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a/b", "a", "a-b", "a.b", "c/_blobs", "b/c/d", "UPPER", ".hidden"] {
            layout(dir.path().join(name));
        }
        fs::create_dir_all(dir.path().join("empty")).unwrap();
        let all = ["a", "a-b", "a.b", "a/b", "b/c/d", "c/blobs"];
        assert_eq!(names(dir.path(), None, 10), all);
        assert_eq!(names(dir.path(), None, 2), all[..2]);
        assert_eq!(names(dir.path(), Some("a.b"), 2), all[3..5]);
        assert_eq!(names(dir.path(), Some("z"), 2), [""; 0]);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_followed() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        layout(outside.path().join("secret"));
        std::os::unix::fs::symlink(outside.path(), dir.path().join("out")).unwrap();
        assert_eq!(locate(dir.path(), "out/secret"), None);
        assert_eq!(locate(dir.path(), "out"), None);
        assert_eq!(names(dir.path(), None, 10), [""; 0]);
    }
}
