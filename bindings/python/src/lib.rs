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
mod operation;
mod runtime;
mod values;

use pyo3::prelude::*;

#[pymodule(name = "_native")]
mod native {
    #[pymodule_export]
    use super::{
        blob::BlobStream,
        client::Client,
        content::Spool,
        digest::{digest, digest_files},
        graph::Graph,
        operation::Operation,
        values::{codes, parse_reference},
        {command, set_log_level, version},
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

/// Tells which records are wanted, by the numbers of `logging`, so that the others cost nothing.
#[pyfunction]
fn set_log_level(level: u32) {
    log::set_max_level(match level {
        0..10 => log::LevelFilter::Trace,
        10..20 => log::LevelFilter::Debug,
        20..30 => log::LevelFilter::Info,
        30..40 => log::LevelFilter::Warn,
        40..=50 => log::LevelFilter::Error,
        _ => log::LevelFilter::Off,
    });
}

fn start(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(ending::end, module)?,))?;
    // Each record asks the logger for its level: caching would miss a later `setLevel`.
    let logger = pyo3_log::Logger::new(py, pyo3_log::Caching::Loggers)?
        .filter(log::LevelFilter::Off)
        .filter_target("ocigraph".to_owned(), log::LevelFilter::Trace);
    // A second interpreter of the process finds the logger of the first, and shares it.
    let _ = logger.install();
    log::set_max_level(log::LevelFilter::Warn);
    Ok(())
}
