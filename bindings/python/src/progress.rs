//! Progress events of an operation, kept until Python fetches them. Runtime threads append events
//! without the GIL, and the waiting thread or event loop passes them to the callback.

use std::sync::Arc;

use ocigraph::Progress;
use ocigraph_runtime::{EventQueue, QueuedEvent};

/// The progress events that Python has not fetched yet.
pub(crate) struct Events(Arc<EventQueue>);

impl Events {
    /// Returns the event queue and the core's reporter for it; no queue without a callback.
    pub(crate) fn new(has_callback: bool) -> (Option<Arc<Self>>, Progress) {
        if !has_callback {
            return (None, Progress::none());
        }
        let queue = Arc::new(EventQueue::default());
        let progress = queue.progress();
        (Some(Arc::new(Self(queue))), progress)
    }

    pub(crate) fn take(&self) -> Vec<QueuedEvent> {
        self.0.drain()
    }
}
