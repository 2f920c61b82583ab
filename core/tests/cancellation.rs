//! A dropped operation stops reading its files soon, whatever their size.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use ocigraph::{Algorithm, Cleanup, Client, Content, File, PushOptions, Reference, digest_all};

/// Takes minutes to digest. The file is sparse and uses no disk space.
const LENGTH: u64 = 256 << 30;
/// Time limit for stopping, long enough for a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// Drops work after 200 ms, and checks that its threads end.
async fn stops(work: impl Future) {
    let cleanup = Cleanup::default();
    let scoped = cleanup.scope(work);
    assert!(
        tokio::time::timeout(Duration::from_millis(200), scoped).await.is_err(),
        "the work ended too early"
    );
    let start = Instant::now();
    cleanup.wait(2 * TIME_LIMIT).await;
    assert!(start.elapsed() < TIME_LIMIT, "the work did not stop");
}

fn long_file(dir: &Path) -> PathBuf {
    let path = dir.join("long");
    fs::File::create(&path).unwrap().set_len(LENGTH).unwrap();
    path
}

#[tokio::test]
async fn a_dropped_digest_stops_reading() {
    let dir = tempfile::tempdir().unwrap();
    let path = long_file(dir.path());
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        stops(digest_all(vec![path.clone(), path.clone(), path.clone()], algorithm)).await;
    }
    stops(Content::Path(path).into_blob("a/b")).await;
}

#[tokio::test]
async fn a_dropped_push_stops_reading_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let directory = dir.path().join("directory");
    fs::create_dir(&directory).unwrap();
    let target: Reference = format!("oci:{}:v1", dir.path().join("l").display()).parse().unwrap();
    for file in [long_file(dir.path()), {
        long_file(&directory);
        directory
    }] {
        let file = File { title: Some("long".into()), ..File::path(file) };
        let options = PushOptions::default().files(vec![file]);
        stops(Client::new().push(&target, options)).await;
    }
    assert!(!dir.path().join("l/blobs").exists(), "something was stored");
}

#[tokio::test]
async fn digests_of_many_files_are_those_of_each_file() {
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
