//! Compares calls through the C ABI and from Go with the same calls of the core: discover, verify with
//! progress, and digests. `make bench-bindings` runs it. `DELAY_MS=2 make bench-bindings` adds a delay
//! of 2 ms to the responses of the registry, as on a network.
//!
//! All three use the same registry, which is a separate process. They take turns for several rounds. The
//! benchmark prints the fastest call of each, because other load can only make calls slower.

use std::{
    ffi::c_void,
    hint::black_box,
    io::{BufRead, BufReader, Write},
    mem::MaybeUninit,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    ptr,
    time::{Duration, Instant},
};

use ocigraph::{
    Algorithm, Client, DiscoverOptions, File, Progress, PushOptions, Reference, VerifyOptions,
};
use ocigraph_c as c;
use tokio::runtime::Runtime;

const ROUNDS: usize = 10;

/// One kind of call, with `runs` calls in each round.
struct Row<'a> {
    name: &'a str,
    /// The name of the call in the Go program.
    go: &'a str,
    runs: usize,
    rust: &'a mut dyn FnMut(),
    c: &'a mut dyn FnMut(),
}

fn fastest(runs: usize, work: &mut dyn FnMut()) -> Duration {
    let times = (0..runs).map(|_| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    });
    times.min().unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its results")]
fn measure(row: Row<'_>, go: &mut Peer) {
    let rounds = (0..ROUNDS).map(|_| {
        [fastest(row.runs, row.rust), fastest(row.runs, row.c), go.fastest(row.go, row.runs)]
    });
    let [rust, c, go] = rounds
        .reduce(|[r, c, g], [rust, through_c, from_go]| {
            [r.min(rust), c.min(through_c), g.min(from_go)]
        })
        .unwrap_or_default();
    let beside = |time: Duration| (time.as_secs_f64() / rust.as_secs_f64() - 1.0) * 100.0;
    println!(
        "{}: Rust {rust:.1?}, C {c:.1?} ({:+.1} %), Go {go:.1?} ({:+.1} %)",
        row.name,
        beside(c),
        beside(go)
    );
}

/// A program that reads a request line and prints a response line.
struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start(command: &mut Command) -> Self {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"));
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the program responds");
        line
    }

    fn fastest(&mut self, call: &str, runs: usize) -> Duration {
        let input = self.input.as_mut().expect("a pipe");
        writeln!(input, "{call} {runs}").expect("the program reads requests");
        let response = self.line();
        let nanoseconds =
            response.trim().parse().unwrap_or_else(|e| panic!("Go printed {response:?}: {e}"));
        Duration::from_nanos(nanoseconds)
    }
}

impl Drop for Peer {
    /// Closes the standard input of the program, which ends it.
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Pushes an artifact with `blobs` blobs.
fn push(client: &Client, runtime: &Runtime, target: &str, subject: Option<&str>, blobs: usize) {
    let content = |i| format!("blob {i} of what refers to {subject:?}, at {:?}", Instant::now());
    let mut options = PushOptions::default();
    options.files = (0..blobs).map(|i| File::bytes(format!("{i}.txt"), content(i))).collect();
    options.artifact_type = Some("app/example".into());
    options.subject = subject.map(|s| s.parse().expect("a reference"));
    let target: Reference = target.parse().expect("a reference");
    runtime.block_on(client.push(&target, options)).expect("a push");
}

fn view(text: &str) -> c::ocigraph_str {
    c::ocigraph_str { data: text.as_ptr().cast(), length: text.len() }
}

/// Calls a C function and returns its `out` value.
fn out_of<T>(call: impl FnOnce(&mut MaybeUninit<T>) -> c::ocigraph_status) -> T {
    let mut out = MaybeUninit::uninit();
    assert_eq!(call(&mut out), c::OCIGRAPH_OK);
    // SAFETY: the call succeeded, so `out` is initialized.
    unsafe { out.assume_init() }
}

unsafe extern "C" fn on_progress(_: *mut c_void, event: *const c::ocigraph_event) -> i32 {
    black_box(event);
    0
}

fn main() {
    let built = Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/../release"));
    let mut fixture = Command::new(built.join("ocigraph-fixture"));
    if let Ok(delay) = std::env::var("DELAY_MS") {
        fixture.args(["--delay-ms", &delay]);
    }
    let mut fixture = Peer::start(&mut fixture);
    let ready: serde_json::Value = serde_json::from_str(&fixture.line()).expect("an address");
    let host = ready["address"].as_str().expect("an address");
    let runtime = Runtime::new().expect("a runtime");
    let core = Client::new();

    let folder = tempfile::tempdir().expect("a folder");
    let (image, repository) = (format!("{host}/app:v1"), format!("{host}/app"));
    push(&core, &runtime, &image, None, 1);
    for _ in 0..100 {
        push(&core, &runtime, &repository, Some(&image), 1);
    }
    let layout = format!("oci:{}:v1", folder.path().join("store").display());
    push(&core, &runtime, &layout, None, 200);

    let mut go = Command::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../go/test"));
    let mut go = Peer::start(go.arg(built).args(["--bench", &image, &layout]));
    let client = out_of(|out| c::ocigraph_client_new(None, None, Some(out), None));
    let client = client.as_deref().map_or(ptr::null(), ptr::from_ref);

    let parsed: Reference = image.parse().expect("a reference");
    let discover = Row {
        name: "discover, 100 referrers",
        go: "discover",
        runs: 50,
        rust: &mut || {
            let found = core.discover(&parsed, DiscoverOptions::default());
            black_box(runtime.block_on(found).expect("a graph"));
        },
        c: &mut || {
            c::ocigraph_graph_free(out_of(|out| {
                c::ocigraph_client_discover(
                    client,
                    view(&image),
                    ptr::null(),
                    ptr::null(),
                    Some(out),
                    None,
                )
            }));
        },
    };
    measure(discover, &mut go);

    let parsed: Reference = layout.parse().expect("a reference");
    let mut options = c::ocigraph_verify_options_new();
    let set = c::ocigraph_verify_options_set_progress;
    set(options.as_deref_mut(), Some(on_progress), ptr::null_mut(), None);
    let verify = Row {
        name: "verify, 600 events",
        go: "verify",
        runs: 20,
        rust: &mut || {
            let progress = Progress::new(|event| {
                black_box(event);
            });
            let options = VerifyOptions::default().progress(progress);
            black_box(runtime.block_on(core.verify(&parsed, options)).expect("a report"));
        },
        c: &mut || {
            let options = options.as_deref().map_or(ptr::null(), ptr::from_ref);
            let layout = view(&layout);
            c::ocigraph_verify_report_free(out_of(|out| {
                c::ocigraph_client_verify(client, layout, options, ptr::null(), Some(out), None)
            }));
        },
    };
    measure(verify, &mut go);

    for size in [2, 1 << 20] {
        let content = vec![7; size];
        let digest = Row {
            name: &format!("digest, {size} bytes"),
            go: &format!("digest-{size}"),
            runs: 100,
            rust: &mut || drop(black_box(Algorithm::Sha256.digest(&content))),
            c: &mut || {
                let view = c::ocigraph_bytes { data: content.as_ptr(), length: content.len() };
                let sha256 = c::OCIGRAPH_ALGORITHM_SHA256;
                let digest = out_of(|out| c::ocigraph_digest(sha256, view, Some(out), None));
                c::ocigraph_descriptor_free(digest);
            },
        };
        measure(digest, &mut go);
    }
    let name = Row {
        name: "the name of a status",
        go: "name",
        runs: 10_000,
        rust: &mut || {
            black_box(ocigraph::Code::NotFound.name());
        },
        c: &mut || {
            black_box(c::ocigraph_status_name(c::OCIGRAPH_NOT_FOUND).length);
        },
    };
    measure(name, &mut go);
}
