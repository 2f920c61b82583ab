//! Faults between a client and a registry, and the behaviour of the client.

use std::{path::Path, time::Duration};

use ocigraph::{
    Algorithm, Client, ClientConfig, Code, CopyOptions, DeleteOptions, Descriptor, DiscoverOptions,
    Error, File, Limits, Outcome, PullOptions, PushOptions, Reference, ResolveOptions,
    TransferOptions,
};
use ocigraph_suite::{FaultServer, Reply, SourceOf, each_source};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// Returns a client with short timeouts that are long enough for a busy machine.
fn client() -> Client {
    let wait = Duration::from_secs(5);
    let limits =
        Limits::default().response_timeout(wait).idle_timeout(wait).upload_response_timeout(wait);
    Client::with_config(ClientConfig::default().limits(limits))
}

fn reference(server: &FaultServer, rest: &str) -> Reference {
    format!("{}/app{rest}", server.host()).parse().unwrap()
}

fn content() -> Vec<u8> {
    (0..100_000u32).flat_map(|i| (i % 251).to_le_bytes()).collect()
}

fn manifest(blob: &[u8]) -> Vec<u8> {
    let blob = Descriptor::of("application/octet-stream", blob);
    json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [{
            "mediaType": blob.media_type, "digest": blob.digest, "size": blob.size,
            "annotations": { "org.opencontainers.image.title": "file" },
        }],
    })
    .to_string()
    .into_bytes()
}

fn served(body: impl Into<Vec<u8>>, kind: &str) -> Reply {
    Reply::ok(body).header("content-type", kind)
}

fn part(from: usize) -> Reply {
    let all = content();
    let range = format!("bytes {from}-{}/{}", all.len() - 1, all.len());
    Reply::new(206, &all[from..]).header("content-range", range)
}

/// Pulls an artifact with one file whose blob is served by `replies`. Asserts that a failed pull
/// leaves nothing, and that a successful one leaves only the file.
fn pull(replies: Vec<Reply>) -> (FaultServer, Result<(), Error>) {
    let server = FaultServer::start();
    server.on("GET", "/manifests/v1", [served(manifest(&content()), MANIFEST)]);
    server.on("GET", "/blobs/", replies);
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(out.path().to_path_buf());
    let pulled = run(client().pull(&reference(&server, ":v1"), options));
    match &pulled {
        Ok(_) => assert_eq!(std::fs::read(out.path().join("file")).unwrap(), content()),
        Err(_) => assert!(!out.path().join("file").exists()),
    }
    let left = usize::from(pulled.is_ok());
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), left);
    (server, pulled.map(drop))
}

fn ranges(server: &FaultServer) -> Vec<String> {
    let seen = server.seen("GET", "/blobs/");
    seen.iter().map(|s| s.header("range").unwrap_or("whole").to_owned()).collect()
}

fn resolve(replies: Vec<Reply>) -> (usize, Result<Descriptor, Error>) {
    let server = FaultServer::start();
    server.on("HEAD", "/manifests/", replies);
    let resolved = run(client().resolve(&reference(&server, ":v1"), ResolveOptions::default()));
    (server.all().len(), resolved)
}

fn head() -> Reply {
    let bytes = manifest(&content());
    let digest = Algorithm::Sha256.digest(&bytes);
    served(bytes, MANIFEST).header("docker-content-digest", digest.as_str())
}

#[test]
fn a_rate_limited_request_waits_for_retry_after() {
    let date = |seconds: i64| {
        let then = std::time::SystemTime::now() + Duration::from_secs(seconds as u64);
        httpdate(then)
    };
    for wait in ["1".to_owned(), date(2)] {
        let limited = Reply::error(429, "TOOMANYREQUESTS").header("retry-after", wait);
        let (requests, resolved) = resolve(vec![limited, head()]);
        resolved.unwrap();
        assert_eq!(requests, 2);
    }
    let limited = Reply::error(429, "TOOMANYREQUESTS").header("retry-after", "86400");
    let (requests, resolved) = resolve(vec![limited, head()]);
    let error = resolved.unwrap_err();
    assert_eq!((error.code(), requests), (Code::RateLimited, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(86400)));
}

/// Formats a time as an HTTP date: <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>.
fn httpdate(then: std::time::SystemTime) -> String {
    let seconds = then.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let output = std::process::Command::new("date")
        .args(["-u", "-d", &format!("@{seconds}"), "+%a, %d %b %Y %H:%M:%S GMT"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_transient_failure_needs_one_more_request_and_a_permanent_one_five() {
    for (k, status) in [500, 502, 503, 504].into_iter().enumerate() {
        let mut replies = vec![Reply::error(status, "UNKNOWN"); k + 1];
        replies.push(head());
        let (requests, resolved) = resolve(replies);
        resolved.unwrap();
        assert_eq!(requests, k + 2);
    }
    let server = FaultServer::start();
    let failing = Reply::error(503, "UNAVAILABLE").header("x-ms-correlation-request-id", "id-7");
    server.on("GET", "/manifests/", [failing]);
    let error = run(client().fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
        .unwrap_err();
    assert_eq!(server.all().len(), 5);
    assert_eq!((error.code(), error.status()), (Code::Registry, Some(503)));
    assert_eq!(error.registry_errors()[0].code, "UNAVAILABLE");
    assert_eq!(error.request_id(), Some("id-7"));
}

#[test]
fn permanent_errors_are_not_retried() {
    for (status, code) in [
        (400, Code::Registry),
        (403, Code::Forbidden),
        (404, Code::NotFound),
        (501, Code::Unsupported),
    ] {
        let server = FaultServer::start();
        server.on("GET", "/manifests/", [Reply::error(status, "UNKNOWN")]);
        let error =
            run(client().fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
                .unwrap_err();
        assert_eq!((error.code(), server.all().len()), (code, 1), "{status}");
    }
}

#[test]
fn an_interrupted_download_resumes() {
    let (server, pulled) = pull(vec![Reply::reset(), Reply::ok(content())]);
    pulled.unwrap();
    assert_eq!(ranges(&server), ["whole", "whole"]);
    let (server, pulled) = pull(vec![Reply::ok(content()).cut_at(150_000), part(150_000)]);
    pulled.unwrap();
    assert_eq!(ranges(&server), ["whole", "bytes=150000-"]);
    let unended = Reply::ok(&content()[..70_000]).unended();
    let (server, pulled) = pull(vec![unended, part(70_000)]);
    pulled.unwrap();
    assert_eq!(ranges(&server), ["whole", "bytes=70000-"]);
}

#[test]
fn a_full_response_to_a_range_request_is_read_from_the_offset() {
    let broken = Reply::ok(content()).cut_at(150_000);
    let (server, pulled) = pull(vec![broken.clone(), Reply::ok(content())]);
    pulled.unwrap();
    assert_eq!(ranges(&server), ["whole", "bytes=150000-"]);
    for refused in [part(1), Reply::error(416, "RANGE_INVALID")] {
        let (server, pulled) = pull(vec![broken.clone(), refused, Reply::ok(content())]);
        pulled.unwrap();
        assert_eq!(ranges(&server), ["whole", "bytes=150000-", "whole"]);
    }
}

#[test]
fn a_blob_of_the_wrong_size_is_rejected() {
    let mut longer = content();
    longer.extend([0; 10]);
    let (_, pulled) = pull(vec![Reply::ok(longer)]);
    assert_eq!(pulled.unwrap_err().code(), Code::SizeMismatch);
    let (_, pulled) = pull(vec![Reply::ok(vec![1; 65536]).endless()]);
    assert_eq!(pulled.unwrap_err().code(), Code::SizeMismatch);
    let (_, pulled) = pull(vec![Reply::ok(&content()[..1000])]);
    assert_eq!(pulled.unwrap_err().code(), Code::SizeMismatch);
}

#[test]
fn a_damaged_blob_is_fetched_again_once() {
    let mut flipped = content();
    flipped[1234] ^= 1;
    let (server, pulled) = pull(vec![Reply::ok(flipped.clone()), Reply::ok(content())]);
    pulled.unwrap();
    assert_eq!(ranges(&server).len(), 2);
    let (server, pulled) = pull(vec![Reply::ok(flipped)]);
    assert_eq!(pulled.unwrap_err().code(), Code::DigestMismatch);
    assert_eq!(ranges(&server).len(), 2);
}

#[test]
fn a_digest_header_is_checked_computed_or_ignored() {
    let bytes = manifest(&content());
    let digest = Algorithm::Sha256.digest(&bytes);
    let other = Algorithm::Sha512.digest(&bytes);
    let by_digest = format!("@{digest}");
    let wrong = Algorithm::Sha256.digest(b"something else");
    let fetch = |name: &str, header: Option<&str>| {
        let server = FaultServer::start();
        let mut reply = served(bytes.clone(), MANIFEST);
        if let Some(header) = header {
            reply = reply.header("docker-content-digest", header);
        }
        server.on("GET", "/manifests/", [reply]);
        run(client().fetch_manifest(&reference(&server, name), ResolveOptions::default()))
    };
    assert_eq!(*fetch(":v1", None).unwrap().digest(), digest);
    assert_eq!(*fetch(":v1", Some("md5:0123456789abcdef")).unwrap().digest(), digest);
    assert_eq!(*fetch(&by_digest, Some(other.as_str())).unwrap().digest(), digest);
    assert_eq!(fetch(":v1", Some(wrong.as_str())).unwrap_err().code(), Code::DigestMismatch);
}

#[test]
fn a_silent_or_very_slow_server_causes_a_timeout() {
    let limits = |tries| {
        Limits::default()
            .response_timeout(Duration::from_millis(200))
            .idle_timeout(Duration::from_millis(200))
            .max_attempts(tries)
    };
    for silent in [Reply::silence(), served(vec![b' '; 50], MANIFEST).slow(Duration::from_secs(1))]
    {
        let server = FaultServer::start();
        server.on("GET", "/manifests/", [silent]);
        let config = ClientConfig::default().limits(limits(2));
        let client = Client::with_config(config);
        let error =
            run(client.fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
                .unwrap_err();
        assert_eq!(error.code(), Code::Timeout, "{error}");
    }
    // The stall timeout ends an operation regardless of the remaining attempts.
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [Reply::silence()]);
    let stalled = Duration::from_millis(700);
    let limits = limits(1000).stall_timeout(stalled);
    let client = Client::with_config(ClientConfig::default().limits(limits));
    let error = run(client.fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
        .unwrap_err();
    assert_eq!(error.code(), Code::Timeout);
    assert!(server.all().len() < 10);
}

#[test]
fn a_blob_with_content_encoding_is_rejected() {
    let (_, pulled) = pull(vec![Reply::ok(content()).header("content-encoding", "gzip")]);
    assert!(pulled.unwrap_err().to_string().contains("gzip"));
}

#[test]
fn endless_and_deeply_nested_manifests_are_rejected() {
    let fetch = |reply: Reply| {
        let server = FaultServer::start();
        server.on("GET", "/manifests/", [reply]);
        run(client().fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
    };
    let endless = served(vec![b' '; 65536], MANIFEST).endless();
    assert_eq!(fetch(endless).unwrap_err().code(), Code::TooLarge);
    let error = fetch(Reply::new(400, vec![b'x'; 65536]).endless()).unwrap_err();
    assert_eq!((error.code(), error.status()), (Code::Registry, Some(400)));
    let deep =
        format!(r#"{{"schemaVersion":2,"x":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    // Its bytes are returned, and nothing reads its fields.
    let kept = fetch(served(deep.clone(), MANIFEST)).unwrap();
    assert_eq!(kept.problem().map(|problem| problem.code()), Some(Code::InvalidManifest));
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [served(deep, MANIFEST)]);
    let pulled = run(client().pull(&reference(&server, ":v1"), PullOptions::default()));
    assert_eq!(pulled.unwrap_err().code(), Code::InvalidManifest);

    let server = FaultServer::start();
    let page = |next: &str| {
        Reply::ok(r#"{"tags":["a"]}"#).header("link", format!("<{next}>; rel=\"next\""))
    };
    server.on("GET", "last=b", [page("/v2/app/tags/list?last=a")]);
    server.on("GET", "/tags/list", [page("/v2/app/tags/list?last=b")]);
    let listed = run(client().tags(&reference(&server, "")));
    assert!(listed.is_ok_and(|tags| !tags.is_empty()) && server.all().len() <= 4);
}

#[test]
fn a_redirect_receives_no_credentials_and_a_redirect_loop_ends() {
    let storage = FaultServer::start();
    storage.on("GET", "/signed", [Reply::ok(content())]);
    let server = FaultServer::start();
    server.on("GET", "/manifests/v1", [served(manifest(&content()), MANIFEST)]);
    let away = format!("http://{}/signed?signature=a%2Fb", storage.host());
    let challenge =
        Reply::error(401, "UNAUTHORIZED").header("www-authenticate", "Basic realm=\"x\"");
    server.on("GET", "/blobs/", [challenge, Reply::new(307, "").header("location", away)]);
    let client = Client::with_credential(ocigraph::Credential::password("user", "secret"));
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(out.path().to_path_buf());
    run(client.pull(&reference(&server, ":v1"), options)).unwrap();
    assert_eq!(storage.all()[0].target, "/signed?signature=a%2Fb");
    assert_eq!(storage.all()[0].header("authorization"), None);

    let server = FaultServer::start();
    server.on("GET", "/", [Reply::new(307, "").header("location", "/v2/app/manifests/v1")]);
    run(self::client().fetch_manifest(&reference(&server, ":v1"), ResolveOptions::default()))
        .unwrap_err();
    assert!(server.all().len() <= 20, "{}", server.all().len());
}

fn push_blob(of: SourceOf, server: &FaultServer, bytes: &[u8]) -> Result<Outcome, Error> {
    let blob = Descriptor::of("application/octet-stream", bytes);
    run(client().push_blob(&reference(server, ""), &blob, of(bytes), TransferOptions::default()))
}

/// A blob of a size for which the client checks first whether it exists.
fn large() -> Vec<u8> {
    vec![7; 10 << 20]
}

fn session(location: &str) -> Reply {
    Reply::new(202, "").header("location", location)
}

#[test]
fn an_upload_follows_the_location_header() {
    each_source(|of| {
        for (location, target) in [
            ("/v2/app/blobs/uploads/1", "/v2/app/blobs/uploads/1?digest="),
            ("/up/1?state=a%3D%3d&x", "/up/1?state=a%3D%3d&x&digest="),
            ("1?state=b", "/v2/app/blobs/uploads/1?state=b&digest="),
        ] {
            let server = FaultServer::start();
            server.on("POST", "/uploads/", [session(location)]).on(
                "PUT",
                "/",
                [Reply::new(201, "")],
            );
            assert_eq!(push_blob(of, &server, &large()).unwrap(), Outcome::Uploaded);
            assert!(server.seen("PUT", "")[0].target.starts_with(target), "{:?}", server.all());
        }
        let (server, other) = (FaultServer::start(), FaultServer::start());
        server.on("POST", "/uploads/", [session(&format!("http://{}/up", other.host()))]);
        other.on("PUT", "/up", [Reply::new(201, "")]);
        push_blob(of, &server, &large()).unwrap();
        assert_eq!(other.seen("PUT", "/up?digest=")[0].body, large().len());

        let server = FaultServer::start();
        server.on("POST", "/uploads/", [Reply::new(202, "")]);
        let error = push_blob(of, &server, &large()).unwrap_err();
        assert!(error.to_string().contains("no Location header"), "{error}");
    });
}

#[test]
fn an_upload_with_a_lost_response_is_checked_and_not_repeated() {
    each_source(|of| {
        for lost in [Reply::error(500, "UNKNOWN"), Reply::reset()] {
            let server = FaultServer::start();
            let there = Reply::ok("").header("content-length", large().len().to_string());
            server
                .on("HEAD", "/blobs/", [Reply::new(404, ""), there])
                .on("POST", "/uploads/", [session("/up/1")])
                .on("PUT", "/up/1", [lost]);
            assert_eq!(push_blob(of, &server, &large()).unwrap(), Outcome::Uploaded);
            assert_eq!((server.seen("PUT", "").len(), server.seen("HEAD", "").len()), (1, 2));
        }
    });
}

#[test]
fn an_interrupted_upload_resumes_at_the_offset_of_its_session() {
    each_source(|of| {
        let server = FaultServer::start();
        let stands = Reply::new(204, "").header("range", "0-4194303").header("location", "/up/2");
        server
            .on("POST", "/uploads/", [session("/up/1")])
            .on("PUT", "/up/1", [Reply::reset()])
            .on("GET", "/up/1", [stands])
            .on("PATCH", "/up/2", [session("/up/3")])
            .on("PUT", "/up/3", [Reply::new(201, "")]);
        push_blob(of, &server, &large()).unwrap();
        let patches = server.seen("PATCH", "/up/2");
        assert_eq!(patches[0].header("content-range"), Some("4194304-10485759"));
        assert_eq!((patches[0].body, server.seen("POST", "").len()), (6 << 20, 1));
    });
}

#[test]
fn a_lost_upload_session_is_restarted_a_limited_number_of_times() {
    each_source(|of| {
        let server = FaultServer::start();
        server
            .on("POST", "/uploads/", [session("/up/1"), session("/up/2")])
            .on("PUT", "/up/1", [Reply::reset()])
            .on("GET", "/up/1", [Reply::error(404, "BLOB_UPLOAD_UNKNOWN")])
            .on("PUT", "/up/2", [Reply::new(201, "")]);
        push_blob(of, &server, &large()).unwrap();
        assert_eq!(server.seen("PUT", "/up/2")[0].body, large().len());

        let server = FaultServer::start();
        server
            .on("POST", "/uploads/", [session("/up/1")])
            .on("PUT", "/up/1", [Reply::error(413, "TOOLARGE")])
            .on("PATCH", "/up/1", [Reply::error(416, "RANGE_INVALID").header("range", "0-0")]);
        push_blob(of, &server, &large()).unwrap_err();
        assert!(server.seen("PATCH", "").len() <= 5);
    });
}

#[test]
fn a_registry_that_refuses_head_or_states_no_location_gets_the_blob() {
    each_source(|of| {
        for status in [403, 405] {
            let server = FaultServer::start();
            server
                .on("HEAD", "/blobs/", [Reply::new(status, "")])
                .on("POST", "/uploads/", [session("/up/1")])
                .on("PUT", "/up/1", [Reply::new(201, "")]);
            assert_eq!(push_blob(of, &server, &large()).unwrap(), Outcome::Uploaded, "{status}");
        }
        let server = FaultServer::start();
        let range = |end: &str| Reply::new(202, "").header("range", end);
        server
            .on("POST", "/uploads/", [session("/up/1")])
            .on("PUT", "/up/1", [Reply::error(413, "TOOLARGE"), Reply::new(201, "")])
            .on("PATCH", "/up/1", [range("0-4194303"), range("0-8388607"), range("0-10485759")]);
        push_blob(of, &server, &large()).unwrap();
        assert_eq!(server.seen("PATCH", "/up/1").len(), 3);
    });
}

#[test]
fn chunks_get_smaller_until_a_proxy_accepts_them() {
    each_source(|of| {
        let server = FaultServer::start();
        let refused = || Reply::new(413, "<html>too large</html>");
        let accepted =
            (1..=160).map(|n| session("/up/1").header("range", format!("0-{}", (n << 16) - 1)));
        server
            .on("POST", "/uploads/", [session("/up/1")])
            .on("PUT", "/up/1", [refused(), Reply::new(201, "")])
            .on("PATCH", "/up/1", [refused(), refused(), refused()].into_iter().chain(accepted));
        push_blob(of, &server, &large()).unwrap();
        let patches = server.seen("PATCH", "/up/1");
        assert_eq!(patches.last().unwrap().header("content-range"), Some("10420224-10485759"));
        assert_eq!(patches.last().unwrap().body, 64 << 10);
    });
}

#[test]
fn a_registry_that_states_a_wrong_range_gets_the_blob_once_more() {
    each_source(|of| {
        // After a broken connection, the range is one byte too long, so the content is wrong.
        let server = FaultServer::start();
        let stands = Reply::new(204, "").header("range", "0-4194304");
        server
            .on("POST", "/uploads/", [session("/up/1"), session("/up/2")])
            .on("PUT", "/up/1", [Reply::reset(), Reply::error(400, "DIGEST_INVALID")])
            .on("GET", "/up/1", [stands])
            .on("PATCH", "/up/1", [session("/up/1")])
            .on("PUT", "/up/2", [Reply::new(201, "")]);
        push_blob(of, &server, &large()).unwrap();
        assert_eq!(server.seen("PUT", "/up/2")[0].body, large().len());
        // A range that never grows, although each part is accepted (ECR).
        let server = FaultServer::start();
        let stuck = || session("/up/1").header("range", "0-4194303");
        server
            .on("POST", "/uploads/", [session("/up/1")])
            .on("PUT", "/up/1", [Reply::error(413, "TOOLARGE"), Reply::new(201, "")])
            .on("PATCH", "/up/1", [stuck(), stuck(), stuck()])
            .on("GET", "/up/1", [Reply::new(204, "").header("range", "0-4194303")]);
        push_blob(of, &server, &large()).unwrap();
        assert_eq!(server.seen("PATCH", "/up/1").len(), 3);
        // A registry that has other content refuses it a second time: the push fails.
        let server = FaultServer::start();
        server.on("POST", "/uploads/", [session("/up/1")]).on(
            "PUT",
            "/up/1",
            [Reply::error(400, "DIGEST_INVALID")],
        );
        assert!(
            push_blob(of, &server, &large()).unwrap_err().to_string().contains("DIGEST_INVALID")
        );
        assert_eq!(server.seen("PUT", "/up/1").len(), 1);
    });
}

#[test]
fn a_body_that_is_too_large_is_sent_in_chunks() {
    each_source(|of| {
        let server = FaultServer::start();
        let moved = |range: &str| session("/up/1").header("range", range);
        server
            .on("POST", "/uploads/", [session("/up/1")])
            .on("PUT", "/up/1", [Reply::error(413, "TOOLARGE"), Reply::new(201, "")])
            .on("PATCH", "/up/1", [moved("0-4194303"), moved("0-4194303"), moved("0-10485759")])
            .on("GET", "/up/1", [Reply::new(204, "").header("range", "0-8388607")]);
        push_blob(of, &server, &large()).unwrap();
        let sent: Vec<usize> = server.seen("PATCH", "").iter().map(|patch| patch.body).collect();
        assert_eq!(sent, [4 << 20, 4 << 20, 2 << 20]);
        assert_eq!(server.seen("GET", "/up/1").len(), 1);
    });
}

/// Copies an artifact within the server, which responds to the mount with `mount`.
fn copy(mount: Reply, plain: Vec<Reply>) -> (FaultServer, Value) {
    let server = FaultServer::start();
    server
        .on("GET", "/v2/app/manifests/v1", [served(manifest(&content()), MANIFEST)])
        .on("GET", "/v2/app/blobs/sha256:44136f", [Reply::ok("{}")])
        .on("GET", "/v2/app/blobs/", [Reply::ok(content())])
        .on("POST", "mount=", [mount])
        .on("POST", "/v2/other/blobs/uploads/", plain)
        .on("PUT", "", [Reply::new(201, "")]);
    let to = format!("{}/other:v1", server.host()).parse().unwrap();
    let copied = run(client().copy(&reference(&server, ":v1"), &to, CopyOptions::default()));
    let blobs = copied.unwrap().blobs;
    (server, json!([blobs.copied, blobs.mounted]))
}

#[test]
fn a_failed_mount_becomes_an_upload() {
    assert_eq!(copy(Reply::new(201, ""), vec![]).1, json!([0, 2]));
    let (server, blobs) = copy(session("/up/1"), vec![]);
    assert_eq!((blobs, server.seen("POST", "").len()), (json!([2, 0]), 2));
    for refused in [Reply::error(405, "UNSUPPORTED"), Reply::error(401, "UNAUTHORIZED")] {
        let (server, blobs) = copy(refused, vec![session("/up/1")]);
        assert_eq!((blobs, server.seen("PUT", "/up/1").len()), (json!([2, 0]), 2));
    }
}

fn entry(bytes: &[u8]) -> Value {
    let descriptor = Descriptor::of(MANIFEST, bytes);
    json!({
        "mediaType": MANIFEST, "digest": descriptor.digest, "size": descriptor.size,
        "artifactType": "sbom/example",
    })
}

fn index(entries: &[Value]) -> String {
    json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries }).to_string()
}

/// Returns the number of referrers of `:v1` for these responses of the referrers API and of the
/// fallback tag.
fn discover(api: Vec<Reply>, fallback: Reply) -> (FaultServer, Result<usize, Error>) {
    let server = FaultServer::start();
    let tag = Algorithm::Sha256.digest(&manifest(&content())).to_string().replace(':', "-");
    server.on("HEAD", "/manifests/v1", [head()]).on("GET", "/manifests/sha256-", [fallback]).on(
        "GET",
        "/tags/list",
        [Reply::ok(json!({ "tags": ["v1", tag] }).to_string())],
    );
    let first = Algorithm::Sha256.digest(&manifest(&content()));
    server.on("GET", &format!("/v2/app/referrers/{first}"), api);
    server.on("GET", "/v2/app/referrers/", [served(index(&[]), INDEX)]);
    let options = DiscoverOptions::default().depth(1);
    let found = run(client().discover(&reference(&server, ":v1"), options));
    (server, found.map(|graph| graph.len()))
}

#[test]
fn only_404_from_the_referrers_api_leads_to_the_fallback_tag() {
    let fallback = || served(index(&[entry(b"one"), entry(b"two")]), INDEX);
    for none in [
        Reply::error(404, "NOT_FOUND"),
        Reply::error(405, "UNSUPPORTED"),
        Reply::error(400, "NAME_INVALID"),
        Reply::error(501, "UNSUPPORTED"),
        served("<html>hello</html>", "text/html"),
    ] {
        assert_eq!(discover(vec![none.clone()], fallback()).1.unwrap(), 2, "{none:?}");
    }
    for failing in [Reply::error(500, "UNKNOWN"), Reply::error(403, "DENIED")] {
        discover(vec![failing], fallback()).1.unwrap_err();
    }
    // GitLab returns the subject itself under its fallback tag.
    let itself = served(manifest(&content()), MANIFEST);
    assert_eq!(discover(vec![Reply::error(404, "NOT_FOUND")], itself).1.unwrap(), 0);
}

#[test]
fn pages_of_referrers_are_followed_and_a_loop_of_pages_ends() {
    let page = |entries: &[Value], next: &str| {
        served(index(entries), INDEX).header("link", format!("<{next}>; rel=\"next\""))
    };
    let none = Reply::new(404, "");
    let digest = Algorithm::Sha256.digest(&manifest(&content()));
    let next = format!("/v2/app/referrers/{digest}?page=2");
    let last = served(index(&[entry(b"two")]), INDEX);
    let (server, found) = discover(vec![page(&[entry(b"one")], &next), last], none.clone());
    assert_eq!(found.unwrap(), 2);
    assert_eq!(server.seen("GET", "page=2").len(), 1);
    let (server, found) = discover(vec![page(&[entry(b"one")], &next)], none);
    assert_eq!(found.unwrap(), 1);
    assert!(server.seen("GET", "/referrers/").len() <= 3);
}

#[test]
fn a_repeated_delete_succeeds_and_a_rejected_one_fails() {
    for (status, code) in [(202, None), (404, None), (405, Some(Code::Unsupported))] {
        let server = FaultServer::start();
        let bytes = manifest(&content());
        let digest = Algorithm::Sha256.digest(&bytes);
        server
            .on("HEAD", "/manifests/", [head()])
            .on("GET", "/manifests/sha256:", [served(bytes, MANIFEST)])
            .on("GET", "/referrers/", [served(index(&[]), INDEX)])
            .on("GET", "/tags/list", [Reply::ok(r#"{"tags":[]}"#)])
            .on("DELETE", "/manifests/", [Reply::error(status, "UNSUPPORTED")]);
        let name = reference(&server, &format!("@{digest}"));
        let deleted = run(client().delete(&name, DeleteOptions::default()));
        match code {
            None => assert_eq!(deleted.unwrap().deleted.len(), 1, "{status}"),
            Some(code) => assert_eq!(deleted.unwrap_err().code(), code, "{status}"),
        }
    }
}

#[test]
fn forged_cycles_long_chains_and_wide_levels_are_limited() {
    let server = FaultServer::start();
    let bytes = manifest(&content());
    let root = entry(&bytes);
    server.on("HEAD", "/manifests/v1", [head()]).on(
        "GET",
        "/referrers/",
        [served(index(&[entry(b"a"), root]), INDEX)],
    );
    let graph = run(client().discover(&reference(&server, ":v1"), DiscoverOptions::default()));
    let graph = graph.unwrap();
    assert_eq!(graph.len(), 1, "{graph}");

    let server = FaultServer::start();
    let chain: Vec<Value> = (0..1000).map(|i| entry(format!("{i}").as_bytes())).collect();
    let mut below = Algorithm::Sha256.digest(&bytes).to_string();
    for node in &chain {
        let path = format!("/referrers/{below}");
        server.on("GET", &path, [served(index(std::slice::from_ref(node)), INDEX)]);
        below = node["digest"].as_str().unwrap().to_owned();
    }
    server.on("HEAD", "/manifests/v1", [head()]).on(
        "GET",
        "/referrers/",
        [served(index(&[]), INDEX)],
    );
    let graph = run(client().discover(&reference(&server, ":v1"), DiscoverOptions::default()));
    let graph = graph.unwrap();
    assert_eq!(graph.walk().map(|node| node.depth).max(), Some(1000));
    assert_eq!(graph.to_string().lines().count(), 2001);

    let server = FaultServer::start();
    let wide: Vec<Value> = (0..10_000).map(|i| entry(format!("{i}").as_bytes())).collect();
    server.on("HEAD", "/manifests/v1", [head()]).on(
        "GET",
        "/referrers/",
        [served(index(&wide), INDEX)],
    );
    let options = DiscoverOptions::default().depth(1);
    let graph = run(client().discover(&reference(&server, ":v1"), options)).unwrap();
    assert_eq!(graph.len(), 10_000);
}

#[test]
fn a_dropped_operation_leaves_no_file_and_no_upload_session() {
    let server = FaultServer::start();
    let slow = Reply::ok(content()).slow(Duration::from_millis(1));
    server
        .on("GET", "/manifests/v1", [served(manifest(&content()), MANIFEST)])
        .on("GET", "/blobs/", [slow])
        .on("POST", "/uploads/", [session("/up/1")])
        .on("PUT", "/up/1", [Reply::silence()]);
    let out = tempfile::tempdir().unwrap();
    run(async {
        for milliseconds in (0..60).step_by(3) {
            let options = PullOptions::default().output(out.path().to_path_buf());
            let client = client();
            let name = reference(&server, ":v1");
            let pulling = client.pull(&name, options);
            let limit = Duration::from_millis(milliseconds);
            tokio::time::timeout(limit, pulling).await.unwrap_err();
        }
    });
    // The runtime has ended, and with it every thread that wrote files.
    assert_eq!(left_in(out.path()), 0);

    run(async {
        let options = PushOptions::default().files(vec![File::bytes("large", large())]);
        let client = client();
        let name = reference(&server, ":v1");
        let pushing = client.push(&name, options);
        tokio::time::timeout(Duration::from_millis(200), pushing).await.unwrap_err();
        for _ in 0..500 {
            if !server.seen("DELETE", "/up/1").is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the session was not closed: {:?}", server.all());
    });
}

fn left_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}
