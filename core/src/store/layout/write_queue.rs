//! A queue that writes concurrent additions to the index together.
//!
//! Each rewrite of `index.json` waits for the disk several times. Additions that arrive during a
//! rewrite wait, and the next rewrite takes all of them. So n concurrent pushes of manifests cost
//! far fewer than n rewrites. The queue itself does no I/O: the caller passes the function that
//! writes.

use std::sync::{Arc, Mutex};

use super::sync::lock;
use ocigraph_types::{Code, Descriptor, Digest, Error, Result};

/// A manifest to add to the index.
#[derive(Debug)]
pub(super) struct Addition {
    pub(super) entry: Descriptor,
    pub(super) tags: Vec<String>,
    /// The subject, and the entry of the manifest in a list of its referrers.
    pub(super) referrer: Option<(Digest, Descriptor)>,
    /// The blobs to sync before the index names the manifest.
    pub(super) blobs: Vec<Digest>,
}

#[derive(Debug)]
struct Waiting {
    addition: Addition,
    outcome: Mutex<Option<Result<()>>>,
}

/// The additions of one handle that are not written yet.
#[derive(Debug, Default)]
pub(super) struct WriteQueue {
    waiting: Mutex<Vec<Arc<Waiting>>>,
    /// Held by the thread that writes.
    writer: Mutex<()>,
}

impl WriteQueue {
    /// Queues an addition and returns once it is written, by this thread or another. `write` gets
    /// all additions that are waiting; its error goes to each of their callers.
    pub(super) fn submit(
        &self,
        addition: Addition,
        write: impl FnOnce(&[&Addition]) -> Result<()>,
    ) -> Result<()> {
        let own = Arc::new(Waiting { addition, outcome: Mutex::default() });
        lock(&self.waiting).push(Arc::clone(&own));
        let _writer = lock(&self.writer);
        if let Some(outcome) = lock(&own.outcome).take() {
            return outcome;
        }
        let batch = std::mem::take(&mut *lock(&self.waiting));
        if !batch.iter().any(|waiting| Arc::ptr_eq(waiting, &own)) {
            let message = "the thread that was writing index.json panicked";
            return Err(Error::new(Code::Internal, message));
        }
        let additions: Vec<&Addition> = batch.iter().map(|waiting| &waiting.addition).collect();
        let outcome = write(&additions);
        for waiting in &batch {
            *lock(&waiting.outcome) = Some(match &outcome {
                Ok(()) => Ok(()),
                Err(e) => Err(e.clone()),
            });
        }
        outcome
    }
}
