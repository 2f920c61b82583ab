//! Interpreter shutdown. Up to CPython 3.13, a thread that waits for the GIL during finalization is
//! terminated in place, which Rust code does not survive. Therefore no thread of this module waits
//! for the GIL after finalization has begun: runtime threads skip the work that needs it, and
//! daemon threads that return from a wait park forever.
//!
//! The state consists of atomics only, because a child of `fork` would inherit locked mutexes.

use std::{
    sync::atomic::{AtomicIsize, AtomicU64, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use pyo3::prelude::*;

/// The thread that finalizes the interpreter, or [`NO_THREAD`]. Only this thread may still attach.
static FINALIZER_THREAD: AtomicU64 = AtomicU64::new(NO_THREAD);
const NO_THREAD: u64 = 0;

/// Threads that passed [`try_enter`] and wait for the GIL, and runtime threads that hold it.
static PENDING_ATTACH: AtomicIsize = AtomicIsize::new(0);

/// Maximum time that finalization waits for these threads.
const MAX_WAIT: Duration = Duration::from_secs(1);

static LAST_THREAD_ID: AtomicU64 = AtomicU64::new(NO_THREAD);

thread_local! {
    static THREAD_ID: u64 = LAST_THREAD_ID.fetch_add(1, SeqCst) + 1;
}

/// Returns whether this thread may wait for the GIL. If so, it is counted in [`PENDING_ATTACH`].
fn try_enter() -> bool {
    // Count first: either `finalize` sees this thread in the count, or this thread sees `finalize`.
    PENDING_ATTACH.fetch_add(1, SeqCst);
    let finalizer = FINALIZER_THREAD.load(SeqCst);
    let allowed = finalizer == NO_THREAD || finalizer == THREAD_ID.with(|id| *id);
    if !allowed {
        PENDING_ATTACH.fetch_sub(1, SeqCst);
    }
    allowed
}

/// Runs `work` with the GIL released.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    let done = py.detach(|| {
        let done = work();
        while !try_enter() {
            thread::park();
        }
        done
    });
    PENDING_ATTACH.fetch_sub(1, SeqCst);
    done
}

/// Runs `work` with the GIL on a runtime thread. Returns `None` during finalization.
pub(crate) fn attached<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    unless_finalizing(|| Python::try_attach(work)).flatten()
}

/// Runs `work`, which acquires the GIL itself. Returns `None` during finalization.
pub(crate) fn unless_finalizing<T>(work: impl FnOnce() -> T) -> Option<T> {
    if !try_enter() {
        return None;
    }
    let done = work();
    PENDING_ATTACH.fetch_sub(1, SeqCst);
    Some(done)
}

/// Runs as an `atexit` callback, before the interpreter finalizes.
#[pyfunction]
pub(crate) fn finalize(py: Python<'_>) {
    log::set_max_level(log::LevelFilter::Off);
    FINALIZER_THREAD.store(THREAD_ID.with(|id| *id), SeqCst);
    let begun = Instant::now();
    while PENDING_ATTACH.load(SeqCst) > 0 && begun.elapsed() < MAX_WAIT {
        py.detach(|| thread::sleep(Duration::from_millis(1)));
    }
}

/// Runs in a child of `fork`, where the counted threads do not exist.
#[pyfunction]
pub(crate) fn reset_after_fork() {
    PENDING_ATTACH.store(0, SeqCst);
    FINALIZER_THREAD.store(NO_THREAD, SeqCst);
}
