//! Moving an unpacked tree to its place, into directories that are there.
//!
//! Links that are there are replaced and never followed, and a file never takes a directory's
//! place nor the other way round. Conflicts, also those with other content of the same pull, are
//! looked for before the first file is moved.

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
        final_paths::{Claim, Entry, Owner, Writing},
        paths,
    },
};
use ocigraph_types::{Code, Error, Result};

/// Puts the directory `from` at `to`; with `merge`, `to` is taken as a directory whatever leads to
/// it. Gives what was put in place.
pub(super) fn place(
    from: &Path,
    to: &Path,
    output: &Path,
    merge: bool,
    keep_old: bool,
    claim: &Claim,
) -> Result<Vec<PathBuf>> {
    let mut placing = Placing {
        keep_old,
        looking: true,
        writing: claim.writing(),
        sole: claim.is_sole(),
        left_to_others: HashSet::new(),
        above_left: HashSet::new(),
        placed: Vec::new(),
    };
    // Another packed directory of the same pull may have brought a link since the title was checked.
    paths::check_links(output, to).map_err(|at| {
        let why = format!("{} leads through the symbolic link {}", to.display(), at.display());
        Error::new(Code::UnsafePath, why)
    })?;
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

struct Placing<'a> {
    keep_old: bool,
    /// Only looks whether it could be done.
    looking: bool,
    /// Held from the first look to the last move.
    writing: Writing<'a>,
    /// Whether nothing else is written by this pull.
    sole: bool,
    /// What another owner writes or has written, with the same content.
    left_to_others: HashSet<PathBuf>,
    /// The directories above that.
    above_left: HashSet<PathBuf>,
    placed: Vec<PathBuf>,
}

impl Placing<'_> {
    fn children(&mut self, from: &Path, to: &Path) -> Result<()> {
        for entry in fs::read_dir(from).map_err(|e| Error::io("read", from, e))? {
            let entry = entry.map_err(|e| Error::io("read", from, e))?;
            self.one(&entry.path(), &to.join(entry.file_name()))?;
        }
        Ok(())
    }

    fn one(&mut self, from: &Path, to: &Path) -> Result<()> {
        check_cancelled().map_err(|e| Error::io("write", to, e))?;
        let new = from.symlink_metadata().map_err(|e| Error::io("read", from, e))?;
        if self.is_left_to_another(from, &new, to)? {
            return Ok(());
        }
        let old = match to.symlink_metadata() {
            Ok(old) => old,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return self.add(from, &new, to),
            Err(e) => return Err(Error::io("look at", to, e)),
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
            let [is, is_to_be] =
                if old.is_dir() { ["directory", "file"] } else { ["file", "directory"] };
            return Err(Error::new(
                Code::AlreadyExists,
                format!("{} is a {is}, and a {is_to_be} is to be there", to.display()),
            )
            .with_hint("move it away, or write into another directory"));
        }
        if self.looking {
            // What lies below the link is replaced with it.
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

    /// Claims a path. Whether a file of another owner with the same content goes there.
    fn is_left_to_another(&mut self, from: &Path, new: &Metadata, to: &Path) -> Result<bool> {
        if self.sole {
            return Ok(false);
        }
        if !self.looking {
            return Ok(self.left_to_others.contains(to));
        }
        if new.is_dir() {
            return self.writing.directory(to).map(|()| false);
        }
        let is_same = |other: &Owner| {
            if other.packed {
                // The other directory is in its place already.
                return to.symlink_metadata().is_ok_and(|old| is_same_content(from, new, to, &old));
            }
            let algorithm = other.digest.algorithm().ok().filter(|_| new.is_file());
            let digested = algorithm.and_then(|algorithm| digest_file(from, algorithm).ok());
            digested.is_some_and(|(digest, _)| digest == other.digest)
        };
        let left = self.writing.file(to, is_same)? == Entry::Same;
        if left {
            self.above_left.extend(to.ancestors().skip(1).map(Path::to_path_buf));
            self.left_to_others.insert(to.to_path_buf());
        }
        Ok(left)
    }

    /// Where nothing is yet: a directory moves as a whole unless a part of it is left to another.
    fn add(&mut self, from: &Path, new: &Metadata, to: &Path) -> Result<()> {
        if self.looking {
            return if new.is_dir() { self.claim_below(from, to) } else { Ok(()) };
        }
        if new.is_dir() && self.above_left.contains(to) {
            fs::create_dir(to)
                .and_then(|()| fs::set_permissions(to, new.permissions()))
                .map_err(|e| Error::io("create the directory", to, e))?;
            return self.children(from, to);
        }
        match fs::rename(from, to) {
            // Another file of the pull has made the directory since it was looked for.
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
/// Whether both are files of the same content and mode, or both links to the same.
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
