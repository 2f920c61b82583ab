//! Pushing and tagging: the files that are written, and what is refused.

use std::{
    fs,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use ocigraph::{
    Algorithm, ByteStream, Code, Descriptor, Layout, Outcome, ReadStore, Result, Source, Store,
};
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn a_new_layout_is_valid_after_its_first_blob() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new/layout");
    let layout = Layout::open(&path);
    assert_eq!(layout.push_blob(&blob("x"), source("x")).await.unwrap(), Outcome::Uploaded);
    assert_eq!(layout.push_blob(&blob("x"), source("x")).await.unwrap(), Outcome::AlreadyExists);
    assert_eq!(
        fs::read_to_string(path.join("oci-layout")).unwrap(),
        r#"{"imageLayoutVersion":"1.0.0"}"#
    );
    let index = fs::read_to_string(path.join("index.json")).unwrap();
    assert_eq!(index, format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[]}}"#));
    assert_eq!(layout.tags().await.unwrap().entries, Vec::<String>::new());
}

#[tokio::test]
async fn a_directory_with_other_files_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
    let error = Layout::open(dir.path()).push_blob(&blob("x"), source("x")).await.unwrap_err();
    assert_eq!(error.code(), Code::AlreadyExists);
    let file = dir.path().join("thesis.txt");
    let error = Layout::open(&file).push_blob(&blob("x"), source("x")).await.unwrap_err();
    assert!(error.message().contains("thesis.txt"), "{error}");
    assert_eq!(files_below(dir.path()).len(), 1);
}

#[tokio::test]
async fn a_version_that_changes_is_seen_by_a_handle_that_has_checked_it() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    layout.push_blob(&blob("first"), source("first")).await.unwrap();
    let marker = dir.path().join("oci-layout");
    // So old that a later write must give the file another time.
    let file = fs::File::options().write(true).open(&marker).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    layout.push_blob(&blob("second"), source("second")).await.unwrap();
    layout.push_blob(&blob("third"), source("third")).await.unwrap();
    fs::write(&marker, r#"{"imageLayoutVersion":"2.0.0"}"#).unwrap();
    let refused = layout.push_blob(&blob("fourth"), source("fourth")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unsupported);
    fs::remove_file(&marker).unwrap();
    layout.push_blob(&blob("fifth"), source("fifth")).await.unwrap();
    assert!(marker.exists());
}

#[tokio::test]
async fn a_manifest_with_missing_content_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = manifest(&["config", "layer"], None);
    let tags = names(&["v1"]);
    layout.push_blob(&blob("config"), source("config")).await.unwrap();
    let error = layout.push_manifest(&image, &tags).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert!(error.message().contains(blob("layer").digest.as_str()), "{error}");
    let error = layout.push_manifest(&index_of(&[&image]), &tags).await.unwrap_err();
    assert!(error.message().contains(image.digest().as_str()), "{error}");
    layout.push_blob(&blob("layer"), source("layer")).await.unwrap();
    layout.push_manifest(&image, &tags).await.unwrap();
    assert_eq!(layout.resolve(&tag("v1")).await.unwrap(), image.descriptor());
    // A missing subject and a missing foreign layer are allowed.
    let absent = manifest(&["absent"], None);
    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    let body = json!({
        "schemaVersion": 2,
        "mediaType": image.media_type(),
        "config": blob("config"),
        "layers": [Descriptor::of(foreign, b"windows")],
        "subject": absent.plain_descriptor(),
    });
    layout.push_manifest(&parse(&body), &[]).await.unwrap();
    assert_eq!(layout.referrers(absent.digest(), None).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn wrong_content_is_not_stored() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path().join("l"));
    let content = blob("content");
    for (wrong, code) in [
        ("CONTENT", Code::DigestMismatch),
        ("content and more", Code::SizeMismatch),
        ("con", Code::SizeMismatch),
        ("", Code::SizeMismatch),
    ] {
        assert_eq!(layout.push_blob(&content, source(wrong)).await.unwrap_err().code(), code);
    }
    assert!(!layout.has_blob(&content).await.unwrap());
    assert!(files_below(&dir.path().join("l/blobs")).is_empty());
    assert!(leftovers(&dir.path().join("l")).is_empty());
}

#[tokio::test]
async fn an_incomplete_blob_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    push(&layout, &["complete"], None, &["v1"]).await;
    let complete = blob("complete");
    fs::write(file_of(dir.path(), &complete.digest), "comp").unwrap();
    assert!(!layout.has_blob(&complete).await.unwrap());
    assert_eq!(read(&layout, &complete).await.unwrap_err().code(), Code::SizeMismatch);
    assert_eq!(layout.push_blob(&complete, source("complete")).await.unwrap(), Outcome::Uploaded);
    assert_eq!(read(&layout, &complete).await.unwrap(), b"complete");
}

#[tokio::test]
async fn a_large_sha512_blob_is_read_from_any_offset() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let content: Bytes = (0..3_000_000_u32).map(|i| (i / 7) as u8).collect::<Vec<_>>().into();
    let digest = Algorithm::Sha512.digest(&content);
    let large = Descriptor::new("x/y", digest, content.len() as u64);
    layout.push_blob(&large, Arc::new(content.clone())).await.unwrap();
    assert_eq!(read(&layout, &large).await.unwrap(), content);
    for offset in [1_u64, 524_288, 2_999_999, 3_000_000] {
        let chunks: Vec<_> = layout.fetch_blob(&large, offset).await.unwrap().collect().await;
        let rest: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.unwrap()).collect();
        assert_eq!(rest, content[offset as usize..]);
    }
    let error = layout.fetch_blob(&blob("unknown"), 0).await.map(|_| ()).unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

/// Yields chunks larger than one write, and then never ends.
#[derive(Debug)]
struct Stuck;

#[async_trait::async_trait]
impl Source for Stuck {
    async fn open(&self, _: u64) -> Result<ByteStream> {
        let chunks = (0..3).map(|_| Ok(Bytes::from(vec![0; 600_000])));
        Ok(futures::stream::iter(chunks).chain(futures::stream::pending()).boxed())
    }
}

#[tokio::test]
async fn a_dropped_push_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let large = Descriptor::of("x/y", &vec![0; 2_000_000]);
    let mut stuck = layout.push_blob(&large, Arc::new(Stuck));
    while leftovers(dir.path()).is_empty() {
        assert!((&mut stuck).now_or_never().is_none());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut stuck).await.is_err());
    drop(stuck);
    // A write on another thread ends by itself.
    let gone = async {
        while !leftovers(dir.path()).is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("a file is left");
    assert!(files_below(&dir.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn a_manifest_stays_listed_when_its_tag_moves() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let one = push(&layout, &["one"], None, &["v1", "latest"]).await;
    let two = push(&layout, &["two"], None, &["v2", "latest"]).await;
    let three = push(&layout, &["three"], None, &["v2"]).await;
    assert_eq!(layout.tags().await.unwrap().entries, ["v1", "latest", "v2"]);
    assert_eq!(layout.resolve(&tag("latest")).await.unwrap().digest, *two.digest());
    layout.tag(&one.descriptor(), &names(&["latest"])).await.unwrap();
    let untagged = layout.list_untagged().await.unwrap();
    assert_eq!(untagged.iter().map(|d| &d.digest).collect::<Vec<_>>(), [two.digest()]);
    assert_eq!(layout.untag("latest").await.map_err(|e| e.code()), Ok(()));
    assert_eq!(layout.untag("latest").await.map_err(|e| e.code()), Err(Code::NotFound));
    assert_eq!(entries(dir.path()).len(), 3, "expected one entry for each manifest");
    assert_eq!(layout.resolve(&tag("v2")).await.unwrap().digest, *three.digest());
    let unknown = manifest(&["unknown"], None).descriptor();
    let error = layout.tag(&unknown, &names(&["v3"])).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    let error = layout.tag(&one.descriptor(), &names(&["no tag"])).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidReference);
}

#[tokio::test]
async fn unknown_fields_of_the_index_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &[]).await;
    let mut entry = json!(image.plain_descriptor());
    entry["platform"] = json!({ "architecture": "amd64", "os": "windows", "x-more": true });
    entry["x-entry"] = json!([1]);
    entry["annotations"] = json!({ "mine": "kept", "org.opencontainers.image.ref.name": "v1" });
    let index = json!({ "x-first": null, "schemaVersion": 2, "manifests": [&entry], "z": {"a":1} });
    fs::write(dir.path().join("index.json"), index.to_string()).unwrap();
    layout.tag(&image.descriptor(), &names(&["v2"])).await.unwrap();
    layout.untag("v1").await.unwrap();
    let text = fs::read_to_string(dir.path().join("index.json")).unwrap();
    assert!(text.starts_with(r#"{"x-first":null,"schemaVersion":2,"manifests":["#), "{text}");
    assert!(text.ends_with(r#""z":{"a":1}}"#), "{text}");
    entry["annotations"]["org.opencontainers.image.ref.name"] = json!("v2");
    assert_eq!(entries(dir.path()), [entry]);
    // Go writes an empty list as null.
    fs::write(dir.path().join("index.json"), r#"{"schemaVersion":2,"manifests":null}"#).unwrap();
    assert!(layout.tags().await.unwrap().entries.is_empty());
    layout.push_manifest(&image, &names(&["v1"])).await.unwrap();
    assert_eq!(layout.tags().await.unwrap().entries, ["v1"]);
}

#[tokio::test]
async fn a_failed_write_names_the_path_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    push(&layout, &["image"], None, &["v1"]).await;
    fs::write(dir.path().join("blobs/sha512"), "in the way").unwrap();
    let large = Descriptor::new("x/y", Algorithm::Sha512.digest(b"x"), 1);
    let error = layout.push_blob(&large, source("x")).await.unwrap_err();
    assert_eq!(error.code(), Code::Io);
    assert!(error.message().contains("blobs/sha512"), "{error}");
    assert!(leftovers(dir.path()).is_empty());
    assert_whole(dir.path());
}
