//! Small files, such as configurations and certificates: read whole, up to 4 MiB. Also finds the
//! file that a chain of symbolic links leads to, so that a new version can replace it. Opening one
//! never waits, even if it is a named pipe.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::content::{
    paths::parent,
    regular_file::{Kind, Refused, open_regular},
};

/// Maximum size in bytes, far above that of any configuration, list of certificates or annotations.
const MAX_SIZE: u64 = 4 * 1024 * 1024;

/// Maximum number of symbolic links that are followed in a row: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// Reads a whole regular file of at most 4 MiB. Also reads an open file descriptor of this process,
/// such as `/dev/stdin` or the `/dev/fd/63` of a shell's `<(…)`. Blocks.
///
/// # Errors
///
/// - [`NotFound`](ErrorKind::NotFound) when the file does not exist, or is a symbolic link to a
///   missing file.
/// - [`InvalidInput`](ErrorKind::InvalidInput) for another kind of file, such as a named pipe or a
///   device: reading it could wait forever.
/// - [`FileTooLarge`](ErrorKind::FileTooLarge) for more than 4 MiB.
/// - Any other error of the operating system.
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("annotations.json");
/// std::fs::write(&path, "{}").unwrap();
/// assert_eq!(ocigraph::read_small_file(&path).unwrap(), b"{}");
/// ```
pub fn read_small_file(path: &Path) -> io::Result<Vec<u8>> {
    let own = is_own_descriptor(path);
    let file = if own { File::open(path)? } else { open_regular(path).map_err(io_error)? };
    let metadata = file.metadata()?;
    // The file may hold a secret. A buffer with room for all of it is not copied while it grows.
    let capacity = metadata.len().min(MAX_SIZE) as usize + 1;
    let mut content = Vec::with_capacity(capacity);
    file.take(MAX_SIZE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_SIZE {
        let why = format!("it is larger than the limit of {MAX_SIZE} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(content)
}

/// Returns the path that a chain of symbolic links leads to, where a file exists or can be created.
/// Does not follow the link of an open file descriptor of this process.
pub(crate) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        if is_own_descriptor(&path) {
            return Ok(path);
        }
        match fs::read_link(&path) {
            Ok(target) => path = parent(&path).join(target),
            // It is not a link, or does not exist.
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
                return Ok(path);
            }
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// Returns whether a path names an open file descriptor of this process.
pub(crate) fn is_own_descriptor(path: &Path) -> bool {
    let named = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].iter().any(|name| path == *name);
    named || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

fn io_error(refused: Refused) -> io::Error {
    match refused {
        // Callers treat a dangling link as a missing file.
        Refused::Missing | Refused::Is(Kind::Dangling) => ErrorKind::NotFound.into(),
        Refused::Is(kind) => {
            io::Error::new(ErrorKind::InvalidInput, format!("it is {kind}, not a regular file"))
        }
        Refused::Io(e) => e,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn pipes_devices_and_large_files_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, dir.path(), Path::new("/dev/zero")] {
            let error = read_small_file(path).unwrap_err();
            assert!(error.to_string().contains("not a regular file"), "{error}");
        }
        let large = dir.path().join("large");
        File::create(&large).unwrap().set_len(MAX_SIZE + 1).unwrap();
        assert_eq!(read_small_file(&large).unwrap_err().kind(), ErrorKind::FileTooLarge);
        File::options().write(true).open(&large).unwrap().set_len(MAX_SIZE).unwrap();
        assert_eq!(read_small_file(&large).unwrap().len() as u64, MAX_SIZE);
    }

    #[test]
    fn links_are_followed_to_a_file_that_does_not_exist_yet() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        symlink("second", at("first")).unwrap();
        symlink("folder/missing", at("second")).unwrap();
        assert_eq!(follow_links(&at("first")).unwrap(), at("folder/missing"));
        symlink("/dev/stdout", at("out")).unwrap();
        assert_eq!(follow_links(&at("out")).unwrap(), Path::new("/dev/stdout"));
        symlink("loop", at("loop")).unwrap();
        follow_links(&at("loop")).unwrap_err();
    }
}
