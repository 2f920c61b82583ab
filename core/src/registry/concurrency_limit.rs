//! How many requests a registry is sent at once: as many as it answers without slowing down.
//!
//! The limit grows by one with each answer while most of it is used and answers come about as fast as
//! the fastest. It is halved when the registry refuses more (429, 503), when a connection breaks,
//! and when this process has no descriptor left for another one. What a caller allows for one
//! operation is a limit of its own, and counts first.

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

/// An answer is slow when it takes half as long again as the fastest, and this much more: what a busy
/// machine adds by itself.
const TOLERANCE: Duration = Duration::from_millis(2);

/// Refusals of requests that were under way together count as one.
const LEAST_PAUSE: Duration = Duration::from_millis(100);

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Answered,
    /// The other side, or this process, cannot do so many.
    TooMany,
    /// It says nothing of how many are too many.
    Otherwise,
}

/// The limit that requests of one kind to one registry share.
#[derive(Debug)]
pub(super) struct ConcurrencyLimit {
    free: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Requests under way that are not followed by others.
    debt: usize,
    fastest: Duration,
    smoothed: Duration,
    halved: Option<Instant>,
}

impl Default for ConcurrencyLimit {
    fn default() -> Self {
        let state = State {
            limit: FIRST_LIMIT,
            debt: 0,
            fastest: Duration::MAX,
            smoothed: Duration::ZERO,
            halved: None,
        };
        Self { free: Semaphore::new(FIRST_LIMIT), state: Mutex::new(state) }
    }
}

impl ConcurrencyLimit {
    /// Waits until the request may be sent.
    pub(super) async fn enter(&self) -> Passage<'_> {
        // The semaphore is never closed.
        let permit = self.free.acquire().await.ok();
        Passage { gate: self, permit, entered: Instant::now(), ended: Ended::Otherwise }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self, took: Duration) {
        let free = self.free.available_permits();
        let mut state = self.lock();
        state.fastest = state.fastest.min(took);
        state.smoothed =
            if state.smoothed.is_zero() { took } else { (state.smoothed * 7 + took) / 8 };
        let slow = state.smoothed > state.fastest.saturating_mul(3) / 2 + TOLERANCE;
        let used = free < state.limit / 2;
        if used && !slow && state.debt == 0 && state.limit < HIGHEST_LIMIT {
            state.limit += 1;
            self.free.add_permits(1);
        }
    }

    fn too_many(&self) {
        let mut state = self.lock();
        let pause = state.smoothed.max(LEAST_PAUSE);
        let now = Instant::now();
        if state.halved.is_some_and(|then| now.duration_since(then) < pause) {
            return;
        }
        let less = state.limit / 2;
        if less > 0 {
            tracing::debug!(limit = state.limit - less, "fewer requests at once");
            state.halved = Some(now);
            state.limit -= less;
            state.debt += less;
            state.debt -= self.free.forget_permits(less);
        }
    }
}

/// A request on its way.
pub(super) struct Passage<'a> {
    gate: &'a ConcurrencyLimit,
    permit: Option<SemaphorePermit<'a>>,
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
            Ended::Answered => self.gate.answered(self.entered.elapsed()),
            Ended::TooMany => self.gate.too_many(),
            Ended::Otherwise => {}
        }
        let mut state = self.gate.lock();
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

    fn try_enter(gate: &ConcurrencyLimit) -> Option<Passage<'_>> {
        tokio::task::unconstrained(gate.enter()).now_or_never()
    }

    fn fill(gate: &ConcurrencyLimit) -> Vec<Passage<'_>> {
        std::iter::from_fn(|| try_enter(gate)).collect()
    }

    fn end_all(passages: Vec<Passage<'_>>, ended: Ended) {
        passages.into_iter().for_each(|passage| passage.end(ended));
    }

    #[tokio::test(start_paused = true)]
    async fn the_limit_grows_while_answers_are_fast_and_stops_where_they_slow_down() {
        let gate = ConcurrencyLimit::default();
        for _ in 0..8 {
            let passages = fill(&gate);
            assert!(passages.len() >= FIRST_LIMIT && passages.len() <= HIGHEST_LIMIT);
            tokio::time::advance(Duration::from_millis(20)).await;
            end_all(passages, Ended::Answered);
        }
        assert_eq!(fill(&gate).len(), HIGHEST_LIMIT);

        let gate = ConcurrencyLimit::default();
        fill(&gate).pop().unwrap().end(Ended::Answered);
        let before = gate.lock().limit;
        for _ in 0..8 {
            let passages = fill(&gate);
            tokio::time::advance(Duration::from_millis(50)).await;
            end_all(passages, Ended::Answered);
        }
        assert!(gate.lock().limit <= before + 1, "{gate:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_halve_the_limit_down_to_one_and_never_lose_a_place() {
        let gate = ConcurrencyLimit::default();
        for limit in [16, 8, 4, 2, 1, 1] {
            tokio::time::advance(Duration::from_secs(1)).await;
            let passages = fill(&gate);
            // All that were under way are refused, and that counts once.
            end_all(passages, Ended::TooMany);
            let passages = fill(&gate);
            assert_eq!(passages.len(), limit);
            drop(passages);
            assert_eq!(fill(&gate).len(), limit);
        }
    }
}
