//! The queue between the transfer and the progress callback. Threads that transfer content only queue
//! events; another thread, which may block, passes them to the callback. A new position replaces a
//! queued one of the same blob, so that the queue does not grow while the callback blocks.

use std::{
    collections::HashMap,
    fmt, mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use ocigraph::{Descriptor, Digest, Event, Outcome, Progress};
use tokio::sync::Notify;

/// The kind of a progress event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The transfer of a blob has started.
    Started,
    /// The transfer of a blob has reached a position.
    Moved,
    /// The blob is done. This is its last event.
    Finished,
}

impl EventKind {
    /// Returns the name of the kind in all languages: `started`, `moved` or `finished`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Moved => "moved",
            Self::Finished => "finished",
        }
    }
}

/// A progress event that has not been fetched yet.
#[derive(Debug, Clone)]
pub struct QueuedEvent {
    /// The kind of the event.
    pub kind: EventKind,
    /// The descriptor of the blob.
    pub blob: Descriptor,
    /// The number of bytes that were transferred: 0 for a started blob, its size for a finished one.
    pub position: u64,
    /// The outcome of a finished blob.
    pub outcome: Option<Outcome>,
}

/// The progress events of one operation that have not been fetched yet.
///
/// ```
/// use std::sync::Arc;
/// use ocigraph::{Client, File, PushOptions, Reference};
/// use ocigraph_runtime::{EventKind, EventQueue};
///
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = std::env::temp_dir().join(format!("ocigraph-events-{}", std::process::id()));
/// # let image: Reference = format!("oci:{}:v1", dir.display()).parse()?;
/// let events = Arc::new(EventQueue::default());
/// let files = vec![File::bytes("app.bin", "the program")];
/// let options = PushOptions::default().files(files).progress(events.progress());
/// Client::new().push(&image, options).await?;
/// let kinds: Vec<EventKind> = events.drain().iter().map(|event| event.kind).collect();
/// assert_eq!(kinds.first(), Some(&EventKind::Started));
/// # std::fs::remove_dir_all(dir).unwrap();
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Default)]
pub struct EventQueue {
    queue: Mutex<Queue>,
    pushed: Notify,
    wake: Option<Box<dyn Fn() + Send + Sync>>,
    /// True if [`try_drain`](Self::try_drain) found the queue locked.
    missed: AtomicBool,
}

#[derive(Default)]
struct Queue {
    events: Vec<QueuedEvent>,
    /// For each blob, the index of its queued position.
    positions: HashMap<Digest, usize>,
}

impl EventQueue {
    /// Creates a queue that calls `wake` when events are ready to be fetched: once for each batch.
    /// `wake` runs on a thread that transfers content, so it must return immediately.
    pub fn with_wake(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self { wake: Some(Box::new(wake)), ..Self::default() }
    }

    /// Returns the progress callback for the core, which queues each event.
    pub fn progress(self: &Arc<Self>) -> Progress {
        let queue = Arc::clone(self);
        Progress::new(move |event| queue.push(&event))
    }

    /// Adds an event.
    pub fn push(&self, event: &Event<'_>) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = queue.events.is_empty();
        queue.push(event);
        drop(queue);
        self.pushed.notify_one();
        let was_missed = self.missed.swap(false, Ordering::SeqCst);
        if let Some(wake) = self.wake.as_ref().filter(|_| is_first || was_missed) {
            wake();
        }
    }

    /// Removes and returns all events in their order.
    pub fn drain(&self) -> Vec<QueuedEvent> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).drain()
    }

    /// As [`drain`](Self::drain), but never blocks: if another thread holds the lock, returns no event,
    /// and that thread calls `wake` again.
    pub fn try_drain(&self) -> Vec<QueuedEvent> {
        let queue = self.try_lock().or_else(|| {
            self.missed.store(true, Ordering::SeqCst);
            self.try_lock()
        });
        queue.map(|mut queue| queue.drain()).unwrap_or_default()
    }

    /// Waits until an event was added since the last call.
    pub async fn ready(&self) {
        self.pushed.notified().await;
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Queue>> {
        match self.queue.try_lock() {
            Ok(queue) => Some(queue),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl fmt::Debug for EventQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventQueue").finish_non_exhaustive()
    }
}

impl Queue {
    fn push(&mut self, event: &Event<'_>) {
        let (kind, blob, position, outcome) = match *event {
            Event::Started { blob } => {
                // A position that is queued belongs to an earlier attempt.
                self.positions.remove(&blob.digest);
                (EventKind::Started, blob, 0, None)
            }
            Event::Moved { blob, position } => {
                let index = self.positions.get(&blob.digest).copied();
                if let Some(queued) = index.and_then(|index| self.events.get_mut(index)) {
                    queued.position = position;
                    return;
                }
                self.positions.insert(blob.digest.clone(), self.events.len());
                (EventKind::Moved, blob, position, None)
            }
            Event::Finished { blob, outcome } => {
                self.positions.remove(&blob.digest);
                (EventKind::Finished, blob, blob.size, Some(outcome))
            }
            _ => return,
        };
        self.events.push(QueuedEvent { kind, blob: blob.clone(), position, outcome });
    }

    fn drain(&mut self) -> Vec<QueuedEvent> {
        self.positions.clear();
        mem::take(&mut self.events)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn only_a_position_is_replaced_by_the_next_one() {
        let (events, blob) = (EventQueue::default(), Descriptor::of("a/b", b"content"));
        let blob = &blob;
        events.push(&Event::Started { blob });
        for position in 1..=1000 {
            events.push(&Event::Moved { blob, position });
        }
        let summary = |events: Vec<QueuedEvent>| -> Vec<(&str, u64)> {
            events.iter().map(|event| (event.kind.name(), event.position)).collect()
        };
        assert_eq!(summary(events.drain()), [("started", 0), ("moved", 1000)]);
        events.push(&Event::Moved { blob, position: 3 });
        events.push(&Event::Finished { blob, outcome: Outcome::Written });
        assert_eq!(summary(events.drain()), [("moved", 3), ("finished", 7)]);
        assert!(events.drain().is_empty());
    }

    #[test]
    fn a_batch_of_events_wakes_once_and_again_after_a_missed_fetch() {
        let woken = Arc::new(AtomicUsize::new(0));
        let events = EventQueue::with_wake({
            let woken = Arc::clone(&woken);
            move || {
                woken.fetch_add(1, Ordering::SeqCst);
            }
        });
        let (one, other) = (Descriptor::of("a/b", b"1"), Descriptor::of("a/b", b"2"));
        events.push(&Event::Started { blob: &one });
        events.push(&Event::Started { blob: &other });
        assert_eq!(woken.load(Ordering::SeqCst), 1);
        let lock = events.queue.lock().unwrap();
        assert!(events.try_drain().is_empty());
        drop(lock);
        events.push(&Event::Moved { blob: &one, position: 1 });
        assert_eq!(woken.load(Ordering::SeqCst), 2);
        assert_eq!(events.try_drain().len(), 3);
    }
}
