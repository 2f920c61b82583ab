//! Processes that are killed during an operation: the remaining state is valid, and a second run
//! finishes.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::Path,
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use ocigraph::{Algorithm, Client, Digest, PushOptions, digest_file};
use ocigraph_fixture::{Config, Fixture, Hold, Referrers, RepositoryState};
use ocigraph_suite::{Kind, Registry, Workspace, ocigraph_binary};

fn start(work: &Workspace, args: &[&str]) -> Child {
    let mut command = work.command(ocigraph_binary());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the command starts")
}

fn kill(mut child: Child) {
    let _ = child.kill();
    child.wait().expect("a killed process ends");
}

/// Pushes an artifact and returns its digest.
async fn push(at: &str, kind: &str, subject: Option<String>) -> String {
    let mut options = PushOptions::default();
    options.files = vec![ocigraph::File::bytes("file", format!("{kind} of {subject:?}"))];
    options.artifact_type = Some(kind.into());
    options.subject = subject.map(|subject| subject.parse().unwrap());
    let pushed = Client::new().push(&at.parse().unwrap(), options).await.unwrap();
    pushed.descriptor.digest.to_string()
}

/// Pushes an image `v1` with a signature, a signed SBoM, and a signed report that has a tag.
async fn push_graph(repository: &str) {
    let image = format!("{repository}:v1");
    push(&image, "app/example", None).await;
    push(repository, "signature/example", Some(image.clone())).await;
    for (at, kind) in
        [(repository, "sbom/example"), (&format!("{repository}:report"), "report/example")]
    {
        let signed = push(at, kind, Some(image.clone())).await;
        push(repository, "signature/example", Some(format!("{repository}@{signed}"))).await;
    }
}

/// Kills a delete of `v1` at each of its requests, before and after the registry handles it. Runs the delete
/// again each time, and asserts that nothing is left.
fn kill_at_every_request(config: impl Fn(Option<Hold>) -> Config) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for handled in [false, true] {
        for after in 0.. {
            assert!(after < 300, "the delete never ends");
            let fixture = Fixture::start(config(None));
            let work = Workspace::new();
            let repository = format!("{}/app", fixture.host());
            runtime.block_on(push_graph(&repository));
            fixture.set_config(config(Some(Hold { after, handled })));
            let image = format!("{repository}:v1");
            let delete = ["delete", "--yes", "--force", &image];
            let mut child = start(&work, &delete);
            let ended = loop {
                if let Some(status) = child.try_wait().unwrap() {
                    break Some(status);
                }
                if fixture.held() > 0 {
                    break None;
                }
                thread::sleep(Duration::from_millis(1));
            };
            kill(child);
            fixture.set_config(config(None));
            let state = || fixture.state().repositories.remove("app").unwrap_or_default();
            let is_empty =
                |state: &RepositoryState| state.manifests.is_empty() && state.tags.is_empty();
            if ended.is_some() {
                assert!(is_empty(&state()), "{:?}", state());
                break;
            }
            if !is_empty(&state()) {
                let again = work.ocigraph(&delete);
                let left = state();
                assert!(is_empty(&left), "after {after}, handled {handled}: {again}\n{left:?}");
            }
        }
    }
}

#[test]
fn a_delete_that_is_killed_at_any_request_can_be_run_again() {
    for referrers in [Referrers::None, Referrers::Oci] {
        kill_at_every_request(|hold| Config { referrers, hold, ..Config::default() });
    }
}

#[test]
fn a_delete_that_is_killed_at_any_request_can_be_run_again_where_listed_manifests_are_protected() {
    for referrers in [Referrers::None, Referrers::Oci] {
        let protect_listed = true;
        kill_at_every_request(|hold| Config {
            referrers,
            protect_listed,
            hold,
            ..Config::default()
        });
    }
}

const SIZE: u64 = 1 << 30;
const MIDDLE: u64 = SIZE * 2 / 5;

/// Writes a sparse file of 1 GiB in which all blocks differ.
fn write_large(path: &Path) -> Digest {
    let mut file = File::create(path).unwrap();
    file.set_len(SIZE).unwrap();
    for place in (0..SIZE).step_by(1 << 20) {
        file.seek(SeekFrom::Start(place)).unwrap();
        file.write_all(&place.to_le_bytes()).unwrap();
    }
    digest_file(path, Algorithm::Sha256).unwrap().0
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

/// Waits until a growing file has half of its final size. Returns false if the process was faster.
fn reaches_the_middle(child: &mut Child, length: impl Fn() -> u64) -> bool {
    while length() < MIDDLE {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        thread::yield_now();
    }
    true
}

#[test]
fn a_killed_pull_leaves_only_a_partial_file_from_which_the_next_resumes() {
    let work = Workspace::new();
    let blobs = Some(work.path("blobs"));
    let fixture = Fixture::start(Config { blobs, ..Config::default() });
    let digest = write_large(&work.path("large"));
    let target = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &target, "large"]).ok();

    let pull = ["pull", "-o", "out", &target];
    let out = work.path("out/large");
    let partial = || {
        let mut entries = std::fs::read_dir(work.path("out")).into_iter().flatten().flatten();
        let hidden = entries.find(|e| e.file_name().to_string_lossy().starts_with(".ocigraph-"));
        hidden.map_or(0, |entry| length(&entry.path()))
    };
    let mut child = start(&work, &pull);
    let in_the_middle = reaches_the_middle(&mut child, partial);
    kill(child);
    assert!(in_the_middle && !out.exists(), "the pull finished before it could be killed");
    let there = partial();
    fixture.clear_requests();

    let mut child = start(&work, &pull);
    while child.try_wait().unwrap().is_none() {
        assert!(
            !out.exists() || length(&out) == SIZE,
            "the file has its final name and is incomplete"
        );
        thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(digest_file(&out, Algorithm::Sha256).unwrap(), (digest, SIZE));
    assert_eq!(std::fs::read_dir(work.path("out")).unwrap().count(), 1);
    let requests = fixture.requests();
    let blobs: Vec<_> = requests.iter().filter(|r| r.path.contains("/blobs/")).collect();
    assert_eq!(blobs.len(), 1, "{blobs:?}");
    assert_eq!(blobs[0].header("range"), Some(format!("bytes={there}-").as_str()));
}

#[test]
fn a_killed_push_sets_no_tag_and_can_be_run_again() {
    let registry = Registry::start(Kind::Docker2);
    let work = Workspace::new();
    let digest = write_large(&work.path("large"));
    let target = registry.reference("app:v1");
    let storage = registry.data().join("docker/registry/v2");
    let uploads = storage.join("repositories/app/_uploads");
    let uploaded = || {
        let sessions = std::fs::read_dir(&uploads).into_iter().flatten().flatten();
        sessions.map(|session| length(&session.path().join("data"))).max().unwrap_or(0)
    };
    let (folder, name) = (&digest.encoded()[..2], digest.encoded());
    let blob = storage.join(format!("blobs/sha256/{folder}/{name}/data"));

    let mut child = start(&work, &["push", &target, "large"]);
    let in_the_middle = reaches_the_middle(&mut child, uploaded);
    kill(child);
    assert!(in_the_middle && !blob.exists(), "the push finished before it could be killed");
    work.ocigraph(&["resolve", &target]).fails_with(1);
    work.ocigraph(&["push", &target, "large"]).ok();
    assert_eq!(length(&blob), SIZE);
    work.ocigraph(&["verify", &target]).ok();
}

#[test]
fn a_layout_stays_valid_when_a_writer_is_killed() {
    let work = Workspace::new();
    work.write("base", "base");
    work.ocigraph(&["push", "oci:layout:base", "base"]).ok();
    for i in 0..40_u64 {
        let file = format!("file-{i}");
        work.write(&file, vec![i as u8; 300_000]);
        let child = start(
            &work,
            &["attach", "--artifact-type", "number/example", "oci:layout:base", &file],
        );
        thread::sleep(Duration::from_micros(300 * i));
        kill(child);
        // Everything in the list is complete.
        let graph = work.ocigraph(&["discover", "-o", "json", "oci:layout:base"]).json();
        for referrer in graph["references"].as_array().unwrap() {
            let target = format!("oci:layout@{}", referrer["digest"].as_str().unwrap());
            work.ocigraph(&["pull", "-o", "out", &target]).ok();
        }
    }
    work.ocigraph(&["attach", "--artifact-type", "last/example", "oci:layout:base", "base"]).ok();
    let left = std::fs::read_dir(work.path("layout/.ocigraph")).unwrap().flatten();
    let left: Vec<_> = left.map(|e| e.file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("blob-")), "{left:?}");
}
