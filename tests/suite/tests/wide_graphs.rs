//! `discover` of subjects with many referrers: its memory, and the lines of `-o ndjson`.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::{Mutex, mpsc},
    time::Duration,
};

use ocigraph::{Client, Code, Descriptor, DiscoverOptions};
use ocigraph_fixture::{Config, Fixture, Slow};
use ocigraph_suite::{
    AttachedImage, FaultServer, Kind, Registry, Reply, SPDX, Workspace, ocigraph_binary,
};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A registry with an image that has this number of referrers, 1,000 on each page.
fn with_referrers(work: &Workspace, number: usize) -> (Fixture, String) {
    let registry = Fixture::start(Config {
        synthetic_referrers: Some(number),
        referrers_page: Some(1000),
        ..Config::default()
    });
    let image = format!("{}/app:v1", registry.host());
    work.write("app", "app");
    work.ocigraph(&["push", "-q", &image, "app"]).ok();
    (registry, image)
}

#[test]
fn a_graph_of_20000_referrers_is_printed_with_64_mib_of_memory() {
    let work = Workspace::new();
    let (_registry, image) = with_referrers(&work, 20_000);
    for (format, lines) in [("ndjson", 20_000), ("tree", 20_002), ("table", 20_004)] {
        assert_eq!(limited(&work, format, &image).lines().count(), lines, "{format}");
    }
    let graph: Value = serde_json::from_str(&limited(&work, "json", &image)).unwrap();
    assert_eq!(graph["referrers"].as_array().unwrap().len(), 20_000);
    assert_eq!(graph["references"].as_array().unwrap().len(), 20_000);
}

/// Runs `discover` with a limit on the memory of the process.
fn limited(work: &Workspace, format: &str, image: &str) -> String {
    let mut command = work.command("bash");
    command
        .args(["-c", "ulimit -d 65536; exec \"$0\" \"$@\""])
        .arg(ocigraph_binary())
        .args(["discover", "-o", format, image]);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{format}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_lines_are_the_nodes_of_the_json_with_every_filter() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let registry = Registry::start(Kind::Ocimem);
    let buildkit = "application/vnd.docker.attestation.manifest.v1+json";
    let filters: [&[&str]; 9] = [
        &[],
        &["--depth", "0"],
        &["--depth", "1"],
        &["--depth", "2"],
        &["--only", "referrer"],
        &["--only", "child"],
        &["--predicate", SPDX],
        &["--artifact-type", buildkit],
        &["--artifact-type", "none/such"],
    ];
    for location in [registry.reference("app"), format!("oci:{}", work.path("layout").display())] {
        image.push_to(&work, &location);
        let reference = format!("{location}:v1");
        for filter in filters {
            let command = |format| [&["discover", "-o", format, &reference], filter].concat();
            let graph = work.ocigraph(&command("json")).json();
            let mut expected = Vec::new();
            add_edges(&graph, 1, &mut expected);
            let lines = work.ocigraph(&command("ndjson")).ok();
            let mut found: Vec<Value> =
                lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_follow_parents(&graph["digest"], &found);
            // The index names the attestation too, and tells for which platform it is.
            let again = |line: &Value| {
                let is_same = |node: &&Value| {
                    node["digest"] == line["digest"] && node["parent"] == line["parent"]
                };
                let node = expected.iter().find(is_same).unwrap();
                node["kind"] == "referrer" && line["kind"] == "attestation"
            };
            let twice: Vec<Value> = found.extract_if(.., |line| again(line)).collect();
            for line in &twice {
                let is_same = |node: &&mut Value| node["digest"] == line["digest"];
                found.iter_mut().find(is_same).unwrap()["label"] = line["label"].clone();
            }
            for edges in [&mut expected, &mut found] {
                edges.sort_by_key(|edge| (edge["parent"].to_string(), edge["digest"].to_string()));
            }
            assert_eq!(found, expected, "{location} {filter:?}");
        }
    }
}

/// Adds the nodes of the JSON of `discover`, in the form of lines.
fn add_edges(node: &Value, depth: usize, edges: &mut Vec<Value>) {
    for list in ["referrers", "attached"] {
        for child in node[list].as_array().into_iter().flatten() {
            let mut edge = child.clone();
            let fields = edge.as_object_mut().unwrap();
            fields.remove("referrers");
            fields.remove("attached");
            fields.insert("parent".into(), node["digest"].clone());
            fields.insert("depth".into(), json!(depth));
            let kind = fields.get("edge").cloned().unwrap_or(json!("referrer"));
            fields.insert("kind".into(), kind);
            edges.push(edge);
            add_edges(child, depth + 1, edges);
        }
    }
}

#[track_caller]
fn assert_follow_parents(root: &Value, lines: &[Value]) {
    let mut known = vec![root];
    for line in lines {
        assert!(known.contains(&&line["parent"]), "{line}");
        known.push(&line["digest"]);
    }
}

#[test]
fn the_line_of_a_manifest_that_is_read_slowly_comes_before_those_of_its_referrers() {
    let work = Workspace::new();
    let registry = Fixture::start(Config::default());
    let image = format!("{}/app:v1", registry.host());
    work.write("app", "app");
    work.ocigraph(&["push", "-q", &image, "app"]).ok();
    // What a statement is, its manifest tells.
    let in_toto = "application/vnd.in-toto+json";
    let attached = work.ocigraph(&["attach", &image, "--artifact-type", in_toto, "app"]).ok();
    let statement = attached.lines().find_map(|line| line.strip_prefix("Digest: ")).unwrap();
    let subject = format!("{}/app@{statement}", registry.host());
    work.ocigraph(&["attach", &subject, "--artifact-type", "a/b", "app"]).ok();
    let slow = Slow {
        method: "GET".into(),
        path: format!("/v2/app/manifests/{statement}"),
        response_ms: 500,
        body_ms: 0,
    };
    registry.set_config(Config { slow: vec![slow], ..Config::default() });
    let lines = work.ocigraph(&["discover", "-o", "ndjson", &image]).ok();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["digest"], &lines[1]["parent"]), (&json!(statement), &json!(statement)));
    assert_eq!((&lines[0]["depth"], &lines[1]["depth"]), (&json!(1), &json!(2)));
}

/// A registry with an image whose list of referrers has two pages of one referrer. `second` returns the second
/// page.
fn of_two_pages(second: impl Fn() -> Reply + Send + Sync + 'static) -> FaultServer {
    let server = FaultServer::start();
    let root = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
    });
    let root = root.to_string().into_bytes();
    let digest = Descriptor::of(MANIFEST, &root).digest.to_string();
    for method in ["GET", "HEAD"] {
        let reply = Reply::ok(root.clone())
            .header("content-type", MANIFEST)
            .header("docker-content-digest", &digest);
        server.on(method, "/manifests/v1", [reply]);
    }
    server.on("GET", "/tags/list", [Reply::ok(r#"{"tags":["v1"]}"#)]);
    let path = format!("/v2/app/referrers/{digest}");
    server.respond_with("GET", &path, move |seen| {
        if seen.target.contains("page=2") {
            return second();
        }
        page(&[1]).header("link", "<?page=2>; rel=next")
    });
    server.respond_with("GET", "/v2/app/referrers/sha256:0", |_| page(&[]));
    server
}

fn page(numbers: &[u32]) -> Reply {
    let entry = |number: &u32| {
        json!({
            "mediaType": MANIFEST, "digest": format!("sha256:{number:064x}"), "size": 1,
            "artifactType": "a/b", "annotations": { "number": number.to_string() },
        })
    };
    let entries: Vec<Value> = numbers.iter().map(entry).collect();
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
    Reply::ok(index.to_string()).header("content-type", INDEX)
}

fn lines_of(work: &Workspace, image: &str) -> Command {
    let mut command = work.command(ocigraph_binary());
    command.args(["discover", "-o", "ndjson", image]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn a_line_is_printed_before_the_next_page_is_served() {
    let (read, is_read) = mpsc::channel();
    let is_read = Mutex::new(is_read);
    let server =
        of_two_pages(move || match is_read.lock().unwrap().recv_timeout(Duration::from_secs(20)) {
            Ok(()) => page(&[2]),
            Err(_) => Reply::error(404, "TOO_LATE"),
        });
    let work = Workspace::new();
    let mut child = lines_of(&work, &format!("{}/app:v1", server.host())).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    read.send(()).unwrap();
    let second: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let number = |line: &Value| line["annotations"]["number"].as_str().map(str::to_owned);
    assert_eq!([number(&first), number(&second)], [Some("1".into()), Some("2".into())]);
    assert!(lines.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_a_line_and_a_failure() {
    let server = of_two_pages(|| Reply::error(404, "PAGE_UNKNOWN"));
    let image = format!("{}/app:v1", server.host());
    let work = Workspace::new();
    let output = lines_of(&work, &image).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("page 2") && stderr.contains("[INCOMPLETE]"), "{stderr}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{stdout}");
    assert_eq!(lines[0]["artifactType"], "a/b");
    assert!(lines[1]["problem"].as_str().unwrap().contains("page 2 cannot be read"), "{stdout}");
    assert_eq!(lines[1]["parent"], lines[0]["parent"]);

    // The library fails unless the options allow problems.
    let reference = image.parse().unwrap();
    for allow_incomplete in [false, true] {
        let options = DiscoverOptions::default().allow_incomplete(allow_incomplete);
        let mut found = Vec::new();
        let mut rows = Client::new().discover_each(&reference, options).unwrap();
        let ended = loop {
            match rows.next_batch().await {
                Ok(Some(batch)) => found.extend(batch.iter().map(|row| row.edge.is_some())),
                ended => break ended,
            }
        };
        match allow_incomplete {
            true => {
                ended.unwrap();
                let summary = rows.summary();
                assert_eq!((summary.edges, summary.problems), (1, 1));
                assert_eq!(summary.subject.unwrap().digest.as_str(), lines[0]["parent"]);
            }
            false => assert_eq!(ended.unwrap_err().code(), Code::Incomplete),
        }
        let expected: &[bool] = if allow_incomplete { &[true, false] } else { &[true] };
        assert_eq!(found, expected);
    }
}

#[test]
fn a_reader_that_closes_the_pipe_after_a_line_ends_the_command_quietly() {
    let work = Workspace::new();
    let (_registry, image) = with_referrers(&work, 5_000);
    let mut child = lines_of(&work, &image).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
