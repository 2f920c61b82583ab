//! Progress events of an operation, kept until Python fetches them. Runtime threads append events
//! without the GIL, and the waiting thread or event loop passes them to the callback.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ocigraph::{Descriptor, Digest, Event, Progress};

/// Progress events that Python has not fetched yet. Keeps only the latest position of each blob.
#[derive(Default)]
pub(crate) struct Events(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    events: Vec<Entry>,
    moving: HashMap<Digest, usize>,
}

pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) blob: Descriptor,
    pub(crate) position: u64,
    pub(crate) outcome: Option<&'static str>,
}

impl Events {
    /// Returns the event queue and the core's reporter for it; no queue without a callback.
    pub(crate) fn new(has_callback: bool) -> (Option<Arc<Self>>, Progress) {
        if !has_callback {
            return (None, Progress::none());
        }
        let events = Arc::new(Self::default());
        let reported = Arc::clone(&events);
        (Some(events), Progress::new(move |event| reported.report(event)))
    }

    fn report(&self, event: Event<'_>) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = match event {
            Event::Started { blob } => {
                Entry { kind: "started", blob: blob.clone(), position: 0, outcome: None }
            }
            Event::Moved { blob, position } => {
                let known = pending.moving.get(&blob.digest).copied();
                if let Some(last) = known.and_then(|place| pending.events.get_mut(place)) {
                    last.position = position;
                    return;
                }
                let place = pending.events.len();
                pending.moving.insert(blob.digest.clone(), place);
                Entry { kind: "moved", blob: blob.clone(), position, outcome: None }
            }
            Event::Finished { blob, outcome } => {
                pending.moving.remove(&blob.digest);
                Entry {
                    kind: "finished",
                    blob: blob.clone(),
                    position: blob.size,
                    outcome: Some(outcome.name()),
                }
            }
            _ => return,
        };
        pending.events.push(entry);
    }

    pub(crate) fn take(&self) -> Vec<Entry> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.moving.clear();
        std::mem::take(&mut pending.events)
    }
}
