//! The command: its sources, its errors and its end.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use ocigraph_suite::Workspace;

use crate::served::{PATIENCE, Served};

#[test]
fn layouts_are_repositories_of_their_names() {
    let work = Workspace::new();
    work.write("app.bin", "the program");
    work.ocigraph(&["push", "oci:store/app:v1", "app.bin"]).ok();
    work.ocigraph(&["push", "oci:store/base:v1", "app.bin"]).ok();
    let served =
        Served::start(&work, &["oci:store/app", "team/base=oci:store/base", "new=oci:new"]);
    let repositories = work.crane(&["catalog", &served.host]).ok();
    assert_eq!(repositories.lines().collect::<Vec<_>>(), ["app", "new", "team/base"]);
    work.ocigraph(&["pull", &served.reference("team/base:v1"), "--output", "pulled"]).ok();
    work.ocigraph(&["push", &served.reference("new:v1"), "app.bin"]).ok();
    work.ocigraph(&["verify", "oci:new:v1"]).ok();
    let unknown = work.ocigraph(&["push", &served.reference("other:v1"), "app.bin"]);
    assert!(unknown.stderr.contains("[NOT_FOUND]"), "{unknown}");
}

#[test]
fn a_name_that_is_a_file_of_a_layout_is_a_repository() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    work.write("app.bin", "the program");
    let names = ["app/blobs", "app", "app/index.json/oci-layout", "app/blobs/sha256"];
    for name in names {
        work.ocigraph(&["push", &served.reference(&format!("{name}:v1")), "app.bin"]).ok();
    }
    let repositories = work.crane(&["catalog", &served.host]).ok();
    let mut sorted = names;
    sorted.sort();
    assert_eq!(repositories.lines().collect::<Vec<_>>(), sorted);
    work.ocigraph(&["verify", "oci:registry/app/_blobs/sha256:v1"]).ok();
    work.ocigraph(&["verify", "oci:registry/app:v1"]).ok();
}

#[test]
fn read_only_refuses_every_change() {
    let work = Workspace::new();
    work.write("app.bin", "the program");
    work.ocigraph(&["push", "oci:app:v1", "app.bin"]).ok();
    let served = Served::start(&work, &["--read-only", "oci:app"]);
    work.ocigraph(&["pull", &served.reference("app:v1"), "--output", "pulled"]).ok();
    for args in [
        ["push", &served.reference("app:v2"), "app.bin"],
        ["delete", "--yes", &served.reference("app:v1")],
        ["tag", &served.reference("app:v1"), "v2"],
    ] {
        let refused = work.ocigraph(&args);
        assert_ne!(refused.code, Some(0), "{refused}");
        assert!(refused.stderr.contains("read-only"), "{refused}");
    }
    work.ocigraph(&["verify", "oci:app:v1"]).ok();
}

#[test]
fn a_source_that_cannot_be_served_is_an_error_that_says_what_to_write() {
    let work = Workspace::new();
    work.write("app.bin", "the program");
    work.ocigraph(&["push", "oci:App:v1", "app.bin"]).ok();
    work.ocigraph(&["push", "oci:one/app:v1", "app.bin"]).ok();
    work.ocigraph(&["push", "oci:two/app:v1", "app.bin"]).ok();
    for (sources, code, text) in [
        (vec!["registry.example/app"], 2, "write oci:PATH"),
        (vec!["oci:one/app:v1"], 2, "a layout is served as a whole"),
        (vec!["oci:App"], 2, "NAME=oci:App"),
        (vec!["oci:one/app", "oci:two/app"], 2, "give it another name"),
        (vec!["oci:one", "oci:two"], 2, "second folder"),
        (vec!["App=oci:App"], 2, "invalid repository name"),
        (vec!["oci:app.bin"], 1, "archive"),
        (vec!["oci:one/app", "--listen", "nowhere"], 2, "write HOST:PORT"),
    ] {
        let failed = work.ocigraph(&[["serve"].as_slice(), &sources].concat());
        assert_eq!(failed.code, Some(code), "{failed}");
        assert!(failed.stderr.contains(text), "{text}: {failed}");
    }
}

#[test]
fn a_signal_lets_requests_in_progress_end() {
    let work = Workspace::new();
    for signal in ["TERM", "INT"] {
        let served = Served::folder(&work);
        let upload = work.run(work.command("curl").args([
            "-sSi",
            "-X",
            "POST",
            &format!("http://{}/v2/app/blobs/uploads/", served.host),
        ]));
        let answer = upload.ok();
        let location = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "))
            .expect("an upload has a location")
            .trim();
        let mut connection = TcpStream::connect(&served.host).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        let digest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let head = format!(
            "PUT {location}?digest={digest} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel"
        );
        connection.write_all(head.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        served.send(signal);
        std::thread::sleep(Duration::from_millis(300));
        connection.write_all(b"lo").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        assert!(TcpStream::connect(&served.host).is_err(), "no new connection is accepted");
        // The exit code says that the server has ended as it should.
        assert_eq!(served.ended_by("0").code(), Some(0));
    }
    let left = std::fs::read_dir(work.path("registry/app/.ocigraph")).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("blob-")), "{left:?}");
}
