//! How many connections a download of a large blob uses: more, as long as they bring more bytes.
//!
//! Starts with one connection, whose own speed is what others are compared with. Each step adds
//! connections and compares the bytes that arrive on all of them with those of the step before. Knows
//! neither requests nor content.

use std::time::Duration;

use tokio::time::Instant;

/// The numbers of connections that are tried in turn.
const STEPS: [usize; 4] = [1, 4, 8, 12];

/// The fewest connections of which more than one are tried.
pub(super) const MIN_CONNECTIONS: usize = STEPS[1];

/// More connections are tried after a step that brought this many times the bytes of the step before.
const WORTH_MORE: f64 = 1.25;

/// A step that brought fewer is taken back.
const WORTH_KEEPING: f64 = 1.05;

/// The growth of one download.
#[derive(Debug)]
pub(super) struct PartGrowth {
    step: usize,
    /// The largest step that is allowed.
    last: usize,
    /// Nothing changes any more.
    settled: bool,
    /// What was measured, until it is taken.
    result: Option<usize>,
    is_limited: bool,
    /// Bytes a second of the step before.
    before: f64,
    /// The parts of this step that have arrived. As many as it has connections may have opened one, and do
    /// not count.
    arrived: usize,
    /// Bytes of all parts since the download began.
    bytes: u64,
    /// When the measurement of this step began, and the bytes until then.
    since: Option<(Instant, u64)>,
}

impl PartGrowth {
    /// Starts a step below `known`, the number of connections that was worth its while before, with at most
    /// `most`.
    pub(super) fn new(known: usize, most: usize) -> Self {
        let last = STEPS.iter().rposition(|step| *step <= most).unwrap_or(0);
        let step = STEPS.iter().rposition(|step| *step < known).unwrap_or(0).min(last);
        Self {
            step,
            last,
            settled: last == 0,
            result: None,
            is_limited: false,
            before: 0.0,
            arrived: 0,
            bytes: 0,
            since: None,
        }
    }

    /// Returns the number of connections that was measured to be worth its while, once.
    pub(super) fn take_result(&mut self) -> Option<usize> {
        self.result.take()
    }

    /// Says that fewer parts are requested than there are connections, so that nothing can be measured.
    pub(super) fn set_limited(&mut self, is_limited: bool) {
        self.is_limited = is_limited;
        if is_limited {
            (self.arrived, self.since) = (0, None);
        }
    }

    /// Returns the number of parts to request concurrently.
    pub(super) fn connections(&self) -> usize {
        STEPS[self.step]
    }

    /// Returns true once the number of connections does not change any more.
    pub(super) fn is_settled(&self) -> bool {
        self.settled
    }

    pub(super) fn add_bytes(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Records that a part has arrived, of this many bytes in this time without the wait for the first of
    /// them.
    pub(super) fn part_arrived(&mut self, bytes: u64, time: Duration) {
        if self.settled || self.is_limited {
            return;
        }
        let now = Instant::now();
        self.arrived += 1;
        let connections = self.connections();
        if self.step == 0 {
            // The wait between two parts of one connection would not be there in one response.
            self.before = self.before.max(rate(bytes, time));
            if self.arrived == 2 {
                self.grow();
            }
        } else if self.arrived == connections {
            self.since = Some((now, self.bytes));
        } else if self.arrived == 2 * connections
            && let Some((since, before)) = self.since
        {
            let rate = rate(self.bytes - before, now.duration_since(since));
            let gain = rate / self.before;
            tracing::debug!(connections, rate, gain, "measured a download in parts");
            if gain < WORTH_KEEPING {
                self.step -= 1;
                self.settle();
            } else if gain < WORTH_MORE || self.step == self.last {
                self.settle();
            } else {
                self.before = rate;
                self.grow();
            }
        }
    }

    fn settle(&mut self) {
        self.settled = true;
        self.result = Some(self.connections());
    }

    fn grow(&mut self) {
        (self.step, self.arrived, self.since) = (self.step + 1, 0, None);
    }
}

fn rate(bytes: u64, time: Duration) -> f64 {
    bytes as f64 / time.as_secs_f64().max(1e-6)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: u64 = 1_000_000;

    /// Downloads parts over a path that gives each connection 10 parts a second, up to `most` parts a
    /// second in total. Returns the number of connections at the end.
    async fn download(growth: &mut PartGrowth, most: f64) -> usize {
        for _ in 0..200 {
            let connections = growth.connections();
            let each = (most / connections as f64).min(10.0);
            tokio::time::advance(Duration::from_secs_f64(1.0 / each)).await;
            for _ in 0..connections {
                growth.add_bytes(PART as usize);
                growth.part_arrived(PART, Duration::from_secs_f64(1.0 / each));
            }
        }
        assert!(growth.is_settled(), "{growth:?}");
        growth.connections()
    }

    #[tokio::test(start_paused = true)]
    async fn connections_are_added_while_they_bring_more() {
        for (most, expected) in [(10.0, 1), (11.0, 4), (41.0, 4), (80.0, 8), (1000.0, 12)] {
            let mut growth = PartGrowth::new(1, 100);
            assert_eq!(growth.connections(), 1);
            assert_eq!(download(&mut growth, most).await, expected, "{most} parts a second");
            assert_eq!((growth.take_result(), growth.take_result()), (Some(expected), None));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_caller_sets_the_ceiling_and_what_was_worth_it_is_tried_again() {
        for (most, expected) in [(0, 1), (1, 1), (3, 1), (4, 4), (11, 8), (12, 12)] {
            let mut growth = PartGrowth::new(1, most);
            assert_eq!(download(&mut growth, 1000.0).await, expected, "at most {most}");
            assert!(PartGrowth::new(12, most).connections() <= most.max(1), "at most {most}");
        }
        for (known, first) in [(1, 1), (4, 1), (8, 4), (12, 8)] {
            let mut growth = PartGrowth::new(known, 100);
            assert_eq!(growth.connections(), first);
            assert_eq!(download(&mut growth, 1000.0).await, 12);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_measured_while_others_use_the_connections() {
        let mut growth = PartGrowth::new(12, 100);
        growth.set_limited(true);
        for _ in 0..100 {
            tokio::time::advance(Duration::from_millis(10)).await;
            growth.part_arrived(PART, Duration::from_millis(10));
        }
        assert!(!growth.is_settled() && growth.take_result().is_none(), "{growth:?}");
        growth.set_limited(false);
        assert_eq!(download(&mut growth, 1000.0).await, 12);
    }
}
