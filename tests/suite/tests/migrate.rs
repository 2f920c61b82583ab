//! Attachments get the form of referrers or of tags, on every kind of registry and in layouts.

use std::collections::{BTreeMap, BTreeSet};

use ocigraph_fixture::{Config, Failure, Fixture, Referrers};
use ocigraph_suite::{AttachedImage, Cosign, CosignFormat, Kind, Registry, SPDX, Workspace};
use serde_json::{Value, json};

const SUFFIXES: [&str; 3] = ["sig", "att", "sbom"];

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

fn migrate(work: &Workspace, location: &str, more: &[&str]) -> Value {
    let reference = format!("{location}:v1");
    work.ocigraph(&[&["migrate", "--format", "json", &reference], more].concat()).json()
}

fn sibling_tag(digest: &str, suffix: &str) -> String {
    format!("{}.{suffix}", digest.replacen(':', "-", 1))
}

fn resolve(work: &Workspace, reference: &str) -> Option<String> {
    let found = work.ocigraph(&["resolve", reference]);
    (found.code == Some(0)).then(|| found.stdout.trim().to_owned())
}

fn manifest(work: &Workspace, reference: &str) -> Value {
    work.ocigraph(&["manifest", "fetch", reference]).json()
}

/// Returns the artifact type of each referrer of `v1`, by digest.
fn referrers(work: &Workspace, location: &str) -> BTreeMap<String, String> {
    let reference = format!("{location}:v1");
    let args = ["discover", "--only", "referrers", "--depth", "1", "-o", "json", &reference];
    let graph = work.ocigraph(&args).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let listed = graph["referrers"].as_array().unwrap().iter();
    listed.map(|one| (text(&one["digest"]), text(&one["artifactType"]))).collect()
}

fn of_kind<'a>(report: &'a Value, list: &str, kind: &str) -> Vec<&'a Value> {
    report[list].as_array().unwrap().iter().filter(|one| one["kind"] == kind).collect()
}

/// Pushes bytes as a manifest, and returns its digest.
fn push(work: &Workspace, target: &str, media_type: &str, manifest: &str) -> String {
    work.write("pushed.json", manifest);
    let args = ["manifest", "push", "--media-type", media_type, target, "pushed.json"];
    let pushed = work.ocigraph(&[&args[..], &["--format", "json"]].concat()).json();
    pushed["descriptor"]["digest"].as_str().unwrap().to_owned()
}

#[test]
fn tags_become_referrers_and_referrers_the_same_tags_again() {
    let work = Workspace::new();
    let image = AttachedImage::new("app");
    for (registry, location) in places(&work) {
        image.push_to(&work, &location);
        let tags =
            SUFFIXES.map(|suffix| format!("{location}:{}", sibling_tag(&image.index, suffix)));
        let original = tags.each_ref().map(|tag| resolve(&work, tag).unwrap());
        let before = referrers(&work, &location);

        // A plan changes nothing.
        let plan = migrate(&work, &location, &["--dry-run", "--remove-old"]);
        let planned = of_kind(&plan, "migrated", "tag-to-referrer");
        assert_eq!(planned.len(), 3, "{location}: {plan:#}");
        assert!(planned.iter().all(|one| one["existed"] == false), "{location}: {plan:#}");
        assert_eq!(plan["removed"].as_array().unwrap().len(), 2, "{location}: {plan:#}");
        assert_eq!(referrers(&work, &location), before, "{location}");

        let report = migrate(&work, &location, &[]);
        assert_eq!(report["migrated"], plan["migrated"], "{location}");
        assert_eq!(report["removed"], json!([]));
        let after = referrers(&work, &location);
        for (suffix, old) in SUFFIXES.iter().zip(&original) {
            let done = of_kind(&report, "migrated", "tag-to-referrer");
            let done = done.iter().find(|one| one["oldManifest"]["digest"] == *old).unwrap();
            let new = done["newManifest"]["digest"].as_str().unwrap();
            assert!(after.contains_key(new), "{location}: {after:#?}");
            let written = manifest(&work, &format!("{location}@{new}"));
            let source = manifest(&work, &format!("{location}@{old}"));
            assert_eq!(
                written["artifactType"],
                format!("application/vnd.dev.cosign.artifact.{suffix}.v1+json")
            );
            assert_eq!(written["subject"]["digest"], *image.index);
            assert_eq!(written["layers"], source["layers"]);
            // cosign's OCI 1.1 mode writes the artifact type as that of the config too.
            assert_eq!(written["config"]["mediaType"], written["artifactType"]);
            assert_eq!(written["config"]["digest"], source["config"]["digest"]);
        }

        // A second run finds everything.
        let again = migrate(&work, &location, &[]);
        let again = of_kind(&again, "migrated", "tag-to-referrer");
        assert_eq!(again.len(), 3);
        assert!(again.iter().all(|one| one["existed"] == true), "{location}: {again:#?}");
        assert_eq!(referrers(&work, &location), after, "{location}");

        // The tags are removed, but for that of the attestations, which cosign reads only by it.
        let removal = migrate(&work, &location, &["--remove-old"]);
        let of_tags: BTreeSet<&str> = removal["removed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["tag"].as_str().unwrap())
            .filter(|tag| tag.contains('.'))
            .collect();
        assert_eq!(of_tags.len(), 2, "{location}: {removal:#}");
        let is_removed = |(tag, _): &(&String, &String)| !tag.ends_with(".att");
        for (tag, digest) in tags.iter().zip(&original).filter(is_removed) {
            assert_eq!(resolve(&work, tag), None, "{location}");
            assert_eq!(resolve(&work, &format!("{location}@{digest}")), None, "{location}");
        }
        assert_eq!(referrers(&work, &location), after, "{location}");
        let empty = migrate(&work, &location, &["--remove-old"]);
        let left = of_kind(&empty, "migrated", "tag-to-referrer");
        assert!(left.len() == 1 && left[0]["existed"] == true, "{location}: {empty:#}");

        // The way back gives the original manifests.
        let back = migrate(&work, &location, &["--to", "tags", "--remove-old"]);
        for (tag, digest) in tags.iter().zip(&original) {
            assert_eq!(resolve(&work, tag).as_ref(), Some(digest), "{location}: {back:#}");
        }
        assert_eq!(referrers(&work, &location), before, "{location}: {back:#}");
        let kept = of_kind(&back, "kept", "referrer-to-tag");
        assert_eq!(kept.len(), 3, "the bundles, {location}: {back:#}");
        let verified =
            work.ocigraph(&["verify", "--format", "json", &format!("{location}:v1")]).json();
        assert_eq!(verified["problems"], json!([]), "{location}: {verified:#}");
        drop(registry);
    }
}

#[test]
fn an_oras_artifact_manifest_becomes_an_image_manifest_unless_something_is_attached_to_it() {
    let work = Workspace::new();
    const ORAS: &str = "application/vnd.cncf.oras.artifact.manifest.v1+json";
    // The others refuse artifact manifests, or do not list them as referrers.
    let registry = Registry::start(Kind::Ggcr);
    check_artifacts(&work, ORAS, &registry.reference("app"));
    check_artifacts(&work, ORAS, &format!("oci:{}", work.path("oras").display()));
    let oci = "application/vnd.oci.artifact.manifest.v1+json";
    check_artifacts(&work, oci, &format!("oci:{}", work.path("artifact").display()));
}

fn check_artifacts(work: &Workspace, media_type: &str, location: &str) {
    let reference = format!("{location}:v1");
    work.write("app", "content");
    work.ocigraph(&["push", &reference, "app"]).ok();
    let subject = work.ocigraph(&["resolve", "--format", "json", &reference]).json();
    let subject = json!({
        "mediaType": subject["mediaType"], "digest": subject["digest"], "size": subject["size"],
    });
    work.write("sbom", "{\"sbom\":1}");
    let blob = work.ocigraph(&["blob", "push", "--format", "json", location, "sbom"]).json();
    let blob = json!({
        "mediaType": "text/spdx", "digest": blob["descriptor"]["digest"], "size": blob["descriptor"]["size"],
        "annotations": { "org.opencontainers.image.title": "sbom" },
    });
    let artifact = |number: u32, subject: &Value| {
        json!({
            "mediaType": media_type, "artifactType": "sbom/example", "blobs": [blob],
            "subject": subject, "annotations": { "number": number.to_string() },
        })
        .to_string()
    };
    let first = push(work, location, media_type, &artifact(1, &subject));
    let signed = push(work, location, media_type, &artifact(2, &subject));
    let text = artifact(2, &subject);
    let of_signed = json!({ "mediaType": media_type, "digest": signed, "size": text.len() });
    let signature = push(work, location, media_type, &artifact(3, &of_signed));

    let report = migrate(work, location, &["--remove-old"]);
    let done = of_kind(&report, "migrated", "artifact-to-image");
    let old: BTreeSet<&str> =
        done.iter().map(|one| one["oldManifest"]["digest"].as_str().unwrap()).collect();
    assert_eq!(old, BTreeSet::from([first.as_str(), signature.as_str()]), "{location}: {report:#}");
    let of_first = done.iter().find(|one| one["oldManifest"]["digest"] == first).unwrap();
    let new = of_first["newManifest"]["digest"].as_str().unwrap();
    let written = manifest(work, &format!("{location}@{new}"));
    assert_eq!(written["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(written["config"]["mediaType"], "application/vnd.oci.empty.v1+json");
    assert_eq!(written["artifactType"], "sbom/example");
    assert_eq!((&written["layers"], &written["subject"]), (&json!([blob]), &subject));
    assert_eq!(written["annotations"], json!({ "number": "1" }));

    let kept = of_kind(&report, "kept", "artifact-to-image");
    assert_eq!((kept.len(), kept[0]["descriptor"]["digest"].as_str()), (1, Some(signed.as_str())));
    assert!(kept[0]["reason"].as_str().unwrap().contains("attachments of its own"));
    assert_eq!(resolve(work, &format!("{location}@{first}")), None, "{location}: {report:#}");
    let listed = referrers(work, location);
    assert_eq!(
        listed.keys().cloned().collect::<BTreeSet<_>>(),
        BTreeSet::from([new.to_owned(), signed])
    );
    let again = migrate(work, location, &["--remove-old"]);
    assert_eq!((&again["migrated"], &again["removed"]), (&json!([]), &json!([])), "{location}");
}

/// A manifest with signatures of one payload, as cosign writes it.
struct Signatures {
    config: Value,
    payload: Value,
    subject: Value,
}

impl Signatures {
    /// Pushes an image and the blobs of its signatures.
    fn new(work: &Workspace, location: &str) -> Self {
        let reference = format!("{location}:v1");
        work.write("app", "content");
        work.ocigraph(&["push", &reference, "app"]).ok();
        let subject = work.ocigraph(&["resolve", "--format", "json", &reference]).json();
        let blob = |media_type: &str, content: &str| {
            work.write("blob", content);
            let pushed =
                work.ocigraph(&["blob", "push", "--format", "json", location, "blob"]).json();
            let pushed = &pushed["descriptor"];
            json!({ "mediaType": media_type, "digest": pushed["digest"], "size": pushed["size"] })
        };
        Self {
            config: blob("application/vnd.oci.image.config.v1+json", "{ }"),
            payload: blob("application/vnd.dev.cosign.simplesigning.v1+json", "payload"),
            subject: json!({
                "mediaType": subject["mediaType"], "digest": subject["digest"],
                "size": subject["size"],
            }),
        }
    }

    fn manifest(&self, signatures: &[&str], referrer: bool) -> String {
        let layers = signatures.iter().map(|signature| {
            let mut layer = self.payload.clone();
            layer["annotations"] = json!({ "dev.cosignproject.cosign/signature": signature });
            layer
        });
        let mut manifest = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": self.config, "layers": layers.collect::<Vec<_>>(),
        });
        if referrer {
            let artifact_type = "application/vnd.dev.cosign.artifact.sig.v1+json";
            manifest["config"]["mediaType"] = json!(artifact_type);
            manifest["artifactType"] = json!(artifact_type);
            manifest["subject"] = self.subject.clone();
        }
        manifest.to_string()
    }

    fn tag(&self) -> String {
        sibling_tag(self.subject["digest"].as_str().unwrap(), "sig")
    }
}

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

fn signatures_of(manifest: &Value) -> BTreeSet<String> {
    let signature = |layer: &Value| {
        layer["annotations"]["dev.cosignproject.cosign/signature"].as_str().unwrap().to_owned()
    };
    manifest["layers"].as_array().unwrap().iter().map(signature).collect()
}

#[test]
fn several_referrers_become_one_tag_that_keeps_the_signatures_that_it_has() {
    let work = Workspace::new();
    for (registry, location) in places(&work) {
        let image = Signatures::new(&work, &location);
        let tag = format!("{location}:{}", image.tag());
        push(&work, &tag, IMAGE, &image.manifest(&["by the tag"], false));
        push(&work, &location, IMAGE, &image.manifest(&["a"], true));
        push(&work, &location, IMAGE, &image.manifest(&["b"], true));

        let report = migrate(&work, &location, &["--to", "tags", "--remove-old"]);
        let done = of_kind(&report, "migrated", "referrer-to-tag");
        assert_eq!(done.len(), 2, "{location}: {report:#}");
        assert_eq!(done[0]["newManifest"]["digest"], done[1]["newManifest"]["digest"]);
        let tagged = manifest(&work, &tag);
        let expected = ["a", "b", "by the tag"].map(str::to_owned);
        assert_eq!(signatures_of(&tagged), BTreeSet::from(expected), "{location}");
        assert_eq!(tagged["config"], image.config);
        assert!(tagged.get("subject").is_none() && tagged.get("artifactType").is_none());
        assert!(referrers(&work, &location).is_empty(), "{location}");

        // The way to a referrer carries all of them.
        let report = migrate(&work, &location, &["--remove-old"]);
        let done = of_kind(&report, "migrated", "tag-to-referrer");
        let new = done[0]["newManifest"]["digest"].as_str().unwrap();
        assert_eq!(signatures_of(&manifest(&work, &format!("{location}@{new}"))).len(), 3);
        assert_eq!(resolve(&work, &tag), None, "{location}: {report:#}");
        drop(registry);
    }
}

#[test]
fn a_referrer_with_every_signature_of_a_tag_is_the_new_form() {
    let work = Workspace::new();
    for (registry, location) in places(&work) {
        let image = Signatures::new(&work, &location);
        let tag = format!("{location}:{}", image.tag());
        let tagged = push(&work, &tag, IMAGE, &image.manifest(&["a"], false));
        let referrer = push(&work, &location, IMAGE, &image.manifest(&["a", "b"], true));
        let report = migrate(&work, &location, &[]);
        let done = of_kind(&report, "migrated", "tag-to-referrer");
        assert_eq!(done[0]["newManifest"]["digest"], *referrer, "{location}: {report:#}");
        assert_eq!(done[0]["existed"], true, "{location}");
        // The referrer has a signature more, so the tag gets it.
        migrate(&work, &location, &["--to", "tags"]);
        assert_ne!(resolve(&work, &tag).unwrap(), tagged);
        assert_eq!(signatures_of(&manifest(&work, &tag)).len(), 2, "{location}");
        drop(registry);
    }
}

#[test]
fn an_old_form_that_something_else_names_is_not_removed() {
    let work = Workspace::new();
    for (registry, location) in places(&work) {
        let image = Signatures::new(&work, &location);
        let tag = format!("{location}:{}", image.tag());
        let tagged = push(&work, &tag, IMAGE, &image.manifest(&["a"], false));
        work.ocigraph(&["tag", &tag, "stable"]).ok();
        let reason = |report: &Value| {
            assert_eq!(report["removed"], json!([]), "{location}: {report:#}");
            let kept = of_kind(report, "kept", "tag-to-referrer");
            assert_eq!(kept.len(), 1, "{location}: {report:#}");
            assert_eq!(resolve(&work, &tag).as_ref(), Some(&tagged), "{location}");
            kept[0]["reason"].as_str().unwrap().to_owned()
        };
        let report = migrate(&work, &location, &["--remove-old"]);
        assert_eq!(reason(&report), "the old form is not removed: it is tagged stable");

        // A tag cannot be removed from docker-registry alone.
        let deletes_tags = registry.as_ref().is_none_or(|registry| registry.kind().deletes_tags());
        if deletes_tags {
            work.ocigraph(&["untag", &format!("{location}:stable")]).ok();
            let size = image.manifest(&["a"], false).len();
            let index = json!({
                "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [{ "mediaType": IMAGE, "digest": tagged, "size": size }],
            });
            let media_type = "application/vnd.oci.image.index.v1+json";
            push(&work, &format!("{location}:index"), media_type, &index.to_string());
            let report = migrate(&work, &location, &["--remove-old"]);
            assert!(reason(&report).ends_with(" lists it"), "{location}: {report:#}");
        }
        drop(registry);
    }
}

#[test]
fn an_attachment_that_cannot_have_the_other_form_is_kept_with_the_reason() {
    let work = Workspace::new();
    let (_registry, location) = places(&work).remove(1);
    let image = Signatures::new(&work, &location);
    let digest = image.subject["digest"].as_str().unwrap();
    // A tag with a suffix that cosign does not write attaches nothing.
    let odd = format!("{location}:{}", sibling_tag(digest, "other"));
    push(&work, &odd, IMAGE, &image.manifest(&["a"], false));
    let mut typed: Value = serde_json::from_str(&image.manifest(&["b"], false)).unwrap();
    typed["artifactType"] = json!("signature/example");
    let tag = format!("{location}:{}", image.tag());
    push(&work, &tag, IMAGE, &typed.to_string());
    let report = migrate(&work, &location, &["--remove-old"]);
    assert_eq!((&report["migrated"], &report["removed"]), (&json!([]), &json!([])));
    assert_eq!(report["kept"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["kept"][0]["reason"], "it already has the member artifactType");
    work.ocigraph(&["resolve", &odd]).ok();
}

#[test]
fn cosign_verifies_what_was_migrated_and_what_was_migrated_back() {
    let work = Workspace::new();
    let cosign = Cosign::new(&work);
    let tags = CosignFormat::Tags;
    for kind in Kind::ALL {
        let registry = Registry::start(kind);
        let location = registry.reference("app");
        work.write("app", "content");
        work.ocigraph(&["push", &format!("{location}:v1"), "app"]).ok();
        let digest = resolve(&work, &format!("{location}:v1")).unwrap();
        let image = format!("{location}@{digest}");
        cosign.sign(tags, &image);
        cosign.attest(tags, "spdxjson", &json!({ "spdxVersion": "SPDX-2.3" }), &image);
        cosign.attach_sbom(tags, "spdx", &json!({ "spdxVersion": "SPDX-2.3" }), &image);

        let report = migrate(&work, &location, &["--remove-old"]);
        assert_eq!(report["removed"].as_array().unwrap().len(), 2, "{kind}: {report:#}");
        cosign.verify_referrer(&image);
        cosign.verify_attestation(tags, SPDX, &image);

        let report = migrate(&work, &location, &["--to", "tags", "--remove-old"]);
        assert!(referrers(&work, &location).is_empty(), "{kind}: {report:#}");
        cosign.verify(tags, &image);
        cosign.verify_attestation(tags, SPDX, &image);
        for suffix in SUFFIXES {
            let tag = format!("{location}:{}", sibling_tag(&digest, suffix));
            assert!(resolve(&work, &tag).is_some(), "{kind}: {suffix}");
        }
    }
}

#[test]
fn a_migration_that_stops_at_any_request_can_be_run_again() {
    for referrers in [Referrers::Oci, Referrers::None] {
        for direction in ["referrers", "tags"] {
            let config = || Config { referrers, ..Config::default() };
            let expected = {
                let fixture = Fixture::start(config());
                interrupted(&fixture, direction, None);
                fixture.state()
            };
            for answered in 0.. {
                assert!(answered < 100, "the migration never ends");
                let fixture = Fixture::start(config());
                let fail = Failure {
                    after: answered,
                    times: None,
                    ..Failure::new("", "/v2/app/", 418, 1)
                };
                let stopped = Config { fail: vec![fail], ..config() };
                let done = interrupted(&fixture, direction, Some((stopped, config())));
                let state = fixture.state();
                assert_eq!(format!("{expected:?}"), format!("{state:?}"), "after {answered}");
                if done {
                    break;
                }
            }
        }
    }
}

/// Migrates the signatures of an image, after an attempt with another configuration. Returns true if
/// that attempt succeeded.
fn interrupted(fixture: &Fixture, direction: &str, configs: Option<(Config, Config)>) -> bool {
    let work = Workspace::new();
    let location = format!("{}/app", fixture.host());
    let image = Signatures::new(&work, &location);
    if direction == "referrers" {
        let tag = format!("{location}:{}", image.tag());
        push(&work, &tag, IMAGE, &image.manifest(&["a"], false));
    } else {
        push(&work, &location, IMAGE, &image.manifest(&["a"], true));
        push(&work, &location, IMAGE, &image.manifest(&["b"], true));
    }
    let reference = format!("{location}:v1");
    let args = ["migrate", "--to", direction, "--remove-old", "--format", "json", &reference];
    let mut done = false;
    if let Some((stopped, usual)) = configs {
        fixture.set_config(stopped);
        done = work.ocigraph(&args).code == Some(0);
        fixture.set_config(usual);
    }
    work.ocigraph(&args).json();
    done
}
