//! Selection of an image from an index, and pulls of a referrer with its subjects.

use ocigraph_suite::{Kind, Registry, Workspace};

#[test]
fn an_image_of_an_index_is_selected_by_platform() {
    let registry = Registry::start(Kind::Ggcr);
    let work = Workspace::new();
    let amd64 = work.push_image_with(&registry.reference("app:amd64"), "amd64");
    let index = registry.reference("app:all");
    work.crane(&["index", "append", "-m", &registry.reference("app:amd64"), "-t", &index]).ok();
    work.write("sbom.json", "{}");
    let image = registry.reference(&format!("app@{amd64}"));
    work.ocigraph(&["attach", &image, "--artifact-type", "sbom/example", "sbom.json"]).ok();

    let linux = ["--platform", "linux/amd64", index.as_str()];
    assert_eq!(work.ocigraph(&[&["resolve"], &linux[..]].concat()).ok().trim(), amd64);
    let manifest = work.ocigraph(&[&["manifest", "fetch"], &linux[..]].concat()).json();
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(1), "{manifest}");
    let graph = work.ocigraph(&[&["discover", "-o", "json"], &linux[..]].concat()).json();
    assert_eq!(graph["references"][0]["artifactType"], "sbom/example", "{graph}");
    let pulled =
        work.ocigraph(&[&["pull", "--all", "--format", "json"], &linux[..]].concat()).json();
    assert_eq!(pulled["descriptor"]["digest"], amd64.as_str(), "{pulled}");
    // A single image has one platform, which its config names.
    assert_eq!(work.ocigraph(&["resolve", "--platform", "linux/amd64", &image]).ok().trim(), amd64);

    let stderr = work.ocigraph(&["pull", "--platform", "linux/s390x", &index]).fails_with(1);
    assert!(
        stderr.contains("no image for linux/s390x") && stderr.contains("linux/amd64"),
        "{stderr}"
    );
    let stderr = work.ocigraph(&["resolve", "--platform", "linux/s390x", &image]).fails_with(1);
    assert!(stderr.contains("for linux/amd64"), "{stderr}");
    let stderr = work.ocigraph(&["pull", "--platform", "linux", &index]).fails_with(2);
    assert!(stderr.contains("os/architecture"), "{stderr}");
    let stderr = work.ocigraph(&["pull", &index]).fails_with(2);
    assert!(stderr.contains("--platform"), "{stderr}");
}

#[test]
fn a_referrer_is_pulled_with_its_chain_of_subjects() {
    let work = Workspace::new();
    for name in ["app.txt", "sbom.json", "signature.json"] {
        work.write(name, name);
    }
    work.ocigraph(&["push", "oci:l:v1", "app.txt"]).ok();
    let attach = |subject: &str, kind: &str, file: &str| {
        let args = ["attach", subject, "--artifact-type", kind, "--format", "json", file];
        let pushed = work.ocigraph(&args).json();
        format!("oci:l@{}", pushed["descriptor"]["digest"].as_str().unwrap())
    };
    let sbom = attach("oci:l:v1", "sbom/example", "sbom.json");
    let signature = attach(&sbom, "signature/example", "signature.json");

    work.ocigraph(&["pull", "-o", "alone", &signature]).ok();
    assert!(!work.path("alone/sbom.json").exists());
    work.ocigraph(&["pull", "--include-subject", "-o", "all", &signature]).ok();
    for name in ["app.txt", "sbom.json", "signature.json"] {
        assert_eq!(work.read(format!("all/{name}")), work.read(name));
    }
}
