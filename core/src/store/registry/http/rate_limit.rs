//! The limit on the rate of requests, which is learned from the registry's refusals (429).
//!
//! Time is divided into epochs. An epoch opens when requests are admitted after a pause, and closes
//! when a request is refused or when the ceiling is reached. The ceiling is what the last refused
//! epoch admitted, and the time from its start to the next one. This describes a window of fixed
//! length and a token bucket alike: a window admits all its requests immediately, a bucket in each
//! epoch what it has refilled since the last one. A ceiling is tried again from time to time with
//! single requests, so that a wrong one is corrected.
//!
//! Each kind of request has its own ceiling. The clock is the caller's, and nothing is sent here.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::Method;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::{
    request::Request,
    retry::{LONGEST_RETRY_AFTER, announce},
};

/// The shortest pause after a refusal, and the shortest one without `Retry-After`: in one second, a
/// bucket refills enough that a fraction of a request counts little.
const MIN_PAUSE: Duration = Duration::from_millis(250);
const DEFAULT_PAUSE: Duration = Duration::from_secs(1);

/// Without `Retry-After`, a pause is at least this part of the time since the last admitted request,
/// so that the end of a window is found with few requests and is missed by little.
const PAUSE_DIVISOR: u32 = 16;

/// A request without a response after this time counts as admitted: refusals arrive quickly.
const MAX_REFUSAL_TIME: Duration = Duration::from_secs(1);

/// The time in which a ceiling is not tried, which doubles while trials confirm it.
const MIN_TRIAL_INTERVAL: Duration = Duration::from_secs(1);
const MAX_TRIAL_INTERVAL: Duration = Duration::from_secs(60);

/// The largest number of requests of a trial that are sent together.
const MAX_TRIAL: usize = 8;

/// A request that was refused less often waits for as long as the registry serves others.
const MIN_REFUSALS: u32 = 8;

/// The kinds of requests that registries limit separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Route {
    resource: Resource,
    access: Access,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    Referrers,
    Manifest,
    Blob,
    /// Content where the registry redirected to before, whose limits are not the registry's.
    Redirected,
    Other,
}

/// Docker Hub counts GET and not HEAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Get,
    Head,
    Change,
}

impl Route {
    const COUNT: usize = 15;

    /// The route of a request for the content of a blob.
    pub(super) const BLOB: Self = Self { resource: Resource::Blob, access: Access::Get };

    pub(super) fn of(request: &Request) -> Self {
        // A repository can have such names too: `app/referrers/base`.
        let mut segments = request.url.path().rsplit('/');
        let last = std::array::from_fn(|_| segments.next().unwrap_or_default());
        let memory = request.redirect_memory.as_ref();
        let resource = match last {
            _ if memory.is_some_and(|memory| memory.get().is_some()) => Resource::Redirected,
            [_, "manifests", _] => Resource::Manifest,
            [_, "blobs", _] => Resource::Blob,
            // The ORAS APIs end with `referrers`.
            [_, "referrers", _] | ["referrers", ..] => Resource::Referrers,
            // GitHub's registry answers with `upload`.
            [_, "uploads" | "upload", "blobs"] => Resource::Blob,
            _ => Resource::Other,
        };
        let access = match request.method {
            Method::GET => Access::Get,
            Method::HEAD => Access::Head,
            _ => Access::Change,
        };
        Self { resource, access }
    }

    fn index(self) -> usize {
        self.resource as usize * 3 + self.access as usize
    }
}

/// The ceilings of one registry, for as long as the client lives.
#[derive(Debug)]
pub(super) struct RateLimits([RateLimit; Route::COUNT]);

impl RateLimits {
    /// `patience` is the time for which a kind of request that was admitted may be refused before
    /// refusals count as failures.
    pub(super) fn new(patience: Duration) -> Self {
        let is_serving = Arc::new(AtomicBool::new(false));
        Self(std::array::from_fn(|_| RateLimit {
            pace: Mutex::new(Pace::new(patience)),
            changed: Notify::new(),
            is_serving: Arc::clone(&is_serving),
        }))
    }

    /// Returns true if a limit on requests of this kind was learned.
    pub(super) fn is_known(&self, route: Route) -> bool {
        self.of(route).lock().ceiling.is_some()
    }

    pub(super) fn of(&self, route: Route) -> &RateLimit {
        &self.0[route.index()]
    }
}

/// The limit on requests of one kind.
#[derive(Debug)]
pub(super) struct RateLimit {
    pace: Mutex<Pace>,
    changed: Notify,
    /// The registry has admitted a request of any kind.
    is_serving: Arc<AtomicBool>,
}

impl RateLimit {
    /// Waits until a request may be sent. Others can be faster: [`Self::try_start`] decides.
    pub(super) async fn ready(&self, host: &str) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let turn = self.lock().turn(Instant::now());
            match turn {
                Turn::Now => return,
                Turn::At(instant) => {
                    let wait = instant.duration_since(Instant::now());
                    announce(wait, format_args!("{host} limits the rate of requests (HTTP 429)"));
                    tokio::select! {
                        () = sleep_until(instant) => {}
                        () = changed => {}
                    }
                }
            }
        }
    }

    /// Counts a request as sent, if one may be sent now.
    pub(super) fn try_start(&self) -> Option<RateTurn<'_>> {
        let now = Instant::now();
        let mut pace = self.lock();
        match pace.turn(now) {
            Turn::Now => Some(RateTurn { limit: self, epoch: pace.start(now), end: End::Unknown }),
            Turn::At(_) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that was counted as sent.
pub(super) struct RateTurn<'a> {
    limit: &'a RateLimit,
    epoch: u64,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Admitted,
    /// With the pause that the registry asks for.
    Refused(Option<Duration>),
    /// It is not known whether the registry counted it.
    Unknown,
}

impl RateTurn<'_> {
    pub(super) fn admitted(mut self) {
        self.end = End::Admitted;
        self.limit.is_serving.store(true, Ordering::Relaxed);
    }

    /// Records a refusal. Returns true if the registry serves this client, so that the refusal is
    /// not a failure.
    pub(super) fn refused(mut self, retry_after: Option<Duration>) -> bool {
        if retry_after.is_some_and(|wait| wait > LONGEST_RETRY_AFTER) {
            return false;
        }
        self.end = End::Refused(retry_after);
        let now = Instant::now();
        let is_served = {
            let mut pace = self.limit.lock();
            // Other kinds can have used what is admitted of all kinds together.
            if pace.served_until.is_none() && self.limit.is_serving.load(Ordering::Relaxed) {
                pace.served_until = Some(now + retry_after.unwrap_or_default() + pace.patience);
            }
            pace.is_served(now)
        };
        drop(self);
        is_served
    }
}

/// The refusals of one request. A registry can have a limit for a single manifest, and serve all others.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    first: Option<Instant>,
    count: u32,
}

impl Refusals {
    /// Records a refusal. Returns true if the request was refused so often, and for so long, that the
    /// refusal is a failure, although the registry serves other requests.
    pub(super) fn add(&mut self, patience: Duration) -> bool {
        let now = Instant::now();
        let first = *self.first.get_or_insert(now);
        self.count = self.count.saturating_add(1);
        self.count >= MIN_REFUSALS && now.duration_since(first) > patience + LONGEST_RETRY_AFTER
    }
}

impl Drop for RateTurn<'_> {
    fn drop(&mut self) {
        self.limit.lock().finish(self.epoch, self.end, Instant::now());
        self.limit.changed.notify_waiters();
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Now,
    /// Not before this instant, unless a request ends earlier.
    At(Instant),
}

/// What a registry admits: `count` requests in each `period`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ceiling {
    count: usize,
    period: Duration,
    /// The epoch that taught it began after a pause. Before the first pause, an epoch can begin at
    /// any time.
    is_exact: bool,
}

/// The state of one limit.
#[derive(Debug)]
struct Pace {
    patience: Duration,
    /// Until then, a refusal is not a failure.
    served_until: Option<Instant>,
    ceiling: Option<Ceiling>,
    epoch: u64,
    /// When the first request of the epoch was sent.
    opened: Option<Instant>,
    /// The epoch followed a pause.
    is_after_pause: bool,
    /// The opening of the last epoch in which a request was admitted.
    served: Option<Instant>,
    sent: usize,
    in_flight: usize,
    refused: usize,
    last_sent: Option<Instant>,
    /// Requests that may be sent in this epoch until their responses are known.
    allowed: usize,
    closed_until: Option<Instant>,
    /// The ceiling is not exceeded before this instant.
    next_trial: Option<Instant>,
    trial_interval: Duration,
    /// Requests of the next trial.
    step: usize,
}

impl Pace {
    fn new(patience: Duration) -> Self {
        Self {
            patience,
            served_until: None,
            ceiling: None,
            epoch: 0,
            opened: None,
            is_after_pause: false,
            served: None,
            sent: 0,
            in_flight: 0,
            refused: 0,
            last_sent: None,
            allowed: usize::MAX,
            closed_until: None,
            next_trial: None,
            trial_interval: Duration::ZERO,
            step: 1,
        }
    }

    /// Returns whether a request may be sent now, or when that is decided.
    fn turn(&mut self, now: Instant) -> Turn {
        loop {
            if let Some(until) = self.closed_until {
                if now < until {
                    return Turn::At(until);
                }
                self.open(until, now);
                continue;
            }
            self.end_old_epoch(now);
            if self.sent < self.allowed {
                return Turn::Now;
            }
            let settled = self.last_sent.unwrap_or(now) + MAX_REFUSAL_TIME;
            if self.in_flight > 0 && now < settled {
                return Turn::At(settled);
            }
            match self.ceiling {
                None => self.allowed = usize::MAX,
                Some(ceiling) if self.sent < ceiling.count => self.allowed = ceiling.count,
                Some(ceiling) if self.next_trial.is_some_and(|instant| now < instant) => {
                    self.closed_until = Some(self.opened.unwrap_or(now) + ceiling.period);
                }
                Some(_) => {
                    self.allowed = self.sent + self.step;
                    self.step = (2 * self.step).min(MAX_TRIAL);
                }
            }
        }
    }

    /// Counts a request as sent, and returns its epoch.
    fn start(&mut self, now: Instant) -> u64 {
        if self.sent == 0 {
            self.opened = Some(now);
        }
        self.last_sent = Some(now);
        self.sent += 1;
        self.in_flight += 1;
        self.epoch
    }

    fn finish(&mut self, epoch: u64, end: End, now: Instant) {
        if let End::Admitted = end {
            self.served_until = self.served_until.max(Some(now + self.patience));
        }
        // What an earlier epoch sent is counted there already.
        if epoch != self.epoch {
            return;
        }
        self.in_flight -= 1;
        if let End::Refused(retry_after) = end {
            self.refused += 1;
            self.close(retry_after, now);
        }
    }

    fn is_served(&self, now: Instant) -> bool {
        self.served_until.is_some_and(|until| now < until)
    }

    /// Requests of this epoch that the registry admitted, or will.
    fn admitted(&self) -> usize {
        self.sent - self.refused
    }

    /// Pauses after a refusal.
    fn close(&mut self, retry_after: Option<Duration>, now: Instant) {
        let opened = self.opened.unwrap_or(now);
        let was_served = self.admitted() > self.in_flight;
        let until = match retry_after {
            Some(wait) => now + wait.max(MIN_PAUSE),
            None => {
                // A short period is measured again, since it includes the time of the requests.
                let known = self.ceiling.filter(|ceiling| {
                    was_served && ceiling.is_exact && ceiling.period > 4 * DEFAULT_PAUSE
                });
                let known = known.map(|ceiling| opened + ceiling.period);
                let since = if was_served { now } else { self.served.unwrap_or(now) };
                let pause = DEFAULT_PAUSE.max(now.duration_since(since) / PAUSE_DIVISOR);
                known.unwrap_or(now).max(now + pause)
            }
        };
        if was_served {
            // The pause that the registry asks for is not a failure to serve.
            self.served_until = self.served_until.max(Some(until + self.patience));
        }
        self.closed_until = self.closed_until.max(Some(until));
    }

    /// Starts the next epoch, and learns from the last one.
    fn open(&mut self, until: Instant, now: Instant) {
        let opened = self.opened.unwrap_or(now);
        let count = self.admitted();
        if count > 0 {
            self.served = Some(opened);
            if self.refused > 0 {
                let whole = until - opened;
                let period = whole.min(LONGEST_RETRY_AFTER);
                self.learn(part_of(count, period, whole), period, now);
            }
        } else if let (Some(ceiling), Some(served)) = (&mut self.ceiling, self.served) {
            // The last epoch opened too early.
            ceiling.period = (until - served).min(LONGEST_RETRY_AFTER);
        }
        // Time in which nothing was to be sent is not part of a period.
        self.served = self.served.map(|served| served + (now - until));
        // A registry that serves this kind of request gets a single request first. Any other gets
        // all of them, so that each fails in its own time.
        self.restart(if self.is_served(now) { 1 } else { usize::MAX });
        self.is_after_pause = true;
    }

    fn learn(&mut self, count: usize, period: Duration, now: Instant) {
        let known = self.ceiling.filter(|known| known.is_exact);
        // A trial also gets what a bucket has kept from earlier epochs.
        let count = match known {
            Some(known) if known.count < count => (known.count + count).div_ceil(2),
            _ => count,
        };
        let interval = if known.is_some() { 2 * self.trial_interval } else { period };
        self.trial_interval = interval.clamp(MIN_TRIAL_INTERVAL, MAX_TRIAL_INTERVAL);
        self.ceiling = Some(Ceiling { count, period, is_exact: self.is_after_pause });
        self.next_trial = self.is_after_pause.then_some(now + self.trial_interval);
        tracing::debug!(count, ?period, "learned what the registry admits");
    }

    /// Ends an epoch whose time is over, although its ceiling was not reached.
    fn end_old_epoch(&mut self, now: Instant) {
        let Some(opened) = self.opened else { return };
        let period = self.ceiling.map_or(LONGEST_RETRY_AFTER / 2, |ceiling| ceiling.period);
        if self.in_flight > 0 || self.sent == 0 || now.duration_since(opened) < period {
            return;
        }
        let admitted = self.admitted();
        if let Some(ceiling) = &mut self.ceiling {
            ceiling.count = ceiling.count.max(admitted);
        }
        self.served = Some(opened);
        self.restart(if self.ceiling.is_some() { 1 } else { usize::MAX });
        self.is_after_pause = false;
    }

    fn restart(&mut self, allowed: usize) {
        self.epoch += 1;
        self.opened = None;
        (self.sent, self.in_flight, self.refused) = (0, 0, 0);
        (self.allowed, self.step) = (allowed, 1);
        (self.closed_until, self.last_sent) = (None, None);
    }
}

/// Returns what is admitted in a part of the time in which `count` requests are: at least one.
fn part_of(count: usize, period: Duration, whole: Duration) -> usize {
    if period >= whole {
        return count;
    }
    ((count as f64 * period.as_secs_f64() / whole.as_secs_f64()) as usize).max(1)
}

#[cfg(test)]
mod tests;
