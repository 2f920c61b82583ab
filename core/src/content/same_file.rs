//! Whether a file on disk is the one expected: the same file as before, or a file with a blob's
//! content. Relies on device and inode numbers where the platform has them. Never follows a
//! symbolic link.

use std::{fs, io, path::Path};

use crate::content::digest_files::digest_file;
use ocigraph_types::{Descriptor, Error, Result};

/// Returns the metadata of the regular file at `path` if it has the blob's size and digest. Returns
/// `None` for anything else, and for a file that was replaced while it was digested.
pub(crate) fn identical(path: &Path, blob: &Descriptor) -> Result<Option<fs::Metadata>> {
    let look = || match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata).filter(|m| m.is_file() && m.len() == blob.size)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("inspect", path, e)),
    };
    let Some(before) = look()? else { return Ok(None) };
    if digest_file(path, blob.digest.algorithm()?)?.0 != blob.digest {
        return Ok(None);
    }
    Ok(look()?.filter(|after| is_same_file(&before, after)))
}

/// Returns whether both were read from one file. Without inode numbers it compares size and time of
/// modification.
#[cfg(unix)]
pub(crate) fn is_same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
pub(crate) fn is_same_file(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    a.modified().ok() == b.modified().ok() && a.len() == b.len()
}

#[cfg(test)]
mod tests {
    use ocigraph_types::{Algorithm, media_type};

    use super::*;

    #[test]
    fn a_file_is_identical_when_size_and_digest_match() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let blob = |content: &[u8]| {
            let digest = Algorithm::Sha256.digest(content);
            Descriptor::new(media_type::OCTET_STREAM, digest, content.len() as u64)
        };
        assert!(identical(&path, &blob(b"abc")).unwrap().is_none());
        fs::write(&path, "abc").unwrap();
        assert!(identical(&path, &blob(b"abc")).unwrap().is_some());
        assert!(identical(&path, &blob(b"abd")).unwrap().is_none());
        assert!(identical(&path, &blob(b"abcd")).unwrap().is_none());
        assert!(identical(dir.path(), &blob(b"abc")).unwrap().is_none());
    }
}
