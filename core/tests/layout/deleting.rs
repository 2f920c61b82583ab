//! Deleting: removes exactly the content that no other manifest needs.

use std::fs;

use ocigraph::{Code, Layout, ReadStore, Store};
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn a_delete_removes_what_only_the_deleted_manifests_need() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["config", "shared", "image"], None, &["v1", "latest"]).await;
    let other = push(&layout, &["config", "shared", "other"], None, &["v2"]).await;
    let signature = push(&layout, &["config", "signature"], Some(&image), &[]).await;
    delete_all(&layout, &[&signature, &image]).await;
    assert_eq!(layout.tags().await.unwrap().entries, ["v2"]);
    assert!(layout.referrers(image.digest(), None).await.unwrap().entries.is_empty());
    assert_exact(dir.path());
    assert_eq!(read(&layout, &blob("shared")).await.unwrap(), b"shared");
    // A deleted manifest can be deleted again, also together with an existing one.
    delete_all(&layout, &[&image, &other]).await;
    assert!(files_below(&dir.path().join("blobs")).is_empty());
    assert_exact(dir.path());
    let missing = Layout::open(dir.path().join("missing"));
    assert_eq!(delete(&missing, &[&image]).await.remove(0).unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_blob_that_no_manifest_ever_named_stays() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    layout.push_blob(&blob("alone"), source("alone")).await.unwrap();
    let image = push(&layout, &["image"], None, &["v1"]).await;
    delete_all(&layout, &[&image]).await;
    assert_eq!(read(&layout, &blob("alone")).await.unwrap(), b"alone");
    assert_eq!(files_below(&dir.path().join("blobs")).len(), 1);
    assert!(leftovers(dir.path()).is_empty());
}

#[tokio::test]
async fn a_manifest_that_an_index_lists_can_be_deleted_only_after_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let one = push(&layout, &["one"], None, &["one"]).await;
    let two = push(&layout, &["two"], None, &[]).await;
    let three = push(&layout, &["three"], None, &[]).await;
    let all = index_of(&[&one, &two]);
    layout.push_manifest(&all, &names(&["all"])).await.unwrap();
    // As other tools write it: the layout's index does not list the children.
    let listed = [json!(all.plain_descriptor()), json!(three.plain_descriptor())];
    let index = json!({ "schemaVersion": 2, "manifests": listed });
    fs::write(dir.path().join("index.json"), index.to_string()).unwrap();
    let results = delete(&layout, &[&three, &one]).await;
    assert!(results[0].is_ok());
    let error = results[1].as_ref().unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert!(error.message().contains(all.digest().as_str()), "{error}");
    layout.fetch_manifest(&by_digest(&one)).await.unwrap();
    assert_exact(dir.path());
    // A child that outlives its index is listed by the layout.
    delete_all(&layout, &[&all, &one]).await;
    let left = layout.list_untagged().await.unwrap();
    assert_eq!(left.iter().map(|d| &d.digest).collect::<Vec<_>>(), [two.digest()]);
    assert_exact(dir.path());
    delete_all(&layout, &[&two]).await;
    assert!(files_below(&dir.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn a_deleted_manifest_stays_while_it_is_a_blob_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let inner = push(&layout, &["inner"], None, &["inner"]).await;
    let text = std::str::from_utf8(inner.bytes()).unwrap();
    push(&layout, &["outer", text], None, &["outer"]).await;
    delete_all(&layout, &[&inner]).await;
    assert_eq!(layout.tags().await.unwrap().entries, ["outer"]);
    assert_exact(dir.path());
}

#[tokio::test]
async fn an_unreadable_manifest_keeps_all_blobs_that_it_may_need() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["shared", "image"], None, &["v1"]).await;
    let damaged = push(&layout, &["shared", "damaged"], None, &["v2"]).await;
    let file = file_of(dir.path(), damaged.digest());
    fs::write(&file, "damaged").unwrap();
    let layout = Layout::open(dir.path());
    delete_all(&layout, &[&image]).await;
    assert_eq!(layout.tags().await.unwrap().entries, ["v2"]);
    assert!(file_of(dir.path(), &blob("shared").digest).exists());
    fs::write(&file, damaged.bytes()).unwrap();
    let layout = Layout::open(dir.path());
    push(&layout, &["next"], None, &["v3"]).await;
    assert_exact(dir.path());
}

#[tokio::test]
async fn a_blob_that_a_push_has_found_is_not_removed() {
    for found_by_asking in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let image = push(&Layout::open(dir.path()), &["shared", "image"], None, &["v1"]).await;
        let pusher = Layout::open(dir.path());
        if found_by_asking {
            assert!(pusher.has_blob(&blob("shared")).await.unwrap());
        } else {
            pusher.push_blob(&blob("shared"), source("shared")).await.unwrap();
        }
        delete_all(&Layout::open(dir.path()), &[&image]).await;
        assert!(pusher.tags().await.unwrap().entries.is_empty());
        let next = manifest(&["shared"], None);
        pusher.push_manifest(&next, &names(&["next"])).await.unwrap();
        assert_exact(dir.path());
    }
}

#[tokio::test]
async fn a_handle_collects_garbage_despite_its_own_leases() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["shared", "image"], None, &["v1"]).await;
    layout.push_blob(&blob("shared"), source("shared")).await.unwrap();
    delete_all(&layout, &[&image]).await;
    assert_eq!(files_below(&dir.path().join("blobs")).len(), 1, "the leased blob stays");
    layout.push_manifest(&manifest(&["shared"], None), &[]).await.unwrap();
    assert_exact(dir.path());
}

#[tokio::test]
async fn a_blob_noted_as_garbage_stays_when_it_is_pushed_again() {
    let dir = tempfile::tempdir().unwrap();
    let image = push(&Layout::open(dir.path()), &["wanted", "image"], None, &["v1"]).await;
    let busy = Layout::open(dir.path());
    busy.push_blob(&blob("busy"), source("busy")).await.unwrap();
    // No process collects garbage while another one writes.
    delete_all(&Layout::open(dir.path()), &[&image]).await;
    assert_eq!(leftovers(dir.path()), ["garbage"]);
    assert_eq!(files_below(&dir.path().join("blobs")).len(), 4);
    let pusher = Layout::open(dir.path());
    pusher.push_blob(&blob("wanted"), source("wanted")).await.unwrap();
    drop((busy, pusher));
    delete_all(&Layout::open(dir.path()), &[]).await;
    let left = [blob("busy"), blob("wanted")].map(|b| format!("sha256/{}", b.digest.encoded()));
    assert_eq!(files_below(&dir.path().join("blobs")), left.into());
    assert!(leftovers(dir.path()).is_empty());
}
