//! The rows of an operation, which Python reads batch by batch.

use std::sync::Arc;

use ocigraph_runtime::{Batch, SharedRows};
use pyo3::prelude::*;

use crate::{
    error::inherited,
    operation::Operation,
    runtime::{ProcessLocal, Runtime},
    values::IntoPlain,
};

/// The rows of an operation. It works only while a batch is waited for.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Rows(ProcessLocal<(Arc<Runtime>, Box<dyn ReadRows>)>);

impl Rows {
    pub(crate) fn new<T, S>(runtime: &Arc<Runtime>, rows: ocigraph::Rows<T, S>) -> Self
    where
        T: IntoPlain + Send + 'static,
        S: IntoPlain + Clone + Send + 'static,
    {
        let rows: Box<dyn ReadRows> = match runtime.handle() {
            Some(handle) => Box::new(SharedRows::new(rows, handle.clone())),
            None => Box::new(()),
        };
        Self(ProcessLocal::new((Arc::clone(runtime), rows)))
    }
}

#[pymethods]
impl Rows {
    /// Waits for the next rows. The result is a list of dicts, or None after the last row.
    fn next(&self, py: Python<'_>) -> PyResult<Operation> {
        let (runtime, rows) = self.0.get().ok_or_else(|| inherited(py))?;
        rows.next(runtime).ok_or_else(|| inherited(py))
    }

    /// Returns the totals of the rows so far.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (_, rows) = self.0.get().ok_or_else(|| inherited(py))?;
        rows.summary(py)
    }

    /// Ends the operation.
    fn close(&self) {
        if let Some((_, rows)) = self.0.get() {
            rows.close();
        }
    }
}

/// Rows of any type.
trait ReadRows: Send + Sync {
    fn next(&self, runtime: &Arc<Runtime>) -> Option<Operation>;
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
    fn close(&self);
}

impl<T, S> ReadRows for SharedRows<T, S>
where
    T: IntoPlain + Send + 'static,
    S: IntoPlain + Clone + Send + 'static,
{
    fn next(&self, runtime: &Arc<Runtime>) -> Option<Operation> {
        // Take the rows when the result is fetched: the result of a cancelled call never is.
        let take = |py: Python<'_>, batch: Batch<T, S>| Ok(batch.take().into_plain(py)?.unbind());
        Some(Operation::start(runtime, None, SharedRows::next(self)?, take))
    }

    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        SharedRows::summary(self).ok_or_else(|| inherited(py))?.into_plain(py)
    }

    fn close(&self) {
        SharedRows::close(self);
    }
}

/// The rows of a runtime that has ended.
impl ReadRows for () {
    fn next(&self, _: &Arc<Runtime>) -> Option<Operation> {
        None
    }

    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Err(inherited(py))
    }

    fn close(&self) {}
}
