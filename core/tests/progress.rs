//! Progress events of one blob: its upload, its download and a damaged one.

use std::sync::{Arc, Mutex};

use futures::TryStreamExt;
use ocigraph::{Client, Code, Content, Event, Outcome, Progress, Reference, TransferOptions};

/// The reported events: positions and outcomes.
#[derive(Debug, Default)]
struct Reported {
    started: usize,
    positions: Vec<u64>,
    outcomes: Vec<Outcome>,
}

fn recording() -> (Progress, Arc<Mutex<Reported>>) {
    let reported = Arc::new(Mutex::new(Reported::default()));
    let recorder = Arc::clone(&reported);
    let progress = Progress::new(move |event| {
        let mut reported = recorder.lock().unwrap();
        match event {
            Event::Started { .. } => reported.started += 1,
            Event::Moved { position, .. } => reported.positions.push(position),
            Event::Finished { outcome, .. } => reported.outcomes.push(outcome),
            _ => panic!("an unknown event"),
        }
    });
    (progress, reported)
}

#[tokio::test]
async fn the_upload_and_download_of_a_blob_report_their_progress() {
    let dir = tempfile::tempdir().unwrap();
    let layout = dir.path().join("layout");
    let repository: Reference = format!("oci:{}", layout.display()).parse().unwrap();
    let client = Client::new();
    let content = vec![7; 3_000_000];
    let bytes = Content::Bytes(content.clone().into());
    let (blob, source) = bytes.into_blob("a/b").await.unwrap();

    for expected in [Outcome::Uploaded, Outcome::AlreadyExists] {
        let (progress, reported) = recording();
        let source = Arc::clone(&source);
        let outcome = client
            .push_blob(
                &repository,
                &blob,
                source,
                TransferOptions::default().progress(progress.clone()),
            )
            .await
            .unwrap();
        let reported = reported.lock().unwrap();
        assert_eq!((outcome, reported.started, &reported.outcomes), (expected, 1, &vec![expected]));
        let sent = reported.positions.last().copied();
        assert_eq!(sent, (expected == Outcome::Uploaded).then_some(blob.size));
    }

    let (progress, reported) = recording();
    let by_digest = repository.at(blob.digest.clone());
    let (_, stream) =
        client.fetch_blob(&by_digest, TransferOptions::default().progress(progress)).await.unwrap();
    let chunks: Vec<_> = stream.try_collect().await.unwrap();
    assert!(chunks.concat() == content);
    {
        let reported = reported.lock().unwrap();
        assert!(reported.positions.is_sorted() && reported.positions.last() == Some(&blob.size));
        assert_eq!((reported.started, &reported.outcomes), (1, &vec![Outcome::Verified]));
    }

    let stored = layout.join("blobs/sha256").join(blob.digest.encoded());
    std::fs::write(stored, vec![8; content.len()]).unwrap();
    let (progress, reported) = recording();
    let (_, stream) =
        client.fetch_blob(&by_digest, TransferOptions::default().progress(progress)).await.unwrap();
    let error = stream.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.code(), Code::DigestMismatch);
    let reported = reported.lock().unwrap();
    assert!(
        reported.started == 1 && reported.outcomes.is_empty(),
        "a damaged blob is not reported as finished"
    );
}
