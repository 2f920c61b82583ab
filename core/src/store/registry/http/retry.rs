//! The retry policy: which failures are retried, after which wait, and when the retries end.

use std::{
    fmt::Display,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use http::StatusCode;
use tokio::time::Instant;

use crate::store::limits::Limits;
use ocigraph_types::{Code, Error, Result};

/// A registry that demands a longer wait than this fails the request, and the caller decides.
pub(super) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);

/// The largest `Retry-After` that is reported; a longer one is cut to this.
const LONGEST_REPORTED: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A wait that a user could take for a hang.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// Many requests wait for the same: one message in this time is enough.
const ANNOUNCEMENT_INTERVAL: Duration = Duration::from_secs(10);

/// Returns true for statuses that may be temporary. 499 (nginx) and 522 (Cloudflare) come from
/// proxies in front of registries.
pub(super) fn is_retryable_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 499 | 500 | 502 | 503 | 504 | 522)
}

/// Reads the value of a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3).
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        // Some servers send fractions, and numbers too large for a clock.
        let seconds = value.parse::<f64>().ok()?.ceil().min(LONGEST_REPORTED.as_secs_f64());
        return Some(Duration::from_secs_f64(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(value)
        .ok()?;
    let seconds = date.as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The remaining attempts of one request or transfer, and its stall deadline.
#[derive(Debug)]
pub(crate) struct Backoff {
    max_attempts: u32,
    retries_left: u32,
    stall_timeout: Duration,
    last_progress: Instant,
}

impl Backoff {
    pub(crate) fn new(limits: &Limits) -> Self {
        let max_attempts = limits.max_attempts.max(1);
        Self {
            max_attempts,
            retries_left: max_attempts - 1,
            stall_timeout: limits.stall_timeout,
            last_progress: Instant::now(),
        }
    }

    /// Starts the stall timeout at an earlier instant: the last progress of the transfer that the
    /// request continues.
    pub(super) fn since(mut self, last_progress: Option<Instant>) -> Self {
        self.last_progress = last_progress.unwrap_or(self.last_progress);
        self
    }

    /// Records that a byte was transferred at this instant.
    pub(crate) fn record_progress(&mut self, instant: Instant) {
        self.last_progress = self.last_progress.max(instant);
    }

    /// Returns when a byte was last transferred.
    pub(crate) fn last_progress(&self) -> Instant {
        self.last_progress
    }

    /// The stall deadline: fail with TIMEOUT if no byte is transferred before this instant.
    pub(super) fn deadline(&self) -> Instant {
        self.last_progress + self.stall_timeout
    }

    pub(super) fn stall_error(&self, reason: &str) -> Error {
        Error::new(
            Code::Timeout,
            format!("no progress for {} seconds: {reason}", self.stall_timeout.as_secs_f64()),
        )
    }

    /// Restores all retries, since content was transferred.
    pub(crate) fn reset(&mut self) {
        self.retries_left = self.max_attempts - 1;
        self.last_progress = Instant::now();
    }

    /// Returns true if failures are retried.
    pub(super) fn retries(&self) -> bool {
        self.max_attempts > 1
    }

    /// Waits before the next attempt. Returns `failure` if no attempt is left.
    pub(crate) async fn wait(&mut self, failure: Error) -> Result<()> {
        let retry_after = failure.retry_after();
        if self.retries_left == 0 || retry_after.is_some_and(|wait| wait > LONGEST_RETRY_AFTER) {
            return Err(failure);
        }
        let retries = self.max_attempts - 1 - self.retries_left;
        let wait = retry_after.unwrap_or_default().max(jittered(retries));
        if retry_after.is_none() && Instant::now() + wait >= self.deadline() {
            return Err(self.stall_error(failure.message()));
        }
        self.retries_left -= 1;
        tracing::info!(error = %failure, "trying again");
        announce(wait, failure.message());
        tokio::time::sleep(wait).await;
        // A wait that the registry demands is not a stall.
        if let Some(retry_after) = retry_after {
            self.last_progress += retry_after;
        }
        Ok(())
    }
}

/// Tells the user of a long wait.
pub(super) fn announce(wait: Duration, reason: impl Display) {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    // Some time of it has passed already.
    let seconds = wait.as_secs_f64().ceil();
    if seconds < LONG_WAIT.as_secs_f64() {
        return;
    }
    let now = Instant::now();
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if last.is_none_or(|last| now.duration_since(last) >= ANNOUNCEMENT_INTERVAL) {
        *last = Some(now);
        tracing::warn!("waiting for {seconds} s: {reason}");
    }
}

/// Returns a random wait below a bound that doubles with each retry ("full jitter"), so that many
/// clients do not return at the same time.
fn jittered(retries: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << retries.min(10)).min(LONGEST_WAIT);
    longest.mul_f64(fastrand::f64())
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
        assert_eq!(retry_after("99999999999999999999999"), Some(LONGEST_REPORTED));
        for odd in ["soon", "", "-1", ".", "1e3", "inf", "1.2.3"] {
            assert_eq!(retry_after(odd), None, "{odd}");
        }
    }

    #[test]
    fn waits_grow_and_stay_bounded() {
        for retries in 0..40 {
            assert!(jittered(retries) <= LONGEST_WAIT);
        }
        assert!(jittered(0) <= FIRST_WAIT);
    }
}
