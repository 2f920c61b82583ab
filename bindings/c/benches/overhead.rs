//! What a call through the C ABI, and from Go, costs beside the same call of the core: discover of a
//! registry's graph, and a digest. `make bench-bindings` runs it.
//!
//! Calls of each kind are made in turns, and the fastest of each is told: what else the machine does
//! makes calls slower and none faster.

use std::{
    hint::black_box,
    mem::MaybeUninit,
    process::Command,
    time::{Duration, Instant},
};

use ocigraph::{Algorithm, Client, DiscoverOptions, File, PushOptions, Reference};
use ocigraph_c as c;
use ocigraph_fixture::{Config, Fixture};

/// The fastest of many runs of each, in turns.
fn fastest(runs: usize, mut a: impl FnMut(), mut b: impl FnMut()) -> (Duration, Duration) {
    let time = |work: &mut dyn FnMut()| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    };
    let times = (0..runs).map(|_| (time(&mut a), time(&mut b)));
    times.reduce(|x, y| (x.0.min(y.0), x.1.min(y.1))).unwrap_or_default()
}

/// An artifact with so many referrers.
fn graph(client: &Client, runtime: &tokio::runtime::Runtime, place: &str, referrers: usize) {
    let push = |target: &str, subject: Option<&str>, content: String| {
        let options = PushOptions {
            files: vec![File::bytes("content.txt", content)],
            artifact_type: Some("app/example".into()),
            subject: subject.map(|s| s.parse().expect("a reference")),
            ..PushOptions::default()
        };
        let target: Reference = target.parse().expect("a reference");
        runtime.block_on(client.push(&target, options)).expect("a push");
    };
    let image = format!("{place}:v1");
    push(&image, None, "an image".into());
    for i in 0..referrers {
        push(place, Some(&image), format!("referrer {i}"));
    }
}

#[expect(clippy::print_stdout, reason = "it is what a benchmark is for")]
fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let fixture = Fixture::start(Config::default());
    let place = format!("{}/app", fixture.host());
    let core = Client::new();
    graph(&core, &runtime, &place, 100);
    let image: Reference = format!("{place}:v1").parse().expect("a reference");
    let text = image.to_string();
    let view = c::ocigraph_str { data: text.as_ptr().cast(), length: text.len() };
    let mut client = MaybeUninit::uninit();
    assert_eq!(c::ocigraph_client_new(None, None, Some(&mut client), None), c::OCIGRAPH_OK);
    // SAFETY: the call succeeded, so that it is written.
    let client = unsafe { client.assume_init() };

    let (rust, through_c) = fastest(
        500,
        || {
            let found = core.discover(&image, DiscoverOptions::default());
            black_box(runtime.block_on(found).expect("a graph"));
        },
        || {
            let mut graph = MaybeUninit::uninit();
            let (client, out) = (client.as_deref(), Some(&mut graph));
            let status = c::ocigraph_client_discover(client, view, None, None, out, None);
            assert_eq!(status, c::OCIGRAPH_OK);
            // SAFETY: the call succeeded, so that it is written.
            c::ocigraph_graph_free(unsafe { graph.assume_init() });
        },
    );
    println!("discover, 100 referrers: Rust {rust:?}, C {through_c:?}");
    for size in [2, 1 << 20] {
        let content = vec![7; size];
        let (rust, through_c) = fastest(
            500,
            || drop(black_box(Algorithm::Sha256.digest(&content))),
            || {
                let mut digest = MaybeUninit::uninit();
                let view = c::ocigraph_bytes { data: content.as_ptr(), length: content.len() };
                let sha256 = c::OCIGRAPH_ALGORITHM_SHA256;
                let status = c::ocigraph_digest(sha256, view, Some(&mut digest), None);
                assert_eq!(status, c::OCIGRAPH_OK);
                // SAFETY: the call succeeded, so that it is written.
                c::ocigraph_descriptor_free(unsafe { digest.assume_init() });
            },
        );
        println!("digest, {size} bytes: Rust {rust:?}, C {through_c:?}");
    }
    // Go asks the same registry.
    let go = std::env::args().skip_while(|arg| arg != "--go").nth(1);
    if let Some(go) = go {
        let status = Command::new(go)
            .arg(concat!(env!("CARGO_TARGET_TMPDIR"), "/../release"))
            .arg("--bench")
            .env("OCIGRAPH_BENCH", &text)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the benchmarks of Go failed");
    }
}
