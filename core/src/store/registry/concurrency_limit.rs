//! How many requests a registry is sent at once: as many as it answers without slowing down.
//!
//! The limit grows with each answer while most of it is used. Up to what it was before the last refusal,
//! and up to the first limit, it grows always; beyond that while answers come about as fast as the
//! fastest of their kind. It is halved when the registry refuses more (429, 503), when one connection
//! after the other fails, and when this process has no descriptor left for another one. What a caller
//! allows for one operation is a limit of its own, and counts first.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// What any registry is expected to bear, and what none is asked to exceed.
const FIRST_LIMIT: usize = 32;
pub(super) const HIGHEST_LIMIT: usize = 128;

/// Up to here it always grows again.
const LEAST_BORNE: usize = 4;

/// An answer is slow when it takes half as long again as the fastest, and this much more: what a busy
/// machine adds by itself.
const TOLERANCE: Duration = Duration::from_millis(5);

/// After this long the fastest answer is looked for again: a path may have become longer.
const WINDOW: Duration = Duration::from_secs(10);

/// Refusals of requests that were under way together count as one.
const LEAST_PAUSE: Duration = Duration::from_millis(100);

/// Connections that fail one after the other mean too many; a single one may have been closed for any
/// other reason.
const FAILURES: usize = 3;

/// What is asked for: answers of one kind take about as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Metadata,
    Blob,
    /// It takes as long as its body does, which says nothing of the registry.
    Upload,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Answered,
    /// The other side, or this process, cannot do so many.
    TooMany,
    /// The connection failed.
    Broken,
    /// It says nothing of how many are too many.
    Otherwise,
}

/// The limit that requests to one registry share.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit {
    free: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Up to here it grows whatever answers take.
    borne: usize,
    /// Requests under way that are not followed by others.
    debt: usize,
    metadata: Latency,
    blobs: Latency,
    /// Connections that failed since the last answer.
    failures: usize,
    halved: Option<Instant>,
}

/// How long answers of one kind take.
#[derive(Debug, Default)]
struct Latency {
    /// With the time from which it counts.
    fastest: Option<(Duration, Instant)>,
    smoothed: Duration,
}

impl Latency {
    /// Takes in another answer. Whether answers have become slow.
    fn is_slow(&mut self, took: Duration) -> bool {
        let now = Instant::now();
        self.smoothed = if self.fastest.is_none() { took } else { (self.smoothed * 7 + took) / 8 };
        self.fastest = Some(match self.fastest {
            Some((fastest, since)) if now.duration_since(since) < WINDOW => {
                (fastest.min(took), since)
            }
            _ => (took, now),
        });
        self.fastest
            .is_some_and(|(fastest, _)| self.smoothed > fastest.saturating_mul(3) / 2 + TOLERANCE)
    }
}

impl Default for ConcurrencyLimit {
    fn default() -> Self {
        let state = State {
            limit: FIRST_LIMIT,
            borne: FIRST_LIMIT,
            debt: 0,
            metadata: Latency::default(),
            blobs: Latency::default(),
            failures: 0,
            halved: None,
        };
        Self { free: Semaphore::new(FIRST_LIMIT), state: Mutex::new(state) }
    }
}

impl ConcurrencyLimit {
    /// Waits until the request may be sent.
    pub(super) async fn enter(&self, kind: Kind) -> Passage<'_> {
        // The semaphore is never closed.
        let permit = self.free.acquire().await.ok();
        Passage { limit: self, permit, kind, entered: Instant::now(), ended: Ended::Otherwise }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self, kind: Kind, took: Duration) {
        let free = self.free.available_permits();
        let mut state = self.lock();
        state.failures = 0;
        let slow = match kind {
            Kind::Metadata => state.metadata.is_slow(took),
            Kind::Blob => state.blobs.is_slow(took),
            Kind::Upload => false,
        };
        let used = free * 2 < state.limit;
        let grows = state.limit < state.borne || (!slow && state.limit < HIGHEST_LIMIT);
        if used && grows && state.debt == 0 {
            state.limit += 1;
            self.free.add_permits(1);
        }
    }

    fn broken(&self) {
        let failures = {
            let mut state = self.lock();
            state.failures += 1;
            state.failures
        };
        if failures >= FAILURES {
            self.too_many();
        }
    }

    fn too_many(&self) {
        let mut state = self.lock();
        let pause = state.metadata.smoothed.max(state.blobs.smoothed).max(LEAST_PAUSE);
        let now = Instant::now();
        if state.halved.is_some_and(|then| now.duration_since(then) < pause) {
            return;
        }
        let less = state.limit / 2;
        if less > 0 {
            tracing::debug!(limit = state.limit - less, "fewer requests at once");
            state.halved = Some(now);
            // What was refused is not tried at once again, and a quarter less is.
            state.borne = (state.limit - state.limit / 4).clamp(LEAST_BORNE, FIRST_LIMIT);
            state.limit -= less;
            state.debt += less;
            state.debt -= self.free.forget_permits(less);
        }
    }
}

/// A request on its way.
pub(super) struct Passage<'a> {
    limit: &'a ConcurrencyLimit,
    permit: Option<SemaphorePermit<'a>>,
    kind: Kind,
    entered: Instant,
    ended: Ended,
}

impl Passage<'_> {
    /// Says how the request ended. One that is dropped says nothing.
    pub(super) fn end(mut self, ended: Ended) {
        self.ended = ended;
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        match self.ended {
            Ended::Answered => self.limit.answered(self.kind, self.entered.elapsed()),
            Ended::TooMany => self.limit.too_many(),
            Ended::Broken => self.limit.broken(),
            Ended::Otherwise => {}
        }
        let mut state = self.limit.lock();
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn fill(limit: &ConcurrencyLimit, kind: Kind) -> Vec<Passage<'_>> {
        let enter = || tokio::task::unconstrained(limit.enter(kind)).now_or_never();
        std::iter::from_fn(enter).collect()
    }

    /// All that may be sent at once is sent, and ends so.
    async fn round(limit: &ConcurrencyLimit, kind: Kind, took: u64, ended: Ended) -> usize {
        let passages = fill(limit, kind);
        let count = passages.len();
        tokio::time::advance(Duration::from_millis(took)).await;
        passages.into_iter().for_each(|passage| passage.end(ended));
        count
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_grows_while_answers_are_fast_and_stops_where_they_slow_down() {
        let limit = ConcurrencyLimit::default();
        // That metadata comes faster than blobs does not matter.
        round(&limit, Kind::Metadata, 1, Ended::Answered).await;
        for _ in 0..10 {
            round(&limit, Kind::Blob, 20, Ended::Answered).await;
        }
        assert_eq!(fill(&limit, Kind::Blob).len(), HIGHEST_LIMIT);

        let limit = ConcurrencyLimit::default();
        drop(fill(&limit, Kind::Blob));
        limit.answered(Kind::Blob, Duration::from_millis(1));
        for _ in 0..10 {
            round(&limit, Kind::Blob, 50, Ended::Answered).await;
        }
        assert_eq!(limit.lock().limit, FIRST_LIMIT, "{limit:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_halve_the_limit_down_to_one_and_it_grows_again() {
        let limit = ConcurrencyLimit::default();
        for due in [16, 8, 4, 2, 1, 1] {
            tokio::time::advance(Duration::from_secs(1)).await;
            // All that were under way are refused, and that counts once.
            round(&limit, Kind::Metadata, 0, Ended::TooMany).await;
            assert_eq!(fill(&limit, Kind::Metadata).len(), due);
            assert_eq!(fill(&limit, Kind::Metadata).len(), due, "no place is lost");
        }
        for took in [20, 30, 20, 35, 25, 20, 20, 20, 20, 20, 20, 20] {
            round(&limit, Kind::Metadata, took, Ended::Answered).await;
        }
        assert!(limit.lock().limit >= FIRST_LIMIT, "{limit:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_was_closed_says_nothing_and_several_in_a_row_do() {
        let limit = ConcurrencyLimit::default();
        for _ in 0..10 {
            limit.broken();
            limit.answered(Kind::Upload, Duration::from_secs(9));
        }
        assert!(limit.lock().limit >= FIRST_LIMIT);
        (0..FAILURES).for_each(|_| limit.broken());
        assert!(limit.lock().limit < FIRST_LIMIT);
    }
}
