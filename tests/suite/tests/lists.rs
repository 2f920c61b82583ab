//! Lists from a registry. A malformed entry or page is reported and hides no other entry. Names in
//! lists are never used as paths.

use std::time::Duration;

use ocigraph::{
    Algorithm, Client, ClientConfig, Code, CopyOptions, DeleteOptions, Descriptor, DiscoverOptions,
    Error, Graph, Limits, ProblemKind, PullOptions, Reference, ResolveOptions, VerifyOptions,
};
use ocigraph_suite::{CommandResult, FaultServer, Reply, Workspace};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const ORAS: &str = "application/vnd.cncf.oras.artifact.manifest.v1+json";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn client() -> Client {
    let wait = Duration::from_secs(5);
    let limits = Limits::default().response_timeout(wait).idle_timeout(wait).max_attempts(1);
    Client::with_config(ClientConfig::default().limits(limits))
}

fn reference(server: &FaultServer, rest: &str) -> Reference {
    format!("{}/app{rest}", server.host()).parse().unwrap()
}

fn digest(bytes: &[u8]) -> String {
    Algorithm::Sha256.digest(bytes).to_string()
}

fn served(body: impl Into<Vec<u8>>, kind: &str) -> Reply {
    Reply::ok(body).header("content-type", kind)
}

fn artifact(content: &str, subject: Option<&[u8]>) -> Vec<u8> {
    let mut layer = json!(Descriptor::of("text/plain", content.as_bytes()));
    layer["annotations"] = json!({ "org.opencontainers.image.title": content });
    let mut manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "a/b",
        "config": Descriptor::of(EMPTY, b"{}"), "layers": [layer],
    });
    if let Some(subject) = subject {
        manifest["subject"] = json!(Descriptor::of(MANIFEST, subject));
    }
    manifest.to_string().into()
}

/// Returns the entry of a list of referrers.
fn entry(bytes: &[u8]) -> Value {
    json!({
        "mediaType": MANIFEST, "digest": digest(bytes), "size": bytes.len(), "artifactType": "a/b",
    })
}

fn index(entries: &[Value]) -> Vec<u8> {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries }).to_string().into()
}

fn root() -> Vec<u8> {
    artifact("root", None)
}

fn valid_entry() -> Vec<u8> {
    artifact("valid_entry", Some(&root()))
}

/// Returns a valid entry that comes after the malformed one.
fn hidden() -> Vec<u8> {
    artifact("hidden", Some(&root()))
}

/// Starts a registry with the root as `v1` and two referrers.
fn start() -> FaultServer {
    let server = FaultServer::start();
    has_all(&server);
    server
}

fn has_all(server: &FaultServer) {
    let head = served(root(), MANIFEST).header("docker-content-digest", digest(&root()));
    server.on("GET", "/manifests/v1", [head.clone()]).on("HEAD", "/manifests/v1", [head]);
    for bytes in [root(), valid_entry(), hidden()] {
        let reply = served(&*bytes, MANIFEST).header("docker-content-digest", digest(&bytes));
        let path = format!("/manifests/{}", digest(&bytes));
        server.on("GET", &path, [reply.clone()]).on("HEAD", &path, [reply]);
    }
    for content in ["{}", "root", "valid_entry", "hidden"] {
        server.on("GET", &format!("/blobs/{}", digest(content.as_bytes())), [Reply::ok(content)]);
    }
}

fn subject_of(path: &str) -> String {
    format!("{path}{}", digest(&root()))
}

/// Starts a registry with this list of referrers of the root.
fn listing(replies: impl IntoIterator<Item = Reply>) -> FaultServer {
    let server = start();
    server.on("GET", &subject_of("/v2/app/referrers/"), replies);
    server
        .on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)])
        .on("GET", "/tags/list", [Reply::ok(r#"{"tags":["v1"]}"#)])
        .on("DELETE", "/manifests/", [Reply::new(202, "")]);
    server
}

/// Starts a registry without a referrers API and with this response for the fallback tag.
fn fallback(reply: Reply) -> FaultServer {
    let server = start();
    let tag = digest(&root()).replace(':', "-");
    server
        .on("GET", &format!("/manifests/{tag}"), [reply])
        .on("GET", "/v2/app/referrers/", [Reply::new(404, "")])
        .on("GET", "/oras/", [Reply::new(404, "")])
        .on("GET", "/_oras/", [Reply::new(404, "")])
        .on("GET", "/tags/list", [Reply::ok(json!({ "tags": ["v1", tag] }).to_string())])
        .on("DELETE", "/manifests/", [Reply::new(202, "")]);
    server
}

fn discover(server: &FaultServer) -> Result<Graph, Error> {
    run(client().discover(&reference(server, ":v1"), DiscoverOptions::default()))
}

fn discover_incomplete(server: &FaultServer) -> Graph {
    let options = DiscoverOptions::default().allow_incomplete(true);
    run(client().discover(&reference(server, ":v1"), options)).unwrap()
}

fn command(args: &[&str]) -> CommandResult {
    Workspace::new().ocigraph(args)
}

/// Entries that cannot be parsed or that contradict themselves.
fn malformed() -> Vec<Value> {
    let with = |name: &str, value: Value| {
        let mut entry = entry(&artifact("lost", Some(&root())));
        match value {
            Value::Null => entry.as_object_mut().unwrap().remove(name),
            value => entry.as_object_mut().unwrap().insert(name.to_owned(), value),
        };
        entry
    };
    vec![
        with("size", json!(-1)),
        with("size", json!(1.5)),
        with("size", json!("12")),
        with("size", json!(u64::MAX)),
        with("size", Value::Null),
        with("digest", json!(digest(b"lost").to_uppercase())),
        with("digest", json!("sha256:ABCDEF")),
        with("digest", json!("")),
        with("digest", json!(7)),
        with("digest", json!("sha256:12")),
        with("digest", json!("../../other/manifests/prod")),
        with("digest", Value::Null),
        with("mediaType", json!(3)),
        with("mediaType", Value::Null),
        with("mediaType", json!("application/vnd.example.unknown")),
        with("annotations", json!({ "a": 1 })),
        with("annotations", json!("text")),
        with("annotations", json!(["text"])),
        with("urls", json!("text")),
        with("urls", json!([1])),
        with("data", json!(1)),
        with("platform", json!("linux")),
        with("artifactType", json!(["a/b"])),
        Value::Null,
        json!(5),
        json!("text"),
        json!([MANIFEST, digest(b"lost"), 4]),
        json!({}),
    ]
}

#[test]
fn a_malformed_entry_is_reported_and_hides_no_other() {
    for bad in malformed() {
        let entries = index(&[entry(&valid_entry()), bad.clone(), entry(&hidden())]);
        for server in [listing([served(&*entries, INDEX)]), fallback(served(&*entries, INDEX))] {
            let error = discover(&server).expect_err(&bad.to_string());
            assert_eq!(error.code(), Code::Incomplete, "{bad}: {error}");
            assert!(error.to_string().contains("entry 2"), "{bad}: {error}");
            let graph = discover_incomplete(&server);
            let found: Vec<_> =
                graph.walk().map(|node| node.descriptor.digest.to_string()).collect();
            assert_eq!(found, [digest(&valid_entry()), digest(&hidden())], "{bad}");
            assert_eq!(graph.problems().len(), 1, "{bad}");
            assert_eq!(graph.problems()[0].subject.as_ref().unwrap().as_str(), digest(&root()));
        }
    }
}

#[test]
fn a_malformed_entry_of_the_older_apis_hides_no_other() {
    for (path, key) in [("/oras/artifacts/v1/", "references"), ("/_oras/artifacts/", "referrers")] {
        for bad in malformed() {
            // Earlier rules have precedence.
            let server = FaultServer::start();
            let mut one = entry(&valid_entry());
            one["mediaType"] = json!(ORAS);
            let first = Reply::ok(json!({ key: [one, bad] }).to_string());
            server.on("GET", path, [first, Reply::ok(json!({ key: [] }).to_string())]);
            has_all(&server);
            server
                .on("GET", "/v2/app/referrers/", [Reply::new(404, "")])
                .on("GET", "/oras/", [Reply::new(404, "")])
                .on("GET", "/_oras/", [Reply::new(404, "")]);
            let options = DiscoverOptions::default().allow_incomplete(true).depth(1);
            let graph = run(client().discover(&reference(&server, ":v1"), options)).unwrap();
            assert_eq!((graph.len(), graph.problems().len()), (1, 1), "{bad}");
        }
    }
}

/// Responses that are not valid lists.
fn broken_pages() -> Vec<Vec<u8>> {
    let mut broken: Vec<Vec<u8>> = [json!("text"), json!(5), json!({}), json!(true)]
        .into_iter()
        .map(|list| json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": list }))
        .chain([json!({ "schemaVersion": 2, "mediaType": INDEX })])
        .map(|page| page.to_string().into_bytes())
        .collect();
    broken.push(b"{\"schemaVersion\":2,\"manifests\":[".to_vec());
    broken.push(b"<html>hello</html>".to_vec());
    broken.push(Vec::new());
    broken
}

#[test]
fn an_invalid_list_is_not_an_empty_list() {
    for page in broken_pages() {
        for server in [listing([served(&*page, INDEX)]), fallback(served(&*page, INDEX))] {
            let shown = String::from_utf8_lossy(&page);
            let error = discover(&server).expect_err(&shown);
            assert_eq!(error.code(), Code::Incomplete, "{shown}: {error}");
            assert!(!discover_incomplete(&server).problems().is_empty(), "{shown}");
        }
    }
}

#[test]
fn a_malformed_referrers_index_is_reported_and_its_entries_are_listed() {
    for (name, value) in [
        ("annotations", json!({ "a": 1 })),
        ("artifactType", json!(5)),
        ("subject", json!("x")),
        ("mediaType", json!("application/vnd.example.unknown")),
    ] {
        let mut body = json!({
            "schemaVersion": 2, "mediaType": INDEX, "manifests": [entry(&valid_entry())],
        });
        body[name] = value;
        let server = fallback(served(body.to_string(), INDEX));
        assert_eq!(discover_incomplete(&server).len(), 1, "{name}");
    }
}

#[test]
fn every_form_of_link_header_is_followed_or_reported() {
    let page = |link: &[&str]| {
        let next = format!("{}?page=2", subject_of("/v2/app/referrers/"));
        let first = served(index(&[entry(&valid_entry())]), INDEX);
        link.iter().fold(first, |reply, link| reply.header("link", link.replace("NEXT", &next)))
    };
    let second = || served(index(&[entry(&hidden())]), INDEX);
    for link in [
        &["<NEXT>; rel=\"next\""][..],
        &["</v2/>; rel=\"first\"", "<NEXT>; rel=\"next\""],
        &["<NEXT>; rel=\"next\"", "</v2/>; rel=\"last\""],
        &["<NEXT>; rel=\"next last\""],
        &["<NEXT>; rel=\"last next\""],
        &["<NEXT>; title=\"x\"; rel=next"],
        &["<NEXT>; rel='next'"],
        &["<NEXT>;rel=Next"],
        &["</v2/>; rel=prev, <NEXT>; rel=next"],
        &["<NEXT>; title=\"\u{e9}\"; rel=next"],
        &["<?page=2>; rel=next"],
        // A host or a path that only a proxy or gateway knows: the query is used, nothing else.
        &["<http://127.0.0.1:1NEXT>; rel=next"],
        &["<https://registry.example.com/v2/app/referrers/x?page=2>; rel=next"],
        &["</v2/other/referrers/x?page=2>; rel=next"],
        &["</v2/app/referrers/../../other/referrers/x?page=2>; rel=next"],
        &["</repository/docker/v2/app/referrers/x?page=2>; rel=next"],
    ] {
        let server = listing([page(link), second()]);
        assert_eq!(discover(&server).unwrap().len(), 2, "{link:?}");
        assert!(server.all().iter().all(|seen| !seen.target.contains("other")), "{link:?}");
    }
    for link in [
        &["NEXT; rel=\"next\""][..],
        &["<NEXT; rel=next"],
        &["<ftp://127.0.0.1NEXT>; rel=next"],
        // Without a query, only a list of names has a next page.
        &["</v2/app/referrers/../../other/referrers/x>; rel=next"],
    ] {
        let server = listing([page(link), page(link), second()]);
        assert_eq!(discover(&server).unwrap_err().code(), Code::Incomplete, "{link:?}");
        let graph = discover_incomplete(&server);
        assert_eq!((graph.len(), graph.problems().len()), (1, 1), "{link:?}");
        assert!(server.all().iter().all(|seen| !seen.target.contains("other")), "{link:?}");
    }
}

#[test]
fn an_unreadable_page_hides_no_earlier_page() {
    let next = format!("<{}?page=2>; rel=next", subject_of("/v2/app/referrers/"));
    let pages = broken_pages().into_iter().map(|page| served(page, INDEX));
    for second in pages.chain([
        served("<html>hello</html>", "text/html"),
        Reply::new(404, ""),
        Reply::error(404, "MANIFEST_UNKNOWN"),
        Reply::error(400, "NAME_INVALID"),
        Reply::error(500, "UNKNOWN"),
        Reply::reset(),
        served(vec![b' '; 5 << 20], INDEX),
    ]) {
        let first = served(index(&[entry(&valid_entry())]), INDEX).header("link", &next);
        let server = listing([first.clone(), second.clone(), first, second.clone()]);
        assert_eq!(discover(&server).unwrap_err().code(), Code::Incomplete);
        let graph = discover_incomplete(&server);
        assert_eq!((graph.len(), graph.problems().len()), (1, 1));
    }
}

#[test]
fn a_referrer_with_an_unreadable_type_is_reported() {
    let mut untyped = entry(b"unread");
    untyped.as_object_mut().unwrap().remove("artifactType");
    let server = listing([served(index(&[untyped]), INDEX)]);
    server.on("GET", &format!("/manifests/{}", digest(b"unread")), [served("unread", MANIFEST)]);
    let graph = discover_incomplete(&server);
    assert_eq!((graph.len(), graph.problems().len()), (1, 1));
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().artifact_type("a/b").output(out.path().join("new"));
    let pulled = run(client().pull(&reference(&server, ":v1"), options));
    assert_eq!(pulled.unwrap_err().code(), Code::Incomplete);
}

/// Starts a registry that lists one valid referrer and one that cannot be parsed.
fn registry_with_incomplete_list() -> FaultServer {
    let bad = json!({ "mediaType": MANIFEST, "digest": digest(b"lost"), "size": -1 });
    listing([served(index(&[entry(&valid_entry()), bad]), INDEX)])
}

#[test]
fn a_pull_by_type_from_an_incomplete_list_writes_nothing() {
    let server = registry_with_incomplete_list();
    let out = tempfile::tempdir().unwrap();
    for kind in ["a/b", "c/d"] {
        let options = PullOptions::default().artifact_type(kind).output(out.path().join("new"));
        let pulled = run(client().pull(&reference(&server, ":v1"), options));
        assert_eq!(pulled.unwrap_err().code(), Code::Incomplete, "{kind}");
        assert!(!out.path().join("new").exists());
    }
}

#[test]
fn a_copy_of_an_incomplete_graph_sets_no_tag() {
    let server = registry_with_incomplete_list();
    let out = tempfile::tempdir().unwrap();
    let layout = format!("oci:{}", out.path().join("layout").display());
    let to: Reference = format!("{layout}:v1").parse().unwrap();
    let options = CopyOptions::default().recursive(true);
    let copied = run(client().copy(&reference(&server, ":v1"), &to, options.clone()));
    assert_eq!(copied.unwrap_err().code(), Code::Incomplete);
    let there: Reference = format!("{layout}@{}", digest(&root())).parse().unwrap();
    assert_eq!(run(client().discover(&there, DiscoverOptions::default())).unwrap().len(), 1);
    let layout: Reference = layout.parse().unwrap();
    assert!(run(client().tags(&layout)).unwrap().is_empty());
    // A copy without referrers is complete.
    let alone = options.recursive(false);
    run(client().copy(&reference(&server, ":v1"), &to, alone)).unwrap();
}

#[test]
fn a_delete_of_an_incomplete_graph_needs_force() {
    let server = registry_with_incomplete_list();
    let name = reference(&server, ":v1");
    for dry_run in [false, true] {
        let options = DeleteOptions::default().dry_run(dry_run);
        let error = run(client().delete(&name, options)).unwrap_err();
        assert_eq!(error.code(), Code::Incomplete);
    }
    assert!(server.seen("DELETE", "").is_empty());
    let forced = DeleteOptions::default().force(true);
    assert_eq!(run(client().delete(&name, forced)).unwrap().deleted.len(), 2);
    let ran = command(&["delete", "--yes", "--force", &name.to_string()]);
    assert!(ran.stderr.contains("entry 2"), "{ran}");
    ran.ok();
}

#[test]
fn verify_reports_the_problems_of_a_list() {
    let server = registry_with_incomplete_list();
    let name = reference(&server, ":v1");
    let report = run(client().verify(&name, VerifyOptions::default())).unwrap();
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert_eq!(report.problems[0].kind, ProblemKind::Malformed);
    assert_eq!(report.problems[0].descriptor.digest.as_str(), digest(&root()));
    assert!(report.problems[0].detail.contains("entry 2"), "{report:?}");
}

#[test]
fn the_command_prints_valid_entries_and_fails() {
    let server = registry_with_incomplete_list();
    let name = reference(&server, ":v1").to_string();
    for format in ["tree", "json", "table", "dot", "mermaid"] {
        let ran = command(&["discover", "-o", format, &name]);
        assert!(ran.stdout.contains(&digest(&valid_entry())[..19]), "{ran}");
        let stderr = ran.fails_with(1);
        assert!(stderr.contains("[INCOMPLETE]") && stderr.contains("entry 2"), "{stderr}");
    }
    let place = reference(&server, "").to_string();
    let ran = command(&["manifests", &place]);
    assert!(ran.stdout.contains(&digest(&valid_entry())), "{ran}");
    assert!(ran.fails_with(1).contains("[INCOMPLETE]"));
}

#[test]
fn a_push_beside_a_malformed_entry_sets_no_fallback_tag() {
    let server = registry_with_incomplete_list();
    server
        .on("POST", "/blobs/uploads/", [Reply::new(201, "")])
        .on("HEAD", "/blobs/", [Reply::new(200, "")])
        .on("PUT", "/manifests/", [Reply::new(201, "")]);
    let work = Workspace::new();
    work.write("note.txt", "note");
    let name = reference(&server, ":v1").to_string();
    work.ocigraph(&["attach", "--artifact-type", "note/example", &name, "note.txt"]).ok();
    let puts = server.seen("PUT", "/manifests/");
    assert_eq!(puts.len(), 1, "{puts:?}");
    assert!(puts[0].target.contains("/manifests/sha256:"), "{puts:?}");
}

/// Attaches a note to the root of a registry with this response for the fallback tag.
fn attach(before: &[u8], after: &[u8]) -> (FaultServer, CommandResult) {
    let server = FaultServer::start();
    let tag = digest(&root()).replace(':', "-");
    let replies = [before, after].map(|body| served(body, INDEX));
    server
        .on("GET", &format!("/manifests/{tag}"), replies)
        .on("GET", "/v2/app/referrers/", [Reply::new(404, "")])
        .on("GET", "/oras/", [Reply::new(404, "")])
        .on("GET", "/_oras/", [Reply::new(404, "")])
        .on("POST", "/blobs/uploads/", [Reply::new(201, "")])
        .on("HEAD", "/blobs/", [Reply::new(200, "")])
        .on("PUT", "/manifests/", [Reply::new(201, "")])
        .on("DELETE", "/manifests/", [Reply::new(202, "")]);
    has_all(&server);
    let work = Workspace::new();
    work.write("note.txt", "note");
    let name = reference(&server, ":v1").to_string();
    let ran = work.ocigraph(&["attach", "--artifact-type", "note/example", &name, "note.txt"]);
    (server, ran)
}

#[test]
fn a_rewritten_referrers_index_keeps_unreadable_entries() {
    for bad in malformed() {
        let before = index(&[entry(&valid_entry()), bad.clone()]);
        // Later responses do not contain the new entry; the test checks only what was pushed.
        let (server, _) = attach(&before, &before);
        let puts = server.seen("PUT", "/manifests/sha256-");
        assert!(!puts.is_empty(), "{bad}");
        for put in puts {
            let written: Value = serde_json::from_slice(&put.content).unwrap();
            let entries = written["manifests"].as_array().unwrap();
            assert_eq!(entries.len(), 3, "{written}");
            assert!(
                entries.contains(&bad) && entries.contains(&entry(&valid_entry())),
                "{written}"
            );
        }
    }
}

#[test]
fn an_unreadable_referrers_index_is_not_replaced() {
    for page in broken_pages() {
        let (server, ran) = attach(&page, &page);
        assert!(ran.fails_with(1).contains("[INCOMPLETE]"));
        assert!(server.seen("PUT", "/manifests/sha256-").is_empty());
        assert!(server.seen("DELETE", "").is_empty());
    }
}

#[test]
fn a_damaged_manifest_of_a_layout_is_not_taken_for_nothing_attached() {
    let work = Workspace::new();
    work.write("a.txt", "a");
    work.ocigraph(&["push", "oci:l:v1", "a.txt"]).ok();
    let args = ["attach", "--artifact-type", "note/example", "oci:l:v1", "a.txt"];
    let attached = work.ocigraph(&[&args[..], &["--format", "json"]].concat()).json();
    let damaged = attached["descriptor"]["digest"].as_str().unwrap().replace(':', "/");
    work.write(format!("l/blobs/{damaged}"), "damaged");
    let ran = work.ocigraph(&["discover", "oci:l:v1"]);
    assert!(ran.fails_with(1).contains("[INCOMPLETE]"));
    let ran = work.ocigraph(&["pull", "--artifact-type", "note/example", "oci:l:v1", "-o", "out"]);
    assert!(ran.fails_with(1).contains("[INCOMPLETE]"));
    let ran = work.ocigraph(&["delete", "--yes", "oci:l:v1"]);
    assert!(ran.fails_with(1).contains("[INCOMPLETE]"));
    work.ocigraph(&["delete", "--yes", "--force", "oci:l:v1"]).ok();
}

#[test]
fn a_list_of_tags_or_repositories_is_read_entry_by_entry() {
    for bad in [json!(null), json!(5), json!({ "name": "x" }), json!(["x"]), json!(true)] {
        let server = FaultServer::start();
        let body = |key: &str| Reply::ok(json!({ key: ["one", bad, "two"] }).to_string());
        server.on("GET", "/tags/list", [body("tags")]).on(
            "GET",
            "/v2/_catalog",
            [body("repositories")],
        );
        let name = reference(&server, "");
        let host = server.host().parse().unwrap();
        let tags = run(client().list_tags(&name)).unwrap();
        assert_eq!((tags.entries.len(), tags.problems.len()), (2, 1), "{bad}");
        let repositories = run(client().list_repositories(&host)).unwrap();
        assert_eq!((repositories.entries.len(), repositories.problems.len()), (2, 1), "{bad}");
        assert_eq!(run(client().tags(&name)).unwrap_err().code(), Code::Incomplete);
        let ran = command(&["tags", &name.to_string()]);
        assert_eq!(ran.stdout, "one\ntwo\n");
        assert!(ran.fails_with(1).contains("entry 2"));
        let ran = command(&["repos", &server.host(), "--format", "json"]);
        let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
        let expected = json!({ "registry": server.host(), "repositories": ["one", "two"] });
        assert_eq!(listed, expected);
        ran.fails_with(1);
    }
    for list in [json!("x"), json!({}), json!(5)] {
        let server = FaultServer::start();
        server.on("GET", "/tags/list", [Reply::ok(json!({ "tags": list }).to_string())]);
        let tags = run(client().tags(&reference(&server, "")));
        assert_eq!(tags.unwrap_err().code(), Code::Incomplete, "{list}");
    }
}

#[test]
fn azures_lists_are_read_entry_by_entry() {
    let server = FaultServer::start();
    let one = json!({ "digest": digest(b"one"), "mediaType": MANIFEST, "tags": ["v1"] });
    for (name, value) in [
        ("digest", json!("sha256:X")),
        ("tags", json!([1])),
        ("tags", json!(["../../other/manifests/prod"])),
        ("imageSize", json!("12")),
        ("changeableAttributes", json!("x")),
    ] {
        let mut bad = one.clone();
        bad[name] = value;
        let entries = [one.clone(), bad, json!(null)];
        server.on("GET", "/_manifests", [Reply::ok(json!({ "manifests": entries }).to_string())]);
        let listed = run(client().list_manifests(&reference(&server, ""))).unwrap();
        assert_eq!((listed.entries.len(), listed.problems.len()), (1, 2), "{name}");
    }
    let tag = |name: Value| json!({ "name": name, "digest": digest(b"one") });
    let tags = [tag(json!("v1")), tag(json!("../x")), tag(json!(1)), json!("v1")];
    server.on("GET", "/_tags", [Reply::ok(json!({ "tags": tags }).to_string())]);
    let listed = run(client().list_tag_details(&reference(&server, ""))).unwrap();
    assert_eq!((listed.entries.len(), listed.problems.len()), (1, 3));
}

#[test]
fn a_tag_that_is_a_path_is_shown_and_never_asked_for() {
    const ODD: [&str; 6] = [
        "../../other/manifests/prod",
        "..",
        "v1?x=../../other",
        "%2e%2e/%2e%2e/other/manifests/prod",
        "a b\u{1b}[2J",
        "",
    ];
    for odd in ODD {
        let server = start();
        server
            .on("GET", "/tags/list", [Reply::ok(json!({ "tags": ["v1", odd] }).to_string())])
            .on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)])
            .on("DELETE", "/", [Reply::new(202, "")]);
        let name = reference(&server, ":v1");
        let place = reference(&server, "").to_string();
        let error = run(client().delete(&name, DeleteOptions::default())).unwrap_err();
        assert_eq!(error.code(), Code::Incomplete, "{odd:?}: {error}");
        let forced = DeleteOptions::default().force(true);
        run(client().delete(&name, forced)).unwrap();
        let recursive = CopyOptions::default().recursive(true);
        let out = tempfile::tempdir().unwrap();
        let to = format!("oci:{}:v1", out.path().join("layout").display()).parse().unwrap();
        run(client().copy(&name, &to, recursive)).unwrap();
        for args in [&["tags"][..], &["tags", "--detail"], &["manifests"]] {
            let ran = command(&[args, &[&place]].concat());
            assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{ran}");
            if args.len() == 1 && args[0] == "tags" && !odd.contains('\u{1b}') {
                assert!(ran.stdout.lines().any(|line| line == odd), "{ran}");
            }
            assert!(ran.fails_with(1).contains("[INCOMPLETE]"), "{odd:?}");
        }
        for seen in server.all() {
            let own =
                seen.target.starts_with("/v2/app/") || seen.target.starts_with("/acr/v1/app/");
            assert!(own || seen.target == "/v2/", "{odd:?}: {seen:?}");
            assert!(!seen.target.contains("other"), "{odd:?}: {seen:?}");
        }
    }
}

#[test]
fn a_body_that_contradicts_its_content_type_is_refused() {
    const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
    const LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    let without = |bytes: &[u8]| {
        let mut body: Value = serde_json::from_slice(bytes).unwrap();
        body.as_object_mut().unwrap().remove("mediaType");
        body.to_string().into_bytes()
    };
    let fetch = |body: &[u8], kind: &str| {
        let server = FaultServer::start();
        server.on("GET", "/manifests/v1", [served(body, kind)]);
        run(client().fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
    };
    let (image, index) = (root(), index(&[entry(&valid_entry())]));
    for (body, kind) in [
        (&image, INDEX),
        (&image, LIST),
        (&image, ORAS),
        (&index, MANIFEST),
        (&index, DOCKER),
        (&index, "Application/vnd.OCI.image.manifest.v1+json; charset=utf-8"),
        (&without(&image), INDEX),
        (&without(&index), MANIFEST),
    ] {
        let error = fetch(body, kind).expect_err(kind);
        assert_eq!(error.code(), Code::InvalidManifest, "{kind}: {error}");
        let message = error.to_string().to_ascii_lowercase();
        assert!(message.contains("served") && message.contains("application/vnd"), "{message}");
    }
    for kind in ["application/json", "text/plain; charset=utf-8", "application/octet-stream", ""] {
        assert!(!fetch(&image, kind).unwrap().is_index(), "{kind}");
        assert!(fetch(&index, kind).unwrap().is_index(), "{kind}");
    }
}

#[test]
fn text_from_a_registry_is_printed_without_control_characters() {
    const ODD: [&str; 6] =
        ["\u{9b}2J", "\u{202e}evil", "a\u{200b}b", "\u{2028}x", "\u{1b}]0;x\u{7}", "\u{feff}"];
    for odd in ODD {
        let mut odd_entry = entry(&valid_entry());
        odd_entry["artifactType"] = json!(format!("a/{odd}"));
        odd_entry["annotations"] = json!({ odd: odd });
        let mut bad = entry(&hidden());
        bad["size"] = json!(odd);
        let server = listing([served(index(&[odd_entry, bad]), INDEX)]);
        server.on("GET", "/tags/list", [Reply::ok(json!({ "tags": [odd] }).to_string())]);
        let name = reference(&server, ":v1").to_string();
        for args in [
            &["discover"][..],
            &["discover", "-o", "json"],
            &["discover", "-o", "table", "--verbose"],
            &["discover", "-o", "dot"],
            &["discover", "-o", "mermaid"],
            &["manifests", "--detail"],
            &["tags"],
            &["verify"],
            &["verify", "--format", "json"],
            &["delete", "--dry-run", "--force"],
        ] {
            let ran = command(&[args, &[&name]].concat());
            for c in odd.chars().filter(|c| !c.is_ascii_graphic()) {
                assert!(!ran.stdout.contains(c) && !ran.stderr.contains(c), "{odd:?} {ran}");
            }
        }
    }
}

#[test]
fn two_manifests_are_two_nodes_of_a_drawing() {
    // The first sixteen characters of both digests are equal.
    let digests = [
        "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
        "x:--==>n1",
        "x+y.z:end",
    ];
    let entries: Vec<Value> = digests
        .iter()
        .map(|digest| {
            json!({ "mediaType": MANIFEST, "digest": digest, "size": 1, "artifactType": "a/b" })
        })
        .collect();
    let bad = digests[2];
    assert!(bad.parse::<ocigraph::Digest>().is_err());
    let server = listing([served(index(&[&entries[..2], &entries[3..]].concat()), INDEX)]);
    let graph = discover(&server).unwrap();
    for drawing in [graph.mermaid("root"), graph.dot("root")] {
        let nodes = drawing.lines().filter(|line| line.contains("sha256:") || line.contains("x+y"));
        assert_eq!(nodes.count(), 4, "{drawing}");
        for (id, from) in [("n1", "n0"), ("n2", "n0"), ("n3", "n0")] {
            let arrow = drawing.lines().any(|line| {
                let line = line.trim().trim_end_matches(';');
                line == format!("{id} --> {from}") || line == format!("{id} -> {from}")
            });
            assert!(arrow, "{drawing}");
        }
    }
}
