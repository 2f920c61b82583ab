//! Reading layouts: those of other tools, damaged ones, and directories that are not layouts.

use std::fs;

use ocigraph::{Algorithm, Code, Digest, Layout, Limits, ReadStore, Store, TagOrDigest};
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn a_path_that_is_not_a_layout_is_an_error_and_nothing_is_created() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Layout::open(dir.path().join("missing"));
    let error = missing.tags().await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert!(error.message().contains("there is no image layout at"), "{error}");
    assert!(!missing.has_blob(&blob("x")).await.unwrap());
    let error = Layout::open(dir.path()).tags().await.unwrap_err();
    assert!(error.message().contains("has no file oci-layout"), "{error}");
    assert!(files_below(dir.path()).is_empty());
    for (marker, index, code) in [
        (r#"{"imageLayoutVersion":"2.0.0"}"#, "{}", Code::Unsupported),
        ("{}", "{}", Code::InvalidManifest),
        (r#"{"imageLayoutVersion":"1.0.0"}"#, "[", Code::InvalidManifest),
        (
            r#"{"imageLayoutVersion":"1.0.0"}"#,
            r#"{"manifests":{"digest":"../x"}}"#,
            Code::InvalidManifest,
        ),
    ] {
        fs::write(dir.path().join("oci-layout"), marker).unwrap();
        fs::write(dir.path().join("index.json"), index).unwrap();
        let layout = Layout::open(dir.path());
        assert_eq!(layout.tags().await.unwrap_err().code(), code);
        let pushed = layout.push_manifest(&index_of(&[]), &names(&["v1"])).await;
        assert_eq!(pushed.unwrap_err().code(), code);
        assert_eq!(fs::read_to_string(dir.path().join("index.json")).unwrap(), index);
    }
}

#[tokio::test]
async fn reading_creates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let image = push(&Layout::open(dir.path()), &["a", "b"], None, &["v1"]).await;
    fs::remove_dir_all(dir.path().join(".ocigraph")).unwrap();
    let before = files_below(dir.path());
    let layout = Layout::open(dir.path());
    assert_eq!(layout.resolve(&tag("v1")).await.unwrap(), image.descriptor());
    assert_eq!(layout.fetch_manifest(&by_digest(&image)).await.unwrap().bytes(), image.bytes());
    assert_eq!(layout.tags().await.unwrap().entries, ["v1"]);
    assert!(layout.list_untagged().await.unwrap().is_empty());
    assert!(layout.referrers(image.digest(), None).await.unwrap().entries.is_empty());
    assert!(layout.has_blob(&blob("b")).await.unwrap());
    assert_eq!(layout.describe_blob(&blob("b").digest).await.unwrap().size, 1);
    assert_eq!(read(&layout, &blob("b")).await.unwrap(), b"b");
    assert_eq!(files_below(dir.path()), before);
}

#[tokio::test]
async fn a_damaged_manifest_is_reported_and_does_not_hide_others() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &["v1"]).await;
    let damaged = push(&layout, &["damaged"], Some(&image), &["damaged"]).await;
    let missing = push(&layout, &["missing"], Some(&image), &["missing"]).await;
    let good = push(&layout, &["good"], Some(&image), &[]).await;
    let file = file_of(dir.path(), damaged.digest());
    let text = fs::read_to_string(&file).unwrap();
    for wrong in [text.replace("example", "EXAMPLE"), "not json".into()] {
        fs::write(&file, wrong).unwrap();
        let error = layout.fetch_manifest(&tag("damaged")).await.unwrap_err();
        assert_eq!(error.code(), Code::DigestMismatch);
        assert!(error.message().contains(file.to_str().unwrap()), "{error}");
    }
    fs::remove_file(file_of(dir.path(), missing.digest())).unwrap();
    assert_eq!(layout.resolve(&tag("missing")).await.unwrap_err().code(), Code::NotFound);
    let layout = Layout::open(dir.path());
    assert_eq!(layout.referrers(image.digest(), None).await.unwrap().entries, [good.descriptor()]);
}

#[tokio::test]
async fn a_manifest_larger_than_the_limit_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let image = push(&Layout::open(dir.path()), &["image"], None, &["v1"]).await;
    let length = image.bytes().len();
    let limited = |max_manifest_bytes| {
        Layout::with_limits(dir.path(), &Limits::default().max_manifest_bytes(max_manifest_bytes))
    };
    let layout = limited(length - 1);
    assert_eq!(layout.resolve(&tag("v1")).await.unwrap_err().code(), Code::TooLarge);
    let pushed = layout.push_manifest(&image, &[]).await;
    assert_eq!(pushed.unwrap_err().code(), Code::TooLarge);
    limited(length).resolve(&tag("v1")).await.unwrap();
}

#[tokio::test]
async fn referrers_are_found_through_indexes_in_the_order_of_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &["v1"]).await;
    let first = push(&layout, &["first"], Some(&image), &[]).await;
    let inner = push(&layout, &["inner"], Some(&image), &[]).await;
    let last = push(&layout, &["last"], Some(&image), &["last"]).await;
    let nested = index_of(&[&inner]);
    let outer = index_of(&[&nested]);
    layout.push_manifest(&nested, &[]).await.unwrap();
    layout.push_manifest(&outer, &names(&["all"])).await.unwrap();
    // As a multi-platform image is listed: only its outermost index.
    let listed = [&first, &outer, &last].map(|m| json!(m.plain_descriptor()));
    let index = json!({ "schemaVersion": 2, "manifests": listed });
    fs::write(dir.path().join("index.json"), index.to_string()).unwrap();
    let expected = [&first, &inner, &last].map(|m| m.descriptor());
    assert_eq!(layout.referrers(image.digest(), None).await.unwrap().entries, expected);
    let typed = layout.referrers(image.digest(), Some("test/example")).await.unwrap().entries;
    assert_eq!(typed.len(), 3);
    assert!(
        layout.referrers(image.digest(), Some("other/example")).await.unwrap().entries.is_empty()
    );
    let unknown: Digest = Algorithm::Sha256.digest(b"unknown");
    assert!(layout.referrers(&unknown, None).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn manifests_are_read_again_only_after_the_index_has_changed() {
    let dir = tempfile::tempdir().unwrap();
    let image = push(&Layout::open(dir.path()), &["image"], None, &["v1"]).await;
    let signature = push(&Layout::open(dir.path()), &["s"], Some(&image), &[]).await;
    let layout = Layout::open(dir.path());
    assert_eq!(layout.referrers(image.digest(), None).await.unwrap().entries.len(), 1);
    // A manifest that was read is not read again.
    fs::remove_file(file_of(dir.path(), signature.digest())).unwrap();
    let again = layout.referrers(image.digest(), None).await.unwrap().entries;
    assert_eq!(again, [signature.descriptor()]);
    // Another tool overwrites the index in place, with the same length and time of modification.
    let index = dir.path().join("index.json");
    let modified = fs::metadata(&index).unwrap().modified().unwrap();
    let text = fs::read_to_string(&index).unwrap();
    let other = text.replace(signature.digest().as_str(), image.digest().as_str());
    assert_eq!(text.len(), other.len());
    fs::write(&index, other).unwrap();
    fs::File::options().write(true).open(&index).unwrap().set_modified(modified).unwrap();
    assert!(layout.referrers(image.digest(), None).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn a_write_just_after_ones_own_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let index = dir.path().join("index.json");
    for number in 0..100 {
        let tag = format!("a{number:02}");
        let image = push(&layout, &[&tag], None, &[&tag]).await;
        // Another tool overwrites the index in place, with the same length.
        let text = fs::read_to_string(&index).unwrap();
        let other = text.replace(&format!("\"{tag}\""), &format!("\"b{number:02}\""));
        assert_eq!(text.len(), other.len());
        fs::write(&index, other).unwrap();
        let named = TagOrDigest::Tag(format!("b{number:02}"));
        assert_eq!(layout.resolve(&named).await.unwrap().digest, *image.digest());
        assert!(layout.resolve(&TagOrDigest::Tag(tag)).await.is_err());
    }
}
