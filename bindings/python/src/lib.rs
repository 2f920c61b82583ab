//! The native module of the Python package `ocigraph`. It converts arguments into calls of the
//! core, and results, errors and events into plain Python values. The public classes are written
//! in Python, in `python/src/ocigraph`. Runtime threads run Python code only to wake an event loop,
//! to log, and to call a credentials function.

mod blob;
mod client;
mod config;
mod content;
mod credential;
mod digest;
mod error;
mod finalization;
mod graph;
mod logging;
mod manifest;
mod operation;
mod progress;
mod results;
mod rows;
mod runtime;
mod values;

use pyo3::{prelude::*, types::PyDict};

#[pymodule(name = "_native")]
mod native {
    #[pymodule_export]
    use super::{
        blob::BlobStream,
        client::Client,
        content::BufferedContent,
        digest::{digest, digest_files, digest_memory},
        error::codes,
        graph::{Graph, Walk},
        logging::set_log_level,
        operation::Operation,
        rows::Rows,
        values::parse_reference,
        {command, sweep_drawings, version},
    };

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        super::start(module)
    }
}

/// Returns the version of the library.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Runs the command line and returns its exit code. The first argument is the program name.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| ocigraph_cli::run_command(arguments))
}

/// Draws the summary of a sweep, which is JSON: as a table, and as SVG.
#[pyfunction]
fn sweep_drawings(summary: &str) -> PyResult<(String, String)> {
    let summary: ocigraph::SweepSummary = serde_json::from_str(summary)
        .map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
    Ok((summary.table(), summary.svg()))
}

fn start(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    py.import("atexit")?
        .call_method1("register", (wrap_pyfunction!(finalization::finalize, module)?,))?;
    // `os.register_at_fork` exists only on systems with `fork`.
    if let Ok(at_fork) = py.import("os")?.getattr("register_at_fork") {
        let named = PyDict::new(py);
        named.set_item(
            "after_in_child",
            wrap_pyfunction!(finalization::reset_after_fork, module)?,
        )?;
        at_fork.call((), Some(&named))?;
    }
    logging::start(py)
}
