//! Errors of authentication with tokens, and their results.

use std::{sync::Arc, time::Duration};

use ocigraph::{
    Algorithm, Client, ClientConfig, Code, Connection, CopyOptions, Credential, Credentials,
    Descriptor, DiscoverOptions, Error, File, Limits, ManifestDeletion, PullOptions, PushOptions,
    Reference, Registry, ResolveOptions, Store,
};
use ocigraph_fixture::TokenAuth;
use ocigraph_suite::{FaultServer, Reply};
use serde_json::json;

use crate::{IDENTITY, ada, guarded, run, token_auth};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn client(credential: Credential) -> Client {
    let wait = Duration::from_secs(5);
    let limits = Limits::default().response_timeout(wait).idle_timeout(wait);
    let credentials = Credentials::Given(credential);
    Client::with_config(ClientConfig::default().credentials(credentials).limits(limits))
}

fn client_without_credential() -> Client {
    Client::with_config(ClientConfig::default().credentials(Credentials::Anonymous))
}

fn password() -> Credential {
    Credential::password("user", "s3cret-password")
}

fn content() -> Vec<u8> {
    (0..100_000u32).flat_map(|i| (i % 251).to_le_bytes()).collect()
}

fn manifest() -> Vec<u8> {
    let blob = Descriptor::of("application/octet-stream", &content());
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

fn challenge(server: &FaultServer, more: &str) -> Reply {
    let realm = format!("http://{}/token", server.host());
    Reply::error(401, "UNAUTHORIZED")
        .header("www-authenticate", format!("Bearer realm=\"{realm}\",service=\"s\"{more}"))
}

fn token(text: &str) -> Reply {
    Reply::ok(format!(r#"{{"token":"{text}","expires_in":600}}"#))
}

fn head() -> Reply {
    let digest = Algorithm::Sha256.digest(&manifest());
    Reply::ok(manifest())
        .header("content-type", MANIFEST)
        .header("docker-content-digest", digest.as_str())
}

fn repository(server: &FaultServer) -> Reference {
    format!("{}/app", server.host()).parse().unwrap()
}

fn image(server: &FaultServer) -> Reference {
    format!("{}/app:v1", server.host()).parse().unwrap()
}

/// Resolves a tag on a registry that requires a token. Its token server responds with `replies`.
fn resolve(
    credential: Credential,
    method: &str,
    replies: Vec<Reply>,
) -> (FaultServer, Result<(), Error>) {
    let server = FaultServer::start();
    server.on("HEAD", "/manifests/", [challenge(&server, ""), head()]);
    server.on(method, "/token", replies);
    let resolved =
        run(client(credential).resolve(&image(&server), ResolveOptions::default())).map(drop);
    (server, resolved)
}

#[test]
fn a_failing_token_server_is_asked_again_but_not_after_a_rejection() {
    let failing = Reply::error(503, "UNAVAILABLE");
    let (server, resolved) = resolve(password(), "GET", vec![failing.clone(), token("t")]);
    resolved.unwrap();
    assert_eq!(server.seen("GET", "/token").len(), 2);

    let (server, resolved) = resolve(password(), "GET", vec![failing]);
    let error = resolved.unwrap_err();
    assert_eq!((error.code(), error.status()), (Code::Registry, Some(503)));
    assert_eq!(server.seen("GET", "/token").len(), 5);

    let refusing =
        Reply::new(401, r#"{"details":"incorrect username or password s3cret-password"}"#);
    let (server, resolved) = resolve(password(), "GET", vec![refusing]);
    let error = resolved.unwrap_err();
    assert_eq!(error.code(), Code::Unauthorized);
    assert!(error.to_string().contains("incorrect username"), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
    assert_eq!(server.seen("GET", "/token").len(), 1);
}

#[test]
fn a_token_server_without_post_support_receives_get() {
    for status in [404, 405] {
        let server = FaultServer::start();
        server.on("HEAD", "/manifests/", [challenge(&server, ""), head()]);
        server.on("POST", "/token", [Reply::error(status, "UNSUPPORTED")]);
        server.on("GET", "/token", [token("t")]);
        let client = client(Credential::identity_token("refresh"));
        run(client.resolve(&image(&server), ResolveOptions::default())).unwrap();
        let seen = server.seen("HEAD", "/manifests/");
        assert_eq!(seen[1].header("authorization"), Some("Bearer t"));
    }
}

#[test]
fn an_invalid_token_response_is_a_clear_error() {
    for (reply, code) in [
        (Reply::ok("<html>welcome</html>"), Code::Registry),
        (Reply::ok("{}"), Code::Registry),
        (Reply::ok(r#"{"token":""}"#), Code::Registry),
        (Reply::ok(r#"{"token":"a\nb"}"#), Code::Registry),
        (Reply::ok(vec![b' '; 65536]).endless(), Code::TooLarge),
        (Reply::new(302, "").header("location", "http://127.0.0.1:1/"), Code::Registry),
    ] {
        let (server, resolved) = resolve(password(), "GET", vec![reply]);
        assert_eq!(resolved.unwrap_err().code(), code);
        assert_eq!(server.seen("GET", "/token").len(), 1);
    }
}

#[test]
fn a_registry_that_always_rejects_tokens_is_asked_twice() {
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [challenge(&server, ",scope=\"repository:app:pull\"")]);
    server.on("GET", "/token", [token("t1"), token("t2")]);
    let client = client(password());
    let error = run(client.fetch_manifest(&image(&server), ResolveOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::Unauthorized);
    assert!(error.hint().unwrap().contains("were refused"), "{error}");
    assert_eq!(
        (server.seen("GET", "/manifests/").len(), server.seen("GET", "/token").len()),
        (2, 1)
    );
    // The rejection can mean that the token expired, so the next operation may try again.
    run(client.fetch_manifest(&image(&server), ResolveOptions::default())).unwrap_err();
    assert_eq!(
        (server.seen("GET", "/manifests/").len(), server.seen("GET", "/token").len()),
        (4, 2)
    );
}

#[test]
fn a_forbidden_request_is_not_retried() {
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [challenge(&server, ""), Reply::error(403, "DENIED")]);
    server.on("GET", "/token", [token("t")]);
    let error = run(client(password()).fetch_manifest(&image(&server), ResolveOptions::default()))
        .unwrap_err();
    assert_eq!((error.code(), server.seen("GET", "/manifests/").len()), (Code::Forbidden, 2));
}

#[test]
fn a_token_with_insufficient_scope_is_replaced() {
    let server = FaultServer::start();
    let narrow = ",error=\"insufficient_scope\",scope=\"repository:app:pull repository:app:extra\"";
    server.on("HEAD", "/manifests/", [challenge(&server, ""), challenge(&server, narrow), head()]);
    server.on("GET", "/token", [token("narrow"), token("wide")]);
    run(client(password()).resolve(&image(&server), ResolveOptions::default())).unwrap();
    let asked = server.seen("GET", "/token");
    assert_eq!(asked.len(), 2);
    assert!(asked[1].target.contains("extra%2Cpull"), "{}", asked[1].target);
    let sent: Vec<_> = server
        .seen("HEAD", "")
        .iter()
        .map(|s| s.header("authorization").map(str::to_owned))
        .collect();
    assert_eq!(sent[1..], [Some("Bearer narrow".to_owned()), Some("Bearer wide".to_owned())]);
}

#[test]
fn a_token_that_expires_during_a_download_is_renewed_and_the_download_resumes() {
    let server = FaultServer::start();
    let all = content();
    let rest = Reply::new(206, &all[150_000..])
        .header("content-range", format!("bytes 150000-{}/{}", all.len() - 1, all.len()));
    server
        .on("GET", "/manifests/v1", [challenge(&server, ""), head()])
        .on(
            "GET",
            "/blobs/",
            [
                Reply::ok(content()).cut_at(150_000),
                challenge(&server, ",error=\"invalid_token\""),
                rest,
            ],
        )
        .on("GET", "/token", [token("first"), token("second")]);
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(out.path());
    run(client(password()).pull(&image(&server), options)).unwrap();
    assert_eq!(std::fs::read(out.path().join("file")).unwrap(), all);
    let blobs = server.seen("GET", "/blobs/");
    let sent: Vec<_> =
        blobs.iter().map(|s| (s.header("range"), s.header("authorization"))).collect();
    let range = Some("bytes=150000-");
    assert_eq!(
        sent,
        [
            (None, Some("Bearer first")),
            (range, Some("Bearer first")),
            (range, Some("Bearer second")),
        ]
    );
    assert_eq!(server.seen("GET", "/token").len(), 2);
}

#[test]
fn a_realm_in_the_private_network_of_the_client_receives_no_request() {
    for realm in
        ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/token", "file:///etc/passwd"]
    {
        let server = FaultServer::start();
        let asks = Reply::error(401, "UNAUTHORIZED")
            .header("www-authenticate", format!("Bearer realm=\"{realm}\""));
        server.on("HEAD", "/manifests/", [asks]);
        let error = run(client(password()).resolve(&image(&server), ResolveOptions::default()))
            .unwrap_err();
        assert_eq!(error.code(), Code::Unauthorized, "{error}");
        assert_eq!(server.all().len(), 1);
    }
}

#[test]
fn a_token_is_not_sent_along_a_redirect() {
    let (storage, server) = (FaultServer::start(), FaultServer::start());
    storage.on("GET", "/signed", [Reply::ok(content())]);
    let away = format!("http://{}/signed?sig=1", storage.host());
    server
        .on("GET", "/manifests/v1", [challenge(&server, ""), head()])
        .on("GET", "/blobs/", [Reply::new(307, "").header("location", away)])
        .on("GET", "/token", [token("t")]);
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(out.path());
    run(client(password()).pull(&image(&server), options)).unwrap();
    assert_eq!(storage.all()[0].header("authorization"), None);
}

#[test]
fn a_forbidden_mount_becomes_an_upload() {
    let fixture = guarded(TokenAuth { denied: vec!["repository:app:pull".into()], ..token_auth() });
    let open = guarded(token_auth());
    let source: Reference = format!("{}/app:v1", open.host()).parse().unwrap();
    let options = PushOptions::default().files(vec![File::bytes("file", content())]);
    run(ada().push(&source, options)).unwrap();
    let layout = tempfile::tempdir().unwrap();
    let kept: Reference = format!("oci:{}:v1", layout.path().display()).parse().unwrap();
    run(ada().copy(&source, &kept, CopyOptions::default())).unwrap();
    // The source of the mount cannot be read. The client ignores this challenge and uploads the blob.
    let to: Reference = format!("{}/other:v1", fixture.host()).parse().unwrap();
    let copied = run(ada().copy(&kept, &to, CopyOptions::default())).unwrap();
    assert_eq!(copied.blobs.mounted, 0);
    let from: Reference = format!("{}/app:v1", fixture.host()).parse().unwrap();
    let error = run(ada().copy(&from, &to, CopyOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::Unauthorized);
}

#[test]
fn errors_and_logs_contain_no_secret() {
    let echo =
        Reply::new(400, format!(r#"{{"error":"invalid_grant","error_description":"{IDENTITY}"}}"#));
    let (_, resolved) = resolve(Credential::identity_token(IDENTITY), "POST", vec![echo]);
    let error = resolved.unwrap_err();
    assert_eq!(error.code(), Code::Unauthorized);
    for shown in [error.to_string(), format!("{error:?}"), format!("{:?}", error.registry_errors())]
    {
        assert!(!shown.contains(IDENTITY) && shown.contains("invalid_grant"), "{shown}");
    }
    // The registry repeats what it received.
    let server = FaultServer::start();
    let echo = Reply::new(403, r#"{"errors":[{"code":"DENIED","message":"Bearer t0ken-t0ken"}]}"#);
    server.on("GET", "/manifests/", [challenge(&server, ""), echo]);
    server.on("GET", "/token", [token("t0ken-t0ken")]);
    let error = run(client(password()).fetch_manifest(&image(&server), ResolveOptions::default()))
        .unwrap_err();
    assert!(!error.to_string().contains("t0ken"), "{error}");
    // One secret starts as another does.
    let server = FaultServer::start();
    let echo = r#"{"errors":[{"code":"DENIED","message":"got s3cretlonger and s3cret"}]}"#;
    server.on("GET", "/manifests/", [Reply::new(403, echo)]);
    let headers = ["s3cret", "s3cretlonger"].map(|value| ("X-Key".to_owned(), value.to_owned()));
    let config = ClientConfig::default().credentials(Credentials::Anonymous);
    let client = Client::with_config(config.headers(headers.to_vec()));
    let error = run(client.fetch_manifest(&image(&server), ResolveOptions::default())).unwrap_err();
    assert!(error.to_string().contains("got *** and ***"), "{error}");
}

/// zot serves its public repositories to everybody, and answers 404 for the others without a
/// challenge. `/v2/` states the scheme beside a success.
#[test]
fn a_registry_that_is_open_in_part_gets_the_credential() {
    let tags = || Reply::ok(r#"{"name":"app","tags":["v1"]}"#);
    for (scheme, expected) in [
        (Some("Basic realm=\"zot\""), "Basic dXNlcjpzM2NyZXQtcGFzc3dvcmQ="),
        // Without a scheme, a password is sent all the same.
        (None, "Basic dXNlcjpzM2NyZXQtcGFzc3dvcmQ="),
        (Some("Bearer realm=\"/token\",service=\"s\""), "Bearer t1"),
    ] {
        let server = FaultServer::start();
        let mut open = Reply::ok("{}");
        if let Some(scheme) = scheme {
            open = open.header("www-authenticate", scheme);
        }
        // The rule that comes first has precedence.
        server
            .on("GET", "/v2/app/tags/list", [Reply::error(404, "NAME_UNKNOWN"), tags()])
            .on("GET", "/v2/_catalog", [Reply::ok(r#"{"repositories":["app"]}"#)])
            .on("GET", "/token", [token("t1")])
            .on("GET", "/v2/", [open]);
        assert_eq!(
            run(client(password()).tags(&repository(&server))).unwrap(),
            ["v1"],
            "{scheme:?}"
        );
        let sent = server.seen("GET", "/tags/list");
        assert_eq!(sent[0].header("authorization"), None);
        assert_eq!(sent[1].header("authorization"), Some(expected), "{scheme:?}");
        // The catalog of a stranger is shorter, so the credential is sent with the first request.
        if scheme.is_some() {
            let host = server.host().parse().unwrap();
            run(client(password()).repositories(&host)).unwrap();
            let sent = server.seen("GET", "/v2/_catalog");
            assert_eq!(sent[0].header("authorization"), Some(expected), "{scheme:?}");
        }
    }
    // Without a credential, nothing else is asked.
    let server = FaultServer::start();
    server.on("GET", "/v2/app/tags/list", [Reply::error(404, "NAME_UNKNOWN")]);
    run(client_without_credential().tags(&repository(&server))).unwrap_err();
    assert_eq!(server.all().len(), 1);
}

/// A list of referrers that is asked for beside its subject is not shorter than it.
#[test]
fn the_referrers_of_a_digest_in_a_registry_that_is_open_in_part_are_found() {
    let (subject, digest) = (manifest(), Algorithm::Sha256.digest(&manifest()));
    let signature = Descriptor::of(MANIFEST, b"signature");
    let index = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{
            "mediaType": MANIFEST, "digest": signature.digest, "size": signature.size,
            "artifactType": "a/b", "annotations": { "example.by": "one" },
        }],
    });
    for unknown in [Reply::error(404, "NAME_UNKNOWN"), Reply::new(404, ""), Reply::new(403, "")] {
        let server = FaultServer::start();
        let (index, subject) = (index.to_string(), subject.clone());
        server.respond_with("GET", "/v2/app/", move |request| {
            let is_index = request.target.contains("/referrers/");
            match (request.header("authorization"), is_index) {
                (None, _) => unknown.clone(),
                (_, true) => Reply::ok(index.clone())
                    .header("content-type", "application/vnd.oci.image.index.v1+json"),
                _ if request.target.contains("/manifests/sha256:") => {
                    Reply::ok(subject.clone()).header("content-type", MANIFEST)
                }
                _ => Reply::error(404, "MANIFEST_UNKNOWN"),
            }
        });
        let open = Reply::ok("{}").header("www-authenticate", "Basic realm=\"zot\"");
        server.on("GET", "/v2/", [open]);
        let at: Reference = format!("{}/app@{digest}", server.host()).parse().unwrap();
        let options = DiscoverOptions::default().depth(1);
        let graph = run(client(password()).discover(&at, options)).unwrap();
        let found = graph.referrers(&graph.subject().digest);
        assert_eq!(found.iter().map(|d| &d.digest).collect::<Vec<_>>(), [&signature.digest]);
        let probes = server.all().iter().filter(|request| request.target == "/v2/").count();
        assert_eq!(probes, 1);
    }
}

/// A manifest that strangers do not see is not taken for a deleted one.
#[test]
fn a_delete_in_a_registry_that_is_open_in_part_is_sent_with_the_credential() {
    for unknown in [Reply::error(404, "NAME_UNKNOWN"), Reply::new(403, "")] {
        let server = FaultServer::start();
        server.on("DELETE", "/v2/app/manifests/", [unknown, Reply::new(202, "")]).on(
            "GET",
            "/v2/",
            [Reply::ok("{}").header("www-authenticate", "Basic realm=\"z\"")],
        );
        let deletion = ManifestDeletion {
            manifest: Descriptor::of(MANIFEST, &manifest()),
            subject: None,
            subject_retained: false,
            tags: Vec::new(),
        };
        let config = ClientConfig::default().credentials(Credentials::Given(password()));
        let host = server.host().parse().unwrap();
        let connection = Arc::new(Connection::new(&host, Arc::new(config)).unwrap());
        let results = run(Registry::new(connection, "app").delete_manifests(&[deletion], 1));
        assert!(matches!(&results[..], [Ok(())]), "{results:?}");
        let sent = server.seen("DELETE", "/manifests/");
        assert_eq!(sent.len(), 2);
        assert!(sent[1].header("authorization").is_some());
    }
}

#[test]
fn a_registry_whose_root_fails_is_not_asked_for_ever_how_it_authenticates() {
    let server = FaultServer::start();
    server.on("GET", "/v2/app/", [Reply::error(404, "NAME_UNKNOWN")]).on(
        "GET",
        "/v2/",
        [Reply::error(500, "UNKNOWN")],
    );
    let client = client(password());
    for _ in 0..6 {
        run(client.tags(&repository(&server))).unwrap_err();
    }
    let probes = server.all().iter().filter(|request| request.target == "/v2/").count();
    assert_eq!(probes, 3);
}

#[test]
fn a_web_page_is_not_taken_for_a_registry() {
    let server = FaultServer::start();
    let page = || Reply::ok("<html>Sign in</html>").header("content-type", "text/html");
    server.on("GET", "/", [page()]).on("HEAD", "/", [page()]);
    let client = client(password());
    let host = server.host().parse().unwrap();
    let error = run(client.login(&host, password())).unwrap_err();
    assert!(error.to_string().contains("text/html: \"Sign in\""), "{error}");
    let error = run(client.tags(&repository(&server))).unwrap_err();
    assert!(error.to_string().contains("text/html: \"Sign in\""), "{error}");
    let error = run(client.fetch_manifest(&image(&server), ResolveOptions::default())).unwrap_err();
    assert!(error.to_string().contains("text/html: \"Sign in\""), "{error}");
}
