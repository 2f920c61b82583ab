//! How much is done at once, and where: what operations and stores share, and no more.

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

use tokio_util::task::TaskTracker;

use ocigraph_types::{Code, Error, Result};

tokio::task_local! {
    /// Those who watch the operation, the outermost first.
    static WATCHED: Vec<TaskTracker>;
}

/// File work that goes on for a moment when an operation is dropped: a thread that is in the middle
/// of a write removes its unfinished file after that. Who breaks an operation off, and wants to say
/// so only when nothing of it is left, watches it.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use ocigraph::Cleanup;
///
/// let file_work = Cleanup::default();
/// let done = tokio::select! {
///     done = file_work.watch(async { 1 }) => Some(done),
///     () = tokio::time::sleep(Duration::from_secs(10)) => None,
/// };
/// file_work.settle(Duration::from_secs(1)).await;
/// assert_eq!(done, Some(1));
/// # });
/// ```
#[derive(Debug, Clone, Default)]
pub struct Cleanup(TaskTracker);

impl Cleanup {
    /// The same operation, watched.
    pub fn watch<F: Future>(&self, operation: F) -> impl Future<Output = F::Output> + use<F> {
        let mut watched = WATCHED.try_with(Vec::clone).unwrap_or_default();
        watched.push(self.0.clone());
        WATCHED.scope(watched, operation)
    }

    /// Waits until no file is worked on any more, at most so long.
    pub async fn settle(&self, at_most: Duration) {
        self.0.close();
        // What is late is not waited for, and ends by itself.
        let _ = tokio::time::timeout(at_most, self.0.wait()).await;
    }
}

/// Whether someone still waits for what a thread does.
#[derive(Debug, Clone, Default)]
pub(crate) struct CancelFlag(Arc<AtomicBool>);

thread_local! {
    static WANTED: RefCell<CancelFlag> = RefCell::default();
}

impl CancelFlag {
    /// That of this thread's work.
    pub(crate) fn current() -> Self {
        WANTED.with_borrow(Self::clone)
    }

    /// Does work of this kind on this thread.
    pub(crate) fn during<T>(self, work: impl FnOnce() -> T) -> T {
        let _before = Before(WANTED.replace(self));
        work()
    }
}

/// Gives the thread back its own work, even where this one panicked.
struct Before(CancelFlag);

impl Drop for Before {
    fn drop(&mut self) {
        WANTED.set(std::mem::take(&mut self.0));
    }
}

/// Fails when nobody waits any more for what this thread does. What reads a whole file asks before
/// each piece, since a file may be longer than anyone's patience.
pub(crate) fn check_cancelled() -> io::Result<()> {
    if WANTED.with_borrow(|CancelFlag(dropped)| dropped.load(Ordering::Relaxed)) {
        return Err(io::Error::other("nobody waits for it any more"));
    }
    Ok(())
}

/// Runs what blocks, file work and digests, beside the async threads.
pub(crate) async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let watched = WATCHED.try_with(|all| all.iter().map(TaskTracker::token).collect::<Vec<_>>());
    let wanted = CancelFlag::default();
    let _dropped = Dropped(wanted.clone());
    // The token goes after the result: where nobody takes that, it is dropped by the thread, and
    // removes its files only then.
    let work = move || (wanted.during(work), watched);
    match tokio::task::spawn_blocking(work).await {
        Ok((result, _watched)) => result,
        Err(e) => Err(Error::new(Code::Internal, format!("a worker thread failed: {e}"))),
    }
}

struct Dropped(CancelFlag);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Whether an operation failed because the process, or the system, had no file descriptor left.
pub(crate) fn is_out_of_descriptors(error: &Error) -> bool {
    let source = error::Error::source(error).and_then(|e| e.downcast_ref::<io::Error>());
    source.is_some_and(io_is_out_of_descriptors)
}

/// Looks through the errors that libraries wrap the system's in.
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
