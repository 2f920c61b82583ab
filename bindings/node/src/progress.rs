//! Progress on its way to JavaScript: events wait here until its thread fetches them, and positions
//! of one blob that nobody has seen yet give way to newer ones, so that a fast transfer and a slow
//! listener cost neither memory nor the event loop.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use napi::threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking;
use ocigraph::{Descriptor, Digest, Event, Names, Outcome, Progress, ToJson};
use serde_json::{Value, json};

use crate::call::Wake;

pub(crate) struct Events {
    wake: Wake,
    waiting: Mutex<Waiting>,
    /// Whether somebody came for events while one was being put.
    missed: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    events: Vec<Entry>,
    /// Where the last position of a blob stands.
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

    /// All that is there. JavaScript's thread waits for nobody, not even for a thread that is about to
    /// put something and has lost its processor: it is called again then.
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
        // One call a batch: it fetches all that is there by then.
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
        let blob = self.blob.to_json(Names::Camel);
        let mut json = json!({ "type": self.kind, "blob": blob, "position": self.position });
        if let Some(outcome) = self.outcome {
            json["outcome"] = json!(outcome.name());
        }
        json
    }
}
