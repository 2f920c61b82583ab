//! Records of the core become records of Python's `logging`, by `pyo3-log`. The threads that write them
//! take the interpreter's lock, and so are counted among those that its end waits for.

use log::{LevelFilter, Log, Metadata, Record};
use pyo3::prelude::*;

use crate::ending::counted;

struct Logger(pyo3_log::Logger);

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        counted(|| self.0.log(record));
    }

    fn flush(&self) {}
}

pub(crate) fn start(py: Python<'_>) -> PyResult<()> {
    // Each record asks the logger for its level: caching would miss a later `setLevel`.
    let logger = pyo3_log::Logger::new(py, pyo3_log::Caching::Loggers)?
        .filter(LevelFilter::Off)
        .filter_target("ocigraph".to_owned(), LevelFilter::Trace);
    // A second interpreter of the process finds the logger of the first, and shares it.
    let _ = log::set_boxed_logger(Box::new(Logger(logger)));
    log::set_max_level(LevelFilter::Warn);
    Ok(())
}

/// Tells which records are wanted, by the numbers of `logging`, so that the others cost nothing.
#[pyfunction]
pub(crate) fn set_log_level(level: u32) {
    log::set_max_level(match level {
        0..10 => LevelFilter::Trace,
        10..20 => LevelFilter::Debug,
        20..30 => LevelFilter::Info,
        30..40 => LevelFilter::Warn,
        40..=50 => LevelFilter::Error,
        _ => LevelFilter::Off,
    });
}
