//! Everything that is attached to one image, whichever way its producer attached it.

use std::collections::{BTreeMap, BTreeSet};

use ocigraph_fixture::{Config, Failure, Fixture};
use ocigraph_suite::{AttachedImage, Kind, Registry, SLSA, SPDX, Workspace};
use serde_json::{Value, json};

/// The registries, and a layout.
fn places(work: &Workspace) -> Vec<(Option<Registry>, String)> {
    let mut places: Vec<_> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let registry = Registry::start(kind);
            let location = registry.reference("app");
            (Some(registry), location)
        })
        .collect();
    places.push((None, format!("oci:{}", work.path("layout").display())));
    places
}

/// Returns every node of the JSON of `discover`, with its digest, edge and label.
fn nodes(graph: &Value) -> Vec<(String, String, Option<String>)> {
    let mut nodes = Vec::new();
    for (list, edge) in [("referrers", "referrer"), ("attached", "")] {
        for node in graph[list].as_array().into_iter().flatten() {
            let edge = node["edge"].as_str().unwrap_or(edge).to_owned();
            let label = node["label"].as_str().map(str::to_owned);
            nodes.push((node["digest"].as_str().unwrap().to_owned(), edge, label));
            nodes.extend(self::nodes(node));
        }
    }
    nodes
}

#[test]
fn everything_attached_is_shown_once_with_its_label() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        let reference = format!("{location}:v1");
        let graph = work.ocigraph(&["discover", "-o", "json", &reference]).json();
        let found = nodes(&graph);
        let labels: BTreeMap<&str, Option<&str>> =
            found.iter().map(|(digest, _, label)| (digest.as_str(), label.as_deref())).collect();
        assert_eq!(labels.len(), found.len(), "{location}: {found:#?}");
        for (digest, label) in &image.attached {
            assert_eq!(labels.get(digest.as_str()), Some(&Some(*label)), "{location}: {found:#?}");
        }
        for platform in &image.images {
            assert_eq!(labels.get(platform.as_str()), Some(&None), "{location}");
        }
        assert_eq!(found.len(), image.attached.len() + image.images.len(), "{found:#?}");
        assert_eq!(graph["referrers"].as_array().unwrap().len(), 6, "{location}");

        let args = ["discover", "-o", "json", "--predicate", SPDX, &reference];
        let filtered = work.ocigraph(&args).json();
        let found: BTreeSet<String> = nodes(&filtered)
            .into_iter()
            .filter_map(|(digest, _, label)| label.map(|_| digest))
            .collect();
        assert_eq!(found, image.spdx.iter().cloned().collect(), "{location}");

        let args = ["discover", "-o", "json", "--only", "referrers", &reference];
        let only = work.ocigraph(&args).json();
        assert!(only.get("attached").is_none(), "{location}");
        assert_eq!(only["referrers"].as_array().unwrap().len(), 6, "{location}");

        let args = ["discover", "-o", "json", "--platform", "linux/amd64", &reference];
        let platform = work.ocigraph(&args).json();
        let found = nodes(&platform);
        assert_eq!(found.len(), 1, "{location}: {found:?}");
        assert_eq!(found[0].0, image.attached[0].0, "{location}");
        drop(registry);
    }
}

#[test]
fn a_recursive_copy_carries_everything_to_every_kind_of_place_and_back() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let origin = Registry::start(Kind::Docker2);
    let source = origin.reference("app");
    image.push_to(&work, &source);
    let expected = nodes(&discovered(&work, &source));
    for (registry, location) in places(&work) {
        let (from, to) = (format!("{source}:v1"), format!("{location}:v1"));
        work.ocigraph(&["copy", "-r", &from, &to]).ok();
        assert_same(&expected, &nodes(&discovered(&work, &location)), &location);
        let verified = work.ocigraph(&["verify", "--format", "json", &to]).json();
        assert_eq!(verified["problems"].as_array().unwrap().len(), 0, "{location}: {verified}");
        // Manifests, and their blobs: three of each image and attestation at most.
        assert!(verified["checked"].as_u64().unwrap() > image.manifests().len() as u64);

        let back = Registry::start(Kind::Distribution3);
        let returned = back.reference("back");
        work.ocigraph(&["copy", "-r", &to, &format!("{returned}:v1")]).ok();
        assert_same(&expected, &nodes(&discovered(&work, &returned)), &returned);
        // A second copy finds all of it.
        let again = ["copy", "-r", "--format", "json", &to, &format!("{returned}:v1")];
        let again = work.ocigraph(&again).json();
        assert_eq!(again["blobs"]["copied"], 0, "{again}");
        drop(registry);
    }
}

#[test]
fn a_copy_of_one_platform_carries_its_provenance() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let origin = Registry::start(Kind::Docker2);
    let source = origin.reference("app");
    image.push_to(&work, &source);
    for kind in [Kind::Distribution3, Kind::Ggcr] {
        let registry = Registry::start(kind);
        let to = registry.reference("one:v1");
        let from = format!("{source}:v1");
        work.ocigraph(&["copy", "-r", "--platform", "linux/arm64", &from, &to]).ok();
        let found = nodes(&discovered(&work, &registry.reference("one")));
        let (digest, edge, label) = &found[0];
        assert_eq!((found.len(), digest, edge.as_str()), (1, &image.attached[1].0, "referrer"));
        assert_eq!(label.as_deref(), Some("provenance and SBoM (BuildKit)"));
    }
}

#[test]
fn a_delete_leaves_nothing_of_the_image_and_everything_of_another() {
    let work = Workspace::new();
    let (image, other) = (AttachedImage::new("app"), AttachedImage::with_tag("other", "v2"));
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        other.push_to(&work, &location);
        work.ocigraph(&["tag", &format!("{location}:v1"), "stays"]).ok();
        work.ocigraph(&["untag", &format!("{location}:stays")]);
        let report = ["delete", "--yes", "--format", "json", &format!("{location}:v1")];
        let report = work.ocigraph(&report);
        if registry.as_ref().is_some_and(|registry| registry.kind() == Kind::Docker2) {
            // The tag could not be removed, so the image stays.
            assert!(report.stderr.contains("kept"));
            work.ocigraph(&["delete", "--yes", "--force", &format!("{location}:v1")]).ok();
        } else {
            report.ok();
        }
        for digest in image.manifests() {
            let reference = format!("{location}@{digest}");
            work.ocigraph(&["manifest", "fetch", &reference]).fails_with(1);
        }
        let tags = work.ocigraph(&["tags", &location]).ok();
        let of_image = image.index.replacen(':', "-", 1);
        assert!(!tags.contains(&of_image), "{location}: {tags}");
        let kept = format!("{location}:v2");
        let graph = work.ocigraph(&["discover", "-o", "json", &kept]).json();
        assert_eq!(nodes(&graph).len(), other.attached.len() + other.images.len(), "{location}");
        let verified = work.ocigraph(&["verify", "--format", "json", &kept]).json();
        assert_eq!(verified["problems"], json!([]), "{location}");
    }
}

#[test]
fn a_check_finds_what_each_producer_attaches() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let provenance = format!("provenance={SLSA}");
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        let reference = format!("{location}:v1");
        let requirements = [
            ("signature", 3),
            ("sbom", 4),
            (provenance.as_str(), 2),
            ("artifact-type=application/vnd.cncf.notary.signature", 1),
            ("chart", 1),
        ];
        for (requirement, found) in requirements {
            let args = ["check", "--require", requirement, "--format", "json", &reference];
            let report = work.ocigraph(&args).json();
            let required = &report["requirements"][0];
            assert_eq!(required["presence"], "present", "{location}: {report:#}");
            assert_eq!(required["found"].as_array().unwrap().len(), found, "{report:#}");
        }
        let each = |requirement| {
            let args = ["check", "--require", requirement, "--each-platform", "--format", "json"];
            work.ocigraph(&[&args[..], &[&reference]].concat())
        };
        assert_eq!(each("sbom").json()["presence"], "present", "{location}");
        // What is attached to the index is not attached to its images.
        let signed = each("signature");
        assert_eq!(signed.code, Some(1), "{location}: {signed}");
        for requirement in ["scan-result", "vex", "sbom=https://cyclonedx.org/bom"] {
            work.ocigraph(&["check", "--require", requirement, &reference]).fails_with(1);
        }
        drop(registry);
    }
}

#[test]
fn a_check_names_the_platform_that_lacks_its_sbom() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        let index = work.ocigraph(&["manifest", "fetch", &format!("{location}:v1")]).json();
        let mut index = index;
        let entries = index["manifests"].as_array_mut().unwrap();
        entries.retain(|entry| entry["digest"] != image.attached[0].0.as_str());
        assert_eq!(entries.len(), 3);
        work.write("index.json", index.to_string());
        let reference = format!("{location}:v2");
        work.ocigraph(&["manifest", "push", &reference, "index.json"]).ok();
        let args =
            ["check", "--require", "sbom", "--each-platform", "--format", "json", &reference];
        let checked = work.ocigraph(&args);
        assert_eq!(checked.code, Some(1), "{location}: {checked}");
        let report: Value = serde_json::from_str(&checked.stdout).unwrap();
        let presences: Vec<(&str, &str)> = report["requirements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|required| {
                let platform = required["descriptor"]["platform"]["architecture"].as_str();
                (platform.unwrap(), required["presence"].as_str().unwrap())
            })
            .collect();
        assert_eq!(presences, [("amd64", "missing"), ("arm64", "present")], "{location}");
        drop(registry);
    }
}

#[test]
fn a_check_that_the_registry_refuses_is_unknown() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let fixture = Fixture::start(Config::default());
    let location = format!("{}/app", fixture.host());
    image.push_to(&work, &location);
    for status in [401, 403, 429, 500] {
        fixture.set_config(Config {
            fail: vec![Failure::new("GET", "/app/referrers", status, 9)],
            ..Config::default()
        });
        let args = ["check", "--require", "vex", "--format", "json", "--max-attempts", "1"];
        let checked = work.ocigraph(&[&args[..], &[&format!("{location}:v1")]].concat());
        assert_eq!(checked.code, Some(3), "{status}: {checked}");
        let report: Value = serde_json::from_str(&checked.stdout).unwrap();
        assert_eq!(report["presence"], "unknown", "{status}");
        assert!(report["requirements"][0]["details"][0].as_str().is_some(), "{report:#}");
    }
    // Nothing is known of the image either.
    fixture.set_config(Config {
        fail: vec![Failure::new("", "/app/manifests", 429, 9)],
        ..Config::default()
    });
    let args = ["check", "--require", "vex", "--max-attempts", "1", &format!("{location}:v1")];
    work.ocigraph(&args).fails_with(3);
}

/// The requests: two for the index, the referrers of its 15 nodes, the tags, the manifests of three
/// sibling tags, the manifests of three attachments that a list does not describe, and the fallback tag.
#[test]
fn a_discovery_of_everything_asks_once_for_each_list_and_manifest() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    let fixture = Fixture::start(Config::default());
    let location = format!("{}/app", fixture.host());
    image.push_to(&work, &location);
    fixture.clear_requests();
    work.ocigraph(&["discover", "-o", "json", &format!("{location}:v1")]).ok();
    let requests = fixture.requests();
    let count = |part: &str| requests.iter().filter(|r| r.path.contains(part)).count();
    let paths: Vec<String> = requests.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    assert_eq!(count("/referrers/"), 15, "{paths:#?}");
    assert_eq!(count("/tags/list"), 1, "{paths:#?}");
    assert_eq!(requests.len(), 25, "{paths:#?}");
    let asked: BTreeSet<&String> = paths.iter().collect();
    assert_eq!(asked.len(), paths.len(), "a request is repeated: {paths:#?}");
}

fn discovered(work: &Workspace, location: &str) -> Value {
    work.ocigraph(&["discover", "-o", "json", &format!("{location}:v1")]).json()
}

/// Asserts that two graphs have the same nodes with the same labels. An attestation that is a
/// referrer as well is one where the registry knows its referrers.
#[track_caller]
fn assert_same(
    expected: &[(String, String, Option<String>)],
    found: &[(String, String, Option<String>)],
    location: &str,
) {
    let plain = |nodes: &[(String, String, Option<String>)]| -> BTreeSet<(String, Option<String>)> {
        nodes.iter().map(|(digest, _, label)| (digest.clone(), label.clone())).collect()
    };
    assert_eq!(plain(expected), plain(found), "{location}");
}
