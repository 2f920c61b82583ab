//! Directory operations for systems without `openat`. They work by path, after checking the kind of
//! the entry.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::content::regular_file::Kind;

pub(super) type Handle = PathBuf;

pub(super) fn open_root(path: &Path) -> io::Result<Handle> {
    match fs::metadata(path)?.is_dir() {
        true => Ok(path.to_path_buf()),
        false => Err(io::ErrorKind::NotADirectory.into()),
    }
}

pub(super) fn open_directory(at: &Handle, name: &OsStr) -> io::Result<Handle> {
    match kind(at, name)? {
        Kind::Directory => Ok(at.join(name)),
        _ => Err(io::ErrorKind::NotADirectory.into()),
    }
}

pub(super) fn is_at(at: &Handle, path: &Path) -> bool {
    at == path && path.is_dir()
}

pub(super) fn holds(at: &Handle, name: &OsStr, _: &Handle) -> bool {
    matches!(kind(at, name), Ok(Kind::Directory))
}

pub(super) fn kind(at: &Handle, name: &OsStr) -> io::Result<Kind> {
    Ok(at.join(name).symlink_metadata()?.file_type().into())
}

pub(super) fn open_file(at: &Handle, name: &OsStr) -> io::Result<File> {
    File::open(at.join(name))
}

/// Windows syncs only files that are open for writing.
pub(super) fn open_to_sync(at: &Handle, name: &OsStr) -> io::Result<File> {
    File::options().write(true).open(at.join(name))
}

pub(super) fn open_lock(at: &Handle, name: &OsStr) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(at.join(name))
}

pub(super) fn create_new(at: &Handle, name: &OsStr) -> io::Result<File> {
    File::options().read(true).write(true).create_new(true).open(at.join(name))
}

pub(super) fn make_directory(at: &Handle, name: &OsStr) -> io::Result<()> {
    fs::create_dir(at.join(name))
}

pub(super) fn rename(from: &Handle, name: &OsStr, to: &Handle, new: &OsStr) -> io::Result<()> {
    fs::rename(from.join(name), to.join(new))
}

pub(super) fn link(from: &Handle, name: &OsStr, to: &Handle) -> io::Result<()> {
    fs::hard_link(from.join(name), to.join(name))
}

pub(super) fn remove_file(at: &Handle, name: &OsStr) -> io::Result<()> {
    fs::remove_file(at.join(name))
}

pub(super) fn names(
    at: &Handle,
    wanted: impl Fn(&OsStr) -> bool,
    limit: usize,
) -> io::Result<Vec<OsString>> {
    let names = fs::read_dir(at)?.flatten().map(|entry| entry.file_name());
    Ok(names.filter(|name| wanted(name)).take(limit).collect())
}

/// Does nothing: these systems cannot sync a directory.
pub(super) fn sync(_: &Handle) -> io::Result<()> {
    Ok(())
}
