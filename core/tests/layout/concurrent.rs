//! Concurrent writers, with one handle and with many.

use std::{path::Path, thread};

use ocigraph::{Layout, ReadStore};

use crate::support::*;

const EACH: usize = 50;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

#[test]
fn concurrent_pushes_of_two_handles_lose_no_entry() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made/by/both");
    let image = manifest(&["image"], None);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (path, image) = (&path, &image);
            scope.spawn(move || {
                run(async {
                    let layout = Layout::open(path);
                    for i in 0..EACH {
                        push(&layout, &["same", &format!("{writer}/{i}")], Some(image), &[]).await;
                    }
                });
            });
        }
    });
    let referrers = run(Layout::open(&path).referrers(image.digest(), None)).unwrap().entries;
    assert_eq!(referrers.len(), 2 * EACH);
    assert_exact(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_handle_pushes_concurrently() {
    let dir = tempfile::tempdir().unwrap();
    let layout = Layout::open(dir.path());
    let pushes = (0..2 * EACH).map(|i| {
        let layout = layout.clone();
        tokio::spawn(async move {
            let name = format!("t{i}");
            push(&layout, &["same", &name], None, &[&name, "latest"]).await;
        })
    });
    for pushed in futures::future::join_all(pushes).await {
        pushed.unwrap();
    }
    assert_eq!(layout.tags().await.unwrap().entries.len(), 2 * EACH + 1);
    assert_eq!(entries(dir.path()).len(), 2 * EACH + 1, "the last manifest has two tags");
    assert_exact(dir.path());
}

#[test]
fn concurrent_pushes_and_deletes_of_shared_blobs_keep_the_layout_valid() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let repeat = |name: &'static str, path: &Path, keep: bool| {
        let path = path.to_path_buf();
        move || {
            run(async {
                for i in 0..EACH {
                    // Each step opens a handle of its own, as a separate process does.
                    let name = format!("{name}{i}");
                    let texts = ["shared", "config", name.as_str()];
                    let pushed = push(&Layout::open(&path), &texts, None, &[&name]).await;
                    if !keep || i % 2 == 0 {
                        delete_all(&Layout::open(&path), &[&pushed]).await;
                    }
                }
            });
        }
    };
    thread::scope(|scope| {
        for (name, keep) in [("a", true), ("b", false), ("c", false)] {
            scope.spawn(repeat(name, path, keep));
        }
    });
    assert_eq!(run(Layout::open(path).tags()).unwrap().entries.len(), EACH / 2);
    run(delete_all(&Layout::open(path), &[]));
    assert_exact(path);
}
