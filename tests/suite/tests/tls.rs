//! TLS: which servers the client trusts, how it identifies itself, and that it never sends data
//! over plain HTTP instead of TLS. The servers have certificates of an authority that the test
//! creates.

use ocigraph::{
    Client, ClientConfig, Code, Credential, Credentials, DiscoverOptions, Error, File, PullOptions,
    PushOptions, Reference, Secret, TransferOptions,
};
use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{
    Authority, CommandResult, FaultServer, Kind, Options, Registry, Reply, Shows, TlsFront,
    Workspace,
};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

/// Loopback uses plain HTTP unless this is set.
fn over_tls() -> ClientConfig {
    ClientConfig::default().plain_http(false).credentials(Credentials::Anonymous)
}

fn trusting(work: &Workspace, authority: &Authority) -> ClientConfig {
    over_tls().ca_file(work.write("ca.pem", authority.pem()))
}

fn reference(host: &str, rest: &str) -> Reference {
    format!("{host}/app{rest}").parse().unwrap()
}

fn push(config: &ClientConfig, host: &str) -> Result<(), Error> {
    let client = Client::with_config(config.clone());
    let options = PushOptions::default()
        .files(vec![File::bytes("file", "content")])
        .artifact_type("app/example");
    run(client.push(&reference(host, ":v1"), options)).map(drop)
}

/// Pushes, discovers and pulls with the crate.
fn works(config: &ClientConfig, host: &str) {
    push(config, host).unwrap();
    let client = Client::with_config(config.clone());
    let out = tempfile::tempdir().unwrap();
    let options = PullOptions::default().output(out.path().to_path_buf());
    run(async {
        let image = reference(host, ":v1");
        client.discover(&image, DiscoverOptions::default()).await.unwrap();
        client.pull(&image, options).await.unwrap();
    });
    assert_eq!(std::fs::read(out.path().join("file")).unwrap(), b"content");
}

fn command(work: &Workspace, arguments: &[&str], options: &[&str]) -> CommandResult {
    work.ocigraph(&[&["--plain-http=false"], options, arguments].concat())
}

/// Pushes, discovers and pulls with the command.
fn works_with(work: &Workspace, options: &[&str], host: &str) {
    let image = format!("{host}/command:v1");
    work.write("file", "content");
    command(work, &["push", &image, "file"], options).ok();
    command(work, &["attach", &image, "--artifact-type", "a/b", "file"], options).ok();
    let graph = command(work, &["discover", "-o", "json", &image], options).json();
    assert_eq!(graph["references"].as_array().unwrap().len(), 1, "{graph}");
    command(work, &["pull", "-o", "out", &image], options).ok();
    assert_eq!(work.read("out/file"), b"content");
}

/// Asserts that a server that is not trusted receives no request, over TLS or plain HTTP.
#[track_caller]
fn is_refused(shows: Shows, trusted: bool, why: &str, hint: &str) {
    let (work, authority) = (Workspace::new(), Authority::new());
    let server = Fixture::start(Config::default());
    let front = TlsFront::start(&authority, shows, &server.host());
    let mut config = over_tls();
    let ca = work.write("ca.pem", authority.pem());
    let ca = ca.to_str().unwrap();
    let mut options = vec![];
    if trusted {
        config.ca_file = Some(ca.into());
        options = vec!["--ca-file", ca];
    }

    let error = push(&config, &front.host()).unwrap_err();
    assert_eq!(error.code(), Code::Tls, "{error}");
    let message = error.to_string();
    assert!(message.contains("127.0.0.1") && message.contains(why), "{message}");

    let image = format!("{}/app:v1", front.host());
    let ran = command(&work, &["discover", &image], &options);
    let message = ran.fails_with(1);
    assert!(message.contains("[TLS]") && message.contains("127.0.0.1"), "{message}");
    assert!(message.contains(why) && message.contains(hint), "{message}");

    assert!(front.connections() > 0);
    assert_eq!(front.plain_connections(), 0);
    assert_eq!(server.requests(), []);
}

#[test]
fn a_registry_that_serves_tls_itself_is_used_with_its_authority() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let tls = Some(authority.registry());
    let registry = Registry::start_with(Kind::Distribution3, Options { tls, ..Options::default() });
    works(&trusting(&work, &authority), registry.host());
    works_with(&work, &["--ca-file", "ca.pem"], registry.host());
}

#[test]
fn an_unknown_authority_is_rejected() {
    is_refused(Shows::Good, false, "UnknownIssuer", "--ca-file");
}

#[test]
fn an_expired_certificate_is_rejected() {
    is_refused(Shows::Expired, true, "expired", "renew its certificate");
}

#[test]
fn a_certificate_for_another_name_is_rejected() {
    is_refused(Shows::AnotherName, true, "not valid for name", "check the name");
}

#[test]
fn a_server_without_tls_receives_no_plain_http() {
    let server = Fixture::start(Config::default());
    let error = push(&over_tls(), &server.host()).unwrap_err();
    assert_eq!(error.code(), Code::Tls, "{error}");
    assert!(error.to_string().contains("--plain-http"), "{error}");
    assert_eq!(server.requests(), []);
}

#[test]
fn a_server_with_a_given_authority_is_accepted() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let server = Fixture::start(Config::default());
    let front = TlsFront::start(&authority, Shows::Good, &server.host());
    works(&trusting(&work, &authority), &front.host());
    let ca = work.path("ca.pem");
    works_with(&work, &["--ca-file", ca.to_str().unwrap()], &front.host());
    assert_eq!(front.plain_connections(), 0);
}

#[test]
fn an_authority_of_the_system_is_accepted() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let server = Fixture::start(Config::default());
    let front = TlsFront::start(&authority, Shows::Good, &server.host());
    let image = format!("{}/app:v1", front.host());
    work.write("file", "content");
    // Sets the path of the system's root certificates.
    let mut command = work.command(ocigraph_suite::ocigraph_binary());
    command.env("SSL_CERT_FILE", work.write("roots.pem", authority.pem()));
    command.args(["push", "--plain-http=false", &image, "file"]);
    work.run(&mut command).ok();
    assert_eq!(front.plain_connections(), 0);
}

#[test]
fn given_authorities_suffice_if_the_system_has_none() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let server = Fixture::start(Config::default());
    let front = TlsFront::start(&authority, Shows::Good, &server.host());
    let image = format!("{}/app:v1", front.host());
    work.write("file", "content");
    let ca = work.write("ca.pem", authority.pem());
    let rootless = |options: &[&str]| {
        let mut command = work.command(ocigraph_suite::ocigraph_binary());
        // If SSL_CERT_FILE is set, only this file is read.
        command.env("SSL_CERT_FILE", work.write("none.pem", ""));
        command.args(["push", "--plain-http=false", &image, "file"]).args(options);
        work.run(&mut command)
    };
    rootless(&["--ca-file", ca.to_str().unwrap()]).ok();
    rootless(&["--insecure"]).ok();
    let stderr = rootless(&[]).fails_with(1);
    assert!(stderr.contains("[TLS]") && stderr.contains("certificates of the system"), "{stderr}");
}

#[test]
fn insecure_accepts_any_certificate_and_still_uses_tls() {
    for shows in [Shows::Good, Shows::Expired, Shows::AnotherName] {
        let (work, authority) = (Workspace::new(), Authority::new());
        let server = Fixture::start(Config::default());
        let front = TlsFront::start(&authority, shows, &server.host());
        works(&over_tls().insecure(true), &front.host());
        works_with(&work, &["--insecure"], &front.host());
        assert_eq!(front.plain_connections(), 0);
    }
}

#[test]
fn a_client_certificate_is_sent_on_request() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let server = Fixture::start(Config::default());
    let front = TlsFront::for_known_clients(&authority, &server.host());
    let config = trusting(&work, &authority);
    let ca = work.path("ca.pem");
    let ca = ["--ca-file", ca.to_str().unwrap()];
    let image = format!("{}/app:v1", front.host());

    let error = push(&config, &front.host()).unwrap_err();
    assert_eq!(error.code(), Code::Tls, "{error}");
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
    let stderr = command(&work, &["discover", &image], &ca).fails_with(1);
    assert!(stderr.contains("[TLS]"), "{stderr}");

    // A client certificate of an authority that the server does not trust.
    let (certificate, key) = Authority::new().client();
    let strange = config
        .clone()
        .cert_file(work.write("strange.pem", certificate))
        .key_file(work.write("strange.key", key));
    assert_eq!(push(&strange, &front.host()).unwrap_err().code(), Code::Tls);
    assert_eq!(server.requests(), []);

    let (certificate, key) = authority.client();
    let (certificate, key) = (work.write("me.pem", certificate), work.write("me.key", key));
    let known = config.cert_file(certificate.clone()).key_file(key.clone());
    works(&known, &front.host());
    let mut options = ca.to_vec();
    options.extend(["--cert-file", certificate.to_str().unwrap()]);
    options.extend(["--key-file", key.to_str().unwrap()]);
    works_with(&work, &options, &front.host());
    assert_eq!(front.plain_connections(), 0);
}

#[test]
fn files_without_a_certificate_or_key_are_named_in_the_error() {
    let (work, authority) = (Workspace::new(), Authority::new());
    let server = Fixture::start(Config::default());
    let front = TlsFront::start(&authority, Shows::Good, &server.host());
    let image = format!("{}/app:v1", front.host());
    let (certificate, key) = authority.client();
    work.write("good.pem", certificate);
    work.write("good.key", key);
    work.write("empty.pem", "");
    work.write("text.pem", "no certificate\n");
    work.write("broken.pem", "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n");
    work.write("other.key", authority.client().1);
    let cases: &[(&[&str], &str)] = &[
        (&["--ca-file", "missing.pem"], "missing.pem"),
        (&["--ca-file", "empty.pem"], "empty.pem"),
        (&["--ca-file", "text.pem"], "text.pem"),
        (&["--ca-file", "broken.pem"], "broken.pem"),
        (&["--ca-file", "good.key"], "good.key"),
        (&["--insecure", "--cert-file", "missing.pem", "--key-file", "good.key"], "missing.pem"),
        (&["--insecure", "--cert-file", "good.pem", "--key-file", "missing.key"], "missing.key"),
        (&["--insecure", "--cert-file", "good.pem", "--key-file", "good.pem"], "good.pem"),
        (&["--insecure", "--cert-file", "good.pem", "--key-file", "other.key"], "certificate"),
    ];
    for (options, named) in cases {
        let ran = command(&work, &["discover", &image], options);
        let stderr = ran.fails_with(1);
        assert!(stderr.contains(named) && stderr.contains("[TLS]"), "{options:?}: {stderr}");
        assert!(
            !stderr.contains("speaks"),
            "{options:?} is wrong, but the error is about the server: {stderr}"
        );
    }
    let half = command(&work, &["discover", &image], &["--cert-file", "good.pem"]);
    assert!(half.fails_with(2).contains("--key-file"));
    assert_eq!(front.connections(), 0);
}

/// Returns the error for an https registry that refers to a plain HTTP server.
fn redirected_to_plain_http(reply: impl Fn(&str) -> Reply, part: &str) -> Error {
    let (work, authority) = (Workspace::new(), Authority::new());
    let (server, clear) = (FaultServer::start(), FaultServer::start());
    server.on("HEAD", part, [reply(&clear.host())]);
    server.on("POST", part, [reply(&clear.host())]);
    clear.on("GET", "/token", [Reply::ok(r#"{"token":"t0ken"}"#)]);
    let front = TlsFront::start(&authority, Shows::Good, &server.host());
    let config = trusting(&work, &authority)
        .credentials(Credentials::Given(Credential::password("ada", "s3cret")));
    let error = push(&config, &front.host()).unwrap_err();
    assert!(!server.all().is_empty());
    assert!(clear.all().is_empty(), "{:?}", clear.all());
    error
}

#[test]
fn a_redirect_from_https_to_http_is_not_followed() {
    let reply = |to: &str| Reply::new(307, "").header("location", format!("http://{to}/blob"));
    let error = redirected_to_plain_http(reply, "/blobs/");
    assert_eq!(error.code(), Code::Registry, "{error}");
    assert!(error.to_string().contains("from https to http"), "{error}");
}

#[test]
fn an_upload_of_an_https_registry_is_not_sent_over_plain_http() {
    let reply = |to: &str| Reply::new(202, "").header("location", format!("http://{to}/upload"));
    let error = redirected_to_plain_http(reply, "/uploads/");
    assert_eq!(error.code(), Code::Registry, "{error}");
    assert!(error.to_string().contains("from https to plain http"), "{error}");
}

#[test]
fn an_https_registry_cannot_use_a_token_server_without_tls() {
    let reply = |to: &str| {
        let challenge = format!(r#"Bearer realm="http://{to}/token",service="registry""#);
        Reply::error(401, "UNAUTHORIZED").header("www-authenticate", challenge)
    };
    let error = redirected_to_plain_http(reply, "/v2/");
    assert_eq!(error.code(), Code::Unauthorized, "{error}");
    assert!(error.to_string().contains("not over TLS"), "{error}");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

/// Sends a signed request that is redirected to another server, and asserts what this server
/// receives.
fn redirected(challenge: &dyn Fn(&str) -> String, credential: Credential, wanted: &str) {
    let (work, authority) = (Workspace::new(), Authority::new());
    let (server, other) = (FaultServer::start(), FaultServer::start());
    let front = TlsFront::start(&authority, Shows::Good, &server.host());
    let elsewhere = TlsFront::start(&authority, Shows::Good, &other.host());
    let refusal =
        Reply::error(401, "UNAUTHORIZED").header("www-authenticate", challenge(&front.host()));
    let location = format!("https://{}/storage/blob?signature=x", elsewhere.host());
    let moved = Reply::new(307, "").header("location", location);
    server.on("HEAD", "/blobs/", [refusal, moved.clone()]);
    server.on("GET", "/blobs/", [moved]);
    server.on("GET", "/token", [Reply::ok(r#"{"token":"t0ken"}"#)]);
    for method in ["HEAD", "GET"] {
        other.on(method, "/storage/", [Reply::ok("content")]);
    }

    let config = trusting(&work, &authority)
        .credentials(Credentials::Given(credential))
        .headers(vec![("x-of-the-registry".into(), "s3cret too".into())]);
    let digest = ocigraph::Algorithm::Sha256.digest(b"content");
    let blob = reference(&front.host(), &format!("@{digest}"));
    run(async {
        let (_, mut stream) = Client::with_config(config)
            .fetch_blob(&blob, TransferOptions::default())
            .await
            .unwrap();
        while let Some(chunk) = futures::StreamExt::next(&mut stream).await {
            assert_eq!(chunk.unwrap(), "content");
        }
    });
    for signed in [&server.seen("HEAD", "/blobs/")[1], &server.seen("GET", "/blobs/")[0]] {
        assert_eq!(signed.header("authorization"), Some(wanted));
        assert_eq!(signed.header("x-of-the-registry"), Some("s3cret too"));
    }
    let heard = other.all();
    assert_eq!(heard.len(), 2);
    for header in ["authorization", "x-of-the-registry", "cookie", "referer"] {
        assert!(heard.iter().all(|seen| seen.header(header).is_none()), "{heard:?}");
    }
}

#[test]
fn the_target_of_a_redirect_receives_no_password() {
    let password = Credential::password("ada", Secret::new("s3cret"));
    redirected(&|_| "Basic realm=\"r\"".into(), password, "Basic YWRhOnMzY3JldA==");
}

#[test]
fn the_target_of_a_redirect_receives_no_token() {
    let challenge = |host: &str| format!(r#"Bearer realm="https://{host}/token",service="r""#);
    redirected(&challenge, Credential::password("ada", "s3cret"), "Bearer t0ken");
    redirected(&challenge, Credential::registry_token("fixed"), "Bearer fixed");
}

#[test]
fn a_given_self_signed_certificate_is_accepted() {
    let server = Fixture::start(Config::default());
    for (name, ended, expected) in [
        ("127.0.0.1", false, None),
        ("127.0.0.1", true, Some(Code::Tls)),
        ("elsewhere.test", false, Some(Code::Tls)),
    ] {
        let work = Workspace::new();
        let (front, pem) = TlsFront::self_signed(name, ended, &server.host());
        let config = over_tls().ca_file(work.write("own.pem", pem));
        let pushed = push(&config, &front.host());
        assert_eq!(pushed.err().map(|e| e.code()), expected, "{name} {ended}");
        // The certificate of another server is not accepted.
        let (other, _) = TlsFront::self_signed(name, false, &server.host());
        assert_eq!(push(&config, &other.host()).unwrap_err().code(), Code::Tls);
    }
}
