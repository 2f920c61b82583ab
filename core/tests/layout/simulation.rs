//! What a simulated registry does with a layout: deletes what is needed, and leaves the indexes of referrers to
//! its clients.

use ocigraph::{Code, Layout, ReadStore as _};
use serde_json::json;
use tempfile::tempdir;

use crate::support::*;

#[tokio::test]
async fn a_manifest_that_an_index_lists_is_deleted_and_the_index_stays() {
    let dir = tempdir().unwrap();
    let layout = Layout::open(dir.path().join("layout"));
    let child = push(&layout, &["config", "child"], None, &["v1"]).await;
    let index = index_of(&[&child]);
    ocigraph::Store::push_manifest(&layout, &index, &names(&["index"])).await.unwrap();
    assert_eq!(delete(&layout, &[&child]).await[0].as_ref().unwrap_err().code(), Code::Conflict);

    layout.delete_listed_manifest(child.digest()).await.unwrap();
    let missing = layout.resolve(&by_digest(&child)).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(layout.every_tag().await.unwrap().entries, ["index"]);
    assert_eq!(layout.resolve(&tag("index")).await.unwrap().digest, *index.digest());
    // Its children stay when the index goes.
    let again = push(&layout, &["config", "child"], None, &[]).await;
    layout.delete_listed_manifest(index.digest()).await.unwrap();
    assert_eq!(layout.resolve(&by_digest(&again)).await.unwrap().digest, *again.digest());
}

#[tokio::test]
async fn a_blob_that_a_manifest_needs_is_deleted_and_a_manifest_is_not() {
    let dir = tempdir().unwrap();
    let layout = Layout::open(dir.path().join("layout"));
    let image = push(&layout, &["config", "layer"], None, &["v1"]).await;
    layout.delete_needed_blob(&blob("layer").digest).await.unwrap();
    assert!(!layout.has_blob(&blob("layer")).await.unwrap());
    assert!(layout.has_blob(&blob("config")).await.unwrap());
    let refused = layout.delete_needed_blob(image.digest()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Conflict);
    let gone = layout.delete_needed_blob(&blob("layer").digest).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
}

#[tokio::test]
async fn indexes_of_referrers_can_be_left_to_clients() {
    let dir = tempdir().unwrap();
    let layout = Layout::open(dir.path().join("layout")).with_referrers_indexes_of_clients();
    let image = push(&layout, &["config", "image"], None, &["v1"]).await;
    let one = push(&layout, &["config", "one"], Some(&image), &[]).await;
    let fallback = format!("sha256-{}", image.digest().encoded());
    let list = parse(&json!({
        "schemaVersion": 2, "mediaType": INDEX, "manifests": [one.descriptor()],
    }));
    ocigraph::Store::push_manifest(&layout, &list, &names(&[&fallback])).await.unwrap();
    let unchanged =
        async || layout.resolve(&tag(&fallback)).await.unwrap().digest == *list.digest();
    push(&layout, &["config", "two"], Some(&image), &[]).await;
    assert!(unchanged().await, "a push changes the list of a client");
    assert_eq!(delete(&layout, &[&one]).await[0].as_ref().unwrap_err().code(), Code::Conflict);
    layout.delete_listed_manifest(one.digest()).await.unwrap();
    assert!(unchanged().await, "a delete changes the list of a client");
}
