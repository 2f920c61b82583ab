//! Unusual responses of registries, gateways and object stores.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use ocigraph::{
    Client, ClientConfig, Code, Credential, Credentials, Descriptor, Error, Limits, Manifest,
    Outcome, PullOptions, Reference, TransferOptions,
};
use ocigraph_fixture::{Config, Failure, Fixture};
use ocigraph_suite::{FaultServer, Reply, SourceOf, Workspace, each_source};
use serde_json::json;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn client() -> Client {
    let wait = Duration::from_secs(10);
    let limits =
        Limits::default().response_timeout(wait).idle_timeout(wait).upload_response_timeout(wait);
    Client::with_config(ClientConfig::default().limits(limits))
}

fn reference(server: &FaultServer, rest: &str) -> Reference {
    format!("{}/app{rest}", server.host()).parse().unwrap()
}

fn content(length: u32) -> Vec<u8> {
    (0..length / 4).flat_map(u32::to_le_bytes).collect()
}

fn push_blob(of: SourceOf, server: &FaultServer, bytes: &[u8]) -> Result<Outcome, Error> {
    let blob = Descriptor::of("application/octet-stream", bytes);
    run(client().push_blob(&reference(server, ""), &blob, of(bytes), TransferOptions::default()))
}

fn session() -> Reply {
    Reply::new(202, "").header("location", "/v2/app/blobs/uploads/1")
}

/// Enough bytes for the ways in which large files are sent.
const MIDDLE: u32 = 10 << 20;

/// More bytes than the socket buffers can hold for a server that does not read.
const LARGE: u32 = 48 << 20;

#[test]
fn a_blob_confirmed_before_its_last_byte_is_checked_and_sent_again() {
    each_source(|of| {
        let bytes = content(LARGE);
        let there = |bytes: &[u8]| Reply::ok(bytes);
        // The response to HEAD after the early response, and how often the blob is sent.
        for (found, sent) in [
            (Reply::error(404, "BLOB_UNKNOWN"), 2),
            (there(&bytes), 1),
            (there(&bytes[..1000]), 1 + 1),
        ] {
            let server = FaultServer::start();
            let missing = || Reply::error(404, "BLOB_UNKNOWN");
            server.on("HEAD", "/blobs/", [missing(), found, missing()]);
            server.on("POST", "/uploads/", [session()]);
            server.on("PUT", "/uploads/", [Reply::new(201, "").early(), Reply::new(201, "")]);
            server.on("DELETE", "/uploads/", [Reply::new(204, "")]);
            assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
            let puts = server.seen("PUT", "/uploads/");
            assert_eq!(puts.len(), sent);
            if sent == 2 {
                assert_eq!(puts[1].body, bytes.len());
            }
        }
    });
}

#[test]
fn a_registry_that_always_confirms_early_is_an_error() {
    each_source(|of| {
        let server = FaultServer::start();
        server.on("POST", "/uploads/", [session()]);
        server.on("PUT", "/uploads/", [Reply::new(201, "").early()]);
        let error = push_blob(of, &server, &content(LARGE)).unwrap_err();
        assert_eq!(error.code(), Code::Registry, "{error}");
        assert!(error.to_string().contains("before all of the blob"), "{error}");
        assert_eq!(server.seen("PUT", "/uploads/").len(), 5);
    });
}

#[test]
fn a_chunk_confirmed_before_its_last_byte_is_checked() {
    each_source(|of| {
        let bytes = content(LARGE);
        for range in [None, Some(format!("0-{}", bytes.len() - 1))] {
            let server = FaultServer::start();
            server.on("POST", "/uploads/", [session()]);
            server.on("PUT", "/uploads/", [Reply::reset(), Reply::new(201, "")]);
            let moved = |status: u16, range: &Option<String>| match range {
                Some(range) => session_at(status).header("range", range),
                None => session_at(status),
            };
            // The session already has bytes, so the client sends the rest in a PATCH request.
            let has = |end: usize| session_at(204).header("range", format!("0-{}", end - 1));
            let (first, second) = (1 << 20, 2 << 20);
            server.on("GET", "/uploads/", [has(first), has(second), has(second)]);
            let early = moved(202, &range).early();
            let last = session_at(202).header("range", format!("0-{}", bytes.len() - 1));
            server.on("PATCH", "/uploads/", [early, last]);
            let missing = || Reply::error(404, "BLOB_UNKNOWN");
            server.on("HEAD", "/blobs/", [missing(), missing(), missing(), Reply::ok(&bytes[..])]);
            assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
            let patches = server.seen("PATCH", "/uploads/");
            let ranges: Vec<_> = patches.iter().filter_map(|p| p.header("content-range")).collect();
            let to = bytes.len() - 1;
            assert_eq!(ranges, [format!("{first}-{to}"), format!("{second}-{to}")]);
        }
    });
}

fn session_at(status: u16) -> Reply {
    Reply::new(status, "").header("location", "/v2/app/blobs/uploads/1")
}

#[test]
fn a_manifest_confirmed_before_its_last_byte_is_checked_and_sent_again() {
    let note = "x".repeat(4_100_000);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [], "annotations": { "note": note },
    });
    let bytes = manifest.to_string();
    let algorithm = ocigraph::Algorithm::Sha256;
    let manifest = Manifest::parse(bytes.clone().into(), None, algorithm).unwrap();
    let digest = manifest.digest().to_string();
    let there = || {
        Reply::ok(bytes.clone())
            .header("content-type", MANIFEST)
            .header("docker-content-digest", digest.as_str())
    };
    let missing = || Reply::error(404, "MANIFEST_UNKNOWN");
    for (found, sent) in [(missing(), 2), (there(), 1)] {
        let server = FaultServer::with_small_receive_buffer();
        server.on("PUT", "/manifests/v1", [Reply::new(201, "").early(), Reply::new(201, "")]);
        server.on("HEAD", "/manifests/v1", [found.clone()]);
        server.on("GET", "/manifests/v1", [found]);
        run(client().push_manifest(&reference(&server, ":v1"), &manifest)).unwrap();
        assert_eq!(server.seen("PUT", "/manifests/v1").len(), sent);
    }
}

/// A success that does not mean that the blob is stored is checked.
#[test]
fn a_doubtful_success_is_checked() {
    each_source(|of| {
        let bytes = content(MIDDLE);
        let other = ocigraph::Algorithm::Sha256.digest(b"other").to_string();
        for doubtful in [
            Reply::new(202, ""),
            Reply::new(201, "").header("docker-content-digest", other.as_str()),
        ] {
            for is_stored in [true, false] {
                let server = FaultServer::start();
                let missing = || Reply::error(404, "BLOB_UNKNOWN");
                let found = if is_stored { Reply::ok(&bytes[..]) } else { missing() };
                server.on("HEAD", "/blobs/", [missing(), found, missing()]);
                server.on("POST", "/uploads/", [session()]);
                server.on("PUT", "/uploads/", [doubtful.clone(), Reply::new(201, "")]);
                assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
                let sent = if is_stored { 1 } else { 2 };
                assert_eq!(server.seen("PUT", "/uploads/").len(), sent);
            }
        }
        let server = FaultServer::start();
        server.on("POST", "/uploads/", [session()]);
        server.on("PUT", "/uploads/", [Reply::new(202, "")]);
        let error = push_blob(of, &server, &bytes).unwrap_err();
        assert!(error.to_string().contains("202 Accepted to the blob"), "{error}");
    });
}

#[test]
fn a_session_that_ends_early_is_opened_again() {
    each_source(|of| {
        let bytes = content(MIDDLE);
        for gone in [
            Reply::error(404, "BLOB_UPLOAD_UNKNOWN"),
            Reply::error(400, "BLOB_UPLOAD_INVALID"),
            Reply::new(410, ""),
        ] {
            let server = FaultServer::start();
            server.on("POST", "/uploads/", [session()]);
            server.on("PUT", "/uploads/", [gone, Reply::new(201, "")]);
            assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
            assert_eq!(server.seen("POST", "/uploads/").len(), 2);
        }
    });
}

#[test]
fn a_registry_that_refuses_to_continue_gets_the_blob_again_from_its_start() {
    each_source(|of| {
        let bytes = content(MIDDLE);
        for refusal in [
            Reply::error(405, "UNSUPPORTED"),
            Reply::error(501, "UNSUPPORTED"),
            Reply::error(400, "RANGE_INVALID"),
            Reply::error(404, "BLOB_UPLOAD_UNKNOWN"),
            Reply::error(416, "RANGE_INVALID"),
        ] {
            let server = FaultServer::start();
            server.on("POST", "/uploads/", [session()]);
            server.on("PUT", "/uploads/", [Reply::reset(), Reply::new(201, "")]);
            // The session says that it has a part, and no part can follow.
            server.on("GET", "/uploads/", [session_at(204).header("range", "0-1048575")]);
            server.on("PATCH", "/uploads/", [refusal]);
            assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
            let puts = server.seen("PUT", "/uploads/");
            assert_eq!(puts.last().unwrap().body, bytes.len());
            assert!(server.seen("PATCH", "/uploads/").len() <= 2);
        }
    });
}

#[test]
fn a_post_whose_content_was_kept_and_that_was_not_stored_is_followed_by_another_session() {
    each_source(|of| {
        let bytes = content(1000);
        let server = FaultServer::start();
        server.on("POST", "/uploads/", [session()]);
        // The registry appends the content of the PUT to that of the POST.
        server.on("PUT", "/uploads/", [Reply::error(400, "DIGEST_INVALID"), Reply::new(201, "")]);
        assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
        assert_eq!(server.seen("POST", "/uploads/").len(), 2);
    });
}

#[test]
fn a_location_is_blank_padded_or_comes_with_another_success() {
    each_source(|of| {
        let bytes = content(MIDDLE);
        for (replies, target) in [
            (
                vec![Reply::new(202, "").header("location", "  /v2/app/up/1  ")],
                "/v2/app/up/1?digest=",
            ),
            (vec![Reply::new(200, "").header("location", "up/1?a=%2F")], "/up/1?a=%2F&digest="),
        ] {
            let server = FaultServer::start();
            server.on("POST", "/uploads/", replies);
            server.on("PUT", "/up", [Reply::new(201, "")]);
            assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
            assert!(server.seen("PUT", "/up")[0].target.contains(target));
        }
        let server = FaultServer::start();
        server.on("POST", "/uploads/", [Reply::new(202, "").header("location", " ")]);
        let error = push_blob(of, &server, &bytes).unwrap_err();
        assert!(error.to_string().contains("no Location"), "{error}");
    });
}

#[test]
fn a_manifest_that_a_proxy_compressed_is_decoded() {
    let blob = b"content";
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [Descriptor::of("application/octet-stream", blob)],
    });
    let (plain, mut compressed) = (manifest.to_string(), Vec::new());
    let mut encoder = flate2::write::GzEncoder::new(&mut compressed, flate2::Compression::fast());
    encoder.write_all(plain.as_bytes()).unwrap();
    encoder.finish().unwrap();
    let digest = ocigraph::Algorithm::Sha256.digest(plain.as_bytes()).to_string();
    let served = |coding: &str| {
        Reply::ok(compressed.clone())
            .header("content-type", MANIFEST)
            .header("content-encoding", coding)
            .header("docker-content-digest", digest.as_str())
    };
    for (coding, is_decoded) in [("gzip", true), ("br", false)] {
        let server = FaultServer::start();
        server.on("HEAD", "/manifests/", [served(coding)]);
        server.on("GET", "/manifests/", [served(coding)]);
        let resolved = run(client().resolve(&reference(&server, ":v1"), Default::default()));
        match is_decoded {
            true => {
                let resolved = resolved.unwrap();
                assert_eq!(
                    (resolved.digest.as_str(), resolved.size),
                    (&digest[..], plain.len() as u64)
                );
            }
            false => assert!(resolved.unwrap_err().to_string().contains("content coding br")),
        }
    }
}

#[test]
fn an_object_store_that_forbids_what_it_does_not_have_has_no_referrers() {
    let manifest = manifest_of(b"content");
    let forbidden = |code: &str| {
        Reply::new(403, format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>"))
            .header("content-type", "application/xml")
    };
    let absent = || Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>");
    for (of_other_tags, is_clear) in [(forbidden("AccessDenied"), true), (absent(), false)] {
        let server = FaultServer::start();
        server.on("GET", "/manifests/v1", [manifest.clone()]);
        server.on("GET", "/manifests/sha256:", [manifest.clone()]);
        server.on("GET", "/manifests/ocigraph-absent", [of_other_tags]);
        server.on("GET", "/", [forbidden("AccessDenied")]);
        let graph = run(client().discover(&reference(&server, ":v1"), Default::default()));
        match is_clear {
            true => assert!(graph.unwrap().is_empty()),
            // The host says of others that they do not exist, so this one was refused.
            false => assert_eq!(graph.unwrap_err().code(), Code::Forbidden),
        }
    }
    // A registry, a proxy and an object store with another error refuse.
    for refusal in [
        Reply::error(403, "DENIED"),
        Reply::new(403, "<html>no</html>").header("content-type", "text/html"),
        forbidden("SignatureDoesNotMatch"),
    ] {
        let server = FaultServer::start();
        server.on("GET", "/manifests/v1", [manifest.clone()]);
        server.on("GET", "/", [refusal]);
        let graph = run(client().discover(&reference(&server, ":v1"), Default::default()));
        assert_eq!(graph.unwrap_err().code(), Code::Forbidden);
    }
}

fn manifest_of(blob: &[u8]) -> Reply {
    let blob = Descriptor::of("application/octet-stream", blob);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "app/example",
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [{
            "mediaType": blob.media_type, "digest": blob.digest, "size": blob.size,
            "annotations": { "org.opencontainers.image.title": "file" },
        }],
    });
    Reply::ok(manifest.to_string()).header("content-type", MANIFEST)
}

/// Pulls an artifact with one file. The caller has scripted the responses of the server.
fn pull(server: &FaultServer, content: &[u8]) -> Result<(), Error> {
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(out.path().to_path_buf());
    run(client().pull(&reference(server, ":v1"), options))?;
    assert_eq!(std::fs::read(out.path().join("file")).unwrap(), content);
    Ok(())
}

fn with_headers(mut reply: Reply, count: usize, length: usize) -> Reply {
    for i in 0..count {
        reply = reply.header(&format!("x-gateway-{i}"), "v".repeat(length));
    }
    reply
}

#[test]
fn many_headers_are_accepted_and_endless_headers_are_too_large() {
    let content = content(10_000);
    for (count, length) in [(101, 10), (1000, 10), (1000, 200), (100, 2000)] {
        let server = FaultServer::start();
        server.on("GET", "/manifests/", [with_headers(manifest_of(&content), count, length)]);
        server.on("GET", "/blobs/", [with_headers(Reply::ok(&content[..]), count, length)]);
        pull(&server, &content).unwrap_or_else(|e| panic!("{count} headers: {e}"));
    }
    for (count, length) in [(1100, 10), (5000, 10), (100, 10_000)] {
        let server = FaultServer::start();
        server.on("GET", "/manifests/", [with_headers(manifest_of(&content), count, length)]);
        let error = pull(&server, &content).unwrap_err();
        assert_eq!(error.code(), Code::TooLarge, "{error}");
        assert_eq!(server.seen("GET", "/manifests/").len(), 1);
    }
}

#[test]
fn an_expired_signed_url_is_requested_again_from_the_registry() {
    let content = content(400_000);
    let to = |place: &str| Reply::new(307, "").header("location", format!("/signed/{place}?s=1"));
    for refusal in [400, 401, 403] {
        let server = FaultServer::start();
        server.on("GET", "/manifests/", [manifest_of(&content)]);
        server.on("GET", "/blobs/", [to("a"), to("b"), to("c"), to("d")]);
        server.on("GET", "/signed/a", [Reply::new(refusal, "<Error>expired</Error>")]);
        server.on("GET", "/signed/b", [Reply::ok(&content[..]).cut_at(200_000)]);
        // This URL expires before the rest is requested.
        server.on("GET", "/signed/c", [Reply::new(refusal, "<Error>expired</Error>")]);
        let range = format!("bytes 200000-{}/{}", content.len() - 1, content.len());
        let rest = Reply::new(206, &content[200_000..]).header("content-range", range);
        server.on("GET", "/signed/d", [rest]);
        pull(&server, &content).unwrap_or_else(|e| panic!("{refusal}: {e}"));
        assert_eq!(server.seen("GET", "/blobs/").len(), 4);
        let last = server.seen("GET", "/signed/d");
        assert_eq!(last[0].header("range"), Some("bytes=200000-"));
    }
    // A URL that is always rejected is requested three times, and the registry once each.
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [manifest_of(&content)]);
    server.on("GET", "/blobs/", [to("a")]);
    server.on("GET", "/signed/", [Reply::new(403, "")]);
    assert_eq!(pull(&server, &content).unwrap_err().code(), Code::Forbidden);
    assert_eq!(server.seen("GET", "/signed/").len(), 3);
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [manifest_of(&content)]);
    server.on("GET", "/blobs/", [Reply::new(403, "")]);
    assert_eq!(pull(&server, &content).unwrap_err().code(), Code::Forbidden);
    assert_eq!(server.seen("GET", "/blobs/").len(), 1);
}

/// A proxy in front of a registry that closes every connection when it is used a second time.
struct ClosesWhenUsedAgain {
    host: String,
    closed: Arc<AtomicUsize>,
}

impl ClosesWhenUsedAgain {
    fn before(fixture: &Fixture) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let closed = Arc::new(AtomicUsize::new(0));
        let (address, counter) = (fixture.address(), Arc::clone(&closed));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(address).unwrap();
                let counter = Arc::clone(&counter);
                thread::spawn(move || Self::relay(client, server, &counter));
            }
        });
        Self { host, closed }
    }

    fn relay(mut client: TcpStream, mut server: TcpStream, closed: &AtomicUsize) {
        let answered = Arc::new(AtomicBool::new(false));
        let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let mark = Arc::clone(&answered);
        let answers = thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                mark.store(true, Ordering::SeqCst);
                if to.write_all(&buffer[..length]).is_err() {
                    return;
                }
            }
        });
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            if answered.load(Ordering::SeqCst) {
                closed.fetch_add(1, Ordering::SeqCst);
                break;
            }
            if server.write_all(&buffer[..length]).is_err() {
                break;
            }
        }
        let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        answers.join().unwrap();
    }
}

#[test]
fn a_closed_idle_connection_is_replaced() {
    for single_post in [true, false] {
        let fixture = Fixture::start(Config { single_post, ..Config::default() });
        let gateway = ClosesWhenUsedAgain::before(&fixture);
        let work = Workspace::new();
        for i in 0..6 {
            work.write(format!("small-{i}"), format!("{i}"));
            work.write(format!("large-{i}"), content(200_000 + 4 * i));
        }
        let image = format!("{}/app:v1", gateway.host);
        let files: Vec<_> =
            (0..6).flat_map(|i| [format!("small-{i}"), format!("large-{i}")]).collect();
        let mut args = vec!["push", &image];
        args.extend(files.iter().map(String::as_str));
        work.ocigraph(&args).ok();
        work.ocigraph(&["attach", "--artifact-type", "note/example", &image, "small-0"]).ok();
        work.ocigraph(&["discover", &image]).ok();
        work.ocigraph(&["pull", "-o", "out", &image]).ok();
        work.ocigraph(&["delete", "--yes", &image]).ok();
        assert!(gateway.closed.load(Ordering::SeqCst) > 0);
        assert!(fixture.state().uploads.is_empty());
    }
}

/// Lists tags with this challenge and this response of the token server.
fn tags_with(challenge: &str, answer: &str) -> Result<Vec<String>, Error> {
    let server = FaultServer::start();
    let challenge = challenge.replace("HERE", &server.host());
    let tags = Reply::ok(r#"{"name":"app","tags":["v1"]}"#);
    let asks = Reply::error(401, "UNAUTHORIZED").header("www-authenticate", challenge);
    server.on("GET", "/tags/list", [asks, tags.header("www-authenticate", "Bearer realm=\"x\"")]);
    server.on("GET", "/token", [Reply::ok(answer)]);
    let credentials = Credentials::Given(Credential::password("ada", "p"));
    let client = Client::with_config(ClientConfig::default().credentials(credentials));
    let tags = run(client.tags(&reference(&server, "")));
    if tags.is_ok() {
        let last = server.seen("GET", "/tags/list").pop().unwrap();
        let sent = last.header("authorization").unwrap();
        assert!(["Bearer t0ken", "Basic YWRhOnA="].contains(&sent), "{sent}");
    }
    tags
}

#[test]
fn a_challenge_is_parsed_in_any_case() {
    for challenge in [
        r#"BEARER realm="http://HERE/token",service="s""#,
        r#"bearer REALM="HTTP://HERE/token" , SERVICE="s", Scope="repository:app:pull""#,
        r#"bEaReR Realm=http://HERE/token"#,
        r#"  Bearer   realm = "http://HERE/token""#,
        r#"NEGOTIATE, BEARER realm="http://HERE/token""#,
        r#"BASIC realm="r""#,
        r#"bAsIc REALM=r, CHARSET="UTF-8""#,
        "Basic",
    ] {
        let tags = tags_with(challenge, r#"{"token":"t0ken"}"#);
        assert_eq!(tags.unwrap_or_else(|e| panic!("{challenge}: {e}")), ["v1"]);
    }
}

#[test]
fn unused_fields_of_a_token_response_can_have_any_type() {
    let challenge = r#"Bearer realm="http://HERE/token",service="s""#;
    for answer in [
        r#"{"token":"t0ken","expires_in":"300"}"#,
        r#"{"token":"t0ken","expires_in":null,"refresh_token":7,"issued_at":[]}"#,
        r#"{"token":"t0ken","expires_in":{"seconds":300},"access_token":{}}"#,
        r#"{"token":null,"access_token":"t0ken","expires_in":true}"#,
        r#"{"token":7,"access_token":"t0ken","expires_in":1e400,"scope":["a"]}"#,
        r#"{"token":{"raw":"x"},"access_token":"t0ken","refresh_token":false}"#,
        "{\"token\":\"t0ken\\n\",\"token_type\":7}",
        r#"{"token":"other","token":"t0ken"}"#,
    ] {
        let tags = tags_with(challenge, answer);
        assert_eq!(tags.unwrap_or_else(|e| panic!("{answer}: {e}")), ["v1"]);
    }
    for answer in [r#"{"token":7}"#, r#"{"token":"a b"}"#, "[]", r#""t0ken""#, r#"{"token":""}"#] {
        assert_eq!(tags_with(challenge, answer).unwrap_err().code(), Code::Registry, "{answer}");
    }
}

#[test]
fn unusual_headers_of_upload_responses_are_accepted() {
    each_source(|of| {
        let bytes = content(MIDDLE);
        let server = FaultServer::start();
        let place = format!("HTTP://{}/v2/app/blobs/uploads/a b?état=ü", server.host());
        let at = |status: u16| Reply::new(status, "").header("Location", format!("  {place}  "));
        server.on("POST", "/uploads/", [at(202)]);
        server.on(
            "PUT",
            "/uploads/",
            [Reply::new(413, ""), Reply::new(201, "").header("Docker-Content-Digest", "SHA256:AB")],
        );
        let first = 4 << 20;
        server.on(
            "PATCH",
            "/uploads/",
            [
                at(202).header("RANGE", format!(" Bytes = 0 - {} ", first - 1)),
                at(202).header("Range", format!("bytes 0-{}", 2 * first - 1)),
                at(202).header("Range", format!("bytes 0-{}", bytes.len() - 1)),
            ],
        );
        assert_eq!(push_blob(of, &server, &bytes).unwrap(), Outcome::Uploaded);
        let targets: Vec<_> =
            server.seen("PATCH", "/").into_iter().map(|seen| seen.target).collect();
        assert_eq!(targets.len(), 3);
        assert!(
            targets[0].starts_with("/v2/app/blobs/uploads/a%20b?%C3%A9tat=%C3%BC"),
            "{targets:?}"
        );
    });
}

#[test]
fn a_web_page_with_status_200_is_not_a_success() {
    let server = FaultServer::start();
    let page = Reply::ok("<html><body>sign in</body></html>").header("content-type", "text/html");
    for method in ["HEAD", "PUT", "POST", "PATCH", "DELETE", "GET"] {
        server.on(method, "/v2/", [page.clone()]);
    }
    let work = Workspace::new();
    work.write("a.txt", "a");
    let at = format!("{}/app:v1", server.host());
    for arguments in [
        vec!["push", &at, "a.txt"],
        vec!["resolve", &at],
        vec!["discover", &at],
        vec!["untag", &at],
        vec!["tag", &at, "v2"],
        vec!["delete", "--yes", &at],
        vec!["copy", &at, "oci:layout:v1"],
    ] {
        let stderr = work.ocigraph(&[&arguments[..], &["--max-attempts", "1"]].concat());
        let stderr = stderr.fails_with(1);
        assert!(stderr.contains("web page"), "{arguments:?}: {stderr}");
    }
}

#[test]
fn an_empty_file_is_in_the_manifest_where_a_registry_does_not_store_it() {
    let digest = ocigraph::Algorithm::Sha256.digest(b"").to_string();
    let fail = Failure { times: None, ..Failure::new("PUT", &digest, 500, 0) };
    let config =
        Config { single_post: false, check_blobs: false, fail: vec![fail], ..Config::default() };
    let (refuses, stores) = (Fixture::start(config.clone()), Fixture::start(Config::default()));
    let work = Workspace::new();
    work.write("empty", "");
    work.write("full", "content");
    let image = format!("{}/app:v1", refuses.host());
    let pushed = work.ocigraph(&["push", &image, "empty", "full"]);
    assert!(pushed.stderr.contains("does not store a blob without content"), "{pushed}");
    pushed.ok();
    let manifest = work.ocigraph(&["manifest", "fetch", &image]).json();
    assert_eq!(manifest["layers"][0]["data"], "", "{manifest}");
    assert!(manifest["layers"][1].get("data").is_none(), "{manifest}");
    work.ocigraph(&["verify", &image]).ok();
    let pulled = |image: &str, out: &str| {
        work.ocigraph(&["pull", "-o", out, image]).ok();
        assert_eq!(work.read(format!("{out}/empty")), b"");
        assert_eq!(work.read(format!("{out}/full")), b"content");
    };
    pulled(&image, "first");
    // A copy stores it where that is possible.
    let copied = format!("{}/copy:v1", stores.host());
    work.ocigraph(&["copy", &image, &copied]).ok();
    assert!(stores.state().repositories["copy"].blobs.contains(&digest));
    let back = format!("{}/back:v1", refuses.host());
    work.ocigraph(&["copy", &copied, &back]).ok();
    pulled(&back, "second");

    // A registry that looks for the blobs of a manifest refuses this one, and nothing is tagged.
    refuses.set_config(Config { check_blobs: true, ..config });
    let other = format!("{}/other:v1", refuses.host());
    let stderr = work.ocigraph(&["push", &other, "empty", "full"]).fails_with(1);
    assert!(stderr.contains("MANIFEST_BLOB_UNKNOWN"), "{stderr}");
}
