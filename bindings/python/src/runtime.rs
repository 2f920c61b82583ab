//! The threads that operations run on: one tokio runtime that all clients of a process share, ended
//! with the last of them. A child of `fork` has none of its parent's threads, so what belongs to
//! another process is neither used nor dropped: see [`Own`].

use std::{
    mem, process,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use ocigraph::Result;
use tokio::runtime::{Handle, Runtime as Tokio};

static SHARED: Mutex<Option<Own<Weak<Runtime>>>> = Mutex::new(None);

/// A running tokio runtime.
pub(crate) struct Runtime(Option<Tokio>);

impl Runtime {
    /// The runtime of this process; started when there is none.
    pub(crate) fn shared() -> Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.as_ref().and_then(Own::get).and_then(Weak::upgrade) {
            return Ok(running);
        }
        let tokio = ocigraph_runtime::build("ocigraph", 0, || {})?;
        let runtime = Arc::new(Self(Some(tokio)));
        *shared = Some(Own::new(Arc::downgrade(&runtime)));
        Ok(runtime)
    }

    pub(crate) fn handle(&self) -> Option<&Handle> {
        self.0.as_ref().map(Tokio::handle)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Whoever drops it may hold the interpreter's lock, for which a thread may be waiting.
        if let Some(tokio) = self.0.take() {
            tokio.shutdown_background();
        }
    }
}

/// A value of the process that made it. In a child of `fork` it is out of reach, and its drop, which
/// would wait for threads that are not there, does nothing.
#[derive(Debug)]
pub(crate) struct Own<T> {
    process: u32,
    value: Option<T>,
}

impl<T> Own<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { process: process::id(), value: Some(value) }
    }

    /// The value; nothing in another process.
    pub(crate) fn get(&self) -> Option<&T> {
        self.value.as_ref().filter(|_| self.process == process::id())
    }

    /// Whether it was made by another process.
    pub(crate) fn is_foreign(&self) -> bool {
        self.process != process::id()
    }
}

impl<T> Drop for Own<T> {
    fn drop(&mut self) {
        if self.is_foreign() {
            mem::forget(self.value.take());
        }
    }
}
