//! The command line: exit codes, messages, and the format and the stream of each output.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use ocigraph_fixture::{Auth, Config, Fixture};
use ocigraph_suite::{Workspace, ocigraph_binary};
use serde_json::Value;

/// Returns the digests of a layout: an image, its SBoM, the signature of the SBoM, and the signature of the image.
fn graph_in_a_layout(work: &Workspace) -> [String; 4] {
    let image = push(work, &["push", "oci:layout:v1", "--artifact-type", "image/example"]);
    let attach = |subject: &str, artifact_type: &str, content: &str| {
        work.write("file.json", content);
        push(work, &["attach", subject, "--artifact-type", artifact_type, "file.json"])
    };
    let sbom = attach("oci:layout:v1", "sbom/example", "1");
    let of_sbom = attach(&format!("oci:layout@{sbom}"), "signature/example", "2");
    let of_image = attach("oci:layout:v1", "signature/example", "3");
    [image, sbom, of_sbom, of_image]
}

fn push(work: &Workspace, args: &[&str]) -> String {
    let output = work.ocigraph(args).ok();
    let digest = output.lines().find_map(|line| line.strip_prefix("Digest: "));
    digest.unwrap_or_else(|| panic!("no digest in {output}")).to_owned()
}

#[test]
fn wrong_usage_exits_with_2_and_a_hint() {
    let work = Workspace::new();
    work.write("file.json", "{}");
    work.write("wrong.json", r#"{"other.json": {"key": "value"}}"#);
    let cases: &[(&[&str], &str)] = &[
        (&["frobnicate"], "unrecognized subcommand"),
        (&["push"], "<TARGET>"),
        (&["push", "alpine", "file.json"], "docker.io/alpine"),
        (&["push", "localhost:5000", "file.json"], "expected a repository"),
        (&["push", "localhost:5000/Upper", "file.json"], "upper-case"),
        (&["push", "oci:layout", "--manifest-format", "oci-2", "file.json"], "oci-1.1"),
        (&["push", "oci:layout", "-a", "novalue", "file.json"], "KEY=VALUE"),
        (&["push", "oci:layout", "-a", "k=1", "-a", "k=2", "file.json"], "duplicate annotation"),
        (&["push", "oci:other", "--artifact-type", "sbom", "file.json"], "type/subtype"),
        (&["push", "oci:layout", "--annotation-file", "wrong.json", "file.json"], "other.json"),
        (&["push", "oci:layout", "--annotation-file", "file.json", ":text/plain"], "names no file"),
        (&["attach", "oci:layout:v1", "file.json"], "--artifact-type"),
        (&["discover", "-o", "xml", "oci:layout:v1"], "mermaid"),
        (&["discover", "localhost:1/x"], "write localhost:1/x:TAG"),
        (&["tags", "--username", "ada", "localhost:1/x"], "--password-stdin"),
        (&["tags", "--password-stdin", "localhost:1/x"], "--username"),
        (&["tags", "--concurrency", "many", "localhost:1/x"], "--concurrency"),
        (&["tags", "-H", "secret", "localhost:1/x"], "NAME:VALUE"),
        (&["untag", "oci:layout"], "no tag"),
        (&["digest", "--algorithm", "md5", "file.json"], "md5"),
        (&["completion", "cobol"], "bash"),
    ];
    for (args, expected) in cases {
        let ran = work.ocigraph(args);
        assert!(ran.stdout.is_empty(), "{ran}");
        let message = ran.fails_with(2);
        assert!(message.contains(expected), "{args:?}: {message}");
        assert!(!message.contains("panicked"), "{args:?}: {message}");
    }
    assert!(!work.path("layout").exists(), "wrong usage created files");
}

#[test]
fn an_invalid_source_date_epoch_is_wrong_usage() {
    let work = Workspace::new();
    work.write("file.json", "{}");
    let push = |epoch: &str| {
        let mut command = work.command(ocigraph_binary());
        command.args(["push", "oci:layout:v1", "file.json"]).env("SOURCE_DATE_EPOCH", epoch);
        work.run(&mut command)
    };
    assert!(push("yesterday").fails_with(2).contains("SOURCE_DATE_EPOCH"));
    push("1700000000").ok();
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:layout:v1"]).json();
    let created = &manifest["annotations"]["org.opencontainers.image.created"];
    assert_eq!(created, "2023-11-14T22:13:20Z");
}

#[test]
fn a_failure_exits_with_1_and_prints_a_message_and_a_hint() {
    let work = Workspace::new();
    let message = work.ocigraph(&["tags", "oci:nothing"]).fails_with(1);
    let [sentence, hint] = message.lines().collect::<Vec<_>>()[..] else {
        panic!("expected two lines: {message}");
    };
    assert_eq!(
        sentence,
        "Error: tags oci:nothing: there is no image layout at nothing [NOT_FOUND]"
    );
    assert_eq!(hint, "check the path; write oci:PATH/:TAG if the path contains a colon");
    let message = work.ocigraph(&["push", "oci:layout:v1", "missing.json"]).fails_with(1);
    assert!(message.contains("missing.json"), "{message}");
}

#[test]
fn every_command_shows_examples() {
    fn commands(work: &Workspace, path: &[&str], count: &mut usize) {
        let help = work.ocigraph(&[path, &["--help"]].concat()).ok();
        assert!(help.contains("EXAMPLES\n  ocigraph "), "{path:?}:\n{help}");
        *count += 1;
        let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let listed = listed.lines().take_while(|line| line.starts_with("  "));
        for name in listed.filter_map(|line| line.split_whitespace().next()) {
            if name != "help" {
                commands(work, &[path, &[name]].concat(), count);
            }
        }
    }
    let mut count = 0;
    commands(&Workspace::new(), &[], &mut count);
    assert_eq!(count, 43, "the program, its commands and its subcommands");
}

#[test]
fn every_command_has_a_manual_page() {
    let work = Workspace::new();
    work.ocigraph(&["man", "--output", "man"]).ok();
    for name in ["ocigraph", "ocigraph-push", "ocigraph-manifest-index-create"] {
        let page = String::from_utf8(work.read(format!("man/{name}.1"))).expect("text");
        assert!(page.contains(".SH SYNOPSIS") && page.contains("EXAMPLES"), "{name}:\n{page}");
    }
}

#[test]
fn a_link_with_the_name_of_oras_pushes_with_its_defaults() {
    let work = Workspace::new();
    work.write("file.json", "{}");
    std::os::unix::fs::symlink(ocigraph_binary(), work.path("oras")).expect("a link");
    let created = "org.opencontainers.image.created=2026-01-01T00:00:00Z";
    let push = ["push", "-a", created, "oci:store:v1", "file.json"];
    let as_oras = work.run(work.command(work.path("oras")).args(push)).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:store:v1"]).json();
    assert_eq!(manifest["layers"][0]["mediaType"], "application/vnd.oci.image.layer.v1.tar");
    assert_eq!(manifest["config"]["data"], "e30=");
    assert_ne!(work.ocigraph(&push).ok(), as_oras);
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:store:v1"]).json();
    assert_eq!(manifest["layers"][0]["mediaType"], "application/json");
}

#[test]
fn results_go_to_stdout_and_progress_to_stderr() {
    let work = Workspace::new();
    work.write("signature.json", "{}");
    let args = ["push", "oci:layout:v1,latest", "./signature.json:application/json"];
    let first = work.ocigraph(&args).ok();
    let digest = first.lines().find_map(|line| line.strip_prefix("Digest: ")).expect("a digest");
    let manifest = &digest["sha256:".len()..][..12];
    let result = format!(
        "Pushed [oci-layout] oci:layout:v1\nTagged latest\n\
         ArtifactType: application/vnd.unknown.artifact.v1\nDigest: {digest}\n"
    );
    let with_status = |status: &str| {
        format!(
            "Preparing ./signature.json\n{status}\
             Uploading {manifest} application/vnd.oci.image.manifest.v1+json\n\
             Uploaded  {manifest} application/vnd.oci.image.manifest.v1+json\n{result}"
        )
    };
    let uploaded = "Uploading 44136fa355b3 signature.json\nUploaded  44136fa355b3 signature.json\n";
    assert_eq!(first, with_status(uploaded));
    let again = work.ocigraph(&args);
    assert_eq!(again.stdout, with_status("Exists    44136fa355b3 signature.json\n"));
    assert_eq!(again.stderr, "");
    let quiet = work.ocigraph(&[&["--quiet"], &args[..]].concat());
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (result, ""));
    // A program that reads the result as JSON must not find anything else.
    let json = work.ocigraph(&[&args[..], &["--format", "json"]].concat());
    assert_eq!(json.clone().json()["digest"], digest);
    assert!(json.stderr.starts_with("Exists    44136fa355b3 signature.json\n"), "{json}");

    let pull = ["pull", "-a", "-o", "out", "oci:layout:latest"];
    let read = ["Downloading", "Processing ", "Downloaded "];
    let read =
        read.map(|word| format!("{word} {manifest} application/vnd.oci.image.manifest.v1+json\n"));
    let result = format!("Pulled [oci-layout] oci:layout:latest\nDigest: {digest}\n");
    let file = "Downloading 44136fa355b3 signature.json\nDownloaded  44136fa355b3 signature.json\n";
    assert_eq!(work.ocigraph(&pull).ok(), format!("{}{file}{result}", read.concat()));
    assert_eq!(work.read("out/signature.json"), b"{}");
    let unchanged = "Unchanged 44136fa355b3 signature.json\n";
    assert_eq!(work.ocigraph(&pull).ok(), format!("{}{unchanged}{result}", read.concat()));
}

#[test]
fn a_reference_is_printed_as_it_was_typed() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let image = format!("LocalHost:{}/net-monitor:v1", fixture.address().port());
    let pushed = work.ocigraph(&["push", &image, "--artifact-type", "image/example"]).ok();
    assert!(pushed.contains(&format!("\nPushed [registry] {image}\n")), "{pushed}");
    assert_eq!(work.ocigraph(&["discover", &image]).ok(), format!("{image}\n"));
}

#[test]
fn the_direct_referrers_are_printed_as_a_table() {
    let work = Workspace::new();
    let [image, sbom, _, of_image] = graph_in_a_layout(&work);
    let table = format!(
        "Discovered 2 artifacts referencing oci:layout:v1\nDigest: {image}\n\n\
         Artifact Type       Digest\n\
         sbom/example        {sbom}\n\
         signature/example   {of_image}\n"
    );
    assert_eq!(work.ocigraph(&["discover", "-o", "table", "oci:layout:v1"]).ok(), table);
    let verbose = work.ocigraph(&["discover", "-o", "table", "-v", "oci:layout:v1"]).ok();
    assert_eq!(verbose.matches("\"artifactType\": \"s").count(), 2, "{verbose}");
}

#[test]
fn a_filter_keeps_the_referrers_of_a_match() {
    let work = Workspace::new();
    let [image, sbom, of_sbom, of_image] = graph_in_a_layout(&work);
    let discover = |artifact_type: &str| {
        let args = ["discover", "-o", "json", "--artifact-type", artifact_type, "oci:layout:v1"];
        work.ocigraph(&args).json()
    };
    let digests = |value: &Value| -> Vec<String> {
        let list = value.as_array().expect("a list");
        list.iter().map(|d| d["digest"].as_str().expect("a digest").to_owned()).collect()
    };

    let graph = discover("signature/example");
    assert_eq!(graph["digest"], image);
    assert_eq!(graph["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(digests(&graph["references"]), [of_image.as_str()]);
    assert_eq!(digests(&graph["referrers"]), [sbom.as_str(), &of_image]);
    assert_eq!(digests(&graph["referrers"][0]["referrers"]), [of_sbom.as_str()]);
    assert_eq!(graph["referrers"][0]["reference"], format!("oci:layout@{sbom}"));
    assert_eq!(graph["referrers"][1]["referrers"], Value::Array(Vec::new()));

    let graph = discover("sbom/example");
    assert_eq!(digests(&graph["references"]), [sbom.as_str()]);
    assert_eq!(digests(&graph["referrers"][0]["referrers"]), [of_sbom.as_str()]);

    let graph = discover("other/example");
    assert_eq!(digests(&graph["references"]), [] as [&str; 0]);
    assert_eq!(digests(&graph["referrers"]), [] as [&str; 0]);
}

/// The registry determines the depth of a graph, and no depth may overflow the stack.
#[test]
fn a_chain_of_a_thousand_referrers_is_printed_in_every_format() {
    const DEPTH: usize = 1000;
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let place = format!("{}/chain", fixture.host());
    let image = format!("{place}:v1");
    let target: ocigraph::Reference = place.parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = ocigraph::Client::new();
        let mut above = None;
        for level in 0..=DEPTH {
            let mut options = ocigraph::PushOptions::default();
            options.artifact_type = Some("link/example".into());
            options.annotations = [("level".to_owned(), level.to_string())].into();
            options.subject = above;
            let target = if level == 0 { target.tagged("v1").unwrap() } else { target.clone() };
            above = Some(client.push(&target, options).await.unwrap().reference);
        }
    });
    let discover = |form: &str| work.ocigraph(&["discover", "-o", form, &image]).ok();
    assert_eq!(discover("tree").lines().count(), 1 + 2 * DEPTH);
    assert_eq!(discover("dot").matches(" -> ").count(), DEPTH);
    assert_eq!(discover("mermaid").matches(" --> ").count(), DEPTH);
    // Most JSON readers reject this depth. Only referrers are nested here.
    let json = discover("json");
    assert_eq!(json.matches("\"referrers\": [").count(), DEPTH + 1);
    assert_eq!(json.matches('{').count(), json.matches('}').count());
    assert_eq!(json.matches('[').count(), json.matches(']').count());
    assert!(json.len() < 4000 * DEPTH, "{} bytes: too much indentation", json.len());
}

#[test]
fn annotations_are_read_from_flags_and_from_a_file() {
    let work = Workspace::new();
    work.write("readme.md", "hello");
    work.write("config.json", "{}");
    work.write(
        "annotations.json",
        r#"{"$manifest": {"a": "file", "b": "file"}, "$config": {"c": "1"}, "readme.md": {"d": "2"}}"#,
    );
    let push = [
        "push",
        "oci:layout:v1",
        "--annotation-file",
        "annotations.json",
        "-a",
        "b=flag=",
        "--config",
        "config.json:application/vnd.example.config+json",
        "./readme.md:text/markdown",
    ];
    work.ocigraph(&push).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:layout:v1"]).json();
    assert_eq!(manifest["annotations"]["a"], "file");
    assert_eq!(manifest["annotations"]["b"], "flag=");
    assert_eq!(manifest["layers"][0]["annotations"]["d"], "2");
    assert_eq!(manifest["layers"][0]["mediaType"], "text/markdown");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.example.config+json");
}

#[test]
fn a_hyphen_means_standard_input_or_output() {
    let work = Workspace::new();
    let pushed = work.ocigraph_with_input(&["blob", "push", "oci:layout", "-"], b"content").ok();
    let digest = pushed.lines().find_map(|l| l.strip_prefix("Digest: ")).expect("a digest");
    let blob = format!("oci:layout@{digest}");
    assert_eq!(work.ocigraph(&["blob", "fetch", &blob]).ok(), "content");
    assert_eq!(work.ocigraph(&["blob", "fetch", "-o", "-", &blob]).ok(), "content");
    work.ocigraph(&["blob", "fetch", "-o", "copy", &blob]).ok();
    assert_eq!(work.read("copy"), b"content");

    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"a/b","digest":"{digest}","size":7}},"layers":[]}}"#
    );
    work.ocigraph_with_input(&["manifest", "push", "oci:layout:v1", "-"], manifest.as_bytes()).ok();
    assert_eq!(work.ocigraph(&["manifest", "fetch", "oci:layout:v1"]).ok(), manifest);
}

#[test]
fn pipes_and_devices_can_be_output_files() {
    let work = Workspace::new();
    work.write("x", "x");
    work.ocigraph(&["push", "oci:l:v1", "x"]).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:l:v1"]).ok();
    let digest = work.ocigraph(&["resolve", "oci:l:v1"]).ok();
    let blob = work.ocigraph(&["manifest", "fetch", "oci:l:v1"]).json()["layers"][0]["digest"]
        .as_str()
        .unwrap()
        .to_owned();
    work.write("old", "old");
    let script = format!(
        r#"set -eu
        mkfifo pipe; cat pipe >from-pipe & "$ocigraph" manifest fetch -o pipe oci:l:v1; wait
        "$ocigraph" blob fetch -q -o /dev/fd/3 oci:l@{blob} 3>>old
        "$ocigraph" blob fetch -q -o /dev/null oci:l@{blob}
        (echo before; "$ocigraph" manifest fetch -o /dev/stdout --descriptor oci:l:v1; echo after) >all
        ! "$ocigraph" manifest fetch -o . oci:l:v1 2>/dev/null
        test -p pipe && test -c /dev/null && test -L /dev/stdout"#
    );
    let mut command = work.command("bash");
    command.args(["-c", &script]).env("ocigraph", ocigraph_binary());
    work.run(&mut command).ok();
    assert_eq!(work.read("from-pipe"), manifest.as_bytes());
    assert_eq!(work.read("old"), b"oldx");
    let all = String::from_utf8(work.read("all")).unwrap();
    let rest = all.strip_prefix(&format!("before\n{manifest}")).expect(&all);
    assert!(rest.contains(digest.trim()) && rest.ends_with("after\n"), "{all}");
    assert!(
        !std::fs::read_dir(work.dir())
            .unwrap()
            .flatten()
            .any(|entry| { entry.file_name().to_string_lossy().starts_with(".ocigraph-") })
    );
}

#[test]
fn an_output_file_that_cannot_be_written_fails_before_the_first_request() {
    let work = Workspace::new();
    work.write("file", "content");
    let push = ["push", "oci:layout:v1", "file", "--export-manifest", "missing/manifest.json"];
    let message = work.ocigraph(&push).fails_with(1);
    assert!(message.contains("missing/manifest.json"), "{message}");
    assert!(!work.path("layout").exists());
    // A device is written to and not replaced.
    let push = ["push", "oci:layout:v1", "file", "--quiet", "--export-manifest", "/dev/stderr"];
    let pushed = work.ocigraph(&push);
    assert!(pushed.stderr.contains("schemaVersion"), "{}", pushed.stderr);
    let there = std::path::Path::new("/dev/stderr").symlink_metadata().unwrap();
    assert!(!there.is_file(), "the device was replaced");
}

#[test]
fn a_failed_untag_reports_the_tags_that_were_removed() {
    let work = Workspace::new();
    work.write("file", "content");
    work.ocigraph(&["push", "oci:layout:v1,v2", "file"]).ok();
    let message = work.ocigraph(&["untag", "oci:layout:v1,v3,v2"]).fails_with(1);
    assert!(message.contains("v1"), "{message}");
    assert!(message.contains("1 of the 3 tags"), "{message}");
    assert_eq!(work.ocigraph(&["tags", "oci:layout"]).ok(), "v2\n");
}

#[test]
fn every_command_can_print_its_result_as_json() {
    let work = Workspace::new();
    let [image, ..] = graph_in_a_layout(&work);
    work.write("file", "content");
    let json = |args: &[&str]| work.ocigraph(&[args, &["--format", "json"]].concat()).json();

    let pushed = json(&["push", "oci:layout:v2", "file:text/plain"]);
    assert_eq!(pushed["tags"], serde_json::json!(["v2"]));
    assert_eq!(pushed["blobs"][0]["title"], "file");
    assert_eq!(pushed["blobs"][0]["outcome"], "uploaded");
    assert_eq!(pushed["blobs"][0]["descriptor"]["mediaType"], "text/plain");
    let pulled = json(&["pull", "oci:layout:v2", "-o", "out"]);
    assert_eq!(pulled["reference"], pushed["reference"]);
    assert_eq!(pulled["files"][0]["outcome"], "written");
    assert_eq!(json(&["blob", "push", "oci:layout", "file"])["outcome"], "existed");
    assert_eq!(json(&["digest", "file"])[0]["size"], 7);
    assert_eq!(json(&["version"])["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(json(&["resolve", "oci:layout:v1"])["digest"], image);
    assert_eq!(json(&["tag", "oci:layout:v1", "v3"])["descriptor"]["digest"], image);
    assert_eq!(json(&["tags", "oci:layout"])["tags"], serde_json::json!(["v1", "v2", "v3"]));
    assert_eq!(json(&["untag", "oci:layout:v3"])["untagged"], serde_json::json!(["v3"]));
    assert_eq!(json(&["manifests", "oci:layout"]).as_array().map(Vec::len), Some(5));
    let deleted = json(&["manifest", "delete", "--yes", "oci:layout:v2"]);
    assert_eq!(deleted["digest"], pushed["descriptor"]["digest"]);
    let plan = json(&["delete", "--dry-run", "oci:layout:v1"]);
    assert_eq!(
        (plan["dryRun"].as_bool(), plan["deleted"][3]["digest"].as_str()),
        (Some(true), Some(image.as_str()))
    );
    assert_eq!(json(&["delete", "--yes", "oci:layout:v1"])["deleted"], plan["deleted"]);
    assert_eq!(json(&["manifests", "oci:layout"]), serde_json::json!([]));
}

#[test]
fn a_delete_without_confirmation_deletes_nothing() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let image = format!("{}/net-monitor:v1", fixture.host());
    work.ocigraph(&["push", &image, "--artifact-type", "image/example"]).ok();
    fixture.clear_requests();
    let missing = format!("{}/net-monitor:none", fixture.host());
    for command in [&["delete"][..], &["manifest", "delete"]] {
        // First the command looks, then it asks.
        let ran = work.ocigraph_with_input(&[command, &[&missing]].concat(), b"y\n");
        assert!(!ran.stderr.contains("[y/N]"), "{ran}");
        assert!(ran.fails_with(1).contains("[NOT_FOUND]"));
        work.ocigraph(&[command, &["--if-exists", &missing]].concat()).ok();
        let message = work.ocigraph(&[command, &[&image]].concat()).fails_with(2);
        assert!(message.contains("--yes"), "{message}");
        for answer in ["n\n", "\n", "yesterday"] {
            let ran = work.ocigraph_with_input(&[command, &[&image]].concat(), answer.as_bytes());
            assert!(ran.fails_with(1).contains("nothing was deleted"));
        }
    }
    work.ocigraph(&["delete", "--dry-run", &image]).ok();
    assert!(fixture.requests().iter().all(|r| matches!(r.method.as_str(), "GET" | "HEAD")));
    for (command, answer) in [(&["manifest", "delete"][..], "y\n"), (&["delete"], "YES")] {
        work.ocigraph_with_input(&[command, &[&image]].concat(), answer.as_bytes()).ok();
        assert!(fixture.state().repositories.values().all(|r| r.manifests.is_empty()));
        work.ocigraph(&["push", &image, "--artifact-type", "image/example"]).ok();
    }
    // A dry run says what the delete would answer.
    work.ocigraph(&["tag", &image, "other"]).ok();
    let planned = work.ocigraph(&["delete", "--dry-run", &image]);
    assert_eq!(planned.code, Some(0), "{planned}");
    assert!(planned.stderr.contains("A delete would fail"), "{planned}");
    assert!(work.ocigraph(&["delete", "-y", &image]).fails_with(1).contains("[CONFLICT]"));
    work.ocigraph(&["untag", &format!("{}/net-monitor:other", fixture.host())]).ok();
    work.ocigraph(&["delete", "-y", &image]).ok();
    assert!(fixture.state().repositories.values().all(|r| r.manifests.is_empty()));
}

#[test]
fn a_password_is_read_from_standard_input_or_causes_a_warning() {
    let (user, password) = ("ada".to_owned(), "open sesame: äöü".to_owned());
    let auth = Auth::Basic { user, password: password.clone() };
    let fixture = Fixture::start(Config { auth, ..Config::default() });
    let work = Workspace::new();
    let image = format!("{}/net-monitor:v1", fixture.host());
    let push = ["push", "--username", "ada", &image, "--artifact-type", "image/example"];

    let input = format!("{password}\r\n");
    let ran =
        work.ocigraph_with_input(&[&push[..], &["--password-stdin"]].concat(), input.as_bytes());
    assert_eq!(ran.stderr, "");
    ran.ok();
    let ran = work.ocigraph(&[&push[..], &["--password", &password]].concat());
    assert!(ran.stderr.contains("--password-stdin"), "{ran}");
    ran.ok();
    let message =
        work.ocigraph_with_input(&[&push[..], &["--password-stdin"]].concat(), b"wrong\n");
    let message = message.fails_with(1);
    assert!(message.starts_with("Error: push ") && !message.contains("wrong"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_a_success_and_a_full_disk_is_a_failure() {
    let work = Workspace::new();
    let mut command = work.command(ocigraph_binary());
    command.args(["completion", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starting the command");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("waiting for the command");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));

    if let Ok(full) = std::fs::File::options().write(true).open("/dev/full") {
        let mut command = work.command(ocigraph_binary());
        let output = command.args(["completion", "bash"]).stdout(full).output().expect("running");
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stderr.starts_with(b"Error: "));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_push_cancels_its_upload_session() {
    let slow = Config { delay_ms: 200, single_post: false, ..Config::default() };
    let fixture = Fixture::start(slow);
    let work = Workspace::new();
    work.write("large.bin", vec![7; 32 << 20]);
    let mut command = work.command_for_signals(ocigraph_binary());
    command.args(["push", &format!("{}/net-monitor:v1", fixture.host()), "large.bin"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("starting the command");
    let deadline = Instant::now() + Duration::from_secs(20);
    while fixture.state().uploads.is_empty() {
        assert!(Instant::now() < deadline, "no upload session was opened");
        std::thread::sleep(Duration::from_millis(5));
    }
    work.run(work.command("kill").args(["-INT", &child.id().to_string()])).ok();
    let output = child.wait_with_output().expect("waiting for the command");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(fixture.state().uploads.is_empty(), "the upload session is still open");
    assert!(fixture.state().repositories.values().all(|r| r.manifests.is_empty()));
}

#[test]
fn standard_input_is_pushed_as_a_file() {
    let work = Workspace::new();
    let push = ["push", "oci:l:v1", "--", "-:text/plain"];
    work.ocigraph_with_input(&push, b"what was piped in").ok();
    work.ocigraph(&["pull", "-o", "out", "oci:l:v1"]).ok();
    assert_eq!(work.read("out/stdin"), b"what was piped in");
    let manifest = work.ocigraph(&["manifest", "fetch", "oci:l:v1"]).json();
    assert_eq!(manifest["layers"][0]["mediaType"], "text/plain");
    let said = work.ocigraph_with_input(&["push", "oci:l:v2", "-", "-"], b"x").fails_with(2);
    assert!(said.contains("both read standard input"), "{said}");
}
