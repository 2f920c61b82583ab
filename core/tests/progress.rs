//! Progress of a single blob, there and back.

use std::sync::{Arc, Mutex};

use futures::TryStreamExt;
use ocigraph::{Client, Code, Content, Event, Outcome, Progress, Reference, TransferOptions};

/// What was told: where each transfer stood, and how it ended.
#[derive(Debug, Default)]
struct Told {
    started: usize,
    positions: Vec<u64>,
    outcomes: Vec<Outcome>,
}

fn listening() -> (Progress, Arc<Mutex<Told>>) {
    let told = Arc::new(Mutex::new(Told::default()));
    let heard = Arc::clone(&told);
    let progress = Progress::new(move |event| {
        let mut told = heard.lock().unwrap();
        match event {
            Event::Started { .. } => told.started += 1,
            Event::Moved { position, .. } => told.positions.push(position),
            Event::Finished { outcome, .. } => told.outcomes.push(outcome),
            _ => panic!("an unknown event"),
        }
    });
    (progress, told)
}

#[tokio::test]
async fn a_blob_tells_where_it_stands_on_its_way_out_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let layout = dir.path().join("layout");
    let place: Reference = format!("oci:{}", layout.display()).parse().unwrap();
    let client = Client::new();
    let content = vec![7; 3_000_000];
    let bytes = Content::Bytes(content.clone().into());
    let (blob, source) = bytes.into_blob("a/b").await.unwrap();

    for expected in [Outcome::Uploaded, Outcome::AlreadyExists] {
        let (progress, told) = listening();
        let source = Arc::clone(&source);
        let outcome = client
            .push_blob(&place, &blob, source, TransferOptions::default().progress(progress.clone()))
            .await
            .unwrap();
        let told = told.lock().unwrap();
        assert_eq!((outcome, told.started, &told.outcomes), (expected, 1, &vec![expected]));
        let sent = told.positions.last().copied();
        assert_eq!(sent, (expected == Outcome::Uploaded).then_some(blob.size));
    }

    let (progress, told) = listening();
    let named = place.at(blob.digest.clone());
    let (_, stream) =
        client.fetch_blob(&named, TransferOptions::default().progress(progress)).await.unwrap();
    let chunks: Vec<_> = stream.try_collect().await.unwrap();
    assert!(chunks.concat() == content);
    {
        let told = told.lock().unwrap();
        assert!(told.positions.is_sorted() && told.positions.last() == Some(&blob.size));
        assert_eq!((told.started, &told.outcomes), (1, &vec![Outcome::Verified]));
    }

    let stored = layout.join("blobs/sha256").join(blob.digest.encoded());
    std::fs::write(stored, vec![8; content.len()]).unwrap();
    let (progress, told) = listening();
    let (_, stream) =
        client.fetch_blob(&named, TransferOptions::default().progress(progress)).await.unwrap();
    let error = stream.try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.code(), Code::DigestMismatch);
    let told = told.lock().unwrap();
    assert!(told.started == 1 && told.outcomes.is_empty(), "what is damaged is not finished");
}
