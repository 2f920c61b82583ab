//! The end of the interpreter. A thread that waits for its lock then is torn down wherever it stands
//! (CPython up to 3.13), which Rust code does not survive. So, from the moment the interpreter says
//! that it will end, threads of this module no longer ask for the lock: those of the runtime do
//! without, and daemon threads that come back from a wait stay away.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use pyo3::prelude::*;

/// The thread that ends the interpreter, once it does: it alone may still have the lock.
static ENDER: Mutex<Option<ThreadId>> = Mutex::new(None);

/// Threads that found the interpreter alive and wait for its lock, or are of the runtime and have it.
static COMING: AtomicUsize = AtomicUsize::new(0);

/// How long the end waits for those.
const AT_MOST: Duration = Duration::from_secs(1);

fn may_come() -> bool {
    // Counted first: the end either sees this thread coming, or this thread sees the end.
    COMING.fetch_add(1, SeqCst);
    let ender = *ENDER.lock().unwrap_or_else(PoisonError::into_inner);
    let welcome = ender.is_none_or(|ender| ender == thread::current().id());
    if !welcome {
        COMING.fetch_sub(1, SeqCst);
    }
    welcome
}

/// Runs what needs no interpreter without its lock.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    let done = py.detach(|| {
        let done = work();
        while !may_come() {
            thread::park();
        }
        done
    });
    COMING.fetch_sub(1, SeqCst);
    done
}

/// Runs what needs the interpreter in a thread of the runtime; nothing when it ends.
pub(crate) fn attached<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    if !may_come() {
        return None;
    }
    let done = Python::try_attach(work);
    COMING.fetch_sub(1, SeqCst);
    done
}

/// Called when the interpreter is about to end.
#[pyfunction]
pub(crate) fn end(py: Python<'_>) {
    log::set_max_level(log::LevelFilter::Off);
    *ENDER.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current().id());
    let begun = Instant::now();
    while COMING.load(SeqCst) > 0 && begun.elapsed() < AT_MOST {
        py.detach(|| thread::sleep(Duration::from_millis(1)));
    }
}
