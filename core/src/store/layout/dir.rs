//! Real directories of a layout, held by handle, and what lies in them.
//!
//! A layout may come from someone else, who may still change it. So nothing that is ours to write,
//! to lock or to remove is reached by its whole path: each step starts from an open directory,
//! follows no link, and takes nothing but directories and regular files.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    path::{Path, PathBuf},
};

use crate::content::regular_file::{Kind, Refused, only_regular};
use ocigraph_types::{Code, Error, Result};

#[cfg(not(unix))]
#[path = "dir/other.rs"]
mod sys;
#[cfg(unix)]
#[path = "dir/unix.rs"]
mod sys;

#[derive(Debug)]
pub(super) struct Dir {
    handle: sys::Handle,
    path: PathBuf,
}

impl Dir {
    /// The layout's own directory. A link to it is the user's choice.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let handle = sys::open_root(path).map_err(|e| Error::io("open", path, e))?;
        Ok(Self { handle, path: path.to_path_buf() })
    }

    /// Where it was found.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where something in it is, for messages.
    pub(super) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Whether the path still leads here.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        sys::is_at(&self.handle, path)
    }

    /// Whether `other` is still the directory of that name in this one.
    pub(super) fn holds(&self, name: &str, other: &Dir) -> bool {
        sys::holds(&self.handle, name.as_ref(), &other.handle)
    }

    pub(super) fn kind(&self, name: impl AsRef<OsStr>) -> Result<Kind, Refused> {
        Ok(sys::kind(&self.handle, name.as_ref())?)
    }

    /// Whether something has that name; where that cannot be told, using it will say why.
    pub(super) fn has(&self, name: &str) -> bool {
        !matches!(self.kind(name), Err(Refused::Missing))
    }

    /// A directory in it.
    pub(super) fn directory(&self, name: &str) -> Result<Self, Refused> {
        match sys::open_directory(&self.handle, name.as_ref()) {
            Ok(handle) => Ok(Self { handle, path: self.join(name) }),
            Err(e) => Err(self.instead_of(Kind::Directory, name.as_ref(), e)),
        }
    }

    /// A directory in it, which is made unless it is there.
    pub(super) fn make_directory(&self, name: &str) -> Result<Self> {
        let refused = |refused| unsafe_or("open", &self.join(name), "directory", refused);
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

    /// Opens a regular file to be read.
    pub(super) fn file(&self, name: &str) -> Result<File, Refused> {
        self.regular(name, sys::open_file)
    }

    /// Makes the content of a regular file durable.
    pub(super) fn sync_file(&self, name: &str) -> Result<(), Refused> {
        Ok(self.regular(name, sys::open_to_sync)?.sync_all()?)
    }

    /// Opens a lock file, which is made unless it is there. A layout that may only be read can
    /// still be locked where its lock exists.
    pub(super) fn lock_file(&self, name: &str) -> Result<File> {
        let opened = match self.kind(name) {
            Err(Refused::Missing) => sys::open_lock(&self.handle, name.as_ref())
                .map_err(Refused::from)
                .and_then(only_regular),
            _ => self.regular(name, |at, name| {
                sys::open_lock(at, name).or_else(|e| sys::open_file(at, name).map_err(|_| e))
            }),
        };
        opened.map_err(|e| unsafe_or("open", &self.join(name), "file", e))
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
            Err(e) => Err(self.instead_of(Kind::File, name.as_ref(), e)),
        }
    }

    /// A file that was not there.
    pub(super) fn create_new(&self, name: &str) -> io::Result<File> {
        sys::create_new(&self.handle, name.as_ref())
    }

    /// Moves a file into another directory, in place of what has the name there. A link that has it
    /// is replaced.
    pub(super) fn rename(&self, from: &str, to: &Dir, name: &str) -> Result<()> {
        if let Ok(kind @ Kind::Directory) = to.kind(name) {
            return Err(unsafe_path(&to.join(name), kind, "file"));
        }
        sys::rename(&self.handle, from.as_ref(), &to.handle, name.as_ref())
            .map_err(|e| Error::io("write", &to.join(name), e))
    }

    /// Removes a file or a link, never what a link leads to; nothing else.
    pub(super) fn remove(&self, name: impl AsRef<OsStr>) -> Result<()> {
        let name = name.as_ref();
        let path = || self.path.join(name);
        match self.kind(name) {
            Ok(Kind::File | Kind::Link) => {}
            Ok(kind) => {
                tracing::warn!(path = %path().display(), "stays in the layout: it is {kind}");
                return Ok(());
            }
            Err(Refused::Missing) => return Ok(()),
            Err(e) => return Err(unsafe_or("remove", &path(), "file", e)),
        }
        match sys::remove_file(&self.handle, name) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", &path(), e)),
            _ => Ok(()),
        }
    }

    /// Up to so many of the names in it that begin like this.
    pub(super) fn names(&self, prefixes: &[&str], limit: usize) -> io::Result<Vec<OsString>> {
        let wanted = |name: &OsStr| {
            let name = name.to_string_lossy();
            prefixes.iter().any(|prefix| name.starts_with(prefix))
        };
        sys::names(&self.handle, wanted, limit)
    }

    /// A rename is durable once its directory is.
    pub(super) fn sync(&self) -> Result<()> {
        sys::sync(&self.handle).map_err(|e| Error::io("write", &self.path, e))
    }

    /// What stood in the way when something could not be opened.
    fn instead_of(&self, wanted: Kind, name: &OsStr, error: io::Error) -> Refused {
        match self.kind(name) {
            Ok(kind) if kind != wanted => Refused::Is(kind),
            Err(Refused::Missing) => Refused::Missing,
            _ => error.into(),
        }
    }
}

/// A directory or file of a layout that is something else.
pub(super) fn unsafe_path(path: &Path, is: Kind, wanted: &str) -> Error {
    // A plain file in the way of a folder leads nowhere.
    let code = if is == Kind::File { Code::Io } else { Code::UnsafePath };
    Error::new(code, format!("{} is {is}, not a {wanted}", path.display())).with_hint(
        "someone else may have prepared this layout: look at it, and remove what does not belong \
         there, or use another",
    )
}

/// The error for what was refused: what is missing is NOT_FOUND.
pub(super) fn unsafe_or(doing: &str, path: &Path, wanted: &str, refused: Refused) -> Error {
    match refused {
        Refused::Is(kind) => unsafe_path(path, kind, wanted),
        Refused::Missing => Error::io(doing, path, io::ErrorKind::NotFound.into()),
        Refused::Io(e) => Error::io(doing, path, e),
    }
}
