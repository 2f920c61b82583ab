//! Digests without a client. Bytes are digested synchronously. Files are digested on separate threads,
//! because libuv's few worker threads must stay available to Node.js.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use napi::{Either, Env};
use napi_derive::napi;
use ocigraph::{Algorithm, Result, digest_all};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    call::{Call, Engine},
    client::Started,
    error::{ErrorContext, JsResult, js_result},
    options::{self, read},
};

/// Started by the first call and kept, because starting threads is expensive.
static ENGINE: Mutex<Option<Arc<Engine>>> = Mutex::new(None);

/// Maximum number of concurrent calls that read files. Each call can use all processors.
static CONCURRENT_CALLS: Semaphore = Semaphore::const_new(8);

/// Computes the digest of bytes.
#[napi(catch_unwind)]
pub fn digest(bytes: &[u8], options: String) -> JsResult<String> {
    let digested = algorithm(&options).map(|algorithm| algorithm.digest(bytes).to_string());
    js_result(digested.map_err(|error| error.with_operation("digest", "bytes")))
}

/// Resolves to the digests and sizes of files, in order, as a JSON list.
#[napi(catch_unwind)]
pub fn digest_files<'env>(
    env: &'env Env,
    call: &Call,
    paths: Vec<String>,
    options: String,
) -> Started<'env> {
    let context = match paths.as_slice() {
        [path] => ErrorContext::new("digest", path),
        paths => ErrorContext::new("digest", format!("{} files", paths.len())),
    };
    let begun = algorithm(&options).and_then(|algorithm| Ok((engine()?, algorithm)));
    match begun {
        Ok((engine, algorithm)) => {
            let work = digested(paths, algorithm);
            Ok(Either::A(engine.promise(env, call.token(), context, work)?))
        }
        Err(error) => Ok(js_result(Err(context.apply(error)))),
    }
}

async fn digested(paths: Vec<String>, algorithm: Algorithm) -> Result<String> {
    // The semaphore is never closed.
    let _permit = CONCURRENT_CALLS.acquire().await.ok();
    let digested = digest_all(paths.iter().map(PathBuf::from).collect(), algorithm).await?;
    let mut results = Vec::with_capacity(paths.len());
    for (path, digested) in paths.iter().zip(digested) {
        let (digest, size) = digested.map_err(|e| e.with_operation("digest", path))?;
        results.push(json!({ "path": path, "digest": digest, "size": size }));
    }
    Ok(Value::Array(results).to_string())
}

fn algorithm(options: &str) -> Result<Algorithm> {
    let algorithm = read::<options::Digest>(options)?.algorithm;
    algorithm.as_deref().map_or(Ok(Algorithm::default()), str::parse)
}

fn engine() -> Result<Arc<Engine>> {
    let mut engine = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*engine {
        return Ok(Arc::clone(engine));
    }
    let started = Engine::start()?;
    *engine = Some(Arc::clone(&started));
    Ok(started)
}
