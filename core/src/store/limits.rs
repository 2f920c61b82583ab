//! How much an operation does at once, and how much it may find.

use std::{future::Future, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::blocking::is_out_of_descriptors;
use ocigraph_types::{Code, Descriptor, Error, Result};

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

/// What a request under way may take of an address space that is limited: its buffers and its share of
/// the threads.
#[cfg(unix)]
const SPACE: u64 = 32 * 1024 * 1024;

/// How often work that found no free descriptor is tried again, and how long it waits at first.
const PATIENCE: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// How many requests an operation makes at once: as many as the caller allows, and as few as the
/// process's limit on open files demands. 0 is the default.
pub(crate) fn concurrency(asked: Option<usize>) -> usize {
    let asked = asked.filter(|n| *n > 0).unwrap_or(AT_ONCE).min(MOST_AT_ONCE);
    // A connection, a file that is read or written, and one to spare.
    let descriptors = free_descriptors().map_or(asked, |free| free / 3);
    asked.min(descriptors).min(by_memory(asked)).max(1)
}

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

/// Does file work again when the process had no descriptor left for it: what else is under way gives
/// some back soon.
pub(crate) async fn patiently<T, F: Future<Output = Result<T>>>(
    mut work: impl FnMut() -> F,
) -> Result<T> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..PATIENCE {
        match work().await {
            Err(e) if is_out_of_descriptors(&e) => {
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

    /// Waits until few enough large blobs are in progress. The permit holds until it is dropped.
    /// Returns `None` immediately for a small blob, which needs no permit.
    pub(crate) async fn acquire(&self, blob: &Descriptor) -> Option<SemaphorePermit<'_>> {
        if blob.size < LARGE {
            return None;
        }
        self.0.acquire().await.ok()
    }
}
