//! Content to push: paths, bytes, views of writable memory, and buffered streams. Bytes are not
//! copied. A view is copied in pieces, because its owner may write to it at any time.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use ocigraph::{
    Algorithm, Annotations, ByteStream, Code, Content, Descriptor, Digest, Error, File, Result,
    Source, media_type,
};
use ocigraph_runtime::spawn_blocking;
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyMemoryView, PySlice},
};

use crate::{
    error::or_raised,
    finalization::{attached, detached},
};

/// Bytes of memory that are digested, or copied from a view, in one step.
const PIECE: usize = 2 * 1024 * 1024;

/// Content as Python passes it.
pub(crate) enum Given {
    Path(PathBuf),
    Memory(Memory),
    Buffered(Box<ocigraph::BufferedContent>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Given {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            let bytes = Bytes::from_owner(PyBackedBytes::from(bytes.to_owned()));
            return Ok(Given::Memory(Memory::Bytes(bytes)));
        }
        if let Ok(view) = object.cast::<PyMemoryView>() {
            let length = view.len()?;
            let view = Arc::new(view.to_owned().into_any().unbind());
            return Ok(Given::Memory(Memory::View(View { view, length })));
        }
        if let Ok(buffer) = object.cast::<BufferedContent>() {
            return Ok(Given::Buffered(Box::new(buffer.get().take()?)));
        }
        Ok(Given::Path(object.extract()?))
    }
}

impl Given {
    /// Converts to a file of a push. Computes the digest of content in memory.
    pub(crate) async fn into_file(self, title: &str, kind: Option<&str>) -> Result<File> {
        Ok(match self {
            Given::Path(path) => File::path(path),
            Given::Buffered(buffer) => buffer.into_file(title)?,
            Given::Memory(memory) => {
                let kind = kind.map(str::to_owned);
                let kind = kind.unwrap_or_else(|| media_type::for_name(title));
                let (blob, source) = memory.into_blob(kind).await?;
                let content = Content::Source(Box::new(blob), source);
                File { content, ..File::bytes(title, Bytes::new()) }
            }
        })
    }

    /// Converts to a blob descriptor and the source of its content.
    pub(crate) async fn into_blob(self, kind: String) -> Result<(Descriptor, Arc<dyn Source>)> {
        match self {
            Given::Buffered(buffer) => buffer.finish(&kind),
            Given::Memory(memory) => memory.into_blob(kind).await,
            Given::Path(path) => Content::Path(path).into_blob(&kind).await,
        }
    }
}

/// Immutable bytes, or a view of memory that its owner may write to.
#[derive(Clone)]
pub(crate) enum Memory {
    Bytes(Bytes),
    View(View),
}

impl Memory {
    fn length(&self) -> usize {
        match self {
            Memory::Bytes(bytes) => bytes.len(),
            Memory::View(view) => view.length,
        }
    }

    fn piece(&self, start: usize) -> Result<Bytes> {
        match self {
            Memory::Bytes(bytes) => Ok(bytes.slice(start..(start + PIECE).min(bytes.len()))),
            Memory::View(view) => view.piece(start),
        }
    }

    async fn into_blob(self, kind: String) -> Result<(Descriptor, Arc<dyn Source>)> {
        let digest = self.clone().digested(Algorithm::Sha256).await?;
        let blob = Descriptor::new(kind, digest, self.length() as u64);
        Ok(match self {
            Memory::Bytes(bytes) => (blob, Arc::new(bytes)),
            Memory::View(view) => (blob, Arc::new(view)),
        })
    }

    /// Computes the digest.
    pub(crate) fn digest(&self, algorithm: Algorithm) -> Result<Digest> {
        let mut hasher = algorithm.hasher();
        for start in (0..self.length()).step_by(PIECE) {
            hasher.update(&self.piece(start)?);
        }
        Ok(hasher.finish())
    }

    /// Computes the digest on blocking threads. Dropping the future stops it after the current piece.
    pub(crate) async fn digested(self, algorithm: Algorithm) -> Result<Digest> {
        let mut hasher = algorithm.hasher();
        for start in (0..self.length()).step_by(PIECE) {
            let memory = self.clone();
            let take = move || {
                hasher.update(&memory.piece(start)?);
                Ok(hasher)
            };
            hasher = spawn_blocking(take).await?;
        }
        Ok(hasher.finish())
    }
}

/// A file of a push as Python passes it.
#[derive(FromPyObject)]
pub(crate) struct GivenFile {
    content: Given,
    title: Option<String>,
    media_type: Option<String>,
    annotations: Annotations,
}

impl GivenFile {
    pub(crate) async fn into_file(self) -> Result<File> {
        let title = self.title.as_deref().unwrap_or_default();
        let file = self.content.into_file(title, self.media_type.as_deref()).await?;
        Ok(File {
            title: self.title,
            media_type: self.media_type,
            annotations: self.annotations,
            ..file
        })
    }
}

/// A `memoryview` of bytes, read in pieces.
#[derive(Clone)]
pub(crate) struct View {
    view: Arc<Py<PyAny>>,
    length: usize,
}

impl View {
    fn piece(&self, start: usize) -> Result<Bytes> {
        let end = (start + PIECE).min(self.length);
        let read = |py: Python<'_>| -> PyResult<Bytes> {
            let range = PySlice::new(py, start as isize, end as isize, 1);
            let bytes = self.view.bind(py).get_item(range)?.call_method0("tobytes")?;
            Ok(Bytes::from_owner(bytes.extract::<PyBackedBytes>().map_err(PyErr::from)?))
        };
        let read = attached(read);
        let gone = || Error::new(Code::Cancelled, "the Python interpreter is shutting down");
        read.ok_or_else(gone)?.map_err(|e| {
            Error::new(Code::Io, format!("cannot read the content: {e}")).with_source(e)
        })
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("length", &self.length).finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for View {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let state = (self.clone(), start);
        Ok(stream::try_unfold(state, |(view, start)| async move {
            if start >= view.length {
                return Ok(None);
            }
            let reading = view.clone();
            let piece = spawn_blocking(move || reading.piece(start)).await?;
            Ok(Some((piece, (view, start + PIECE))))
        })
        .boxed())
    }
}

/// Content that can be read only once. Python writes it in chunks before the push starts.
#[pyclass(frozen, module = "ocigraph._native")]
#[derive(Default)]
pub(crate) struct BufferedContent(Mutex<Option<ocigraph::BufferedContent>>);

impl BufferedContent {
    fn take(&self) -> PyResult<ocigraph::BufferedContent> {
        let buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        buffer
            .ok_or_else(|| PyValueError::new_err("the buffered content was already used by a push"))
    }
}

#[pymethods]
impl BufferedContent {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(Some(ocigraph::BufferedContent::new())))
    }

    /// Appends bytes.
    fn write(&self, py: Python<'_>, data: PyBackedBytes) -> PyResult<()> {
        let mut buffer = self.take()?;
        let written = detached(py, || buffer.write(&data));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(buffer);
        or_raised(py, written)
    }
}
