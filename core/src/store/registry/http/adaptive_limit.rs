//! The limit on concurrent requests to one registry, which adapts to what the registry can serve.
//!
//! The limit grows with each response while more than half of it is used. Below the baseline it
//! always grows; above it only while responses are about as fast as the fastest of their kind. It
//! is halved when the registry refuses requests (429, 503), when several connections fail in a row,
//! and when this process runs out of file descriptors. The limit of one operation, which the caller
//! sets, is separate and applies first.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// The limit for a registry that has not responded yet.
const INITIAL_LIMIT: usize = 32;
pub(super) const MAX_LIMIT: usize = 128;

/// The lowest baseline: up to here the limit always grows again.
const MIN_BASELINE: usize = 4;

/// A response is slow if it takes more than twice as long as the fastest one, plus this tolerance for the load of
/// the local machine. One on a new connection takes twice as long without TLS, and says nothing of a load.
const TOLERANCE: Duration = Duration::from_millis(5);

/// The fastest response is measured again after this time, since the network path may have changed.
const WINDOW: Duration = Duration::from_secs(10);

/// The limit is halved at most once in this time: requests that were sent together are refused
/// together.
const MIN_INTERVAL: Duration = Duration::from_millis(100);

/// This many failed connections in a row count as a refusal; a single one may have another cause.
const MAX_FAILURES: usize = 3;

/// The kind of a request: responses of one kind take about the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestKind {
    Metadata,
    Blob,
    /// Takes as long as its body, so that its duration is not measured.
    Upload,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequestOutcome {
    Answered,
    /// The registry refused it, or this process has no file descriptor left.
    Refused,
    /// The connection failed.
    ConnectionFailed,
    /// Any other end, which does not affect the limit.
    Other,
}

/// The limit that all requests to one registry share.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit {
    free: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Up to here the limit grows even if responses are slow.
    baseline: usize,
    /// Permits in use that are withdrawn when they are returned.
    surplus: usize,
    metadata: Latency,
    blobs: Latency,
    /// Connections that failed since the last response.
    failures: usize,
    last_halved: Option<Instant>,
}

/// The duration of responses of one kind.
#[derive(Debug, Default)]
struct Latency {
    /// The shortest duration, and when it was first measured.
    fastest: Option<(Duration, Instant)>,
    smoothed: Duration,
}

impl Latency {
    /// Records a response. Returns true if responses have become slow.
    fn is_slow(&mut self, duration: Duration) -> bool {
        let now = Instant::now();
        self.smoothed =
            if self.fastest.is_none() { duration } else { (self.smoothed * 7 + duration) / 8 };
        self.fastest = Some(match self.fastest {
            Some((fastest, since)) if now.duration_since(since) < WINDOW => {
                (fastest.min(duration), since)
            }
            _ => (duration, now),
        });
        self.fastest
            .is_some_and(|(fastest, _)| self.smoothed > fastest.saturating_mul(2) + TOLERANCE)
    }
}

impl Default for ConcurrencyLimit {
    fn default() -> Self {
        let state = State {
            limit: INITIAL_LIMIT,
            baseline: INITIAL_LIMIT,
            surplus: 0,
            metadata: Latency::default(),
            blobs: Latency::default(),
            failures: 0,
            last_halved: None,
        };
        Self { free: Semaphore::new(INITIAL_LIMIT), state: Mutex::new(state) }
    }
}

impl ConcurrencyLimit {
    /// Waits until a request may be sent.
    pub(super) async fn acquire(&self, kind: RequestKind) -> ConcurrencyPermit<'_> {
        // The semaphore is never closed.
        let permit = self.free.acquire().await.ok();
        ConcurrencyPermit {
            limit: self,
            permit,
            kind,
            started: Instant::now(),
            outcome: RequestOutcome::Other,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record_response(&self, kind: RequestKind, duration: Duration) {
        let free = self.free.available_permits();
        let mut state = self.lock();
        state.failures = 0;
        let slow = match kind {
            RequestKind::Metadata => state.metadata.is_slow(duration),
            RequestKind::Blob => state.blobs.is_slow(duration),
            RequestKind::Upload => false,
        };
        let used = free * 2 < state.limit;
        let grows = state.limit < state.baseline || (!slow && state.limit < MAX_LIMIT);
        if used && grows && state.surplus == 0 {
            state.limit += 1;
            self.free.add_permits(1);
        }
    }

    fn record_connection_failure(&self) {
        let failures = {
            let mut state = self.lock();
            state.failures += 1;
            state.failures
        };
        if failures >= MAX_FAILURES {
            self.halve();
        }
    }

    fn halve(&self) {
        let mut state = self.lock();
        let interval = state.metadata.smoothed.max(state.blobs.smoothed).max(MIN_INTERVAL);
        let now = Instant::now();
        if state.last_halved.is_some_and(|then| now.duration_since(then) < interval) {
            return;
        }
        let less = state.limit / 2;
        if less > 0 {
            tracing::debug!(limit = state.limit - less, "lowered the limit on concurrent requests");
            state.last_halved = Some(now);
            // The number that was refused is not reached again quickly; three quarters of it are.
            state.baseline = (state.limit - state.limit / 4).clamp(MIN_BASELINE, INITIAL_LIMIT);
            state.limit -= less;
            state.surplus += less;
            state.surplus -= self.free.forget_permits(less);
        }
    }
}

/// The permission to send one request, which ends when it is dropped.
pub(super) struct ConcurrencyPermit<'a> {
    limit: &'a ConcurrencyLimit,
    permit: Option<SemaphorePermit<'a>>,
    kind: RequestKind,
    started: Instant,
    outcome: RequestOutcome,
}

impl ConcurrencyPermit<'_> {
    /// Measures the duration of the request from now on: it waited for something else than the registry.
    pub(super) fn restart(&mut self) {
        self.started = Instant::now();
    }

    /// Records how the request ended. A permit that is only dropped does not affect the limit.
    pub(super) fn finish(mut self, outcome: RequestOutcome) {
        self.outcome = outcome;
    }
}

impl Drop for ConcurrencyPermit<'_> {
    fn drop(&mut self) {
        match self.outcome {
            RequestOutcome::Answered => {
                self.limit.record_response(self.kind, self.started.elapsed());
            }
            RequestOutcome::Refused => self.limit.halve(),
            RequestOutcome::ConnectionFailed => self.limit.record_connection_failure(),
            RequestOutcome::Other => {}
        }
        let mut state = self.limit.lock();
        if state.surplus > 0
            && let Some(permit) = self.permit.take()
        {
            state.surplus -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn fill(limit: &ConcurrencyLimit, kind: RequestKind) -> Vec<ConcurrencyPermit<'_>> {
        let acquire = || tokio::task::unconstrained(limit.acquire(kind)).now_or_never();
        std::iter::from_fn(acquire).collect()
    }

    /// Uses all permits, and returns them with this outcome.
    async fn round(
        limit: &ConcurrencyLimit,
        kind: RequestKind,
        milliseconds: u64,
        outcome: RequestOutcome,
    ) -> usize {
        let permits = fill(limit, kind);
        let count = permits.len();
        tokio::time::advance(Duration::from_millis(milliseconds)).await;
        permits.into_iter().for_each(|permit| permit.finish(outcome));
        count
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_grows_while_responses_are_fast_and_stops_when_they_slow_down() {
        let limit = ConcurrencyLimit::default();
        // Metadata that arrives faster than blobs does not matter.
        round(&limit, RequestKind::Metadata, 1, RequestOutcome::Answered).await;
        for _ in 0..10 {
            round(&limit, RequestKind::Blob, 20, RequestOutcome::Answered).await;
        }
        assert_eq!(fill(&limit, RequestKind::Blob).len(), MAX_LIMIT);

        // A response on a new connection takes two round trips.
        let limit = ConcurrencyLimit::default();
        round(&limit, RequestKind::Metadata, 20, RequestOutcome::Answered).await;
        for _ in 0..10 {
            round(&limit, RequestKind::Metadata, 40, RequestOutcome::Answered).await;
        }
        assert_eq!(fill(&limit, RequestKind::Metadata).len(), MAX_LIMIT);

        let limit = ConcurrencyLimit::default();
        drop(fill(&limit, RequestKind::Blob));
        limit.record_response(RequestKind::Blob, Duration::from_millis(1));
        for _ in 0..10 {
            round(&limit, RequestKind::Blob, 50, RequestOutcome::Answered).await;
        }
        assert_eq!(limit.lock().limit, INITIAL_LIMIT, "{limit:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_halve_the_limit_down_to_one_and_it_grows_again() {
        let limit = ConcurrencyLimit::default();
        for expected in [16, 8, 4, 2, 1, 1] {
            tokio::time::advance(Duration::from_secs(1)).await;
            // All concurrent requests are refused, which halves the limit once.
            round(&limit, RequestKind::Metadata, 0, RequestOutcome::Refused).await;
            assert_eq!(fill(&limit, RequestKind::Metadata).len(), expected);
            assert_eq!(fill(&limit, RequestKind::Metadata).len(), expected, "no permit is lost");
        }
        for milliseconds in [20, 30, 20, 35, 25, 20, 20, 20, 20, 20, 20, 20] {
            round(&limit, RequestKind::Metadata, milliseconds, RequestOutcome::Answered).await;
        }
        assert!(limit.lock().limit >= INITIAL_LIMIT, "{limit:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn several_failed_connections_in_a_row_lower_the_limit_and_single_ones_do_not() {
        let limit = ConcurrencyLimit::default();
        for _ in 0..10 {
            limit.record_connection_failure();
            limit.record_response(RequestKind::Upload, Duration::from_secs(9));
        }
        assert!(limit.lock().limit >= INITIAL_LIMIT);
        (0..MAX_FAILURES).for_each(|_| limit.record_connection_failure());
        assert!(limit.lock().limit < INITIAL_LIMIT);
    }
}
