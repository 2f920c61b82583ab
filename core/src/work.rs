//! How much is done at once, and where: what operations and stores share, and no more.

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    descriptor::Descriptor,
    error::{Code, Error, Result},
};

/// Requests at once, where the caller does not say.
pub(crate) const AT_ONCE: usize = 32;

/// A blob from here on is large: few of them saturate a disk.
const LARGE: u64 = 8 * 1024 * 1024;
const LARGE_AT_ONCE: usize = 4;

/// How many requests an operation makes at once.
pub(crate) fn concurrency(asked: Option<usize>) -> usize {
    asked.unwrap_or(AT_ONCE).max(1)
}

/// Lets few large blobs through at once, and any number of others.
#[derive(Debug)]
pub(crate) struct LargeBlobs(Semaphore);

impl LargeBlobs {
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

/// Runs what blocks, file work and digests, beside the async threads.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|e| Err(Error::new(Code::Internal, format!("a worker thread failed: {e}"))))
}
