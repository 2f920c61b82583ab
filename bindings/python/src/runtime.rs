//! The threads that run operations: one tokio runtime, shared by all clients of a process and shut
//! down with the last of them. The threads do not exist in a child of `fork`, so the child must
//! neither use nor drop values of its parent: see [`ProcessLocal`].

use std::sync::{Arc, Mutex, PoisonError, Weak};

use ocigraph::Result;
pub(crate) use ocigraph_runtime::ProcessLocal;
use tokio::runtime::{Handle, Runtime as Tokio};

static SHARED: Mutex<Option<ProcessLocal<Weak<Runtime>>>> = Mutex::new(None);

/// A running tokio runtime.
pub(crate) struct Runtime(Option<Tokio>);

impl Runtime {
    /// Returns the runtime of this process. Starts it if necessary.
    pub(crate) fn shared() -> Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.as_ref().and_then(ProcessLocal::get).and_then(Weak::upgrade) {
            return Ok(running);
        }
        let tokio = ocigraph_runtime::build("ocigraph", 0, || {})?;
        let runtime = Arc::new(Self(Some(tokio)));
        *shared = Some(ProcessLocal::new(Arc::downgrade(&runtime)));
        Ok(runtime)
    }

    pub(crate) fn handle(&self) -> Option<&Handle> {
        self.0.as_ref().map(Tokio::handle)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Do not wait: the dropping thread may hold the GIL, and a runtime thread may be waiting for it.
        if let Some(tokio) = self.0.take() {
            tokio.shutdown_background();
        }
    }
}
