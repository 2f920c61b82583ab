//! The queue of progress events between the transfer and the progress callback.
//!
//! Threads that transfer content only queue events. Another thread runs the callback, so that a
//! callback that blocks stops no transfer. A new position replaces a queued one of the same blob, so
//! that the queue does not grow while a callback blocks.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use ocigraph::{Descriptor, Digest, Event};
use tokio::sync::Notify;

use crate::{
    callback::{OCIGRAPH_EVENT_FINISHED, OCIGRAPH_EVENT_MOVED, OCIGRAPH_EVENT_STARTED},
    numbers::{ocigraph_outcome, outcome_number},
};

/// A progress event of one blob.
pub(crate) struct QueuedEvent {
    pub(crate) kind: i32,
    pub(crate) outcome: ocigraph_outcome,
    pub(crate) blob: Descriptor,
    pub(crate) position: u64,
}

/// Events that have not been delivered yet.
#[derive(Default)]
pub(crate) struct EventQueue {
    queue: Mutex<Queue>,
    pushed: Notify,
}

#[derive(Default)]
struct Queue {
    events: Vec<QueuedEvent>,
    /// For each blob, the index of its queued position event.
    positions: HashMap<Digest, usize>,
}

impl EventQueue {
    pub(crate) fn push(&self, event: &Event<'_>) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        self.pushed.notify_one();
    }

    /// Removes and returns all queued events in their order.
    pub(crate) fn drain(&self) -> Vec<QueuedEvent> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.positions.clear();
        std::mem::take(&mut queue.events)
    }

    /// Waits until an event is queued.
    pub(crate) async fn ready(&self) {
        self.pushed.notified().await;
    }
}

impl Queue {
    fn push(&mut self, event: &Event<'_>) {
        let (kind, outcome, blob, position) = match *event {
            Event::Started { blob } => (OCIGRAPH_EVENT_STARTED, 0, blob, 0),
            Event::Moved { blob, position } => {
                let index = self.positions.get(&blob.digest).copied();
                if let Some(queued) = index.and_then(|index| self.events.get_mut(index)) {
                    queued.position = position;
                    return;
                }
                self.positions.insert(blob.digest.clone(), self.events.len());
                (OCIGRAPH_EVENT_MOVED, 0, blob, position)
            }
            Event::Finished { blob, outcome } => {
                self.positions.remove(&blob.digest);
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
    fn only_a_position_is_replaced_by_the_next_one() {
        let (events, blob) = (EventQueue::default(), Descriptor::of("a/b", b"content"));
        let blob = &blob;
        events.push(&Event::Started { blob });
        for position in 1..=1000 {
            events.push(&Event::Moved { blob, position });
        }
        let summary = |events: Vec<QueuedEvent>| -> Vec<(i32, u64)> {
            events.iter().map(|event| (event.kind, event.position)).collect()
        };
        let first = [(OCIGRAPH_EVENT_STARTED, 0), (OCIGRAPH_EVENT_MOVED, 1000)];
        assert_eq!(summary(events.drain()), first);
        events.push(&Event::Moved { blob, position: 3 });
        events.push(&Event::Finished { blob, outcome: Outcome::Written });
        let then = [(OCIGRAPH_EVENT_MOVED, 3), (OCIGRAPH_EVENT_FINISHED, 7)];
        assert_eq!(summary(events.drain()), then);
        assert!(events.drain().is_empty());
    }
}
