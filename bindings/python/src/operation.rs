//! An operation under way: a task of the runtime that leaves its result to be fetched. Python waits
//! for it, with its lock released, or is woken in an event loop; it takes progress events when it
//! likes, and may break the operation off. A handle that is dropped breaks it off, too.

use std::{
    collections::HashMap,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use ocigraph::{Cleanup, Code, Descriptor, Digest, Error, Event, Progress, Result};
use pyo3::prelude::*;
use tokio::sync::oneshot;

use crate::{
    ending::{attached, detached},
    runtime::{Own, Runtime},
    values::{descriptor, foreign, raised},
};

/// How long unfinished files of what was broken off may take to go.
const SETTLING: Duration = Duration::from_millis(500);

/// Makes the Python value of a result, in the thread that fetches it.
type Finish = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// A waking of an event loop: `loop.call_soon_threadsafe(callback)`.
type Waking = (Py<PyAny>, Py<PyAny>);

#[derive(Default)]
struct State {
    finish: Option<Finish>,
    ended: bool,
    /// Whether it was broken off: nobody fetches its result, which may hold what others wait for.
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
            // On a thread that may wait for the interpreter's lock without holding up transfers.
            tokio::task::spawn_blocking(move || attached(|py| wake(py, &waking)));
        }
    }
}

/// An operation under way.
#[pyclass(frozen, module = "ocigraph._native")]
pub(crate) struct Operation(Own<Begun>);

struct Begun {
    shared: Arc<Shared>,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    events: Option<Arc<Events>>,
    /// It stays for as long as somebody may wait for its task.
    _runtime: Arc<Runtime>,
}

impl Operation {
    /// Starts `work`; `convert` makes a Python value of what comes of it.
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
        let file_work = Cleanup::default();
        let task = async move {
            let work = file_work.scope(AssertUnwindSafe(work).catch_unwind());
            // The work is dropped, and with it its files and sessions, before its end is told.
            let result = tokio::select! {
                result = work => result.unwrap_or_else(|_| {
                    Err(Error::new(Code::Internal, "the operation broke off by a defect in ocigraph"))
                }),
                _ = stopped => Err(Error::new(Code::Cancelled, "the operation was broken off")),
            };
            if result.is_err() {
                file_work.wait(SETTLING).await;
            }
            ending.end(match result {
                Ok(value) => Box::new(move |py| convert(py, value)),
                Err(error) => Box::new(move |py| Err(raised(py, &error))),
            });
        };
        if let Some(handle) = runtime.handle() {
            handle.spawn(task);
        }
        Self(Own::new(Begun {
            shared,
            stop: Mutex::new(Some(stop)),
            events,
            _runtime: Arc::clone(runtime),
        }))
    }

    fn begun(&self, py: Python<'_>) -> PyResult<&Begun> {
        self.0.get().ok_or_else(|| foreign(py))
    }
}

#[pymethods]
impl Operation {
    /// Waits for the end, at most `seconds`; whether it has ended.
    fn wait(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        let shared = &self.begun(py)?.shared;
        let limit = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        Ok(detached(py, || {
            let state = shared.state();
            let waited = shared.changed.wait_timeout_while(state, limit, |state| !state.ended);
            waited.unwrap_or_else(PoisonError::into_inner).0.ended
        }))
    }

    /// Calls `event_loop.call_soon_threadsafe(callback)` once, at the end.
    fn wake(&self, py: Python<'_>, event_loop: Py<PyAny>, callback: Py<PyAny>) -> PyResult<()> {
        let shared = &self.begun(py)?.shared;
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

    /// Breaks it off. It ends soon after; its result is not kept.
    fn cancel(&self) {
        let Some(begun) = self.0.get() else { return };
        begun.stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        let unwanted = {
            let mut state = begun.shared.state();
            state.unwanted = true;
            state.finish.take()
        };
        drop(unwanted);
    }

    /// The events since the last call, as `(kind, blob, position, outcome)`.
    fn events<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let events = &self.begun(py)?.events;
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

    /// The result, once, when it has ended; or its error is raised.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let finish = self.begun(py)?.shared.state().finish.take();
        let finish = finish.ok_or_else(|| {
            raised(py, &Error::new(Code::Internal, "there is no result to be fetched"))
        })?;
        finish(py)
    }
}

fn wake(py: Python<'_>, (event_loop, callback): &Waking) {
    // A loop that is closed by now has nobody left to wake.
    let _ = event_loop.call_method1(py, "call_soon_threadsafe", (callback,));
}

/// Progress that Python has not taken yet. What is overtaken is not kept: a blob has one position.
#[derive(Default)]
pub(crate) struct Events(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    events: Vec<Happened>,
    moving: HashMap<Digest, usize>,
}

struct Happened {
    kind: &'static str,
    blob: Descriptor,
    position: u64,
    outcome: Option<&'static str>,
}

impl Events {
    /// The events when they are wanted, and what reports into them.
    pub(crate) fn wanted(wanted: bool) -> (Option<Arc<Self>>, Progress) {
        if !wanted {
            return (None, Progress::none());
        }
        let events = Arc::new(Self::default());
        let reported = Arc::clone(&events);
        (Some(events), Progress::new(move |event| reported.report(event)))
    }

    fn report(&self, event: Event<'_>) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let happened = match event {
            Event::Started { blob } => {
                Happened { kind: "started", blob: blob.clone(), position: 0, outcome: None }
            }
            Event::Moved { blob, position } => {
                let known = pending.moving.get(&blob.digest).copied();
                if let Some(last) = known.and_then(|place| pending.events.get_mut(place)) {
                    last.position = position;
                    return;
                }
                let place = pending.events.len();
                pending.moving.insert(blob.digest.clone(), place);
                Happened { kind: "moved", blob: blob.clone(), position, outcome: None }
            }
            Event::Finished { blob, outcome } => {
                pending.moving.remove(&blob.digest);
                Happened {
                    kind: "finished",
                    blob: blob.clone(),
                    position: blob.size,
                    outcome: Some(outcome.name()),
                }
            }
            _ => return,
        };
        pending.events.push(happened);
    }

    fn take(&self) -> Vec<Happened> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.moving.clear();
        std::mem::take(&mut pending.events)
    }
}
