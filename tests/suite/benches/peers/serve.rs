//! `ocigraph serve` beside other registries. The client is the same for all, and does nothing but send and
//! receive, so that the server decides the time. The costs are those of the server process.
//!
//! Each run starts each server in turn with an empty storage. On a memory disk, no server waits for the
//! disk; on a disk, those that sync what they store do.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use ocigraph::Algorithm;
use ocigraph_suite::{Kind, Registry, ocigraph_binary};

use crate::{
    bench::{Bench, Cost, Row},
    files::{content, memory_disk},
    http::{Connection, Content},
};

const GIB: u64 = 1 << 30;
const SMALL: usize = 16 * 1024;
const FILES: usize = 2000;
const REFERRERS: usize = 10_000;
/// Connections of the rows with many requests.
const CONNECTIONS: usize = 8;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Ticks of a second in `/proc/PID/stat`.
const TICKS: f64 = 100.0;

const DISTRIBUTION: Peer = Peer { name: "distribution", kind: Kind::Distribution3 };
const GGCR: Peer = Peer { name: "ggcr, blobs on disk", kind: Kind::Ggcr };
const OCIMEM: Peer = Peer { name: "ocimem, all in memory", kind: Kind::Ocimem };
const OLAREG: Peer = Peer { name: "olareg, layouts on disk", kind: Kind::Olareg };

pub(crate) fn serve(bench: &mut Bench) {
    let all = [DISTRIBUTION, GGCR, OCIMEM, OLAREG];
    let (memory, disk) = (", storage on a memory disk", ", storage on a disk");
    // Their digests take a second.
    let large: LazyLock<Blobs> = LazyLock::new(Blobs::large);
    let small: LazyLock<Blobs> = LazyLock::new(Blobs::small);
    let push: Phase<'_> = ("push 1 GiB", &|host| large.push(host, 1));
    let pull: Phase<'_> = ("pull 1 GiB", &|host| large.pull(host, 1));
    compare(bench, memory, &all, &large, &[push, pull]);
    compare(bench, disk, &all, &large, &[push]);
    let push: Phase<'_> = ("push 2,000 × 16 KiB", &|host| small.push(host, CONNECTIONS));
    let pull: Phase<'_> = ("pull 2,000 × 16 KiB", &|host| small.pull(host, CONNECTIONS));
    compare(bench, memory, &all, &small, &[push, pull]);
    compare(bench, disk, &all, &small, &[push]);
    let push: Phase<'_> = ("push 10,000 referrers", &push_referrers);
    let list: Phase<'_> = ("list 10,000 referrers", &list_referrers);
    // Olareg v0.1.2 loses referrers that are pushed over several connections.
    compare(bench, memory, &[GGCR, OCIMEM], &small, &[push, list]);
}

#[derive(Clone, Copy)]
struct Peer {
    name: &'static str,
    kind: Kind,
}

/// The name of the work, and the work on the server of a host.
type Phase<'a> = (&'a str, &'a dyn Fn(&str));

/// Runs the phases on each server, and compares `ocigraph serve` with each peer.
fn compare(
    bench: &mut Bench,
    storage: &str,
    peers: &[Peer],
    blobs: &LazyLock<Blobs>,
    phases: &[Phase<'_>],
) {
    let row = |peer: &Peer, name: &str| {
        let row = Row::measured(format!("serve: {name}{storage}"), peer.name).peak_mb(64.0);
        if storage.contains("memory") { row.faster(1.0) } else { row }
    };
    let rows = phases.iter().map(|(name, _)| peers.iter().map(|peer| row(peer, name)).collect());
    let rows: Vec<Vec<Row>> = rows.collect();
    if !bench.wants(rows.iter().flatten()) {
        return;
    }
    LazyLock::force(blobs);
    let mut costs = vec![vec![Vec::new(); peers.len() + 1]; phases.len()];
    for _ in 0..bench.runs() {
        let servers = std::iter::once(None).chain(peers.iter().map(Some));
        for (at, peer) in servers.enumerate() {
            let folder = match storage.contains("memory") {
                true => memory_disk(3 * GIB),
                false => tempfile::tempdir().ok(),
            };
            let folder = folder.expect("a folder with 3 GiB");
            let server = Server::start(peer, folder.path(), bench);
            for ((_, work), costs) in phases.iter().zip(&mut costs) {
                costs[at].push(server.measure(work));
            }
        }
    }
    for (rows, costs) in rows.iter().zip(&costs) {
        for (row, theirs) in rows.iter().zip(&costs[1..]) {
            bench.report(row, theirs, &costs[0]);
        }
    }
}

/// A server with an empty storage. It ends when it is dropped.
enum Server {
    Ours { child: Child, host: String },
    Peer(Registry),
}

impl Server {
    fn start(peer: Option<&Peer>, folder: &Path, bench: &Bench) -> Self {
        if let Some(peer) = peer {
            return Self::Peer(Registry::start_in(peer.kind, folder));
        }
        let mut command = bench.work.command(ocigraph_binary());
        command.args(["serve", "--until-stdin-ends", "--listen", "127.0.0.1:0"]);
        command.arg(format!("oci:{}", folder.join("registry").display()));
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("starting the server");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its standard output is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("the line with the address");
        let host = line.trim_end().strip_prefix("listening on ").expect("an address").to_owned();
        Self::Ours { child, host }
    }

    fn host(&self) -> &str {
        match self {
            Self::Ours { host, .. } => host,
            Self::Peer(registry) => registry.host(),
        }
    }

    fn process(&self) -> u32 {
        match self {
            Self::Ours { child, .. } => child.id(),
            Self::Peer(registry) => registry.process(),
        }
    }

    fn measure(&self, work: &dyn Fn(&str)) -> Cost {
        // A phase does not wait for data that earlier ones have left to be written.
        let _ = Command::new("sync").status();
        let process = format!("/proc/{}", self.process());
        // Sets the peak to the memory that the process has now: proc(5).
        let _ = fs::write(format!("{process}/clear_refs"), "5");
        let (begun, cpu) = (Instant::now(), cpu_seconds(&process));
        work(self.host());
        let seconds = begun.elapsed().as_secs_f64();
        Cost { seconds, cpu: cpu_seconds(&process) - cpu, peak_mb: peak_mb(&process) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Self::Ours { child, .. } = self {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

fn cpu_seconds(process: &str) -> f64 {
    let text = fs::read_to_string(format!("{process}/stat")).expect("the state of the server");
    // The name before the last parenthesis can have spaces.
    let (_, fields) = text.rsplit_once(')').expect("the name of the server");
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

fn peak_mb(process: &str) -> f64 {
    let text = fs::read_to_string(format!("{process}/status")).expect("the state of the server");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kibibytes * 1024.0 / 1e6
}

/// The blobs of an artifact. All have the same bytes, except for those of a seed at their beginning.
struct Blobs {
    block: Vec<u8>,
    size: u64,
    digests: Vec<String>,
}

impl Blobs {
    fn large() -> Self {
        Self::new(content(7, 1 << 20), GIB, 1)
    }

    fn small() -> Self {
        Self::new(content(8, SMALL), SMALL as u64, FILES)
    }

    fn new(block: Vec<u8>, size: u64, number: usize) -> Self {
        let mut blobs = Self { block, size, digests: Vec::new() };
        for at in 0..number {
            let mut hasher = Algorithm::Sha256.hasher();
            hasher.update(&blobs.start(at));
            let mut left = size - 8;
            while left > 0 {
                let n = left.min(blobs.block.len() as u64);
                hasher.update(&blobs.block[..n as usize]);
                left -= n;
            }
            blobs.digests.push(hasher.finish().to_string());
        }
        blobs
    }

    fn start(&self, at: usize) -> [u8; 8] {
        (at as u64).to_le_bytes()
    }

    fn push(&self, host: &str, connections: usize) {
        each(host, self.digests.len(), connections, &|connection, at| {
            let start = self.start(at);
            let body = Content { start: &start, block: &self.block, size: self.size };
            push_blob(connection, &self.digests[at], body);
        });
        let mut connection = Connection::open(host);
        let config = push_config(&mut connection);
        let layers = self.digests.iter().map(|digest| {
            serde_json::json!({
                "mediaType": "application/octet-stream", "digest": digest, "size": self.size,
            })
        });
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
            "config": config, "layers": layers.collect::<Vec<_>>(),
        });
        push_manifest(&mut connection, "v1", manifest.to_string().as_bytes());
    }

    fn pull(&self, host: &str, connections: usize) {
        let mut connection = Connection::open(host);
        let response = connection.request("GET", "/v2/app/manifests/v1", &[accept()], None);
        assert_eq!(response.status, 200);
        connection.text();
        each(host, self.digests.len(), connections, &|connection, at| {
            let path = format!("/v2/app/blobs/{}", self.digests[at]);
            assert_eq!(connection.request("GET", &path, &[], None).status, 200);
            assert_eq!(connection.skip(), self.size);
        });
    }
}

fn accept() -> (&'static str, &'static str) {
    ("Accept", MANIFEST)
}

/// Does the work of each number, over several connections.
fn each(
    host: &str,
    number: usize,
    connections: usize,
    work: &(dyn Fn(&mut Connection, usize) + Sync),
) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut connection = Connection::open(host);
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= number {
                        break;
                    }
                    work(&mut connection, at);
                }
            });
        }
    });
}

fn push_blob(connection: &mut Connection, digest: &str, body: Content<'_>) {
    let begun = connection.request("POST", "/v2/app/blobs/uploads/", &[], Some(Content::of(b"")));
    assert_eq!(begun.status, 202);
    connection.skip();
    let location = begun.header("location").expect("the location of the upload");
    let separator = if location.contains('?') { '&' } else { '?' };
    let path = format!("{}{separator}digest={digest}", connection.path_of(location));
    let octets = ("Content-Type", "application/octet-stream");
    assert_eq!(connection.request("PUT", &path, &[octets], Some(body)).status, 201);
    connection.skip();
}

/// Pushes the empty configuration, and returns its descriptor.
fn push_config(connection: &mut Connection) -> serde_json::Value {
    let digest = Algorithm::Sha256.digest(b"{}").to_string();
    push_blob(connection, &digest, Content::of(b"{}"));
    serde_json::json!({
        "mediaType": "application/vnd.oci.empty.v1+json", "digest": digest, "size": 2,
    })
}

fn push_manifest(connection: &mut Connection, reference: &str, manifest: &[u8]) {
    let path = format!("/v2/app/manifests/{reference}");
    let kind = ("Content-Type", MANIFEST);
    let pushed = connection.request("PUT", &path, &[kind], Some(Content::of(manifest)));
    assert_eq!(pushed.status, 201);
    connection.skip();
}

/// The subject of the referrers.
fn subject(config: &serde_json::Value) -> Vec<u8> {
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
        "config": config, "layers": [config],
    });
    manifest.to_string().into_bytes()
}

fn push_referrers(host: &str) {
    let mut connection = Connection::open(host);
    let config = push_config(&mut connection);
    let subject = subject(&config);
    push_manifest(&mut connection, "v1", &subject);
    let descriptor = serde_json::json!({
        "mediaType": MANIFEST, "digest": Algorithm::Sha256.digest(&subject).to_string(),
        "size": subject.len(),
    });
    each(host, REFERRERS, CONNECTIONS, &|connection, at| {
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "sbom/example",
            "config": config, "layers": [config], "subject": descriptor,
            "annotations": { "org.opencontainers.image.title": format!("referrer {at}") },
        });
        let manifest = manifest.to_string();
        let digest = Algorithm::Sha256.digest(manifest.as_bytes());
        push_manifest(connection, digest.as_str(), manifest.as_bytes());
    });
}

/// Requests the list of referrers page by page.
fn list_referrers(host: &str) {
    let mut connection = Connection::open(host);
    let config = serde_json::json!({
        "mediaType": "application/vnd.oci.empty.v1+json",
        "digest": Algorithm::Sha256.digest(b"{}").to_string(), "size": 2,
    });
    let digest = Algorithm::Sha256.digest(&subject(&config));
    let mut next = Some(format!("/v2/app/referrers/{digest}"));
    let mut found = 0;
    while let Some(path) = next.take() {
        let response = connection.request("GET", &path, &[("Accept", INDEX)], None);
        assert_eq!(response.status, 200);
        found += connection.text().matches("sha256:").count();
        let link = response.header("link").and_then(|link| link.split(['<', '>']).nth(1));
        next = link.map(|link| connection.path_of(link));
    }
    assert_eq!(found, REFERRERS);
}
