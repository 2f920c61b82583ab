//! Bad input: a clear message, the right exit code, no lost content and no partial files.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Command,
};

use ocigraph_fixture::{Config, Failure, Fixture};
use ocigraph_suite::{Kind, Registry, Workspace, ocigraph_binary};
use serde_json::json;

#[test]
fn wrong_usage_exits_with_2_and_a_hint() {
    let work = Workspace::new();
    work.write("x", "x");
    for (args, words) in [
        (vec!["push", "alpine", "x"], "docker.io/alpine"),
        (vec!["resolve", "localhost:5000"], "REPOSITORY"),
        (vec!["resolve", "https://localhost/x:v1"], "localhost/x:v1"),
        (vec!["resolve", "localhost/Upper:v1"], "upper-case"),
        (vec!["resolve", "localhost/x:-v"], "tag"),
        (vec!["resolve", "localhost/x@sha256:abc"], "64"),
        (vec!["resolve", "localhost/x"], "TAG"),
        (vec!["resolve", "oci::v1"], "directory"),
        (vec!["push", "oci:l:v1", "--nonsense"], "--nonsense"),
        (vec!["push", "oci:l:v1", "--manifest-format", "nonsense"], "oci-1.1"),
        (vec!["push", "oci:l:v1", "--artifact-type", "nonsense", "x"], "type/subtype"),
        (vec!["push", "oci:l:v1", "-a", "nonsense"], "KEY=VALUE"),
    ] {
        let stderr = work.ocigraph(&args).fails_with(2);
        assert!(stderr.contains(words), "{args:?}: {stderr}");
    }
    assert!(!work.path("l").exists(), "the layout must not be created");
}

#[test]
fn missing_files_and_unsafe_names_are_rejected_before_a_tag_is_set() {
    let work = Workspace::new();
    let stderr = work.ocigraph(&["push", "oci:l:v1", "missing.json"]).fails_with(1);
    assert!(stderr.contains("missing.json"), "{stderr}");
    work.write("x", "x");
    let absolute = work.path("x");
    let stderr = work.ocigraph(&["push", "oci:l:v1", absolute.to_str().unwrap()]).fails_with(1);
    assert!(stderr.contains("--allow-path-traversal"), "{stderr}");
    work.ocigraph(&["resolve", "oci:l:v1"]).fails_with(1);
    work.write("other/file", "mine");
    let stderr = work.ocigraph(&["push", "oci:other:v1", "x"]).fails_with(1);
    assert!(stderr.contains("not an image layout"), "{stderr}");
    assert_eq!(work.read("other/file"), b"mine");
}

#[test]
fn a_manifest_of_5_mb_is_too_large() {
    let work = Workspace::new();
    work.write("x", "x");
    work.write("notes.json", json!({"$manifest": {"long": "x".repeat(5_000_000)}}).to_string());
    let fixture = Fixture::start(Config::default());
    for target in ["oci:l:v1".to_owned(), format!("{}/app:v1", fixture.host())] {
        let stderr =
            work.ocigraph(&["push", &target, "--annotation-file", "notes.json", "x"]).fails_with(1);
        assert!(stderr.contains("4194304"), "{stderr}");
        work.ocigraph(&["resolve", &target]).fails_with(1);
    }
}

/// Pushes a manifest with one blob of a hostile title.
fn with_title(work: &Workspace, title: &str) -> String {
    work.write("content", "content");
    let pushed = work.ocigraph(&["blob", "push", "--format", "json", "oci:l", "content"]).json();
    let blob = &pushed["descriptor"];
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.example.config", "digest": blob["digest"], "size": blob["size"]},
        "layers": [{
            "mediaType": "text/plain", "digest": blob["digest"], "size": blob["size"],
            "annotations": {"org.opencontainers.image.title": title},
        }],
    });
    work.write("manifest.json", manifest.to_string());
    work.ocigraph(&["manifest", "push", "oci:l:hostile", "manifest.json"]).ok();
    "oci:l:hostile".to_owned()
}

#[test]
fn hostile_titles_write_nothing_outside_the_folder() {
    let work = Workspace::new();
    for title in ["../escaped", "/tmp/../escaped", "a/../../escaped", "link/escaped"] {
        let target = with_title(&work, title);
        std::fs::create_dir_all(work.path("out")).unwrap();
        let _ = std::os::unix::fs::symlink("..", work.path("out/link"));
        let stderr = work.ocigraph(&["pull", "-o", "out", &target]).fails_with(1);
        assert!(stderr.contains("title"), "{title}: {stderr}");
        assert!(!work.path("escaped").exists(), "{title}");
        assert!(!work.path("out/escaped").exists(), "{title}");
    }
}

/// Pushes a manifest whose blob is damaged then.
fn with_damaged_blob(work: &Workspace) -> String {
    let target = with_title(work, "file");
    let digest = work.ocigraph(&["digest", "content"]).ok();
    let hex = digest.split(':').nth(1).unwrap().split(' ').next().unwrap().to_owned();
    work.write(format!("l/blobs/sha256/{hex}"), "CONTENT");
    target
}

#[test]
fn damaged_content_is_not_written() {
    let work = Workspace::new();
    let target = with_damaged_blob(&work);
    let stderr = work.ocigraph(&["pull", "-o", "out", &target]).fails_with(1);
    assert!(stderr.contains("hashes to"), "{stderr}");
    // At most the output directory exists, and it is empty.
    let left = std::fs::read_dir(work.path("out")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn content_that_is_damaged_at_the_source_is_not_the_fault_of_the_destination() {
    let work = Workspace::new();
    let target = with_damaged_blob(&work);
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let copied = work.ocigraph(&["copy", &target, &registry.reference("app:v1")]);
        let stderr = copied.fails_with(1);
        assert!(stderr.contains("hashes to"), "{kind}: {stderr}");
        assert!(stderr.contains("[DIGEST_MISMATCH]"), "{kind}: {stderr}");
        let synced = work.ocigraph(&["sync", "oci:l", &registry.reference("synced")]);
        let shown = synced.to_string();
        assert!(shown.contains("hashes to") && !shown.contains("refused"), "{kind}: {shown}");
    }
}

#[test]
fn transient_failures_are_retried_and_permanent_ones_are_reported() {
    let work = Workspace::new();
    work.write("x", "x");
    let fixture = Fixture::start(Config {
        fail: vec![
            Failure::new("PUT", "/manifests/", 503, 2),
            Failure::new("POST", "/uploads/", 429, 1),
        ],
        ..Config::default()
    });
    let target = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &target, "x"]).ok();
    let puts = fixture
        .requests()
        .into_iter()
        .filter(|r| r.method == "PUT" && r.path.contains("/manifests/"));
    assert_eq!(puts.count(), 3);

    fixture.set_config(Config {
        fail: vec![Failure::new("GET", "/manifests/", 403, 9)],
        ..Config::default()
    });
    fixture.clear_requests();
    let stderr = work.ocigraph(&["pull", &target]).fails_with(1);
    assert!(stderr.contains("403"), "{stderr}");
    assert_eq!(fixture.requests().len(), 1, "a rejected request must not be retried");
}

/// Returns a command that runs as another user, because root is not restricted by permissions.
fn without_privileges(work: &Workspace, args: &[&str]) -> Command {
    let mut command = work.command("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(work.path("ocigraph"))
        .args(args);
    command
}

#[test]
fn folders_without_permission_are_named_and_no_partial_file_is_left() {
    let work = Workspace::new();
    // Other users may not be able to read the folder of the command.
    fs::copy(ocigraph_binary(), work.path("ocigraph")).unwrap();
    fs::set_permissions(work.dir(), Permissions::from_mode(0o755)).unwrap();
    let as_another = |args: &[&str]| {
        let root = fs::metadata(work.dir()).unwrap().uid() == 0;
        if root { work.run(&mut without_privileges(&work, args)) } else { work.ocigraph(args) }
    };
    work.write("secret.txt", "secret");
    work.write("docs/secret.txt", "secret");
    work.write("x", "x");
    work.ocigraph(&["push", "oci:store:v1", "x"]).ok();
    let index = work.read("store/index.json");
    fs::create_dir(work.path("locked")).unwrap();
    fs::create_dir(work.path("open")).unwrap();
    fs::set_permissions(work.path("open"), Permissions::from_mode(0o777)).unwrap();
    for (name, mode) in [("secret.txt", 0o000), ("docs/secret.txt", 0o000), ("locked", 0o555)] {
        fs::set_permissions(work.path(name), Permissions::from_mode(mode)).unwrap();
    }
    for name in ["store", "store/blobs", "store/blobs/sha256"] {
        fs::set_permissions(work.path(name), Permissions::from_mode(0o555)).unwrap();
    }
    for (args, named) in [
        (["push", "oci:store:v2", "x"], "store"),
        (["push", "oci:locked/new:v1", "x"], "locked"),
        (["push", "oci:open/new:v1", "secret.txt"], "secret.txt"),
        (["push", "oci:open/new:v1", "docs"], "secret.txt"),
        (["pull", "-olocked", "oci:store:v1"], "locked"),
    ] {
        let stderr = as_another(&args).fails_with(1);
        assert!(stderr.contains(named), "{args:?}: {stderr}");
        assert!(stderr.contains("ermission denied"), "{args:?}: {stderr}");
    }
    assert_eq!(work.read("store/index.json"), index);
    assert_eq!(fs::read_dir(work.path("locked")).unwrap().count(), 0);
    work.ocigraph(&["resolve", "oci:open/new:v1"]).fails_with(1);
}
