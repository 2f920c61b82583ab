//! Digests of bytes and files.

use std::{mem::MaybeUninit, path::PathBuf, thread};

use ::ocigraph_runtime::{CANCELLED, Task};
use ocigraph::{
    Algorithm, Code, Descriptor, Digest, Error, Result, digest_all, media_type::OCTET_STREAM,
};
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::{
    boundary::{call, free, read},
    cancel::ocigraph_cancel,
    error::ocigraph_error,
    handle::as_ref,
    results::{Json, ocigraph_descriptor},
    runtime::build,
    signals,
    status::ocigraph_status,
    text::{invalid, ocigraph_bytes, ocigraph_str, texts},
};

/// SHA-256. Every registry supports it.
pub const OCIGRAPH_ALGORITHM_SHA256: i32 = 1;
/// SHA-512. The OCI image specification permits it, but few registries support it.
pub const OCIGRAPH_ALGORITHM_SHA512: i32 = 2;

/// The digests and sizes of files, in the order of the paths.
pub struct ocigraph_digest_list {
    value: Vec<DigestedFile>,
    json: Json,
}

struct DigestedFile {
    path: String,
    digest: Digest,
    size: u64,
}

/// Computes the digest of bytes in memory. Returns a descriptor with the digest, the size and the
/// media type "application/octet-stream".
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT if the algorithm is unknown.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest(
    algorithm: i32,
    content: ocigraph_bytes,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let algorithm = algorithm_from(algorithm)?;
        let content = content.view("content")?;
        Ok(octet_stream(algorithm.digest(content), content.len() as u64))
    })
}

/// Computes the digest of a file. Returns a descriptor with the digest, the size and the media type
/// "application/octet-stream".
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_descriptor_free`.
/// Errors: INVALID_ARGUMENT, NOT_FOUND, IO, CANCELLED.
/// Threads: any; blocks until the digest is computed. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_file(
    algorithm: i32,
    path: ocigraph_str,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_descriptor>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (algorithm, path) = (algorithm_from(algorithm)?, path.required("path")?);
        let digested = digest(vec![path], algorithm, cancel)?.pop();
        let DigestedFile { digest, size, .. } = digested
            .ok_or_else(|| Error::new(Code::Internal, "the digest of the file is missing"))?;
        Ok(octet_stream(digest, size))
    })
}

/// Computes the digests of several files on all processors. The results have the order of the
/// paths.
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `paths`: an array of `count` paths. `cancel`: may be NULL.
///
/// Ownership: free `out` with `ocigraph_digest_list_free`.
/// Errors: INVALID_ARGUMENT, CANCELLED; NOT_FOUND or IO for the first file that cannot be read.
/// Threads: any; blocks until the digests are computed. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_files(
    algorithm: i32,
    paths: *const ocigraph_str,
    count: usize,
    cancel: *const ocigraph_cancel,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_digest_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (algorithm, paths) = (algorithm_from(algorithm)?, texts(paths, count, "paths")?);
        let value = digest(paths, algorithm, cancel)?;
        Ok(ocigraph_digest_list { value, json: Json::default() })
    })
}

/// Frees a list of digests and everything borrowed from it.
///
/// Ownership: takes `result`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_free(result: Option<Box<ocigraph_digest_list>>) {
    free(result);
}

/// Returns the number of digests.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_count(result: Option<&ocigraph_digest_list>) -> usize {
    read(result, |r| r.value.len())
}

/// Returns the digest at `index`, such as "sha256:e3b0...".
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_digest(
    result: Option<&ocigraph_digest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|d| d.digest.as_str()).into())
}

/// Returns the size in bytes of the file at `index`.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_size(
    result: Option<&ocigraph_digest_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).map_or(0, |d| d.size))
}

/// Returns the complete list as JSON text, in the format of the command line.
///
/// Ownership: borrowed from `result`.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_json(result: Option<&ocigraph_digest_list>) -> ocigraph_str {
    let entry = |d: &DigestedFile| json!({ "digest": d.digest, "size": d.size, "path": d.path });
    read(result, |r| r.json.get(|| r.value.iter().map(entry).collect::<Value>().to_string()))
}

/// Digests files on a new thread with its own tokio runtime. The calling thread cannot block on one:
/// no client is involved, and the caller may be inside an async context.
fn digest(
    paths: Vec<String>,
    algorithm: Algorithm,
    cancel: *const ocigraph_cancel,
) -> Result<Vec<DigestedFile>> {
    let cancel = as_ref(cancel).map(|cancel| cancel.0.clone()).unwrap_or_default();
    let files: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let run = move || {
        signals::block();
        let task = Task::default().cancelled_by(cancel, CANCELLED);
        build(Builder::new_current_thread().enable_time())?
            .block_on(task.run(digest_all(files, algorithm)))
    };
    let digests = thread::scope(|scope| {
        scope.spawn(run).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    let digested = digests.into_iter().zip(paths).map(|(digested, path)| {
        let (digest, size) = digested?;
        Ok(DigestedFile { path, digest, size })
    });
    digested.collect()
}

fn octet_stream(digest: Digest, size: u64) -> ocigraph_descriptor {
    ocigraph_descriptor::new(Descriptor::new(OCTET_STREAM, digest, size))
}

fn algorithm_from(algorithm: i32) -> Result<Algorithm> {
    match algorithm {
        OCIGRAPH_ALGORITHM_SHA256 => Ok(Algorithm::Sha256),
        OCIGRAPH_ALGORITHM_SHA512 => Ok(Algorithm::Sha512),
        other => {
            Err(invalid(format!("invalid digest algorithm {other}: expected OCIGRAPH_ALGORITHM_*")))
        }
    }
}
