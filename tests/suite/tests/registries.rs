//! The registries and other clients: they start, behave as the tests assume, and end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ocigraph_suite::{Kind, Options, PASSWORD, Proxy, Registry, USER, Workspace, tool};

// oras uses plain HTTP only for the name `localhost`, not for a loopback address.
const HTTP: &str = "--plain-http";

/// Pushes an image, attaches an artifact, discovers it and pulls it, with other clients only.
fn check_other_clients(kind: Kind) {
    let registry = Registry::start(kind);
    let work = Workspace::new();
    let image = registry.reference("net-monitor:v1");
    let digest = work.push_image(&image);
    assert_eq!(work.oras(&["resolve", HTTP, &image]).ok().trim(), digest);

    work.write("signature.json", "{\"signature\": \"pat hancock\"}\n");
    let file = "signature.json:application/json";
    work.oras(&["attach", HTTP, "--artifact-type", "signature/example", &image, file]).ok();

    let graph = work.oras(&["discover", HTTP, "--format", "json", &image]).json();
    let referrers = graph["referrers"].as_array().expect("oras lists the referrers");
    assert_eq!(referrers.len(), 1, "{graph}");
    // ggcr lists the media type of the config as the artifact type and ignores `artifactType`.
    let artifact_type =
        if kind == Kind::Ggcr { "application/vnd.oci.empty.v1+json" } else { "signature/example" };
    assert_eq!(referrers[0]["artifactType"], artifact_type, "{graph}");

    let signature = referrers[0]["digest"].as_str().expect("a referrer has a digest");
    let reference = registry.reference(&format!("net-monitor@{signature}"));
    work.oras(&["pull", HTTP, "--output", "download", &reference]).ok();
    assert_eq!(work.read("download/signature.json"), work.read("signature.json"));

    let answer = answer_to(registry.host(), &format!("GET /v2/net-monitor/referrers/{digest}"));
    assert_eq!(
        answer.starts_with("HTTP/1.1 200 "),
        kind.has_referrers_api(),
        "{kind} answered {answer}"
    );

    // oras maintains the fallback tag if the response to a push has no OCI-Subject. ggcr never
    // sends OCI-Subject although it has the referrers API.
    let tags = work.crane(&["ls", &registry.reference("net-monitor")]).ok();
    assert_eq!(
        tags.contains(&digest.replace(':', "-")),
        !matches!(kind, Kind::Ocimem | Kind::Serve),
        "{kind} has the tags {tags}"
    );
}

#[test]
fn other_clients_work_with_ggcr() {
    check_other_clients(Kind::Ggcr);
}

#[test]
fn other_clients_work_with_ocimem() {
    check_other_clients(Kind::Ocimem);
}

#[test]
fn other_clients_work_with_docker_registry() {
    check_other_clients(Kind::Docker2);
}

#[test]
fn other_clients_work_with_distribution() {
    check_other_clients(Kind::Distribution3);
}

#[test]
fn other_clients_work_with_serve() {
    check_other_clients(Kind::Serve);
}

#[test]
fn every_registry_deletes_by_digest_and_all_except_docker2_by_tag() {
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let work = Workspace::new();
        let first = registry.reference("net-monitor:v1");
        let digest = work.push_image(&first);
        work.crane(&["tag", &first, "v2"]).ok();

        // crane deletes a tag by tag and a digest by digest.
        let deleted = work.crane(&["delete", &first]);
        assert_eq!(deleted.code == Some(0), kind.deletes_tags(), "{kind}: {deleted}");
        work.crane(&["digest", &registry.reference("net-monitor:v2")]).ok();

        let by_digest = registry.reference(&format!("net-monitor@{digest}"));
        work.crane(&["delete", &by_digest]).ok();
        assert_ne!(
            work.crane(&["manifest", &by_digest]).code,
            Some(0),
            "{kind} still has {by_digest}"
        );
    }
}

#[test]
fn every_registry_can_ask_for_credentials() {
    let options = Options { auth: true, ..Options::default() };
    for kind in Kind::ALL {
        let registry = Registry::start_with(kind, options.clone());
        let work = Workspace::new();
        let image = registry.reference("net-monitor:v1");
        let refused = work.crane(&["digest", &image]);
        assert!(
            refused.stderr.contains("401") || refused.stderr.contains("UNAUTHORIZED"),
            "{kind}: {refused}"
        );

        work.oras(&["login", HTTP, registry.host(), "-u", USER, "-p", PASSWORD]).ok();
        assert!(
            work.home().join(".docker/config.json").is_file(),
            "{kind}: the login should be stored in the workspace"
        );
        let digest = work.push_image(&image);
        assert_eq!(work.oras(&["resolve", HTTP, &image]).ok().trim(), digest, "{kind}");
    }
}

#[test]
fn distribution_can_answer_with_relative_locations() {
    for kind in [Kind::Docker2, Kind::Distribution3] {
        for relative_urls in [false, true] {
            let registry =
                Registry::start_with(kind, Options { relative_urls, ..Options::default() });
            let location = location_of_a_new_upload(registry.host());
            assert_eq!(location.starts_with('/'), relative_urls, "{kind} answered {location}");
        }
    }
}

fn location_of_a_new_upload(host: &str) -> String {
    let answer = answer_to(host, "POST /v2/net-monitor/blobs/uploads/");
    let mut headers = answer.lines().filter_map(|line| line.split_once(": "));
    let location = headers.find(|(name, _)| name.eq_ignore_ascii_case("location"));
    location.unwrap_or_else(|| panic!("no Location header in {answer}")).1.to_owned()
}

/// Sends `METHOD PATH` without a body and returns the complete response.
fn answer_to(host: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(host).expect("connecting to the registry");
    let head = format!(
        "{request} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).expect("sending a request");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("reading the answer");
    answer
}

#[test]
fn the_test_image_is_a_docker_image_with_a_fixed_digest() {
    let (one, other) = (Registry::start(Kind::Ocimem), Registry::start(Kind::Distribution3));
    let work = Workspace::new();
    let digest = work.push_image(&one.reference("net-monitor:v1"));
    assert_eq!(work.push_image(&other.reference("elsewhere:v2")), digest);
    assert_ne!(work.push_image_with(&one.reference("net-monitor:v2"), "another"), digest);

    let manifest = work.crane(&["manifest", &one.reference("net-monitor:v1")]).json();
    assert_eq!(manifest["mediaType"], "application/vnd.docker.distribution.manifest.v2+json");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.docker.container.image.v1+json");

    assert_eq!(work.write_image_layout("layout", "v1"), digest);
    let layout = work.path("layout:v1");
    let resolved = work.oras(&["resolve", "--oci-layout", layout.to_str().expect("UTF-8")]).ok();
    assert_eq!(resolved.trim(), digest);
}

#[test]
fn the_proxy_adds_its_delay_and_changes_nothing() {
    let registry = Registry::start(Kind::Ocimem);
    let round_trip = Duration::from_millis(50);
    let proxy = Proxy::start(registry.host(), round_trip);
    let work = Workspace::new();
    let content = "net-monitor ".repeat(100_000);
    let through = format!("{}/net-monitor:v1", proxy.host());
    let digest = work.push_image_with(&through, &content);

    let began = Instant::now();
    let resolved = work.oras(&["resolve", HTTP, &through]).ok();
    assert_eq!(resolved.trim(), digest);
    // At least one round trip for the connection and one for the HEAD request.
    assert!(began.elapsed() >= 2 * round_trip, "it took {:?}", began.elapsed());
    assert_eq!(
        work.oras(&["resolve", HTTP, &registry.reference("net-monitor:v1")]).ok().trim(),
        digest
    );
    work.crane(&["validate", "--remote", &through]).ok();
}

#[test]
fn a_registry_ends_when_it_is_dropped() {
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let host = registry.host().to_owned();
        let data = registry.data();
        drop(registry);
        assert!(TcpStream::connect(&host).is_err(), "{kind} still listens on {host}");
        assert!(!data.exists(), "{kind} left {}", data.display());
    }
}

#[test]
fn a_program_ends_with_the_test_even_without_drop() {
    let work = Workspace::new();
    // `sleep` does not read standard input, so only the signal from `run` ends it.
    let mut command = work.command(tool("test-registries"));
    command.args(["run", "sleep", "1000"]).stdin(Stdio::piped());
    let mut child = command.spawn().expect("starting test-registries");
    drop(child.stdin.take());
    let status = child.wait().expect("waiting for test-registries");
    assert!(status.success(), "{status}");
}

#[test]
fn with_stay_a_registry_keeps_running_without_standard_input() {
    let work = Workspace::new();
    let mut command = work.command(tool("test-registries"));
    command.args(["ocimem", "--stay"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("starting test-registries");
    let mut line = String::new();
    let output = child.stdout.take().expect("its standard output is a pipe");
    BufReader::new(output).read_line(&mut line).expect("reading the address");
    let address: serde_json::Value = serde_json::from_str(&line).expect("the line is JSON");
    let digest = work.push_image(&format!(
        "{}/net-monitor:v1",
        address["address"].as_str().expect("an address")
    ));
    assert!(digest.starts_with("sha256:"));
    child.kill().expect("ending test-registries");
    child.wait().expect("waiting for test-registries");
}
