//! Digests of memory and files, with the interpreter's lock released.

use std::path::PathBuf;

use ocigraph::Algorithm;
use pyo3::{exceptions::PyTypeError, prelude::*};

use crate::{
    content::Given,
    ending::detached,
    operation::Operation,
    runtime::Runtime,
    values::{or_raised, parsed},
};

fn memory(data: Given) -> PyResult<crate::content::Memory> {
    match data {
        Given::Memory(memory) => Ok(memory),
        Given::Path(_) | Given::Read(_) => Err(PyTypeError::new_err("bytes are needed")),
    }
}

/// The digest of a little memory: of what takes no longer than to begin an operation.
#[pyfunction]
pub(crate) fn digest(py: Python<'_>, data: Given, algorithm: &str) -> PyResult<String> {
    let algorithm: Algorithm = parsed(py, algorithm)?;
    let memory = memory(data)?;
    let digest = detached(py, || memory.digest(algorithm));
    Ok(or_raised(py, digest)?.to_string())
}

/// The digest of any amount of memory.
#[pyfunction]
pub(crate) fn digest_memory(py: Python<'_>, data: Given, algorithm: &str) -> PyResult<Operation> {
    let algorithm: Algorithm = parsed(py, algorithm)?;
    let memory = memory(data)?;
    let runtime = or_raised(py, Runtime::shared())?;
    let work = async move { memory.digested(algorithm).await };
    Ok(Operation::start(&runtime, None, work, |py, digest| {
        Ok(digest.to_string().into_pyobject(py)?.into_any().unbind())
    }))
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
    let work = async move {
        let digested = ocigraph::digest_all(paths, algorithm).await?.into_iter();
        digested.map(|one| one.map(|(digest, size)| (digest.to_string(), size))).collect()
    };
    let convert = |py: Python<'_>, all: Vec<(String, u64)>| Ok(all.into_pyobject(py)?.unbind());
    Ok(Operation::start(&runtime, None, work, convert))
}
