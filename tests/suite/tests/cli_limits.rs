//! The flags of the command for limits: each changes what the command accepts or waits for.

use std::fs;

use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{CredentialHelper, FaultServer, Reply, Workspace};

/// Values that mean no limit.
const NO_LIMIT: [&str; 2] = ["18446744073709551615", "99999999999999999999999"];

#[test]
fn a_packed_directory_is_limited_by_each_flag() {
    let work = Workspace::new();
    fs::create_dir(work.path("docs")).unwrap();
    work.write("docs/a", "a");
    work.write("docs/zeros", vec![0; 65 << 20]);
    work.ocigraph(&["push", "oci:layout:v1", "docs"]).ok();
    let pull = |args: &[&str]| {
        let _ = fs::remove_dir_all(work.path("out"));
        work.ocigraph(&[&["pull", "oci:layout:v1", "-o", "out"], args].concat())
    };
    for (flag, too_small, enough) in [
        ("--unpack-limit-entries", "1", "3"),
        ("--unpack-limit-bytes", "1000", "100000000"),
        ("--unpack-limit-ratio", "2", "100000"),
    ] {
        // The ratio of zeros is above the default.
        let others: &[&str] = match flag {
            "--unpack-limit-ratio" => &[],
            _ => &["--unpack-limit-ratio", "100000"],
        };
        let error = pull(&[others, &[flag, too_small]].concat()).fails_with(1);
        assert!(error.contains("[TOO_LARGE]") && error.contains(flag), "{flag}: {error}");
        for value in [enough].into_iter().chain(NO_LIMIT) {
            pull(&[others, &[flag, value]].concat()).ok();
        }
        pull(&[flag, "-1"]).fails_with(2);
    }
}

#[test]
fn a_timeout_ends_a_silent_request() {
    let server = FaultServer::start();
    server.on("GET", "/v2/app/tags/list", std::iter::repeat_with(Reply::silence).take(8));
    let work = Workspace::new();
    let place = format!("{}/app", server.host());
    let limits = ["--response-timeout", "0.2", "--stall-timeout", "0.3", "--max-attempts", "1"];
    let error = work.ocigraph(&[&["tags", &place], &limits[..]].concat()).fails_with(1);
    assert!(error.contains("[TIMEOUT]"), "{error}");
    assert_eq!(server.seen("GET", "/v2/app/tags/list").len(), 1);
    work.ocigraph(&["tags", &place, "--response-timeout", "soon"]).fails_with(2);
}

#[test]
fn every_timeout_accepts_a_long_time_and_no_limit() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    work.write("file", "content");
    let place = format!("{}/app:v1", fixture.host());
    for value in ["30", "inf", "1e300"] {
        let mut args = vec!["push", &place, "file"];
        for flag in [
            "--connect-timeout",
            "--response-timeout",
            "--idle-timeout",
            "--upload-response-timeout",
            "--stall-timeout",
            "--helper-timeout",
        ] {
            args.extend([flag, value]);
        }
        work.ocigraph(&args).ok();
    }
}

#[test]
fn maxima_limit_what_a_registry_sends() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let place = format!("{}/app", fixture.host());
    for tag in ["v1", "v2", "v3"] {
        work.ocigraph(&["push", &format!("{place}:{tag}"), "--artifact-type", "a/b"]).ok();
    }
    let tags = |args: &[&str]| work.ocigraph(&[&["tags", &place], args].concat());
    for (flag, too_small) in [("--max-manifest-bytes", "10"), ("--max-entries", "2")] {
        let error = tags(&[flag, too_small]).fails_with(1);
        assert!(error.contains("[TOO_LARGE]"), "{flag}: {error}");
        for value in NO_LIMIT {
            assert_eq!(tags(&[flag, value]).ok(), "v1\nv2\nv3\n");
        }
    }
    tags(&["--max-pages", NO_LIMIT[0], "--max-attempts", NO_LIMIT[1]]).ok();
}

#[test]
fn a_credential_helper_is_killed_after_its_time() {
    let fixture = Fixture::start(Config {
        auth: ocigraph_fixture::Auth::Basic { user: "ada".into(), password: "secret".into() },
        ..Config::default()
    });
    let work = Workspace::new();
    let helper = CredentialHelper::install(&work, "slow");
    helper.set_behaviour("hangs");
    let config = format!(r#"{{"credHelpers":{{"{}":"slow"}}}}"#, fixture.host());
    let file = work.write("config.json", config);
    let place = format!("{}/app", fixture.host());
    let args =
        ["tags", &place, "--registry-config", file.to_str().unwrap(), "--helper-timeout", "0.5"];
    let error = work.ocigraph(&args).fails_with(1);
    assert!(error.contains("500ms") || error.contains("0.5"), "{error}");
}

#[test]
fn the_user_agent_is_that_of_the_flag() {
    let server = FaultServer::start();
    server.on("GET", "/v2/app/tags/list", [Reply::ok(r#"{"tags":["v1"]}"#)]);
    let work = Workspace::new();
    work.ocigraph(&["tags", &format!("{}/app", server.host()), "--user-agent", "probe/1"]).ok();
    let seen = server.seen("GET", "/v2/app/tags/list");
    assert_eq!(seen[0].header("user-agent"), Some("probe/1"));
}

#[test]
fn a_blob_has_the_media_type_of_the_flag() {
    let work = Workspace::new();
    work.write("file", "content");
    let push = |args: &[&str]| {
        let args = [&["blob", "push", "oci:layout", "file", "--format", "json"], args].concat();
        work.ocigraph(&args).json()["descriptor"]["mediaType"].clone()
    };
    assert_eq!(push(&[]), "application/octet-stream");
    assert_eq!(push(&["--media-type", "text/plain"]), "text/plain");
}

#[test]
fn a_short_help_omits_the_limits() {
    let work = Workspace::new();
    let short = work.ocigraph(&["pull", "-h"]).ok();
    let long = work.ocigraph(&["pull", "--help"]).ok();
    for flag in ["--connect-timeout", "--max-pages", "--unpack-limit-bytes", "--user-agent"] {
        assert!(long.contains(flag) && !short.contains(flag), "{flag}:\n{short}");
    }
}

#[test]
fn requests_a_second_are_limited() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let place = format!("{}/app", fixture.host());
    let image = format!("{place}:v1");
    work.ocigraph(&["push", &image, "--artifact-type", "app/example"]).ok();
    for number in 0..12 {
        let artifact_type = format!("number/n{number}");
        work.ocigraph(&["push", &place, "--subject", &image, "--artifact-type", &artifact_type])
            .ok();
    }
    fixture.clear_requests();
    let discover = |value: &str| {
        let args = ["discover", &image, "--concurrency", "2", "--max-requests-per-second", value];
        work.ocigraph(&args)
    };
    discover("5").ok();
    let counts = fixture.counts();
    assert!(counts.arrived > 12 && counts.busiest_second <= 5 + 2, "{counts:?}");
    for value in NO_LIMIT {
        discover(value).ok();
    }
    for value in ["0", "1.5", "many"] {
        let error = discover(value).fails_with(2);
        assert!(error.contains("--max-requests-per-second"), "{value}: {error}");
    }
}
