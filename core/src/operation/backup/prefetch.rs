//! The content of an archive, fetched ahead of its place: small content concurrently, within a budget
//! of memory. Large content is fetched when its place is reached.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::plan::Planned;
use crate::{
    content::progress::{Event, Outcome, Progress},
    operation::read::{fetch_manifest, read_small},
    store::{ReadStore, concurrency::RequestLimiter},
};
use ocigraph_types::{Code, Descriptor, Result, TagOrDigest};

/// Maximum bytes of content that is fetched as a whole.
const SMALL: u64 = 1024 * 1024;

/// Maximum bytes of content in memory that waits for its place.
const BUDGET: u64 = 8 * 1024 * 1024;

/// Bytes for which one permit counts.
const UNIT: u64 = 1024;

/// A file of the archive that is not written yet.
#[derive(Debug)]
pub(super) enum Pending {
    /// Its content is known.
    Ready(Bytes),
    Manifest(Planned),
    Blob(Planned),
}

/// The content of a file, or where it is.
#[derive(Debug)]
pub(super) enum Fetched {
    /// The content, with its share of the budget.
    Small(Bytes, Option<OwnedSemaphorePermit>),
    Large(Box<Descriptor>, Arc<dyn ReadStore>),
}

/// Fetches small content.
#[derive(Debug)]
pub(super) struct Prefetch<'a> {
    sources: &'a [Arc<dyn ReadStore>],
    requests: &'a RequestLimiter,
    progress: &'a Progress,
    budget: Arc<Semaphore>,
}

impl<'a> Prefetch<'a> {
    pub(super) fn new(
        sources: &'a [Arc<dyn ReadStore>],
        requests: &'a RequestLimiter,
        progress: &'a Progress,
    ) -> Self {
        let budget = Arc::new(Semaphore::new((BUDGET / UNIT) as usize));
        Self { sources, requests, progress, budget }
    }

    /// Fetches content if it is small. Waits for its share of the budget, which is given in the order of
    /// the calls: what comes first in the archive never waits for what comes later.
    pub(super) async fn fetch(&self, pending: Pending) -> Result<Fetched> {
        let (planned, is_manifest) = match pending {
            Pending::Ready(bytes) => return Ok(Fetched::Small(bytes, None)),
            Pending::Manifest(planned) => (planned, true),
            Pending::Blob(planned) => (planned, false),
        };
        let Planned { descriptor, source, bytes } = planned;
        if let Some(bytes) = bytes {
            return Ok(Fetched::Small(bytes, None));
        }
        let store = &self.sources[source];
        if !is_manifest && descriptor.size > SMALL {
            return Ok(Fetched::Large(Box::new(descriptor), Arc::clone(store)));
        }
        let share = descriptor.size.min(BUDGET - 1) / UNIT + 1;
        let share = Arc::clone(&self.budget).acquire_many_owned(share as u32).await.ok();
        let _permit = self.requests.acquire().await;
        if is_manifest {
            let name = TagOrDigest::from(&descriptor);
            let bytes = fetch_manifest(&**store, &name).await?.without_guard().bytes().clone();
            return Ok(Fetched::Small(bytes, share));
        }
        self.progress.report(Event::Started { blob: &descriptor });
        let bytes = match read_small(&**store, &descriptor, SMALL).await {
            Err(e) if e.code() == Code::DigestMismatch => {
                tracing::info!(error = %e, "fetching a damaged blob again");
                read_small(&**store, &descriptor, SMALL).await?
            }
            read => read?,
        };
        let (position, outcome) = (descriptor.size, Outcome::Written);
        self.progress.report(Event::Moved { blob: &descriptor, position });
        self.progress.report(Event::Finished { blob: &descriptor, outcome });
        Ok(Fetched::Small(bytes, share))
    }
}
