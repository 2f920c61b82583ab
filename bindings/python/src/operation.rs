//! A running operation: a runtime task whose result is fetched later. Python either waits for it
//! with the GIL released, or is woken in an event loop. It polls progress events and can cancel
//! the operation. Dropping the handle also cancels it.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use ocigraph::{Cleanup, Code, Error, Result};
use pyo3::prelude::*;
use tokio::sync::oneshot;

use crate::{
    error::{inherited, raised},
    finalization::{attached, detached},
    progress::Events,
    runtime::{ProcessLocal, Runtime},
    values::descriptor,
};

/// Maximum time to wait until a failed or cancelled operation has removed its partial files.
const CLEANUP_TIMEOUT: Duration = Duration::from_millis(500);

/// Converts the result to a Python value, on the thread that fetches it.
type Finish = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// The event loop and callback of `loop.call_soon_threadsafe(callback)`.
type Waking = (Py<PyAny>, Py<PyAny>);

#[derive(Default)]
struct State {
    finish: Option<Finish>,
    ended: bool,
    /// True once cancelled. The result is then dropped, because it may hold a lock that others need.
    unwanted: bool,
    waking: Option<Waking>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, finish: Finish) {
        let waking = {
            let mut state = self.state();
            state.finish = (!state.unwanted).then_some(finish);
            state.ended = true;
            state.waking.take()
        };
        self.changed.notify_all();
        if let Some(waking) = waking {
            // On a blocking thread, because waiting for the GIL must not stall transfers.
            tokio::task::spawn_blocking(move || attached(|py| wake(py, &waking)));
        }
    }
}

/// A running operation.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Operation(ProcessLocal<Started>);

struct Started {
    shared: Arc<Shared>,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    events: Option<Arc<Events>>,
    /// Keeps the runtime alive while a caller may wait for the task.
    _runtime: Arc<Runtime>,
}

impl Operation {
    /// Starts `work`. `convert` turns its result into a Python value.
    pub(crate) fn start<T, F, C>(
        runtime: &Arc<Runtime>,
        events: Option<Arc<Events>>,
        work: F,
        convert: C,
    ) -> Self
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
        C: FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let ending = Arc::clone(&shared);
        let cleanup = Cleanup::default();
        let task = async move {
            let work = cleanup.scope(AssertUnwindSafe(work).catch_unwind());
            // Drop the work, with its partial files and upload sessions, before reporting the result.
            let result = tokio::select! {
                result = work => result.unwrap_or_else(|_| {
                    Err(Error::new(Code::Internal, "the operation panicked; this is a bug in ocigraph"))
                }),
                _ = stopped => Err(Error::new(Code::Cancelled, "the operation was cancelled")),
            };
            if result.is_err() {
                cleanup.wait(CLEANUP_TIMEOUT).await;
            }
            ending.end(match result {
                Ok(value) => Box::new(move |py| convert(py, value)),
                Err(error) => Box::new(move |py| Err(raised(py, &error))),
            });
        };
        if let Some(handle) = runtime.handle() {
            handle.spawn(task);
        }
        Self(ProcessLocal::new(Started {
            shared,
            stop: Mutex::new(Some(stop)),
            events,
            _runtime: Arc::clone(runtime),
        }))
    }

    fn started(&self, py: Python<'_>) -> PyResult<&Started> {
        self.0.get().ok_or_else(|| inherited(py))
    }
}

#[pymethods]
impl Operation {
    /// Waits for the result for at most `seconds`. Returns true once the operation has finished.
    fn wait(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        let shared = &self.started(py)?.shared;
        let limit = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        Ok(detached(py, || {
            let state = shared.state();
            let waited = shared.changed.wait_timeout_while(state, limit, |state| !state.ended);
            waited.unwrap_or_else(PoisonError::into_inner).0.ended
        }))
    }

    /// Calls `event_loop.call_soon_threadsafe(callback)` once, when the operation finishes.
    fn wake(&self, py: Python<'_>, event_loop: Py<PyAny>, callback: Py<PyAny>) -> PyResult<()> {
        let shared = &self.started(py)?.shared;
        let waking = (event_loop, callback);
        {
            let mut state = shared.state();
            if !state.ended {
                state.waking = Some(waking);
                return Ok(());
            }
        }
        wake(py, &waking);
        Ok(())
    }

    /// Cancels the operation. It finishes shortly afterwards, and its result is dropped.
    fn cancel(&self) {
        let Some(started) = self.0.get() else { return };
        started.stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        let unwanted = {
            let mut state = started.shared.state();
            state.unwanted = true;
            state.finish.take()
        };
        drop(unwanted);
    }

    /// Returns the events since the last call, as `(kind, blob, position, outcome)`.
    fn events<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let events = &self.started(py)?.events;
        let events = events.as_ref().map(|events| events.take()).unwrap_or_default();
        events
            .into_iter()
            .map(|event| {
                let blob = descriptor(py, &event.blob)?;
                let tuple = (event.kind, blob, event.position, event.outcome);
                Ok(tuple.into_pyobject(py)?.into_any())
            })
            .collect()
    }

    /// Returns the result or raises the error. Can be called once, after the operation has finished.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let finish = self.started(py)?.shared.state().finish.take();
        let finish = finish.ok_or_else(|| {
            raised(py, &Error::new(Code::Internal, "the operation has no result to fetch"))
        })?;
        finish(py)
    }
}

fn wake(py: Python<'_>, (event_loop, callback): &Waking) {
    // Fails when the loop is already closed, and nothing waits in it then.
    let _ = event_loop.call_method1(py, "call_soon_threadsafe", (callback,));
}
