//! Processes killed in the middle: what is left is valid, and running again finishes.

use std::{
    process::{Child, Stdio},
    thread,
    time::Duration,
};

use ocigraph_fixture::{Config, Fixture, Referrers};
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

#[test]
fn a_killed_delete_is_finished_by_the_next() {
    for deletes in 1..6 {
        let config =
            |delay_ms| Config { referrers: Referrers::None, delay_ms, ..Config::default() };
        let fixture = Fixture::start(config(0));
        let work = Workspace::new();
        work.write("x", "x");
        let repository = format!("{}/app", fixture.host());
        let image = format!("{repository}:v1");
        work.ocigraph(&["push", &image, "x"]).ok();
        let mut subject = image.clone();
        for level in 0..4 {
            let kind = format!("level/n{level}");
            let pushed = work
                .ocigraph(&["attach", "--format", "json", "--artifact-type", &kind, &subject, "x"])
                .json();
            subject = pushed["reference"].as_str().unwrap().to_owned();
        }
        fixture.clear_requests();
        fixture.set_config(config(20));
        let child = start(&work, &["delete", "--yes", &image]);
        while fixture.requests().iter().filter(|r| r.method == "DELETE").count() < deletes {
            thread::sleep(Duration::from_millis(2));
        }
        kill(child);
        fixture.set_config(config(0));
        let left = work.ocigraph(&["delete", "--yes", &image]);
        // The kill may have come when the image itself was gone, and everything with it.
        if left.code != Some(0) {
            assert!(left.stderr.contains("no manifest"), "{}", left.stderr);
        }
        let state = fixture.state();
        assert!(state.repositories["app"].manifests.is_empty(), "after {deletes}: {state:?}");
    }
}

#[test]
fn a_killed_pull_leaves_no_file_under_its_name_and_the_next_fetches_the_rest_alone() {
    const SIZE: u64 = 256 << 20;
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    let content: Vec<u8> = (0..SIZE).map(|i| (i / 4096) as u8).collect();
    work.write("large", &content);
    let target = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &target, "large"]).ok();

    let child = start(&work, &["pull", "-o", "out", &target]);
    let partial = || {
        let mut entries = std::fs::read_dir(work.path("out")).into_iter().flatten().flatten();
        let hidden = entries.find(|e| e.file_name().to_string_lossy().starts_with(".ocigraph-"));
        hidden.and_then(|entry| entry.metadata().ok()).map_or(0, |metadata| metadata.len())
    };
    while partial() < 8 << 20 {
        thread::yield_now();
    }
    kill(child);
    assert!(!work.path("out/large").exists(), "the pull was over before it could be killed");
    let there = partial();
    fixture.clear_requests();
    work.ocigraph(&["pull", "-o", "out", &target]).ok();
    assert!(work.read("out/large") == content);
    assert_eq!(std::fs::read_dir(work.path("out")).unwrap().count(), 1);
    let requests = fixture.requests();
    let blobs: Vec<_> = requests.iter().filter(|r| r.path.contains("/blobs/")).collect();
    assert_eq!(blobs.len(), 1, "{blobs:?}");
    assert_eq!(blobs[0].header("range"), Some(format!("bytes={there}-").as_str()));
}

#[test]
fn a_killed_push_names_nothing_and_the_next_pushes_the_whole() {
    let registry = Registry::start(Kind::Docker2);
    let work = Workspace::new();
    work.write("large", vec![7; 256 << 20]);
    let target = registry.reference("app:v1");
    let child = start(&work, &["push", &target, "large"]);
    let uploads = registry.data().join("docker/registry/v2/repositories/app/_uploads");
    while !std::fs::read_dir(&uploads).is_ok_and(|mut sessions| sessions.next().is_some()) {
        thread::yield_now();
    }
    kill(child);
    work.ocigraph(&["resolve", &target]).fails_with(1);
    work.ocigraph(&["push", &target, "large"]).ok();
    work.ocigraph(&["verify", &target]).ok();
}

#[test]
fn a_layout_stays_valid_whenever_its_writer_is_killed() {
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
        // Whatever is listed is whole.
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
