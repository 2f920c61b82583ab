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

use crate::error::{Code, Error, Result};

/// What an operation may keep of lists, graphs and manifests, where the caller does not say.
const KEPT: usize = 64 * 1024 * 1024;

/// Bodies on their way at once, with what reading them takes.
const PASSING: usize = 64 * 1024 * 1024;

/// A body of up to this many bytes waits for nobody.
pub(crate) const SMALL_BODY: usize = 64 * 1024;

/// What reading JSON may take for each byte of it. Descriptors with annotations take about six.
const READING: usize = 12;

/// Who waits longer for a body's turn goes ahead: better too much memory than none who moves.
const PATIENCE: Duration = Duration::from_secs(60);

/// What allocators and containers need beside an object.
pub(crate) const OBJECT: usize = 32;

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

/// What values take in memory, about.
pub(crate) trait Weight {
    fn weight(&self) -> usize;
}

impl Weight for String {
    fn weight(&self) -> usize {
        size_of::<Self>() + OBJECT + self.len()
    }
}

impl<T: Weight> Weight for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weight::weight)
    }
}

impl<T: Weight> Weight for [T] {
    fn weight(&self) -> usize {
        self.iter().map(Weight::weight).fold(0, usize::saturating_add)
    }
}

impl Weight for serde_json::Value {
    fn weight(&self) -> usize {
        use serde_json::Value;
        size_of::<Self>()
            + match self {
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
                Value::String(text) => OBJECT + text.len(),
                Value::Array(items) => OBJECT + items.weight(),
                Value::Object(fields) => weight_of_fields(fields),
            }
    }
}

/// What is in a JSON object.
pub(crate) fn weight_of_fields(fields: &serde_json::Map<String, serde_json::Value>) -> usize {
    if fields.is_empty() {
        return 0;
    }
    let each = fields.iter().map(|(name, value)| name.weight() + value.weight() + OBJECT);
    each.fold(8 * OBJECT, usize::saturating_add)
}

/// Whether JSON of these bytes takes far more memory than its length: `{"a":{"a":{"a":…` does.
pub(crate) fn is_bloated(json: &[u8]) -> bool {
    let mut weight = 0_usize;
    for byte in json {
        weight += match byte {
            b'{' => 400,
            b':' => 60,
            b',' | b'[' => 32,
            _ => 1,
        };
    }
    weight > json.len().saturating_mul(READING).saturating_add(1024 * 1024)
}
