//! Work that outlives a dropped future: file access and digests run on tokio's blocking threads and
//! stop soon after the caller drops the future; clean-up tasks, such as the cancellation of an upload
//! session, start when it is dropped. [`Cleanup`] waits for both.
//!
//! Relies on a running tokio runtime. Never starts threads of its own and never blocks an async
//! thread.

use std::{
    cell::RefCell,
    error,
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use ocigraph_types::{Code, Error, Result};

tokio::task_local! {
    /// The trackers of every [`Cleanup::scope`] around the current task, outermost first.
    static TRACKERS: Vec<TaskTracker>;
}

/// Waits for the clean-up that a dropped operation leaves behind: partial files and upload sessions.
///
/// Dropping the future of an operation cancels it. A thread that is writing at that moment finishes
/// its write and then removes its partial file. An upload session is cancelled by a request to the
/// registry, which a task of the runtime sends. To report a cancellation only after both, run the
/// operation in [`scope`](Self::scope) and call [`wait`](Self::wait) after dropping it. Clones share
/// the tracked work.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use ocigraph::{Cleanup, Client, File, PushOptions, Reference};
///
/// # let dir = tempfile::tempdir().unwrap();
/// # let image: Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse()?;
/// let client = Client::new();
/// let options = PushOptions::default().files(vec![File::bytes("app.bin", "the program")]);
/// let cleanup = Cleanup::default();
/// let result = tokio::select! {
///     result = cleanup.scope(client.push(&image, options)) => Some(result?),
///     () = tokio::time::sleep(Duration::from_secs(60)) => None,
/// };
/// // The future is dropped here, so that no new work is started.
/// cleanup.wait(Duration::from_secs(2)).await;
/// assert!(result.is_some());
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Cleanup(TaskTracker);

impl Cleanup {
    /// Returns a future that runs `operation` and tracks the work that outlives it. Scopes nest: an
    /// outer scope tracks the work of the inner ones too.
    pub fn scope<F: Future>(&self, operation: F) -> impl Future<Output = F::Output> + use<F> {
        let mut trackers = current_trackers();
        trackers.push(self.0.clone());
        TRACKERS.scope(trackers, operation)
    }

    /// Waits until all tracked work has ended, for at most `timeout`. Work that takes longer
    /// continues in the background, unless the runtime is shut down.
    pub async fn wait(&self, timeout: Duration) {
        self.0.close();
        let _ = tokio::time::timeout(timeout, self.0.wait()).await;
    }
}

fn current_trackers() -> Vec<TaskTracker> {
    TRACKERS.try_with(Vec::clone).unwrap_or_default()
}

fn tokens(trackers: &[TaskTracker]) -> Vec<TaskTrackerToken> {
    trackers.iter().map(TaskTracker::token).collect()
}

/// Starts a clean-up task. The scopes around the current task wait for it. Does nothing outside of
/// a runtime.
#[cfg(feature = "registry")]
pub(crate) fn spawn_cleanup(work: impl Future<Output = ()> + Send + 'static) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let trackers = current_trackers();
    let tokens = tokens(&trackers);
    runtime.spawn(TRACKERS.scope(trackers, async move {
        work.await;
        drop(tokens);
    }));
}

/// Tells a blocking thread that the caller has dropped the future of its work.
#[derive(Debug, Clone, Default)]
pub(crate) struct CancelFlag(Arc<AtomicBool>);

thread_local! {
    static CURRENT: RefCell<CancelFlag> = RefCell::default();
}

impl CancelFlag {
    /// Returns the flag of the work that runs on this thread.
    pub(crate) fn current() -> Self {
        CURRENT.with_borrow(Self::clone)
    }

    /// Creates the flag of work that was cancelled already.
    #[cfg(test)]
    pub(crate) fn cancelled() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Runs `work` on this thread under this flag.
    pub(crate) fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let _restore = RestorePrevious(CURRENT.replace(self));
        work()
    }
}

/// Restores the thread's previous flag, also after a panic.
struct RestorePrevious(CancelFlag);

impl Drop for RestorePrevious {
    fn drop(&mut self) {
        CURRENT.set(std::mem::take(&mut self.0));
    }
}

/// Returns an error once the caller has dropped the future of this thread's work. Code that reads a
/// whole file calls it before each read: a file can take hours to read.
pub(crate) fn check_cancelled() -> io::Result<()> {
    if CURRENT.with_borrow(|CancelFlag(dropped)| dropped.load(Ordering::Relaxed)) {
        return Err(io::Error::other("the operation was cancelled"));
    }
    Ok(())
}

/// Runs blocking work, such as file access or digesting, on a blocking thread. Dropping the future
/// makes [`check_cancelled`] fail in `work`. INTERNAL when `work` panics.
pub(crate) async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let tokens = tokens(&current_trackers());
    let flag = CancelFlag::default();
    let _cancel = CancelOnDrop(flag.clone());
    // The tokens come after the result, so that a result that nobody receives is dropped first: its
    // files are removed before the work counts as ended.
    let work = move || (flag.run(work), tokens);
    match tokio::task::spawn_blocking(work).await {
        Ok((result, _tokens)) => result,
        Err(e) => Err(Error::new(Code::Internal, format!("a worker thread failed: {e}"))),
    }
}

struct CancelOnDrop(CancelFlag);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Returns whether an operation failed because the process or the system has no free file
/// descriptor.
pub(crate) fn is_out_of_descriptors(error: &Error) -> bool {
    let mut source = error::Error::source(error);
    while let Some(cause) = source {
        if cause.downcast_ref::<io::Error>().is_some_and(io_is_out_of_descriptors) {
            return true;
        }
        source = cause.source();
    }
    false
}

/// As [`is_out_of_descriptors`], also where a library has wrapped the system's error in its own.
#[cfg(unix)]
pub(crate) fn io_is_out_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let number = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(number, Some(Errno::MFILE | Errno::NFILE))
        || error.get_ref().is_some_and(|wrapped| {
            let inner = wrapped.downcast_ref::<io::Error>();
            let inner = inner.or_else(|| wrapped.source()?.downcast_ref::<io::Error>());
            inner.is_some_and(io_is_out_of_descriptors)
        })
}

#[cfg(not(unix))]
pub(crate) fn io_is_out_of_descriptors(_: &io::Error) -> bool {
    false
}
