//! Opens a file only if it is a regular file: opening a named pipe can wait forever, and opening a
//! device can have effects. Checks the kind before and after opening, since the file may be
//! replaced in between.

use std::{
    fmt,
    fs::{File, FileType},
    io,
    path::Path,
};

use ocigraph_types::{Code, Error};

/// The kind of file at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    /// A link whose target does not exist.
    Dangling,
    /// A link that leads back to itself, directly or through other links.
    Loop,
    /// A link in an archive that leads to a path outside it.
    Outside,
    Pipe,
    #[cfg_attr(not(unix), allow(dead_code))]
    Socket,
    Device,
    Other,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            match () {
                () if kind.is_fifo() => return Kind::Pipe,
                () if kind.is_socket() => return Kind::Socket,
                () if kind.is_block_device() || kind.is_char_device() => return Kind::Device,
                () => {}
            }
        }
        match () {
            () if kind.is_file() => Kind::File,
            () if kind.is_dir() => Kind::Directory,
            () if kind.is_symlink() => Kind::Link,
            () => Kind::Other,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::File => "a file",
            Kind::Directory => "a directory",
            Kind::Link => "a symbolic link",
            Kind::Dangling => "a symbolic link to a path that does not exist",
            Kind::Loop => "a symbolic link that leads to itself",
            Kind::Outside => "a link that leads out of the archive",
            Kind::Pipe => "a named pipe",
            Kind::Socket => "a socket",
            Kind::Device => "a device",
            Kind::Other => "of an unknown kind",
        })
    }
}

/// Why a file was not opened.
#[derive(Debug)]
pub(crate) enum Refused {
    Missing,
    /// The path names another kind of file than expected.
    Is(Kind),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Refused::Missing,
            _ => Refused::Io(error),
        }
    }
}

impl Refused {
    /// Converts to an error about this path. NOT_FOUND, INVALID_ARGUMENT for another kind of file,
    /// or IO.
    pub(crate) fn named(self, path: &Path) -> Error {
        match self {
            Refused::Missing => Error::io("read", path, io::ErrorKind::NotFound.into()),
            Refused::Io(e) => Error::io("read", path, e),
            Refused::Is(kind) => {
                let message = format!("{} is {kind}, not a file", path.display());
                let error = Error::new(Code::InvalidArgument, message);
                match kind {
                    Kind::Pipe => error.with_hint(
                        "content is read more than once: write it to a file first, or use - as the file \
                         and pipe the content to standard input",
                    ),
                    _ => error,
                }
            }
        }
    }
}

/// Opens a regular file for reading. Follows symbolic links.
pub(crate) fn open_regular(path: &Path) -> Result<File, Refused> {
    let kind = match path.metadata() {
        Ok(metadata) => Kind::from(metadata.file_type()),
        Err(e) => return Err(missing_or_link(path, e)),
    };
    if kind != Kind::File {
        return Err(Refused::Is(kind));
    }
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, non_blocking());
    only_regular(options.open(path)?)
}

/// Returns the open file if it is a regular file.
pub(crate) fn only_regular(file: File) -> Result<File, Refused> {
    match Kind::from(file.metadata()?.file_type()) {
        Kind::File => Ok(file),
        kind => Err(Refused::Is(kind)),
    }
}

fn missing_or_link(path: &Path, error: io::Error) -> Refused {
    if !path.symlink_metadata().is_ok_and(|m| m.is_symlink()) {
        return error.into();
    }
    if error.kind() == io::ErrorKind::NotFound {
        return Refused::Is(Kind::Dangling);
    }
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return Refused::Is(Kind::Loop);
    }
    Refused::Io(error)
}

/// Flags with which opening never waits, in case a named pipe or a terminal replaces the file
/// before it is opened.
#[cfg(unix)]
fn non_blocking() -> i32 {
    use rustix::fs::OFlags;
    (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32
}
