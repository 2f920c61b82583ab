//! Runtimes: the threads that execute operations.
//!
//! A runtime tracks its operations, including blocking calls. When it ends, it cancels them, waits for
//! each to return or to call its completion callback, and makes no call afterwards. Callbacks have
//! threads of their own, separate from those of operations, and completion callbacks have separate
//! threads again. A blocked callback therefore delays only its own operation.

use std::{cell::Cell, sync::Arc, time::Duration};

use ::ocigraph_runtime::{ProcessLocal, TaskGroup, TaskGroupToken};
use ocigraph::{Code, Error, Result};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::sync::CancellationToken;

use crate::{
    boundary::{call, free},
    error::ocigraph_error,
    signals,
    status::ocigraph_status,
    text::invalid,
};

/// Maximum number of workers of a runtime. The comment of `ocigraph_runtime_new` states it.
const MAX_WORKERS: usize = 1024;

/// Maximum number of concurrent completion callbacks. The manual states it.
const MAX_COMPLETIONS: usize = 64;

/// Maximum number of other concurrent callbacks. The manual states it.
const MAX_CALLBACKS: usize = 512;

/// The threads that execute operations. Clients can share a runtime.
pub struct ocigraph_runtime(pub(crate) Arc<Threads>);

/// Creates a runtime with `workers` threads, at most 1024. 0 selects one thread for each processor.
/// Further threads for file access and callbacks are started on demand and end when idle.
///
/// Most programs do not need a runtime: a client that is created without one has its own.
///
/// Ownership: free `out` with `ocigraph_runtime_free`.
/// Errors: INVALID_ARGUMENT if `workers` is too large; IO if the threads cannot be started.
/// Threads: any. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_runtime_new(
    workers: usize,
    out: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_runtime>>>>,
    error: Option<&mut std::mem::MaybeUninit<Option<Box<ocigraph_error>>>>,
) -> ocigraph_status {
    call(out, error, || Threads::start(workers).map(|threads| ocigraph_runtime(Arc::new(threads))))
}

/// Frees a runtime: cancels every operation that it executes, then returns after each operation has
/// returned or has called its completion callback. No callback is called afterwards. Clients of
/// this runtime remain valid until they are freed, but their calls return `OCIGRAPH_CANCELLED`.
///
/// In a callback, this function cancels the operations and returns immediately, because it would
/// wait for itself. Freeing the last client of the runtime then waits for the remaining operations.
///
/// Ownership: takes `runtime`, which may be NULL.
/// Threads: any, once for each handle. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_runtime_free(runtime: Option<Box<ocigraph_runtime>>) {
    free(runtime);
}

/// Cancels the operations and waits for them. In a callback it does not wait: the callback would wait
/// for itself.
impl Drop for ocigraph_runtime {
    fn drop(&mut self) {
        let Some(runtimes) = self.0.runtimes.get() else { return };
        self.0.tasks.end();
        if CALLBACK.get() == Callback::None {
            runtimes.wait(&self.0.tasks);
        }
    }
}

pub(crate) struct Threads {
    runtimes: ProcessLocal<Runtimes>,
    pub(crate) tasks: TaskGroup,
}

/// The reason in the error of an operation that the end of its runtime has cancelled.
pub(crate) const RUNTIME_ENDED: &str = "the runtime has ended";

pub(crate) struct Runtimes {
    operations: Runtime,
    callbacks: Runtime,
    completions: Runtime,
}

/// The threads for one operation. The end of the runtime waits until the token is dropped.
pub(crate) struct RuntimeHandles {
    pub(crate) operations: Handle,
    pub(crate) callbacks: Handle,
    pub(crate) completions: Handle,
    pub(crate) ended: CancellationToken,
    pub(crate) token: TaskGroupToken,
}

thread_local! {
    static CALLBACK: Cell<Callback> = const { Cell::new(Callback::None) };
}

/// The kind of callback that the current thread is executing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callback {
    /// The thread executes no callback.
    None,
    /// A progress, read, write or credential callback: its operation waits for it.
    Inner,
    /// A completion callback: its operation is over.
    Completion,
}

impl Callback {
    /// Returns the kind of callback that this thread is executing.
    pub(crate) fn current() -> Self {
        CALLBACK.get()
    }
}

/// Calls a callback, and marks the thread as executing it.
pub(crate) fn in_callback<T>(callback: Callback, work: impl FnOnce() -> T) -> T {
    let before = CALLBACK.replace(callback);
    let result = work();
    CALLBACK.set(before);
    result
}

impl Threads {
    /// Returns true in a forked child of the process that owns the threads.
    pub(crate) fn is_in_forked_child(&self) -> bool {
        self.runtimes.is_inherited()
    }

    pub(crate) fn start(workers: usize) -> Result<Self> {
        if workers > MAX_WORKERS {
            return Err(invalid(format!("{workers} workers are too many"))
                .with_hint(format!("use at most {MAX_WORKERS}; 0 starts one for each processor")));
        }
        let operations = ::ocigraph_runtime::build("ocigraph", workers, signals::block)?;
        let runtimes = Runtimes {
            operations,
            callbacks: pool("ocigraph call", MAX_CALLBACKS)?,
            completions: pool("ocigraph done", MAX_COMPLETIONS)?,
        };
        Ok(Self { runtimes: ProcessLocal::new(runtimes), tasks: TaskGroup::default() })
    }

    /// Returns the threads for a new operation, or CANCELLED if the runtime has ended.
    pub(crate) fn enter(&self) -> Result<RuntimeHandles> {
        if Callback::current() == Callback::Inner {
            let message = "this was called from a progress, read, write or credential callback";
            return Err(invalid(message).with_hint(
                "start it after the operation has returned, or from a completion callback",
            ));
        }
        let runtimes = self.check_process()?;
        let ended = || Error::new(Code::Cancelled, RUNTIME_ENDED);
        Ok(RuntimeHandles {
            token: self.tasks.enter().ok_or_else(ended)?,
            operations: runtimes.operations.handle().clone(),
            callbacks: runtimes.callbacks.handle().clone(),
            completions: runtimes.completions.handle().clone(),
            ended: self.tasks.ended().clone(),
        })
    }

    /// Fails in a forked child of the process that owns the threads.
    pub(crate) fn check_process(&self) -> Result<&Runtimes> {
        self.runtimes.get().ok_or_else(|| {
            let message = "this client was created before the process was forked, and its threads do not exist in the child";
            invalid(message).with_hint("create a new client in the child process")
        })
    }

    /// Returns the threads for callbacks of operations.
    pub(crate) fn callbacks(&self) -> Result<Handle> {
        let runtimes = self.runtimes.get();
        let ended = || Error::new(Code::Cancelled, RUNTIME_ENDED);
        runtimes.map(|runtimes| runtimes.callbacks.handle().clone()).ok_or_else(ended)
    }
}

/// Starts a pool of at most `at_most` threads for blocking work.
fn pool(name: &str, at_most: usize) -> Result<Runtime> {
    build(Builder::new_current_thread().thread_name(name).max_blocking_threads(at_most))
}

/// Builds a tokio runtime whose threads block signals.
pub(crate) fn build(builder: &mut Builder) -> Result<Runtime> {
    builder
        .on_thread_start(signals::block)
        .build()
        .map_err(|e| Error::new(Code::Io, format!("threads cannot be started: {e}")).with_source(e))
}

impl Runtimes {
    fn wait(&self, tasks: &TaskGroup) {
        self.operations.block_on(tasks.wait());
    }

    fn finish(self, tasks: &TaskGroup) {
        self.wait(tasks);
        // Abandoned file work ends by itself; the program need not wait longer for it.
        self.operations.shutdown_timeout(Duration::from_secs(1));
        self.callbacks.shutdown_timeout(Duration::from_secs(1));
        self.completions.shutdown_timeout(Duration::from_secs(1));
    }
}

/// Runs after the runtime and its last client were freed.
impl Drop for Threads {
    fn drop(&mut self) {
        let Some(runtimes) = self.runtimes.take() else { return };
        let tasks = self.tasks.clone();
        if Callback::current() == Callback::None {
            runtimes.finish(&tasks);
        } else {
            // A thread of the runtime cannot join itself.
            std::thread::spawn(move || runtimes.finish(&tasks));
        }
    }
}
