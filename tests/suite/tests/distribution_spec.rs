//! `--distribution-spec`: referrers by the referrers API alone, or by the referrers tag schema alone. ORAS
//! has the same option, and each finds what the other has written.

use ocigraph_fixture::{Config, Fixture, Referrers};
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::Value;

const API: [&str; 2] = ["--distribution-spec", "v1.1-referrers-api"];
const TAG: [&str; 2] = ["--distribution-spec", "v1.1-referrers-tag"];

/// A workspace, and an image in a registry.
fn image(kind: Kind) -> (Registry, Workspace, String) {
    let (registry, work) = (Registry::start(kind), Workspace::new());
    work.write("file", "content");
    let image = registry.reference("app:v1");
    work.ocigraph(&["push", &image, "file", "--artifact-type", "app/example"]).ok();
    (registry, work, image)
}

fn attach(work: &Workspace, image: &str, artifact_type: &str, options: &[&str]) {
    let arguments = ["attach", image, "file", "--artifact-type", artifact_type];
    work.ocigraph(&[&arguments[..], options].concat()).ok();
}

fn attach_with_oras(work: &Workspace, image: &str, artifact_type: &str, options: &[&str]) {
    let arguments = ["attach", "--plain-http", "--artifact-type", artifact_type, image, "file"];
    work.oras(&[&arguments[..], options].concat()).ok();
}

fn types(graph: &Value, list: &str) -> Vec<String> {
    let listed = graph[list].as_array().into_iter().flatten();
    let mut types: Vec<String> =
        listed.map(|node| node["artifactType"].as_str().unwrap().to_owned()).collect();
    types.sort();
    types
}

/// The artifact types of the referrers that ocigraph lists.
fn ours(work: &Workspace, image: &str, options: &[&str]) -> Vec<String> {
    let graph = work.ocigraph(&[&["discover", "-o", "json", image], options].concat()).json();
    types(&graph, "references")
}

/// The artifact types of the referrers that ORAS lists.
fn theirs(work: &Workspace, image: &str, options: &[&str]) -> Vec<String> {
    let arguments = ["discover", "--plain-http", "--format", "json", image];
    let graph = work.oras(&[&arguments[..], options].concat()).json();
    types(&graph, "referrers")
}

#[test]
fn the_tag_schema_alone_is_read_and_written_beside_the_api() {
    for kind in [Kind::Ggcr, Kind::Ocimem] {
        let (_registry, work, image) = image(kind);
        attach(&work, &image, "ours/api", &API);
        attach_with_oras(&work, &image, "theirs/api", &API);
        attach(&work, &image, "ours/tag", &TAG);
        attach_with_oras(&work, &image, "theirs/tag", &TAG);
        let by_tag = ["ours/tag", "theirs/tag"];
        assert_eq!(ours(&work, &image, &TAG), by_tag, "{kind}");
        assert_eq!(theirs(&work, &image, &TAG), by_tag, "{kind}");
        let all = ["ours/api", "ours/tag", "theirs/api", "theirs/tag"];
        assert_eq!(ours(&work, &image, &API), all, "{kind}");
        // ggcr lists the type of the empty config, and ORAS prints that.
        let listed = theirs(&work, &image, &API);
        assert!(listed == all || (kind == Kind::Ggcr && listed.len() == 4), "{kind} {listed:?}");
        assert_eq!(ours(&work, &image, &[]), all, "{kind}");
    }
}

#[test]
fn the_api_alone_fails_where_the_registry_has_none() {
    for kind in [Kind::Docker2, Kind::Distribution3] {
        let (_registry, work, image) = image(kind);
        attach(&work, &image, "a/b", &[]);
        assert_eq!(ours(&work, &image, &TAG), ["a/b"], "{kind}");
        let refused = |arguments: &[&str]| {
            let stderr = work.ocigraph(&[arguments, &API].concat()).fails_with(1);
            assert!(stderr.contains("has no referrers API, which was chosen"), "{stderr}");
            assert!(stderr.contains("[UNSUPPORTED]"), "{stderr}");
            assert!(stderr.contains("--distribution-spec v1.1-referrers-tag"), "{stderr}");
        };
        refused(&["discover", &image]);
        refused(&["attach", &image, "file", "--artifact-type", "c/d"]);
        let arguments = ["discover", "--plain-http", &image];
        let theirs = work.oras(&[&arguments[..], &API].concat());
        assert_ne!(theirs.code, Some(0), "{theirs}");
        assert_eq!(ours(&work, &image, &[]), ["a/b"], "{kind}");
    }
}

/// Nothing of an artifact is stored that could not be listed.
#[test]
fn a_push_that_needs_the_api_stores_nothing_without_it() {
    let server = Fixture::start(Config { referrers: Referrers::None, ..Config::default() });
    let work = Workspace::new();
    work.write("file", "content");
    let image = format!("{}/app:v1", server.host());
    work.ocigraph(&["push", &image, "file"]).ok();
    let subject = work.ocigraph(&["resolve", &image]).ok();
    server.clear_requests();
    let push = ["attach", &image, "file", "--artifact-type", "a/b", "--config", "file"];
    work.ocigraph(&[&push[..], &API].concat()).fails_with(1);
    let requests = server.requests();
    let stored = |path: &str| path.contains("/manifests/");
    assert!(!requests.iter().any(|r| r.method == "PUT" && stored(&r.path)), "{requests:?}");
    attach(&work, &image, "a/b", &[]);
    let graph = work.ocigraph(&["discover", "-o", "json", &image]).json();
    let referrer = graph["references"][0]["digest"].as_str().unwrap();
    let referrer = format!("{}/app@{referrer}", server.host());
    let delete = ["manifest", "delete", "--yes", &referrer];
    work.ocigraph(&[&delete[..], &API].concat()).fails_with(1);
    work.ocigraph(&["resolve", &referrer]).ok();
    assert!(!subject.is_empty());
}

#[test]
fn with_the_api_alone_no_fallback_tag_is_requested_and_with_the_tag_alone_no_api() {
    let server = Fixture::start(Config::default());
    let work = Workspace::new();
    work.write("file", "content");
    let image = format!("{}/app:v1", server.host());
    work.ocigraph(&["push", &image, "file", "--artifact-type", "app/example"]).ok();
    let subject = work.ocigraph(&["resolve", &image]).ok();
    let tag = format!("/manifests/{}", subject.trim().replace(':', "-"));
    for (options, avoided) in [(API, tag.as_str()), (TAG, "/referrers/")] {
        server.clear_requests();
        attach(&work, &image, "a/b", &options);
        assert_eq!(ours(&work, &image, &options).len(), 1);
        work.ocigraph(&[&["copy", "-r", &image, "oci:copy:v1"], &options[..]].concat()).ok();
        work.ocigraph(&[&["verify", &image], &options[..]].concat()).ok();
        let requests = server.requests();
        let is_avoided = |path: &str| match avoided {
            "/referrers/" => path.contains(avoided),
            tag => path.ends_with(tag),
        };
        assert!(!requests.iter().any(|r| is_avoided(&r.path)), "{options:?} {requests:?}");
        assert!(!requests.is_empty());
    }
}

/// The list under the tag is kept up to date by a delete, also where the registry has the API.
#[test]
fn a_delete_by_the_tag_schema_updates_the_list() {
    let (registry, work, image) = image(Kind::Ggcr);
    attach(&work, &image, "a/b", &TAG);
    attach(&work, &image, "c/d", &TAG);
    let graph = work.ocigraph(&[&["discover", "-o", "json", &image], &TAG[..]].concat()).json();
    let first = graph["references"][0]["digest"].as_str().unwrap();
    let first = registry.reference(&format!("app@{first}"));
    work.ocigraph(&[&["manifest", "delete", "--yes", &first], &TAG[..]].concat()).ok();
    assert_eq!(ours(&work, &image, &TAG).len(), 1);
    assert_eq!(theirs(&work, &image, &TAG).len(), 1);
}

#[test]
fn each_side_of_a_copy_has_its_way_to_list_referrers() {
    let (_source, work, from) = image(Kind::Ggcr);
    let destination = Registry::start(Kind::Ocimem);
    let to = destination.reference("copy:v1");
    attach(&work, &from, "by/tag", &TAG);
    attach(&work, &from, "by/api", &API);
    let sides =
        ["--from-distribution-spec", "v1.1-referrers-tag", "--to-distribution-spec", API[1]];
    work.ocigraph(&[&["copy", "-r", &from, &to], &sides[..]].concat()).ok();
    assert_eq!(ours(&work, &to, &API), ["by/tag"]);
    assert_eq!(ours(&work, &to, &TAG), [""; 0]);
    // On a side that is a layout, the flag has no effect.
    let sides = ["--to-distribution-spec", API[1]];
    work.ocigraph(&[&["copy", "-r", &from, "oci:layout:v1"], &sides[..]].concat()).ok();
    assert_eq!(ours(&work, "oci:layout:v1", &API), ["by/api", "by/tag"]);
}
