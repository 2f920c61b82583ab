//! The threads that operations run on, and their end.
//!
//! A runtime counts what runs on it, blocking calls too. At its end it cancels them, waits until
//! each has had its say, and calls nothing afterwards.

use std::{cell::Cell, sync::Arc, time::Duration};

use ocigraph::{Code, Error, Result};
use tokio::runtime::{Builder, Runtime};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::{
    boundary::{call, end},
    error::ocigraph_error,
    status::ocigraph_status,
};

/// Threads that operations run on.
pub struct ocigraph_runtime(pub(crate) Arc<Threads>);

/// Starts `workers` threads; 0 is one for each processor. More are started for file work, and end
/// when there is none.
///
/// Most programs need no runtime of their own: a client that is given none has one to itself.
///
/// Ownership: `out` is the caller's, until `ocigraph_runtime_free`. Threads: any.
/// Errors: IO where threads cannot be started. Since 0.1.0.
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
/// In a completion callback it cancels and returns at once, since it would wait for itself; what is
/// left is waited for when the last client that uses it is freed.
///
/// Ownership: takes `runtime`; NULL is allowed. Threads: any, once. Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn ocigraph_runtime_free(runtime: Option<Box<ocigraph_runtime>>) {
    end(runtime);
}

/// Ends what runs, and waits for it; not in a callback, which would wait for itself.
impl Drop for ocigraph_runtime {
    fn drop(&mut self) {
        self.0.ended.cancel();
        if CALLBACK.get() == Callback::None {
            self.0.wait();
        }
    }
}

pub(crate) struct Threads {
    // Taken when dropped, and there alone.
    runtime: Option<Runtime>,
    ended: CancellationToken,
    tracker: TaskTracker,
}

thread_local! {
    static CALLBACK: Cell<Callback> = const { Cell::new(Callback::None) };
}

/// Which of the caller's functions this thread is in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callback {
    /// None.
    None,
    /// Progress, reading or writing: the operation waits for it.
    Inner,
    /// Completion: the operation is over.
    Completion,
}

/// Runs a function of the caller's.
pub(crate) fn within<T>(callback: Callback, work: impl FnOnce() -> T) -> T {
    let before = CALLBACK.replace(callback);
    let result = work();
    CALLBACK.set(before);
    result
}

impl Threads {
    pub(crate) fn start(workers: usize) -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.enable_all().thread_name("ocigraph");
        if workers > 0 {
            builder.worker_threads(workers.min(1024));
        }
        let runtime = builder.build().map_err(|e| {
            Error::new(Code::Io, format!("threads cannot be started: {e}")).with_source(e)
        })?;
        Ok(Self {
            runtime: Some(runtime),
            ended: CancellationToken::new(),
            tracker: TaskTracker::new(),
        })
    }

    /// Something that runs, and is waited for at the end; CANCELLED when the end has come.
    pub(crate) fn enter(&self) -> Result<(&Runtime, CancellationToken, TaskTrackerToken)> {
        if CALLBACK.get() == Callback::Inner {
            return Err(crate::text::invalid(
                "this was called from a progress, read or write callback",
            )
            .with_hint("let the operation return first, or use a completion callback"));
        }
        // Counted before it is looked whether the end has come: at the end it is the other way round.
        let token = self.tracker.token();
        match &self.runtime {
            Some(runtime) if !self.ended.is_cancelled() => Ok((runtime, self.ended.clone(), token)),
            _ => Err(Error::new(Code::Cancelled, "the runtime has ended")),
        }
    }

    fn wait(&self) {
        self.tracker.close();
        if let Some(runtime) = &self.runtime {
            runtime.block_on(self.tracker.wait());
        }
    }
}

/// Comes when the runtime and the last client that used it are gone.
impl Drop for Threads {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let tracker = self.tracker.clone();
        let finish = move || {
            tracker.close();
            runtime.block_on(tracker.wait());
            // File work that was given up ends by itself; it is not worth a longer wait.
            runtime.shutdown_timeout(Duration::from_secs(1));
        };
        if CALLBACK.get() == Callback::None {
            finish();
        } else {
            // A thread of the runtime cannot wait for its own end.
            std::thread::spawn(finish);
        }
    }
}
