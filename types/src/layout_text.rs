//! Splits the text after `oci:` into the path of a layout and the names in it.
//!
//! A name may contain slashes and colons, such as `docker.io/library/hello:1.0`, and so may a path.
//! So the text alone does not say where the path ends, and [`split`] asks what exists. This is the
//! only place of the crate that looks at the file system; it opens nothing.

use std::path::Path;

/// The longest prefix that can be a path, in bytes. Linux has this limit.
const LONGEST_PATH: usize = 4096;

/// What exists at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// The directory of an image layout, or a regular file, which may be an archive of one.
    Layout,
    /// Another directory.
    Directory,
    /// Nothing that can be or contain a layout.
    Nothing,
}

impl Existing {
    /// Looks at the file system.
    pub(crate) fn at(path: &Path) -> Self {
        let Ok(metadata) = path.metadata() else { return Existing::Nothing };
        let has = |file: &str| path.join(file).symlink_metadata().is_ok();
        match metadata.is_dir() {
            // Some tools write only one of these two files before the first manifest.
            true if has("oci-layout") || has("index.json") => Existing::Layout,
            true => Existing::Directory,
            false if metadata.is_file() => Existing::Layout,
            false => Existing::Nothing,
        }
    }
}

/// Splits `PATH[:NAMES]`. `look` says what exists at a path. In this order:
///
/// 1. A slash at the end ends the path: `PATH/` has no names, and `PATH/:NAMES` has the names after
///    the last `/:`.
/// 2. The path is the longest part before a colon, or the whole text, that is an image layout or a
///    regular file.
/// 3. The path ends at the first colon after the directories that exist.
///
/// A colon before a slash or backslash always belongs to the path, as in `C:\store`: no name begins
/// with either.
pub(crate) fn split(text: &str, look: impl Fn(&Path) -> Existing) -> (&str, Option<&str>) {
    if text.ends_with(std::path::is_separator) {
        return (text, None);
    }
    let bytes = text.as_bytes();
    let separates = |at: usize| {
        bytes[at] == b':' && !bytes.get(at + 1).is_some_and(|next| matches!(next, b'/' | b'\\'))
    };
    let colons: Vec<usize> = (0..bytes.len()).filter(|at| separates(*at)).collect();
    let parts = |at: usize| (&text[..at], text.get(at + 1..));
    let ends_path = |at: &&usize| text[..**at].ends_with(std::path::is_separator);
    if let Some(at) = colons.iter().rfind(ends_path) {
        return parts(*at);
    }
    let Some(first) = colons.first() else { return (text, None) };
    let exists = |at: usize| match at {
        0 => Existing::Nothing,
        1..=LONGEST_PATH => look(Path::new(&text[..at])),
        _ => Existing::Nothing,
    };
    let whole = bytes.len();
    let ends = || colons.iter().copied().chain([whole]);
    if let Some(at) = ends().rfind(|at| exists(*at) == Existing::Layout) {
        return parts(at);
    }
    let slashes = (0..whole).filter(|at| std::path::is_separator(char::from(bytes[*at])));
    let mut folders: Vec<usize> = slashes.chain(ends()).filter(|at| at > first).collect();
    folders.sort_unstable();
    let existing = folders.into_iter().rfind(|at| exists(*at) == Existing::Directory);
    match existing {
        Some(folder) => parts(colons.iter().copied().find(|at| *at >= folder).unwrap_or(whole)),
        None => parts(*first),
    }
}

/// Returns a path that [`split`] found without the slash that [`path_text`] adds to it.
pub(crate) fn path_in(text: &str) -> &Path {
    let without = text.strip_suffix(std::path::is_separator).map(Path::new);
    without.filter(|path| path_text(path) == text).unwrap_or(Path::new(text))
}

/// Returns the path as it must be written in a reference, so that [`split`] finds its end in every
/// file system: with a slash at the end if it contains a colon that could end it.
pub(crate) fn path_text(path: &Path) -> String {
    let mut text = path.display().to_string();
    let is_ambiguous =
        text.ends_with(':') || text.split(':').skip(1).any(|rest| !rest.starts_with(['/', '\\']));
    if is_ambiguous && !text.ends_with(std::path::is_separator) {
        text.push('/');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits a text where these layouts and directories exist, and the directories above them.
    fn split_with<'a>(
        text: &'a str,
        layouts: &[&str],
        directories: &[&str],
    ) -> (&'a str, Option<&'a str>) {
        split(text, |path| {
            let above = |known: &&str| Path::new(known).starts_with(path);
            if layouts.iter().any(|known| Path::new(known) == path) {
                Existing::Layout
            } else if layouts.iter().chain(directories).any(above) {
                Existing::Directory
            } else {
                Existing::Nothing
            }
        })
    }

    #[test]
    fn the_longest_existing_layout_or_file_is_the_path() {
        let hello = "docker.io/library/hello:1.0";
        for (text, layouts, path, names) in [
            (&*format!("store:{hello}"), &["store"][..], "store", Some(hello)),
            ("a.tar:x/y:1", &["a.tar"], "a.tar", Some("x/y:1")),
            ("a:b:c", &["a"], "a", Some("b:c")),
            ("a:b:c", &["a", "a:b"], "a:b", Some("c")),
            ("a:b:c", &["a", "a:b", "a:b:c"], "a:b:c", None),
            ("/T10:30/app:v1,x/y:2", &["/T10:30/app"], "/T10:30/app", Some("v1,x/y:2")),
            ("/T10:30/app", &["/T10:30/app"], "/T10:30/app", None),
            // `a` is a layout with the name `b`, and `a:b` is a layout.
            ("a:b", &["a", "a:b"], "a:b", None),
            ("a/:b", &["a", "a:b"], "a/", Some("b")),
            ("C:\\store:x/y:1", &["C:\\store"], "C:\\store", Some("x/y:1")),
        ] {
            assert_eq!(split_with(text, layouts, &[]), (path, names), "{text} {layouts:?}");
        }
    }

    #[test]
    fn a_new_layout_ends_at_the_first_colon_after_existing_directories() {
        for (text, directories, path, names) in [
            ("new:docker.io/x:1", &[][..], "new", Some("docker.io/x:1")),
            ("new:alpine:3.19", &[], "new", Some("alpine:3.19")),
            ("a/b:v1", &["a"], "a/b", Some("v1")),
            ("/T10:30/new:v1", &["/T10:30"], "/T10:30/new", Some("v1")),
            ("/T10:30:v1", &["/T10:30"], "/T10:30", Some("v1")),
            ("/T10:30", &["/T10:30"], "/T10:30", None),
            ("/T10:30", &["/"], "/T10", Some("30")),
            ("C:/store:v1", &[], "C:/store", Some("v1")),
            ("C:\\store", &[], "C:\\store", None),
            ("T10:30/new/:v1", &[], "T10:30/new/", Some("v1")),
            ("T10:30/new/", &[], "T10:30/new/", None),
        ] {
            assert_eq!(split_with(text, &[], directories), (path, names), "{text} {directories:?}");
        }
    }

    #[test]
    fn a_path_is_written_so_that_nothing_that_exists_changes_its_meaning() {
        for path in ["store", "C:/store", "a:b", "a:", "a/", "a/:b", ":b", "/T10:30/app", "C:\\a"] {
            let written = path_text(Path::new(path));
            for names in [None, Some("v1"), Some("docker.io/x:1")] {
                let text = names.map_or(written.clone(), |names| format!("{written}:{names}"));
                assert_eq!(split_with(&text, &[], &[]), (&*written, names), "{path}");
                assert!(Path::new(&written) == Path::new(path), "{path} {written}");
                assert_eq!(path_in(&written).to_str(), Some(path));
            }
        }
    }

    #[test]
    fn a_layout_and_a_file_differ_from_another_directory() {
        let folder = std::env::temp_dir().join(format!("ocigraph-split-{}", std::process::id()));
        let layout = folder.join("layout");
        std::fs::create_dir_all(&layout).unwrap();
        assert_eq!(Existing::at(&layout), Existing::Directory);
        std::fs::write(layout.join("index.json"), "{}").unwrap();
        assert_eq!(Existing::at(&layout), Existing::Layout);
        assert_eq!(Existing::at(&layout.join("index.json")), Existing::Layout);
        assert_eq!(Existing::at(&folder.join("nothing")), Existing::Nothing);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
