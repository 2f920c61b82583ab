//! Digests by themselves, without a client: of bytes at once, of files on the threads that Node.js
//! keeps for such work.

use std::path::PathBuf;

use napi::{
    Env, Task,
    bindgen_prelude::{AsyncTask, Buffer},
};
use napi_derive::napi;
use ocigraph::{Algorithm, Result, digest_files as core};
use serde_json::{Value, json};

use crate::outcome::{Outcome, outcome};

/// The digest of bytes.
#[napi]
pub fn digest(bytes: Buffer, algorithm: String) -> Outcome<String> {
    outcome(algorithm.parse::<Algorithm>().map(|algorithm| algorithm.digest(&bytes).to_string()))
}

/// A promise of the digests and sizes of files, in their order.
#[napi]
pub fn digest_files(paths: Vec<String>, algorithm: String) -> AsyncTask<DigestFiles> {
    AsyncTask::new(DigestFiles { paths, algorithm })
}

/// Files to digest.
pub struct DigestFiles {
    paths: Vec<String>,
    algorithm: String,
}

impl DigestFiles {
    fn read(&self) -> Result<String> {
        let algorithm: Algorithm = self.algorithm.parse()?;
        let paths: Vec<PathBuf> = self.paths.iter().map(PathBuf::from).collect();
        let mut results = Vec::with_capacity(paths.len());
        for (path, digested) in self.paths.iter().zip(core(&paths, algorithm)) {
            let (digest, size) = digested.map_err(|e| e.during("digest", path))?;
            results.push(json!({ "path": path, "digest": digest, "size": size }));
        }
        Ok(Value::Array(results).to_string())
    }
}

impl Task for DigestFiles {
    type Output = Result<String>;
    type JsValue = Outcome<String>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.read())
    }

    fn resolve(&mut self, _env: Env, result: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(outcome(result))
    }
}
