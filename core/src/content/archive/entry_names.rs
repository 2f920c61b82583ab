//! The names of the entries of an archive, and which part of the archive is the packed directory.
//!
//! ORAS names all entries below the title. Other tools pack the content of the directory alone, as
//! `tar -C DIRECTORY .` does (oras-py). An archive that mixes both is refused, because either reading
//! would put some file where the publisher did not have it. Some programs for Windows write `\` where
//! tar has `/`. Only names are decided here; [`extract`](super::extract) checks that they are safe.

use std::{
    cell::{Cell, RefCell},
    path::{Component, Path, PathBuf},
};

/// What the names of the entries so far have shown.
pub(super) struct EntryNames {
    /// The title without `.` components.
    title: PathBuf,
    /// The title can be a path below the output directory. Otherwise path traversal is allowed, and
    /// every entry must be named below the title.
    is_plain: bool,
    below_title: Cell<bool>,
    /// The first name that is not below the title.
    outside: RefCell<Option<PathBuf>>,
    /// The archive has an entry for its own root, `./`.
    has_root: Cell<bool>,
}

impl EntryNames {
    pub(super) fn new(title: &str) -> Self {
        let title = without_dots(Path::new(title));
        let is_plain = title.components().all(|c| matches!(c, Component::Normal(_)));
        Self {
            title,
            is_plain,
            below_title: Cell::new(false),
            outside: RefCell::default(),
            has_root: Cell::new(false),
        }
    }

    /// Returns the path of an entry below the root of the extraction, which is empty for the root
    /// itself. `None` for a name that must be below the title and is not.
    pub(super) fn relative(&self, name: &Path) -> Option<PathBuf> {
        let name = without_dots(name);
        if self.is_plain {
            return Some(name);
        }
        name.strip_prefix(&self.title).ok().map(Path::to_path_buf)
    }

    /// Records the path of an entry.
    pub(super) fn record(&self, relative: &Path, is_directory: bool) {
        let is_title = relative == self.title;
        if relative.as_os_str().is_empty() {
            self.has_root.set(true);
        } else if relative.starts_with(&self.title) && (is_directory || !is_title) {
            self.below_title.set(true);
        } else if !is_directory || !self.title.starts_with(relative) {
            self.outside.borrow_mut().get_or_insert_with(|| relative.to_path_buf());
        }
    }

    /// Returns the path below the output directory of an entry of an archive that has the content of
    /// the directory alone.
    pub(super) fn in_output(&self, relative: &Path) -> Option<PathBuf> {
        self.is_plain.then(|| self.title.join(relative))
    }

    /// Returns true if the archive has the content of the directory alone.
    pub(super) fn is_content_alone(&self) -> bool {
        self.directory().is_ok_and(|directory| directory.as_os_str().is_empty())
    }

    /// Returns the path of the packed directory below the root of the extraction. Fails with the name
    /// of an entry outside it.
    pub(super) fn directory(&self) -> Result<PathBuf, PathBuf> {
        if !self.is_plain {
            return Ok(PathBuf::new());
        }
        match (&*self.outside.borrow(), self.below_title.get()) {
            (Some(name), true) if !self.has_root.get() => Err(name.clone()),
            (Some(_), _) => Ok(PathBuf::new()),
            (None, false) if self.has_root.get() => Ok(PathBuf::new()),
            (None, _) => Ok(self.title.clone()),
        }
    }
}

/// Returns a name with `/` in place of `\`, if a program for Windows wrote it: it has no `/` and is
/// below the title, or below a directory that the archive has so far. In other names `\` is a letter.
pub(super) fn from_windows(name: &[u8], root: &Path, names: &EntryNames) -> Option<Vec<u8>> {
    let inner = name.strip_suffix(b"/").unwrap_or(name);
    if !inner.contains(&b'\\') || inner.contains(&b'/') {
        return None;
    }
    let slashed: Vec<u8> = name.iter().map(|b| if *b == b'\\' { b'/' } else { *b }).collect();
    let path = without_dots(Path::new(std::str::from_utf8(&slashed).ok()?));
    let parent = path.parent()?;
    let is_below_title = !names.title.as_os_str().is_empty() && path.starts_with(&names.title);
    let is_known = parent.components().all(|c| matches!(c, Component::Normal(_)))
        && names.relative(parent).is_some_and(|parent| root.join(parent).is_dir());
    (is_below_title || is_known).then_some(slashed)
}

fn without_dots(path: &Path) -> PathBuf {
    path.components().filter(|c| *c != Component::CurDir).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(title: &str, names: &[&str]) -> Result<String, String> {
        let seen = EntryNames::new(title);
        for name in names {
            let relative = seen.relative(Path::new(name)).ok_or("outside")?;
            seen.record(&relative, name.ends_with('/'));
        }
        let text = |path: PathBuf| path.to_str().unwrap().to_owned();
        seen.directory().map(text).map_err(text)
    }

    #[test]
    fn entries_are_below_the_title_or_below_the_directory_itself() {
        for (title, names, expected) in [
            ("t", &["t/", "t/a"][..], Ok("t")),
            ("./t//", &["./t/a"], Ok("t")),
            ("a/t", &["a/", "a/t/", "a/t/x"], Ok("a/t")),
            ("t", &[], Ok("t")),
            ("t", &["a", "d/b"], Ok("")),
            ("t", &["./", "./a"], Ok("")),
            ("t", &["./", "./t/", "./t/a", "./b"], Ok("")),
            ("t", &["./", "./t/", "./t/a"], Ok("t")),
            ("t", &["./"], Ok("")),
            ("t", &["t"], Ok("")),
            (".", &["./", "a"], Ok("")),
            ("t", &["t/a", "b"], Err("b")),
            ("t", &["._t", "t/a"], Err("._t")),
            ("../t", &["../t/a"], Ok("")),
            ("../t", &["t/a"], Err("outside")),
        ] {
            let found = directory(title, names);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{title} {names:?}");
        }
    }

    #[test]
    fn a_backslash_separates_only_names_of_windows() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("d")).unwrap();
        let names = EntryNames::new("t");
        let read = |name: &str| {
            let slashed = from_windows(name.as_bytes(), root.path(), &names);
            slashed.map(|name| String::from_utf8(name).unwrap())
        };
        assert_eq!(read("t\\a").as_deref(), Some("t/a"));
        assert_eq!(read("t\\a\\b/").as_deref(), Some("t/a/b/"));
        assert_eq!(read("d\\x").as_deref(), Some("d/x"));
        for name in ["t/a\\b", "x\\y", "title\\a", "a", "t/a", "..\\x"] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
