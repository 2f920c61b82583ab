//! The native module of the Python package `ocigraph`: turns arguments into calls of the core, and
//! results, errors and events into plain Python values. The public classes are in Python, in
//! `python/src/ocigraph`. Nothing here decides anything, and no thread of the runtime runs Python
//! code, except to wake an event loop, to log, and to ask a callback for credentials.

mod blob;
mod client;
mod config;
mod content;
mod digest;
mod ending;
mod graph;
mod logging;
mod operation;
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
        graph::{Graph, Walk},
        logging::set_log_level,
        operation::Operation,
        values::{codes, parse_reference},
        {command, version},
    };

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        super::start(module)
    }
}

/// The version of the library.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Runs the command line with these arguments, the first being its name; gives its exit code.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| ocigraph_cli::run_command(arguments))
}

fn start(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(ending::end, module)?,))?;
    // Systems without `fork` have no such function.
    if let Ok(at_fork) = py.import("os")?.getattr("register_at_fork") {
        let named = PyDict::new(py);
        named.set_item("after_in_child", wrap_pyfunction!(ending::begin_anew, module)?)?;
        at_fork.call((), Some(&named))?;
    }
    logging::start(py)
}
