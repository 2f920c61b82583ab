//! A running operation: a runtime task whose result is fetched later. Python either waits for it
//! with the GIL released, or is woken in an event loop. It polls progress events and can cancel
//! the operation. Dropping the handle also cancels it. A cancelled operation finishes after its
//! clean-up.

use std::{
    future::Future,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ocigraph::{Code, Error, Outcome, Result};
use ocigraph_runtime::{CANCELLED, ProcessLocal, Task};
use pyo3::prelude::*;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    error::{inherited, raised},
    finalization::{attached, detached},
    progress::Events,
    runtime::Runtime,
    values::descriptor,
};

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
    cancel_on_drop: DropGuard,
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
        let (cancel, ending) = (CancellationToken::new(), Arc::clone(&shared));
        let operation = Task::default().cancelled_by(cancel.clone(), CANCELLED).run(work);
        if let Some(handle) = runtime.handle() {
            handle.spawn(async move {
                ending.end(match operation.await {
                    Ok(value) => Box::new(move |py| convert(py, value)),
                    Err(error) => Box::new(move |py| Err(raised(py, &error))),
                });
            });
        }
        Self(ProcessLocal::new(Started {
            shared,
            cancel_on_drop: cancel.drop_guard(),
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
    /// Waits for the result for at most `seconds`, which may be infinite. Returns true once the
    /// operation has finished.
    fn wait(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        let shared = &self.started(py)?.shared;
        let limit = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
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
        started.cancel_on_drop.token().cancel();
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
                let outcome = event.outcome.map(Outcome::name);
                let tuple = (event.kind.name(), blob, event.position, outcome);
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
