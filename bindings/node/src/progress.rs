//! Progress events for JavaScript. Events wait here until the JavaScript thread fetches them. A newer
//! position of a blob replaces one that was not fetched yet, so a fast transfer with a slow callback
//! does not grow memory or flood the event loop.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use napi::threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking;
use ocigraph::{Descriptor, Digest, Event, KeyCase, Outcome, Progress, ToJson};
use serde_json::{Value, json};

use crate::call::Wake;

pub(crate) struct Events {
    wake: Wake,
    waiting: Mutex<Waiting>,
    /// True if JavaScript tried to fetch events while the lock was held.
    missed: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    events: Vec<Entry>,
    /// The index in `events` of each blob's latest position.
    moved: HashMap<Digest, usize>,
}

impl Events {
    pub(crate) fn new(wake: Wake) -> Arc<Self> {
        Arc::new(Self { wake, waiting: Mutex::default(), missed: AtomicBool::new(false) })
    }

    pub(crate) fn progress(self: &Arc<Self>) -> Progress {
        let events = Arc::clone(self);
        Progress::new(move |event| events.put(&event))
    }

    /// Takes all waiting events, as a JSON list. It never blocks the JavaScript thread: if another thread
    /// holds the lock, that thread wakes JavaScript again afterwards.
    pub(crate) fn take(&self) -> String {
        let there = self.try_lock().or_else(|| {
            self.missed.store(true, Ordering::SeqCst);
            self.try_lock()
        });
        let waiting = there.map(|mut waiting| std::mem::take(&mut *waiting)).unwrap_or_default();
        waiting.events.iter().map(Entry::json).collect::<Value>().to_string()
    }

    fn put(&self, event: &Event<'_>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let first = waiting.events.is_empty();
        waiting.put(event);
        drop(waiting);
        let missed = self.missed.swap(false, Ordering::SeqCst);
        // One wake-up per batch: JavaScript fetches all events that have arrived by then.
        if first || missed {
            self.wake.call((), NonBlocking);
        }
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Waiting>> {
        match self.waiting.try_lock() {
            Ok(waiting) => Some(waiting),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Waiting {
    fn put(&mut self, event: &Event<'_>) {
        let entry = match event {
            Event::Started { blob } => Entry::new("started", blob, 0),
            Event::Moved { blob, position } => {
                let known = self.moved.get(&blob.digest).copied();
                if let Some(waiting) = known.and_then(|place| self.events.get_mut(place)) {
                    waiting.position = *position;
                    return;
                }
                self.moved.insert(blob.digest.clone(), self.events.len());
                Entry::new("moved", blob, *position)
            }
            Event::Finished { blob, outcome } => {
                self.moved.remove(&blob.digest);
                Entry { outcome: Some(*outcome), ..Entry::new("finished", blob, blob.size) }
            }
            _ => return,
        };
        self.events.push(entry);
    }
}

struct Entry {
    kind: &'static str,
    blob: Descriptor,
    position: u64,
    outcome: Option<Outcome>,
}

impl Entry {
    fn new(kind: &'static str, blob: &Descriptor, position: u64) -> Self {
        Self { kind, blob: blob.clone(), position, outcome: None }
    }

    fn json(&self) -> Value {
        let blob = self.blob.to_json(KeyCase::Camel);
        let mut json = json!({ "type": self.kind, "blob": blob, "position": self.position });
        if let Some(outcome) = self.outcome {
            json["outcome"] = json!(outcome.name());
        }
        json
    }
}
