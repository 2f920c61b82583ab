//! Measures how pulls from a stalled registry slow down another client of the same process. They
//! should not, because they hold no thread that it needs.
//!
//! Prints the time of a list of tags beside fifty such pulls, divided by the time without them. It
//! measures both alternately and takes the medians of five.

// The output of a benchmark is its result.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use ocigraph::{Client, File, PullOptions, PushOptions, Reference};
use ocigraph_suite::{FaultServer, Kind, Registry};

const PULLS: usize = 50;
const FILES: usize = 16;
const LISTINGS: usize = 500;
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() {
    let server = FaultServer::stalled(FILES);
    let stalled: Reference = format!("{}/app:v1", server.host()).parse().expect("a reference");
    let registry = Registry::start(Kind::Ocimem);
    let place: Reference = registry.reference("app:v1").parse().expect("a reference");
    let client = Client::new();
    let files = vec![File::bytes("file", "content")];
    client.push(&place, PushOptions::default().files(files)).await.expect("a push");
    let folder = tempfile::tempdir().expect("a folder");
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        alone.push(listings(&client, &place).await);
        let pulls: Vec<_> = (0..PULLS)
            .map(|i| {
                let (stalled, output) =
                    (stalled.clone(), folder.path().join(format!("{round}-{i}")));
                tokio::spawn(async move {
                    let options = PullOptions::default().output(output);
                    let _ = Client::new().pull(&stalled, options).await;
                })
            })
            .collect();
        while server.seen("GET", "/blobs/").len() < (round + 1) * PULLS * FILES {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        beside.push(listings(&client, &place).await);
        for pull in pulls {
            assert!(!pull.is_finished(), "the registry stalls");
            pull.abort();
            let _ = pull.await;
        }
    }
    let ratio = median(beside) / median(alone);
    println!("tags beside {PULLS} pulls from a stalled registry, to tags alone: {ratio:.2}");
}

async fn listings(client: &Client, place: &Reference) -> f64 {
    let begun = Instant::now();
    for _ in 0..LISTINGS {
        client.tags(place).await.expect("a listing");
    }
    begun.elapsed().as_secs_f64()
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
