//! The end of the interpreter. A thread that waits for its lock then is torn down wherever it stands
//! (CPython up to 3.13), which Rust code does not survive. So, from the moment the interpreter says
//! that it will end, threads of this module no longer ask for the lock: those of the runtime do
//! without, and daemon threads that come back from a wait stay away.
//!
//! It keeps nothing but numbers, since a child of `fork` would find locks as they were.

use std::{
    sync::atomic::{AtomicIsize, AtomicU64, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use pyo3::prelude::*;

/// The thread that ends the interpreter, once it does: it alone may still have the lock.
static ENDER: AtomicU64 = AtomicU64::new(NOBODY);
const NOBODY: u64 = 0;

/// Threads that found the interpreter alive and wait for its lock, or are of the runtime and have it.
static COMING: AtomicIsize = AtomicIsize::new(0);

/// How long the end waits for those.
const AT_MOST: Duration = Duration::from_secs(1);

static THREADS: AtomicU64 = AtomicU64::new(NOBODY);

thread_local! {
    static THIS: u64 = THREADS.fetch_add(1, SeqCst) + 1;
}

fn may_come() -> bool {
    // Counted first: the end either sees this thread coming, or this thread sees the end.
    COMING.fetch_add(1, SeqCst);
    let ender = ENDER.load(SeqCst);
    let welcome = ender == NOBODY || ender == THIS.with(|this| *this);
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
    counted(|| Python::try_attach(work)).flatten()
}

/// Runs what takes the interpreter's lock by itself; nothing when the interpreter ends.
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> Option<T> {
    if !may_come() {
        return None;
    }
    let done = work();
    COMING.fetch_sub(1, SeqCst);
    Some(done)
}

/// Called when the interpreter is about to end.
#[pyfunction]
pub(crate) fn end(py: Python<'_>) {
    log::set_max_level(log::LevelFilter::Off);
    ENDER.store(THIS.with(|this| *this), SeqCst);
    let begun = Instant::now();
    while COMING.load(SeqCst) > 0 && begun.elapsed() < AT_MOST {
        py.detach(|| thread::sleep(Duration::from_millis(1)));
    }
}

/// Called in a child of `fork`, which has none of the threads that were coming.
#[pyfunction]
pub(crate) fn begin_anew() {
    COMING.store(0, SeqCst);
    ENDER.store(NOBODY, SeqCst);
}
