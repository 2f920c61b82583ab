//! Compares the command with `oras` and `openssl`: the same work on the same machine, alternately
//! in one run.
//!
//! Prints a Markdown table with the ratios of the medians, the peak memory, and the goal of each
//! row. `ROWS=push,pull` runs only the rows whose names contain one of these words. `RUNS=5` sets
//! the number of runs of each program.

// The output of a benchmark is its result.
#![allow(clippy::print_stdout)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use ocigraph::{Client, File, PushOptions, Reference};
use ocigraph_suite::{AttachedImage, Kind, Proxy, Registry, Workspace, ocigraph_binary, tool};
use tokio::{sync::Semaphore, task::JoinSet};

const ROUND_TRIP: Duration = Duration::from_millis(20);
const GIB: u64 = 1 << 30;

/// The cost of one process.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    cpu: f64,
    peak_mb: f64,
}

struct Bench {
    work: Workspace,
    rows: Option<Vec<String>>,
    runs: usize,
    missed: usize,
}

type Args = Vec<String>;

fn args(words: &[&str]) -> Args {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Bench {
    fn new() -> Self {
        let rows = env::var("ROWS").ok().map(|rows| rows.split(',').map(str::to_owned).collect());
        let runs = env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3);
        Self { work: Workspace::new(), rows, runs, missed: 0 }
    }

    fn wants(&self, name: &str) -> bool {
        self.rows.as_ref().is_none_or(|rows| rows.iter().any(|row| name.contains(row.as_str())))
    }

    fn once(&self, program: &Path, args: &[String]) -> Cost {
        let report = self.work.path("time");
        let mut command = self.work.command("/usr/bin/time");
        command.arg("-o").arg(&report).args(["-f", "%U %S %M"]).arg(program).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let begun = Instant::now();
        let ran = command.output().expect("running /usr/bin/time");
        let seconds = begun.elapsed().as_secs_f64();
        assert!(
            ran.status.success(),
            "{} {args:?} failed: {}",
            program.display(),
            String::from_utf8_lossy(&ran.stderr)
        );
        let text = fs::read_to_string(&report).expect("what time wrote");
        let figures: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let [user, system, kilobytes] = figures[..] else { panic!("time wrote {text:?}") };
        Cost { seconds, cpu: user + system, peak_mb: kilobytes / 1024.0 }
    }

    /// Runs both programs alternately, so that other load on the machine affects both.
    fn row(
        &mut self,
        name: &str,
        target: &str,
        most: f64,
        peer: (&Path, &mut dyn FnMut(usize) -> Args),
        ours: &mut dyn FnMut(usize) -> Args,
    ) {
        let (mut theirs_all, mut ours_all) = (Vec::new(), Vec::new());
        for run in 0..self.runs {
            theirs_all.push(self.once(peer.0, &peer.1(run)));
            ours_all.push(self.once(&ocigraph_binary(), &ours(run)));
        }
        let (theirs, ours) = (median(theirs_all), median(ours_all));
        let ratio = ours.seconds / theirs.seconds;
        let met = ratio <= most;
        self.missed += usize::from(!met);
        println!(
            "| {name} | {} | {:.2} | {:.0} MB / {:.0} MB | {target} | {} |",
            times(ratio),
            ours.cpu / theirs.cpu.max(0.01),
            theirs.peak_mb,
            ours.peak_mb,
            if met { "yes" } else { "no" }
        );
    }
}

fn times(ratio: f64) -> String {
    if ratio < 0.5 { format!("1/{:.1}", 1.0 / ratio) } else { format!("{ratio:.2}") }
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    costs[costs.len() / 2]
}

/// Pushes `width` referrers of each of `subjects` and returns their references.
async fn grow(client: &Client, subjects: &[Reference], width: usize) -> Vec<Reference> {
    let at_once = Arc::new(Semaphore::new(32));
    let mut pushes = JoinSet::new();
    for (s, subject) in subjects.iter().enumerate() {
        for i in 0..width {
            let (client, subject, at_once) = (client.clone(), subject.clone(), at_once.clone());
            pushes.spawn(async move {
                let _permit = at_once.acquire().await;
                let options = PushOptions::default()
                    .files(vec![File::bytes("sbom.json", format!("{subject} {s} {i}"))])
                    .artifact_type("sbom/example")
                    .subject(subject.clone());
                let target = Reference::new(subject.location().clone());
                client.push(&target, options).await.expect("pushing a referrer").reference
            });
        }
    }
    pushes.join_all().await
}

/// Builds a graph with `widths[0]` referrers, each with `widths[1]` referrers, and so on.
fn build_graph(registry: &Registry, name: &str, widths: &[usize]) -> String {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = Client::new();
        let root: Reference = registry.reference(name).parse().expect("a reference");
        let options = PushOptions::default().files(vec![File::bytes("app", name.to_owned())]);
        let pushed = client.push(&root, options).await.expect("pushing the root");
        let mut level = vec![pushed.reference];
        for width in widths {
            level = grow(&client, &level, *width).await;
        }
    });
    name.to_owned()
}

fn behind(proxy: &Proxy, name: &str) -> String {
    format!("{}/{name}", proxy.host())
}

fn discover(bench: &mut Bench, oras: &Path) {
    let rows: [(&str, &[usize], bool, &str, f64); 4] = [
        ("discover 1,000 referrers, round trip 20 ms", &[1000], true, "1/15", 1.0 / 15.0),
        ("discover 10×10×10, round trip 20 ms", &[10, 10, 10], true, "1/15", 1.0 / 15.0),
        ("discover 1,000 referrers, loopback", &[1000], false, "1/2", 0.5),
        ("discover 100 deep, round trip 20 ms", &[1; 100], true, "1", 1.0),
    ];
    for (name, widths, far, target, most) in rows {
        if !bench.wants(name) {
            continue;
        }
        let registry = Registry::start(Kind::Ocimem);
        let image = build_graph(&registry, "app:v1", widths);
        let proxy = Proxy::start(registry.host(), ROUND_TRIP);
        let image = if far { behind(&proxy, &image) } else { registry.reference(&image) };
        bench.row(
            name,
            target,
            most,
            (oras, &mut |_| args(&["discover", "--plain-http", "--format", "json", &image])),
            &mut |_| args(&["discover", "-o", "json", &image]),
        );
    }
}

/// Peers see each only some of what is attached, so two of them together are the peer.
fn discover_attached(bench: &mut Bench) {
    let name = "discover 12 attachments of six conventions, round trip 20 ms";
    if !bench.wants(name) {
        return;
    }
    let registry = Registry::start(Kind::Ocimem);
    let image = AttachedImage::new("app");
    image.push_to(&bench.work, &registry.reference("app"));
    let proxy = Proxy::start(registry.host(), ROUND_TRIP);
    let reference = behind(&proxy, "app:v1");
    let [cosign, regctl] = ["cosign", "regctl"].map(|name| tool(name).display().to_string());
    let script = format!(
        "{cosign} tree {reference} && {regctl} --host reg={},tls=disabled \\
         artifact tree --digest-tags {reference}",
        proxy.host()
    );
    bench.row(
        name,
        "1/3",
        1.0 / 3.0,
        (Path::new("/bin/sh"), &mut |_| vec!["-c".to_owned(), script.clone()]),
        &mut |_| args(&["discover", &reference]),
    );
}

fn small_files(bench: &mut Bench, oras: &Path) {
    let (push, pull) =
        ("push 2,000 × 16 KiB, round trip 20 ms", "pull 2,000 × 16 KiB, round trip 20 ms");
    if !bench.wants(push) && !bench.wants(pull) {
        return;
    }
    let names: Vec<String> = (0..2000).map(|i| format!("small/{i:04}")).collect();
    for (i, name) in names.iter().enumerate() {
        bench.work.write(name, content(i as u64, 16 * 1024));
    }
    let registry = Registry::start(Kind::Ocimem);
    let proxy = Proxy::start(registry.host(), ROUND_TRIP);
    let with_files = |words: &[&str]| [args(words), names.clone()].concat();
    if bench.wants(push) {
        // Each run has a new repository, because existing blobs are not uploaded.
        bench.row(
            push,
            "1/8",
            1.0 / 8.0,
            (oras, &mut |run| {
                let target = behind(&proxy, &format!("theirs{run}:v1"));
                with_files(&["push", "--plain-http", "--no-tty", &target])
            }),
            &mut |run| {
                with_files(&["push", "--no-progress", &behind(&proxy, &format!("ours{run}:v1"))])
            },
        );
    }
    if bench.wants(pull) {
        let direct = registry.reference("small:v1");
        bench.once(&ocigraph_binary(), &with_files(&["push", "-q", &direct]));
        let image = behind(&proxy, "small:v1");
        bench.row(
            pull,
            "1/8",
            1.0 / 8.0,
            (oras, &mut |run| {
                args(&["pull", "--plain-http", "--no-tty", "-o", &format!("t{run}"), &image])
            }),
            &mut |run| args(&["pull", "--no-progress", "-o", &format!("o{run}"), &image]),
        );
    }
}

fn copy(bench: &mut Bench, oras: &Path) {
    let name = "copy -r of 1,000 referrers, round trip 20 ms";
    if !bench.wants(name) {
        return;
    }
    let registry = Registry::start(Kind::Ocimem);
    build_graph(&registry, "app:v1", &[1000]);
    let other = Registry::start(Kind::Ocimem);
    let (from, to) =
        (Proxy::start(registry.host(), ROUND_TRIP), Proxy::start(other.host(), ROUND_TRIP));
    let source = behind(&from, "app:v1");
    bench.row(
        name,
        "1/10",
        1.0 / 10.0,
        (oras, &mut |run| {
            let target = behind(&to, &format!("theirs{run}:v1"));
            let plain = ["--from-plain-http", "--to-plain-http", "--no-tty"];
            [args(&["cp", "-r"]), args(&plain), vec![source.clone(), target]].concat()
        }),
        &mut |run| {
            let target = behind(&to, &format!("ours{run}:v1"));
            args(&["copy", "-r", "--no-progress", &source, &target])
        },
    );
}

fn large(bench: &mut Bench, oras: &Path) {
    let (push, pull) = ("push 1 GiB, loopback", "pull 1 GiB, loopback");
    if !bench.wants(push) && !bench.wants(pull) {
        return;
    }
    let registry = Registry::start(Kind::Distribution3);
    write_large(&bench.work.path("large"), 1, GIB);
    if bench.wants(push) {
        bench.row(
            push,
            "1",
            1.0,
            (oras, &mut |run| {
                let target = registry.reference(&format!("theirs{run}:v1"));
                args(&["push", "--plain-http", "--no-tty", &target, "large"])
            }),
            &mut |run| {
                let target = registry.reference(&format!("ours{run}:v1"));
                args(&["push", "--no-progress", &target, "large"])
            },
        );
    }
    if bench.wants(pull) {
        let image = registry.reference("large:v1");
        bench.once(&ocigraph_binary(), &args(&["push", "-q", &image, "large"]));
        bench.row(
            pull,
            "2/3",
            2.0 / 3.0,
            (oras, &mut |run| {
                args(&["pull", "--plain-http", "--no-tty", "-o", &format!("l{run}"), &image])
            }),
            &mut |run| args(&["pull", "--no-progress", "-o", &format!("large{run}"), &image]),
        );
    }
}

fn digests(bench: &mut Bench) {
    let openssl = PathBuf::from("/usr/bin/openssl");
    let rows: [(&str, usize, u64, &str, f64); 2] = [
        ("digest 2,000 × 16 KiB", 2000, 16 * 1024, "1/2", 0.5),
        ("digest 8 × 128 MiB", 8, 128 << 20, "1/3", 1.0 / 3.0),
    ];
    for (name, count, size, target, most) in rows {
        if !bench.wants(name) {
            continue;
        }
        let names: Vec<String> = (0..count).map(|i| format!("digest{size}/{i:04}")).collect();
        for (i, name) in names.iter().enumerate() {
            let path = bench.work.path(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("making it");
            write_large(&path, i as u64, size);
        }
        let with_files = |words: &[&str]| [args(words), names.clone()].concat();
        bench.row(
            name,
            target,
            most,
            (&openssl, &mut |_| with_files(&["dgst", "-sha256"])),
            &mut |_| with_files(&["digest"]),
        );
    }
}

/// Returns content that cannot be compressed and differs for each seed.
fn content(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.take(size.div_ceil(8)).flatten().take(size).collect()
}

fn write_large(path: &Path, seed: u64, size: u64) {
    use std::io::Write;
    let block = content(seed, 1 << 20);
    let mut file = fs::File::create(path).expect("creating a file");
    let mut left = size;
    while left > 0 {
        let n = left.min(block.len() as u64);
        file.write_all(&block[..n as usize]).expect("writing a file");
        left -= n;
    }
}

fn main() {
    let mut bench = Bench::new();
    let oras = tool("oras");
    let version = Command::new(&oras).arg("version").output().expect("running oras");
    println!(
        "Compared with {}.\n",
        String::from_utf8_lossy(&version.stdout).lines().next().unwrap_or("")
    );
    println!(
        "| work | time, ocigraph / peer | CPU, ocigraph / peer | peak memory, peer / ocigraph | goal | reached |"
    );
    println!("|---|---|---|---|---|---|");
    discover(&mut bench, &oras);
    discover_attached(&mut bench);
    small_files(&mut bench, &oras);
    copy(&mut bench, &oras);
    large(&mut bench, &oras);
    digests(&mut bench);
    println!("\nRows that did not reach their goal: {}.", bench.missed);
}
