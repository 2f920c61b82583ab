//! The clean-up of a cancelled task ends when the registry has closed the upload session, or after
//! `CLEANUP_TIMEOUT`.

use std::time::{Duration, Instant};

use ocigraph::{Client, Code, File, PushOptions, Reference};
use ocigraph_fixture::Fixture;
use ocigraph_runtime::{CANCELLED, CLEANUP_TIMEOUT, ErrorContext, Task};
use ocigraph_suite::{FaultServer, Reply, STALLED_SIZE, assert_sessions_closed, stalling};
use tokio_util::sync::CancellationToken;

/// Starts a push, cancels it once `is_sending` is true, and returns its error and how long the
/// cancellation took.
async fn cancelled_push(host: &str, is_sending: impl Fn() -> bool) -> (ocigraph::Error, Duration) {
    let reference: Reference = format!("{host}/app:v1").parse().unwrap();
    let files = vec![File::bytes("large", vec![7; STALLED_SIZE])];
    let cancel = CancellationToken::new();
    let task = Task::default()
        .with_context(ErrorContext::new("push", &reference))
        .cancelled_by(cancel.clone(), CANCELLED);
    let push = async move {
        Client::new().push(&reference, PushOptions::default().files(files)).await.map(drop)
    };
    let push = tokio::spawn(task.run(push));
    while !is_sending() {
        assert!(!push.is_finished(), "the push should stall");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let begun = Instant::now();
    cancel.cancel();
    (push.await.unwrap().unwrap_err(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_task_ends_after_the_registry_has_closed_its_upload_session() {
    let fixture = Fixture::start(stalling());
    let is_sending = || fixture.requests().iter().any(|request| request.method == "PUT");
    let (error, _) = cancelled_push(&fixture.host(), is_sending).await;
    assert_sessions_closed(&fixture);
    assert_eq!((error.code(), error.operation()), (Code::Cancelled, Some("push")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_does_not_close_the_session_delays_the_end_only_by_the_timeout() {
    let server = FaultServer::start();
    server
        .on("POST", "/blobs/uploads/", [Reply::new(202, "").header("location", "/upload/1")])
        .on("PUT", "/upload/1", [Reply::silence()])
        .on("DELETE", "/upload/1", [Reply::silence()]);
    let is_sending = || !server.seen("PUT", "/upload/1").is_empty();
    let (error, took) = cancelled_push(&server.host(), is_sending).await;
    assert_eq!(error.code(), Code::Cancelled);
    assert_eq!(server.seen("DELETE", "/upload/1").len(), 1);
    // Without the limit, the end would wait for 30 seconds.
    assert!(took >= CLEANUP_TIMEOUT && took < 10 * CLEANUP_TIMEOUT, "it took {took:?}");
}
