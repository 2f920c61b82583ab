//! A blob on its way in: read piece by piece, so that it is never whole in memory.

use std::sync::Arc;

use bytes::BytesMut;
use futures::TryStreamExt;
use ocigraph::ByteStream;
use pyo3::{prelude::*, types::PyBytes};
use tokio::sync::Mutex;

use crate::{
    operation::Operation,
    runtime::{Own, Runtime},
    values::foreign,
};

struct Reading {
    stream: Option<ByteStream>,
    /// What was received and not handed out yet: a read that is broken off loses nothing.
    ready: BytesMut,
}

/// The bytes of a blob, checked at the end.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct BlobStream {
    inner: Own<(Arc<Runtime>, Arc<Mutex<Reading>>)>,
}

impl BlobStream {
    pub(crate) fn new(runtime: Arc<Runtime>, stream: ByteStream) -> Self {
        let reading = Reading { stream: Some(stream), ready: BytesMut::new() };
        Self { inner: Own::new((runtime, Arc::new(Mutex::new(reading)))) }
    }
}

#[pymethods]
impl BlobStream {
    /// The next `size` bytes, fewer only at the end; none when all were read.
    fn read(&self, py: Python<'_>, size: usize) -> PyResult<Operation> {
        let (runtime, reading) = self.inner.get().ok_or_else(|| foreign(py))?;
        let reading = Arc::clone(reading);
        let work = async move {
            let mut reading = reading.lock().await;
            while reading.ready.len() < size
                && let Some(stream) = &mut reading.stream
            {
                match stream.try_next().await? {
                    Some(bytes) => reading.ready.extend_from_slice(&bytes),
                    None => reading.stream = None,
                }
            }
            let length = size.min(reading.ready.len());
            Ok(reading.ready.split_to(length).freeze())
        };
        Ok(Operation::start(runtime, None, work, |py, bytes| {
            Ok(PyBytes::new(py, &bytes).into_any().unbind())
        }))
    }
}
