//! Forwards log records of the core to Python's `logging` through `pyo3-log`. A thread that logs
//! acquires the GIL, so finalization must count it.

use log::{LevelFilter, Log, Metadata, Record};
use pyo3::prelude::*;

use crate::finalization::unless_finalizing;

struct Logger(pyo3_log::Logger);

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        unless_finalizing(|| self.0.log(record));
    }

    fn flush(&self) {}
}

pub(crate) fn start(py: Python<'_>) -> PyResult<()> {
    // `Caching::Loggers` reads the level for each record. Cached levels would miss a later `setLevel`.
    let logger = pyo3_log::Logger::new(py, pyo3_log::Caching::Loggers)?
        .filter(LevelFilter::Off)
        .filter_target("ocigraph".to_owned(), LevelFilter::Trace);
    // In a second interpreter of the same process this fails; it shares the logger of the first.
    let _ = log::set_boxed_logger(Box::new(Logger(logger)));
    log::set_max_level(LevelFilter::Warn);
    Ok(())
}

/// Sets the minimum level, as a number of `logging`. Records below it are dropped in Rust.
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
