//! Everything that is attached to one image, whichever way its producer attached it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

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

        // An index does not list artifact types.
        let buildkit = "application/vnd.docker.attestation.manifest.v1+json";
        let args = ["discover", "-o", "json", "--artifact-type", buildkit, &reference];
        let found = nodes(&work.ocigraph(&args).json());
        assert!(found.iter().any(|node| node.0 == image.attached[1].0), "{location}: {found:?}");
        assert!(!found.iter().any(|node| node.0 == image.attached[0].0), "{location}: {found:?}");

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
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let to = registry.reference("one:v1");
        let from = format!("{source}:v1");
        work.ocigraph(&["copy", "-r", "--platform", "linux/arm64", &from, &to]).ok();
        let found = nodes(&discovered(&work, &registry.reference("one")));
        let (digest, edge, label) = &found[0];
        assert_eq!((found.len(), digest, edge.as_str()), (1, &image.attached[1].0, "referrer"));
        assert_eq!(label.as_deref(), Some("provenance and SBoM (BuildKit)"));
        // BuildKit before 0.32 writes no subject, and the index is not copied.
        let to = registry.reference("other:v1");
        for _ in 0..2 {
            work.ocigraph(&["copy", "-r", "--platform", "linux/amd64", &from, &to]).ok();
            let found = nodes(&discovered(&work, &registry.reference("other")));
            let (_, edge, label) = &found[0];
            assert_eq!((found.len(), edge.as_str()), (1, "referrer"), "{found:?}");
            assert_eq!(label.as_deref(), Some("provenance and SBoM (BuildKit)"));
        }
        work.ocigraph(&["check", "--require", "provenance", &to]).ok();
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
/// sibling tags, the manifests of three attachments that a list does not describe, and the fallback tag,
/// unless the tags are known by then.
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
    assert!((24..=25).contains(&requests.len()), "{paths:#?}");
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

#[test]
fn sibling_tags_are_asked_for_or_listed_whichever_costs_less() {
    let work = Workspace::new();
    let fixture = Fixture::start(Config { tags_page: Some(2), ..Config::default() });
    let location = format!("{}/app", fixture.host());
    let digest = work.push_image(&format!("{location}:v1"));
    work.write("a.txt", "a");
    for tag in 0..20 {
        work.ocigraph(&["tag", &format!("{location}:v1"), &format!("t{tag:02}")]).ok();
    }
    let sibling = format!("{location}:{}.sig", digest.replacen(':', "-", 1));
    work.ocigraph(&["push", &sibling, "--artifact-type", "a/b", "a.txt"]).ok();
    let discover = || {
        fixture.clear_requests();
        let graph = work.ocigraph(&["discover", "-o", "json", &format!("{location}:v1")]).json();
        let (mut pages, mut asked) = (0, 0);
        for request in fixture.requests() {
            pages += usize::from(request.path.ends_with("/tags/list"));
            let is_sibling = |suffix: &&str| request.path.ends_with(*suffix);
            asked += usize::from([".sig", ".att", ".sbom"].iter().any(is_sibling));
        }
        (nodes(&graph).len(), pages, asked)
    };
    // The list has eleven pages, and the image and its signature six possible tags.
    assert_eq!(discover(), (1, 8, 6));
    for n in 0..80 {
        let annotation = format!("n={n}");
        let args = ["attach", "--allow-empty", "--artifact-type", "a/b", "--annotation"];
        work.ocigraph(&[&args[..], &[&annotation, &format!("{location}:v1")]].concat()).ok();
    }
    let (found, pages, asked) = discover();
    assert_eq!((found, pages), (81, 8 + 11));
    assert!(asked <= 3 * 64, "{asked} tags were asked for");
}

/// Pushes a signature of cosign, of which only the annotation of the layer depends on the key.
fn push_signature(work: &Workspace, location: &str, image: &str, keys: &[&str]) {
    let simple_signing = "application/vnd.dev.cosign.simplesigning.v1+json";
    work.write("config", "{}");
    work.write("payload", "payload");
    for blob in ["config", "payload"] {
        work.ocigraph(&["blob", "push", location, blob]).ok();
    }
    let descriptor = |content: &str, media_type: &str| {
        json!({
            "mediaType": media_type, "size": content.len(),
            "digest": work.ocigraph(&["digest", content]).ok().split_whitespace().next().unwrap(),
        })
    };
    let layer = |key: &&str| {
        let mut layer = descriptor("payload", simple_signing);
        layer["annotations"] = json!({ "dev.cosignproject.cosign/signature": key });
        layer
    };
    let mut config = descriptor("config", "application/vnd.oci.image.config.v1+json");
    config["size"] = json!(2);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config, "layers": keys.iter().map(layer).collect::<Vec<_>>(),
    });
    work.write("signature.json", manifest.to_string());
    let tag = format!("{location}:{}.sig", image.replacen(':', "-", 1));
    work.ocigraph(&["manifest", "push", &tag, "signature.json"]).ok();
}

#[test]
fn a_copy_keeps_signatures_that_the_source_lacks() {
    let work = Workspace::new();
    let (from, to) = (Registry::start(Kind::Docker2), Registry::start(Kind::Distribution3));
    let (source, destination) = (from.reference("app"), to.reference("app"));
    let image = work.push_image(&format!("{source}:v1"));
    push_signature(&work, &source, &image, &["of the builder"]);
    push_signature(&work, &destination, &image, &["of the reviewer"]);
    let copy = |reference: &str| {
        let args = ["copy", "-r", "--format", "json"];
        let tagged = format!("{destination}:v1");
        work.ocigraph(&[&args[..], &[&format!("{reference}:v1"), &tagged]].concat())
    };
    let copied = copy(&source);
    assert_eq!(copied.code, Some(1), "a signature was not copied");
    let report: Value = serde_json::from_str(&copied.stdout).unwrap();
    let tag = format!("{}.sig", image.replacen(':', "-", 1));
    assert_eq!(report["keptTags"][0]["tag"], tag.as_str(), "{report:#}");
    // What has all signatures of the destination replaces them.
    push_signature(&work, &source, &image, &["of the builder", "of the reviewer"]);
    assert_eq!(copy(&source).json()["keptTags"], json!([]));
    let manifest = work.ocigraph(&["manifest", "fetch", &format!("{destination}:{tag}")]).json();
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 2);
    // The destination has all of the source's, and more.
    push_signature(&work, &source, &image, &["of the builder"]);
    assert_eq!(copy(&source).json()["keptTags"], json!([]));
    let kept = work.ocigraph(&["manifest", "fetch", &format!("{destination}:{tag}")]).json();
    assert_eq!(kept, manifest);
}

#[test]
fn a_tag_with_the_digest_of_its_own_image_protects_the_image() {
    let work = Workspace::new();
    for (registry, location) in places(&work) {
        let image = format!("{location}:v1");
        work.write("a.txt", &location);
        work.ocigraph(&["push", &image, "a.txt"]).ok();
        let digest = work.ocigraph(&["resolve", &image]).ok();
        let own = digest.split_whitespace().next().unwrap().replacen(':', "-", 1);
        for suffix in ["imgpkg", "sig"] {
            let tag = format!("{own}.{suffix}");
            work.ocigraph(&["tag", &image, &tag]).ok();
            let plan = ["delete", "--dry-run", "--format", "json", &image];
            let plan = work.ocigraph(&plan).json();
            let reason = plan["kept"][0]["reason"].as_str().unwrap_or_default();
            assert!(reason.contains(&tag), "{location}: {plan:#}");
            let graph = work.ocigraph(&["discover", "-o", "json", &image]).json();
            assert_eq!(nodes(&graph).len(), 0, "{location}: {graph:#}");
        }
        drop(registry);
    }
}

#[test]
fn the_name_of_a_tag_alone_makes_no_signature() {
    let work = Workspace::new();
    let registry = Registry::start(Kind::Docker2);
    let location = registry.reference("app");
    let image = work.push_image(&format!("{location}:v1"));
    let tag = format!("{location}:{}.sig", image.replacen(':', "-", 1));
    work.push_image_with(&tag, "another image");
    let args = ["check", "--require", "signature", &format!("{location}:v1")];
    work.ocigraph(&args).fails_with(1);
}

#[test]
fn a_listed_tag_whose_manifest_is_lost_is_reported() {
    let work = Workspace::new();
    let registry = Registry::start(Kind::Docker2);
    let location = registry.reference("app");
    let image = work.push_image(&format!("{location}:v1"));
    push_signature(&work, &location, &image, &["of the builder"]);
    let tag = format!("{}.sig", image.replacen(':', "-", 1));
    let signature = work.ocigraph(&["resolve", &format!("{location}:{tag}")]).ok();
    let signature = signature.split_whitespace().next().unwrap().to_owned();
    let hex = signature.strip_prefix("sha256:").unwrap();
    let blobs = registry.data().join("docker/registry/v2/blobs/sha256");
    fs::remove_dir_all(blobs.join(&hex[..2]).join(hex)).unwrap();
    let verified = work.ocigraph(&["verify", &format!("{location}:v1")]);
    assert_eq!(verified.code, Some(1), "{verified}");
    assert!(verified.stdout.contains(&tag), "{verified}");
    let to = format!("oci:{}:v1", work.path("layout").display());
    let args = ["copy", "-r", "--format", "json", &format!("{location}:v1"), &to];
    let copied = work.ocigraph(&args);
    assert_eq!(copied.code, Some(1), "{copied}");
    let report: Value = serde_json::from_str(&copied.stdout).unwrap();
    assert_eq!(report["keptTags"][0]["tag"], tag.as_str(), "{report:#}");
}

#[test]
fn a_delete_of_one_kind_of_attachment_keeps_the_rest() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        let reference = format!("{location}:v1");
        for refused in ["children", "attestations"] {
            work.ocigraph(&["delete", "--yes", "--only", refused, &reference]).fails_with(2);
        }
        let all = nodes(&discovered(&work, &location)).len();
        // docker-registry deletes a tag only with its manifest.
        work.ocigraph(&["delete", "--yes", "--only", "tags", &reference]).ok();
        assert_eq!(nodes(&discovered(&work, &location)).len(), all - 3, "{location}");
        work.ocigraph(&["delete", "--yes", "--only", "referrers", &reference]).ok();
        let left = nodes(&discovered(&work, &location));
        // The images and the attestations that the index lists.
        assert_eq!(left.len(), 4, "{location}: {left:#?}");
        let verified = work.ocigraph(&["verify", "--format", "json", &reference]).json();
        assert_eq!(verified["problems"], json!([]), "{location}: {verified:#}");
        drop(registry);
    }
}

#[test]
fn a_copy_to_a_registry_that_loses_referrers_is_complete() {
    let work = Workspace::new();
    work.write("file", "content");
    work.ocigraph(&["push", "oci:layout:v1", "file"]).ok();
    for n in 0..24 {
        let annotation = format!("n={n}");
        let args = ["attach", "--allow-empty", "--artifact-type", "a/b", "--annotation"];
        work.ocigraph(&[&args[..], &[&annotation, "oci:layout:v1"]].concat()).ok();
    }
    fs::create_dir(work.path("store")).unwrap();
    // olareg 0.1.2 loses referrers that are pushed at once.
    let olareg = Registry::serve_layouts(&work.path("store"));
    for n in 0..4 {
        let copy = olareg.reference(&format!("app{n}:v1"));
        work.ocigraph(&["copy", "-r", "oci:layout:v1", &copy]).ok();
        let graph = work.ocigraph(&["discover", "-o", "json", &copy]).json();
        assert_eq!(graph["referrers"].as_array().unwrap().len(), 24);
    }
}
