//! Entries of `index.json` that are malformed, missing or not manifests: they are passed over and
//! kept, and `verify` names them.

use std::{fs, path::Path};

use ocigraph::{
    Client, Code, CopyOptions, DeleteOptions, Layout, Manifest, ProblemKind, ReadStore, Reference,
    Store, VerifyReport,
};
use serde_json::{Value, json};

use crate::support::*;

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

fn at(path: &Path, name: &str) -> Reference {
    format!("oci:{}:{name}", path.display()).parse().unwrap()
}

/// Writes `index.json` with these texts as entries, before and after an image and its signature.
fn write_around(path: &Path, odd: &[String], sound: &[Value]) -> String {
    let (first, rest) = odd.split_at(odd.len() / 2);
    let sound = sound.iter().map(Value::to_string);
    let entries: Vec<String> =
        first.iter().cloned().chain(sound).chain(rest.iter().cloned()).collect();
    let text = format!(
        "{{ \"x-big\": 12345678901234567890123, \"manifests\": [{}],\n \"x\": 1.50 }}",
        entries.join(", ")
    );
    fs::write(path.join("index.json"), &text).unwrap();
    text
}

fn tagged(manifest: &Manifest, tag: &str) -> Value {
    let mut entry = json!(manifest.plain_descriptor());
    entry["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
    entry
}

async fn verify(path: &Path, name: &str) -> VerifyReport {
    Client::new().verify(&at(path, name), Default::default()).await.unwrap()
}

async fn copy_all(from: &Path, to: &Path) -> ocigraph::Result<ocigraph::CopyReport> {
    let options = CopyOptions::default().recursive(true);
    Client::new().copy(&at(from, "v1"), &at(to, "v1"), options).await
}

#[tokio::test]
async fn odd_entries_are_passed_over_kept_and_named_by_verify() {
    let absent = manifest(&["absent"], None);
    let text = json!("text").to_string();
    let layer = |digest: &str| json!({ "mediaType": LAYER, "digest": digest, "size": 5 });
    let odd: Vec<(String, ProblemKind)> = [
        (json!(null), ProblemKind::Malformed),
        (json!(5), ProblemKind::Malformed),
        (json!([]), ProblemKind::Malformed),
        (json!({}), ProblemKind::Malformed),
        (json!({ "mediaType": INDEX, "size": 3 }), ProblemKind::Malformed),
        (json!({ "mediaType": INDEX, "size": 3, "digest": "sha256:12" }), ProblemKind::Malformed),
        (
            json!({ "mediaType": INDEX, "size": 3, "digest":
                absent.digest().as_str().to_uppercase() }),
            ProblemKind::Malformed,
        ),
        (layer(blob("image").digest.as_str()), ProblemKind::Malformed),
        (layer(blob("not stored").digest.as_str()), ProblemKind::Missing),
        (tagged(&absent, "absent"), ProblemKind::Missing),
        (json!(absent.plain_descriptor()), ProblemKind::Missing),
        (json!({ "mediaType": INDEX, "digest": format!("blake3:{}", "0".repeat(64)), "size": 1 }),
         ProblemKind::Missing),
    ]
    .into_iter()
    .map(|(entry, kind)| (entry.to_string(), kind))
    .collect();
    for (entry, kind) in odd {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::open(dir.path());
        let image = push(&layout, &["config", "image"], None, &["v1"]).await;
        let signature = push(&layout, &["config", "signature"], Some(&image), &[]).await;
        let sound = [tagged(&image, "v1"), json!(signature.plain_descriptor())];
        write_around(dir.path(), &[text.clone(), entry.clone()], &sound);
        let layout = Layout::open(dir.path());
        let tags = layout.tags().await.unwrap().entries;
        assert!(tags.contains(&"v1".to_owned()), "{entry}");
        let found = layout.referrers(image.digest(), None).await.unwrap().complete().unwrap();
        assert_eq!(found, [signature.descriptor()], "{entry}");
        let location: Reference = format!("oci:{}", dir.path().display()).parse().unwrap();
        let listed = Client::new().manifests(&location).await.unwrap();
        assert!(listed.len() >= 2, "{entry}");
        let copied = tempfile::tempdir().unwrap();
        assert_eq!(copy_all(dir.path(), copied.path()).await.unwrap().manifests, 2, "{entry}");
        let problems = verify(dir.path(), "v1").await.problems;
        assert_eq!(problems.len(), 2, "{entry}: {problems:?}");
        assert!(problems.iter().any(|p| p.detail.contains("is not an object: \"text\"")));
        assert!(
            problems.iter().any(|p| p.kind == kind && !p.detail.contains("text")),
            "{problems:?}"
        );
        // Writing keeps the entries and the fields.
        let next = push(&layout, &["next"], None, &["v2"]).await;
        layout.tag(&image.descriptor(), &names(&["v3"])).await.unwrap();
        layout.untag("v3").await.unwrap();
        let kept = fs::read_to_string(dir.path().join("index.json")).unwrap();
        assert!(
            kept.starts_with("{ \"x-big\": 12345678901234567890123, \"manifests\": [\"text\",")
        );
        assert!(kept.ends_with(",\n \"x\": 1.50 }") && kept.contains(&entry), "{kept}");
        let client = Client::new();
        let report = client.delete(&at(dir.path(), "v1"), DeleteOptions::default()).await.unwrap();
        assert_eq!(report.deleted.len(), 2, "{entry}: {report:?}");
        assert!(report.failed.is_empty() && report.kept.is_empty(), "{entry}: {report:?}");
        assert!(!file_of(dir.path(), image.digest()).exists(), "{entry}");
        assert!(file_of(dir.path(), next.digest()).exists());
        assert!(fs::read_to_string(dir.path().join("index.json")).unwrap().contains(&entry));
    }
}

#[tokio::test]
async fn an_entry_with_a_digest_is_used_whatever_else_is_wrong_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["config", "image"], None, &["v1"]).await;
    let signature = push(&layout, &["config", "signature"], Some(&image), &[]).await;
    let name = json!({ "org.opencontainers.image.ref.name": "signed", "odd": 1 });
    for (field, value) in [
        ("size", json!(-1)),
        ("size", json!("12")),
        ("size", json!(1.5)),
        ("size", json!(null)),
        ("mediaType", json!(7)),
        ("annotations", json!([])),
        ("annotations", name.clone()),
        ("platform", json!("linux/amd64")),
        ("urls", json!("https://example.com")),
    ] {
        let mut entry = json!(signature.plain_descriptor());
        entry[field] = value;
        write_around(dir.path(), &[entry.to_string()], &[tagged(&image, "v1")]);
        let layout = Layout::open(dir.path());
        let found = layout.referrers(image.digest(), None).await.unwrap().complete().unwrap();
        assert_eq!(found, [signature.descriptor()], "{entry}");
        layout.fetch_manifest(&by_digest(&signature)).await.unwrap();
        let copied = tempfile::tempdir().unwrap();
        assert_eq!(copy_all(dir.path(), copied.path()).await.unwrap().manifests, 2, "{entry}");
        let problems = verify(dir.path(), "v1").await.problems;
        assert_eq!(problems.len(), 1, "{entry}: {problems:?}");
        assert!(problems[0].detail.contains(signature.digest().as_str()), "{problems:?}");
        layout.tag(&image.descriptor(), &names(&["v2"])).await.unwrap();
        let kept = fs::read_to_string(dir.path().join("index.json")).unwrap();
        assert!(kept.contains(&entry.to_string()), "{kept}");
        layout.untag("v2").await.unwrap();
    }
    // A name is kept by what else is wrong with its entry, and moves like others.
    let mut entry = json!(signature.plain_descriptor());
    entry["size"] = json!("12");
    entry["annotations"] = name;
    write_around(dir.path(), &[entry.to_string()], &[tagged(&image, "v1")]);
    let layout = Layout::open(dir.path());
    assert_eq!(layout.resolve(&tag("signed")).await.unwrap().digest, *signature.digest());
    layout.tag(&image.descriptor(), &names(&["signed"])).await.unwrap();
    assert_eq!(layout.resolve(&tag("signed")).await.unwrap().digest, *image.digest());
    delete_all(&layout, &[&signature, &image]).await;
    assert!(files_below(&dir.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn a_tag_whose_entry_has_no_digest_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &["v1"]).await;
    let odd = json!({ "size": 3, "annotations": { "org.opencontainers.image.ref.name": "v2" } });
    write_around(dir.path(), &[odd.to_string()], &[tagged(&image, "v1")]);
    for error in
        [layout.resolve(&tag("v2")).await.unwrap_err(), layout.untag("v2").await.unwrap_err()]
    {
        assert_eq!(error.code(), Code::InvalidManifest);
        assert!(error.message().contains("index.json has no digest: {"), "{error}");
    }
    assert_eq!(layout.resolve(&tag("v3")).await.unwrap_err().code(), Code::NotFound);
    layout.tag(&image.descriptor(), &names(&["v2"])).await.unwrap();
    assert_eq!(layout.resolve(&tag("v2")).await.unwrap().digest, *image.digest());
}

#[tokio::test]
async fn a_manifest_that_is_listed_under_another_type_or_size_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["config", "image"], None, &["v1"]).await;
    let signature = push(&layout, &["config", "signature"], Some(&image), &[]).await;
    let mut other_type = json!(signature.plain_descriptor());
    other_type["mediaType"] = json!("application/json");
    let mut other_size = json!(signature.plain_descriptor());
    other_size["size"] = json!(1);
    let sound = json!(signature.plain_descriptor());
    for (odd, kind) in [(other_type, ProblemKind::Malformed), (other_size, ProblemKind::Size)] {
        for entries in [&[odd.to_string()][..], &[odd.to_string(), sound.to_string()]] {
            write_around(dir.path(), entries, &[tagged(&image, "v1")]);
            let layout = Layout::open(dir.path());
            let found = layout.referrers(image.digest(), None).await.unwrap().complete().unwrap();
            assert_eq!(found, [signature.descriptor()], "{entries:?}");
            let copied = tempfile::tempdir().unwrap();
            let report = copy_all(dir.path(), copied.path()).await;
            if kind == ProblemKind::Malformed || entries.len() == 2 {
                assert_eq!(report.unwrap().manifests, 2, "{entries:?}");
            } else {
                assert_eq!(report.unwrap_err().code(), Code::SizeMismatch);
            }
            let problems = verify(dir.path(), "v1").await.problems;
            assert!(problems.iter().any(|problem| problem.kind == kind), "{problems:?}");
            assert!(problems.iter().all(|p| p.descriptor.digest == *signature.digest()));
        }
    }
}

#[tokio::test]
async fn a_wrong_size_or_type_is_corrected_when_the_manifest_is_pushed_again() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["config", "image"], None, &["v1"]).await;
    let mut odd = tagged(&image, "v1");
    odd["size"] = json!(1);
    odd["mediaType"] = json!("application/json");
    odd["platform"] = json!({ "os": "linux", "architecture": "amd64" });
    for tags in [&["v1"][..], &["v2"], &[]] {
        write_around(dir.path(), &[], &[odd.clone()]);
        let layout = Layout::open(dir.path());
        let error = layout.resolve(&by_digest(&image)).await.unwrap_err();
        assert_eq!(error.code(), Code::SizeMismatch);
        layout.push_manifest(&image, &names(tags)).await.unwrap();
        for tag_or_digest in [by_digest(&image), tag("v1")] {
            let resolved = layout.resolve(&tag_or_digest).await.unwrap();
            assert_eq!(resolved.digest, *image.digest());
        }
        assert!(verify(dir.path(), "v1").await.problems.is_empty());
        let entries = layout.list_entries().await.unwrap().entries;
        assert!(entries.iter().all(|entry| entry.platform.is_some()), "{entries:?}");
    }
}

#[tokio::test]
async fn a_malformed_referrer_makes_the_list_of_its_subject_incomplete() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["config", "image"], None, &["v1"]).await;
    let other = push(&layout, &["config", "other"], None, &["v2"]).await;
    let mut sbom = json!(
        serde_json::from_slice::<Value>(manifest(&["config"], Some(&image)).bytes()).unwrap()
    );
    sbom["annotations"] = json!({ "a": 1 });
    for text in [sbom.to_string(), format!("\u{feff}{sbom}")] {
        layout.push_blob(&blob(&text), source(&text)).await.unwrap();
        let mut entry = json!(blob(&text));
        entry["mediaType"] = json!(image.media_type());
        write_around(
            dir.path(),
            &[entry.to_string()],
            &[tagged(&image, "v1"), tagged(&other, "v2")],
        );
        let layout = Layout::open(dir.path());
        let found = layout.referrers(image.digest(), None).await.unwrap();
        assert_eq!(found.problems[0].subject.as_ref(), Some(image.digest()));
        assert!(found.problems[0].detail.contains(blob(&text).digest.as_str()), "{found:?}");
        assert!(layout.referrers(other.digest(), None).await.unwrap().problems.is_empty());
        let copied = tempfile::tempdir().unwrap();
        let error = copy_all(dir.path(), copied.path()).await.unwrap_err();
        assert_eq!(error.code(), Code::Incomplete);
        let options = CopyOptions::default().recursive(true);
        let (from, to) = (at(dir.path(), "v2"), at(copied.path(), "v2"));
        assert_eq!(Client::new().copy(&from, &to, options).await.unwrap().manifests, 1);
        let error = Client::new().delete(&at(dir.path(), "v1"), DeleteOptions::default()).await;
        assert_eq!(error.unwrap_err().code(), Code::Incomplete);
    }
}

#[tokio::test]
async fn an_odd_list_is_read_like_a_usual_one() {
    let dir = tempfile::tempdir().unwrap();
    let image = push(&Layout::open(dir.path()), &["image"], None, &["v1"]).await;
    let entry = tagged(&image, "v1");
    let marker = dir.path().join("oci-layout");
    for (version, text) in [
        ("1.0.0", json!({ "manifests": [entry] }).to_string()),
        ("1.1.0", json!({ "manifests": [entry, entry], "schemaVersion": "2" }).to_string()),
        (
            "1.0.0",
            format!(
                "\u{feff}{}",
                json!({ "manifests": [entry], "mediaType":
            "application/vnd.docker.distribution.manifest.list.v2+json" })
            ),
        ),
    ] {
        let body = json!({ "imageLayoutVersion": version, "x": [1] });
        fs::write(&marker, format!("\u{feff}{body}\n")).unwrap();
        fs::write(dir.path().join("index.json"), &text).unwrap();
        fs::create_dir_all(dir.path().join("blobs/blake3/nested")).unwrap();
        fs::write(dir.path().join("blobs/blake3/x"), "x").unwrap();
        let layout = Layout::open(dir.path());
        assert_eq!(layout.tags().await.unwrap().entries, ["v1"]);
        assert_eq!(verify(dir.path(), "v1").await.problems.len(), 0, "{text}");
        layout.tag(&image.descriptor(), &names(&["v2"])).await.unwrap();
        delete_all(&layout, &[&push(&layout, &["other"], None, &[]).await]).await;
        assert_eq!(layout.resolve(&tag("v2")).await.unwrap().digest, *image.digest());
        assert!(fs::read_to_string(&marker).unwrap().contains("\"x\":[1]"));
        assert_eq!(fs::read(dir.path().join("blobs/blake3/x")).unwrap(), b"x");
    }
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(dir.path().join("index.json"), utf16).unwrap();
    let error = Layout::open(dir.path()).tags().await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidManifest);
    assert!(error.message().contains("UTF-16"), "{error}");
}

#[tokio::test]
async fn a_malformed_entry_of_a_nested_index_hides_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &["v1"]).await;
    let signature = push(&layout, &["signature"], Some(&image), &[]).await;
    let nested = json!({ "schemaVersion": 2, "manifests": [
        { "mediaType": INDEX, "digest": "sha256:0", "size": 1 },
        { "mediaType": signature.media_type(), "digest": signature.digest(), "size": "1" },
    ] })
    .to_string();
    layout.push_blob(&blob(&nested), source(&nested)).await.unwrap();
    let mut index = json!(blob(&nested));
    index["mediaType"] = json!(INDEX);
    write_around(dir.path(), &[], &[index, tagged(&image, "v1")]);
    let layout = Layout::open(dir.path());
    let found = layout.referrers(image.digest(), None).await.unwrap().complete().unwrap();
    assert_eq!(found, [signature.descriptor()]);
    let error = delete(&layout, &[&signature]).await.remove(0).unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
}
