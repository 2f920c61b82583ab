//! Several writers at once, in one handle and in many.

use std::{path::Path, thread};

use ocigraph::{Layout, ReadStore};

use crate::support::*;

const EACH: usize = 50;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

#[test]
fn two_handles_push_and_no_entry_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("made/by/both");
    let image = manifest(&["image"], None);
    thread::scope(|scope| {
        for half in 0..2 {
            let (path, image) = (&path, &image);
            scope.spawn(move || {
                run(async {
                    let layout = Layout::open(path);
                    for i in 0..EACH {
                        push(&layout, &["same", &format!("{half}/{i}")], Some(image), &[]).await;
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
async fn one_handle_pushes_many_at_once() {
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
    assert_eq!(entries(dir.path()).len(), 2 * EACH + 1, "the last has two");
    assert_exact(dir.path());
}

#[test]
fn pushes_and_deletes_of_the_same_blobs_get_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let repeat = |name: &'static str, path: &Path, keep: bool| {
        let path = path.to_path_buf();
        move || {
            run(async {
                for i in 0..EACH {
                    // As separate processes would: each with a handle of its own.
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
