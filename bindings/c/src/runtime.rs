//! The threads that operations run on, and their end.
//!
//! A runtime counts what runs on it, blocking calls too. At its end it cancels them, waits until
//! each has had its say, and calls nothing afterwards. Callbacks have threads beside those of
//! operations, and completion callbacks beside those of all others, so that one that blocks holds up
//! nothing but what waits for it.

use std::{cell::Cell, mem, process, sync::Arc, time::Duration};

use ocigraph::{Code, Error, Result};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::{
    boundary::{call, free},
    error::ocigraph_error,
    signals,
    status::ocigraph_status,
    text::invalid,
};

/// The most workers of a runtime, as its comment says.
const WORKERS: usize = 1024;

/// Completion callbacks that run at once, as the manual says.
const COMPLETIONS: usize = 64;

/// Operations that may wait in other callbacks at once, as the manual says.
const CALLBACKS: usize = 512;

/// Threads that operations run on.
pub struct ocigraph_runtime(pub(crate) Arc<Threads>);

/// Starts `workers` threads, at most 1024; 0 is one for each processor. More are started for
/// file work and callbacks, and end when there is none.
///
/// Most programs need no runtime of their own: a client that is given none has one to itself.
///
/// Ownership: `out` is the caller's, until `ocigraph_runtime_free`. Threads: any.
/// Errors: INVALID_ARGUMENT for more workers, IO where threads cannot be started. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_runtime_new(
    workers: usize,
    out: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_runtime>>>>,
    error: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || Threads::start(workers).map(|threads| ocigraph_runtime(Arc::new(threads))))
}

/// Ends a runtime: cancels every operation on it, and returns when each has returned or its
/// callback was called. Nothing is called after that. Clients that use it may still be freed;
/// their calls return `OCIGRAPH_CANCELLED`.
///
/// In a callback it cancels and returns at once, since it would wait for itself; what is left is
/// waited for when the last client that uses it is freed.
///
/// Ownership: takes `runtime`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_runtime_free(runtime: Option<Box<ocigraph_runtime>>) {
    free(runtime);
}

/// Ends what runs, and waits for it; not in a callback, which would wait for itself.
impl Drop for ocigraph_runtime {
    fn drop(&mut self) {
        if self.0.is_of_another_process() {
            return;
        }
        self.0.ended.cancel();
        if CALLBACK.get() == Callback::None {
            self.0.wait();
        }
    }
}

pub(crate) struct Threads {
    // Taken when dropped, and there alone.
    runtimes: Option<Runtimes>,
    pub(crate) ended: CancellationToken,
    pub(crate) tracker: TaskTracker,
    process: u32,
}

struct Runtimes {
    operations: Runtime,
    callbacks: Runtime,
    completions: Runtime,
}

/// What an operation runs on. The runtime's end waits until the token is dropped.
pub(crate) struct RuntimeHandles {
    pub(crate) operations: Handle,
    pub(crate) callbacks: Handle,
    pub(crate) completions: Handle,
    pub(crate) ended: CancellationToken,
    pub(crate) token: TaskTrackerToken,
}

thread_local! {
    static CALLBACK: Cell<Callback> = const { Cell::new(Callback::None) };
}

/// Which of the caller's functions this thread is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callback {
    /// None.
    None,
    /// Progress, reading, writing or a credential: the operation waits for it.
    Inner,
    /// Completion: the operation is over.
    Completion,
}

impl Callback {
    /// That of this thread.
    pub(crate) fn current() -> Self {
        CALLBACK.get()
    }
}

/// Runs a function of the caller's.
pub(crate) fn in_callback<T>(callback: Callback, work: impl FnOnce() -> T) -> T {
    let before = CALLBACK.replace(callback);
    let result = work();
    CALLBACK.set(before);
    result
}

impl Threads {
    pub(crate) fn start(workers: usize) -> Result<Self> {
        if workers > WORKERS {
            return Err(invalid(format!("{workers} threads are too many"))
                .with_hint(format!("give at most {WORKERS}; 0 is one for each processor")));
        }
        let operations =
            ::ocigraph_runtime::build("ocigraph", workers, signals::leave_to_the_program)?;
        let runtimes = Runtimes {
            operations,
            callbacks: pool("ocigraph call", CALLBACKS)?,
            completions: pool("ocigraph done", COMPLETIONS)?,
        };
        Ok(Self {
            runtimes: Some(runtimes),
            ended: CancellationToken::new(),
            tracker: TaskTracker::new(),
            process: process::id(),
        })
    }

    /// Whether this process was forked from the one that has the threads.
    pub(crate) fn is_of_another_process(&self) -> bool {
        self.process != process::id()
    }

    /// A place for something that runs; CANCELLED when the end has come.
    pub(crate) fn enter(&self) -> Result<RuntimeHandles> {
        if Callback::current() == Callback::Inner {
            let message = "this was called from a progress, read, write or credential callback";
            return Err(invalid(message)
                .with_hint("let the operation return first, or use a completion callback"));
        }
        if self.is_of_another_process() {
            let message =
                "this client was made before the process was forked, which left its threads behind";
            return Err(invalid(message).with_hint("make a new one in the child"));
        }
        // Counted before it is looked whether the end has come: at the end it is the other way round.
        let token = self.tracker.token();
        match &self.runtimes {
            Some(runtimes) if !self.ended.is_cancelled() => Ok(RuntimeHandles {
                operations: runtimes.operations.handle().clone(),
                callbacks: runtimes.callbacks.handle().clone(),
                completions: runtimes.completions.handle().clone(),
                ended: self.ended.clone(),
                token,
            }),
            _ => Err(Error::new(Code::Cancelled, "the runtime has ended")),
        }
    }

    /// Threads for callbacks that an operation waits for.
    pub(crate) fn callbacks(&self) -> Result<Handle> {
        let runtimes = self.runtimes.as_ref();
        let ended = || Error::new(Code::Cancelled, "the runtime has ended");
        runtimes.map(|runtimes| runtimes.callbacks.handle().clone()).ok_or_else(ended)
    }

    fn wait(&self) {
        if let Some(runtimes) = &self.runtimes {
            runtimes.wait(&self.tracker);
        }
    }
}

/// At most so many threads, for what blocks and nothing else.
fn pool(name: &str, at_most: usize) -> Result<Runtime> {
    build(Builder::new_current_thread().thread_name(name).max_blocking_threads(at_most))
}

/// Threads that leave signals to the program.
pub(crate) fn build(builder: &mut Builder) -> Result<Runtime> {
    builder
        .on_thread_start(signals::leave_to_the_program)
        .build()
        .map_err(|e| Error::new(Code::Io, format!("threads cannot be started: {e}")).with_source(e))
}

impl Runtimes {
    fn wait(&self, tracker: &TaskTracker) {
        tracker.close();
        self.operations.block_on(tracker.wait());
    }

    fn finish(self, tracker: &TaskTracker) {
        self.wait(tracker);
        // File work that was given up ends by itself; it is not worth a longer wait.
        self.operations.shutdown_timeout(Duration::from_secs(1));
        self.callbacks.shutdown_timeout(Duration::from_secs(1));
        self.completions.shutdown_timeout(Duration::from_secs(1));
    }
}

/// Comes when the runtime and the last client that used it are gone.
impl Drop for Threads {
    fn drop(&mut self) {
        let Some(runtimes) = self.runtimes.take() else { return };
        if self.is_of_another_process() {
            // Its threads are not here, and would be waited for.
            mem::forget(runtimes);
            return;
        }
        let tracker = self.tracker.clone();
        if Callback::current() == Callback::None {
            runtimes.finish(&tracker);
        } else {
            // A thread of the runtime cannot wait for its own end.
            std::thread::spawn(move || runtimes.finish(&tracker));
        }
    }
}
