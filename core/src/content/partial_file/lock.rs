//! Locks on unfinished files and directories, by which processes tell a leftover from a file that
//! is being written.
//!
//! Relies on advisory file locks, which end with the process. On a file system without locks, no
//! leftover is ever removed or resumed. Nothing that another user owns, or that is reached through
//! a link, is opened for writing.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use tempfile::NamedTempFile;

#[cfg(unix)]
use crate::content::same_file::is_same_file;

/// Locks a file or directory that was just created at `path`. Returns false when another process
/// has taken it for a leftover in the meantime.
pub(super) fn lock_created(created: &File, path: &Path) -> bool {
    match fs4::FileExt::try_lock(created) {
        Err(fs4::TryLockError::WouldBlock) => false,
        _ => created.metadata().is_ok_and(|opened| is_at(&opened, path)),
    }
}

/// Returns whether the path still names the file that was opened.
#[cfg(unix)]
pub(super) fn is_at(opened: &fs::Metadata, path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|named| is_same_file(opened, &named))
}

#[cfg(not(unix))]
pub(super) fn is_at(_: &fs::Metadata, path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Opens and locks a leftover to write to it. Returns `None` when another process has locked it,
/// and when it cannot be a file that a process of this user left.
#[cfg(unix)]
pub(super) fn reopen_leftover(path: &Path) -> io::Result<Option<NamedTempFile>> {
    use rustix::fs::OFlags;
    match open_and_lock(path, OFlags::RDWR)? {
        Some(file) if file.metadata()?.is_file() => {
            let path = tempfile::TempPath::try_from_path(path)?;
            Ok(Some(NamedTempFile::from_parts(file, path)))
        }
        _ => Ok(None),
    }
}

#[cfg(not(unix))]
pub(super) fn reopen_leftover(_: &Path) -> io::Result<Option<NamedTempFile>> {
    Ok(None)
}

/// Removes a leftover file or directory that no process has locked.
#[cfg(unix)]
pub(super) fn remove_leftover(path: &Path) -> io::Result<()> {
    match open_and_lock(path, rustix::fs::OFlags::RDONLY)? {
        None => Ok(()),
        Some(file) if file.metadata()?.is_dir() => fs::remove_dir_all(path),
        Some(_) => fs::remove_file(path),
    }
}

#[cfg(not(unix))]
pub(super) fn remove_leftover(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn open_and_lock(path: &Path, flags: rustix::fs::OFlags) -> io::Result<Option<File>> {
    use std::os::unix::fs::MetadataExt;

    use rustix::{
        fs::{Mode, OFlags},
        io::Errno,
    };

    // NOFOLLOW: a link could lead to any file. NONBLOCK: opening a named pipe would wait.
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(e) if e == Errno::MFILE || e == Errno::NFILE => return Err(e.into()),
        Err(_) => return Ok(None),
    };
    let opened = file.metadata()?;
    let plain = opened.is_dir() || (opened.is_file() && opened.nlink() == 1);
    let ours = plain && opened.uid() == rustix::process::geteuid().as_raw();
    // Another process may have renamed or removed it before the lock was acquired.
    let free = ours && matches!(fs4::FileExt::try_lock(&file), Ok(())) && is_at(&opened, path);
    Ok(free.then_some(file))
}
