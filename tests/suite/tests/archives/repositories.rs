//! Repositories of one archive that have the same image, and different things attached to it.

use ocigraph_suite::{Kind, Registry, Workspace};

const SBOM: &str = "application/spdx+json";
const VEX: &str = "application/vnd.openvex+json";

/// Returns the artifact types of what is attached.
fn attached(work: &Workspace, place: &str) -> Vec<String> {
    let graph = work.ocigraph(&["discover", place, "--format", "json", "--depth", "1"]).json();
    let lists = ["referrers", "attached"].map(|list| graph[list].as_array().cloned());
    let entries = lists.into_iter().flatten().flatten();
    let mut types: Vec<String> =
        entries.filter_map(|e| Some(e["artifactType"].as_str()?.to_owned())).collect();
    types.sort();
    types
}

#[test]
fn what_another_repository_has_attached_to_the_same_image_does_not_count() {
    let (registry, work) = (Registry::start(Kind::Distribution3), Workspace::new());
    let (app, base) = (registry.reference("team/app"), registry.reference("team/base"));
    work.write("image", "the same");
    let push = |to: &str| {
        let created = "org.opencontainers.image.created=2000-01-01T00:00:00Z";
        work.ocigraph(&["push", to, "image", "--artifact-type", "a/b", "-a", created]).ok();
    };
    push(&format!("{app}:v2"));
    push(&format!("{base}:1"));
    work.write("file", "{}");
    let attach = |to: &str, of: &str| {
        work.ocigraph(&["attach", to, "--artifact-type", of, "file"]).ok();
    };
    attach(&format!("{app}:v2"), SBOM);
    attach(&format!("{base}:1"), VEX);
    let digest = work.ocigraph(&["resolve", &format!("{base}:1")]).ok().trim().to_owned();
    assert_eq!(work.ocigraph(&["resolve", &format!("{app}:v2")]).ok().trim(), digest);
    // A tag of cosign in the second repository.
    let signature = format!("{base}:{}.sig", digest.replace(':', "-"));
    work.ocigraph(&["push", &signature, "file", "--artifact-type", "sig/example"]).ok();

    for archive in ["two.tar", "two"] {
        work.ocigraph(&["backup", "-r", "-o", archive, &app, &base]).ok();
        let of = |repository: &str| format!("oci:{archive}:{repository}");
        let (app, base) = (of(&format!("{app}:v2")), of(&format!("{base}:1")));
        assert_eq!(attached(&work, &app), [SBOM], "{archive}");
        assert_eq!(attached(&work, &base), [VEX, "sig/example"], "{archive}");
        let check = |place: &str, what: &str| work.ocigraph(&["check", "--require", what, place]);
        check(&app, "sbom").ok();
        check(&base, "vex").ok();
        check(&app, "vex").fails_with(1);
        // A copy takes what the repository has.
        let copy = format!("oci:copy-of-{archive}");
        work.ocigraph(&["copy", "-r", &app, &format!("{copy}:v2")]).ok();
        assert_eq!(attached(&work, &format!("{copy}:v2")), [SBOM], "{archive}");
        work.ocigraph(&["verify", &app]).ok();
    }
    // What is attached in the directory itself has no repository, and counts for each.
    work.ocigraph(&["attach", &format!("oci:two:{app}:v2"), "--artifact-type", "c/d", "file"]).ok();
    assert_eq!(attached(&work, &format!("oci:two:{app}:v2")), [SBOM, "c/d"]);
    assert_eq!(attached(&work, &format!("oci:two:{base}:1")), [VEX, "c/d", "sig/example"]);
}
