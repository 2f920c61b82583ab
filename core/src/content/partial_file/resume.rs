//! Resuming: a large file that a killed process left is found by its name and continued.
//!
//! The name of a resumable file holds a key made of the final file name and the blob's digest.
//! Relies on the verification of the whole blob: the bytes that the file has already are digested
//! too, and wrong bytes are never accepted.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use crate::{
    blocking::check_cancelled,
    content::partial_name::{PARTIAL_PREFIX, PARTIAL_SUFFIX},
};
use ocigraph_types::{Algorithm, Descriptor, Digest, Result, Verifier};

/// Smaller files are fetched again: that is faster than to resume them.
pub(super) const RESUMABLE_SIZE: u64 = 1024 * 1024;

/// Returns the key of a file that can be resumed, or `None` for a blob that is too small.
pub(super) fn resume_key(target: &Path, blob: &Descriptor) -> Option<String> {
    if blob.size < RESUMABLE_SIZE {
        return None;
    }
    Some(key_of(target, &blob.digest))
}

/// Returns the key of a file with this content.
pub(crate) fn key_of(target: &Path, content: &Digest) -> String {
    let name = target.file_name().unwrap_or_default();
    let both = [content.as_str().as_bytes(), b"/", name.as_encoded_bytes()].concat();
    format!("{:.32}", Algorithm::Sha256.digest(&both).encoded())
}

/// Returns the key in a name of the form `.ocigraph-KEY.RANDOM.partial`.
pub(super) fn key_in_name(name: &OsStr) -> Option<&str> {
    let key = name.to_str()?.strip_prefix(PARTIAL_PREFIX)?.strip_suffix(PARTIAL_SUFFIX)?;
    let (key, _random) = key.split_once('.')?;
    (key.len() == 32).then_some(key)
}

/// Digests the bytes that the file already has. Truncates a file that is longer than the blob to
/// zero.
pub(super) fn digest_existing(file: &mut File, blob: &Descriptor) -> io::Result<Result<Verifier>> {
    let mut verifier = match Verifier::new(blob) {
        Ok(verifier) => verifier,
        Err(e) => return Ok(Err(e)),
    };
    let length = file.metadata()?.len();
    if length > blob.size {
        file.set_len(0)?;
        return Ok(Ok(verifier));
    }
    let mut buffer = vec![0; RESUMABLE_SIZE.min(length) as usize];
    file.seek(SeekFrom::Start(0))?;
    while verifier.seen() < length {
        check_cancelled()?;
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        if let Err(e) = verifier.update(&buffer[..n]) {
            return Ok(Err(e));
        }
    }
    Ok(Ok(verifier))
}
