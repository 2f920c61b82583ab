//! Progress on its way to the caller: events wait here for a thread that a callback may hold up.
//!
//! No thread that moves content ever runs a progress callback, so that one that blocks freezes
//! nothing. Positions that nobody has been told of give way to newer ones, and take no memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use ocigraph::{Descriptor, Digest, Event};
use tokio::sync::Notify;

use crate::callback::{
    OCIGRAPH_EVENT_FINISHED, OCIGRAPH_EVENT_MOVED, OCIGRAPH_EVENT_STARTED, ocigraph_outcome,
    outcome_number,
};

/// One thing that happened to a blob.
pub(crate) struct QueuedEvent {
    pub(crate) kind: i32,
    pub(crate) outcome: ocigraph_outcome,
    pub(crate) blob: Descriptor,
    pub(crate) position: u64,
}

/// What the caller has not been told of yet.
#[derive(Default)]
pub(crate) struct EventQueue {
    waiting: Mutex<Waiting>,
    came: Notify,
}

#[derive(Default)]
struct Waiting {
    events: Vec<QueuedEvent>,
    /// Where the last position of a blob stands.
    moved: HashMap<Digest, usize>,
}

impl EventQueue {
    pub(crate) fn put(&self, event: &Event<'_>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).put(event);
        self.came.notify_one();
    }

    /// All that wait, in their order.
    pub(crate) fn take(&self) -> Vec<QueuedEvent> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.moved.clear();
        std::mem::take(&mut waiting.events)
    }

    /// Waits until there is something to take.
    pub(crate) async fn came(&self) {
        self.came.notified().await;
    }
}

impl Waiting {
    fn put(&mut self, event: &Event<'_>) {
        let (kind, outcome, blob, position) = match *event {
            Event::Started { blob } => (OCIGRAPH_EVENT_STARTED, 0, blob, 0),
            Event::Moved { blob, position } => {
                let known = self.moved.get(&blob.digest).copied();
                if let Some(last) = known.and_then(|place| self.events.get_mut(place)) {
                    last.position = position;
                    return;
                }
                self.moved.insert(blob.digest.clone(), self.events.len());
                (OCIGRAPH_EVENT_MOVED, 0, blob, position)
            }
            Event::Finished { blob, outcome } => {
                self.moved.remove(&blob.digest);
                (OCIGRAPH_EVENT_FINISHED, outcome_number(outcome), blob, blob.size)
            }
            _ => return,
        };
        self.events.push(QueuedEvent { kind, outcome, blob: blob.clone(), position });
    }
}

#[cfg(test)]
mod tests {
    use ocigraph::Outcome;

    use super::*;

    #[test]
    fn a_position_gives_way_to_the_next_and_nothing_else_does() {
        let (events, blob) = (EventQueue::default(), Descriptor::of("a/b", b"content"));
        let blob = &blob;
        events.put(&Event::Started { blob });
        for position in 1..=1000 {
            events.put(&Event::Moved { blob, position });
        }
        let seen = |events: Vec<QueuedEvent>| -> Vec<(i32, u64)> {
            events.iter().map(|event| (event.kind, event.position)).collect()
        };
        let first = [(OCIGRAPH_EVENT_STARTED, 0), (OCIGRAPH_EVENT_MOVED, 1000)];
        assert_eq!(seen(events.take()), first);
        events.put(&Event::Moved { blob, position: 3 });
        events.put(&Event::Finished { blob, outcome: Outcome::Written });
        let then = [(OCIGRAPH_EVENT_MOVED, 3), (OCIGRAPH_EVENT_FINISHED, 7)];
        assert_eq!(seen(events.take()), then);
        assert!(events.take().is_empty());
    }
}
