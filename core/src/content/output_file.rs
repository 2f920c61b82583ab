//! A file that the caller names for a result: written beside its place and renamed when it is whole,
//! so that what was there stays when the disk is full or the process ends. A symbolic link to it
//! stays; a pipe, a device or `/dev/stdout` is written to as it is, and so is a file that may be written
//! in a directory that may not, or that is mounted by itself.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

use crate::content::{
    paths::parent,
    small_file::{follow_links, is_own_descriptor},
};
use ocigraph_types::{Algorithm, Error, Result};

/// How often another process may mistake a file that was just begun for one that was left.
const TRIES: usize = 10;

/// A file on its way. Dropped before [`OutputFile::commit`], it leaves nothing.
#[derive(Debug)]
pub struct OutputFile {
    destination: Destination,
    path: PathBuf,
}

#[derive(Debug)]
enum Destination {
    /// Written beside `target`.
    Beside {
        file: NamedTempFile<File>,
        target: PathBuf,
    },
    Itself(File),
    Stdout,
    Stderr,
}

impl OutputFile {
    /// Begins a file that is to be at `path`; IO when nothing can be written there.
    pub fn new(path: &Path) -> Result<Self> {
        let destination = Destination::of(path).map_err(|e| Error::io("write", path, e))?;
        Ok(Self { destination, path: path.to_path_buf() })
    }

    /// Writes at the end. It blocks.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.destination {
            Destination::Beside { file, .. } => file.write_all(bytes),
            Destination::Itself(file) => file.write_all(bytes),
            Destination::Stdout => io::stdout().write_all(bytes),
            Destination::Stderr => io::stderr().write_all(bytes),
        };
        written.map_err(|e| Error::io("write", &self.path, e))
    }

    /// Gives the file its name.
    pub fn commit(self) -> Result<()> {
        let done = match self.destination {
            Destination::Beside { file, target } => match file.persist(&target) {
                // A file that is mounted by itself, as into a container, has its name for good.
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
            Destination::Itself(_) | Destination::Stderr => Ok(()),
        };
        done.map_err(|e| Error::io("write", &self.path, e))
    }
}

impl Destination {
    fn of(path: &Path) -> io::Result<Self> {
        let target = follow_links(path)?;
        if is_own_descriptor(&target) {
            // By its own handle: opened again, it would be written from its beginning.
            return match target.file_name().and_then(|name| name.to_str()) {
                Some("stdout" | "1") => Ok(Self::Stdout),
                Some("stderr" | "2") => Ok(Self::Stderr),
                _ => File::options().append(true).open(&target).map(Self::Itself),
            };
        }
        match target.metadata() {
            Ok(there) if !there.is_file() => {
                File::options().write(true).open(&target).map(Self::Itself)
            }
            Ok(there) => match begin(&target) {
                Err(e)
                    if matches!(
                        e.kind(),
                        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                    ) =>
                {
                    File::options().write(true).truncate(true).open(&target).map(Self::Itself)
                }
                file => {
                    let file = file?;
                    keep_access(file.as_file(), &there)?;
                    Ok(Self::Beside { file, target })
                }
            },
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Ok(Self::Beside { file: begin(&target)?, target })
            }
            Err(e) => Err(e),
        }
    }
}

fn write_over(from: &Path, target: &Path) -> io::Result<()> {
    let mut file = File::options().write(true).truncate(true).open(target)?;
    io::copy(&mut File::open(from)?, &mut file).map(drop)
}

/// Begins the file beside `target`, under a hidden name that a push of the folder leaves out, and
/// removes those that killed processes left there.
fn begin(target: &Path) -> io::Result<NamedTempFile<File>> {
    let name = target.file_name().unwrap_or_default().as_encoded_bytes();
    let prefix = format!(".ocigraph-{:.16}-", Algorithm::Sha256.digest(name).encoded());
    remove_leftovers(parent(target), &prefix);
    // Readable for whom the process's mask says, as any file is.
    let create = |path: &Path| File::options().write(true).create_new(true).open(path);
    for _ in 0..TRIES {
        let file = Builder::new().prefix(&prefix).suffix(SUFFIX).make_in(parent(target), create)?;
        match fs4::FileExt::try_lock(file.as_file()) {
            Ok(()) if file.path().exists() => return Ok(file),
            // Some network file systems know no locks: nothing is removed there either.
            Err(fs4::TryLockError::Error(_)) => return Ok(file),
            // Another process looks whether it is a leftover.
            Ok(()) | Err(fs4::TryLockError::WouldBlock) => {}
        }
    }
    Err(io::Error::other("other processes remove what is begun there"))
}

const SUFFIX: &str = ".partial";

/// Removes files of this prefix that no process holds.
fn remove_leftovers(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_file = || entry.file_type().is_ok_and(|kind| kind.is_file());
        if !name.starts_with(prefix) || !name.ends_with(SUFFIX) || !is_file() {
            continue;
        }
        if let Ok(file) = File::options().write(true).open(entry.path())
            && matches!(fs4::FileExt::try_lock(&file), Ok(()))
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Those who may read and write the file that is replaced may do so with the new one.
#[cfg(unix)]
fn keep_access(file: &File, there: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (there.uid(), there.gid()) {
        // The superuser may; for others it is theirs from now on.
        let _ = fchown(file, Some(there.uid()), Some(there.gid()));
    }
    file.set_permissions(there.permissions())
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

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<_> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_there_stays_until_the_new_is_whole_and_keeps_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let mut given_up = OutputFile::new(&path).unwrap();
        given_up.write(b"half").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(given_up);
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
    fn a_link_stays_and_what_it_leads_to_is_written() {
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
    fn what_a_killed_process_left_goes_and_what_is_being_written_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut first = OutputFile::new(&path).unwrap();
        first.write(b"first").unwrap();
        let [under_way] = &names(dir.path())[..] else { panic!("one file is begun") };
        let left = under_way.replace(".partial", "x.partial");
        fs::write(dir.path().join(left), "left").unwrap();
        write(&path, "second");
        assert_eq!(names(dir.path()), [under_way.as_str(), "file"]);
        first.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(dir.path()), ["file"]);
    }
}
