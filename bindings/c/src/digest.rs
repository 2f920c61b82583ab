//! Digests of bytes and files.

use std::{mem::MaybeUninit, path::PathBuf, thread};

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

/// SHA-256, which every registry speaks.
pub const OCIGRAPH_ALGORITHM_SHA256: i32 = 1;
/// SHA-512, which the specification allows and few registries keep.
pub const OCIGRAPH_ALGORITHM_SHA512: i32 = 2;

/// Digests of files, with their lengths.
pub struct ocigraph_digest_list {
    value: Vec<DigestedFile>,
    json: Json,
}

struct DigestedFile {
    path: String,
    digest: Digest,
    size: u64,
}

/// The digest and length of bytes in memory, as a descriptor of "application/octet-stream".
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`. Threads: any.
/// Errors: INVALID_ARGUMENT. Since 0.1.0.
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
        Ok(described(algorithm.digest(content), content.len() as u64))
    })
}

/// The digest and length of a file, as a descriptor of "application/octet-stream".
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `cancel`: NULL where it is not to be cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_descriptor_free`; nothing of the arguments is
/// kept. Threads: any; blocks. Errors: INVALID_ARGUMENT, NOT_FOUND, IO, CANCELLED. Since 0.1.0.
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
        let DigestedFile { digest, size, .. } =
            digested.ok_or_else(|| Error::new(Code::Internal, "a file was lost"))?;
        Ok(described(digest, size))
    })
}

/// The digests of many files, on all processors, in the order of the paths.
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `paths`: `count` texts. `cancel`: NULL where it is not to be
/// cancelled.
///
/// Ownership: `out` is the caller's, until `ocigraph_digest_list_free`; nothing of the arguments is
/// kept. Threads: any; blocks. Errors: INVALID_ARGUMENT, CANCELLED; NOT_FOUND or IO for the first
/// file that cannot be read. Since 0.1.0.
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

/// Ends a list of digests, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_free(result: Option<Box<ocigraph_digest_list>>) {
    free(result);
}

/// How many digests there are.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_count(result: Option<&ocigraph_digest_list>) -> usize {
    read(result, |r| r.value.len())
}

/// One of the digests, such as "sha256:e3b0...".
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_digest(
    result: Option<&ocigraph_digest_list>,
    index: usize,
) -> ocigraph_str {
    read(result, |r| r.value.get(index).map(|d| d.digest.as_str()).into())
}

/// The length in bytes of what has this digest.
///
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_size(
    result: Option<&ocigraph_digest_list>,
    index: usize,
) -> u64 {
    read(result, |r| r.value.get(index).map_or(0, |d| d.size))
}

/// All of it as one JSON text, in the shape that the command line prints.
///
/// Ownership: borrowed from `result`. Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_json(result: Option<&ocigraph_digest_list>) -> ocigraph_str {
    let entry = |d: &DigestedFile| json!({ "digest": d.digest, "size": d.size, "path": d.path });
    read(result, |r| r.json.get(|| r.value.iter().map(entry).collect::<Value>().to_string()))
}

/// Digests files on threads of its own, since it belongs to no client, and may be called where
/// nothing may wait.
fn digest(
    paths: Vec<String>,
    algorithm: Algorithm,
    cancel: *const ocigraph_cancel,
) -> Result<Vec<DigestedFile>> {
    let cancel = as_ref(cancel).map(|cancel| cancel.0.clone()).unwrap_or_default();
    let files: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let work = || {
        signals::leave_to_the_program();
        build(&mut Builder::new_current_thread())?.block_on(async {
            tokio::select! {
                biased;
                () = cancel.cancelled() => Err(Error::new(Code::Cancelled, "it was cancelled")),
                digests = digest_all(files, algorithm) => digests,
            }
        })
    };
    let digests = thread::scope(|scope| {
        scope.spawn(work).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    let digested = digests.into_iter().zip(paths).map(|(digested, path)| {
        let (digest, size) = digested?;
        Ok(DigestedFile { path, digest, size })
    });
    digested.collect()
}

fn described(digest: Digest, size: u64) -> ocigraph_descriptor {
    ocigraph_descriptor::new(Descriptor::new(OCTET_STREAM, digest, size))
}

fn algorithm_from(algorithm: i32) -> Result<Algorithm> {
    match algorithm {
        OCIGRAPH_ALGORITHM_SHA256 => Ok(Algorithm::Sha256),
        OCIGRAPH_ALGORITHM_SHA512 => Ok(Algorithm::Sha512),
        other => Err(invalid(format!("{other} is no algorithm of digests"))),
    }
}
