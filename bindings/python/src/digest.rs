//! Digests of memory and files, with the interpreter's lock released.

use std::path::PathBuf;

use ocigraph::Algorithm;
use pyo3::{exceptions::PyTypeError, prelude::*};

use crate::{
    content::{Given, blocking},
    ending::detached,
    operation::Operation,
    runtime::Runtime,
    values::{or_raised, parsed},
};

/// The digest of `bytes` or of a memoryview of bytes.
#[pyfunction]
pub(crate) fn digest(py: Python<'_>, data: Given, algorithm: &str) -> PyResult<String> {
    let algorithm: Algorithm = parsed(py, algorithm)?;
    let digest = detached(py, || match &data {
        Given::Bytes(bytes) => Ok(Some(algorithm.digest(bytes))),
        Given::View(view) => view.digest(algorithm).map(Some),
        Given::Path(_) | Given::Read(_) => Ok(None),
    });
    let digest = or_raised(py, digest)?;
    digest.map(|digest| digest.to_string()).ok_or_else(|| PyTypeError::new_err("bytes are needed"))
}

/// Digests and lengths of files, computed on all cores: a list of `(digest, size)`.
#[pyfunction]
pub(crate) fn digest_files(
    py: Python<'_>,
    paths: Vec<PathBuf>,
    algorithm: &str,
) -> PyResult<Operation> {
    let algorithm: Algorithm = parsed(py, algorithm)?;
    let runtime = or_raised(py, Runtime::shared())?;
    let work = blocking(move || {
        let mut all = Vec::with_capacity(paths.len());
        for digested in ocigraph::digest_files(&paths, algorithm) {
            let (digest, size) = digested?;
            all.push((digest.to_string(), size));
        }
        Ok(all)
    });
    Ok(Operation::start(&runtime, None, work, |py, all| Ok(all.into_pyobject(py)?.unbind())))
}
