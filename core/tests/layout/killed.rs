//! Processes killed in the middle of a write: the layout stays valid, and the next writer removes
//! the leftovers.
//!
//! The process is this test program, which runs only the writer when an environment variable is
//! set.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use ocigraph::{Algorithm, Layout, Manifest, ReadStore, TagOrDigest};

use crate::support::*;

const LAYOUT: &str = "OCIGRAPH_TEST_LAYOUT";
const WORK: &str = "OCIGRAPH_TEST_WORK";
const REFERRERS: usize = 40;

/// Starts the writer, and kills it `delay` after it has started to write.
fn write_and_be_killed(path: &Path, work: &str, delay: Duration) {
    let mut writer = Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::the_writer", "--ignored", "--nocapture"])
        .env(LAYOUT, path)
        .env(WORK, work)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_start(&mut writer);
    thread::sleep(delay);
    let _ = writer.kill();
    writer.wait().unwrap();
}

fn wait_for_start(writer: &mut Child) {
    let output = BufReader::new(writer.stdout.take().unwrap());
    assert!(
        output.lines().any(|line| line.unwrap().contains("started")),
        "the writer did not start"
    );
}

#[tokio::test]
#[ignore = "the process that the other tests kill"]
async fn the_writer() {
    let (Ok(path), Ok(work)) = (env::var(LAYOUT), env::var(WORK)) else { return };
    let image = manifest(&["image"], None);
    io::stdout().write_all(b"started\n").unwrap();
    if work == "push" {
        for i in 0..REFERRERS {
            let text = format!("{i}").repeat(100_000);
            push(&Layout::open(&path), &["shared", &text], Some(&image), &["latest"]).await;
        }
    } else {
        for referrer in Layout::open(&path).referrers(image.digest(), None).await.unwrap().entries {
            let name = TagOrDigest::Digest(referrer.digest);
            let layout = Layout::open(&path);
            let manifest = layout.fetch_manifest(&name).await.unwrap();
            delete_all(&layout, &[&manifest]).await;
        }
    }
}

#[tokio::test]
async fn a_killed_push_leaves_a_valid_layout() {
    for round in 0..25 {
        let dir = tempfile::tempdir().unwrap();
        write_and_be_killed(dir.path(), "push", Duration::from_micros(400 * round));
        let layout = Layout::open(dir.path());
        push(&layout, &["next"], None, &["next"]).await;
        assert_whole(dir.path());
        assert_eq!(leftovers(dir.path()), Vec::<String>::new());
        assert!(layout.tags().await.unwrap().entries.contains(&"next".to_owned()));
    }
}

#[tokio::test]
async fn a_killed_delete_leaves_a_valid_layout() {
    let image = manifest(&["image"], None);
    for round in 0..25 {
        let dir = tempfile::tempdir().unwrap();
        for i in 0..REFERRERS {
            let text = format!("{i}");
            push(&Layout::open(dir.path()), &["shared", &text], Some(&image), &[]).await;
        }
        write_and_be_killed(dir.path(), "delete", Duration::from_micros(1_500 * round));
        assert_whole(dir.path());
        push(&Layout::open(dir.path()), &["next"], None, &["next"]).await;
        assert_exact(dir.path());
    }
}

#[tokio::test]
async fn leftovers_of_every_step_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let own = path.join(".ocigraph");
    let kept: Manifest = push(&Layout::open(path), &["kept"], None, &["kept"]).await;
    // A blob that was noted as garbage and not removed; a note of content that is still in use; an
    // incomplete blob and an incomplete index.
    let litter = Algorithm::Sha256.digest(b"litter");
    fs::write(file_of(path, &litter), "litter").unwrap();
    let note = format!("{litter}\n{}\n{}\nno digest\n", kept.digest(), blob("kept").digest);
    fs::write(own.join("garbage"), note).unwrap();
    fs::write(own.join("blob-abandoned"), "half").unwrap();
    fs::write(own.join("new-abandoned"), "{").unwrap();
    push(&Layout::open(path), &["next"], None, &["next"]).await;
    assert_exact(path);

    // A layout whose creation was interrupted: without its index, or without the file oci-layout.
    for last in ["index.json", "oci-layout"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        push(&Layout::open(path), &["next"], None, &["next"]).await;
        fs::remove_file(path.join("oci-layout")).unwrap();
        let _ = fs::remove_file(path.join(last));
        assert!(Layout::open(path).tags().await.is_err());
        push(&Layout::open(path), &["next"], None, &["next"]).await;
        assert_eq!(Layout::open(path).tags().await.unwrap().entries, ["next"]);
        assert_exact(path);
    }
}
