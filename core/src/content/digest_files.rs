//! Digests of readers and files: one after the other, and many on all cores.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::sha256;
use crate::blocking::{CancelFlag, check_cancelled, spawn_blocking};
use ocigraph_types::{Algorithm, Digest};
use ocigraph_types::{Error, Result};

/// How much of a file is read at a time.
const READ_SIZE: usize = 512 * 1024;

/// Reads `reader` to its end; gives its digest and its length in bytes.
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

/// The digest and the length in bytes of a file. Blocks; NOT_FOUND or IO when it cannot be read.
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

/// The digests and lengths of many files, in their order, computed on all cores, and two at a time on
/// each. Blocks; each file has its own result.
pub fn digest_files<P: AsRef<Path> + Sync>(
    paths: &[P],
    algorithm: Algorithm,
) -> Vec<Result<(Digest, u64)>> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    let next = AtomicUsize::new(0);
    let take = || {
        let i = next.fetch_add(1, Ordering::Relaxed);
        paths.get(i).map(|path| (i, path.as_ref()))
    };
    let work = || {
        if algorithm == Algorithm::Sha256 {
            return sha256::digest_all(take);
        }
        let mut buffer = vec![0; READ_SIZE];
        std::iter::from_fn(take)
            .map(|(i, path)| (i, digest_file_through(&mut buffer, path, algorithm)))
            .collect()
    };
    let wanted = CancelFlag::current();
    let mut results: Vec<_> = thread::scope(|scope| {
        let worker = || wanted.clone().during(work);
        // This thread does its share, and all of it where no other can be started.
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

/// [`digest_files`] beside the async threads. Dropping the future stops it within a moment, whatever
/// the size of the files. Needs a tokio runtime.
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
