//! Moving an unpacked tree to where it belongs, into directories that are there.
//!
//! Links that are there are replaced and never followed, and a file never takes a directory's
//! place nor the other way round. Conflicts are looked for before the first file is moved.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::error::{Code, Error, Result};

/// Puts the directory `from` at `to`; with `merge`, `to` is taken as a directory whatever leads to
/// it. Gives what was put in place.
pub(super) fn place(from: &Path, to: &Path, merge: bool, keep_old: bool) -> Result<Vec<PathBuf>> {
    let mut placing = Placing { keep_old, looking: true, placed: Vec::new() };
    for looking in [true, false] {
        placing.looking = looking;
        if merge {
            placing.children(from, to)?;
        } else {
            placing.one(from, to)?;
        }
    }
    Ok(placing.placed)
}

struct Placing {
    keep_old: bool,
    /// Only looks whether it could be done.
    looking: bool,
    placed: Vec<PathBuf>,
}

impl Placing {
    fn children(&mut self, from: &Path, to: &Path) -> Result<()> {
        for entry in fs::read_dir(from).map_err(|e| Error::io("read", from, e))? {
            let entry = entry.map_err(|e| Error::io("read", from, e))?;
            self.one(&entry.path(), &to.join(entry.file_name()))?;
        }
        Ok(())
    }

    fn one(&mut self, from: &Path, to: &Path) -> Result<()> {
        let new = from.symlink_metadata().map_err(|e| Error::io("read", from, e))?;
        let old = match to.symlink_metadata() {
            Ok(old) => old,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return self.rename(from, to),
            Err(e) => return Err(Error::io("look at", to, e)),
        };
        if new.is_dir() && old.is_dir() {
            return self.children(from, to);
        }
        if self.keep_old {
            return Ok(());
        }
        if old.is_dir() || (new.is_dir() && !old.is_symlink()) {
            let [is, is_to_be] =
                if old.is_dir() { ["directory", "file"] } else { ["file", "directory"] };
            return Err(Error::new(
                Code::AlreadyExists,
                format!("{} is a {is}, and a {is_to_be} is to be there", to.display()),
            )
            .with_hint("move it away, or write into another directory"));
        }
        if self.looking || is_same(from, &new, to, &old) {
            return Ok(());
        }
        if new.is_dir() {
            fs::remove_file(to).map_err(|e| Error::io("replace the link", to, e))?;
        }
        self.rename(from, to)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        if !self.looking {
            fs::rename(from, to).map_err(|e| Error::io("write", to, e))?;
            self.placed.push(to.to_path_buf());
        }
        Ok(())
    }
}

/// Whether both are files or both are links, and the same.
fn is_same(a: &Path, of_a: &Metadata, b: &Path, of_b: &Metadata) -> bool {
    if of_a.is_symlink() && of_b.is_symlink() {
        return fs::read_link(a).is_ok_and(|a| fs::read_link(b).is_ok_and(|b| a == b));
    }
    of_a.is_file()
        && of_b.is_file()
        && of_a.len() == of_b.len()
        && of_a.permissions() == of_b.permissions()
        && has_same_content(a, b).unwrap_or(false)
}

fn has_same_content(a: &Path, b: &Path) -> io::Result<bool> {
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
    let (mut from_a, mut from_b) = (Vec::new(), Vec::new());
    loop {
        from_a.clear();
        from_b.clear();
        a.by_ref().take(128 * 1024).read_to_end(&mut from_a)?;
        b.by_ref().take(128 * 1024).read_to_end(&mut from_b)?;
        if from_a != from_b {
            return Ok(false);
        }
        if from_a.is_empty() {
            return Ok(true);
        }
    }
}
