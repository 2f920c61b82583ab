//! The registries of a sweep: which answer, and how much of the work in progress is for each.
//!
//! A registry that does not answer gets a pause, and then one request. It is given up if that fails too and no
//! other registry has work left.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use tokio::time::Instant;

use ocigraph_types::{Code, Error};

/// Requests in a row that did not reach a registry, after which it gets a pause.
pub(super) const MAX_UNREACHABLE: u32 = 32;

/// The first pause of a registry that does not answer. Each is twice as long as the one before.
const PAUSE: Duration = Duration::from_secs(5);

/// Maximum pause of a registry that does not answer.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// What work tells about its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Reached,
    /// The registry did not answer, or refuses the credential.
    Unreachable,
    /// The registry refuses something. It may answer to other requests.
    Refused,
    NotAsked,
}

impl Reach {
    pub(super) fn of(error: &Error) -> Self {
        match error.code() {
            Code::Network | Code::Timeout | Code::Tls => Self::Unreachable,
            Code::Unauthorized | Code::Forbidden => Self::Refused,
            _ => Self::Reached,
        }
    }
}

#[derive(Debug, Default)]
struct Registry {
    /// Requests in a row that did not reach it.
    failures: u32,
    running: usize,
    /// The end of its pause. `None` if it has none.
    next: Option<Instant>,
    /// The work in progress is the request after a pause.
    is_trying: bool,
    /// Requests after pauses that failed.
    tries: u32,
    is_given_up: bool,
}

#[derive(Debug, Default)]
pub(super) struct Registries {
    all: HashMap<String, Registry>,
    /// Those that have a pause, or are given up.
    paused: BTreeSet<String>,
}

impl Registries {
    /// Returns true if work of a registry can start, of which at most `share` is in progress.
    pub(super) fn is_ready(&self, name: &str, share: usize) -> bool {
        let Some(registry) = self.all.get(name) else { return true };
        match registry.next {
            // One request tells whether the registry answers again.
            Some(next) => !registry.is_given_up && registry.running == 0 && next <= Instant::now(),
            None => registry.running < share,
        }
    }

    pub(super) fn is_paused(&self, name: &str) -> bool {
        self.paused.contains(name)
    }

    pub(super) fn is_given_up(&self, name: &str) -> bool {
        self.all.get(name).is_some_and(|registry| registry.is_given_up)
    }

    /// Counts work that starts.
    pub(super) fn start(&mut self, name: &str) {
        if !self.all.contains_key(name) {
            self.all.insert(name.to_owned(), Registry::default());
        }
        if let Some(registry) = self.all.get_mut(name) {
            registry.running += 1;
            registry.is_trying = registry.next.is_some();
        }
    }

    /// Counts work that ends.
    pub(super) fn end(&mut self, name: &str, reach: Reach) {
        let Some(registry) = self.all.get_mut(name) else { return };
        registry.running = registry.running.saturating_sub(1);
        let was_trying = std::mem::take(&mut registry.is_trying);
        match reach {
            Reach::NotAsked => {}
            Reach::Reached => {
                registry.failures = 0;
                registry.tries = 0;
                registry.next = None;
                self.paused.remove(name);
            }
            Reach::Unreachable | Reach::Refused if was_trying => {
                registry.tries += 1;
                let pause = PAUSE.saturating_mul(1 << registry.tries.min(8)).min(MAX_PAUSE);
                registry.next = Some(Instant::now() + pause);
            }
            Reach::Unreachable => {
                registry.failures += 1;
                if registry.failures >= MAX_UNREACHABLE && registry.next.is_none() {
                    tracing::debug!(registry = name, "a registry does not answer");
                    registry.next = Some(Instant::now() + PAUSE);
                    self.paused.insert(name.to_owned());
                }
            }
            Reach::Refused => {}
        }
    }

    /// Returns when the first pause of a registry with work ends. If nothing else is in progress and all were
    /// tried after a pause, gives them up, and returns `None`.
    pub(super) fn next_try(
        &mut self,
        has_work: impl Fn(&str) -> bool,
        is_idle: bool,
    ) -> Option<Instant> {
        let mut next = None;
        let mut were_tried = true;
        for name in &self.paused {
            let registry = self.all.get(name).filter(|r| !r.is_given_up && r.running == 0);
            let Some(registry) = registry.filter(|_| has_work(name)) else { continue };
            were_tried &= registry.tries > 0;
            next = match (next, registry.next) {
                (Some(first), Some(other)) => Some(std::cmp::min(first, other)),
                (first, other) => first.or(other),
            };
        }
        if is_idle && were_tried {
            for name in &self.paused {
                if let Some(registry) = self.all.get_mut(name) {
                    registry.is_given_up = true;
                }
            }
            return None;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_registry_that_does_not_answer_is_tried_again_before_it_is_given_up() {
        let mut registries = Registries::default();
        let fail = |registries: &mut Registries, count| {
            for _ in 0..count {
                assert!(registries.is_ready("r", 1));
                registries.start("r");
                registries.end("r", Reach::Unreachable);
            }
        };
        fail(&mut registries, MAX_UNREACHABLE);
        assert!(!registries.is_ready("r", 1));
        // It answers to the request after the pause.
        let next = registries.next_try(|_| true, true).unwrap();
        tokio::time::sleep_until(next).await;
        assert!(registries.is_ready("r", 1));
        registries.start("r");
        assert!(!registries.is_ready("r", 9), "one request is enough");
        registries.end("r", Reach::Reached);
        assert!(registries.is_ready("r", 1));
        // It does not answer.
        fail(&mut registries, MAX_UNREACHABLE);
        let next = registries.next_try(|_| true, true).unwrap();
        tokio::time::sleep_until(next).await;
        registries.start("r");
        registries.end("r", Reach::NotAsked);
        fail(&mut registries, 1);
        assert!(registries.next_try(|_| true, false).is_some(), "others have work left");
        assert!(registries.next_try(|_| true, true).is_none());
        assert!(registries.is_given_up("r") && !registries.is_ready("r", 1));
    }
}
