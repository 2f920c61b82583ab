//! Content with sha512 digests: in layouts, on real registries, and on registries that store it in part.

use std::collections::BTreeMap;

use ocigraph::{Algorithm, Digest, media_type};
use ocigraph_fixture::{Config, Failure, Fixture, Sha512};
use ocigraph_suite::{Kind, Registry, Workspace};
use serde_json::{Value, json};

/// An image layout whose content has sha512 digests: an index, its image, and a referrer of the index.
struct Layout {
    index: Digest,
    image: Digest,
    layer: Digest,
}

fn digest(content: &[u8]) -> Digest {
    Algorithm::Sha512.digest(content)
}

fn descriptor(media_type: &str, content: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(content), "size": content.len() })
}

fn build(work: &Workspace, path: &str) -> Layout {
    let mut blobs: BTreeMap<Digest, Vec<u8>> = BTreeMap::new();
    let mut add = |content: Vec<u8>| {
        let digest = digest(&content);
        blobs.insert(digest.clone(), content);
        digest
    };
    let layer = b"the content of a layer".to_vec();
    let mut titled = descriptor(media_type::OCTET_STREAM, &layer);
    titled["annotations"] = json!({ "org.opencontainers.image.title": "layer.txt" });
    let image = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "artifactType": "app/example",
        "config": descriptor(media_type::EMPTY, b"{}"), "layers": [titled],
    });
    let image = image.to_string().into_bytes();
    let index = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX,
        "manifests": [descriptor(media_type::OCI_MANIFEST, &image)],
    });
    let index = index.to_string().into_bytes();
    let referrer = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST, "artifactType": "sbom/example",
        "config": descriptor(media_type::EMPTY, b"{}"), "layers": [],
        "subject": descriptor(media_type::OCI_INDEX, &index),
    });
    let referrer = referrer.to_string().into_bytes();
    let mut listed = descriptor(media_type::OCI_INDEX, &index);
    listed["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
    let entries = json!([listed, descriptor(media_type::OCI_MANIFEST, &referrer)]);
    add(b"{}".to_vec());
    add(referrer);
    let built = Layout { layer: add(layer), image: add(image), index: add(index) };
    work.write(format!("{path}/oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#);
    work.write(
        format!("{path}/index.json"),
        json!({ "schemaVersion": 2, "manifests": entries }).to_string(),
    );
    for (digest, content) in blobs {
        work.write(format!("{path}/blobs/sha512/{}", digest.encoded()), content);
    }
    built
}

/// Checks that a copy has everything, under the digests of the source.
fn is_whole(work: &Workspace, layout: &Layout, at: &str) {
    let base = at.rsplit_once(':').unwrap().0;
    assert_eq!(work.ocigraph(&["resolve", at]).ok().trim(), layout.index.to_string());
    for manifest in [&layout.index, &layout.image] {
        let by_digest = format!("{base}@{manifest}");
        assert_eq!(work.ocigraph(&["resolve", &by_digest]).ok().trim(), manifest.to_string());
    }
    let blob = work.ocigraph(&["blob", "fetch", &format!("{base}@{}", layout.layer), "-o", "-"]);
    assert_eq!(blob.ok(), "the content of a layer");
    work.ocigraph(&["verify", at]).ok();
    let graph = work.ocigraph(&["discover", "-o", "json", at]).json();
    let referrers = graph["references"].as_array().or(graph["referrers"].as_array());
    assert_eq!(referrers.map(Vec::len), Some(1), "{graph}");
}

#[test]
fn content_with_sha512_digests_is_copied_between_layouts_and_a_registry_that_supports_it() {
    for sha512 in [Sha512::TagOfDigest, Sha512::DigestOfTag] {
        let fixture = Fixture::start(Config { sha512, ..Config::default() });
        let work = Workspace::new();
        let layout = build(&work, "layout");
        let at = format!("{}/app:v1", fixture.host());
        let report =
            work.ocigraph(&["copy", "-r", "--format", "json", "oci:layout:v1", &at]).json();
        assert_eq!(report["descriptor"]["digest"], layout.index.to_string());
        is_whole(&work, &layout, &at);
        // Another tag, another repository with mounts, and back to a layout.
        work.ocigraph(&["tag", &at, "v2"]).ok();
        is_whole(&work, &layout, &format!("{}/app:v2", fixture.host()));
        let other = format!("{}/other:v1", fixture.host());
        work.ocigraph(&["copy", "-r", &at, &other]).ok();
        is_whole(&work, &layout, &other);
        work.ocigraph(&["copy", "-r", &other, "oci:back:v1"]).ok();
        is_whole(&work, &layout, "oci:back:v1");
        let image = format!("{}/other@{}", fixture.host(), layout.image);
        work.ocigraph(&["pull", "-o", "out", &image]).ok();
        assert_eq!(work.read("out/layer.txt"), b"the content of a layer");
        work.ocigraph(&["delete", "--yes", &other]).ok();
        work.ocigraph(&["resolve", &other]).fails_with(1);
    }
}

#[test]
fn a_registry_that_stores_another_digest_is_reported() {
    for (sha512, says) in [
        (Sha512::ByDigest, "it gives tags no digests of sha512"),
        (Sha512::Replaced, "did not store the manifest"),
        (Sha512::Refused, "does not support digests of sha512"),
    ] {
        let fixture = Fixture::start(Config { sha512, ..Config::default() });
        let work = Workspace::new();
        let layout = build(&work, "layout");
        for recursive in [&["-r"][..], &[]] {
            let at = format!("{}/app:v1", fixture.host());
            let args = [&["copy", "--format", "json"], recursive, &["oci:layout:v1", &at]].concat();
            let stderr = work.ocigraph(&args).fails_with(1);
            assert!(stderr.contains("[UNSUPPORTED]") && stderr.contains(says), "{stderr}");
        }
        if sha512 == Sha512::ByDigest {
            let at = format!("{}/app@{}", fixture.host(), layout.index);
            work.ocigraph(&["copy", "-r", "oci:layout:v1", &at]).ok();
            work.ocigraph(&["verify", &at]).ok();
        }
    }
}

/// The status 415 is for media types too.
#[test]
fn a_refused_media_type_is_not_a_refused_digest() {
    let work = Workspace::new();
    build(&work, "layout");
    for (code, is_of_digest) in
        [("MANIFEST_INVALID", false), ("DIGEST_INVALID", true), ("UNSUPPORTED", true)]
    {
        let fail = Failure {
            times: None,
            body: Some(format!(r#"{{"errors":[{{"code":"{code}","message":"refused"}}]}}"#)),
            ..Failure::new("PUT", "/manifests/", 415, 1)
        };
        let fixture = Fixture::start(Config {
            sha512: Sha512::TagOfDigest,
            fail: vec![fail],
            ..Config::default()
        });
        let at = format!("{}/app:v1", fixture.host());
        let stderr = work.ocigraph(&["copy", "oci:layout:v1", &at]).fails_with(1);
        let says = stderr.contains("does not support digests of sha512");
        assert_eq!(says, is_of_digest, "{code}: {stderr}");
        assert!(stderr.contains("[UNSUPPORTED]"), "{stderr}");
    }
}

#[test]
fn real_registries_store_sha512_digests_or_the_copy_says_so() {
    for kind in Kind::ALL {
        let (registry, work) = (Registry::start(kind), Workspace::new());
        let layout = build(&work, "layout");
        let at = registry.reference("app:v1");
        let copied = work.ocigraph(&["copy", "-r", "oci:layout:v1", &at]);
        match copied.code == Some(0) {
            true => is_whole(&work, &layout, &at),
            false => assert!(copied.fails_with(1).contains("[UNSUPPORTED]"), "{kind}"),
        }
    }
}
