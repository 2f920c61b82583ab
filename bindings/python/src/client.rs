//! The native client class: each method parses its arguments, starts the operation of the same
//! name, and defines how the result becomes a Python value.

use std::{
    collections::BTreeMap,
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use ocigraph::{
    ClientConfig, Code, CopyOptions, DeleteOptions, DiscoverOptions, Error, Host, KeyCase,
    Manifest, Platform, PullOptions, PushOptions, ResolveOptions, Result, ToJson, TransferOptions,
    VerifyOptions, media_type,
};
use pyo3::{prelude::*, pybacked::PyBackedBytes, types::PyBytes};
use serde_json::json;

use crate::{
    blob::BlobStream,
    config::{GivenConfig, GivenUnpackLimits},
    content::{Given, GivenFile},
    credential::GivenCredential,
    error::or_raised,
    graph::Graph,
    operation::Operation,
    progress::Events,
    runtime::{ProcessLocal, Runtime},
    values::{GivenReference, descriptor, parsed, plain, pulled, result},
};

/// A core client and the runtime it works on. A child of `fork` opens new ones from `config`.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Client {
    config: ClientConfig,
    inner: Mutex<Option<Inner>>,
}

type Inner = ProcessLocal<(Arc<Runtime>, ocigraph::Client)>;

type Annotations = BTreeMap<String, String>;

impl Client {
    fn open(&self, py: Python<'_>) -> PyResult<(Arc<Runtime>, ocigraph::Client)> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || Error::new(Code::InvalidArgument, "the client is closed");
        let current = or_raised(py, inner.as_ref().ok_or_else(closed))?;
        if let Some((runtime, client)) = current.get() {
            return Ok((Arc::clone(runtime), client.clone()));
        }
        let opened = or_raised(py, open(&self.config))?;
        let (runtime, client) = (Arc::clone(&opened.0), opened.1.clone());
        *inner = Some(ProcessLocal::new(opened));
        Ok((runtime, client))
    }

    /// Starts an operation without progress.
    fn start<T, F>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(ocigraph::Client) -> F,
        convert: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Operation>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (runtime, client) = self.open(py)?;
        Ok(Operation::start(&runtime, None, work(client), convert))
    }
}

fn open(config: &ClientConfig) -> Result<(Arc<Runtime>, ocigraph::Client)> {
    Ok((Runtime::shared()?, ocigraph::Client::with_config(config.clone())))
}

fn platform(py: Python<'_>, text: Option<&str>) -> PyResult<Option<Platform>> {
    text.map(|text| parsed(py, text)).transpose()
}

#[pymethods]
impl Client {
    #[new]
    fn new(py: Python<'_>, config: GivenConfig) -> PyResult<Self> {
        let config = or_raised(py, config.config())?;
        let inner = or_raised(py, open(&config))?;
        Ok(Self { config, inner: Mutex::new(Some(ProcessLocal::new(inner))) })
    }

    /// Closes the connections. Running operations continue; new ones fail with INVALID_ARGUMENT.
    fn close(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    #[pyo3(signature = (reference, files, *, artifact_type=None, subject=None, annotations=Annotations::new(),
        config=None, format="auto", allow_path_traversal=false, source_date_epoch=None, concurrency=None,
        progress=false))]
    #[allow(clippy::too_many_arguments)]
    fn push(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        files: Vec<GivenFile>,
        artifact_type: Option<String>,
        subject: Option<GivenReference>,
        annotations: Annotations,
        config: Option<GivenFile>,
        format: &str,
        allow_path_traversal: bool,
        source_date_epoch: Option<u64>,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let (runtime, client) = self.open(py)?;
        let (events, progress) = Events::new(progress);
        let reference = reference.reference(py)?;
        let mut options = {
            let mut options = PushOptions::default();
            options.artifact_type = artifact_type;
            options.subject = subject.map(|subject| subject.reference(py)).transpose()?;
            options.annotations = annotations;
            options.format = parsed(py, format)?;
            options.allow_path_traversal = allow_path_traversal;
            options.source_date_epoch = source_date_epoch;
            options.concurrency = concurrency;
            options.progress = progress;
            options
        };
        let work = async move {
            for file in files {
                options.files.push(file.into_file().await?);
            }
            if let Some(config) = config {
                options.config = Some(config.into_file().await?);
            }
            client.push(&reference, options).await
        };
        Ok(Operation::start(&runtime, events, work, |py, pushed| {
            let manifest = PyBytes::new(py, &pushed.manifest);
            Ok((result(py, &pushed)?, manifest).into_pyobject(py)?.into_any().unbind())
        }))
    }

    #[pyo3(signature = (reference, output, *, artifact_type=None, platform=None, include_subject=false,
        keep_old_files=false, allow_path_traversal=false, unpack_limits=GivenUnpackLimits::default(),
        concurrency=None, progress=false))]
    #[allow(clippy::too_many_arguments)]
    fn pull(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        output: PathBuf,
        artifact_type: Option<String>,
        platform: Option<&str>,
        include_subject: bool,
        keep_old_files: bool,
        allow_path_traversal: bool,
        unpack_limits: GivenUnpackLimits,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let (runtime, client) = self.open(py)?;
        let (events, progress) = Events::new(progress);
        let reference = reference.reference(py)?;
        let mut options = PullOptions::default();
        options.output = output;
        options.artifact_type = artifact_type;
        options.platform = self::platform(py, platform)?;
        options.include_subject = include_subject;
        options.keep_old_files = keep_old_files;
        options.allow_path_traversal = allow_path_traversal;
        options.unpack_limits = unpack_limits.limits();
        options.concurrency = concurrency;
        options.progress = progress;
        let work = async move { client.pull(&reference, options).await };
        Ok(Operation::start(&runtime, events, work, |py, all| pulled(py, &all)))
    }

    #[pyo3(signature = (reference, *, artifact_type=None, annotations=Annotations::new(), platform=None,
        depth=None, concurrency=None))]
    #[allow(clippy::too_many_arguments)]
    fn discover(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        artifact_type: Option<String>,
        annotations: Annotations,
        platform: Option<&str>,
        depth: Option<usize>,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let platform = self::platform(py, platform)?;
        let mut options = DiscoverOptions::default();
        options.artifact_type = artifact_type;
        options.annotations = annotations;
        options.platform = platform;
        options.depth = depth;
        options.concurrency = concurrency;
        let work =
            |client: ocigraph::Client| async move { client.discover(&reference, options).await };
        self.start(py, work, |py, graph| Ok(Py::new(py, Graph::from(graph))?.into_any()))
    }

    #[pyo3(signature = (reference, *, dry_run=false, force=false, concurrency=None))]
    fn delete(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        dry_run: bool,
        force: bool,
        concurrency: Option<usize>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let mut options = DeleteOptions::default();
        options.dry_run = dry_run;
        options.force = force;
        options.concurrency = concurrency;
        let work =
            |client: ocigraph::Client| async move { client.delete(&reference, options).await };
        self.start(py, work, |py, report| result(py, &report))
    }

    #[pyo3(signature = (source, destination, *, recursive=false, platform=None, foreign=false,
        concurrency=None, progress=false))]
    #[allow(clippy::too_many_arguments)]
    fn copy(
        &self,
        py: Python<'_>,
        source: GivenReference,
        destination: GivenReference,
        recursive: bool,
        platform: Option<&str>,
        foreign: bool,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let (runtime, client) = self.open(py)?;
        let (events, progress) = Events::new(progress);
        let source = source.reference(py)?;
        let destination = destination.reference(py)?;
        let platform = self::platform(py, platform)?;
        let mut options = CopyOptions::default();
        options.recursive = recursive;
        options.platform = platform;
        options.foreign = foreign;
        options.concurrency = concurrency;
        options.progress = progress;
        let work = async move { client.copy(&source, &destination, options).await };
        Ok(Operation::start(&runtime, events, work, |py, report| result(py, &report)))
    }

    #[pyo3(signature = (reference, *, platform=None, concurrency=None, progress=false))]
    fn verify(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        platform: Option<&str>,
        concurrency: Option<usize>,
        progress: bool,
    ) -> PyResult<Operation> {
        let (runtime, client) = self.open(py)?;
        let (events, progress) = Events::new(progress);
        let reference = reference.reference(py)?;
        let platform = self::platform(py, platform)?;
        let mut options = VerifyOptions::default();
        options.platform = platform;
        options.concurrency = concurrency;
        options.progress = progress;
        let work = async move { client.verify(&reference, options).await };
        Ok(Operation::start(&runtime, events, work, |py, report| result(py, &report)))
    }

    #[pyo3(signature = (reference, *, platform=None))]
    fn resolve(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        platform: Option<&str>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let platform = self::platform(py, platform)?;
        let work = |client: ocigraph::Client| async move {
            client.resolve(&reference, ResolveOptions::for_platform(platform)).await
        };
        self.start(py, work, |py, named| result(py, &named))
    }

    fn tag(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        tags: Vec<String>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let work = |client: ocigraph::Client| async move { client.tag(&reference, &tags).await };
        self.start(py, work, |py, tagged| result(py, &tagged))
    }

    fn untag(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let work = |client: ocigraph::Client| async move { client.untag(&reference).await };
        self.start(py, work, |py, ()| Ok(py.None()))
    }

    fn tags(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let work = |client: ocigraph::Client| async move { client.tags(&reference).await };
        self.start(py, work, |py, tags| Ok(tags.into_pyobject(py)?.unbind()))
    }

    fn tag_details(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let work = |client: ocigraph::Client| async move { client.tag_details(&reference).await };
        self.start(py, work, |py, tags| result(py, tags.as_slice()))
    }

    fn manifests(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let work = |client: ocigraph::Client| async move { client.manifests(&reference).await };
        self.start(py, work, |py, manifests| result(py, manifests.as_slice()))
    }

    fn repositories(&self, py: Python<'_>, host: &str) -> PyResult<Operation> {
        let host: Host = parsed(py, host)?;
        let work = |client: ocigraph::Client| async move { client.repositories(&host).await };
        self.start(py, work, |py, names| Ok(names.into_pyobject(py)?.unbind()))
    }

    fn login(
        &self,
        py: Python<'_>,
        host: &str,
        credential: GivenCredential,
    ) -> PyResult<Operation> {
        let host: Host = parsed(py, host)?;
        let credential = or_raised(py, credential.credential())?;
        let work = |client: ocigraph::Client| async move { client.login(&host, credential).await };
        self.start(py, work, |py, login| result(py, &login))
    }

    fn logout(&self, py: Python<'_>, host: &str) -> PyResult<Operation> {
        let host: Host = parsed(py, host)?;
        let work = |client: ocigraph::Client| async move { client.logout(&host).await };
        self.start(py, work, |py, logout| result(py, &logout))
    }

    #[pyo3(signature = (reference, *, platform=None))]
    fn fetch_manifest(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        platform: Option<&str>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let platform = self::platform(py, platform)?;
        let work = |client: ocigraph::Client| async move {
            client.fetch_manifest(&reference, ResolveOptions::for_platform(platform)).await
        };
        self.start(py, work, |py, manifest| {
            let bytes = PyBytes::new(py, manifest.bytes());
            Ok((view(py, &manifest)?, bytes).into_pyobject(py)?.into_any().unbind())
        })
    }

    #[pyo3(signature = (reference, content, *, media_type=None))]
    fn push_manifest(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        content: PyBackedBytes,
        media_type: Option<&str>,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let algorithm = or_raised(py, reference.algorithm())?;
        let manifest = Manifest::parse(Bytes::from_owner(content), media_type, algorithm);
        let manifest = or_raised(py, manifest)?;
        let work = |client: ocigraph::Client| async move {
            client.push_manifest(&reference, &manifest).await.map(|()| manifest.descriptor())
        };
        self.start(py, work, |py, pushed| result(py, &pushed))
    }

    fn delete_manifest(&self, py: Python<'_>, reference: GivenReference) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let work = |client: ocigraph::Client| async move {
            let manifest = client.fetch_manifest(&reference, ResolveOptions::default()).await?;
            client.delete_manifest(&reference, &manifest).await.map(|()| manifest.descriptor())
        };
        self.start(py, work, |py, deleted| result(py, &deleted))
    }

    #[pyo3(signature = (reference, *, progress=false))]
    fn fetch_blob(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (runtime, client) = self.open(py)?;
        let (events, progress) = Events::new(progress);
        let (reading, reported) = (Arc::clone(&runtime), events.clone());
        let work = async move {
            client.fetch_blob(&reference, TransferOptions::default().progress(progress)).await
        };
        Ok(Operation::start(&runtime, events, work, move |py, (blob, stream)| {
            let stream = Py::new(py, BlobStream::new(reading, reported, blob.size, stream))?;
            Ok((descriptor(py, &blob)?, stream).into_pyobject(py)?.into_any().unbind())
        }))
    }

    #[pyo3(signature = (reference, content, *, media_type=None, progress=false))]
    fn push_blob(
        &self,
        py: Python<'_>,
        reference: GivenReference,
        content: Given,
        media_type: Option<String>,
        progress: bool,
    ) -> PyResult<Operation> {
        let reference = reference.reference(py)?;
        let (runtime, client) = self.open(py)?;
        let (events, progress) = Events::new(progress);
        let kind = media_type.unwrap_or_else(|| media_type::OCTET_STREAM.to_owned());
        let work = async move {
            let (blob, source) = content.into_blob(kind).await?;
            let outcome = client
                .push_blob(
                    &reference,
                    &blob,
                    source,
                    TransferOptions::default().progress(progress.clone()),
                )
                .await?;
            Ok((blob, outcome))
        };
        Ok(Operation::start(&runtime, events, work, |py, (blob, outcome)| {
            Ok((descriptor(py, &blob)?, outcome.name()).into_pyobject(py)?.into_any().unbind())
        }))
    }
}

/// The parsed fields of a manifest, for every manifest format.
fn view(py: Python<'_>, manifest: &Manifest) -> PyResult<Py<PyAny>> {
    let value = json!({
        "descriptor": manifest.descriptor().to_json(KeyCase::Snake),
        "artifact_type": manifest.artifact_type(),
        "config": manifest.config().map(|config| config.to_json(KeyCase::Snake)),
        "blobs": manifest.blobs().to_json(KeyCase::Snake),
        "manifests": manifest.manifests().to_json(KeyCase::Snake),
        "subject": manifest.subject().map(|subject| subject.to_json(KeyCase::Snake)),
        "annotations": manifest.annotations(),
    });
    Ok(plain(py, &value)?.unbind())
}
