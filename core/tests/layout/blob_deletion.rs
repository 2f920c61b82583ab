//! Deleting one blob: a layout keeps what something in it needs.

use std::fs;

use ocigraph::{Code, Error, Layout, ReadStore, Store};
use serde_json::json;

use crate::support::*;

async fn refusal(layout: &Layout, text: &str) -> Error {
    let error = layout.delete_blob(&blob(text).digest).await.unwrap_err();
    assert!(layout.has_blob(&blob(text)).await.unwrap(), "{error}");
    error
}

#[tokio::test]
async fn a_blob_that_nothing_needs_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &["v1"]).await;
    layout.push_blob(&blob("alone"), source("alone")).await.unwrap();
    layout.delete_blob(&blob("alone").digest).await.unwrap();
    assert_exact(dir.path());
    let again = layout.delete_blob(&blob("alone").digest).await.unwrap_err();
    assert_eq!(again.code(), Code::NotFound);
    // It can be pushed and named again.
    push(&layout, &["image", "alone"], Some(&image), &[]).await;
    assert_exact(dir.path());
}

#[tokio::test]
async fn a_blob_of_a_listed_manifest_stays_and_the_error_names_the_manifest() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["config", "layer"], None, &["v1"]).await;
    let child = push(&layout, &["child"], None, &[]).await;
    let all = index_of(&[&child]);
    layout.push_manifest(&all, &[]).await.unwrap();
    for text in ["config", "layer"] {
        let error = refusal(&layout, text).await;
        assert_eq!(error.code(), Code::Conflict);
        assert!(error.message().contains(image.digest().as_str()), "{error}");
    }
    let error = layout.delete_blob(image.digest()).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert!(error.message().contains("index.json lists it"), "{error}");
    // As other tools write it: the layout's index does not list the children.
    let index = json!({ "schemaVersion": 2, "manifests": [json!(all.plain_descriptor())] });
    fs::write(dir.path().join("index.json"), index.to_string()).unwrap();
    let error = layout.delete_blob(child.digest()).await.unwrap_err();
    assert!(error.message().contains(all.digest().as_str()), "{error}");
    assert_whole(dir.path());
}

#[tokio::test]
async fn a_blob_of_a_manifest_that_is_not_listed_stays() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["layer"], None, &["v1"]).await;
    let index = json!({ "schemaVersion": 2, "manifests": [] });
    fs::write(dir.path().join("index.json"), index.to_string()).unwrap();
    let error = refusal(&layout, "layer").await;
    assert_eq!(error.code(), Code::Conflict);
    assert!(error.message().contains(image.digest().as_str()), "{error}");
    // Nothing names the manifest, so it can go, and then its blob.
    layout.delete_blob(image.digest()).await.unwrap();
    layout.delete_blob(&blob("layer").digest).await.unwrap();
    assert!(files_below(&dir.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn a_blob_stays_while_a_manifest_that_may_need_it_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    layout.push_blob(&blob("alone"), source("alone")).await.unwrap();
    let damaged = push(&layout, &["damaged"], None, &["v1"]).await;
    fs::write(file_of(dir.path(), damaged.digest()), "damaged").unwrap();
    drop(layout);
    let layout = Layout::open(dir.path());
    let error = refusal(&layout, "alone").await;
    assert_eq!(error.code(), Code::DigestMismatch);
    assert!(error.message().contains("cannot be read"), "{error}");
}

#[tokio::test]
async fn a_blob_that_another_push_has_found_stays() {
    let dir = tempfile::tempdir().unwrap();
    let pusher = Layout::open(dir.path());
    pusher.push_blob(&blob("found"), source("found")).await.unwrap();
    let other = Layout::open(dir.path());
    let error = refusal(&other, "found").await;
    assert_eq!(error.code(), Code::Conflict);
    pusher.push_manifest(&manifest(&["found"], None), &names(&["v1"])).await.unwrap();
    assert_exact(dir.path());
    drop(pusher);
    assert!(refusal(&other, "found").await.message().contains("needs it"));
}

#[tokio::test]
async fn what_is_not_a_layout_is_not_changed() {
    let dir = tempfile::tempdir().unwrap();
    let error = Layout::open(dir.path().join("none")).delete_blob(&blob("x").digest).await;
    assert_eq!(error.unwrap_err().code(), Code::NotFound);
    assert!(files_below(dir.path()).is_empty());
}
