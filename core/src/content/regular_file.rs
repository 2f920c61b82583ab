//! Files that are opened only where they are regular files: nobody may ever write to a pipe, and a
//! device does something when it is opened.

use std::{
    fmt,
    fs::{File, FileType},
    io,
    path::Path,
};

use ocigraph_types::{Code, Error};

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    /// A link to what is not there.
    Dangling,
    /// A link that leads to itself, over others or not.
    Loop,
    Pipe,
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
            Kind::Dangling => "a symbolic link to what does not exist",
            Kind::Loop => "a symbolic link that leads to itself",
            Kind::Pipe => "a named pipe",
            Kind::Socket => "a socket",
            Kind::Device => "a device",
            Kind::Other => "of an unknown kind",
        })
    }
}

/// Why something was not opened.
#[derive(Debug)]
pub(crate) enum Refused {
    Missing,
    /// It is something else than what was to be opened.
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
    /// As an error about a file that the caller named.
    pub(crate) fn named(self, path: &Path) -> Error {
        match self {
            Refused::Missing => Error::io("read", path, io::ErrorKind::NotFound.into()),
            Refused::Io(e) => Error::io("read", path, e),
            Refused::Is(kind) => {
                let message = format!("{} is {kind}, not a file", path.display());
                let error = Error::new(Code::InvalidArgument, message);
                match kind {
                    Kind::Pipe => error.with_hint(
                        "content is read more than once: write it to a file first, or name - and \
                         pipe it in",
                    ),
                    _ => error,
                }
            }
        }
    }
}

/// Opens a file to be read, through links. Looks before it opens, and again at what it has opened.
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
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_wait());
    only_regular(options.open(path)?)
}

/// The file, if it is a regular one.
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

/// What replaces the file between the look and the opening is not waited for.
#[cfg(unix)]
fn no_wait() -> i32 {
    use rustix::fs::OFlags;
    (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32
}
