//! Digests of readers and files, one at a time or many on all cores.
//!
//! Relies on [`sha256_lanes`](super::sha256_lanes) for many files with SHA-256. Stops soon after
//! the operation is cancelled, and never reads a whole file into memory.

#[cfg(doc)]
use crate::Code;
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::sha256_lanes::{MAX_LANES, digest_with_lanes};
use crate::blocking::{CancelFlag, check_cancelled, spawn_blocking};
use ocigraph_types::{Algorithm, Digest, Error, Result};

/// Bytes per read of a file.
const READ_SIZE: usize = 512 * 1024;

/// Reads `reader` to its end, and returns the digest and the length in bytes. Blocks.
///
/// # Errors
///
/// Returns the error of the reader.
///
/// ```
/// use ocigraph::{Algorithm, digest_reader};
///
/// let (digest, length) = digest_reader(&b"{}"[..], Algorithm::Sha256).unwrap();
/// assert_eq!((digest, length), (Algorithm::Sha256.digest(b"{}"), 2));
/// ```
pub fn digest_reader(reader: impl Read, algorithm: Algorithm) -> io::Result<(Digest, u64)> {
    digest_through(&mut vec![0; READ_SIZE], reader, algorithm)
}

fn digest_through(
    buffer: &mut [u8],
    mut reader: impl Read,
    algorithm: Algorithm,
) -> io::Result<(Digest, u64)> {
    let mut hasher = algorithm.hasher();
    let mut length = 0;
    loop {
        check_cancelled()?;
        match reader.read(buffer) {
            Ok(0) => return Ok((hasher.finish(), length)),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                length += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Returns the digest and the length in bytes of a file. Blocks.
///
/// # Errors
///
/// [`NOT_FOUND`](crate::Code::NotFound) when the file does not exist, [`IO`](crate::Code::Io) when
/// it cannot be read.
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("sbom.json");
/// std::fs::write(&path, "{}").unwrap();
/// let (digest, length) = ocigraph::digest_file(&path, ocigraph::Algorithm::Sha256).unwrap();
/// assert_eq!(length, 2);
/// assert!(digest.as_str().starts_with("sha256:44136fa3"));
/// ```
pub fn digest_file(path: &Path, algorithm: Algorithm) -> Result<(Digest, u64)> {
    digest_file_through(&mut vec![0; READ_SIZE], path, algorithm)
}

fn digest_file_through(
    buffer: &mut [u8],
    path: &Path,
    algorithm: Algorithm,
) -> Result<(Digest, u64)> {
    File::open(path)
        .and_then(|file| digest_through(buffer, file, algorithm))
        .map_err(|e| Error::io("read", path, e))
}

/// Returns the digests and the lengths in bytes of many files, in the order of `paths`. Uses all
/// cores. Blocks.
///
/// # Errors
///
/// Each file has its own result, with the errors of [`digest_file`].
///
/// ```
/// # let dir = tempfile::tempdir().unwrap();
/// # let [path, missing] = ["sbom.json", "missing"].map(|name| dir.path().join(name));
/// use ocigraph::{Algorithm, Code, digest_files};
///
/// std::fs::write(&path, "{}").unwrap();
/// let digests = digest_files(&[path, missing], Algorithm::Sha256);
/// assert_eq!(digests[0].as_ref().unwrap().1, 2);
/// assert_eq!(digests[1].as_ref().unwrap_err().code(), Code::NotFound);
/// ```
pub fn digest_files<P: AsRef<Path> + Sync>(
    paths: &[P],
    algorithm: Algorithm,
) -> Vec<Result<(Digest, u64)>> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    // The first thread that is ready must not take the files of the others.
    let lanes = paths.len().div_ceil(workers.max(1)).min(MAX_LANES);
    let next = AtomicUsize::new(0);
    let take = || {
        let i = next.fetch_add(1, Ordering::Relaxed);
        paths.get(i).map(|path| (i, path.as_ref()))
    };
    let work = || {
        if algorithm == Algorithm::Sha256 {
            return digest_with_lanes(lanes, take);
        }
        let mut buffer = vec![0; READ_SIZE];
        std::iter::from_fn(take)
            .map(|(i, path)| (i, digest_file_through(&mut buffer, path, algorithm)))
            .collect()
    };
    let cancel = CancelFlag::current();
    let mut results: Vec<_> = thread::scope(|scope| {
        let worker = || cancel.clone().run(work);
        // This thread works too, and does all the work where no other thread can be started.
        let threads: Vec<_> = (1..workers)
            .map_while(|_| thread::Builder::new().spawn_scoped(scope, worker).ok())
            .collect();
        let own = worker();
        threads
            .into_iter()
            .flat_map(|t| t.join().unwrap_or_else(|p| std::panic::resume_unwind(p)))
            .chain(own)
            .collect()
    });
    results.sort_unstable_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Returns the digests and the lengths in bytes of many files, as [`digest_files`] does, without
/// blocking. Dropping the future stops the work soon, whatever the size of the files. Needs a tokio
/// runtime.
///
/// # Errors
///
/// Each file has its own result, with the errors of [`digest_file`]. The outer result is
/// [`INTERNAL`](crate::Code::Internal) when a worker thread fails.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let path = dir.path().join("sbom.json");
/// std::fs::write(&path, "{}").unwrap();
/// let digests = ocigraph::digest_all(vec![path], ocigraph::Algorithm::Sha256).await.unwrap();
/// assert_eq!(digests[0].as_ref().unwrap().1, 2);
/// # });
/// ```
pub async fn digest_all(
    paths: Vec<PathBuf>,
    algorithm: Algorithm,
) -> Result<Vec<Result<(Digest, u64)>>> {
    spawn_blocking(move || Ok(digest_files(&paths, algorithm))).await
}
