//! Directory operations by POSIX `openat` and its relatives. They never follow a symbolic link,
//! except to the root directory.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};

use crate::content::regular_file::Kind;

pub(super) type Handle = OwnedFd;

/// `NONBLOCK`: opening a named pipe must not block. `NOCTTY`: opening a terminal must not make it
/// the controlling terminal of the process.
const PLAIN: OFlags =
    OFlags::CLOEXEC.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
const DIRECTORY: OFlags = PLAIN.union(OFlags::DIRECTORY);

pub(super) fn open_root(path: &Path) -> io::Result<Handle> {
    Ok(fs::open(path, DIRECTORY.difference(OFlags::NOFOLLOW), Mode::empty())?)
}

pub(super) fn open_directory(at: &Handle, name: &OsStr) -> io::Result<Handle> {
    Ok(fs::openat(at, name, DIRECTORY, Mode::empty())?)
}

pub(super) fn is_at(at: &Handle, path: &Path) -> bool {
    // Both from rustix: the types of these numbers differ between systems.
    match (fs::fstat(at), fs::stat(path)) {
        (Ok(own), Ok(named)) => own.st_dev == named.st_dev && own.st_ino == named.st_ino,
        _ => false,
    }
}

pub(super) fn holds(at: &Handle, name: &OsStr, other: &Handle) -> bool {
    let found = fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW);
    match (found, fs::fstat(other)) {
        (Ok(a), Ok(b)) => a.st_dev == b.st_dev && a.st_ino == b.st_ino,
        _ => false,
    }
}

pub(super) fn kind(at: &Handle, name: &OsStr) -> io::Result<Kind> {
    let found = fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Pipe,
        FileType::Socket => Kind::Socket,
        FileType::CharacterDevice | FileType::BlockDevice => Kind::Device,
        _ => Kind::Other,
    })
}

pub(super) fn open_file(at: &Handle, name: &OsStr) -> io::Result<File> {
    Ok(fs::openat(at, name, PLAIN | OFlags::RDONLY, Mode::empty())?.into())
}

/// Opens for reading, which suffices for `fsync`: other tools make their blobs read-only.
pub(super) fn open_to_sync(at: &Handle, name: &OsStr) -> io::Result<File> {
    open_file(at, name)
}

pub(super) fn open_lock(at: &Handle, name: &OsStr) -> io::Result<File> {
    let flags = PLAIN | OFlags::WRONLY | OFlags::CREATE;
    Ok(fs::openat(at, name, flags, Mode::from_raw_mode(0o666))?.into())
}

pub(super) fn create_new(at: &Handle, name: &OsStr) -> io::Result<File> {
    let flags = PLAIN | OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
    Ok(fs::openat(at, name, flags, Mode::from_raw_mode(0o666))?.into())
}

pub(super) fn make_directory(at: &Handle, name: &OsStr) -> io::Result<()> {
    Ok(fs::mkdirat(at, name, Mode::from_raw_mode(0o777))?)
}

pub(super) fn rename(from: &Handle, name: &OsStr, to: &Handle, new: &OsStr) -> io::Result<()> {
    Ok(fs::renameat(from, name, to, new)?)
}

pub(super) fn link(from: &Handle, name: &OsStr, to: &Handle) -> io::Result<()> {
    Ok(fs::linkat(from, name, to, name, AtFlags::empty())?)
}

pub(super) fn remove_file(at: &Handle, name: &OsStr) -> io::Result<()> {
    Ok(fs::unlinkat(at, name, AtFlags::empty())?)
}

pub(super) fn names(
    at: &Handle,
    wanted: impl Fn(&OsStr) -> bool,
    limit: usize,
) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::Dir::read_from(at)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if wanted(name) {
            names.push(name.to_owned());
        }
        if names.len() >= limit {
            break;
        }
    }
    Ok(names)
}

pub(super) fn sync(at: &Handle) -> io::Result<()> {
    Ok(fs::fsync(at)?)
}
