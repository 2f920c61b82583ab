//! The rate limit beside simulated registries, in paused time.

use std::sync::atomic::AtomicUsize;

use futures::future::join_all;
use tokio::{sync::Semaphore, time::sleep};

use super::*;

const ROUND_TRIP: Duration = Duration::from_millis(20);

/// How a simulated registry limits requests.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Window,
    Bucket,
}

struct Registry {
    kind: Kind,
    requests: f64,
    period: Duration,
    has_retry_after: bool,
    state: Mutex<(Instant, f64)>,
    refused: AtomicUsize,
}

impl Registry {
    fn new(kind: Kind, requests: usize, period: Duration, has_retry_after: bool) -> Arc<Self> {
        let (requests, refused) = (requests as f64, AtomicUsize::new(0));
        let state = Mutex::new((Instant::now(), requests));
        Arc::new(Self { kind, requests, period, has_retry_after, state, refused })
    }

    /// Admits a request, or says when to send it again.
    fn admit(&self) -> Result<(), Option<Duration>> {
        let mut state = self.state.lock().unwrap();
        let (since, left) = &mut *state;
        let elapsed = since.elapsed();
        let wait = match self.kind {
            Kind::Window => {
                if elapsed >= self.period {
                    (*since, *left) = (Instant::now(), self.requests);
                }
                self.period.saturating_sub(since.elapsed())
            }
            Kind::Bucket => {
                let rate = self.requests / self.period.as_secs_f64();
                *left = (*left + elapsed.as_secs_f64() * rate).min(self.requests);
                *since = Instant::now();
                Duration::from_secs_f64(((1.0 - *left) / rate).max(0.0))
            }
        };
        if *left >= 1.0 {
            *left -= 1.0;
            return Ok(());
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let seconds = wait.as_secs_f64().ceil();
        Err(self.has_retry_after.then(|| Duration::from_secs_f64(seconds)))
    }
}

/// Sends requests, 32 at a time, until all are admitted. Returns the time that it took.
async fn send(limits: &Arc<RateLimits>, registry: &Arc<Registry>, requests: usize) -> Duration {
    let began = Instant::now();
    let concurrent = Arc::new(Semaphore::new(32));
    let all = (0..requests).map(|_| {
        let (limits, registry) = (Arc::clone(limits), Arc::clone(registry));
        let concurrent = Arc::clone(&concurrent);
        tokio::spawn(async move {
            let limit = &limits.0[0];
            loop {
                limit.ready("host").await;
                let _permit = concurrent.acquire().await.unwrap();
                let Some(turn) = limit.try_start() else { continue };
                sleep(ROUND_TRIP / 2).await;
                let answer = registry.admit();
                sleep(ROUND_TRIP / 2).await;
                match answer {
                    Ok(()) => return turn.admitted(),
                    Err(wait) => assert!(turn.refused(wait), "the registry serves others"),
                }
            }
        })
    });
    for result in join_all(all).await {
        result.unwrap();
    }
    began.elapsed()
}

fn limits() -> Arc<RateLimits> {
    Arc::new(RateLimits::new(Duration::from_secs(90)))
}

const MINUTE: Duration = Duration::from_secs(60);

const KINDS: [(Kind, bool); 4] =
    [(Kind::Window, true), (Kind::Window, false), (Kind::Bucket, true), (Kind::Bucket, false)];

/// The time is that of the paused clock, which only the waits move forward.
#[tokio::test(start_paused = true)]
async fn many_requests_take_little_more_than_the_time_of_the_limit() {
    for (kind, has_retry_after) in KINDS {
        for (count, requests) in [(1000, 3000), (100, 600), (2000, 7000)] {
            let registry = Registry::new(kind, count, MINUTE, has_retry_after);
            let took = send(&limits(), &registry, requests).await;
            let own = match kind {
                Kind::Window => MINUTE * u32::try_from((requests - 1) / count).unwrap(),
                Kind::Bucket => MINUTE.mul_f64((requests - count) as f64 / count as f64),
            };
            let refused = registry.refused.load(Ordering::Relaxed);
            let case = format!("{kind:?} {has_retry_after} {count}: {took:?}, {refused} refused");
            assert!(took < own.mul_f64(1.1), "{case}");
            // 32 requests are refused when the ceiling is found, a few at each trial.
            assert!(refused < 64 + 2 * own.as_secs() as usize, "{case}");
        }
    }
}

/// In a window, one request tries the ceiling.
#[tokio::test(start_paused = true)]
async fn a_known_ceiling_is_not_exceeded_again() {
    let limits = limits();
    let registry = Registry::new(Kind::Window, 100, MINUTE, true);
    send(&limits, &registry, 300).await;
    let before = registry.refused.load(Ordering::Relaxed);
    send(&limits, &registry, 300).await;
    assert!(registry.refused.load(Ordering::Relaxed) <= before + 3, "{before}");
}

#[tokio::test(start_paused = true)]
async fn a_ceiling_that_was_raised_is_found() {
    let limits = limits();
    send(&limits, &Registry::new(Kind::Window, 10, MINUTE, true), 30).await;
    let raised = Registry::new(Kind::Window, 1000, MINUTE, true);
    send(&limits, &raised, 2000).await;
    let own = MINUTE.as_secs_f64();
    assert!(send(&limits, &raised, 1000).await.as_secs_f64() < 2.0 * own);
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_request_has_its_own_ceiling() {
    let limits = limits();
    let registry = Registry::new(Kind::Window, 10, MINUTE, true);
    send(&limits, &registry, 30).await;
    for (n, limit) in limits.0.iter().enumerate() {
        assert_eq!(limit.lock().ceiling.is_some(), n == 0);
    }
    let of = |method: Method, path: &str| {
        let url = format!("https://registry.example/v2/app/{path}").parse().unwrap();
        Route::of(&Request::new(method, url)).index()
    };
    let all = [
        of(Method::GET, "referrers/sha256:0"),
        of(Method::GET, "manifests/v1"),
        of(Method::HEAD, "manifests/v1"),
        of(Method::PUT, "manifests/v1"),
        of(Method::GET, "blobs/sha256:0"),
        of(Method::POST, "blobs/uploads/"),
        of(Method::GET, "tags/list"),
    ];
    let different: std::collections::BTreeSet<usize> = all.into_iter().collect();
    assert_eq!(different.len(), all.len());
    assert!(different.into_iter().all(|index| index < Route::COUNT));
}

/// A registry that never admits anything is not waited for: each refusal is a failure.
#[tokio::test(start_paused = true)]
async fn only_a_registry_that_serves_others_is_waited_for() {
    let limits = limits();
    let limit = &limits.0[0];
    let turn = limit.try_start().unwrap();
    assert!(!turn.refused(Some(Duration::from_secs(1))));
    assert!(limit.try_start().is_none(), "the registry asked for a pause");
    limit.ready("host").await;
    limit.try_start().unwrap().admitted();
    assert!(limit.try_start().unwrap().refused(Some(Duration::from_secs(60))));
    for is_served in [true, true, false] {
        limit.ready("host").await;
        assert_eq!(limit.try_start().unwrap().refused(Some(Duration::from_secs(50))), is_served);
    }
    // A pause that is too long is the caller's.
    limit.ready("host").await;
    assert!(!limit.try_start().unwrap().refused(Some(Duration::from_secs(7200))));
    assert!(limit.try_start().is_some());
}

/// What the other kinds have used is admitted again after a time.
#[tokio::test(start_paused = true)]
async fn a_kind_that_was_never_admitted_waits_while_others_are() {
    let limits = limits();
    limits.0[1].try_start().unwrap().admitted();
    let limit = &limits.0[0];
    assert!(limit.try_start().unwrap().refused(None));
    let began = Instant::now();
    let mut is_served = true;
    while is_served {
        limit.ready("host").await;
        limits.0[1].try_start().unwrap().admitted();
        is_served = limit.try_start().unwrap().refused(None);
    }
    assert!((90..100).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

/// A request that is dropped leaves its turn to another.
#[tokio::test(start_paused = true)]
async fn a_cancelled_request_blocks_no_other() {
    let limits = limits();
    let limit = &limits.0[0];
    limit.try_start().unwrap().admitted();
    assert!(limit.try_start().unwrap().refused(None));
    limit.ready("host").await;
    let single = limit.try_start().unwrap();
    assert!(limit.try_start().is_none(), "one request shows if the registry admits more");
    drop(single);
    limit.ready("host").await;
    assert!(limit.try_start().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_alone_is_always_refused_fails() {
    let limits = limits();
    let limit = &limits.0[0];
    let patience = Duration::from_secs(90);
    let mut refusals = Refusals::default();
    let began = Instant::now();
    loop {
        limit.ready("host").await;
        limit.try_start().unwrap().admitted();
        limit.ready("host").await;
        let Some(turn) = limit.try_start() else { continue };
        assert!(turn.refused(Some(Duration::from_secs(5))), "the registry serves others");
        if refusals.add(patience) {
            break;
        }
    }
    let most = patience + LONGEST_RETRY_AFTER + Duration::from_secs(10);
    assert!((patience + LONGEST_RETRY_AFTER..most).contains(&began.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_refused_few_times_goes_on_waiting() {
    let mut refusals = Refusals::default();
    for _ in 1..MIN_REFUSALS {
        assert!(!refusals.add(MINUTE));
        sleep(LONGEST_RETRY_AFTER).await;
    }
    assert!(refusals.add(MINUTE));
}

#[test]
fn a_route_does_not_depend_on_the_name_of_the_repository() {
    let of = |path: &str| {
        let url = format!("https://registry.example/{path}").parse().unwrap();
        Route::of(&Request::new(Method::GET, url)).resource
    };
    for (path, resource) in [
        ("v2/x/referrers/y/manifests/v1", Resource::Manifest),
        ("v2/x/referrers/y/tags/list", Resource::Other),
        ("v2/x/manifests/referrers", Resource::Manifest),
        ("v2/x/manifests/y/blobs/sha256:0", Resource::Blob),
        ("v2/x/manifests/y/blobs/uploads/", Resource::Blob),
        ("v2/x/manifests/y/blobs/uploads/1", Resource::Blob),
        ("v2/x/blobs/upload/1", Resource::Blob),
        ("v2/blobs/tags/list", Resource::Other),
        ("v2/x/blobs/y/referrers/sha256:0", Resource::Referrers),
        ("oras/artifacts/v1/x/manifests/sha256:0/referrers", Resource::Referrers),
        ("v2/x/_oras/artifacts/referrers", Resource::Referrers),
        ("v2/", Resource::Other),
    ] {
        assert_eq!(of(path), resource, "{path}");
    }
}

#[test]
fn a_period_that_is_cut_admits_a_part_of_the_requests() {
    assert_eq!(part_of(100, MINUTE, MINUTE), 100);
    assert_eq!(part_of(100, MINUTE, 4 * MINUTE), 25);
    assert_eq!(part_of(1, MINUTE, 4 * MINUTE), 1);
}
