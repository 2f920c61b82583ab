//! Output files: a file that the caller names for a result, written beside its path and renamed
//! when it is complete.
//!
//! The existing file stays unchanged when the disk is full or the process is killed. A symbolic
//! link is kept, and its target replaced. Relies on write access to the directory: without it, and
//! for pipes, devices, `/dev/stdout` and files that are mount points, the file itself is written.

#[cfg(doc)]
use crate::Code;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::content::{
    partial_name::{PARTIAL_PREFIX, PARTIAL_SUFFIX},
    paths::parent,
    small_file::{follow_links, is_own_descriptor},
};
use ocigraph_types::{Algorithm, Error, Result};

/// Attempts to create a file that another process may take for a leftover before it is locked.
const CREATE_ATTEMPTS: usize = 10;

/// A file that is being written. Dropping it before [`commit`](Self::commit) discards the new
/// content and leaves the existing file unchanged.
///
/// Keeps the mode and, where the process may set it, the owner of the file that it replaces. Writes
/// directly to pipes, devices, `/dev/stdout` and `/dev/stderr`, and to a file that cannot be
/// replaced because its directory is read-only or it is a mount point.
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("report.json");
/// use ocigraph::OutputFile;
///
/// let mut file = OutputFile::new(&path).unwrap();
/// file.write(b"{}").unwrap();
/// assert!(!path.exists());
/// file.commit().unwrap();
/// assert_eq!(std::fs::read(&path).unwrap(), b"{}");
/// ```
#[derive(Debug)]
pub struct OutputFile {
    destination: Destination,
    path: PathBuf,
}

#[derive(Debug)]
enum Destination {
    /// A temporary file beside `target`.
    Temporary {
        file: NamedTempFile<File>,
        target: PathBuf,
    },
    /// The file itself.
    Direct(File),
    Stdout,
    Stderr,
}

impl OutputFile {
    /// Starts a file that [`commit`](Self::commit) will name `path`. Follows symbolic links.
    /// Blocks.
    ///
    /// # Errors
    ///
    /// [`NOT_FOUND`](crate::Code::NotFound) when the directory does not exist,
    /// [`IO`](crate::Code::Io) when the path cannot be written, for example because it is a
    /// directory.
    pub fn new(path: &Path) -> Result<Self> {
        let destination = Destination::of(path).map_err(|e| Error::io("write", path, e))?;
        Ok(Self { destination, path: path.to_path_buf() })
    }

    /// Appends bytes. Blocks.
    ///
    /// # Errors
    ///
    /// [`IO`](crate::Code::Io) when writing fails, for example on a full disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.destination {
            Destination::Temporary { file, .. } => file.write_all(bytes),
            Destination::Direct(file) => file.write_all(bytes),
            Destination::Stdout => io::stdout().write_all(bytes),
            Destination::Stderr => io::stderr().write_all(bytes),
        };
        written.map_err(|e| Error::io("write", &self.path, e))
    }

    /// Renames the complete file to its path. Blocks.
    ///
    /// # Errors
    ///
    /// [`IO`](crate::Code::Io) when renaming fails. The existing file then stays unchanged, except
    /// where the file itself had to be written.
    pub fn commit(self) -> Result<()> {
        let done = match self.destination {
            Destination::Temporary { file, target } => match file.persist(&target) {
                // A mount point, such as a single file mounted into a container, cannot be
                // replaced.
                Err(e)
                    if matches!(
                        e.error.kind(),
                        io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices
                    ) =>
                {
                    write_over(e.file.path(), &target)
                }
                other => other.map(drop).map_err(|e| e.error),
            },
            Destination::Stdout => io::stdout().flush(),
            Destination::Direct(_) | Destination::Stderr => Ok(()),
        };
        done.map_err(|e| Error::io("write", &self.path, e))
    }
}

impl Destination {
    fn of(path: &Path) -> io::Result<Self> {
        let target = follow_links(path)?;
        if is_own_descriptor(&target) {
            // Through the process's own handle: opening it again would write from its beginning.
            return match target.file_name().and_then(|name| name.to_str()) {
                Some("stdout" | "1") => Ok(Self::Stdout),
                Some("stderr" | "2") => Ok(Self::Stderr),
                _ => File::options().append(true).open(&target).map(Self::Direct),
            };
        }
        match target.metadata() {
            Ok(existing) if !existing.is_file() => {
                File::options().write(true).open(&target).map(Self::Direct)
            }
            Ok(existing) => match create_beside(&target) {
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                    ) =>
                {
                    File::options().write(true).truncate(true).open(&target).map(Self::Direct)
                }
                file => {
                    let file = file?;
                    keep_access(file.as_file(), &existing)?;
                    Ok(Self::Temporary { file, target })
                }
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Ok(Self::Temporary { file: create_beside(&target)?, target })
            }
            Err(e) => Err(e),
        }
    }
}

fn write_over(from: &Path, target: &Path) -> io::Result<()> {
    let mut file = File::options().write(true).truncate(true).open(target)?;
    io::copy(&mut File::open(from)?, &mut file).map(drop)
}

/// Creates a file beside `target`, under a hidden name that a push of the directory omits. Removes
/// the leftovers of killed processes.
fn create_beside(target: &Path) -> io::Result<NamedTempFile<File>> {
    let name = target.file_name().unwrap_or_default().as_encoded_bytes();
    let prefix = format!("{PARTIAL_PREFIX}{:.16}-", Algorithm::Sha256.digest(name).encoded());
    remove_leftovers(parent(target), &prefix);
    // The default mode lets the process's umask decide, as for any new file.
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    for _ in 0..CREATE_ATTEMPTS {
        let file = Builder::new()
            .prefix(&prefix)
            .suffix(PARTIAL_SUFFIX)
            .make_in(parent(target), create)?;
        match fs4::FileExt::try_lock(file.as_file()) {
            Ok(()) if file.path().exists() => return Ok(file),
            // Without locks, as on some network file systems, no leftover is removed either.
            Err(fs4::TryLockError::Error(_)) => return Ok(file),
            // Another process has taken it for a leftover.
            Ok(()) | Err(fs4::TryLockError::WouldBlock) => {}
        }
    }
    Err(io::Error::other("other processes keep removing the temporary file"))
}

/// Removes temporary files with this prefix that no process has locked.
fn remove_leftovers(directory: &Path, prefix: &str) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = || entry.file_type().is_ok_and(|kind| kind.is_file());
        if !name.starts_with(prefix) || !name.ends_with(PARTIAL_SUFFIX) || !is_file() {
            continue;
        }
        if let Ok(file) = File::options().write(true).open(entry.path())
            && matches!(fs4::FileExt::try_lock(&file), Ok(()))
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Copies mode and owner of the file that is replaced.
#[cfg(unix)]
fn keep_access(file: &File, existing: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (existing.uid(), existing.gid()) {
        // Only a privileged process may change the owner. Otherwise the file belongs to this user.
        let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
    }
    file.set_permissions(existing.permissions())
}

#[cfg(not(unix))]
fn keep_access(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn write(path: &Path, text: &str) {
        let mut file = OutputFile::new(path).unwrap();
        file.write(text.as_bytes()).unwrap();
        file.commit().unwrap();
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_existing_file_stays_until_the_new_one_is_complete_and_its_mode_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let mut dropped = OutputFile::new(&path).unwrap();
        dropped.write(b"half").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(dropped);
        assert_eq!(names(dir.path()), ["file"]);
        write(&path, "new");
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        fs::write(dir.path().join("plain"), "").unwrap();
        write(&dir.path().join("made"), "");
        let mode = |name: &str| dir.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode("made"), mode("plain"));
    }

    #[test]
    fn a_link_stays_and_its_target_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        symlink("target", &link).unwrap();
        for text in ["first", "second"] {
            write(&link, text);
            assert!(link.is_symlink());
            assert_eq!(fs::read_to_string(dir.path().join("target")).unwrap(), text);
        }
        assert!(OutputFile::new(dir.path()).is_err());
    }

    #[test]
    fn leftovers_are_removed_and_a_file_being_written_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut first = OutputFile::new(&path).unwrap();
        first.write(b"first").unwrap();
        let [first_name] = &names(dir.path())[..] else { panic!("expected one file") };
        let left = first_name.replace(".partial", "x.partial");
        fs::write(dir.path().join(left), "left").unwrap();
        write(&path, "second");
        assert_eq!(names(dir.path()), [first_name.as_str(), "file"]);
        first.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(dir.path()), ["file"]);
    }
}
