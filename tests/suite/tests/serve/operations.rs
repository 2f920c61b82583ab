//! ocigraph's own operations over the registry that ocigraph serves.

use ocigraph::{Algorithm, media_type};
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::json;

use crate::served::{Served, assert_whole};

#[test]
fn ocigraph_pushes_pulls_discovers_copies_and_deletes() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let image = served.reference("app:v1");
    work.write("app.bin", "the program");
    work.write("sbom.json", "{}");
    work.ocigraph(&["push", &image, "--artifact-type", "app/example", "app.bin"]).ok();
    work.ocigraph(&["attach", &image, "--artifact-type", "sbom/example", "sbom.json"]).ok();
    // The graph that the registry shows is the graph of the layout.
    let graph = |at: &str| {
        let graph = work.ocigraph(&["discover", "-o", "json", at]).json();
        (graph["digest"].clone(), graph["referrers"][0]["digest"].clone())
    };
    assert_eq!(graph(&image), graph("oci:registry/app:v1"));
    assert!(graph(&image).1.is_string());

    let copy = served.reference("team/copy:v1");
    work.ocigraph(&["copy", "-r", &image, &copy]).ok();
    assert_eq!(graph(&copy), graph(&image));
    work.ocigraph(&["pull", &copy, "--output", "pulled"]).ok();
    assert_eq!(work.read("pulled/app.bin"), b"the program");
    work.ocigraph(&["verify", &copy]).ok();
    work.ocigraph(&["tag", &copy, "v2"]).ok();
    let tags = work.ocigraph(&["tags", &served.reference("team/copy")]).ok();
    assert_eq!(tags.lines().collect::<Vec<_>>(), ["v1", "v2"]);
    let repositories = work.ocigraph(&["repos", &served.host]).ok();
    assert_eq!(repositories.lines().count(), 2, "{repositories}");

    work.ocigraph(&["delete", "--yes", &image]).ok();
    let gone = work.ocigraph(&["discover", &image]);
    assert!(gone.stderr.contains("[NOT_FOUND]"), "{gone}");
    for layout in ["registry/app", "registry/team/copy"] {
        assert_whole(&work, layout);
    }
}

#[test]
fn content_with_digests_of_sha512_is_pushed_tagged_and_copied() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let digest = |text: &str| Algorithm::Sha512.digest(text.as_bytes());
    let config = json!({ "mediaType": media_type::EMPTY, "digest": digest("{}"), "size": 2 });
    let image = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "artifactType": "app/example",
        "config": config, "layers": [],
    });
    let image = image.to_string();
    let listed = json!({
        "mediaType": media_type::OCI_MANIFEST, "digest": digest(&image), "size": image.len(),
        "annotations": { "org.opencontainers.image.ref.name": "v1" },
    });
    let index = json!({ "schemaVersion": 2, "manifests": [listed] }).to_string();
    work.write("store/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    work.write("store/index.json", index);
    for content in [image.as_str(), "{}"] {
        work.write(format!("store/blobs/sha512/{}", digest(content).encoded()), content);
    }
    let (first, second) = (served.reference("app:v1"), served.reference("team/copy:v1"));
    work.ocigraph(&["copy", "oci:store:v1", &first]).ok();
    work.ocigraph(&["copy", &first, &second]).ok();
    let resolved = work.ocigraph(&["resolve", &second]).ok();
    assert!(resolved.contains(digest(&image).as_str()), "{resolved}");
    assert_whole(&work, "registry/app");
    assert_whole(&work, "registry/team/copy");
}

#[test]
fn a_copy_between_repositories_mounts_blobs_and_writes_none() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    work.write("large.bin", vec![7; 3 << 20]);
    let image = served.reference("app:v1");
    work.ocigraph(&["push", &image, "large.bin"]).ok();
    let copied = work.ocigraph(&["copy", &image, &served.reference("team/copy:v1"), "-v"]);
    assert!(copied.stdout.contains("Mounted"), "{copied}");
    assert!(!copied.stderr.contains("method=PATCH"), "{copied}");
    work.ocigraph(&["pull", &served.reference("team/copy:v1"), "--output", "pulled"]).ok();
    assert_eq!(work.read("pulled/large.bin"), vec![7; 3 << 20]);
}

#[test]
fn a_copy_from_another_registry_arrives_with_everything_attached() {
    let work = Workspace::new();
    let (served, other) = (Served::folder(&work), Registry::start(Kind::Ocimem));
    let source = other.reference("app:v1");
    work.push_image(&source);
    work.write("sbom.json", "{}");
    for _ in 0..3 {
        work.ocigraph(&["attach", &source, "--artifact-type", "sbom/example", "sbom.json"]).ok();
    }
    work.ocigraph(&["sync", &other.reference("app"), &served.reference("mirror")]).ok();
    let compare =
        |at: &str| work.ocigraph(&["discover", "-o", "json", at]).json()["referrers"].clone();
    let strip = |list: serde_json::Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        let mut digests: Vec<String> = list.map(|r| r["digest"].to_string()).collect();
        digests.sort();
        digests
    };
    let mirrored = served.reference("mirror:v1");
    assert_eq!(strip(compare(&source)), strip(compare(&mirrored)));
}
