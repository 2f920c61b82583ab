//! A registry that limits the rate of requests: its limit is found, kept to, and no cause of an error. A budget
//! of the caller limits them too.

use ocigraph::{
    Client, ClientConfig, Code, CopyOptions, DiscoverOptions, Limits, PushOptions, Reference,
};
use ocigraph_fixture::{
    Auth, Config, Failure, Fixture, Logged, RateLimit, RateLimitKind, RateLimitPer, TokenAuth,
};
use ocigraph_suite::Workspace;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// Starts a registry with an image and this many referrers.
fn with_referrers(count: usize) -> (Fixture, Reference) {
    let fixture = Fixture::start(Config::default());
    let image: Reference = format!("{}/app:v1", fixture.host()).parse().unwrap();
    let location: Reference = format!("{}/app", fixture.host()).parse().unwrap();
    run(async {
        let client = Client::new();
        client.push(&image, PushOptions::default().artifact_type("app/example")).await.unwrap();
        let one = |n: usize| {
            let options = PushOptions::default().artifact_type(format!("number/n{n}"));
            client.push(&location, options.subject(image.clone()))
        };
        futures::future::try_join_all((0..count).map(one)).await.unwrap();
    });
    fixture.clear_requests();
    (fixture, image)
}

fn limited(limit: RateLimit) -> Config {
    Config { delay_ms: 5, rate_limit: vec![limit], ..Config::default() }
}

fn refused(requests: &[Logged]) -> usize {
    requests.iter().filter(|request| request.status == 429).count()
}

/// The kinds of limits, each with and without `Retry-After`.
fn limits() -> Vec<RateLimit> {
    let mut all = Vec::new();
    for kind in [RateLimitKind::FixedWindow, RateLimitKind::Bucket] {
        for retry_after in [true, false] {
            all.push(RateLimit {
                path: "/referrers/".into(),
                kind,
                requests: 100,
                period_ms: 2000,
                retry_after,
                ..RateLimit::default()
            });
        }
    }
    all
}

#[test]
fn a_discover_ends_without_an_error_whatever_the_limit() {
    let (fixture, image) = with_referrers(300);
    for limit in limits() {
        fixture.set_config(limited(limit.clone()));
        fixture.clear_requests();
        let graph = run(Client::new().discover(&image, DiscoverOptions::default())).unwrap();
        assert_eq!(graph.len(), 300, "{limit:?}");
        let requests = fixture.requests();
        // Those that were sent when the limit was found, and few others.
        assert!(refused(&requests) < 128 + 100, "{limit:?}: {}", refused(&requests));
        let admitted = requests.iter().filter(|r| r.path.contains("/referrers/")).count();
        assert_eq!(admitted - refused(&requests), 301, "{limit:?}");
    }
}

#[test]
fn the_command_says_that_it_waits_and_is_quiet_on_demand() {
    let (fixture, image) = with_referrers(1);
    let work = Workspace::new();
    for (flags, is_told) in [(&[][..], true), (&["--quiet"], false)] {
        let failure =
            Failure { retry_after: Some("5".into()), ..Failure::new("", "/app/", 429, 1) };
        fixture.set_config(Config { fail: vec![failure], ..Config::default() });
        let resolved = work.ocigraph(&[flags, &["resolve", &image.to_string()]].concat());
        assert_eq!((resolved.code, resolved.stderr.contains("waiting for")), (Some(0), is_told));
    }
}

/// The second operation knows the limit from the first.
#[test]
fn a_client_remembers_the_limit() {
    let (fixture, image) = with_referrers(150);
    fixture.set_config(limited(limits().remove(0)));
    let client = Client::new();
    run(async {
        client.discover(&image, DiscoverOptions::default()).await.unwrap();
        fixture.clear_requests();
        client.discover(&image, DiscoverOptions::default()).await.unwrap();
    });
    let again = refused(&fixture.requests());
    assert!(again < 32, "{again} requests were refused again");
}

#[test]
fn the_concurrency_of_the_caller_is_the_ceiling() {
    let (fixture, image) = with_referrers(150);
    for (concurrency, limit) in [1, 5].into_iter().zip(limits()) {
        fixture.set_config(limited(limit));
        fixture.clear_requests();
        let options = DiscoverOptions::default().concurrency(concurrency);
        let graph = run(Client::new().discover(&image, options)).unwrap();
        assert_eq!(graph.len(), 150);
        let most = fixture.requests().iter().map(|request| request.concurrent).max();
        assert!(most.is_some_and(|most| most <= concurrency), "{most:?} of {concurrency}");
    }
}

/// A limit on everything together is shared by all kinds of requests.
#[test]
fn a_copy_ends_without_an_error_under_one_limit_for_all_requests() {
    let (fixture, image) = with_referrers(60);
    for limit in limits() {
        let limit = RateLimit { path: "/v2/".into(), period_ms: 1000, ..limit };
        fixture.set_config(limited(limit.clone()));
        let name = format!("{:?}-{}", limit.kind, limit.retry_after).to_lowercase();
        let to: Reference = format!("{}/{name}:v1", fixture.host()).parse().unwrap();
        run(Client::new().copy(&image, &to, CopyOptions::default().recursive(true))).unwrap();
        fixture.set_config(Config::default());
        let copied = run(Client::new().discover(&to, DiscoverOptions::default())).unwrap();
        assert_eq!(copied.len(), 60, "{limit:?}");
    }
}

/// A registry that admits nothing is not waited for.
#[test]
fn a_registry_that_refuses_everything_is_an_error() {
    let fixture = Fixture::start(Config {
        fail: vec![Failure { times: None, ..Failure::new("", "/app/", 429, 1) }],
        ..Config::default()
    });
    let image: Reference = format!("{}/app:v1", fixture.host()).parse().unwrap();
    let limits = Limits::default().max_attempts(3);
    let client = Client::with_config(ClientConfig::default().limits(limits));
    let error = run(client.discover(&image, DiscoverOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::RateLimited, "{error}");
    let requests = fixture.requests();
    assert_eq!(requests.iter().filter(|r| r.path.ends_with("/manifests/v1")).count(), 3);
}

/// With one attempt, a refusal is an error.
#[test]
fn a_caller_that_allows_one_attempt_is_not_made_to_wait() {
    let (fixture, image) = with_referrers(30);
    let limit = RateLimit { requests: 10, ..limits().remove(0) };
    fixture.set_config(limited(limit));
    let limits = Limits::default().max_attempts(1);
    let client = Client::with_config(ClientConfig::default().limits(limits));
    let error = run(client.discover(&image, DiscoverOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::RateLimited, "{error}");
}

#[test]
fn each_identity_has_a_limit_of_its_own() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config {
        auth: Auth::Basic { user: "me".into(), password: "secret".into() },
        ..Config::default()
    });
    let requests = |per| {
        fixture.set_config(Config {
            rate_limit: vec![RateLimit {
                path: "/tags/list".into(),
                per,
                requests: 1,
                period_ms: 60_000,
                headers: true,
                ..RateLimit::default()
            }],
            ..fixture.config()
        });
        fixture.clear_requests();
        let target = format!("{}/app", fixture.host());
        let args = ["tags", &target, "-u", "me", "-p", "secret", "--max-attempts", "1"];
        work.ocigraph(&args).fails_with(1);
        fixture.requests().iter().map(|request| request.status).collect::<Vec<u16>>()
    };
    assert_eq!(requests(RateLimitPer::Identity), [401, 404]);
    assert_eq!(requests(RateLimitPer::Address), [401, 429]);
}

fn with_budget(per_second: u32) -> Client {
    let limits = Limits::default().max_requests_per_second(per_second);
    Client::with_config(ClientConfig::default().limits(limits))
}

/// Asserts that in no second more requests arrived than the budget allows. Those that were being sent at the
/// beginning of the second, at most `concurrency`, may have been late.
#[track_caller]
fn assert_within(fixture: &Fixture, budget: u64, concurrency: u64) {
    let counts = fixture.counts();
    assert!(counts.busiest_second <= budget + concurrency, "{counts:?}");
}

#[test]
fn a_budget_is_kept_to_in_every_second_by_all_operations_of_a_client_together() {
    let (fixture, image) = with_referrers(60);
    let client = with_budget(40);
    let options = DiscoverOptions::default().concurrency(3);
    let graphs = run(async {
        let discover = || client.discover(&image, options.clone());
        futures::future::try_join(discover(), discover()).await.unwrap()
    });
    assert_eq!((graphs.0.len(), graphs.1.len()), (60, 60));
    assert!(fixture.counts().arrived >= 120, "{:?}", fixture.counts());
    assert_within(&fixture, 40, 6);
}

#[test]
fn token_requests_and_requests_that_are_sent_again_are_within_the_budget() {
    let (fixture, image) = with_referrers(30);
    fixture.set_config(Config {
        // Many tokens are requested.
        auth: Auth::Token(Box::new(TokenAuth {
            anonymous: true,
            life_ms: 300,
            ..TokenAuth::default()
        })),
        fail: vec![Failure::new("GET", "/referrers/", 503, 3)],
        ..Config::default()
    });
    let options = DiscoverOptions::default().concurrency(3);
    let graph = run(with_budget(30).discover(&image, options)).unwrap();
    assert_eq!(graph.len(), 30);
    let counts = fixture.counts();
    let answered = |name: &str| counts.answered.get(name).copied().unwrap_or_default();
    assert_eq!(answered("GET referrers 503"), 3, "{counts:?}");
    assert!(answered("GET token 200") + answered("POST token 200") > 3, "{counts:?}");
    assert_within(&fixture, 30, 3);
}

#[test]
fn a_limit_of_the_registry_below_the_budget_does_not_cause_an_error() {
    let (fixture, image) = with_referrers(150);
    for limit in limits() {
        fixture.set_config(limited(limit.clone()));
        fixture.clear_requests();
        let options = DiscoverOptions::default().concurrency(8);
        let graph = run(with_budget(120).discover(&image, options)).unwrap();
        assert_eq!(graph.len(), 150, "{limit:?}");
        assert_within(&fixture, 120, 8);
    }
}

/// More requests wait than the budget allows before the stall timeout.
#[test]
fn the_wait_for_the_budget_is_not_a_stall() {
    let (fixture, image) = with_referrers(20);
    let limits = Limits::default()
        .max_requests_per_second(10)
        .stall_timeout(std::time::Duration::from_millis(700));
    let client = Client::with_config(ClientConfig::default().limits(limits));
    let graph = run(client.discover(&image, DiscoverOptions::default())).unwrap();
    assert_eq!(graph.len(), 20);
    assert!(fixture.counts().arrived > 20);
}
