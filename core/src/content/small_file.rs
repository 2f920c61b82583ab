//! Small files that people name or that other programs keep: read whole, up to a bound, and replaced
//! where they really are. Opening one never waits, as a named pipe would make it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::content::regular_file::{Kind, Refused, open_regular};

/// No configuration, list of certificates or annotations comes near this size.
const LARGEST: u64 = 4 * 1024 * 1024;

/// As many symbolic links in a row as Linux follows.
const LINKS: usize = 40;

/// Reads a regular file of at most 4 MiB. Any other kind of file is an error, since it may never end
/// or never begin; a descriptor of this process, such as `/dev/stdin` or the `/dev/fd/63` of a
/// shell's `<(…)`, is not.
pub fn read_small_file(path: &Path) -> io::Result<Vec<u8>> {
    let own = is_own_descriptor(path);
    let file = if own { File::open(path)? } else { open_regular(path).map_err(unopened)? };
    let metadata = file.metadata()?;
    // No second buffer of what may be a secret: the first has room for all.
    let room = metadata.len().min(LARGEST) as usize + 1;
    let mut content = Vec::with_capacity(room);
    file.take(LARGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST {
        let why = format!("it has more than {LARGEST} bytes, the most that is read");
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(content)
}

/// Where a file is, or is to be created: symbolic links are followed, one that leads to nothing too.
/// A descriptor of this process is where it is, whatever it leads to.
pub(crate) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        if is_own_descriptor(&path) {
            return Ok(path);
        }
        match fs::read_link(&path) {
            Ok(target) => path = crate::content::paths::parent(&path).join(target),
            // It is not a link, or not there.
            Err(e) if matches!(e.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
                return Ok(path);
            }
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::other("too many symbolic links lead from one to the next"))
}

/// Whether a path names a descriptor that this process has open.
pub(crate) fn is_own_descriptor(path: &Path) -> bool {
    let named = ["/dev/stdin", "/dev/stdout", "/dev/stderr"].iter().any(|name| path == *name);
    named || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

fn unopened(refused: Refused) -> io::Error {
    match refused {
        // A link to what is not there is as good as no file.
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
    fn what_may_never_begin_or_end_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [&pipe, dir.path(), Path::new("/dev/zero")] {
            let error = read_small_file(path).unwrap_err();
            assert!(error.to_string().contains("not a regular file"), "{error}");
        }
        let large = dir.path().join("large");
        File::create(&large).unwrap().set_len(LARGEST + 1).unwrap();
        assert_eq!(read_small_file(&large).unwrap_err().kind(), ErrorKind::FileTooLarge);
        File::options().write(true).open(&large).unwrap().set_len(LARGEST).unwrap();
        assert_eq!(read_small_file(&large).unwrap().len() as u64, LARGEST);
    }

    #[test]
    fn links_are_followed_to_what_is_not_there_yet() {
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
