//! Uploads: blobs that arrive in parts, hard links between layouts, and leases that end with time.

use std::{fs, path::Path, time::Duration};

use futures::{StreamExt, stream};
use ocigraph::{
    Algorithm, ByteStream, Bytes, Code, Error, Layout, Limits, ReadStore, Source, Store,
};

use crate::support::*;

async fn stream_of(text: &str) -> ByteStream {
    Bytes::from(text.to_owned()).open(0).await.unwrap()
}

fn staged(layout: &Path) -> usize {
    let names = fs::read_dir(layout.join(".ocigraph")).unwrap().flatten();
    names.filter(|entry| entry.file_name().to_string_lossy().starts_with("blob-")).count()
}

#[tokio::test]
async fn an_upload_in_parts_becomes_a_blob_under_the_digest_of_either_algorithm() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    for (algorithm, is_expected) in
        [(Algorithm::Sha256, false), (Algorithm::Sha512, false), (Algorithm::Sha512, true)]
    {
        let upload = layout.start_upload().await.unwrap();
        if is_expected {
            upload.expect(algorithm).await.unwrap();
        }
        assert_eq!(upload.append(0, stream_of("first ").await).await.unwrap(), 6);
        assert_eq!(upload.append(6, stream_of("").await).await.unwrap(), 6);
        assert_eq!(upload.append(6, stream_of("second").await).await.unwrap(), 12);
        assert_eq!(upload.size(), 12);
        let digest = algorithm.digest(b"first second");
        let blob = upload.finish(&digest).await.unwrap();
        assert_eq!((blob.size, &blob.digest), (12, &digest));
        assert!(layout.has_blob(&blob).await.unwrap());
        assert_eq!(staged(dir.path()), 0);
        let ended = upload.append(12, stream_of("more").await).await.unwrap_err();
        assert_eq!(ended.code(), Code::NotFound);
    }
}

#[tokio::test]
async fn a_part_in_the_wrong_place_is_refused_and_a_broken_one_can_be_continued() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let upload = layout.start_upload().await.unwrap();
    let refused = upload.append(3, stream_of("late").await).await.unwrap_err();
    assert_eq!(refused.code(), Code::Conflict);
    let broken = || Err(Error::new(Code::Network, "the connection broke"));
    let large = vec![7; 3 << 20];
    let parts = large.chunks(1 << 20).map(|part| Ok(Bytes::copy_from_slice(part)));
    let content = stream::iter(parts.chain([broken()]).collect::<Vec<_>>()).boxed();
    let failed = upload.append(0, content).await.unwrap_err();
    assert_eq!(failed.code(), Code::Network);
    let arrived = upload.size();
    assert!(arrived > 0, "nothing of the broken part was kept");
    let rest = Bytes::from(large.clone()).slice(arrived as usize..);
    upload.append(arrived, rest.open(0).await.unwrap()).await.unwrap();
    upload.finish(&Algorithm::Sha256.digest(&large)).await.unwrap();
}

#[tokio::test]
async fn content_with_another_digest_is_removed_and_so_is_a_dropped_upload() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let upload = layout.start_upload().await.unwrap();
    upload.append(0, stream_of("some").await).await.unwrap();
    assert_eq!(staged(dir.path()), 1);
    let wrong = upload.finish(&Algorithm::Sha256.digest(b"other")).await.unwrap_err();
    assert_eq!(wrong.code(), Code::DigestMismatch);
    assert_eq!(staged(dir.path()), 0);
    drop(layout.start_upload().await.unwrap());
    assert_eq!(staged(dir.path()), 0);
}

#[tokio::test]
async fn a_delete_through_another_handle_leaves_an_upload() {
    let dir = tempfile::tempdir().unwrap();
    let (layout, other) = (Layout::open(dir.path()), Layout::open(dir.path()));
    let image = push(&other, &["image"], None, &["v1"]).await;
    let upload = layout.start_upload().await.unwrap();
    upload.append(0, stream_of("half ").await).await.unwrap();
    // Without other leases of this handle, the upload alone keeps a collector away.
    delete(&other, &[&image]).await[0].clone().unwrap();
    push(&other, &["next"], None, &["v2"]).await;
    assert_eq!(staged(dir.path()), 1);
    upload.append(5, stream_of("done").await).await.unwrap();
    let blob = upload.finish(&Algorithm::Sha256.digest(b"half done")).await.unwrap();
    assert!(layout.has_blob(&blob).await.unwrap());
}

#[tokio::test]
async fn a_file_of_a_killed_upload_is_removed_by_a_later_write() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    push(&layout, &["image"], None, &["v1"]).await;
    fs::write(dir.path().join(".ocigraph/blob-0123456789abcdef"), "half").unwrap();
    push(&Layout::open(dir.path()), &["next"], None, &["v2"]).await;
    assert_eq!(staged(dir.path()), 0);
}

#[tokio::test]
async fn a_blob_that_waits_too_long_for_its_manifest_is_released() {
    let dir = tempfile::tempdir().unwrap();
    let (layout, other) = (Layout::open(dir.path()), Layout::open(dir.path()));
    let image = push(&other, &["image"], None, &["v1"]).await;
    assert!(layout.has_blob(&blob("image")).await.unwrap());
    delete(&other, &[&image]).await[0].clone().unwrap();
    layout.release_unused_blobs(Duration::from_secs(3600)).await.unwrap();
    assert!(dir.path().join("blobs/sha256").join(blob("image").digest.encoded()).exists());
    layout.release_unused_blobs(Duration::ZERO).await.unwrap();
    assert!(!dir.path().join("blobs/sha256").join(blob("image").digest.encoded()).exists());
}

#[tokio::test]
async fn the_end_of_an_upload_that_failed_can_be_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    layout.push_blob(&blob("first"), source("first")).await.unwrap();
    let upload = layout.start_upload().await.unwrap();
    upload.append(0, stream_of("second").await).await.unwrap();
    let (folder, away) = (dir.path().join("blobs/sha256"), dir.path().join("blobs/away"));
    fs::rename(&folder, &away).unwrap();
    fs::write(&folder, "not a folder").unwrap();
    upload.finish(&blob("second").digest).await.unwrap_err();
    fs::remove_file(&folder).unwrap();
    fs::rename(&away, &folder).unwrap();
    let last = upload.receive(6, stream_of("").await).await.unwrap();
    upload.finish_with(last, &blob("second").digest).await.unwrap();
    assert_eq!(read(&layout, &blob("second")).await.unwrap(), b"second");
}

#[tokio::test]
async fn an_uploaded_blob_whose_manifest_does_not_come_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let (layout, other) = (Layout::open(dir.path().join("a")), Layout::open(dir.path().join("b")));
    let exists = |text: &str| file_of(&dir.path().join("a"), &blob(text).digest).exists();
    other.push_blob(&blob("linked"), source("linked")).await.unwrap();
    // A user who pushes a blob by itself may need it without a manifest, also if a client uploads it too.
    layout.push_blob(&blob("pushed"), source("pushed")).await.unwrap();
    for text in ["needed", "unneeded", "pushed"] {
        let upload = layout.start_upload().await.unwrap();
        upload.append(0, stream_of(text).await).await.unwrap();
        upload.finish(&blob(text).digest).await.unwrap();
    }
    assert!(layout.link_blob(&blob("linked"), &other).await.unwrap());
    assert!(layout.has_blob(&blob("needed")).await.unwrap());
    layout.push_manifest(&manifest(&["needed"], None), &names(&["v1"])).await.unwrap();
    // A push can take longer than a blob is protected, and its manifest comes last.
    layout.release_unused_blobs(Duration::ZERO).await.unwrap();
    layout.remove_unused_uploads(Duration::from_secs(3600)).await.unwrap();
    assert!(exists("unneeded") && exists("linked") && layout.awaits_manifests());
    assert!(layout.has_blob(&blob("linked")).await.unwrap());
    layout.remove_unused_uploads(Duration::ZERO).await.unwrap();
    assert!(!exists("unneeded"));
    assert!(exists("linked"), "a client has found it");
    layout.release_unused_blobs(Duration::ZERO).await.unwrap();
    layout.remove_unused_uploads(Duration::ZERO).await.unwrap();
    assert!(!exists("linked") && !layout.awaits_manifests());
    assert!(exists("needed") && exists("pushed"));
    assert!(other.has_blob(&blob("linked")).await.unwrap());
}

#[tokio::test]
async fn a_blob_that_several_clients_wait_with_stays_until_the_last_has_its_manifest() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    layout.push_blob(&blob("image"), source("image")).await.unwrap();
    assert!(layout.has_blob(&blob("image")).await.unwrap());
    // The first client names it twice.
    let first = manifest(&["image", "image"], None);
    layout.push_manifest(&first, &names(&["v1"])).await.unwrap();
    delete_all(&layout, &[&first]).await;
    layout.push_manifest(&manifest(&["image"], None), &names(&["v2"])).await.unwrap();
    assert_eq!(read(&layout, &blob("image")).await.unwrap(), b"image");
}

#[tokio::test]
async fn a_blob_is_linked_to_another_layout_and_verified_when_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (Layout::open(dir.path().join("a")), Layout::open(dir.path().join("b")));
    from.push_blob(&blob("shared"), source("shared")).await.unwrap();
    assert!(!to.link_blob(&blob("missing"), &from).await.unwrap());
    assert!(to.link_blob(&blob("shared"), &from).await.unwrap());
    assert!(to.link_blob(&blob("shared"), &from).await.unwrap());
    let path = dir.path().join("b/blobs/sha256").join(blob("shared").digest.encoded());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::nlink(&path.metadata().unwrap()), 2);
    fs::write(&path, "broken").unwrap();
    let content = from.fetch_blob(&blob("shared"), 0).await;
    let Err(changed) = content.map(drop) else { panic!("changed content was returned") };
    assert_eq!(changed.code(), Code::DigestMismatch);
}

#[tokio::test]
async fn a_layout_in_a_tree_is_created_beside_others() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    let inner = Layout::in_tree(dir.path().join("a/b"), &limits);
    push(&inner, &["inner"], None, &["v1"]).await;
    let refused = Layout::open(dir.path().join("a")).push_blob(&blob("x"), source("x")).await;
    assert_eq!(refused.unwrap_err().code(), Code::AlreadyExists);
    push(&Layout::in_tree(dir.path().join("a"), &limits), &["outer"], None, &["v1"]).await;
    push(&inner, &["again"], None, &["v2"]).await;
    fs::create_dir(dir.path().join("c")).unwrap();
    fs::write(dir.path().join("c/notes.txt"), "mine").unwrap();
    let refused =
        Layout::in_tree(dir.path().join("c"), &limits).push_blob(&blob("x"), source("x")).await;
    assert_eq!(refused.unwrap_err().code(), Code::AlreadyExists);
}

#[cfg(unix)]
#[tokio::test]
async fn a_linked_blob_that_was_verified_is_read_in_parts_without_reading_all_again() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (Layout::open(dir.path().join("a")), Layout::open(dir.path().join("b")));
    let content = "0123456789".repeat(200_000);
    from.push_blob(&blob(&content), source(&content)).await.unwrap();
    assert!(to.link_blob(&blob(&content), &from).await.unwrap());
    let path = dir.path().join("b/blobs/sha256").join(blob(&content).digest.encoded());
    // An age at which the time of the file can be relied on.
    let old = std::time::SystemTime::now() - Duration::from_secs(60);
    let set_time =
        || fs::File::options().append(true).open(&path).unwrap().set_modified(old).unwrap();
    set_time();
    let last = async || {
        let mut content = to.fetch_blob(&blob(&content), 1_999_990).await?;
        let mut read = Vec::new();
        while let Some(chunk) = content.next().await {
            read.extend_from_slice(&chunk?);
        }
        Ok::<_, Error>(read)
    };
    assert_eq!(last().await.unwrap(), b"0123456789");
    // A change that no metadata shows, in a part that is not read: the whole is not read again.
    let mut changed = content.clone().into_bytes();
    changed[0] = b'x';
    fs::write(&path, &changed).unwrap();
    set_time();
    assert_eq!(last().await.unwrap(), b"0123456789");
    // Each part that is read is verified.
    changed[1_999_999] = b'x';
    fs::write(&path, &changed).unwrap();
    set_time();
    assert_eq!(last().await.unwrap_err().code(), Code::DigestMismatch);
    // A change of the metadata makes it read the whole.
    changed[1_999_999] = b'9';
    fs::write(&path, &changed).unwrap();
    assert_eq!(last().await.unwrap_err().code(), Code::DigestMismatch);
}
