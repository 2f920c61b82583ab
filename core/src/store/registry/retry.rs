//! The retry policy: what is tried again, after how long, and when that ends.

use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::config::Limits;
use ocigraph_types::{Code, Error, Result};

/// A longer wait than this is the caller's to decide about.
pub(super) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);

/// More is shown as this.
const LONGEST_SAID: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Statuses that may pass by themselves. 499 and 522 are those of proxies in front of registries.
pub(super) fn is_retryable_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 499 | 500 | 502 | 503 | 504 | 522)
}

/// The value of a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        // Some send fractions, and figures that no clock holds.
        let seconds = value.parse::<f64>().ok()?.ceil().min(LONGEST_SAID.as_secs_f64());
        return Some(Duration::from_secs_f64(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(value)
        .ok()?;
    let seconds = date.as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The tries of one request.
#[derive(Debug)]
pub(super) struct Backoff {
    tries: u32,
    left: u32,
    stalled: Duration,
    since: Instant,
}

impl Backoff {
    pub(super) fn new(limits: &Limits) -> Self {
        let tries = limits.max_attempts.max(1);
        Self { tries, left: tries - 1, stalled: limits.stall_timeout, since: Instant::now() }
    }

    /// The same, for what goes on since a byte moved last.
    pub(super) fn since(mut self, moved: Option<Instant>) -> Self {
        self.since = moved.unwrap_or(self.since);
        self
    }

    /// A byte moved then.
    pub(super) fn moved(&mut self, then: Instant) {
        self.since = self.since.max(then);
    }

    /// When a byte moved last.
    pub(super) fn last_moved(&self) -> Instant {
        self.since
    }

    /// When the promise ends that something moves.
    pub(super) fn deadline(&self) -> Instant {
        self.since + self.stalled
    }

    pub(super) fn stalled(&self, why: &str) -> Error {
        Error::new(
            Code::Timeout,
            format!("nothing moved for {} seconds: {why}", self.stalled.as_secs_f64()),
        )
    }

    /// Content moved: the budget starts again.
    pub(super) fn progressed(&mut self) {
        self.left = self.tries - 1;
        self.since = Instant::now();
    }

    /// Waits before the next try; gives `failure` back when there is none.
    pub(super) async fn wait(&mut self, failure: Error) -> Result<()> {
        let asked = failure.retry_after();
        if self.left == 0 || asked.is_some_and(|wait| wait > LONGEST_RETRY_AFTER) {
            return Err(failure);
        }
        let tried = self.tries - 1 - self.left;
        let wait = asked.unwrap_or_default().max(jittered(tried));
        if asked.is_none() && Instant::now() + wait >= self.deadline() {
            return Err(self.stalled(failure.message()));
        }
        self.left -= 1;
        tracing::info!(error = %failure, "trying again");
        tokio::time::sleep(wait).await;
        // The registry's own wait is no stall.
        if let Some(asked) = asked {
            self.since += asked;
        }
        Ok(())
    }
}

/// Full jitter: anything up to the doubled wait, so that many clients do not come back together.
fn jittered(tried: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let longest = FIRST_WAIT.saturating_mul(1 << tried.min(10)).min(LONGEST_WAIT);
    let random = RandomState::new().hash_one(tried);
    longest.mul_f64((random % 1024) as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert!(
            retry_after("Thu, 21 Oct 2150 07:28:00 GMT").is_some_and(|d| d > LONGEST_RETRY_AFTER)
        );
        assert_eq!(retry_after(" 1.2 "), Some(Duration::from_secs(2)));
        assert_eq!(retry_after("99999999999999999999999"), Some(LONGEST_SAID));
        for odd in ["soon", "", "-1", ".", "1e3", "inf", "1.2.3"] {
            assert_eq!(retry_after(odd), None, "{odd}");
        }
    }

    #[test]
    fn waits_double_and_stay_bounded() {
        for tried in 0..40 {
            assert!(jittered(tried) <= LONGEST_WAIT);
        }
        assert!(jittered(0) <= FIRST_WAIT);
    }
}
