//! Slow or interrupted responses with small bodies: requested again, or a timeout.

use std::time::{Duration, Instant};

use ocigraph::{
    Algorithm, Client, ClientConfig, Code, CopyOptions, Credential, Credentials, File, Limits,
    PushOptions, Reference, ResolveOptions,
};
use ocigraph_suite::{FaultServer, Reply};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn manifest() -> Reply {
    let body = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","artifactType":"a/b","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{}","size":2}},"layers":[]}}"#,
        Algorithm::Sha256.digest(b"{}")
    );
    Reply::ok(body).header("content-type", MANIFEST)
}

fn image(server: &FaultServer) -> Reference {
    format!("{}/app:v1", server.host()).parse().unwrap()
}

fn client(limits: Limits) -> Client {
    Client::with_config(ClientConfig { limits, ..ClientConfig::default() })
}

#[test]
fn an_incomplete_manifest_is_requested_again() {
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [manifest().cut_at(40), manifest()]);
    run(Client::new().fetch_manifest(&image(&server), ResolveOptions::default())).unwrap();
    assert_eq!(server.all().len(), 2);
}

#[test]
fn very_slow_responses_time_out() {
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [manifest().slow(Duration::from_millis(50))]);
    let idle = Duration::from_millis(400);
    let limits = Limits { idle_timeout: idle, max_attempts: 2, ..Limits::default() };
    let error =
        run(client(limits).fetch_manifest(&image(&server), ResolveOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::Timeout, "{error}");
}

#[test]
fn all_attempts_end_within_the_stall_timeout() {
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [Reply::silence()]);
    let (response_timeout, stalled) = (Duration::from_secs(2), Duration::from_secs(3));
    let limits = Limits {
        response_timeout,
        stall_timeout: stalled,
        max_attempts: 1000,
        ..Limits::default()
    };
    let begun = Instant::now();
    let error =
        run(client(limits).fetch_manifest(&image(&server), ResolveOptions::default())).unwrap_err();
    assert_eq!(error.code(), Code::Timeout, "{error}");
    // The second attempt is interrupted.
    assert!(begun.elapsed() < 2 * response_timeout, "{:?}", begun.elapsed());
}

#[test]
fn a_429_without_retry_after_is_retried() {
    let server = FaultServer::start();
    server.on("GET", "/manifests/", [Reply::error(429, "TOOMANYREQUESTS"), manifest()]);
    run(Client::new().fetch_manifest(&image(&server), ResolveOptions::default())).unwrap();
    assert_eq!(server.all().len(), 2);
}

#[test]
fn a_credential_for_one_registry_is_not_used_for_two() {
    let (from, to) = (FaultServer::start(), FaultServer::start());
    let given = Credentials::Given(Credential::password("user", "pass"));
    let headers = vec![("X-Key".to_owned(), "s3cret".to_owned())];
    for config in [
        ClientConfig { credentials: given, ..ClientConfig::default() },
        ClientConfig { headers, ..ClientConfig::default() },
    ] {
        let client = Client::with_config(config);
        let copied = run(client.copy(&image(&from), &image(&to), CopyOptions::default()));
        assert_eq!(copied.unwrap_err().code(), Code::InvalidArgument);
    }
    assert!(from.all().is_empty() && to.all().is_empty());
}

#[test]
fn the_upload_of_a_large_blob_in_memory_reports_progress() {
    let server = FaultServer::start();
    server
        .on("HEAD", "/blobs/", [Reply::new(404, "")])
        .on("POST", "/uploads/", [Reply::new(202, "").header("location", "/up/1")])
        .on("PUT", "", [Reply::new(201, "")]);
    let options = PushOptions::default().files(vec![File::bytes("large", vec![7; 20 << 20])]);
    run(Client::new().push(&image(&server), options)).unwrap();
    assert_eq!(server.seen("PUT", "/up/1")[0].body, 20 << 20);
}
