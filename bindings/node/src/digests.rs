//! Digests by themselves, without a client: of bytes at once, of files on threads of their own, so that
//! the few that Node.js keeps for files and names stay free.

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
    options,
    outcome::{Doing, Outcome, broken, outcome},
    reading::read,
};

/// Kept from the first call on: threads are cheaper kept than started.
static ENGINE: Mutex<Option<Arc<Engine>>> = Mutex::new(None);

/// Calls that read at once. Each may use all processors, and a thousand need not have a thousand threads.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

/// The digest of bytes.
#[napi(catch_unwind)]
pub fn digest(bytes: &[u8], options: String) -> Outcome<String> {
    let digested = algorithm(&options).map(|algorithm| algorithm.digest(bytes).to_string());
    outcome(digested.map_err(|error| error.with_operation("digest", "bytes")))
}

/// A promise of the digests and sizes of files, in their order.
#[napi(catch_unwind)]
pub fn digest_files<'env>(
    env: &'env Env,
    call: &Call,
    paths: Vec<String>,
    options: String,
) -> Started<'env> {
    let doing = match paths.as_slice() {
        [path] => Doing::new("digest", path),
        paths => Doing::new("digest", format!("{} files", paths.len())),
    };
    let begun = algorithm(&options).and_then(|algorithm| Ok((engine()?, algorithm)));
    match begun {
        Ok((engine, algorithm)) => {
            let work = digested(paths, algorithm);
            Ok(Either::A(engine.promise(env, call.token(), doing, work)?))
        }
        Err(error) => Ok(outcome(Err(doing.told(error)))),
    }
}

async fn digested(paths: Vec<String>, algorithm: Algorithm) -> Result<String> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| broken())?;
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
