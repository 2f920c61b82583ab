//! Blobs: fetching and pushing them. A blob that is being fetched is read in pieces, so that it is
//! never completely in memory. Each byte is returned once. After a failure, every further read
//! returns the same error.

use std::{collections::VecDeque, sync::Arc};

use bytes::{Buf, Bytes};
use futures::TryStreamExt;
use ocigraph::{ByteStream, Client, Error, Reference, TransferOptions, media_type, operation};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyDict},
};
use tokio::sync::Mutex;

use crate::{
    content::Given,
    error::{inherited, raised},
    operation::Operation,
    progress::Events,
    runtime::{ProcessLocal, Runtime},
    values::IntoPlain,
};

/// Starts to fetch a blob. The result is its descriptor and its stream.
pub(crate) fn fetch_blob(
    runtime: &Arc<Runtime>,
    client: Client,
    events: Option<Arc<Events>>,
    reference: Reference,
    options: TransferOptions,
) -> Operation {
    let (reading, reported) = (Arc::clone(runtime), events.clone());
    let work = async move { client.fetch_blob(&reference, options).await };
    Operation::start(runtime, events, work, move |py, (blob, stream)| {
        let stream = Py::new(py, BlobStream::new(reading, reported, blob.size, stream))?;
        Ok((blob.into_plain(py)?, stream).into_pyobject(py)?.into_any().unbind())
    })
}

/// Starts to push a blob. The result has the fields of `PushedBlob`.
pub(crate) fn push_blob(
    runtime: &Arc<Runtime>,
    client: Client,
    events: Option<Arc<Events>>,
    reference: Reference,
    content: Given,
    options: TransferOptions,
    kind: Option<String>,
) -> Operation {
    let kind = kind.unwrap_or_else(|| media_type::OCTET_STREAM.to_owned());
    let work = async move {
        let (blob, source) = content.into_blob(kind).await?;
        let blob = operation::blob_for(&reference, blob, &*source).await?;
        let outcome = client.push_blob(&reference, &blob, source, options).await?;
        Ok((blob, outcome))
    };
    Operation::start(runtime, events, work, |py, (blob, outcome)| {
        let fields = PyDict::new(py);
        fields.set_item("title", blob.title())?;
        fields.set_item("descriptor", blob.into_plain(py)?)?;
        fields.set_item("outcome", outcome.into_plain(py)?)?;
        Ok(fields.into_any().unbind())
    })
}

struct Reading {
    stream: Option<ByteStream>,
    /// Received bytes that no read has returned yet. A cancelled read loses nothing.
    ready: VecDeque<Bytes>,
    buffered: usize,
    /// Bytes that no read has returned yet, counted from the size in the descriptor.
    remaining: u64,
    failure: Option<Error>,
}

impl Reading {
    /// Receives until `size` bytes are buffered. The read that returns the last byte also receives the
    /// end of the stream, where the digest is checked.
    async fn fill(&mut self, size: usize) {
        let to_the_end = size as u64 >= self.remaining;
        while (to_the_end || self.buffered < size)
            && let Some(stream) = &mut self.stream
        {
            match stream.try_next().await {
                Ok(Some(bytes)) => {
                    self.buffered += bytes.len();
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

    /// Returns at most `size` bytes.
    fn take(&mut self, py: Python<'_>, size: usize) -> PyResult<Py<PyAny>> {
        if let Some(error) = &self.failure {
            return Err(raised(py, error));
        }
        let length = size.min(self.buffered);
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
        self.buffered -= length;
        self.remaining = self.remaining.saturating_sub(length as u64);
        Ok(bytes.into_any().unbind())
    }

    fn end(&mut self) {
        self.stream = None;
        self.ready.clear();
        self.buffered = 0;
    }
}

/// The content of a blob as a stream. Its size and digest are checked at the end.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct BlobStream {
    inner: ProcessLocal<(Arc<Runtime>, Arc<Mutex<Reading>>)>,
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
            buffered: 0,
            remaining: size,
            failure: None,
        };
        Self { inner: ProcessLocal::new((runtime, Arc::new(Mutex::new(reading)))), events }
    }
}

#[pymethods]
impl BlobStream {
    /// Reads `size` bytes, or fewer at the end of the blob. Empty once all bytes were read.
    fn read(&self, py: Python<'_>, size: usize) -> PyResult<Operation> {
        let (runtime, reading) = self.inner.get().ok_or_else(|| inherited(py))?;
        let reading = Arc::clone(reading);
        let work = async move {
            let mut reading = reading.lock_owned().await;
            reading.fill(size).await;
            Ok(reading)
        };
        // Take the bytes when the result is fetched: the result of a cancelled read never is.
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
