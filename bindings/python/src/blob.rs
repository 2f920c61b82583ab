//! A blob on its way in: read piece by piece, so that it is never whole in memory. What was received
//! is handed out once; after a failure nothing is, and every further read fails alike.

use std::{collections::VecDeque, sync::Arc};

use bytes::{Buf, Bytes};
use futures::TryStreamExt;
use ocigraph::{ByteStream, Error};
use pyo3::{prelude::*, types::PyBytes};
use tokio::sync::Mutex;

use crate::{
    operation::{Events, Operation},
    runtime::{Own, Runtime},
    values::{foreign, raised},
};

struct Reading {
    stream: Option<ByteStream>,
    /// What was received and not handed out yet: a read that is broken off loses nothing.
    ready: VecDeque<Bytes>,
    held: usize,
    /// What was not handed out yet, by the blob's size.
    left: u64,
    failure: Option<Error>,
}

impl Reading {
    /// Receives until there are `size` bytes; the read that takes the last also reaches the end,
    /// where the content is checked.
    async fn fill(&mut self, size: usize) {
        let to_the_end = size as u64 >= self.left;
        while (to_the_end || self.held < size)
            && let Some(stream) = &mut self.stream
        {
            match stream.try_next().await {
                Ok(Some(bytes)) => {
                    self.held += bytes.len();
                    self.ready.push_back(bytes);
                }
                Ok(None) => self.stream = None,
                Err(error) => {
                    self.end();
                    self.failure = Some(error);
                }
            }
        }
    }

    /// Hands out at most `size` bytes.
    fn take(&mut self, py: Python<'_>, size: usize) -> PyResult<Py<PyAny>> {
        if let Some(error) = &self.failure {
            return Err(raised(py, error));
        }
        let length = size.min(self.held);
        let bytes = PyBytes::new_with(py, length, |mut room| {
            while !room.is_empty()
                && let Some(mut piece) = self.ready.pop_front()
            {
                let n = piece.len().min(room.len());
                let (now, later) = room.split_at_mut(n);
                piece.copy_to_slice(now);
                room = later;
                if piece.has_remaining() {
                    self.ready.push_front(piece);
                }
            }
            Ok(())
        })?;
        self.held -= length;
        self.left = self.left.saturating_sub(length as u64);
        Ok(bytes.into_any().unbind())
    }

    fn end(&mut self) {
        self.stream = None;
        self.ready.clear();
        self.held = 0;
    }
}

/// The bytes of a blob, checked at the end.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct BlobStream {
    inner: Own<(Arc<Runtime>, Arc<Mutex<Reading>>)>,
    events: Option<Arc<Events>>,
}

impl BlobStream {
    pub(crate) fn new(
        runtime: Arc<Runtime>,
        events: Option<Arc<Events>>,
        size: u64,
        stream: ByteStream,
    ) -> Self {
        let reading = Reading {
            stream: Some(stream),
            ready: VecDeque::new(),
            held: 0,
            left: size,
            failure: None,
        };
        Self { inner: Own::new((runtime, Arc::new(Mutex::new(reading)))), events }
    }
}

#[pymethods]
impl BlobStream {
    /// The next `size` bytes, fewer only at the end; none when all were read.
    fn read(&self, py: Python<'_>, size: usize) -> PyResult<Operation> {
        let (runtime, reading) = self.inner.get().ok_or_else(|| foreign(py))?;
        let reading = Arc::clone(reading);
        let work = async move {
            let mut reading = reading.lock_owned().await;
            reading.fill(size).await;
            Ok(reading)
        };
        // They are taken where the result is fetched: nobody fetches that of a read broken off.
        let take = move |py: Python<'_>, mut reading: tokio::sync::OwnedMutexGuard<Reading>| {
            reading.take(py, size)
        };
        Ok(Operation::start(runtime, self.events.clone(), work, take))
    }

    /// Ends the transfer.
    fn close(&self) {
        let Some((runtime, reading)) = self.inner.get() else { return };
        if let Ok(mut reading) = reading.try_lock() {
            reading.end();
        } else if let Some(handle) = runtime.handle() {
            let reading = Arc::clone(reading);
            handle.spawn(async move { reading.lock().await.end() });
        }
    }
}
