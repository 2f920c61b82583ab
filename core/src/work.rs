//! How much is done at once, and where: what operations and stores share, and no more.

use std::{
    cell::RefCell,
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::task::TaskTracker;

use crate::{
    descriptor::Descriptor,
    error::{Code, Error, Result},
};

/// Requests at once, where the caller does not say. Each store decides how many of them it takes on.
pub(crate) const AT_ONCE: usize = 128;

/// What a list or a walk may come to, where the caller does not say: more than anyone keeps in a
/// place, few enough for memory.
pub(crate) const ENTRIES: usize = 1_000_000;

/// A blob from here on is large: few of them saturate a disk.
const LARGE: u64 = 8 * 1024 * 1024;
const LARGE_AT_ONCE: usize = 4;

/// More requests at once serve nobody, however many the caller allows.
const MOST_AT_ONCE: usize = 512;

/// How many requests an operation makes at once: as many as the caller allows, and as few as the
/// process's limit on open files demands. 0 is the default.
pub(crate) fn concurrency(asked: Option<usize>) -> usize {
    let asked = asked.filter(|n| *n > 0).unwrap_or(AT_ONCE).min(MOST_AT_ONCE);
    // A connection, a file that is read or written, and one to spare.
    let descriptors = free_descriptors().map_or(asked, |free| free / 3);
    asked.min(descriptors).min(by_memory(asked)).max(1)
}

/// What a request under way may take of an address space that is limited: its buffers and its share of
/// the threads.
#[cfg(unix)]
const SPACE: u64 = 32 * 1024 * 1024;

/// As few as the process's limit on its address space demands.
#[cfg(unix)]
fn by_memory(asked: usize) -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current;
    limit.map_or(asked, |limit| usize::try_from(limit / SPACE).unwrap_or(asked))
}

#[cfg(not(unix))]
fn by_memory(asked: usize) -> usize {
    asked
}

/// How many files the process can still open; nothing where that is not limited or not known.
#[cfg(unix)]
fn free_descriptors() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // With so many nobody comes near the limit, and counting takes time.
    if limit >= 16 * MOST_AT_ONCE {
        return None;
    }
    let open = std::fs::read_dir("/dev/fd").map_or(32, |entries| entries.count());
    Some(limit.saturating_sub(open))
}

#[cfg(not(unix))]
fn free_descriptors() -> Option<usize> {
    None
}

/// How often work that found no free descriptor is tried again, and how long it waits at first.
const PATIENCE: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Does file work again when the process had no descriptor left for it: what else is under way gives
/// some back soon.
pub(crate) async fn patiently<T, F: Future<Output = Result<T>>>(
    mut work: impl FnMut() -> F,
) -> Result<T> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..PATIENCE {
        match work().await {
            Err(e) if e.is_out_of_descriptors() => {
                tracing::debug!(error = %e, "waiting for a free descriptor");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
            other => return other,
        }
    }
    work().await
}

/// TOO_LARGE when a list or a walk has come to more than `limit`: whoever sends it may never end it.
pub(crate) fn check_limit(found: usize, limit: usize) -> Result<()> {
    if found <= limit {
        return Ok(());
    }
    Err(Error::new(Code::TooLarge, format!("more than {limit} entries were listed")))
}

/// Lets few large blobs through at once, and any number of others.
#[derive(Debug)]
pub(crate) struct LargeBlobLimiter(Semaphore);

impl LargeBlobLimiter {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(LARGE_AT_ONCE))
    }

    /// Waits for a large blob's turn, which lasts until the permit is dropped.
    pub(crate) async fn turn(&self, blob: &Descriptor) -> Option<SemaphorePermit<'_>> {
        if blob.size < LARGE {
            return None;
        }
        self.0.acquire().await.ok()
    }
}

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
