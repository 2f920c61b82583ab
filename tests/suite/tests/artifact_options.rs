//! Options of ORAS for single artifacts: `push --artifact-platform`, `push --image-spec`, `pull --config` and
//! `manifest fetch --media-type`. Both programs get the same arguments, and make the same manifests and files.

use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::Value;

/// ORAS adds the time of the push unless it is given.
const CREATED: [&str; 2] = ["-a", "org.opencontainers.image.created=2000-01-01T00:00:00Z"];

/// Pushes with both programs, and returns the manifests.
fn manifests(work: &Workspace, registry: &Registry, arguments: &[&str]) -> (Value, Value) {
    let manifest = |repository: &str| {
        let reference = registry.reference(repository);
        let mut manifest = work.ocigraph(&["manifest", "fetch", &reference]).json();
        // ORAS adds the content of the empty config to its descriptor.
        manifest["config"].as_object_mut().unwrap().remove("data");
        manifest
    };
    let (ours, theirs) = (registry.reference("ours:v1"), registry.reference("theirs:v1"));
    work.ocigraph(&[&["push", &ours], arguments, &CREATED].concat()).ok();
    work.oras(&[&["push", "--plain-http", &theirs], arguments, &CREATED].concat()).ok();
    (manifest("ours:v1"), manifest("theirs:v1"))
}

#[test]
fn the_options_of_a_push_make_the_manifests_of_oras() {
    let (registry, work) = (Registry::start(Kind::Ocimem), Workspace::new());
    work.write("file", "content");
    work.write("config.json", "{\"x\":1}");
    const FILE: &str = "file:text/plain";
    for arguments in [
        &[FILE][..],
        &[FILE, "--artifact-type", "a/b"],
        &[FILE, "--image-spec", "v1.1"],
        &[FILE, "--image-spec", "v1.1", "--artifact-type", "a/b"],
        &[FILE, "--image-spec", "v1.0"],
        &[FILE, "--image-spec", "v1.0", "--artifact-type", "a/b"],
        &[FILE, "--config", "config.json"],
        &[FILE, "--config", "config.json:app/config"],
        &[FILE, "--config", "config.json:app/config", "--image-spec", "v1.0"],
        &[FILE, "--config", "config.json:app/config", "--artifact-type", "a/b"],
        &[FILE, "--artifact-platform", "linux/arm/v7"],
        &[FILE, "--artifact-platform", "linux/amd64", "--artifact-type", "a/b"],
        &[FILE, "--artifact-platform", "windows/amd64:10.0.20348.2113"],
        &[FILE, "--force"],
    ] {
        let (ours, theirs) = manifests(&work, &registry, arguments);
        // As text, since the order of the members belongs to the digest.
        assert_eq!(ours.to_string(), theirs.to_string(), "{arguments:?}");
    }
}

#[test]
fn the_config_of_an_artifact_is_pulled_as_oras_does() {
    let (registry, work) = (Registry::start(Kind::Ocimem), Workspace::new());
    work.write("file", "content");
    work.write("config.json", "{\"x\":1}");
    let image = registry.reference("app:v1");
    work.ocigraph(&["push", &image, "file", "--config", "config.json:app/config"]).ok();
    for (i, config) in ["c.json", "c.json:app/config", "c.json:other/config"].iter().enumerate() {
        let (ours, theirs) = (format!("ours{i}"), format!("theirs{i}"));
        let json =
            work.ocigraph(&["pull", &image, "-o", &ours, "--config", config, "--format", "json"]);
        let files = json.json()["files"].as_array().unwrap().len();
        work.oras(&["pull", "--plain-http", &image, "-o", &theirs, "--config", config]).ok();
        let names = |folder: &str| {
            let entries = std::fs::read_dir(work.path(folder)).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&ours), names(&theirs), "{config}");
        assert_eq!(files, names(&ours).len(), "{config}");
        if i < 2 {
            assert_eq!(work.read(format!("{ours}/c.json")), b"{\"x\":1}");
        }
    }
}

#[test]
fn a_manifest_is_fetched_as_one_of_the_given_media_types() {
    let manifest = "application/vnd.oci.image.manifest.v1+json";
    let index = "application/vnd.oci.image.index.v1+json";
    for kind in Kind::ALL {
        let (registry, work) = (Registry::start(kind), Workspace::new());
        work.write("file", "content");
        let image = registry.reference("app:v1");
        work.ocigraph(&["push", &image, "file"]).ok();
        let fetch =
            |types: &str| work.ocigraph(&["manifest", "fetch", &image, "--media-type", types]);
        let all = work.ocigraph(&["manifest", "fetch", &image]).ok();
        assert_eq!(fetch(manifest).ok(), all, "{kind}");
        assert_eq!(fetch(&format!("{index},{manifest}")).ok(), all, "{kind}");
        let stderr = fetch(index).fails_with(1);
        assert!(stderr.contains("[NOT_FOUND]") && stderr.contains(index), "{kind}: {stderr}");
        let usage = fetch("manifest").fails_with(2);
        assert!(usage.contains("invalid media type"), "{usage}");
    }
}

#[test]
fn a_title_replaces_the_path_of_a_file() {
    let (registry, work) = (Registry::start(Kind::Ocimem), Workspace::new());
    let first = work.write("out/a.json", "a").display().to_string();
    work.write("b.json", b"b");
    let image = registry.reference("titled:v1");
    let typed = format!("{first}:application/json");
    let titles = ["--title", "sbom/a.json", "--title", "c.json"];
    work.ocigraph(&[&["push", &image, &typed, "b.json"][..], &titles].concat()).ok();
    let attach = ["attach", &image, "--artifact-type", "sbom/example", &first, "--title", "sbom"];
    let attached = work.ocigraph(&[&attach[..], &["--format", "json"]].concat()).json();
    work.ocigraph(&["pull", &image, "-o", "pulled"]).ok();
    assert_eq!(work.read("pulled/sbom/a.json"), b"a");
    assert_eq!(work.read("pulled/c.json"), b"b");
    let referrer = registry.reference("titled") + "@" + attached["digest"].as_str().unwrap();
    work.ocigraph(&["pull", &referrer, "-o", "attached"]).ok();
    assert_eq!(work.read("attached/sbom"), b"a");

    let message =
        work.ocigraph(&["push", &image, "b.json", "--title", "a", "--title", "b"]).fails_with(2);
    assert!(message.contains("2 times, for 1 files"), "{message}");
    let message = work.ocigraph(&["push", &image, &first]).fails_with(1);
    assert!(message.contains("--title"), "{message}");
    let message = work.ocigraph(&["push", &image, &first, "--title", "../a"]).fails_with(1);
    assert!(message.contains("leads out of"), "{message}");
}
