//! What is dropped stops, however long the file that it reads.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use ocigraph::{Algorithm, Cleanup, Client, Content, File, PushOptions, Reference, digest_all};

/// Minutes of digesting; on disk it takes no room.
const LENGTH: u64 = 256 << 30;
/// What counts as stopped, on however busy a machine.
const MOMENT: Duration = Duration::from_secs(20);

/// Drops work in the middle, and waits until its threads are done.
async fn stops(work: impl Future) {
    let file_work = Cleanup::default();
    let worked = file_work.watch(work);
    assert!(tokio::time::timeout(Duration::from_millis(200), worked).await.is_err(), "it is over");
    let begun = Instant::now();
    file_work.settle(2 * MOMENT).await;
    assert!(begun.elapsed() < MOMENT, "it goes on");
}

fn long_file(dir: &Path) -> PathBuf {
    let path = dir.join("long");
    fs::File::create(&path).unwrap().set_len(LENGTH).unwrap();
    path
}

#[tokio::test]
async fn digests_stop_when_they_are_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let path = long_file(dir.path());
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        stops(digest_all(vec![path.clone(), path.clone(), path.clone()], algorithm)).await;
    }
    stops(Content::Path(path).into_blob("a/b")).await;
}

#[tokio::test]
async fn a_push_that_is_dropped_stops_reading_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let target: Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse().unwrap();
    for file in [long_file(dir.path()), {
        long_file(&folder);
        folder
    }] {
        let file = File { title: Some("long".into()), ..File::path(file) };
        let options = PushOptions { files: vec![file], ..PushOptions::default() };
        stops(Client::new().push(&target, options)).await;
    }
    assert!(!dir.path().join("l/blobs").exists(), "nothing is stored");
}

#[tokio::test]
async fn digests_that_are_waited_for_are_those_of_each_file_alone() {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<_> = (0..40).map(|i| dir.path().join(i.to_string())).collect();
    for (i, path) in paths.iter().enumerate().skip(1) {
        fs::write(path, vec![7; i * 50_000]).unwrap();
    }
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        let digests = digest_all(paths.clone(), algorithm).await.unwrap();
        assert_eq!(digests.len(), paths.len());
        for (path, digested) in paths.iter().zip(digests) {
            match fs::read(path) {
                Ok(content) => {
                    let (digest, size) = digested.unwrap();
                    assert_eq!((digest, size), (algorithm.digest(&content), content.len() as u64));
                }
                Err(_) => assert_eq!(digested.unwrap_err().code(), ocigraph::Code::NotFound),
            }
        }
    }
}
