//! `--debug` logs requests and responses with their headers, and no secret.

use ocigraph_fixture::{Auth, Config, Fixture};
use ocigraph_suite::{FaultServer, Reply, Workspace};

fn basic() -> Config {
    let auth = Auth::Basic { user: "ada".to_owned(), password: "open sesame".to_owned() };
    Config { auth, ..Config::default() }
}

#[test]
fn requests_and_responses_are_logged_with_their_headers_and_without_secrets() {
    let (server, work) = (Fixture::start(basic()), Workspace::new());
    work.write("file", "content");
    let image = format!("{}/app:v1", server.host());
    let options = ["--username", "ada", "--password-stdin", "--header", "X-Key: a secret value"];
    for flag in ["--debug", "-d"] {
        let arguments = [&["push", image.as_str(), "file", flag], &options[..]].concat();
        let ran = work.ocigraph_with_input(&arguments, b"open sesame");
        let ran = ran.hides(&["open sesame".into(), "YWRh".into(), "a secret value".into()]);
        let log = &ran.stderr;
        for part in [
            "TRACE request method=PUT",
            "TRACE response method=PUT",
            "/v2/app/manifests/v1",
            "status=201",
            "status=401",
            "content-type: application/vnd.oci.image.manifest.v1+json",
            "docker-content-digest: sha256:",
            "www-authenticate: Basic",
            "authorization: ***",
            "x-key: ***",
        ] {
            assert!(log.contains(part), "no {part:?}: {ran}");
        }
        assert!(ran.stdout.contains("\nPushed [registry] "), "{ran}");
    }
    let arguments = [&["push", image.as_str(), "file", "--verbose"], &options[..]].concat();
    let verbose = work.ocigraph_with_input(&arguments, b"open sesame");
    assert!(!verbose.stderr.contains("content-type"), "{verbose}");
}

#[test]
fn signatures_and_cookies_are_not_logged() {
    let (server, work) = (FaultServer::start(), Workspace::new());
    let target = format!("http://{}/blob?X-Amz-Signature=hidden42", server.host());
    let redirect = Reply::new(307, "").header("Location", target).header("Set-Cookie", "id=c00kie");
    server.on("GET", "/blobs/", [redirect]);
    server.on("GET", "/blob?", [Reply::ok("content")]);
    server.on("HEAD", "/blobs/", [Reply::ok("content")]);
    let blob = "sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
    let reference = format!("{}/app@{blob}", server.host());
    let fetched = work.ocigraph(&["blob", "fetch", &reference, "-o", "-", "--debug"]);
    let fetched = fetched.hides(&["hidden42".into(), "c00kie".into()]);
    assert!(fetched.stderr.contains("/blob?***"), "{fetched}");
    assert!(fetched.stderr.contains("set-cookie: ***"), "{fetched}");
    assert_eq!(fetched.ok(), "content");
}

#[test]
fn a_quiet_command_logs_nothing_and_the_flag_no_tty_hides_the_bars() {
    let (server, work) = (Fixture::start(Config::default()), Workspace::new());
    work.write("file", "content");
    let image = format!("{}/app:v1", server.host());
    let quiet = work.ocigraph(&["push", &image, "file", "--debug", "--quiet"]);
    assert_eq!(quiet.stderr, "", "{quiet}");
    quiet.ok();
    work.ocigraph(&["push", &image, "file", "--no-tty"]).ok();
}
