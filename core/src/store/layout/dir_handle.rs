//! Access to the directories of a layout by open handles.
//!
//! A layout can come from an untrusted party and can still change. So this module never reaches a
//! file to write, lock or remove by its full path: each step starts at an open directory, does not
//! follow symbolic links, and accepts only directories and regular files.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    path::{Path, PathBuf},
};

use crate::content::regular_file::{Kind, Refused, only_regular};
use ocigraph_types::{Code, Error, Result};

#[cfg(not(unix))]
#[path = "dir_handle/other.rs"]
mod sys;
#[cfg(unix)]
#[path = "dir_handle/unix.rs"]
mod sys;

/// An open directory, and the path it was opened by, for messages.
#[derive(Debug)]
pub(super) struct DirHandle {
    handle: sys::Handle,
    path: PathBuf,
}

impl DirHandle {
    /// Opens a layout's root directory. Follows a symbolic link, because the user named it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let handle = sys::open_root(path).map_err(|e| Error::io("open", path, e))?;
        Ok(Self { handle, path: path.to_path_buf() })
    }

    /// Returns the path that the directory was opened by.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the path of an entry, for messages.
    pub(super) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Returns true if `path` still leads to this directory.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        sys::is_at(&self.handle, path)
    }

    /// Returns true if the entry `name` of this directory is still the directory `other`.
    pub(super) fn holds(&self, name: &str, other: &DirHandle) -> bool {
        sys::holds(&self.handle, name.as_ref(), &other.handle)
    }

    /// Returns the kind of an entry, without following a symbolic link.
    pub(super) fn kind(&self, name: impl AsRef<OsStr>) -> Result<Kind, Refused> {
        Ok(sys::kind(&self.handle, name.as_ref())?)
    }

    /// Returns true if an entry has this name, or if that is unknown: opening it then gives the
    /// reason.
    pub(super) fn has(&self, name: &str) -> bool {
        !matches!(self.kind(name), Err(Refused::Missing))
    }

    /// Opens a subdirectory.
    pub(super) fn directory(&self, name: &str) -> Result<Self, Refused> {
        match sys::open_directory(&self.handle, name.as_ref()) {
            Ok(handle) => Ok(Self { handle, path: self.join(name) }),
            Err(e) => Err(self.open_failure(Kind::Directory, name.as_ref(), e)),
        }
    }

    /// Opens a subdirectory, and creates it if it does not exist.
    pub(super) fn make_directory(&self, name: &str) -> Result<Self> {
        let refused = |refused| refusal_error("open", &self.join(name), "directory", refused);
        match self.directory(name) {
            Err(Refused::Missing) => {}
            found => return found.map_err(refused),
        }
        match sys::make_directory(&self.handle, name.as_ref()) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
                Err(Error::io("create", &self.join(name), e))
            }
            _ => self.directory(name).map_err(refused),
        }
    }

    /// Opens a regular file for reading.
    pub(super) fn file(&self, name: &str) -> Result<File, Refused> {
        self.regular(name, sys::open_file)
    }

    /// Syncs the content of a regular file to the disk.
    pub(super) fn sync_file(&self, name: &str) -> Result<(), Refused> {
        Ok(self.regular(name, sys::open_to_sync)?.sync_all()?)
    }

    /// Opens a lock file, and creates it if it does not exist. In a read-only layout, an existing
    /// lock file is opened for reading.
    pub(super) fn lock_file(&self, name: &str) -> Result<File> {
        let opened = match self.kind(name) {
            Err(Refused::Missing) => sys::open_lock(&self.handle, name.as_ref())
                .map_err(Refused::from)
                .and_then(only_regular),
            _ => self.regular(name, |at, name| {
                sys::open_lock(at, name).or_else(|e| sys::open_file(at, name).map_err(|_| e))
            }),
        };
        opened.map_err(|e| refusal_error("open", &self.join(name), "file", e))
    }

    fn regular(
        &self,
        name: &str,
        open: impl Fn(&sys::Handle, &OsStr) -> io::Result<File>,
    ) -> Result<File, Refused> {
        match self.kind(name)? {
            Kind::File => {}
            kind => return Err(Refused::Is(kind)),
        }
        match open(&self.handle, name.as_ref()) {
            Ok(file) => only_regular(file),
            Err(e) => Err(self.open_failure(Kind::File, name.as_ref(), e)),
        }
    }

    /// Creates a file; fails if the name exists.
    pub(super) fn create_new(&self, name: &str) -> io::Result<File> {
        sys::create_new(&self.handle, name.as_ref())
    }

    /// Moves a file into another directory, replacing a file or symbolic link of that name there.
    /// Fails if a directory has the name.
    pub(super) fn rename(&self, from: &str, to: &DirHandle, name: &str) -> Result<()> {
        if let Ok(kind @ Kind::Directory) = to.kind(name) {
            return Err(unsafe_path(&to.join(name), kind, "file"));
        }
        sys::rename(&self.handle, from.as_ref(), &to.handle, name.as_ref())
            .map_err(|e| Error::io("write", &to.join(name), e))
    }

    /// Gives a regular file a second name, in another directory. Fails if the name exists there.
    pub(super) fn link(&self, name: &str, to: &DirHandle) -> Result<(), Refused> {
        match self.kind(name)? {
            Kind::File => Ok(sys::link(&self.handle, name.as_ref(), &to.handle)?),
            kind => Err(Refused::Is(kind)),
        }
    }

    /// Removes a regular file, or a symbolic link itself. Leaves anything else with a warning.
    pub(super) fn remove(&self, name: impl AsRef<OsStr>) -> Result<()> {
        let name = name.as_ref();
        let path = || self.path.join(name);
        match self.kind(name) {
            Ok(Kind::File | Kind::Link) => {}
            Ok(kind) => {
                tracing::warn!(path = %path().display(), "not removed from the layout: it is {kind}");
                return Ok(());
            }
            Err(Refused::Missing) => return Ok(()),
            Err(e) => return Err(refusal_error("remove", &path(), "file", e)),
        }
        match sys::remove_file(&self.handle, name) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &path(), e)),
            _ => Ok(()),
        }
    }

    /// Returns up to `limit` names of entries that begin with one of `prefixes`.
    pub(super) fn names(&self, prefixes: &[&str], limit: usize) -> io::Result<Vec<OsString>> {
        let wanted = |name: &OsStr| {
            let name = name.to_string_lossy();
            prefixes.iter().any(|prefix| name.starts_with(prefix))
        };
        sys::names(&self.handle, wanted, limit)
    }

    /// Syncs the directory itself: a rename is durable only after this.
    pub(super) fn sync(&self) -> Result<()> {
        sys::sync(&self.handle).map_err(|e| Error::io("write", &self.path, e))
    }

    /// Returns the reason why an entry could not be opened as `wanted`.
    fn open_failure(&self, wanted: Kind, name: &OsStr, error: io::Error) -> Refused {
        match self.kind(name) {
            Ok(kind) if kind != wanted => Refused::Is(kind),
            Err(Refused::Missing) => Refused::Missing,
            _ => error.into(),
        }
    }
}

/// Returns the error for an entry of a layout that is not of the kind `wanted`.
pub(super) fn unsafe_path(path: &Path, is: Kind, wanted: &str) -> Error {
    // A regular file where a directory belongs cannot redirect a write.
    let code = if is == Kind::File { Code::Io } else { Code::UnsafePath };
    Error::new(code, format!("{} is {is}, not a {wanted}", path.display())).with_hint(
        "the layout may come from an untrusted source: inspect it and remove what does not belong \
         there, or use another layout",
    )
}

/// Converts a refusal to open `path` into an error: NOT_FOUND if the file is missing, UNSAFE_PATH
/// if it is of another kind, IO otherwise.
pub(super) fn refusal_error(doing: &str, path: &Path, wanted: &str, refused: Refused) -> Error {
    match refused {
        Refused::Is(kind) => unsafe_path(path, kind, wanted),
        Refused::Missing => Error::io(doing, path, io::ErrorKind::NotFound.into()),
        Refused::Io(e) => Error::io(doing, path, e),
    }
}
