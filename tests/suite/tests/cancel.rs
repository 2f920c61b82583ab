//! A cancelled call has cleaned up when it returns: its upload sessions are closed at the registry, and
//! its partial files are gone. Here in Rust and on the command line; the tests of each language show
//! the same with the same fixture.

use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use ocigraph::{Cleanup, Client, File, Progress, PullOptions, PushOptions, Reference};
use ocigraph_fixture::{Config, Fixture};
use ocigraph_suite::{STALLED_SIZE, Workspace, assert_sessions_closed, ocigraph_binary, stalling};
use tokio::sync::Notify;

const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than the clean-up takes on a busy machine. The policy of the bindings is two seconds.
const CLEANUP: Duration = Duration::from_secs(20);

fn reference(fixture: &Fixture) -> Reference {
    format!("{}/app:v1", fixture.host()).parse().unwrap()
}

fn push_options() -> PushOptions {
    PushOptions::default().files(vec![File::bytes("large", vec![7; STALLED_SIZE])])
}

/// Pushes an artifact that the pulls stall on.
async fn pushed() -> Fixture {
    let fixture = Fixture::start(Config::default());
    Client::new().push(&reference(&fixture), push_options()).await.unwrap();
    fixture.set_config(stalling());
    fixture
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Waits until the registry is asked with this method.
async fn asked(fixture: &Fixture, method: &str) {
    let until = Instant::now() + PATIENCE;
    while !fixture.requests().iter().any(|request| request.method == method) {
        assert!(Instant::now() < until, "no {method} request was sent");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_dropped_push_has_no_upload_session_once_its_cleanup_is_over() {
    let fixture = Fixture::start(stalling());
    let (client, cleanup, place) = (Client::new(), Cleanup::default(), reference(&fixture));
    tokio::select! {
        pushed = cleanup.scope(client.push(&place, push_options())) => panic!("{pushed:?}"),
        () = asked(&fixture, "PUT") => {}
    }
    cleanup.wait(CLEANUP).await;
    assert_sessions_closed(&fixture);
}

#[tokio::test]
async fn a_session_whose_opening_was_not_answered_is_closed_too() {
    let slow = Config { delay_ms: 300, ..Config::default() };
    let fixture = Fixture::start(slow);
    let (client, cleanup, place) = (Client::new(), Cleanup::default(), reference(&fixture));
    tokio::select! {
        pushed = cleanup.scope(client.push(&place, push_options())) => panic!("{pushed:?}"),
        () = asked(&fixture, "POST") => {}
    }
    assert!(fixture.state().uploads.is_empty(), "the registry has answered too early");
    cleanup.wait(CLEANUP).await;
    assert_sessions_closed(&fixture);
    let sent: Vec<_> = fixture.requests().into_iter().map(|request| request.method).collect();
    assert!(!sent.contains(&"PUT".to_owned()), "{sent:?}");
}

#[tokio::test]
async fn a_dropped_push_sends_no_request_that_it_had_not_sent_yet() {
    let slow = Config { delay_ms: 300, ..Config::default() };
    let fixture = Fixture::start(slow);
    let (client, cleanup, place) = (Client::new(), Cleanup::default(), reference(&fixture));
    tokio::select! {
        pushed = cleanup.scope(client.push(&place, push_options())) => panic!("{pushed:?}"),
        () = asked(&fixture, "HEAD") => {}
    }
    let begun = Instant::now();
    cleanup.wait(CLEANUP).await;
    assert!(begun.elapsed() < CLEANUP / 2, "the clean-up waits although there is nothing to do");
    assert!(fixture.requests().iter().all(|request| request.method == "HEAD"));
}

#[tokio::test]
async fn a_dropped_pull_has_no_partial_file_once_its_cleanup_is_over() {
    let fixture = pushed().await;
    let work = tempfile::tempdir().unwrap();
    let (client, cleanup, moved) =
        (Client::new(), Cleanup::default(), std::sync::Arc::new(Notify::new()));
    let progress = {
        let moved = moved.clone();
        Progress::new(move |event| {
            if matches!(event, ocigraph::Event::Moved { position: 1.., .. }) {
                moved.notify_one();
            }
        })
    };
    let options = PullOptions::default().output(work.path()).progress(progress);
    let place = reference(&fixture);
    tokio::select! {
        pulled = cleanup.scope(client.pull(&place, options)) => panic!("{pulled:?}"),
        () = moved.notified() => {}
    }
    cleanup.wait(CLEANUP).await;
    assert_eq!(files(work.path()), Vec::<String>::new());
}

fn start(work: &Workspace, args: &[&str]) -> Child {
    let mut command = work.command_for_signals(ocigraph_binary());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the command starts")
}

fn interrupt(work: &Workspace, mut child: Child, after: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !after() {
        assert!(Instant::now() < until, "the command should transfer content");
        thread::sleep(Duration::from_millis(2));
    }
    work.run(work.command("kill").args(["-INT", &child.id().to_string()])).ok();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn an_interrupted_push_command_has_no_upload_session_when_it_ends() {
    let (fixture, work) = (Fixture::start(stalling()), Workspace::new());
    work.write("large", vec![7; STALLED_SIZE]);
    let child = start(&work, &["push", &reference(&fixture).to_string(), "large"]);
    let is_sending = || fixture.requests().iter().any(|request| request.method == "PUT");
    interrupt(&work, child, is_sending);
    assert_sessions_closed(&fixture);
}

#[test]
fn an_interrupted_pull_command_has_no_partial_file_when_it_ends() {
    let fixture = tokio::runtime::Runtime::new().unwrap().block_on(pushed());
    let work = Workspace::new();
    fs::create_dir(work.path("out")).unwrap();
    let child = start(&work, &["pull", "-o", "out", &reference(&fixture).to_string()]);
    interrupt(&work, child, || !files(&work.path("out")).is_empty());
    assert_eq!(files(&work.path("out")), Vec::<String>::new());
}
