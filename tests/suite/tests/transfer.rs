//! Transfers: number of round trips, large files, Basic authentication.

use std::{collections::HashSet, fs::File, io::Write};

use ocigraph_fixture::{Auth, Config, Fixture};
use ocigraph_suite::{Kind, Options, PASSWORD, Registry, USER, Workspace, ocigraph_binary};

#[test]
fn discover_requests_each_node_once_and_a_level_concurrently() {
    let fixture = Fixture::start(Config::default());
    let work = Workspace::new();
    work.write("x", "x");
    let image = format!("{}/app:v1", fixture.host());
    work.ocigraph(&["push", &image, "x"]).ok();
    for i in 0..40 {
        let kind = format!("number/n{i}");
        work.ocigraph(&["attach", "-q", "--artifact-type", &kind, &image, "x"]).ok();
    }
    fixture.clear_requests();
    let graph = work.ocigraph(&["discover", "-o", "json", &image]).json();
    assert_eq!(graph["references"].as_array().unwrap().len(), 40);
    let requests = fixture.requests();
    let mut seen = HashSet::new();
    for request in &requests {
        assert!(
            seen.insert((request.method.clone(), request.path.clone())),
            "twice: {}",
            request.path
        );
    }
    // One request for the tag, one for the referrers of the root, one for the tags, and one for the
    // referrers of each node. Eight manifests show that the list lacks no annotations. One request for a
    // list beside the API, unless the tags are known by then.
    assert!((43 + 8..=44 + 8).contains(&requests.len()), "{}", requests.len());
}

#[test]
fn four_gib_are_pushed_and_pulled_within_64_mb_of_memory() {
    const SIZE: u64 = 4 << 30;
    let work = Workspace::new();
    let folder = work.path("server");
    let fixture = Fixture::start(Config { blobs: Some(folder), ..Config::default() });
    let path = work.path("large.bin");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"not only zeros").unwrap();
    file.set_len(SIZE).unwrap();
    drop(file);
    let target = format!("{}/app:v1", fixture.host());
    for args in [vec!["push", &target, "large.bin"], vec!["pull", "-o", "out", &target]] {
        let mut command = work.command("/usr/bin/env");
        command
            .args(["bash", "-c", "ulimit -d 65536; exec \"$0\" \"$@\""])
            .arg(ocigraph_binary())
            .args(args);
        work.run(&mut command).ok();
    }
    assert_eq!(std::fs::metadata(work.path("out/large.bin")).unwrap().len(), SIZE);
}

#[test]
fn basic_authentication_is_sent_if_it_is_requested() {
    let work = Workspace::new();
    work.write("x", "x");
    let signed_in = |target: &str, password: &str| {
        let args = ["push", "--username", USER, "--password-stdin", target, "x"];
        work.ocigraph_with_input(&args, format!("{password}\n").as_bytes())
    };
    for kind in Kind::ALL {
        let registry = Registry::start_with(kind, Options { auth: true, ..Options::default() });
        let target = registry.reference("app:v1");
        signed_in(&target, PASSWORD).ok();
        let stderr = signed_in(&target, "wrong").fails_with(1);
        assert!(stderr.contains("401"), "{kind}: {stderr}");
        let stderr = work.ocigraph(&["resolve", &target]).fails_with(1);
        assert!(stderr.contains("401"), "{kind}: {stderr}");
    }
    let fixture = Fixture::start(Config {
        auth: Auth::Basic { user: USER.into(), password: PASSWORD.into() },
        ..Config::default()
    });
    signed_in(&format!("{}/app:v1", fixture.host()), PASSWORD).ok();
}

#[test]
fn concurrent_challenges_are_all_answered() {
    let fixture = Fixture::start(Config {
        auth: Auth::Basic { user: USER.into(), password: PASSWORD.into() },
        delay_ms: 20,
        ..Config::default()
    });
    let work = Workspace::new();
    let target = format!("{}/app:v1", fixture.host());
    let files: Vec<String> = (0..16).map(|i| format!("file-{i}")).collect();
    for file in &files {
        work.write(file, file);
    }
    let mut args = vec!["push", "--username", USER, "--password-stdin", &target];
    args.extend(files.iter().map(String::as_str));
    work.ocigraph_with_input(&args, PASSWORD.as_bytes()).ok();
}
