//! How many requests an operation makes concurrently, and how many large blobs it transfers.
//!
//! The number depends on what the caller asks for and on what the process has left: file
//! descriptors and address space. It never asks the registry; `registry/http` adapts to that.

use std::{future::Future, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::blocking::is_out_of_descriptors;
use ocigraph_types::{Descriptor, Result};

/// Default number of concurrent requests. A store may make fewer.
pub(crate) const DEFAULT_CONCURRENCY: usize = 128;

/// Blobs of at least this many bytes are large. A few of them keep a disk busy.
const LARGE: u64 = 8 * 1024 * 1024;
const LARGE_BLOBS: usize = 4;

/// Maximum number of concurrent requests, whatever the caller allows: more are not faster.
const MAX_CONCURRENCY: usize = 512;

/// Address space of one concurrent request, in bytes: its buffers and its share of the threads.
#[cfg(unix)]
const REQUEST_SPACE: u64 = 32 * 1024 * 1024;

/// Retries of work that found no free descriptor, and the pause before the first of them.
const RETRIES: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Returns the number of concurrent requests of an operation: what the caller allows, reduced to
/// what the process has descriptors and address space for. `None` and 0 select the default.
pub(crate) fn concurrency(requested: Option<usize>) -> usize {
    let requested =
        requested.filter(|n| *n > 0).unwrap_or(DEFAULT_CONCURRENCY).min(MAX_CONCURRENCY);
    // One for the connection, one for a file that is read or written, one in reserve.
    let descriptors = free_descriptors().map_or(requested, |free| free / 3);
    requested.min(descriptors).min(by_memory(requested)).max(1)
}

/// Reduces the number to what the limit on the address space allows.
#[cfg(unix)]
fn by_memory(requested: usize) -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::As).current;
    limit.map_or(requested, |limit| usize::try_from(limit / REQUEST_SPACE).unwrap_or(requested))
}

#[cfg(not(unix))]
fn by_memory(requested: usize) -> usize {
    requested
}

/// Returns how many files the process can still open, or `None` if that is unlimited or unknown.
#[cfg(unix)]
fn free_descriptors() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // No operation comes near such a limit, and counting takes time.
    if limit >= 16 * MAX_CONCURRENCY {
        return None;
    }
    let open = std::fs::read_dir("/dev/fd").map_or(32, |entries| entries.count());
    Some(limit.saturating_sub(open))
}

#[cfg(not(unix))]
fn free_descriptors() -> Option<usize> {
    None
}

/// Repeats file work that found no free descriptor: concurrent work soon closes some.
pub(crate) async fn retry_without_descriptors<T, F: Future<Output = Result<T>>>(
    mut work: impl FnMut() -> F,
) -> Result<T> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..RETRIES {
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

/// Limits the concurrent requests of one operation, whatever they ask for.
#[derive(Debug)]
pub(crate) struct RequestLimiter {
    permits: Semaphore,
    max: usize,
}

impl RequestLimiter {
    /// Creates a limiter for what the caller of the operation allows.
    pub(crate) fn new(requested: Option<usize>) -> Self {
        let max = concurrency(requested);
        Self { permits: Semaphore::new(max), max }
    }

    /// Returns the maximum number of concurrent requests.
    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// Waits until few enough requests are in progress. The permit holds until it is dropped.
    pub(crate) async fn acquire(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }
}

/// Limits the number of large blobs in transit, and of no others.
#[derive(Debug)]
pub(crate) struct LargeBlobLimiter(Semaphore);

impl LargeBlobLimiter {
    pub(crate) fn new() -> Self {
        Self(Semaphore::new(LARGE_BLOBS))
    }

    /// Returns whether a blob is large.
    pub(crate) fn applies_to(blob: &Descriptor) -> bool {
        blob.size >= LARGE
    }

    /// Returns how many of `max` concurrent requests one blob may use, since others need some too.
    pub(crate) fn requests_for_one(max: usize) -> usize {
        (max / LARGE_BLOBS).max(1)
    }

    /// Waits until few enough large blobs are in progress. The permit holds until it is dropped.
    /// Returns `None` immediately for a small blob, which needs no permit.
    pub(crate) async fn acquire(&self, blob: &Descriptor) -> Option<SemaphorePermit<'_>> {
        if !Self::applies_to(blob) {
            return None;
        }
        self.0.acquire().await.ok()
    }
}
