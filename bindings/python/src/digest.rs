//! Digests of memory and files, computed while the GIL is released.

use std::path::PathBuf;

use ocigraph::Algorithm;
use pyo3::{exceptions::PyTypeError, prelude::*};

use crate::{
    content::Given, error::or_raised, finalization::detached, operation::Operation,
    runtime::Runtime, values::parsed,
};

fn memory(data: Given) -> PyResult<crate::content::Memory> {
    match data {
        Given::Memory(memory) => Ok(memory),
        Given::Path(_) | Given::Buffered(_) => Err(PyTypeError::new_err("data must be bytes-like")),
    }
}

/// Digests data that is small enough to need no cancellation.
#[pyfunction]
pub(crate) fn digest(py: Python<'_>, data: Given, algorithm: &str) -> PyResult<String> {
    let algorithm: Algorithm = parsed(py, algorithm)?;
    let memory = memory(data)?;
    let digest = detached(py, || memory.digest(algorithm));
    Ok(or_raised(py, digest)?.to_string())
}

/// Starts to digest data of any size.
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

/// Starts to digest files on all cores. Resolves to a list of `(digest, size)`.
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
