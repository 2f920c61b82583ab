//! Layouts in the shapes that other tools write: indexes of referrers, one manifest without a name,
//! one name for two platforms, and manifests that no index lists.

use std::{fs, path::Path};

use ocigraph::{
    Algorithm, Client, Code, CopyOptions, DeleteOptions, Digest, DiscoverOptions, Layout, Manifest,
    Problem, ProblemKind, PullOptions, ReadStore, Reference, ResolveOptions, Store, TagOrDigest,
    UntagOptions, VerifyOptions,
};
use serde_json::{Value, json};

use crate::support::*;

const NAME: &str = "org.opencontainers.image.ref.name";

fn at(path: &Path, name: &str) -> Reference {
    format!("oci:{}{name}", path.display()).parse().unwrap()
}

/// Returns the entry of a manifest with annotations.
fn entry(manifest: &Manifest, annotations: Value) -> Value {
    let mut entry = json!(manifest.plain_descriptor());
    entry["annotations"] = annotations;
    entry
}

fn write_index(path: &Path, entries: &[Value]) {
    let index = json!({ "schemaVersion": 2, "manifests": entries, "mediaType": INDEX });
    fs::write(path.join("index.json"), index.to_string()).unwrap();
}

fn store(path: &Path, manifest: &Manifest) {
    fs::write(file_of(path, manifest.digest()), manifest.bytes()).unwrap();
}

/// How other tools name the index of the referrers of a subject.
fn kept_by_regctl(subject: &Manifest) -> Value {
    json!({ NAME: format!("sha256-{}", subject.digest().encoded()) })
}

fn kept_by_olareg(subject: &Manifest) -> Value {
    json!({ "org.olareg.referrer.subject": subject.digest() })
}

/// Commits of olareg between releases.
fn kept_by_other_olareg(subject: &Manifest) -> Value {
    json!({ "org.opencontainers.image.referrer.subject": subject.digest() })
}

/// Writes an image with two referrers, as regctl v0.11.7 and olareg v0.1.2 do: the index of the
/// layout lists the image and an index of referrers.
async fn with_index_of_referrers(
    path: &Path,
    annotations: fn(&Manifest) -> Value,
) -> [Manifest; 4] {
    let layout = Layout::open(path);
    let image = push(&layout, &["config", "image"], None, &["v1"]).await;
    let one = push(&layout, &["config", "one"], Some(&image), &[]).await;
    // Its manifest names no subject: only the index says that it is a referrer.
    let two = push(&layout, &["config", "two"], None, &[]).await;
    let stale = manifest(&["stale"], Some(&image)).descriptor();
    let index = parse(&json!({ "schemaVersion": 2, "mediaType": INDEX, "x-kept": 1.0,
        "manifests": [one.descriptor(), two.descriptor(), stale] }));
    store(path, &index);
    write_index(path, &[entry(&image, json!({ NAME: "v1" })), entry(&index, annotations(&image))]);
    [image, one, two, index]
}

#[tokio::test]
async fn referrers_in_the_indexes_of_other_tools_are_found_copied_and_deleted() {
    for annotations in [kept_by_regctl, kept_by_olareg, kept_by_other_olareg] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        let [image, one, two, index] = with_index_of_referrers(path, annotations).await;
        let client = Client::new();
        let image_at = at(path, ":v1");
        let graph = client.discover(&image_at, DiscoverOptions::default()).await.unwrap();
        assert_eq!(graph.referrers(image.digest()), [one.descriptor(), two.descriptor()]);
        assert_eq!(client.tags(&image_at).await.unwrap(), ["v1"]);
        let listed = client.manifests(&at(path, "")).await.unwrap();
        let mut digests: Vec<_> = listed.iter().map(|m| &m.descriptor.digest).collect();
        let mut expected = vec![image.digest(), one.digest(), two.digest()];
        digests.sort();
        expected.sort();
        assert_eq!(digests, expected);
        let problems = client.verify(&image_at, Default::default()).await.unwrap().problems;
        let stale = manifest(&["stale"], Some(&image));
        assert_eq!(kinds(&problems), [(stale.digest(), ProblemKind::Missing)]);
        let copied = tempfile::tempdir().unwrap();
        let options = CopyOptions::default().recursive(true);
        let report = client.copy(&image_at, &at(copied.path(), ":v1"), options).await.unwrap();
        assert_eq!(report.manifests, 3);
        // A new referrer is added to the index, so that the other tool finds it too.
        let layout = Layout::open(path);
        let three = push(&layout, &["config", "three"], Some(&image), &[]).await;
        let listed = index_of_referrers(path, &annotations(&image));
        assert_eq!(listed["manifests"].as_array().unwrap().len(), 4);
        assert_eq!(listed["manifests"][3], json!(three.descriptor()));
        assert!(!file_of(path, index.digest()).exists() && leftovers(path).is_empty());
        delete_all(&layout, &[&three]).await;
        drop(layout);
        // A referrer alone.
        let alone = at(path, &format!("@{}", one.digest()));
        let report = client.delete(&alone, DeleteOptions::default()).await.unwrap();
        assert_eq!(report.deleted.len(), 1);
        assert!(!file_of(path, one.digest()).exists() && !file_of(path, index.digest()).exists());
        let shorter = index_of_referrers(path, &annotations(&image));
        assert_eq!(shorter["x-kept"], json!(1.0));
        assert_eq!(shorter["manifests"].as_array().unwrap().len(), 2);
        let graph = client.discover(&image_at, DiscoverOptions::default()).await.unwrap();
        assert_eq!(graph.referrers(image.digest()), [two.descriptor()]);
        assert_exact_but_stale(path, 2);
        // The rest: nothing is left, although the index also lists a manifest that does not exist.
        let report = client.delete(&image_at, DeleteOptions::default()).await.unwrap();
        assert_eq!((report.deleted.len(), report.kept.len(), report.failed.len()), (2, 0, 0));
        assert!(files_below(&path.join("blobs")).is_empty());
        assert!(entries(path).is_empty() && leftovers(path).is_empty());
    }
}

/// Returns what is wrong with which manifest.
fn kinds(problems: &[Problem]) -> Vec<(&Digest, ProblemKind)> {
    let mut kinds: Vec<_> = problems.iter().map(|p| (&p.descriptor.digest, p.kind)).collect();
    kinds.sort_by_key(|(digest, _)| *digest);
    kinds
}

#[tokio::test]
async fn an_index_that_contradicts_its_manifests_is_reported_and_repaired() {
    for annotations in [kept_by_regctl, kept_by_olareg] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        let layout = Layout::open(path);
        let image = push(&layout, &["image"], None, &["v1"]).await;
        let other = push(&layout, &["other"], None, &["v2"]).await;
        let [of_wrong_size, unlisted] = [
            push(&layout, &["one"], Some(&image), &[]).await,
            push(&layout, &["two"], Some(&image), &[]).await,
        ];
        let of_other = push(&layout, &["three"], Some(&other), &[]).await;
        let missing = manifest(&["stale"], Some(&image));
        let mut wrong = json!(of_wrong_size.descriptor());
        wrong["size"] = json!(1);
        let index = parse(&json!({ "schemaVersion": 2, "mediaType": INDEX,
            "manifests": [wrong, of_other.descriptor(), missing.descriptor()] }));
        store(path, &index);
        let [v1, v2] = [(&image, "v1"), (&other, "v2")]
            .map(|(manifest, name)| entry(manifest, json!({ NAME: name })));
        let unlisted_entry = json!(unlisted.plain_descriptor());
        write_index(path, &[v1, v2, unlisted_entry, entry(&index, annotations(&image))]);
        drop(layout);

        let client = Client::new();
        let image_at = at(path, ":v1");
        let before = entries(path);
        let report = client.verify(&image_at, VerifyOptions::default()).await.unwrap();
        let mut expected = vec![
            (of_wrong_size.digest(), ProblemKind::Size),
            (of_other.digest(), ProblemKind::Malformed),
            (missing.digest(), ProblemKind::Missing),
            (unlisted.digest(), ProblemKind::Unlisted),
        ];
        expected.sort_by_key(|(digest, _)| *digest);
        assert_eq!(kinds(&report.problems), expected);
        assert!(report.problems.iter().all(|p| p.path == std::slice::from_ref(image.digest())));
        assert_eq!(entries(path), before, "a verification writes nothing");

        let repair = VerifyOptions::default().repair_index(true);
        let report = client.verify(&image_at, repair.clone()).await.unwrap();
        assert_eq!(kinds(&report.repaired), expected);
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let listed = index_of_referrers(path, &annotations(&image));
        for referrer in [&of_wrong_size, &unlisted] {
            let listed = listed["manifests"].as_array().unwrap();
            assert!(listed.contains(&json!(referrer.descriptor())), "{listed:?}");
            assert_eq!(listed.len(), 2);
        }
        let report = client.verify(&image_at, repair).await.unwrap();
        assert!(report.problems.is_empty() && report.repaired.is_empty());
        // Only the wrong list led to this manifest.
        let graph = client.discover(&at(path, ":v2"), DiscoverOptions::default()).await.unwrap();
        assert_eq!(graph.referrers(other.digest()), [of_other.descriptor()]);
        assert!(leftovers(path).is_empty() && !file_of(path, index.digest()).exists());
    }
}

#[tokio::test]
async fn a_copy_adds_referrers_that_exist_to_the_index_of_another_tool() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&from, &to] {
        let layout = Layout::open(dir.path());
        let image = push(&layout, &["image"], None, &["v1"]).await;
        push(&layout, &["one"], Some(&image), &[]).await;
    }
    let image =
        Layout::open(to.path()).fetch_manifest(&TagOrDigest::Tag("v1".into())).await.unwrap();
    let listed = push(&Layout::open(to.path()), &["two"], Some(&image), &[]).await;
    let index = parse(&json!({ "schemaVersion": 2, "mediaType": INDEX,
        "manifests": [listed.descriptor()] }));
    store(to.path(), &index);
    let mut all = entries(to.path());
    all.push(entry(&index, kept_by_regctl(&image)));
    write_index(to.path(), &all);
    let options = CopyOptions::default().recursive(true);
    Client::new().copy(&at(from.path(), ":v1"), &at(to.path(), ":v1"), options).await.unwrap();
    let index = index_of_referrers(to.path(), &kept_by_regctl(&image));
    assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
}

/// Reads the index of referrers that has these annotations.
fn index_of_referrers(path: &Path, annotations: &Value) -> Value {
    let entries = entries(path);
    let entry = entries.iter().find(|entry| entry["annotations"] == *annotations).unwrap();
    let digest = entry["digest"].as_str().unwrap().parse().unwrap();
    serde_json::from_slice(&fs::read(file_of(path, &digest)).unwrap()).unwrap()
}

/// Checks the number of listed manifests, and that their layers exist.
fn assert_exact_but_stale(path: &Path, manifests: usize) {
    assert_eq!(entries(path).len(), manifests);
    assert!(leftovers(path).is_empty());
    for text in ["config", "image", "two"] {
        assert!(file_of(path, &blob(text).digest).exists(), "{text}");
    }
}

#[tokio::test]
async fn a_malformed_index_of_referrers_makes_only_its_subject_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let [image, one, two, replaced] = with_index_of_referrers(path, kept_by_regctl).await;
    fs::remove_file(file_of(path, replaced.digest())).unwrap();
    let other = push(&Layout::open(path), &["other"], None, &["v2"]).await;
    let text = json!({ "schemaVersion": 2, "manifests": [one.descriptor(), { "size": 1 }] });
    let text = text.to_string();
    fs::write(file_of(path, &Algorithm::Sha256.digest(text.as_bytes())), &text).unwrap();
    let mut index = json!(blob(&text));
    index["mediaType"] = json!(INDEX);
    index["annotations"] = kept_by_regctl(&image);
    let sound = entry(&other, json!({ NAME: "v2" }));
    write_index(path, &[entry(&image, json!({ NAME: "v1" })), index, sound]);
    let layout = Layout::open(path);
    let listed = layout.referrers(image.digest(), None).await.unwrap();
    assert_eq!(listed.entries, [one.descriptor()]);
    assert_eq!(listed.problems.len(), 1);
    assert_eq!(listed.problems[0].subject.as_ref(), Some(image.digest()));
    assert!(layout.referrers(other.digest(), None).await.unwrap().problems.is_empty());
    // A delete of the referrer keeps what it cannot read.
    delete_all(&layout, &[&one]).await;
    assert!(!file_of(path, one.digest()).exists());
    let listed = layout.referrers(image.digest(), None).await.unwrap();
    assert_eq!((listed.entries.len(), listed.problems.len()), (0, 1));
    assert!(file_of(path, two.digest()).exists(), "no manifest of ours was garbage");
}

#[tokio::test]
async fn what_an_unlisted_manifest_needs_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let layout = Layout::open(path);
    let image = push(&layout, &["config", "shared", "image"], None, &["v1"]).await;
    let next = push(&layout, &["config", "next"], None, &["v2"]).await;
    // As skopeo leaves an image whose name has moved, and cosign save the signatures of children.
    let unlisted = manifest(&["config", "shared"], Some(&next));
    store(path, &unlisted);
    // A format that this library does not know, listed and not.
    let by_media_type = |field: &str, text: &str| {
        json!({ "mediaType": "application/x.new", field: [blob(text)] }).to_string()
    };
    let image2 = push(&layout, &["a", "b", "c", "d"], None, &["v3"]).await;
    let listed = by_media_type("things", "b");
    let new = by_media_type("blobs", "c");
    for text in [&listed, &new] {
        layout.push_blob(&blob(text), source(text)).await.unwrap();
    }
    let mut entries = entries(path);
    let mut odd = json!(blob(&listed));
    odd["mediaType"] = json!("application/x.new");
    entries.push(odd);
    entries.push(json!({ "digest": blob("d").digest.as_str().replace("sha256:", "SHA256:") }));
    write_index(path, &entries);
    drop(layout);
    let layout = Layout::open(path);
    delete_all(&layout, &[&image, &image2]).await;
    let stays = |text: &str| file_of(path, &blob(text).digest).exists();
    for text in ["config", "shared", "next", "b", "c", "d", &listed, &new] {
        assert!(stays(text), "{text}");
    }
    assert!(file_of(path, unlisted.digest()).exists());
    for text in ["image", "a"] {
        assert!(!stays(text), "{text}");
    }
    assert!(!file_of(path, image.digest()).exists() && leftovers(path).is_empty());
}

#[tokio::test]
async fn a_manifest_that_an_unlisted_index_lists_is_kept_with_its_content() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let layout = Layout::open(path);
    let one = push(&layout, &["one"], None, &["v1"]).await;
    let two = push(&layout, &["two"], None, &["v2"]).await;
    let index = index_of(&[&one]);
    store(path, &index);
    delete_all(&layout, &[&one, &two]).await;
    assert!(file_of(path, one.digest()).exists() && file_of(path, &blob("one").digest).exists());
    assert!(!file_of(path, two.digest()).exists() && !file_of(path, &blob("two").digest).exists());
}

#[tokio::test]
async fn the_only_manifest_of_a_layout_needs_no_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let layout = Layout::open(path);
    let image = push(&layout, &["image"], None, &[]).await;
    let signature = push(&layout, &["signature"], Some(&image), &[]).await;
    let all = at(path, "");
    let client = Client::new();
    let resolve = async || client.resolve(&all, ResolveOptions::default()).await;
    assert_eq!(resolve().await.unwrap().digest, *image.digest());
    let graph = client.discover(&all, DiscoverOptions::default()).await.unwrap();
    assert_eq!(graph.referrers(image.digest()), [signature.descriptor()]);
    let copied = tempfile::tempdir().unwrap();
    let options = CopyOptions::default().recursive(true);
    let report = client.copy(&all, &at(copied.path(), ":v1"), options).await.unwrap();
    assert_eq!(report.manifests, 2);
    assert!(client.verify(&all, Default::default()).await.unwrap().problems.is_empty());
    // An index with its children listed too, and what cosign save lists beside an image.
    let index = index_of(&[&image]);
    layout.push_manifest(&index, &[]).await.unwrap();
    let mut listed = entries(path);
    let kind = json!({ "kind": "dev.cosignproject.cosign/sigs" });
    let cosign = push(&layout, &["cosign"], None, &[]).await;
    listed.push(entry(&cosign, kind));
    write_index(path, &listed);
    assert_eq!(resolve().await.unwrap().digest, *index.digest());
    client.tag(&all, &names(&["named"])).await.unwrap();
    assert_eq!(resolve().await.unwrap().digest, *index.digest());
    // A forgotten name is not deleted.
    let error = client.delete(&all, DeleteOptions::default()).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidReference);
    assert!(error.message().contains("names neither a tag nor a digest"), "{error}");
    let other = push(&layout, &["other"], None, &["other"]).await;
    let error = resolve().await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidReference);
    for part in ["names 2 manifests", "named", "other", other.digest().as_str()] {
        assert!(error.message().contains(part), "{part}: {error}");
    }
    let empty = tempfile::tempdir().unwrap();
    write_index(path, &[]);
    for path in [path, empty.path()] {
        assert!(client.resolve(&at(path, ""), ResolveOptions::default()).await.is_err());
    }
    write_index(path, &[json!(other.plain_descriptor())]);
    let report = client.delete(&all, DeleteOptions::default()).await.unwrap();
    assert_eq!(report.deleted.len(), 1);
    assert!(!file_of(path, other.digest()).exists());
    // The name can be in any entry, and in either annotation.
    let other = push(&layout, &["other"], None, &[]).await;
    for name in [NAME, "io.containerd.image.name"] {
        let named = entry(&other, json!({ name: "docker.io/library/other:1.0" }));
        for listed in [vec![json!(other.plain_descriptor()), named.clone()], vec![named.clone()]] {
            write_index(path, &listed);
            let error = client.delete(&all, DeleteOptions::default()).await.unwrap_err();
            assert_eq!(error.code(), Code::InvalidReference, "{listed:?}");
        }
    }
}

#[tokio::test]
async fn a_copy_needs_no_child_that_the_destination_has() {
    let (source, destination) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let layout = Layout::open(source.path());
    let [one, two] = [
        push(&layout, &["config", "one"], None, &[]).await,
        push(&layout, &["config", "two"], None, &[]).await,
    ];
    let index = index_of(&[&one, &two]);
    layout.push_manifest(&index, &[]).await.unwrap();
    write_index(source.path(), &[entry(&index, json!({ NAME: "v1" }))]);
    let (from, to) = (at(source.path(), ":v1"), at(destination.path(), ":v1"));
    let client = Client::new();
    let copy = async |to: &Reference, recursive| {
        let options = CopyOptions::default().recursive(recursive);
        client.copy(&from, to, options).await
    };
    copy(&to, false).await.unwrap();
    fs::remove_file(file_of(source.path(), two.digest())).unwrap();
    for recursive in [false, true] {
        copy(&to, recursive).await.unwrap();
        let empty = tempfile::tempdir().unwrap();
        let error = copy(&at(empty.path(), ":v1"), recursive).await.unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
    }
}

#[tokio::test]
async fn a_platform_decides_between_two_manifests_of_one_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let layout = Layout::open(path);
    let image = async |text: &str| push(&layout, &["config", text], None, &[]).await;
    let (amd64, arm64) = (image("amd64").await, image("arm64").await);
    let for_platform = |manifest: &Manifest, annotations: Value| {
        let mut entry = entry(manifest, annotations);
        let architecture = if manifest.digest() == amd64.digest() { "amd64" } else { "arm64" };
        entry["platform"] = json!({ "os": "linux", "architecture": architecture });
        entry
    };
    let client = Client::new();
    for (name, annotations) in [(":v1", json!({ NAME: "v1" })), ("", json!({ "x": "y" }))] {
        let both = [&amd64, &arm64].map(|image| for_platform(image, annotations.clone()));
        write_index(path, &both);
        let reference = at(path, name);
        for (platform, image) in [("linux/amd64", &amd64), ("linux/arm64", &arm64)] {
            let options = ResolveOptions::for_platform(Some(platform.parse().unwrap()));
            let resolved = client.resolve(&reference, options).await.unwrap();
            assert_eq!(resolved.digest, *image.digest());
            let target = tempfile::tempdir().unwrap();
            let options = PullOptions::default().platform(platform.parse().unwrap());
            client.pull(&reference, options.output(target.path())).await.unwrap();
            let copied = tempfile::tempdir().unwrap();
            let options = CopyOptions::default().platform(platform.parse().unwrap());
            let report = client.copy(&reference, &at(copied.path(), ":v1"), options).await;
            assert_eq!(report.unwrap().descriptor.digest, *image.digest());
        }
        let options = ResolveOptions::for_platform(Some("linux/s390x".parse().unwrap()));
        let error = client.resolve(&reference, options).await.unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
        let error = client.resolve(&reference, ResolveOptions::default()).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidReference);
        for part in ["linux/amd64", "linux/arm64", amd64.digest().as_str(), "--platform"] {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
        let error = client.delete(&reference, DeleteOptions::default()).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidReference);
        assert_eq!(entries(path), both);
    }
    write_index(path, &[&amd64, &arm64].map(|image| for_platform(image, json!({ NAME: "v1" }))));
    let details = client.tag_details(&at(path, "")).await.unwrap();
    let digests: Vec<_> = details.iter().map(|tag| &tag.digest).collect();
    assert_eq!(digests, [&Some(amd64.digest().clone()), &Some(arm64.digest().clone())]);
    assert_eq!(client.tags(&at(path, "")).await.unwrap(), ["v1"]);
    let name = at(path, ":v1");
    for error in [
        client.tags(&name).await.unwrap_err(),
        client.tag_details(&name).await.unwrap_err(),
        client.manifests(&name).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), Code::InvalidReference);
    }
    // A delete of one image leaves the name to the other.
    let one = at(path, &format!("@{}", arm64.digest()));
    assert_eq!(client.delete(&one, DeleteOptions::default()).await.unwrap().deleted.len(), 1);
    assert_eq!(
        client.resolve(&at(path, ":v1"), ResolveOptions::default()).await.unwrap().digest,
        *amd64.digest()
    );
    let arm64 = image("arm64").await;
    for untag in [true, false] {
        write_index(
            path,
            &[&amd64, &arm64].map(|image| for_platform(image, json!({ NAME: "v1" }))),
        );
        if untag {
            client.untag(&at(path, ":v1"), UntagOptions::default()).await.unwrap();
        } else {
            let last = arm64.descriptor();
            layout.tag(&last, &names(&["v1"])).await.unwrap();
            let resolved = client.resolve(&at(path, ":v1"), ResolveOptions::default()).await;
            assert_eq!(resolved.unwrap().digest, *arm64.digest());
        }
        let left = entries(path);
        assert_eq!(left.len(), 2);
        assert!(left[0]["annotations"].get(NAME).is_none(), "{left:?}");
        assert_eq!(left[1]["annotations"].get(NAME).is_none(), untag, "{left:?}");
        assert!(left.iter().all(|entry| entry["platform"]["os"] == "linux"), "{left:?}");
    }
}
