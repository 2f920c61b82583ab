//! Moves an unpacked directory tree to its final path, and merges it into directories that exist
//! there.
//!
//! Replaces existing symbolic links and never follows them. Never replaces a directory with a file,
//! nor a file with a directory. Looks for conflicts, also with other content of the same pull,
//! before it moves the first file.

use std::{
    collections::HashSet,
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::{
    blocking::check_cancelled,
    content::{
        digest_files::digest_file,
        final_paths::{Claim, EntryClaim, Owner, Writing},
        safe_path::check_links,
    },
};
use ocigraph_types::{Code, Error, Result};

/// Moves the directory `from` to `to`, and returns the paths that were written. With `merge`, `to`
/// must be an existing directory or a symbolic link to one.
pub(super) fn move_into_place(
    from: &Path,
    to: &Path,
    output: &Path,
    merge: bool,
    keep_old: bool,
    claim: &Claim,
) -> Result<Vec<PathBuf>> {
    let mut moving = Move {
        keep_old,
        dry_run: true,
        writing: claim.writing(),
        sole: claim.is_sole(),
        left_to_others: HashSet::new(),
        ancestors_of_left: HashSet::new(),
        placed: Vec::new(),
    };
    // Another packed directory of the same pull may have created a link since the title was
    // checked.
    check_links(output, to).map_err(|link| {
        let why = format!("{} leads through the symbolic link {}", to.display(), link.display());
        Error::new(Code::UnsafePath, why)
    })?;
    for dry_run in [true, false] {
        moving.dry_run = dry_run;
        if merge {
            moving.children(from, to)?;
        } else {
            moving.entry(from, to)?;
        }
    }
    Ok(moving.placed)
}

struct Move<'a> {
    keep_old: bool,
    /// Only looks for conflicts.
    dry_run: bool,
    /// Held from the first check to the last move.
    writing: Writing<'a>,
    /// Whether the pull writes nothing else.
    sole: bool,
    /// Paths that another owner writes with the same content.
    left_to_others: HashSet<PathBuf>,
    /// The ancestors of those paths.
    ancestors_of_left: HashSet<PathBuf>,
    placed: Vec<PathBuf>,
}

impl Move<'_> {
    fn children(&mut self, from: &Path, to: &Path) -> Result<()> {
        for entry in fs::read_dir(from).map_err(|e| Error::io("read", from, e))? {
            let entry = entry.map_err(|e| Error::io("read", from, e))?;
            self.entry(&entry.path(), &to.join(entry.file_name()))?;
        }
        Ok(())
    }

    fn entry(&mut self, from: &Path, to: &Path) -> Result<()> {
        check_cancelled().map_err(|e| Error::io("write", to, e))?;
        let new = from.symlink_metadata().map_err(|e| Error::io("read", from, e))?;
        if self.is_left_to_another(from, &new, to)? {
            return Ok(());
        }
        let old = match to.symlink_metadata() {
            Ok(old) => old,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return self.add(from, &new, to),
            Err(e) => return Err(Error::io("inspect", to, e)),
        };
        if new.is_dir() && old.is_dir() {
            return self.children(from, to);
        }
        if !self.sole {
            self.writing.check_not_placed(to, &old)?;
        }
        if self.keep_old {
            return Ok(());
        }
        if old.is_dir() || (new.is_dir() && !old.is_symlink()) {
            let [new, old] =
                if old.is_dir() { ["file", "directory"] } else { ["directory", "file"] };
            return Err(Error::new(
                Code::AlreadyExists,
                format!("cannot write the {new} {}: a {old} has that path", to.display()),
            )
            .with_hint(format!("move the {old} away, or choose another output directory")));
        }
        if self.dry_run {
            // The new directory replaces the link.
            return if new.is_dir() { self.claim_below(from, to) } else { Ok(()) };
        }
        if is_same(from, &new, to, &old) {
            return Ok(());
        }
        if new.is_dir() {
            fs::remove_file(to).map_err(|e| Error::io("replace the link", to, e))?;
        }
        self.add(from, &new, to)
    }

    /// Claims a path. Returns whether another owner of the pull writes the same content there.
    fn is_left_to_another(&mut self, from: &Path, new: &Metadata, to: &Path) -> Result<bool> {
        if self.sole {
            return Ok(false);
        }
        if !self.dry_run {
            return Ok(self.left_to_others.contains(to));
        }
        if new.is_dir() {
            return self.writing.claim_directory(to).map(|()| false);
        }
        let is_same = |other: &Owner| {
            if other.packed {
                // The other packed directory is in place already.
                return to.symlink_metadata().is_ok_and(|old| is_same_content(from, new, to, &old));
            }
            let algorithm = other.digest.algorithm().ok().filter(|_| new.is_file());
            let digested = algorithm.and_then(|algorithm| digest_file(from, algorithm).ok());
            digested.is_some_and(|(digest, _)| digest == other.digest)
        };
        let left = self.writing.claim_file(to, is_same)? == EntryClaim::SameContent;
        if left {
            self.ancestors_of_left.extend(to.ancestors().skip(1).map(Path::to_path_buf));
            self.left_to_others.insert(to.to_path_buf());
        }
        Ok(left)
    }

    /// Moves an entry to a path where nothing exists. Moves a directory as a whole, unless another
    /// owner writes a part of it.
    fn add(&mut self, from: &Path, new: &Metadata, to: &Path) -> Result<()> {
        if self.dry_run {
            return if new.is_dir() { self.claim_below(from, to) } else { Ok(()) };
        }
        if new.is_dir() && self.ancestors_of_left.contains(to) {
            fs::create_dir(to)
                .and_then(|()| fs::set_permissions(to, new.permissions()))
                .map_err(|e| Error::io("create the directory", to, e))?;
            return self.children(from, to);
        }
        match fs::rename(from, to) {
            // Another file of the pull has created the directory in the meantime.
            Err(_) if new.is_dir() && to.symlink_metadata().is_ok_and(|m| m.is_dir()) => {
                return self.children(from, to);
            }
            renamed => renamed.map_err(|e| Error::io("write", to, e))?,
        }
        self.placed.push(to.to_path_buf());
        Ok(())
    }

    fn claim_below(&mut self, from: &Path, to: &Path) -> Result<()> {
        if self.sole {
            return Ok(());
        }
        for entry in fs::read_dir(from).map_err(|e| Error::io("read", from, e))? {
            check_cancelled().map_err(|e| Error::io("write", to, e))?;
            let entry = entry.map_err(|e| Error::io("read", from, e))?;
            let (from, to) = (entry.path(), to.join(entry.file_name()));
            let new = from.symlink_metadata().map_err(|e| Error::io("read", &from, e))?;
            if !self.is_left_to_another(&from, &new, &to)? && new.is_dir() {
                self.claim_below(&from, &to)?;
            }
        }
        Ok(())
    }
}

/// Returns whether both are files with the same content and mode, or both links with the same
/// target.
fn is_same(a: &Path, of_a: &Metadata, b: &Path, of_b: &Metadata) -> bool {
    (of_a.is_symlink() || of_a.permissions() == of_b.permissions())
        && is_same_content(a, of_a, b, of_b)
}

fn is_same_content(a: &Path, of_a: &Metadata, b: &Path, of_b: &Metadata) -> bool {
    if of_a.is_symlink() && of_b.is_symlink() {
        return fs::read_link(a).is_ok_and(|a| fs::read_link(b).is_ok_and(|b| a == b));
    }
    of_a.is_file()
        && of_b.is_file()
        && of_a.len() == of_b.len()
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
