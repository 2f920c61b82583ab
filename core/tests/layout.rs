//! A layout as a store: what other tools wrote is read, and nothing half-written is named.

use std::{path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::StreamExt;
use ocigraph::{
    Algorithm, ByteStream, Code, Descriptor, Layout, Manifest, Name, Result, Source, Store,
};

fn content() -> Arc<Bytes> {
    Arc::new(Bytes::from_static(b"content"))
}

fn blob() -> Descriptor {
    Descriptor::of("text/plain", b"content")
}

fn manifest() -> Manifest {
    let body = serde_json::json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(),
        "layers": [],
    });
    Manifest::parse(body.to_string().into(), None, Algorithm::Sha256).unwrap()
}

fn files_below(path: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    entries.flatten().map(|e| if e.path().is_dir() { files_below(&e.path()) } else { 1 }).sum()
}

#[tokio::test]
async fn a_manifest_is_refused_while_its_content_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path().join("l"));
    let error = layout.push_manifest(&manifest(), &["v1".into()]).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert!(error.message().contains(blob().digest.as_str()));
    layout.push_blob(&blob(), content()).await.unwrap();
    layout.push_manifest(&manifest(), &["v1".into()]).await.unwrap();
    let found = layout.resolve(&Name::Tag("v1".into())).await.unwrap();
    assert_eq!(found.digest, *manifest().digest());
}

#[tokio::test]
async fn wrong_content_is_not_stored() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path().join("l"));
    for (wrong, code) in [
        ("CONTENT", Code::DigestMismatch),
        ("content and more", Code::SizeMismatch),
        ("con", Code::SizeMismatch),
    ] {
        let wrong = Arc::new(Bytes::from_static(wrong.as_bytes()));
        assert_eq!(layout.push_blob(&blob(), wrong).await.unwrap_err().code(), code);
    }
    assert!(!layout.has_blob(&blob()).await.unwrap());
    assert_eq!(files_below(&dir.path().join("l/blobs")), 0);
}

/// Sends one piece and then nothing.
#[derive(Debug)]
struct Stuck;

#[async_trait::async_trait]
impl Source for Stuck {
    async fn open(&self, _: u64) -> Result<ByteStream> {
        let first = futures::stream::iter([Ok(Bytes::from_static(b"con"))]);
        Ok(first.chain(futures::stream::pending()).boxed())
    }
}

#[tokio::test]
async fn a_dropped_push_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l");
    let layout = Layout::open(&path);
    let blob = blob();
    let stuck = layout.push_blob(&blob, Arc::new(Stuck));
    assert!(tokio::time::timeout(Duration::from_millis(200), stuck).await.is_err());
    assert_eq!(files_below(&path.join("blobs")), 0);
    let left = std::fs::read_dir(path.join(".ocigraph")).unwrap().flatten();
    let left: Vec<_> = left.map(|e| e.file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("blob-")), "{left:?}");
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed_by_the_next_writer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("l");
    let push = async |name: &str| {
        let layout = Layout::open(&path);
        layout.push_blob(&blob(), content()).await.unwrap();
        layout.push_manifest(&manifest(), &[name.into()]).await.unwrap();
    };
    push("v1").await;
    // Staged and never finished; taken out of the index and never unlinked.
    std::fs::write(path.join(".ocigraph/blob-left"), "half").unwrap();
    let litter = Algorithm::Sha256.digest(b"litter");
    let litter_file = path.join("blobs/sha256").join(litter.encoded());
    std::fs::write(&litter_file, "litter").unwrap();
    let note = format!("{litter}\n{}\n", blob().digest);
    std::fs::write(path.join(".ocigraph/garbage"), note).unwrap();
    push("v2").await;
    assert!(!path.join(".ocigraph/blob-left").exists());
    assert!(!litter_file.exists());
    assert!(Layout::open(&path).has_blob(&blob()).await.unwrap(), "what is needed stays");
}

#[tokio::test]
async fn reading_what_is_no_layout_is_an_error_and_creates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Layout::open(dir.path().join("missing"));
    assert_eq!(missing.tags().await.unwrap_err().code(), Code::NotFound);
    assert!(!dir.path().join("missing").exists());
    for (version, index, code) in [
        ("2.0.0", "{}", Code::Unsupported),
        ("1.0.0", "[", Code::InvalidManifest),
        ("1.0.0", r#"{"manifests":[{"digest":"../x"}]}"#, Code::InvalidManifest),
    ] {
        let marker = format!(r#"{{"imageLayoutVersion":"{version}"}}"#);
        std::fs::write(dir.path().join("oci-layout"), marker).unwrap();
        std::fs::write(dir.path().join("index.json"), index).unwrap();
        assert_eq!(Layout::open(dir.path()).tags().await.unwrap_err().code(), code);
    }
}

#[tokio::test]
async fn unknown_fields_of_the_index_survive() {
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join("index.json");
    std::fs::write(dir.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    std::fs::write(&index, r#"{"schemaVersion":2,"x-mine":[1],"manifests":null}"#).unwrap();
    let layout = Layout::open(dir.path());
    layout.push_blob(&blob(), content()).await.unwrap();
    layout.push_manifest(&manifest(), &["v1".into(), "v2".into()]).await.unwrap();
    layout.untag("v1").await.unwrap();
    assert_eq!(layout.untag("v1").await.unwrap_err().code(), Code::NotFound);
    assert_eq!(layout.tags().await.unwrap(), ["v2"]);
    let text = std::fs::read_to_string(&index).unwrap();
    assert!(text.contains(r#""x-mine":[1]"#), "{text}");
}
