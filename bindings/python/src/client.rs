//! The native client class: a core client and the runtime it works on. Its methods are generated.

mod operations;

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use ocigraph::{ClientConfig, Code, Error, Result};
use pyo3::prelude::*;

use crate::{
    error::or_raised,
    operation::Operation,
    progress::Events,
    rows::Rows,
    runtime::{ProcessLocal, Runtime},
    values::IntoPlain,
};

/// A core client and the runtime it works on. A child of `fork` opens new ones from `config`.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Client {
    config: ClientConfig,
    inner: Mutex<Option<Inner>>,
}

type Inner = ProcessLocal<(Arc<Runtime>, ocigraph::Client)>;

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

    /// Starts an operation.
    fn start<T, F>(
        &self,
        py: Python<'_>,
        events: Option<Arc<Events>>,
        work: impl FnOnce(ocigraph::Client) -> F,
    ) -> PyResult<Operation>
    where
        T: IntoPlain + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (runtime, client) = self.open(py)?;
        let convert = |py: Python<'_>, value: T| Ok(value.into_plain(py)?.unbind());
        Ok(Operation::start(&runtime, events, work(client), convert))
    }

    /// Opens rows. Their requests are made when the rows are read.
    fn rows<T, S>(
        &self,
        py: Python<'_>,
        open: impl FnOnce(ocigraph::Client) -> Result<ocigraph::Rows<T, S>>,
    ) -> PyResult<Rows>
    where
        T: IntoPlain + Send + 'static,
        S: IntoPlain + Clone + Send + 'static,
    {
        let (runtime, client) = self.open(py)?;
        Ok(Rows::new(&runtime, or_raised(py, open(client))?))
    }

    fn end(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl From<(ClientConfig, (Arc<Runtime>, ocigraph::Client))> for Client {
    fn from((config, opened): (ClientConfig, (Arc<Runtime>, ocigraph::Client))) -> Self {
        Self { config, inner: Mutex::new(Some(ProcessLocal::new(opened))) }
    }
}

fn open(config: &ClientConfig) -> Result<(Arc<Runtime>, ocigraph::Client)> {
    Ok((Runtime::shared()?, ocigraph::Client::with_config(config.clone())))
}
