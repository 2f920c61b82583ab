//! What is pushed: paths, bytes, views of other memory, and what was read from a stream. Bytes are
//! not copied; a view is copied in pieces, since its owner may write to it.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};
use ocigraph::{
    Algorithm, Annotations, ByteStream, Code, Content, Descriptor, Error, File, FileSource, Result,
    Source, digest_file, media_type,
};
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    pybacked::PyBackedBytes,
    types::{PyBytes, PyMemoryView, PySlice},
};

use crate::{
    ending::{attached, detached},
    values::or_raised,
};

/// How much of a view is copied at a time.
const PIECE: usize = 1024 * 1024;

/// Content as Python hands it over.
pub(crate) enum Given {
    Path(PathBuf),
    Bytes(Bytes),
    View(View),
    Read(Box<ocigraph::Spool>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Given {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Given::Bytes(Bytes::from_owner(PyBackedBytes::from(bytes.to_owned()))));
        }
        if let Ok(view) = object.cast::<PyMemoryView>() {
            let length = view.len()?;
            return Ok(Given::View(View {
                view: Arc::new(view.to_owned().into_any().unbind()),
                length,
            }));
        }
        if let Ok(spool) = object.cast::<Spool>() {
            return Ok(Given::Read(Box::new(spool.get().take()?)));
        }
        Ok(Given::Path(object.extract()?))
    }
}

impl Given {
    /// As a file to push. A view is digested here.
    pub(crate) async fn into_file(self, title: &str, kind: Option<&str>) -> Result<File> {
        Ok(match self {
            Given::Path(path) => File::path(path),
            Given::Bytes(bytes) => File::bytes(title, bytes),
            Given::Read(spool) => spool.into_file(title)?,
            Given::View(view) => {
                // Its type follows from the title, as that of bytes does.
                let kind = kind.map(str::to_owned);
                let kind = kind.unwrap_or_else(|| media_type::for_name(title));
                let blob = view.clone().described(kind).await?;
                let content = Content::Source(Box::new(blob), Arc::new(view));
                File { content, ..File::bytes(title, Bytes::new()) }
            }
        })
    }

    /// As a blob, with its source.
    pub(crate) async fn into_blob(self, kind: String) -> Result<(Descriptor, Arc<dyn Source>)> {
        match self {
            Given::Read(spool) => spool.finish(&kind),
            Given::View(view) => Ok((view.clone().described(kind).await?, Arc::new(view))),
            Given::Bytes(bytes) => {
                let (kind, content) = (kind, bytes.clone());
                let blob = blocking(move || Ok(Descriptor::of(kind, &content))).await?;
                Ok((blob, Arc::new(bytes)))
            }
            Given::Path(path) => {
                let file = path.clone();
                let (digest, size) =
                    blocking(move || digest_file(&file, Algorithm::Sha256)).await?;
                Ok((Descriptor::new(kind, digest, size), Arc::new(FileSource::new(path))))
            }
        }
    }
}

/// A file to push as Python hands it over.
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

/// A memoryview of bytes: it is read in pieces.
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
        let gone = || Error::new(Code::Cancelled, "the interpreter ends");
        read.ok_or_else(gone)?.map_err(|e| {
            Error::new(Code::Io, format!("the content cannot be read: {e}")).with_source(e)
        })
    }

    async fn described(self, kind: String) -> Result<Descriptor> {
        blocking(move || {
            let mut hasher = Algorithm::Sha256.hasher();
            for start in (0..self.length).step_by(PIECE) {
                hasher.update(&self.piece(start)?);
            }
            Ok(Descriptor::new(kind, hasher.finish(), self.length as u64))
        })
        .await
    }

    /// Takes in all of it.
    pub(crate) fn digest(&self, algorithm: Algorithm) -> Result<ocigraph::Digest> {
        let mut hasher = algorithm.hasher();
        for start in (0..self.length).step_by(PIECE) {
            hasher.update(&self.piece(start)?);
        }
        Ok(hasher.finish())
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
            let piece = blocking(move || reading.piece(start)).await?;
            Ok(Some((piece, (view, start + PIECE))))
        })
        .boxed())
    }
}

/// Content that can be read only once: Python writes it piece by piece.
#[pyclass(frozen, module = "ocigraph._native")]
#[derive(Default)]
pub(crate) struct Spool(Mutex<Option<ocigraph::Spool>>);

impl Spool {
    fn take(&self) -> PyResult<ocigraph::Spool> {
        let spool = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        spool.ok_or_else(|| PyValueError::new_err("the content was handed over already"))
    }
}

#[pymethods]
impl Spool {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(Some(ocigraph::Spool::new())))
    }

    /// Takes in the next bytes.
    fn write(&self, py: Python<'_>, data: PyBackedBytes) -> PyResult<()> {
        let mut spool = self.take()?;
        let written = detached(py, || spool.write(&data));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(spool);
        or_raised(py, written)
    }
}

/// Runs what takes a while, or waits for the interpreter's lock, off the threads of transfers.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Error::new(Code::Internal, "the work broke off by a defect")))
}
