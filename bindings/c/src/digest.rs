//! Digests of bytes and files.

use std::{mem::MaybeUninit, path::PathBuf};

use ocigraph::{Algorithm, Digest, Result, digest_file, digest_files};
use serde_json::{Value, json};

use crate::{
    boundary::{call, end, read},
    error::ocigraph_error,
    results::Json,
    status::ocigraph_status,
    text::{invalid, ocigraph_bytes, ocigraph_str, texts},
};

/// SHA-256, which every registry speaks.
pub const OCIGRAPH_ALGORITHM_SHA256: i32 = 1;
/// SHA-512, which the specification allows and few registries keep.
pub const OCIGRAPH_ALGORITHM_SHA512: i32 = 2;

/// Digests, with the length of what was digested.
pub struct ocigraph_digest_list {
    value: Vec<Digested>,
    json: Json,
}

struct Digested {
    path: Option<String>,
    digest: Digest,
    size: u64,
}

/// The digest of bytes in memory: a list of one.
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
///
/// Ownership: `out` is the caller's, until `ocigraph_digest_list_free`. Threads: any.
/// Errors: INVALID_ARGUMENT. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest(
    algorithm: i32,
    content: ocigraph_bytes,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_digest_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let algorithm = chosen(algorithm)?;
        let content = content.view("content")?;
        let (digest, size) = (algorithm.digest(content), content.len() as u64);
        Ok(list(vec![Digested { path: None, digest, size }]))
    })
}

/// The digest of a file: a list of one.
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`.
///
/// Ownership: `out` is the caller's, until `ocigraph_digest_list_free`. Threads: any; blocks.
/// Errors: INVALID_ARGUMENT, NOT_FOUND, IO. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_file(
    algorithm: i32,
    path: ocigraph_str,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_digest_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (algorithm, path) = (chosen(algorithm)?, path.text("path")?);
        let (digest, size) = digest_file(path.as_ref(), algorithm)?;
        Ok(list(vec![Digested { path: Some(path), digest, size }]))
    })
}

/// The digests of many files, on all processors, in the order of the paths.
///
/// `algorithm`: `OCIGRAPH_ALGORITHM_*`. `paths`: `count` texts.
///
/// Ownership: `out` is the caller's, until `ocigraph_digest_list_free`. Threads: any; blocks.
/// Errors: INVALID_ARGUMENT; NOT_FOUND or IO for the first file that cannot be read. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_files(
    algorithm: i32,
    paths: *const ocigraph_str,
    count: usize,
    out: Option<&mut MaybeUninit<Option<Box<ocigraph_digest_list>>>>,
    error: Option<&mut MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || {
        let (algorithm, paths) = (chosen(algorithm)?, texts(paths, count, "paths")?);
        let files: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let digested = digest_files(&files, algorithm).into_iter().zip(paths);
        let digested = digested.map(|(digested, path)| {
            let (digest, size) = digested?;
            Ok(Digested { path: Some(path), digest, size })
        });
        digested.collect::<Result<_>>().map(list)
    })
}

/// Ends a list of digests, and all that was borrowed from it.
///
/// Ownership: takes `result`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_digest_list_free(result: Option<Box<ocigraph_digest_list>>) {
    end(result);
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
    let entry = |d: &Digested| {
        let mut entry = json!({ "digest": d.digest, "size": d.size });
        if let (Some(path), Value::Object(entry)) = (&d.path, &mut entry) {
            entry.insert("path".to_owned(), json!(path));
        }
        entry
    };
    read(result, |r| r.json.get(|| r.value.iter().map(entry).collect::<Value>().to_string()))
}

fn list(value: Vec<Digested>) -> ocigraph_digest_list {
    ocigraph_digest_list { value, json: Json::default() }
}

fn chosen(algorithm: i32) -> Result<Algorithm> {
    match algorithm {
        OCIGRAPH_ALGORITHM_SHA256 => Ok(Algorithm::Sha256),
        OCIGRAPH_ALGORITHM_SHA512 => Ok(Algorithm::Sha512),
        other => Err(invalid(format!("{other} is no algorithm of digests"))),
    }
}
