//! How much memory an operation may hold of what others sent.
//!
//! What is kept is counted in bytes, and ends with TOO_LARGE; what is only on its way waits for its
//! turn. Out of memory would end the whole process, which is not ours to end.

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

/// What an operation may keep of lists, graphs and manifests, where the caller does not say.
const KEPT: usize = 64 * 1024 * 1024;

/// Bodies on their way at once, with what reading them takes.
const PASSING: usize = 64 * 1024 * 1024;

/// A body of up to this many bytes waits for nobody.
pub(crate) const SMALL_BODY: usize = 64 * 1024;

/// Who waits longer for a body's turn goes ahead: better too much memory than none who moves.
const PATIENCE: Duration = Duration::from_secs(60);

/// A budget in bytes, shared by all that holds memory in one operation.
#[derive(Clone)]
pub struct Memory(Arc<Kept>);

struct Kept {
    used: AtomicUsize,
    limit: usize,
}

impl Memory {
    /// A budget of so many bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Kept { used: AtomicUsize::new(0), limit }))
    }

    /// That of a store whose manifests and pages may have so many bytes.
    pub(crate) fn for_metadata(limit: usize) -> Self {
        Self::new(KEPT.max(limit.saturating_mul(16)))
    }

    pub(crate) fn charge(&self) -> Charge {
        Charge { memory: self.clone(), bytes: 0 }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(KEPT)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} bytes", self.0.used.load(Ordering::Relaxed), self.0.limit)
    }
}

/// What is held of a budget; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    memory: Memory,
    bytes: usize,
}

impl Charge {
    /// TOO_LARGE when the budget does not have so many bytes left.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<()> {
        let Kept { used, limit } = &*self.memory.0;
        let add = |used: usize| used.checked_add(bytes).filter(|sum| sum <= limit);
        if used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_err() {
            let message = format!("what is listed takes more than {} MiB of memory", limit >> 20);
            return Err(Error::new(Code::TooLarge, message)
                .with_hint("ask for a part of it, or raise the limit of metadata"));
        }
        self.bytes += bytes;
        Ok(())
    }

    pub(crate) fn of(mut self, bytes: usize) -> Result<Self> {
        self.add(bytes)?;
        Ok(self)
    }

    /// Holds also what another held.
    pub(crate) fn absorb(&mut self, mut other: Charge) -> Result<()> {
        if !Arc::ptr_eq(&self.memory.0, &other.memory.0) {
            return self.add(other.bytes);
        }
        self.bytes += std::mem::take(&mut other.bytes);
        Ok(())
    }

    /// Gives a part back.
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

/// Lets few large bodies be read at once. Nobody asks for a second turn while holding one.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

/// A turn; it lasts until it is dropped.
pub(crate) type Turn = Arc<OwnedSemaphorePermit>;

impl Gate {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(PASSING / 1024)))
    }

    /// Waits until a body of so many bytes may be read.
    pub(crate) async fn turn(&self, bytes: usize) -> Option<Turn> {
        let share = bytes.saturating_mul(READING).min(PASSING) / 1024;
        let permits = Arc::clone(&self.0).acquire_many_owned(u32::try_from(share).ok()?);
        Some(Arc::new(timeout(PATIENCE, permits).await.ok()?.ok()?))
    }
}
