//! Progress events for JavaScript. Events wait in a queue until the JavaScript thread fetches them, so a
//! fast transfer with a slow callback does not grow memory or flood the event loop.

use std::sync::Arc;

use napi::threadsafe_function::ThreadsafeFunctionCallMode::NonBlocking;
use ocigraph::{KeyCase, Progress, ToJson};
use ocigraph_runtime::{EventQueue, QueuedEvent};
use serde_json::{Value, json};

use crate::call::Wake;

pub(crate) struct Events(Arc<EventQueue>);

impl Events {
    pub(crate) fn new(wake: Wake) -> Arc<Self> {
        // One wake-up per batch: JavaScript fetches all events that have arrived by then.
        let wake = move || {
            wake.call((), NonBlocking);
        };
        Arc::new(Self(Arc::new(EventQueue::with_wake(wake))))
    }

    pub(crate) fn progress(&self) -> Progress {
        self.0.progress()
    }

    /// Takes all waiting events, as a JSON list. It never blocks the JavaScript thread: if another thread
    /// holds the lock, that thread wakes JavaScript again afterwards.
    pub(crate) fn take(&self) -> String {
        self.0.try_drain().iter().map(json).collect::<Value>().to_string()
    }
}

fn json(event: &QueuedEvent) -> Value {
    let (kind, blob) = (event.kind.name(), event.blob.to_json(KeyCase::Camel));
    let mut json = json!({ "type": kind, "blob": blob, "position": event.position });
    if let Some(outcome) = event.outcome {
        json["outcome"] = json!(outcome.name());
    }
    json
}
