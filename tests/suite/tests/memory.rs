//! Limits on memory: every list, graph and manifest of a registry is limited in bytes.

use std::{collections::HashMap, fs, process::Stdio, sync::Arc, thread, time::Duration};

use ocigraph::{Algorithm, Descriptor};
use ocigraph_suite::{FaultServer, Reply, Workspace, ocigraph_binary};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

/// Maximum memory of a process with the default limits.
const MOST: u64 = 256 << 20;

/// Almost the maximum size of a manifest or a page.
const LARGE: usize = 4_000_000;

/// The exit code, the messages and the peak memory of a command.
struct Used {
    code: Option<i32>,
    stdout: usize,
    stderr: String,
    peak: u64,
}

/// Runs the command and measures its memory.
fn command(args: &[&str]) -> Used {
    let work = Workspace::new();
    let (out, stderr) = (work.path("stdout"), work.path("stderr"));
    let mut command = work.command(ocigraph_binary());
    command.args(args).arg("--quiet").stdin(Stdio::null());
    command.stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&stderr).unwrap());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let code = loop {
        if let Ok(text) = fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes =
                line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0_u64) * 1024);
        }
        if let Some(ended) = child.try_wait().unwrap() {
            break ended.code();
        }
        thread::sleep(Duration::from_millis(2));
    };
    let stderr = String::from_utf8_lossy(&fs::read(stderr).unwrap()).into_owned();
    Used { code, stdout: fs::metadata(out).unwrap().len() as usize, stderr, peak }
}

impl Used {
    /// Asserts that the command failed with TOO_LARGE within the memory limit.
    #[track_caller]
    fn too_large(self) {
        assert!(self.stderr.contains("[TOO_LARGE]"), "{:?} {}", self.code, self.stderr);
        assert_eq!(self.code, Some(1));
        assert!(self.peak <= MOST, "{} MB", self.peak >> 20);
    }

    #[track_caller]
    fn ok(self) {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        assert!(self.peak <= MOST, "{} MB", self.peak >> 20);
    }
}

fn served(body: impl Into<Vec<u8>>, kind: &str) -> Reply {
    Reply::ok(body).header("content-type", kind)
}

/// Returns the number of the requested page.
fn page_of(target: &str) -> usize {
    target.split_once("page=").map_or(0, |(_, page)| page.parse().unwrap())
}

/// Adds an endless list whose pages all have this body.
fn endless(server: &FaultServer, path: &str, body: Vec<u8>) {
    server.respond_with("GET", path, move |seen| {
        let path = seen.target.split('?').next().unwrap_or_default();
        let next = format!("<{path}?page={}>; rel=next", page_of(&seen.target) + 1);
        served(&*body, INDEX).header("link", next)
    });
}

fn name(server: &FaultServer) -> String {
    format!("{}/app:v1", server.host())
}

/// The repository: `tags` and `manifests` of a tag list one manifest.
fn repository(server: &FaultServer) -> String {
    format!("{}/app", server.host())
}

fn digest(bytes: &[u8]) -> String {
    Algorithm::Sha256.digest(bytes).to_string()
}

/// Returns an artifact with an annotation of this length.
fn artifact(number: usize, length: usize, subject: Option<&[u8]>) -> Vec<u8> {
    let mut manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "a/b",
        "config": Descriptor::of(EMPTY, b"{}"), "layers": [Descriptor::of(EMPTY, b"{}")],
        "annotations": { "number": number.to_string(), "long": "x".repeat(length) },
    });
    if let Some(subject) = subject {
        manifest["subject"] = json!(Descriptor::of(MANIFEST, subject));
    }
    manifest.to_string().into()
}

fn entry(bytes: &[u8]) -> Value {
    json!({
        "mediaType": MANIFEST, "digest": digest(bytes), "size": bytes.len(), "artifactType": "a/b",
    })
}

fn index(entries: &[Value]) -> Vec<u8> {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries }).to_string().into()
}

/// Adds these manifests, the first as `v1`, and the empty blob.
fn has(server: &FaultServer, manifests: Vec<Vec<u8>>) {
    let root = manifests[0].clone();
    let manifests: HashMap<String, Vec<u8>> =
        manifests.into_iter().map(|bytes| (digest(&bytes), bytes)).collect();
    let manifests = Arc::new(manifests);
    for method in ["GET", "HEAD"] {
        let reply = served(&*root, MANIFEST).header("docker-content-digest", digest(&root));
        server.on(method, "/manifests/v1", [reply]);
        let manifests = Arc::clone(&manifests);
        server.respond_with(method, "/v2/app/manifests/sha256:", move |seen| {
            let digest = seen.target.rsplit('/').next().unwrap_or_default();
            match manifests.get(digest) {
                Some(bytes) => served(&**bytes, MANIFEST).header("docker-content-digest", digest),
                None => Reply::error(404, "MANIFEST_UNKNOWN"),
            }
        });
    }
    server.on("GET", "/blobs/", [Reply::ok("{}")]);
    server.on("GET", "/tags/list", [Reply::ok(r#"{"tags":["v1"]}"#)]);
}

#[test]
fn endless_lists_are_too_large() {
    let server = FaultServer::start();
    let tags = |key: &'static str| {
        let names: Vec<String> = (0..LARGE / 110).map(|i| format!("{i:0100}")).collect();
        json!({ key: names }).to_string().into_bytes()
    };
    endless(&server, "/tags/list", tags("tags"));
    endless(&server, "/_catalog", tags("repositories"));
    let repository = repository(&server);
    command(&["tags", &repository]).too_large();
    command(&["tags", "--detail", &repository]).too_large();
    command(&["manifests", &repository]).too_large();
    command(&["repos", &server.host()]).too_large();
    for filler in [json!("x".repeat(LARGE)), json!(vec![0; LARGE / 2])] {
        let server = FaultServer::start();
        let body = json!({ "tags": [], "filler": filler }).to_string().into_bytes();
        endless(&server, "/tags/list", body);
        command(&["tags", &self::repository(&server)]).too_large();
    }
    // Short entries need more memory than their bytes.
    for short in [json!([""]), json!(["a"]), json!([0]), json!([null]), json!([{}])] {
        let server = FaultServer::start();
        let entry = short[0].to_string();
        let entries = vec![entry.as_str(); LARGE / (entry.len() + 1)].join(",");
        let body = format!(r#"{{"tags":[{entries}]}}"#).into_bytes();
        endless(&server, "/tags/list", body);
        let used = command(&["tags", &self::repository(&server)]);
        assert!(used.peak <= MOST && used.code == Some(1), "{short}: {}", used.stderr);
    }
}

const GRAPH: [&[&str]; 6] = [
    &["discover"],
    &["verify"],
    &["delete", "--yes", "--dry-run"],
    &["manifests"],
    &["pull", "--artifact-type", "a/b", "-o", "out"],
    &["copy", "-r"],
];

fn run_on_graph(server: &FaultServer) -> impl Iterator<Item = Used> {
    let (name, repository) = (name(server), repository(server));
    GRAPH.into_iter().map(move |operation| {
        let mut args: Vec<&str> = operation.to_vec();
        args.push(if operation[0] == "manifests" { &repository } else { &name });
        if operation[0] == "copy" {
            args.push("oci:layout:v1");
        }
        command(&args)
    })
}

#[test]
fn the_largest_results_are_printed_within_the_memory_limit() {
    let server = FaultServer::start();
    let names: Vec<String> = (0..LARGE / 20).map(|i| format!("{i:016}")).collect();
    server.respond_with("GET", "/tags/list", move |seen| {
        let reply = Reply::ok(json!({ "tags": names }).to_string());
        match page_of(&seen.target) {
            3 => reply,
            page => {
                reply.header("link", format!("</v2/app/tags/list?page={}>; rel=next", page + 1))
            }
        }
    });
    command(&["tags", "--format", "json", &repository(&server)]).ok();
    let root = artifact(0, 0, None);
    let manifests = (1..8).map(|number| artifact(number, LARGE - 1000, Some(&root)));
    let manifests: Vec<Vec<u8>> = std::iter::once(root.clone()).chain(manifests).collect();
    let listed: Vec<Value> = manifests[1..].iter().map(|bytes| entry(bytes)).collect();
    let untyped = listed.iter().cloned().map(|mut entry| {
        entry.as_object_mut().unwrap().remove("artifactType");
        entry
    });
    for listed in [listed.clone(), untyped.collect()] {
        let server = FaultServer::start();
        let path = format!("/v2/app/referrers/{}", digest(&root));
        server.on("GET", &path, [served(index(&listed), INDEX)]);
        server.on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)]);
        has(&server, manifests.clone());
        command(&["manifests", "--detail", &repository(&server)]).ok();
        command(&["discover", "-o", "json", &name(&server)]).ok();
        command(&["delete", "--yes", "--dry-run", "--format", "json", &name(&server)]).ok();
    }
}

#[test]
fn a_copy_of_a_wide_graph_holds_few_manifests_in_memory() {
    let root = artifact(0, 0, None);
    let manifests = (1..2_000).map(|number| artifact(number, 8_000, Some(&root)));
    let manifests: Vec<Vec<u8>> = std::iter::once(root.clone()).chain(manifests).collect();
    let listed: Vec<Value> = manifests[1..].iter().map(|bytes| entry(bytes)).collect();
    let server = FaultServer::start();
    let path = format!("/v2/app/referrers/{}", digest(&root));
    server.on("GET", &path, [served(index(&listed), INDEX)]);
    server.on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)]);
    has(&server, manifests);
    command(&["copy", "-r", &name(&server), "oci:layout:v1"]).ok();
}

#[test]
fn a_list_of_referrers_with_huge_annotations_is_too_large() {
    let root = artifact(0, 0, None);
    for short in [false, true] {
        let server = FaultServer::start();
        let entries = (0..if short { 10_000 } else { 4 }).map(|i: u32| {
            let mut entry = entry(&i.to_le_bytes());
            let filler = if short { 20 } else { LARGE / 5 };
            entry["annotations"] = json!({ "a": "x".repeat(filler) });
            entry
        });
        endless(&server, "/v2/app/referrers/", index(&entries.collect::<Vec<_>>()));
        has(&server, vec![root.clone()]);
        run_on_graph(&server).for_each(Used::too_large);
    }
}

#[test]
fn json_with_a_large_memory_representation_is_too_large() {
    let root = artifact(0, 0, None);
    let nested = format!("{}1{}", r#"{"":"#.repeat(100), "}".repeat(100));
    let bombs = [
        vec![nested.as_str(); LARGE / 510].join(","),
        vec![r#"{"digest":"a:b","size":1,"x":0}"#; LARGE / 33].join(","),
        vec![r#"{"digest":"a:b","size":1,"annotations":{"":""}}"#; LARGE / 50].join(","),
        vec!["{}"; LARGE / 4].join(","),
    ];
    for bomb in bombs {
        let server = FaultServer::start();
        let page = format!(r#"{{"schemaVersion":2,"manifests":[{bomb}]}}"#).into_bytes();
        let as_root = page.clone();
        endless(&server, "/v2/app/referrers/", page);
        has(&server, vec![root.clone()]);
        for used in run_on_graph(&server) {
            assert!(
                used.code == Some(1) && used.peak <= MOST,
                "{} {}",
                used.peak >> 20,
                used.stderr
            );
        }
        let server = FaultServer::start();
        server.on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)]);
        has(&server, vec![as_root]);
        for used in run_on_graph(&server) {
            assert!(used.peak <= MOST, "{} {}", used.peak >> 20, used.stderr);
        }
    }
}

/// Returns a graph of many referrers with large manifests.
fn of_large_manifests(typed: bool) -> FaultServer {
    let root = artifact(0, 0, None);
    let mut manifests = vec![root.clone()];
    manifests.extend((1..60).map(|number| artifact(number, LARGE - 1000, Some(&root))));
    let listed: Vec<Value> = manifests[1..]
        .iter()
        .map(|bytes| {
            let mut entry = entry(bytes);
            if !typed {
                entry.as_object_mut().unwrap().remove("artifactType");
            }
            entry
        })
        .collect();
    let server = FaultServer::start();
    let path = format!("/v2/app/referrers/{}", digest(&root));
    server.on("GET", &path, [served(index(&listed), INDEX)]);
    server.on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)]);
    has(&server, manifests);
    server
}

#[test]
fn few_large_manifests_are_in_memory_at_the_same_time() {
    let server = of_large_manifests(true);
    for (operation, used) in GRAPH.into_iter().zip(run_on_graph(&server)) {
        match operation[0] {
            // These operations hold all manifests in memory.
            "pull" | "manifests" => used.too_large(),
            _ => used.ok(),
        }
    }
}

#[test]
fn the_annotations_of_large_manifests_count_as_memory() {
    run_on_graph(&of_large_manifests(false)).for_each(Used::too_large);
}

#[test]
fn a_long_chain_is_walked_and_drawn_within_the_memory_limit() {
    let server = FaultServer::start();
    let root = artifact(0, 0, None);
    let length = 3_000;
    let link = |number: usize| format!("sha256:{number:064x}");
    let first = digest(&root);
    server.respond_with("GET", "/v2/app/referrers/", move |seen| {
        let subject = seen.target.rsplit('/').next().unwrap_or_default();
        let number = match subject == first {
            true => 0,
            false => usize::from_str_radix(&subject["sha256:".len()..], 16).unwrap(),
        };
        let next = json!({
            "mediaType": MANIFEST, "digest": link(number + 1), "size": 1, "artifactType": "a/b",
        });
        let listed = if number < length { vec![next] } else { Vec::new() };
        served(index(&listed), INDEX)
    });
    has(&server, vec![root]);
    for format in ["tree", "json", "dot", "mermaid", "table"] {
        let used = command(&["discover", "-o", format, &name(&server)]);
        assert!(used.stdout < 4 << 20, "{format}: {}", used.stdout);
        used.ok();
    }
    for operation in [&["verify"][..], &["delete", "--dry-run", "--yes"]] {
        let used = command(&[operation, &[&name(&server)]].concat());
        assert!(used.peak <= MOST, "{}", used.stderr);
    }
}
