//! Layouts from an untrusted source. `tests/suite/tests/layouts` checks that no operation leaves
//! such a layout or hangs; these tests check the details of each part.

use std::{
    fs, io::Write, os::unix::fs::symlink, path::Path, process::Command, sync::Arc, time::Duration,
};

use futures::TryStreamExt;
use ocigraph::{
    Algorithm, Code, Content, Descriptor, FileSource, Layout, ReadStore, Source, Store,
};
use serde_json::json;

use crate::support::*;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Creates a layout with an image that has one blob.
async fn layout() -> (tempfile::TempDir, Layout) {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path().join("layout"));
    push(&layout, &["image"], None, &["v1"]).await;
    (dir, layout)
}

#[tokio::test]
async fn a_link_or_pipe_in_place_of_a_written_file_is_refused_by_name() {
    for (name, kind) in [
        (".ocigraph", "a symbolic link, not a directory"),
        (".ocigraph/lock", "a symbolic link, not a file"),
        (".ocigraph/content", "a symbolic link, not a file"),
        (".ocigraph/lock", "a named pipe, not a file"),
        (".ocigraph/content", "a named pipe, not a file"),
        ("index.json", "a named pipe, not a file"),
        ("oci-layout", "a named pipe, not a file"),
        ("blobs", "a symbolic link, not a directory"),
        ("blobs/sha256", "a symbolic link, not a directory"),
        ("index.json", "a symbolic link to a path that does not exist, not a file"),
    ] {
        let (dir, layout) = layout().await;
        let path = layout.path().join(name);
        let outside = dir.path().join("outside");
        if kind.contains("pipe") {
            fs::remove_file(&path).unwrap();
            pipe(&path);
        } else if kind.contains("exist") {
            fs::remove_file(&path).unwrap();
            symlink(&outside, &path).unwrap();
        } else {
            fs::rename(&path, &outside).unwrap();
            symlink(&outside, &path).unwrap();
        }
        let before = files_below(&outside);
        let layout = Layout::open(layout.path());
        let new = blob("new");
        let error = match layout.push_blob(&new, source("new")).await {
            Ok(_) => layout.push_manifest(&manifest(&["new"], None), &[]).await.unwrap_err(),
            Err(e) => e,
        };
        assert_eq!(error.code(), Code::UnsafePath, "{name}: {error}");
        assert!(error.message().contains(&format!("layout/{name} is {kind}")), "{error}");
        assert_eq!(files_below(&outside), before);
        assert_eq!(leftovers(layout.path()), Vec::<String>::new());
    }
}

#[tokio::test]
async fn verify_reports_each_blob_that_is_not_a_file() {
    let (_dir, layout) = layout().await;
    let image = push(&layout, &["one", "two", "three"], None, &["v2"]).await;
    let files = ["one", "two"].map(|text| file_of(layout.path(), &blob(text).digest));
    for file in &files {
        fs::remove_file(file).unwrap();
    }
    pipe(&files[0]);
    fs::create_dir(&files[1]).unwrap();
    let reference = format!("oci:{}:v2", layout.path().display()).parse().unwrap();
    let client = ocigraph::Client::new();
    let report = client.verify(&reference, ocigraph::VerifyOptions::default()).await.unwrap();
    assert_eq!(report.problems.len(), 2, "{:?}", report.problems);
    for (file, is) in files.iter().zip(["a named pipe", "a directory"]) {
        let detail = format!("{} is {is}, not a file", file.display());
        let problem = report.problems.iter().find(|problem| problem.detail == detail);
        assert_eq!(problem.unwrap().kind.name(), "malformed");
    }
    assert_eq!(report.problems[0].path, [image.digest().clone()]);
}

#[tokio::test]
async fn garbage_collection_removes_nothing_outside_the_layout() {
    let (dir, layout) = layout().await;
    let outside = dir.path().join("outside");
    let [noted, linked] = ["noted", "linked"].map(|text| Algorithm::Sha256.digest(text.as_bytes()));
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join(linked.encoded()), "linked").unwrap();
    symlink(outside.join(linked.encoded()), file_of(layout.path(), &linked)).unwrap();
    fs::write(file_of(layout.path(), &noted), "noted").unwrap();
    // blobs/sha512 is a link to a directory outside.
    let elsewhere = Algorithm::Sha512.digest(b"elsewhere");
    fs::write(outside.join(elsewhere.encoded()), "elsewhere").unwrap();
    symlink(&outside, layout.path().join("blobs/sha512")).unwrap();
    symlink(&outside, layout.path().join(".ocigraph/blob-x")).unwrap();
    fs::create_dir(layout.path().join(".ocigraph/new-x")).unwrap();
    let note = format!("{noted}\n{linked}\n{elsewhere}\n../../outside\nsha256:../../../x\n");
    fs::write(layout.path().join(".ocigraph/garbage"), note).unwrap();
    let before = files_below(&outside);
    layout.tag(&manifest(&["image"], None).descriptor(), &names(&["v2"])).await.unwrap();
    assert!(!file_of(layout.path(), &noted).exists(), "the blob in the layout is removed");
    assert!(file_of(layout.path(), &linked).symlink_metadata().is_err(), "the link is removed");
    assert_eq!(files_below(&outside), before);
    assert_eq!(before.len(), 2);
    assert_eq!(leftovers(layout.path()), Vec::<String>::new(), "the note is removed");
}

#[tokio::test]
async fn a_linked_blob_is_verified_before_the_first_byte_is_returned() {
    let (dir, layout) = layout().await;
    let text = "0123456789".repeat(200_000);
    let large = blob(&text);
    layout.push_blob(&large, source(&text)).await.unwrap();
    let path = file_of(layout.path(), &large.digest);
    let outside = dir.path().join("outside");
    for hard in [false, true] {
        let _ = fs::remove_file(&outside);
        fs::rename(&path, &outside).unwrap();
        if hard {
            fs::hard_link(&outside, &path).unwrap();
        } else {
            symlink(&outside, &path).unwrap();
        }
        assert_eq!(read(&layout, &large).await.unwrap(), text.as_bytes());
        for offset in [0, 1, 524_287, 524_288, 524_289, 1_999_999, 2_000_000, 3_000_000] {
            let stream = layout.fetch_blob(&large, offset).await.unwrap();
            let rest: Vec<_> = stream.try_collect().await.unwrap();
            assert_eq!(rest.concat(), text.get(offset as usize..).unwrap_or("").as_bytes());
        }
        // The last byte is wrong.
        let change = |byte: &[u8]| {
            use std::os::unix::fs::FileExt;
            let file = fs::File::options().write(true).open(&outside).unwrap();
            file.write_all_at(byte, 1_999_999).unwrap();
        };
        change(b"x");
        for offset in [0, 1_000_000] {
            let Err(error) = layout.fetch_blob(&large, offset).await else {
                panic!("expected an error")
            };
            assert_eq!(error.code(), Code::DigestMismatch, "{error}");
            assert!(error.message().contains(path.to_str().unwrap()), "{error}");
        }
        change(b"9");
        // The content changes after it was verified.
        let mut stream = layout.fetch_blob(&large, 0).await.unwrap();
        change(b"x");
        let mut given = Vec::new();
        let error = loop {
            match stream.try_next().await {
                Ok(Some(chunk)) => given.extend_from_slice(&chunk),
                Ok(None) => panic!("expected an error"),
                Err(e) => break e,
            }
        };
        assert_eq!(error.code(), Code::DigestMismatch, "{error}");
        assert!(text.as_bytes().starts_with(&given));
        change(b"9");
        fs::remove_file(&path).unwrap();
        fs::rename(&outside, &path).unwrap();
    }
}

#[tokio::test]
async fn a_push_keeps_a_link_to_the_right_content_and_replaces_other_links() {
    let (dir, layout) = layout().await;
    let outside = dir.path().join("outside");
    let path = file_of(layout.path(), &blob("image").digest);
    for (content, outcome) in
        [("image", ocigraph::Outcome::AlreadyExists), ("other", ocigraph::Outcome::Uploaded)]
    {
        fs::write(&outside, content).unwrap();
        fs::remove_file(&path).unwrap();
        symlink(&outside, &path).unwrap();
        let pushed = Layout::open(layout.path()).push_blob(&blob("image"), source("image")).await;
        assert_eq!(pushed.unwrap(), outcome);
        assert_eq!(fs::read_to_string(&outside).unwrap(), content);
        assert_eq!(fs::read_to_string(&path).unwrap(), "image");
    }
    assert!(path.symlink_metadata().unwrap().is_file());
}

#[tokio::test]
async fn an_index_that_is_a_link_is_replaced_and_its_target_unchanged() {
    let (dir, layout) = layout().await;
    for name in ["index.json", "oci-layout"] {
        fs::rename(layout.path().join(name), dir.path().join(name)).unwrap();
        symlink(dir.path().join(name), layout.path().join(name)).unwrap();
    }
    let before = fs::read(dir.path().join("index.json")).unwrap();
    let layout = Layout::open(layout.path());
    assert_eq!(layout.tags().await.unwrap().entries, ["v1"]);
    push(&layout, &["new"], None, &["v2"]).await;
    assert_eq!(layout.tags().await.unwrap().entries, ["v1", "v2"]);
    assert_eq!(fs::read(dir.path().join("index.json")).unwrap(), before);
    assert!(layout.path().join("index.json").symlink_metadata().unwrap().is_file());
}

#[tokio::test]
async fn a_link_to_a_layout_may_change_its_target() {
    let (dir, layout) = layout().await;
    let link = dir.path().join("link");
    symlink(layout.path(), &link).unwrap();
    let linked = Layout::open(&link);
    push(&linked, &["linked"], None, &["v2"]).await;
    assert_eq!(layout.tags().await.unwrap().entries, ["v1", "v2"]);
    // The lease of a pushed blob keeps the handle active while the directory disappears.
    linked.push_blob(&blob("more"), source("more")).await.unwrap();
    let other = Layout::open(dir.path().join("other"));
    push(&other, &["other"], None, &["other"]).await;
    fs::remove_file(&link).unwrap();
    symlink(other.path(), &link).unwrap();
    push(&linked, &["linked again"], None, &["v3"]).await;
    assert_eq!(other.tags().await.unwrap().entries, ["other", "v3"]);
    assert_eq!(layout.tags().await.unwrap().entries, ["v1", "v2"]);
    fs::remove_dir_all(other.path()).unwrap();
    fs::create_dir(other.path()).unwrap();
    push(&linked, &["from the start"], None, &["v4"]).await;
    assert_eq!(other.tags().await.unwrap().entries, ["v4"]);
}

#[tokio::test]
async fn an_index_that_would_fill_memory_is_refused() {
    let (_dir, layout) = layout().await;
    let index = layout.path().join("index.json");
    let entry = json!({ "digest": blob("image").digest, "size": 5 }).to_string();
    let values = format!(r#"{{"manifests":[],"x":[{}0]}}"#, "0,".repeat(1_000_000));
    let entries = format!(r#"{{"manifests":[{}{entry}]}}"#, format!("{entry},").repeat(200_000));
    for content in [values, entries] {
        fs::write(&index, content).unwrap();
        let layout = Layout::open(layout.path());
        let error = layout.tags().await.unwrap_err();
        assert_eq!(error.code(), Code::TooLarge, "{error}");
        let error = layout.push_manifest(&manifest(&["image"], None), &[]).await.unwrap_err();
        assert_eq!(error.code(), Code::TooLarge, "{error}");
    }
    fs::File::create(&index).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(layout.tags().await.unwrap_err().code(), Code::TooLarge);
}

#[tokio::test]
async fn manifests_that_would_fill_memory_are_an_error_and_not_skipped() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let image = push(&layout, &["image"], None, &["v1"]).await;
    // Indexes of manifests that do not exist.
    let mut listed = vec![json!(image.plain_descriptor())];
    let mut indexes = Vec::new();
    for i in 0..12 {
        let children: Vec<_> = (0..10_000)
            .map(|n| {
                json!(Descriptor::new(
                    "x/y",
                    Algorithm::Sha256.digest(&[i, n as u8, (n >> 8) as u8]),
                    1
                ))
            })
            .collect();
        let large =
            parse(&json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": children }));
        fs::write(file_of(dir.path(), large.digest()), large.bytes()).unwrap();
        listed.push(json!(large.plain_descriptor()));
        indexes.push(large);
    }
    let index = json!({ "schemaVersion": 2, "manifests": listed });
    let index = index.to_string();
    fs::write(dir.path().join("index.json"), &index).unwrap();
    let layout = Layout::open(dir.path());
    let error = layout.referrers(image.digest(), None).await.unwrap_err();
    assert_eq!(error.code(), Code::TooLarge, "{error}");
    let error = delete(&layout, &[&image]).await.remove(0).unwrap_err();
    assert_eq!(error.code(), Code::TooLarge, "{error}");
    assert_eq!(fs::read_to_string(dir.path().join("index.json")).unwrap(), index);
    // What fills the memory can be deleted.
    delete_all(&layout, &indexes[1..].iter().collect::<Vec<_>>()).await;
    assert!(layout.referrers(image.digest(), None).await.unwrap().entries.is_empty());
    delete_all(&layout, &[&indexes[0], &image]).await;
}

#[tokio::test]
async fn an_endless_garbage_note_is_not_read() {
    let (_dir, layout) = layout().await;
    let note = layout.path().join(".ocigraph/garbage");
    fs::File::create(&note).unwrap().set_len(1 << 40).unwrap();
    let layout = Layout::open(layout.path());
    let error = layout.push_blob(&blob("new"), source("new")).await.unwrap_err();
    assert_eq!(error.code(), Code::TooLarge, "{error}");
    assert!(error.message().contains(note.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn a_source_that_is_a_named_pipe_is_refused_without_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("pipe");
    pipe(&path);
    let limit = Duration::from_secs(20);
    let opened = tokio::time::timeout(limit, FileSource::new(&path).open(0)).await.unwrap();
    let described = Content::Path(path.clone()).into_blob("x/y");
    let described = tokio::time::timeout(limit, described).await.unwrap();
    for error in [opened.err().unwrap(), described.map(drop).unwrap_err()] {
        assert_eq!(error.code(), Code::InvalidArgument, "{error}");
        assert!(error.message().ends_with("pipe is a named pipe, not a file"), "{error}");
    }
    let mut file = fs::File::create(dir.path().join("file")).unwrap();
    file.write_all(b"text").unwrap();
    let opened = Arc::new(FileSource::new(dir.path().join("file"))).open(1).await.unwrap();
    assert_eq!(opened.try_collect::<Vec<_>>().await.unwrap().concat(), b"ext");
}
