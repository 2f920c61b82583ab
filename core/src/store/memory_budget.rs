//! Budgets for the memory that an operation holds of received content.
//!
//! Content that is kept is charged to a budget in bytes; exceeding it is TOO_LARGE. A large body in
//! transit waits for a permit. Both keep the process from running out of memory.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use ocigraph_types::{Code, Error, Result, weight::READING};

/// Default budget for the lists, graphs and manifests of an operation, in bytes.
const DEFAULT_BUDGET: usize = 64 * 1024 * 1024;

/// Memory that concurrent large bodies may take while they are read, in bytes.
const BODIES_BUDGET: usize = 64 * 1024 * 1024;

/// A body of up to this many bytes needs no permit.
pub(crate) const SMALL_BODY: usize = 64 * 1024;

/// Maximum wait for a permit. After it the body is read without one: a stalled body must not block
/// all others.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// A budget of memory in bytes. Clones share it.
///
/// ```
/// let memory = ocigraph::Memory::new(64 * 1024 * 1024);
/// ```
#[derive(Clone)]
pub struct Memory(Arc<Budget>);

struct Budget {
    used: AtomicUsize,
    limit: usize,
}

impl Memory {
    /// Creates a budget of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Budget { used: AtomicUsize::new(0), limit }))
    }

    /// The budget of a store whose manifests and pages have up to `limit` bytes: 16 times that, and
    /// at least the default of 64 MiB.
    pub(crate) fn for_metadata(limit: usize) -> Self {
        Self::new(DEFAULT_BUDGET.max(limit.saturating_mul(16)))
    }

    pub(crate) fn charge(&self) -> Charge {
        Charge { memory: self.clone(), bytes: 0 }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(DEFAULT_BUDGET)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.0.used.load(Ordering::Relaxed), self.0.limit)
    }
}

/// A share of a budget. Dropping it returns the share.
#[derive(Debug)]
pub(crate) struct Charge {
    memory: Memory,
    bytes: usize,
}

impl Charge {
    /// Takes `bytes` more from the budget. TOO_LARGE if it does not have them.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<()> {
        let Budget { used, limit } = &*self.memory.0;
        let add = |used: usize| used.checked_add(bytes).filter(|sum| sum <= limit);
        if used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_err() {
            let message =
                format!("the listed content takes more than {} MiB of memory", limit >> 20);
            return Err(Error::new(Code::TooLarge, message)
                .with_hint("list a part of it, or raise the limit max_manifest_bytes"));
        }
        self.bytes += bytes;
        Ok(())
    }

    pub(crate) fn of(mut self, bytes: usize) -> Result<Self> {
        self.add(bytes)?;
        Ok(self)
    }

    /// Takes over the share of another charge.
    pub(crate) fn absorb(&mut self, mut other: Charge) -> Result<()> {
        if !Arc::ptr_eq(&self.memory.0, &other.memory.0) {
            return self.add(other.bytes);
        }
        self.bytes += std::mem::take(&mut other.bytes);
        Ok(())
    }

    /// Returns a part of the share.
    pub(crate) fn release(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        self.memory.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.release(self.bytes);
    }
}

/// Limits the memory of concurrent large bodies. A caller never asks for a second permit while it
/// holds one.
#[derive(Debug, Clone)]
pub(crate) struct BodyLimiter(Arc<Semaphore>);

/// A permit to read a large body. Dropping it frees the share.
pub(crate) type BodyPermit = Arc<OwnedSemaphorePermit>;

impl BodyLimiter {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(BODIES_BUDGET / 1024)))
    }

    /// Waits until a body of `bytes` bytes may be read.
    pub(crate) async fn acquire(&self, bytes: usize) -> Option<BodyPermit> {
        let share = bytes.saturating_mul(READING).min(BODIES_BUDGET) / 1024;
        let permits = Arc::clone(&self.0).acquire_many_owned(u32::try_from(share).ok()?);
        Some(Arc::new(timeout(MAX_WAIT, permits).await.ok()?.ok()?))
    }
}
