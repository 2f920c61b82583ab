//! Signals end the command and leave no files, sessions or processes behind.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use ocigraph::Descriptor;
use ocigraph_fixture::{Auth, Config, Fixture};
use ocigraph_suite::{
    CredentialHelper, FaultServer, PASSWORD, Reply, USER, User, Workspace, ocigraph_binary,
};
use serde_json::json;

/// The signals and their exit codes.
const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition is true. Returns false after a time limit.
fn becomes_true(what: impl Fn() -> bool) -> bool {
    let until = Instant::now() + PATIENCE;
    while !what() {
        if Instant::now() > until {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

fn start(command: &mut Command) -> Child {
    // The process that started the test may ignore these signals.
    let mut env = Command::new("env");
    env.arg("--default-signal=INT,TERM,HUP").arg(command.get_program()).args(command.get_args());
    env.env_clear();
    env.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    env.current_dir(command.get_current_dir().unwrap());
    env.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    env.spawn().expect("the command starts")
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
    assert!(sent.unwrap().success());
}

fn ended(mut child: Child) -> ExitStatus {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > until {
            let _ = child.kill();
            panic!("the command should end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Returns content that cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as u8
    });
    next.take(length).collect()
}

#[test]
fn a_signal_during_a_pull_or_fetch_leaves_no_partial_file() {
    let content = noise(4 << 20);
    let blob = Descriptor::of("application/octet-stream", &content);
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({
        "schemaVersion": 2, "mediaType": kind, "artifactType": "app/example",
        "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [{
            "mediaType": blob.media_type, "digest": blob.digest, "size": blob.size,
            "annotations": { "org.opencontainers.image.title": "file" },
        }],
    });
    let server = FaultServer::start();
    let manifest = Reply::ok(manifest.to_string()).header("content-type", kind);
    server.on("GET", "/manifests/v1", [manifest]);
    server.on("HEAD", "/blobs/", [Reply::ok(content.clone())]);
    server.on("GET", "/blobs/", [Reply::ok(content).stalls_at(3 << 20)]);
    let artifact = format!("{}/app:v1", server.host());
    let one = format!("{}/app@{}", server.host(), blob.digest);
    for (signal, code) in SIGNALS {
        for args in [["pull", "-o", "out", &artifact], ["blob", "fetch", "-oout/blob", &one]] {
            let work = Workspace::new();
            std::fs::create_dir(work.path("out")).unwrap();
            let child = start(work.command(ocigraph_binary()).args(args));
            assert!(
                becomes_true(|| !names(&work.path("out")).is_empty()),
                "the command should write a file"
            );
            send(signal, &child);
            assert_eq!(ended(child).code(), Some(code), "{signal} {args:?}");
            assert_eq!(names(&work.path("out")), BTreeSet::new(), "{signal} {args:?}");
        }
    }
}

/// A push of a directory, with a separate temporary folder.
struct Push {
    work: Workspace,
    fixture: Fixture,
}

impl Push {
    fn new(delay_ms: u64) -> Self {
        let slow = Config { delay_ms, single_post: false, ..Config::default() };
        let work = Workspace::new();
        work.write("folder/file", noise(24 << 20));
        std::fs::create_dir(work.path("tmp")).unwrap();
        Self { work, fixture: Fixture::start(slow) }
    }

    fn start(&self) -> Child {
        let target = format!("{}/app:v1", self.fixture.host());
        let mut command = self.work.command(ocigraph_binary());
        start(command.args(["push", &target, "folder"]).env("TMPDIR", self.work.path("tmp")))
    }

    /// Returns true while the directory is being packed: a file in the temporary folder is open.
    fn is_packing(&self, child: &Child) -> bool {
        let files = std::fs::read_dir(format!("/proc/{}/fd", child.id()));
        files.into_iter().flatten().flatten().any(|file| {
            std::fs::read_link(file.path()).is_ok_and(|to| to.starts_with(self.work.path("tmp")))
        })
    }

    /// Returns true once the client knows its upload session, because only then can it cancel the
    /// session.
    fn is_sending(&self) -> bool {
        self.fixture.requests().iter().any(|request| request.method == "PUT")
    }

    fn has_a_session(&self) -> bool {
        !self.fixture.state().uploads.is_empty()
    }

    fn deletes(&self) -> usize {
        self.fixture.requests().iter().filter(|request| request.method == "DELETE").count()
    }
}

#[test]
fn a_signal_during_a_push_leaves_no_packed_directory_and_no_upload_session() {
    for (signal, code) in SIGNALS {
        let push = Push::new(0);
        let child = push.start();
        assert!(becomes_true(|| push.is_packing(&child)), "the push should pack its directory");
        send(signal, &child);
        assert_eq!(ended(child).code(), Some(code), "{signal}");
        assert_eq!(names(&push.work.path("tmp")), BTreeSet::new(), "{signal} while it packs");

        let push = Push::new(100);
        let child = push.start();
        assert!(becomes_true(|| push.is_sending()), "the push should send its blob");
        send(signal, &child);
        assert_eq!(ended(child).code(), Some(code), "{signal}");
        assert_eq!(names(&push.work.path("tmp")), BTreeSet::new(), "{signal} while it sends");
        assert!(!push.has_a_session(), "{signal}: the upload session is still open");
        assert_eq!(push.deletes(), 1, "{signal}");
    }
}

#[test]
fn a_killed_push_leaves_no_packed_directory() {
    let push = Push::new(0);
    let mut child = push.start();
    assert!(becomes_true(|| push.is_packing(&child)), "the push should pack its directory");
    child.kill().unwrap();
    ended(child);
    assert_eq!(names(&push.work.path("tmp")), BTreeSet::new());
    let push = Push::new(100);
    let mut child = push.start();
    assert!(becomes_true(|| push.is_sending()), "the push should send its blob");
    child.kill().unwrap();
    ended(child);
    assert_eq!(names(&push.work.path("tmp")), BTreeSet::new());
}

#[test]
fn a_signal_ends_a_running_helper_and_its_children() {
    for (signal, code) in SIGNALS {
        for mood in ["hangs", "hangs-with-a-child"] {
            let auth = Auth::Basic { user: USER.into(), password: PASSWORD.into() };
            let fixture = Fixture::start(Config { auth, ..Config::default() });
            let user = User::new();
            let helper = CredentialHelper::install(&user.work, "tested");
            user.write_config(&json!({ "credsStore": "tested" }));
            helper.set_behaviour(mood);
            let mut command = user.work.command(ocigraph_binary());
            let child = start(command.args(["tags", &format!("{}/app", fixture.host())]));
            assert!(becomes_true(|| helper.is_hanging()), "the helper should be called");
            send(signal, &child);
            assert_eq!(ended(child).code(), Some(code), "{signal}");
            let stat = format!("/proc/{}/stat", helper.process());
            let gone = || {
                let line = std::fs::read_to_string(&stat).unwrap_or_default();
                line.rsplit(')')
                    .next()
                    .is_none_or(|rest| matches!(rest.trim_start().chars().next(), None | Some('Z')))
            };
            assert!(becomes_true(gone), "{signal}: the helper that {mood} is still running");
        }
    }
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let push = Push::new(100);
    let target = format!("{}/app:v1", push.fixture.host());
    let mut command = push.work.command("env");
    command.arg("--ignore-signal=INT,TERM,HUP").arg(ocigraph_binary());
    command.args(["push", &target, "folder"]).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    assert!(becomes_true(|| push.is_sending()), "the push should send its blob");
    for (signal, _) in SIGNALS {
        send(signal, &child);
    }
    assert_eq!(ended(child).code(), Some(0));
    assert!(push.fixture.state().repositories["app"].tags.contains_key("v1"));
}
