//! Faults in lists of referrers and during walks of a graph.

use std::{sync::Arc, time::Duration};

use ocigraph::{
    Algorithm, Client, ClientConfig, Code, Connection, CopyOptions, DeleteOptions, Descriptor,
    DiscoverOptions, EdgeKind, Error, Limits, Manifest, ManifestDeletion, ProblemKind, ReadStore,
    Reference, Registry, Store, VerifyOptions, VerifyReport,
};
use ocigraph_fixture::{Config, Fixture, Referrers};
use ocigraph_suite::{FaultServer, Reply};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// Returns a client with short timeouts and a limit on entries.
fn client(entries: usize) -> Client {
    let wait = Duration::from_secs(5);
    let limits = Limits::default()
        .response_timeout(wait)
        .idle_timeout(wait)
        .max_attempts(1)
        .max_entries(entries);
    Client::with_config(ClientConfig::default().limits(limits))
}

fn reference(server: &FaultServer, rest: &str) -> Reference {
    format!("{}/app{rest}", server.host()).parse().unwrap()
}

fn store(host: &str) -> Registry {
    let config = Arc::new(ClientConfig::default());
    let host = host.parse().unwrap();
    Registry::new(Arc::new(Connection::new(&host, config).unwrap()), "app")
}

/// Returns the descriptor of `bytes` for an index.
fn entry(kind: &str, bytes: &[u8]) -> Value {
    let descriptor = Descriptor::of(kind, bytes);
    json!({
        "mediaType": kind, "digest": descriptor.digest, "size": bytes.len(), "artifactType": "a/b",
    })
}

fn index(entries: &[Value]) -> Vec<u8> {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries }).to_string().into()
}

/// Returns an artifact with the layer `content` and this subject.
fn artifact(content: &[u8], subject: Option<&[u8]>) -> Vec<u8> {
    let mut manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "a/b",
        "config": Descriptor::of(EMPTY, b"{}"), "layers": [Descriptor::of(LAYER, content)],
    });
    if let Some(subject) = subject {
        manifest["subject"] = json!(Descriptor::of(MANIFEST, subject));
    }
    manifest.to_string().into()
}

fn digest(bytes: &[u8]) -> String {
    Algorithm::Sha256.digest(bytes).to_string()
}

fn served(body: impl Into<Vec<u8>>, kind: &str) -> Reply {
    Reply::ok(body).header("content-type", kind)
}

/// Adds a manifest under its digest.
fn has(server: &FaultServer, bytes: &[u8], kind: &str) {
    let path = format!("/manifests/{}", digest(bytes));
    let reply = served(bytes, kind).header("docker-content-digest", digest(bytes));
    server.on("GET", &path, [reply.clone()]).on("HEAD", &path, [reply]);
}

/// Adds a manifest under its digest and as `v1`.
fn has_root(server: &FaultServer, bytes: &[u8], kind: &str) {
    let reply = served(bytes, kind).header("docker-content-digest", digest(bytes));
    server.on("GET", "/manifests/v1", [reply.clone()]).on("HEAD", "/manifests/v1", [reply]);
    has(server, bytes, kind);
}

fn lists(server: &FaultServer, subject: &[u8], referrers: &[Value]) {
    let path = format!("/v2/app/referrers/{}", digest(subject));
    server.on("GET", &path, [served(index(referrers), INDEX)]);
}

fn has_blob(server: &FaultServer, bytes: &[u8]) {
    server.on("GET", &format!("/blobs/{}", digest(bytes)), [Reply::ok(bytes)]);
}

#[test]
fn a_failing_referrers_api_is_an_error_and_not_an_empty_list() {
    let (root, one) = (artifact(b"root", None), artifact(b"one", None));
    let discover = |reply: Reply, there: bool| {
        let server = FaultServer::start();
        has_root(&server, &root, MANIFEST);
        if there {
            has(&server, &one, MANIFEST);
        }
        lists(&server, &root, &[entry(MANIFEST, &one)]);
        server.on("GET", &format!("/referrers/{}", digest(&one)), [reply]);
        let name = reference(&server, ":v1");
        run(client(100).discover(&name, DiscoverOptions::default())).map(|graph| graph.len())
    };
    for failing in [
        served("<html>hello</html>", "text/html"),
        Reply::error(400, "NAME_INVALID"),
        Reply::new(404, "404 page not found"),
        Reply::error(405, "UNSUPPORTED"),
        Reply::new(406, ""),
        Reply::error(501, "UNSUPPORTED"),
    ] {
        let error = discover(failing.clone(), true).unwrap_err();
        assert_eq!(error.code(), Code::Registry, "{failing:?}: {error}");
    }
    // A missing manifest has no referrers, with or without an error code in the response.
    for none in [Reply::error(404, "MANIFEST_UNKNOWN"), Reply::new(404, "404 page not found")] {
        assert_eq!(discover(none.clone(), false).unwrap(), 1, "{none:?}");
    }
}

#[test]
fn an_error_of_the_older_apis_means_that_they_do_not_exist() {
    let (root, one) = (artifact(b"root", None), artifact(b"one", None));
    for refusal in [Reply::error(401, "UNAUTHORIZED"), Reply::error(403, "DENIED")] {
        let server = FaultServer::start();
        has_root(&server, &root, MANIFEST);
        server
            .on("GET", "/oras/artifacts/v1/", [refusal.clone()])
            .on("GET", "/_oras/artifacts/referrers", [refusal])
            .on("GET", "/v2/app/referrers/", [Reply::error(404, "NOT_FOUND")])
            .on("GET", "/manifests/sha256-", [served(index(&[entry(MANIFEST, &one)]), INDEX)]);
        let options = DiscoverOptions::default().depth(1).only(EdgeKind::Referrer);
        let graph = run(client(100).discover(&reference(&server, ":v1"), options)).unwrap();
        assert_eq!(graph.len(), 1);
    }
}

/// Pushes a referrer to a registry without a referrers API, with these responses for the referrers
/// index.
fn push_referrer(
    index_reads: Vec<Reply>,
    index_writes: Vec<Reply>,
) -> (FaultServer, Result<(), Error>) {
    let server = FaultServer::start();
    server
        .on("GET", "/v2/app/referrers/", [Reply::error(404, "NOT_FOUND")])
        .on("GET", "/oras/", [Reply::new(404, "")])
        .on("GET", "/_oras/", [Reply::new(404, "")])
        .on("GET", "/manifests/sha256-", index_reads)
        .on("PUT", "/manifests/sha256-", index_writes)
        .on("PUT", "/manifests/", [Reply::new(201, "")]);
    let referrer = artifact(b"one", Some(&artifact(b"root", None)));
    let referrer = Manifest::parse(referrer.into(), None, Algorithm::Sha256).unwrap();
    let pushed = run(store(&server.host()).push_manifest(&referrer, &[]));
    (server, pushed)
}

#[test]
fn a_referrers_index_that_always_changes_is_a_conflict() {
    let others = served(index(&[entry(MANIFEST, b"another")]), INDEX);
    let (_, pushed) = push_referrer(vec![others], vec![Reply::new(412, "")]);
    assert_eq!(pushed.unwrap_err().code(), Code::Conflict);
}

#[test]
fn a_rejected_entity_tag_is_omitted_once() {
    let one = artifact(b"one", Some(&artifact(b"root", None)));
    let before = served(index(&[entry(MANIFEST, b"another")]), INDEX).header("etag", "\"x\"");
    let after = served(index(&[entry(MANIFEST, b"another"), entry(MANIFEST, &one)]), INDEX);
    let reads = vec![before.clone(), before, after];
    let (server, pushed) = push_referrer(reads, vec![Reply::new(412, ""), Reply::new(201, "")]);
    pushed.unwrap();
    let writes = server.seen("PUT", "/manifests/sha256-");
    let conditions: Vec<_> = writes.iter().map(|w| w.header("if-match")).collect();
    assert_eq!(conditions, [Some("\"x\""), None]);
}

#[test]
fn a_tag_that_cannot_be_read_after_its_manifest_was_deleted_fails_no_delete() {
    let root = artifact(b"root", None);
    for status in [403, 412, 500] {
        let server = FaultServer::start();
        server
            .on("DELETE", "/manifests/sha256:", [Reply::new(202, "")])
            .on("HEAD", "/manifests/v1", [Reply::new(status, "")])
            .on("GET", "/manifests/v1", [Reply::error(status, "DENIED")]);
        let deletion = ManifestDeletion {
            manifest: Descriptor::of(MANIFEST, &root),
            subject: None,
            subject_retained: false,
            tags: vec!["v1".to_owned()],
        };
        let host = server.host().parse().unwrap();
        let config = ClientConfig::default().limits(Limits::default().max_attempts(1));
        let connection = Arc::new(Connection::new(&host, Arc::new(config)).unwrap());
        let store = Registry::new(connection, "app");
        let results = run(store.delete_manifests(&[deletion], 1));
        assert!(matches!(&results[..], [Ok(())]), "{status}: {results:?}");
        assert!(server.seen("DELETE", "/manifests/v1").is_empty());
    }
}

#[test]
fn a_store_with_a_cached_tag_list_finds_its_own_referrers_index() {
    let config = Config { referrers: Referrers::None, check_blobs: false, ..Config::default() };
    let fixture = Fixture::start(config);
    let store = store(&fixture.host());
    let root = artifact(b"root", None);
    let parse = |bytes: &[u8]| Manifest::parse(bytes.to_vec().into(), None, Algorithm::Sha256);
    let (root, one) = (parse(&root).unwrap(), parse(&artifact(b"one", Some(&root))).unwrap());
    run(async {
        store.push_manifest(&root, &["v1".to_owned()]).await.unwrap();
        // From the second query on, the store uses the list of tags.
        for _ in 0..2 {
            assert_eq!(store.referrers(root.digest(), None).await.unwrap().entries, []);
        }
        store.push_manifest(&one, &[]).await.unwrap();
        let found = store.referrers(root.digest(), None).await.unwrap().complete().unwrap();
        assert_eq!(found.iter().map(|d| &d.digest).collect::<Vec<_>>(), [one.digest()]);
    });
}

fn copy(server: &FaultServer, to: &str, options: CopyOptions) -> Result<(), Error> {
    let name = reference(server, ":v1");
    run(client(100).copy(&name, &to.parse().unwrap(), options)).map(drop)
}

#[test]
fn a_subject_can_be_missing_but_not_its_content() {
    let subject = artifact(b"content of the subject", None);
    let root = artifact(b"root", Some(&subject));
    for there in [false, true] {
        let server = FaultServer::start();
        has_root(&server, &root, MANIFEST);
        has_blob(&server, b"{}");
        has_blob(&server, b"root");
        if there {
            has(&server, &subject, MANIFEST);
        }
        let out = tempfile::tempdir().unwrap();
        let to = format!("oci:{}:v1", out.path().join("layout").display());
        let copied = copy(&server, &to, CopyOptions::default());
        match there {
            false => copied.unwrap(),
            true => assert_eq!(copied.unwrap_err().code(), Code::NotFound),
        }
    }
}

#[test]
fn an_index_entry_that_is_a_blob_is_copied_and_verified() {
    let server = FaultServer::start();
    has_root(&server, &index(&[entry(LAYER, b"a cached layer")]), INDEX);
    has_blob(&server, b"a cached layer");
    let out = tempfile::tempdir().unwrap();
    let layout = out.path().join("layout");
    let to = format!("oci:{}:v1", layout.display());
    copy(&server, &to, CopyOptions::default()).unwrap();
    let blob = layout.join("blobs").join(digest(b"a cached layer").replace(':', "/"));
    assert_eq!(std::fs::read(&blob).unwrap(), b"a cached layer");
    std::fs::remove_file(&blob).unwrap();
    let report = run(client(100).verify(&to.parse().unwrap(), VerifyOptions::default())).unwrap();
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].kind, ProblemKind::Missing);
}

#[test]
fn waiting_large_blobs_do_not_delay_discovery() {
    let server = FaultServer::start();
    let layers: Vec<Value> = (0..6)
        .map(|i| json!({ "mediaType": LAYER, "digest": digest(&[i]), "size": 8 << 20 }))
        .collect();
    let root = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "a/b",
        "config": Descriptor::of(EMPTY, b"{}"), "layers": layers,
    });
    let mut below: Vec<u8> = root.to_string().into();
    has_root(&server, &below, MANIFEST);
    has_blob(&server, b"{}");
    for _ in 0..20 {
        let referrer = artifact(b"{}", Some(&below));
        lists(&server, &below, &[entry(MANIFEST, &referrer)]);
        has(&server, &referrer, MANIFEST);
        below = referrer;
    }
    lists(&server, &below, &[]);
    server.on("GET", "/blobs/", [Reply::silence()]);
    let last = format!("/referrers/{}", digest(&below));
    let out = tempfile::tempdir().unwrap();
    let to = format!("oci:{}:v1", out.path().join("layout").display()).parse().unwrap();
    let options = CopyOptions::default().recursive(true).concurrency(5);
    run(async {
        let (client, from) = (Client::new(), reference(&server, ":v1"));
        let found = async {
            while server.seen("GET", &last).is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            copied = client.copy(&from, &to, options) => panic!("{copied:?}"),
            found = tokio::time::timeout(Duration::from_secs(20), found) => found.unwrap(),
        }
    });
    assert!(server.seen("GET", "/blobs/").len() <= 5);
}

fn verify(server: &FaultServer) -> VerifyReport {
    run(client(100).verify(&reference(server, ":v1"), VerifyOptions::default())).unwrap()
}

#[test]
fn a_list_of_tags_that_hides_referrers_is_a_problem() {
    let tags = [Reply::error(403, "DENIED"), Reply::ok(r#"{"tags":["v1",5]}"#)];
    for (tags, problems) in tags.into_iter().zip([1, 1]).chain([(Reply::error(404, "x"), 0)]) {
        let server = FaultServer::start();
        let root = artifact(b"{}", None);
        has_root(&server, &root, MANIFEST);
        has_blob(&server, b"{}");
        server.on("GET", "/tags/list", [tags]);
        let report = verify(&server);
        assert_eq!(report.problems.len(), problems, "{report:?}");
        for problem in report.problems {
            assert_eq!(problem.kind, ProblemKind::Unreadable);
            assert!(problem.detail.contains("tags"), "{}", problem.detail);
        }
    }
}

#[test]
fn a_wrong_size_is_reported_even_if_another_descriptor_is_correct() {
    let server = FaultServer::start();
    let child = artifact(b"{}", None);
    let mut wrong = entry(MANIFEST, &child);
    wrong["size"] = json!(1);
    let root = index(&[entry(MANIFEST, &child), wrong]);
    has_root(&server, &root, INDEX);
    has(&server, &child, MANIFEST);
    has_blob(&server, b"{}");
    server.on("GET", "/referrers/", [served(index(&[]), INDEX)]);
    let report = verify(&server);
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert_eq!(report.problems[0].kind, ProblemKind::Size);
    assert_eq!(report.problems[0].descriptor.size, 1);
}

#[test]
fn a_manifest_that_is_also_a_blob_is_walked() {
    let server = FaultServer::start();
    let both = artifact(b"not there", None);
    let image = artifact(&both, None);
    let deeper = index(&[entry(INDEX, &index(&[entry(MANIFEST, &both)]))]);
    has_root(&server, &index(&[entry(MANIFEST, &image), entry(INDEX, &deeper)]), INDEX);
    has(&server, &image, MANIFEST);
    has(&server, &deeper, INDEX);
    has(&server, &index(&[entry(MANIFEST, &both)]), INDEX);
    has(&server, &both, MANIFEST);
    has_blob(&server, &both);
    has_blob(&server, b"{}");
    server.on("GET", "/referrers/", [served(index(&[]), INDEX)]);
    let report = verify(&server);
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert_eq!(report.problems[0].descriptor.digest.to_string(), digest(b"not there"));
}

#[test]
fn a_list_or_walk_beyond_the_limit_is_too_large() {
    let server = FaultServer::start();
    let root = artifact(b"{}", None);
    has_root(&server, &root, MANIFEST);
    has_blob(&server, b"{}");
    let names: Vec<String> = (0..11).map(|i| format!("t{i}")).collect();
    server.on("GET", "/tags/list", [Reply::ok(json!({ "tags": names }).to_string())]).on(
        "GET",
        "/v2/_catalog",
        [Reply::ok(json!({ "repositories": names }).to_string())],
    );
    (0..3u8).for_each(|i| has_blob(&server, &[i]));
    // Each referrer has three referrers.
    let mut level = vec![root];
    for _ in 0..3 {
        let mut next = Vec::new();
        for subject in level {
            let three: Vec<_> = (0..3u8).map(|i| artifact(&[i], Some(&subject))).collect();
            let listed: Vec<_> = three.iter().map(|bytes| entry(MANIFEST, bytes)).collect();
            lists(&server, &subject, &listed);
            three.iter().for_each(|bytes| has(&server, bytes, MANIFEST));
            next.extend(three);
        }
        level = next;
    }
    server.on("GET", "/referrers/", [served(index(&[]), INDEX)]);
    let (client, name) = (client(10), reference(&server, ":v1"));
    let recursive = CopyOptions::default().recursive(true);
    let out = tempfile::tempdir().unwrap();
    let to = format!("oci:{}:v1", out.path().join("layout").display()).parse().unwrap();
    let host = server.host().parse().unwrap();
    let errors = run(async {
        [
            client.tags(&name).await.unwrap_err(),
            client.repositories(&host).await.unwrap_err(),
            client.discover(&name, DiscoverOptions::default()).await.unwrap_err(),
            client.delete(&name, DeleteOptions::default()).await.unwrap_err(),
            client.verify(&name, VerifyOptions::default()).await.unwrap_err(),
            client.manifests(&name).await.unwrap_err(),
        ]
    });
    for error in errors {
        assert_eq!(error.code(), Code::TooLarge, "{error}");
    }
    let error = run(client.copy(&name, &to, recursive)).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge, "{error}");
}
