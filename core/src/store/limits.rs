//! Limits: what a caller may set, and how many requests an operation makes concurrently.

use derive_setters::Setters;
use std::{future::Future, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::blocking::is_out_of_descriptors;
use ocigraph_types::{Code, Descriptor, Error, Result};

/// Limits on time and on what a registry or layout may send.
///
/// The value that switches a time limit off is `Duration::MAX`; for a number it is the largest of its
/// type. The limits on time and on attempts apply to registries only.
///
/// ```
/// use std::time::Duration;
/// use ocigraph::{Client, ClientConfig, Limits};
///
/// let limits = Limits::default().connect_timeout(Duration::from_secs(2));
/// let client = Client::with_config(ClientConfig::default().limits(limits));
/// ```
#[derive(Debug, Clone, Copy, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct Limits {
    /// Time to connect to a registry, TLS handshake included. Default: 10 s.
    pub connect_timeout: Duration,
    /// Time from a request to the first header of its response. Default: 30 s.
    pub response_timeout: Duration,
    /// Time between two pieces of a body, in either direction. Default: 30 s.
    pub idle_timeout: Duration,
    /// Time from the last byte of an upload to the first header of its response. One second is added
    /// for every 16 MiB sent, since a registry digests a blob before it responds. Default: 60 s.
    pub upload_response_timeout: Duration,
    /// Number of attempts of one request, the first included. 0 counts as 1. Default: 5.
    pub max_attempts: u32,
    /// Time without a transferred byte after which an operation fails, over all attempts of a
    /// request. The time that a registry needs to respond to an upload, and a pause that it asks
    /// for, do not count. Default: 90 s.
    pub stall_timeout: Duration,
    /// Maximum size of a manifest, and of one page of a list, in bytes. Default: 4 MiB.
    pub max_manifest_bytes: usize,
    /// Maximum number of pages of a list. Default: 10,000.
    pub max_pages: usize,
    /// Maximum number of entries of a list and of manifests in a graph. Default: 1,000,000.
    pub max_entries: usize,
    /// Time for a credential helper to answer before it is killed. Default: 30 s.
    pub helper_timeout: Duration,
}

/// The longest time limit: it can be added to any instant.
const NO_LIMIT: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

impl Limits {
    /// The same limits in values that can be computed with: a caller may set any value.
    pub(crate) fn usable(self) -> Self {
        Self {
            connect_timeout: self.connect_timeout.min(NO_LIMIT),
            response_timeout: self.response_timeout.min(NO_LIMIT),
            idle_timeout: self.idle_timeout.min(NO_LIMIT),
            upload_response_timeout: self.upload_response_timeout.min(NO_LIMIT),
            stall_timeout: self.stall_timeout.min(NO_LIMIT),
            helper_timeout: self.helper_timeout.min(NO_LIMIT),
            max_attempts: self.max_attempts.max(1),
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(30),
            upload_response_timeout: Duration::from_secs(60),
            max_attempts: 5,
            stall_timeout: Duration::from_secs(90),
            max_manifest_bytes: 4 * 1024 * 1024,
            max_pages: 10_000,
            max_entries: ENTRIES,
            helper_timeout: Duration::from_secs(30),
        }
    }
}

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
