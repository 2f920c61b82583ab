//! The caller's budget of requests a second to one host and port.
//!
//! Requests take turns: in any one second, no more are sent than the budget allows, and they are spread
//! over the second instead of being sent together at its beginning. What a registry refuses below the
//! budget is learned elsewhere. All connections of a client share one budget for each host and port.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Queue, MutexGuard as Place},
    time::{Instant, sleep_until},
};
use url::Url;

use crate::store::registry::shared_map::SharedMap;

const SECOND: Duration = Duration::from_secs(1);

/// What was not used for so long can still be sent: timers and threads are late by some milliseconds.
const LATE: Duration = Duration::from_millis(50);

/// From here on, a budget limits nothing: no client sends so much.
const NO_BUDGET: u32 = 1_000_000;

/// The budgets of all hosts that a client reaches. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budgets(Arc<SharedMap<String, Budget>>);

impl Budgets {
    /// Returns the budget of a URL's host and port, or `None` if it has no limit.
    pub(super) fn of(&self, url: &Url, per_second: u32) -> Option<Arc<Budget>> {
        if per_second >= NO_BUDGET {
            return None;
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let host = format!("{}:{port}", url.host_str().unwrap_or_default());
        Some(self.0.get_or_insert(host, || Budget::new(per_second)))
    }
}

/// The budget of one host.
#[derive(Debug)]
pub(super) struct Budget {
    /// Held by the request that is next.
    queue: Queue<()>,
    sent: Mutex<Sent>,
}

/// What was sent, or will be at an instant that is assigned already.
#[derive(Debug)]
struct Sent {
    per_second: usize,
    /// When the next request is due if requests are spread evenly.
    due: Option<Instant>,
    /// The last requests, at most as many as are allowed in one second.
    last: VecDeque<Instant>,
}

impl Sent {
    /// Returns when the next request may be sent: now, or at a later instant.
    fn next(&self, now: Instant) -> Instant {
        let spread = self.due.and_then(|due| due.checked_sub(LATE));
        let counted = (self.last.len() >= self.per_second).then(|| self.last.front()).flatten();
        let counted = counted.map(|first| *first + SECOND);
        [spread, counted].into_iter().flatten().fold(now, Instant::max)
    }

    /// Counts a request, and returns when it may be sent.
    fn count(&mut self, now: Instant) -> Instant {
        let instant = self.next(now);
        if self.last.len() >= self.per_second {
            self.last.pop_front();
        }
        self.last.push_back(instant);
        let per_second = u32::try_from(self.per_second).unwrap_or(u32::MAX);
        self.due = Some(self.due.map_or(instant, |due| due.max(instant)) + SECOND / per_second);
        instant
    }
}

impl Budget {
    fn new(per_second: u32) -> Self {
        let per_second = per_second.max(1) as usize;
        let sent = Sent { per_second, due: None, last: VecDeque::new() };
        Self { queue: Queue::default(), sent: Mutex::new(sent) }
    }

    /// Waits until a request may be sent. It is counted by [`Turn::take`].
    pub(super) async fn turn(&self) -> Turn<'_> {
        let place = self.queue.lock().await;
        loop {
            let now = Instant::now();
            let next = self.lock().next(now);
            if next <= now {
                return Turn { budget: self, _place: place };
            }
            sleep_until(next).await;
        }
    }

    /// Counts a request that is part of another one, and waits until it may be sent. It is before all
    /// requests that wait for their turn, since these may wait for the other one.
    pub(super) async fn take_first(&self) {
        let instant = self.lock().count(Instant::now());
        sleep_until(instant).await;
    }

    fn lock(&self) -> MutexGuard<'_, Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permission to send one request now.
pub(super) struct Turn<'a> {
    budget: &'a Budget,
    _place: Place<'a, ()>,
}

impl Turn<'_> {
    /// Counts the request. It may be sent when this returns.
    pub(super) async fn take(self) {
        let instant = self.budget.lock().count(Instant::now());
        // Almost never later: a part of another request was counted since.
        if instant > Instant::now() {
            sleep_until(instant).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the largest number of requests within any one second.
    fn busiest(sent: &[Instant]) -> usize {
        let within = |first: &Instant| {
            sent.iter().filter(|i| *i >= first && i.duration_since(*first) < SECOND).count()
        };
        sent.iter().map(within).max().unwrap_or_default()
    }

    async fn sent(budget: &Budget, count: usize, is_part: impl Fn(usize) -> bool) -> Vec<Instant> {
        let one = |i| {
            let is_part = is_part(i);
            async move {
                match is_part {
                    true => budget.take_first().await,
                    false => budget.turn().await.take().await,
                }
                Instant::now()
            }
        };
        futures::future::join_all((0..count).map(one)).await
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_has_more_requests_than_the_budget_and_none_is_wasted() {
        for per_second in [1, 2, 7, 33, 100, 1000, 20_000] {
            let budget = Budget::new(per_second);
            let count = 3 * per_second as usize;
            for _ in 0..2 {
                let started = Instant::now();
                let mut all = sent(&budget, count, |i| i % 5 == 3).await;
                all.sort();
                let elapsed = started.elapsed().as_secs_f64();
                assert!(elapsed < 3.1, "{per_second}: {elapsed} s");
                if per_second <= 1000 {
                    // Timers have a resolution of 1 ms.
                    assert!(busiest(&all) <= per_second as usize + 2, "{per_second}");
                    // After a pause, they are not sent together.
                    let first = all.iter().filter(|i| i.duration_since(all[0]) < SECOND / 10);
                    assert!(first.count() <= 2 + per_second as usize / 5, "{per_second}");
                }
                tokio::time::advance(10 * SECOND).await;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_not_taken_costs_nothing() {
        let budget = Budget::new(1);
        let started = Instant::now();
        for _ in 0..100 {
            drop(budget.turn().await);
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
        budget.turn().await.take().await;
        budget.take_first().await;
        assert!(started.elapsed() >= SECOND);
    }

    #[test]
    fn each_host_and_port_has_its_own_budget() {
        let budgets = Budgets::default();
        let of = |url: &str| budgets.of(&url.parse().unwrap(), 5).unwrap();
        assert!(Arc::ptr_eq(&of("https://a.example/v2/"), &of("https://a.example:443/token")));
        assert!(!Arc::ptr_eq(&of("https://a.example/"), &of("https://a.example:8443/")));
        assert!(!Arc::ptr_eq(&of("https://a.example/"), &of("https://b.example/")));
        assert!(budgets.of(&"https://a.example/".parse().unwrap(), u32::MAX).is_none());
    }
}
