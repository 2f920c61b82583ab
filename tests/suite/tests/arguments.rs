//! Arguments of the command that must not be ignored, and environment variables that must be valid.

use ocigraph_fixture::{Config, Failure, Fixture};
use ocigraph_suite::{Workspace, ocigraph_binary};
use serde_json::{Value, json};

fn workspace() -> Workspace {
    let work = Workspace::new();
    work.write("file", "content");
    work.write("config.json", "{}");
    work
}

#[test]
fn standard_input_has_one_reader() {
    let (work, fixture) = (workspace(), Fixture::start(Config::default()));
    let image = format!("{}/app:v1", fixture.host());
    let repository = format!("{}/app", fixture.host());
    let password = ["-u", "ada", "--password-stdin"];
    for (command, readers) in [
        (vec!["push", &image, "-", "-"], ["the file -", "the file -"]),
        (vec!["push", &image, "-", "--config=-:a/b"], ["the file -", "--config -:a/b"]),
        (
            vec!["push", &image, "-", "--annotation-file", "-"],
            ["the file -", "--annotation-file -"],
        ),
        (
            vec!["push", &image, "--config", "-", "--annotation-file", "/dev/stdin"],
            ["--config -", "--annotation-file /dev/stdin"],
        ),
        ([&["push", &image, "-"], &password[..]].concat(), ["the file -", "--password-stdin"]),
        (
            [&["attach", &image, "--artifact-type", "a/b", "/dev/stdin"], &password[..]].concat(),
            ["the file /dev/stdin", "--password-stdin"],
        ),
        (
            [&["blob", "push", &repository, "-"], &password[..]].concat(),
            ["the file -", "--password-stdin"],
        ),
        (
            vec!["manifest", "push", &image, "-", "--identity-token-stdin"],
            ["the file -", "--identity-token-stdin"],
        ),
        (
            vec!["tags", &repository, "--registry-config", "/dev/stdin", "--ca-file", "/dev/fd/0"],
            ["--registry-config /dev/stdin", "--ca-file /dev/fd/0"],
        ),
        ([&["delete", &image], &password[..]].concat(), ["--password-stdin", "the answer"]),
        (
            [&["manifest", "delete", &image], &password[..]].concat(),
            ["--password-stdin", "the answer"],
        ),
    ] {
        let message = work.ocigraph_with_input(&command, b"text").fails_with(2);
        for reader in readers {
            assert!(message.contains(reader), "{command:?}: {message}");
        }
    }
    assert!(fixture.requests().is_empty(), "nothing is sent before the arguments are checked");
}

#[test]
fn an_image_layout_does_not_ignore_headers_and_credentials() {
    let work = workspace();
    for option in [
        &["-H", "X-Team: supply"][..],
        &["-u", "ada"],
        &["--identity-token", "token"],
        &["--user-agent", "supply/1"],
        &["--cert-file", "file", "--key-file", "file"],
    ] {
        let options = [&["push", "oci:layout:v1", "file"], option].concat();
        let message = work.ocigraph(&options).fails_with(2);
        assert!(message.contains("oci:layout:v1 is an image layout"), "{message}");
        assert!(!message.contains("supply"), "{message}");
    }
    let fixture = Fixture::start(Config::default());
    // Scripts pass these to every command.
    let connection = ["--plain-http", "--insecure", "--registry-config", "none.json", "--no-proxy"];
    work.ocigraph(&[&["push", "oci:layout:v1", "file"], &connection[..]].concat()).ok();
    let registry = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["copy", "oci:layout:v1", &registry, "-H", "X-Team: supply"]).ok();
}

fn manifest(work: &Workspace, name: &str) -> Value {
    work.ocigraph(&["manifest", "fetch", name]).json()
}

#[test]
fn an_annotation_file_annotates_manifest_config_and_files() {
    let work = workspace();
    let notes = json!({"$manifest": {"m": "1"}, "$config": {"c": "2"}, "file": {"f": "3"}});
    work.write("notes.json", notes.to_string());
    let push = ["push", "oci:layout:v1", "file", "--annotation-file", "notes.json"];
    for (options, config) in [
        (&[][..], "application/vnd.oci.empty.v1+json"),
        (&["--config", "config.json"], "application/vnd.unknown.config.v1+json"),
        (&["--config", "config.json:a/b"], "a/b"),
        (&["--manifest-format", "oci-1.0"], "application/vnd.unknown.artifact.v1"),
    ] {
        work.ocigraph(&[&push[..], options].concat()).ok();
        let written = manifest(&work, "oci:layout:v1");
        assert_eq!(written["annotations"], json!({"m": "1"}), "{options:?}");
        assert_eq!(written["config"]["annotations"], json!({"c": "2"}), "{options:?}");
        assert_eq!(written["config"]["mediaType"], config, "{options:?}");
        assert_eq!(written["layers"][0]["annotations"]["f"], "3", "{options:?}");
    }
    let piped = ["push", "oci:layout:v2", "file", "--annotation-file", "-"];
    work.ocigraph_with_input(&piped, br#"{"$manifest": {"from": "input"}}"#).ok();
    assert_eq!(manifest(&work, "oci:layout:v2")["annotations"], json!({"from": "input"}));
}

#[test]
fn a_config_and_an_artifact_type_do_not_replace_each_other() {
    let work = workspace();
    let push = ["push", "oci:layout:v1", "file", "--artifact-type", "c/d"];
    let old = [&push[..], &["--manifest-format", "oci-1.0", "--config"]].concat();
    let message = work.ocigraph(&[&old[..], &["config.json:a/b"]].concat()).fails_with(2);
    assert!(message.contains("a/b") && message.contains("c/d"), "{message}");
    assert!(!work.path("layout").exists(), "nothing is stored");
    for config in ["config.json", "config.json:c/d"] {
        work.ocigraph(&[&old[..], &[config]].concat()).ok();
        assert_eq!(manifest(&work, "oci:layout:v1")["config"]["mediaType"], "c/d");
    }
    work.ocigraph(&[&push[..], &["--config", "config.json:a/b"]].concat()).ok();
    let both = manifest(&work, "oci:layout:v1");
    assert_eq!(
        (&both["artifactType"], &both["config"]["mediaType"]),
        (&json!("c/d"), &json!("a/b"))
    );
}

#[test]
fn values_of_headers_are_hidden() {
    let (work, fixture) = (workspace(), Fixture::start(Config::default()));
    let image = format!("{}/app:v1", fixture.host());
    let secrets = ["open-sesame".to_owned(), "s3cr3t-token".to_owned()];
    let echo = "X-Key: open-sesame and s3cr3t-token";
    let page = format!("<html>{echo}</html>");
    let location = "/v2/app/open-sesame/s3cr3t-token".to_owned();
    for (status, body) in [
        (400, json!({"errors": [{"code": "X", "message": echo, "detail": echo}]}).to_string()),
        (200, page.clone()),
        (500, page),
        (302, String::new()),
        (401, echo.to_owned()),
    ] {
        let headers = [
            ("X-Request-Id", "open-sesame"),
            ("Content-Type", "text/html; a=s3cr3t-token"),
            ("Location", location.as_str()),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let failure = Failure::new("", "/v2/", status, 1);
        let fail = vec![Failure { times: None, headers, body: Some(body), ..failure }];
        fixture.set_config(Config { fail, ..Config::default() });
        for command in [&["pull", &image][..], &["tags", &image], &["push", &image, "file"]] {
            let options = [
                "-v",
                "-H",
                "X-Key: open-sesame",
                "-H",
                "Authorization: Bearer s3cr3t-token",
                "--max-attempts",
                "2",
            ];
            let ran = work.ocigraph(&[command, &options[..]].concat());
            let ran = ran.hides(&secrets);
            // To this registry, every push succeeds.
            assert!(ran.code == Some(1) || (status, command[0]) == (200, "push"), "{ran}");
        }
    }
}

#[test]
fn a_malformed_proxy_variable_is_named() {
    let work = workspace();
    let run = |variables: &[(&str, &str)], options: &[&str]| {
        let mut command = work.command(ocigraph_binary());
        command.args(["resolve", "registry.invalid/app:v1", "--max-attempts", "1"]).args(options);
        command.envs(variables.iter().copied());
        work.run(&mut command)
    };
    for (variable, value) in
        [("HTTPS_PROXY", "http://"), ("https_proxy", "//"), ("ALL_PROXY", "ftp://ada:secret@host")]
    {
        let message = run(&[(variable, value)], &[]).hides(&["secret".into()]).fails_with(2);
        assert!(message.contains(&format!("invalid {variable}")), "{message}");
        let ignored = run(&[(variable, value)], &["--no-proxy"]).fails_with(1);
        assert!(!ignored.contains(variable), "{ignored}");
    }
    for entry in ["10.0.0.0/64", "<local>", "10.0.0.0/255.0.0.0"] {
        let no = [("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", entry)];
        let message = run(&no, &[]).fails_with(1);
        let warning = format!("ignoring the entry {entry:?} of NO_PROXY");
        assert_eq!(message.matches(&warning).count(), 1, "{message}");
    }
    assert!(
        run(&[("HTTP_PROXY", "http://")], &["--plain-http"]).fails_with(2).contains("HTTP_PROXY")
    );
}

#[test]
fn a_name_below_localhost_is_this_machine() {
    let (work, fixture) = (workspace(), Fixture::start(Config::default()));
    let (_, port) =
        fixture.host().rsplit_once(':').map(|(h, p)| (h.to_owned(), p.to_owned())).unwrap();
    for name in ["localhost", "registry.localhost", "a.b.localhost"] {
        work.ocigraph(&["push", &format!("{name}:{port}/app:v1"), "file"]).ok();
    }
}
