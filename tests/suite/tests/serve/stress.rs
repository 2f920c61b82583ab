//! Kills, other writers, and large blobs.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use ocigraph_suite::{Random, Workspace, ocigraph_binary, soak_setting};

use crate::served::{PATIENCE, Served, assert_whole};

fn start(work: &Workspace, args: &[&str]) -> Child {
    let mut command = work.command(ocigraph_binary());
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the command starts")
}

fn wait(mut child: Child) -> Option<i32> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > until {
            let _ = child.kill();
            let _ = child.wait();
            panic!("a command should end");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_layout_is_whole_after_the_server_was_killed_in_the_middle_of_pushes() {
    let work = Workspace::new();
    let random = &mut Random::new(Random::seed());
    for name in 0..4 {
        work.write(format!("{name}.bin"), vec![name; 2 << 20]);
    }
    let mut stored = 0;
    for round in 0..6 {
        let served = Served::folder(&work);
        let targets: Vec<String> =
            (0..4).map(|n| served.reference(&format!("app:{round}-{n}"))).collect();
        let file = |n: usize| format!("{n}.bin");
        let push = |n: usize| {
            let annotation = format!("round={round}");
            let args = ["--annotation", &annotation, "--max-attempts", "1"];
            start(&work, &[["push", &targets[n], &file(n)].as_slice(), &args].concat())
        };
        let pushes: Vec<Child> = (0..4).map(push).collect();
        thread::sleep(Duration::from_millis(20 + random.below(600)));
        assert_eq!(served.ended_by("KILL").code(), None);
        pushes.into_iter().for_each(|push| {
            wait(push);
        });
        if work.path("registry/app/oci-layout").exists() {
            assert_whole(&work, "registry/app");
            stored = work.ocigraph(&["tags", "oci:registry/app"]).ok().lines().count();
        }
    }
    // What a killed server left is removed by the next writer, and everything can be pushed again.
    let served = Served::folder(&work);
    for n in 0..4 {
        let target = served.reference(&format!("app:last-{n}"));
        work.ocigraph(&["push", &target, &format!("{n}.bin")]).ok();
    }
    drop(served);
    let tags = work.ocigraph(&["tags", "oci:registry/app"]).ok();
    assert_eq!(tags.lines().count(), stored + 4, "{tags}");
    assert_whole(&work, "registry/app");
    let private = fs::read_dir(work.path("registry/app/.ocigraph")).unwrap().flatten();
    let left: Vec<_> = private.map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("blob-")), "{left:?}");
}

#[test]
fn a_command_writes_to_a_layout_while_clients_push_through_the_server() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    for n in 0..6 {
        work.write(format!("{n}.bin"), format!("content {n}"));
    }
    work.ocigraph(&["push", "oci:registry/app:base", "0.bin"]).ok();
    thread::scope(|scope| {
        for n in 0..3 {
            let (work, served) = (&work, &served);
            scope.spawn(move || {
                for round in 0..8 {
                    let target = served.reference(&format!("app:served-{n}-{round}"));
                    let note = format!("of={n}-{round}");
                    let file = format!("{n}.bin");
                    work.ocigraph(&["push", &target, &file, "--annotation", &note]).ok();
                }
            });
            scope.spawn(move || {
                for round in 0..8 {
                    let target = format!("oci:registry/app:direct-{n}-{round}");
                    let note = format!("direct={n}-{round}");
                    let file = format!("{}.bin", n + 3);
                    work.ocigraph(&["push", &target, &file, "--annotation", &note]).ok();
                    if round % 2 == 1 {
                        work.ocigraph(&["delete", "--yes", &target]).ok();
                    }
                }
            });
        }
    });
    assert_whole(&work, "registry/app");
    let direct = work.ocigraph(&["tags", "oci:registry/app"]).ok();
    assert_eq!(direct.lines().count(), 1 + 3 * 8 + 3 * 4, "{direct}");
    let tags = work.ocigraph(&["tags", &served.reference("app")]).ok();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&tags), sorted(&direct));
}

/// Clients of the server, and commands that write to the layout beside them.
const CLIENTS: u64 = 8;
const WRITERS: u64 = 2;
/// Artifacts that each of them keeps.
const KEPT: usize = 12;
/// The time of the test without OCIGRAPH_SOAK_SECONDS.
const A_TEST: Duration = Duration::from_secs(15);

/// `OCIGRAPH_SOAK_SECONDS=600 cargo test -p ocigraph-suite --test serve all_at_once -- --nocapture` takes
/// ten minutes.
#[test]
#[expect(clippy::print_stderr, reason = "shows the result of a run of ten minutes")]
fn clients_and_other_writers_work_on_one_layout_all_at_once() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    work.write("base", "base");
    work.ocigraph(&["push", &served.reference("app:base"), "base"]).ok();
    let seed = Random::seed();
    eprintln!("OCIGRAPH_SOAK_SEED={seed}");
    let until =
        Instant::now() + soak_setting("OCIGRAPH_SOAK_SECONDS").map_or(A_TEST, Duration::from_secs);
    let targets = [
        vec![served.reference("app"); CLIENTS as usize],
        vec!["oci:registry/app".to_owned(); WRITERS as usize],
    ];
    let workers: Vec<(BTreeMap<String, u64>, usize)> = thread::scope(|scope| {
        let workers = targets.concat().into_iter().enumerate().map(|(number, target)| {
            let (work, random) = (&work, Random::new(seed.wrapping_add(number as u64)));
            scope.spawn(move || keep_busy(work, &target, number, random, until))
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect()
    });
    let memory = served.memory();
    assert!(memory <= 2 * MOST, "{} MiB after it", memory >> 20);
    let mut expected: Vec<String> =
        workers.iter().flat_map(|(tags, _)| tags.keys().cloned()).collect();
    expected.push("base".to_owned());
    expected.sort();
    let tags = work.ocigraph(&["tags", &served.reference("app")]).ok();
    let mut tags: Vec<String> = tags.lines().map(str::to_owned).collect();
    tags.sort();
    assert_eq!(tags, expected);
    for (tag, size) in workers.iter().flat_map(|(tags, _)| tags) {
        assert_pulled(&work, &served.reference("app"), tag, *size, "last");
    }
    assert_whole(&work, "registry/app");
    assert_eq!(served.ended_by("TERM").code(), Some(0));
    assert_whole(&work, "registry/app");
    let done: usize = workers.iter().map(|(_, done)| done).sum();
    eprintln!("{done} commands, {} tags, {} MiB at the end", tags.len(), memory >> 20);
}

/// Pushes, attaches, pulls and deletes until the end. Returns the tags that are left, with the sizes of
/// their files, and the number of commands.
fn keep_busy(
    work: &Workspace,
    target: &str,
    number: usize,
    mut random: Random,
    until: Instant,
) -> (BTreeMap<String, u64>, usize) {
    let (mut tags, mut done) = (BTreeMap::new(), 0);
    while Instant::now() < until {
        done += 1;
        let known: Vec<String> = tags.keys().cloned().collect();
        match random.of(&known) {
            Some(tag) if tags.len() >= KEPT || random.one_in(6) => {
                work.ocigraph(&["delete", "--yes", &format!("{target}:{tag}")]).ok();
                tags.remove(&tag);
            }
            Some(tag) if random.one_in(3) => {
                assert_pulled(work, target, &tag, tags[&tag], &format!("pulled-{number}"));
            }
            Some(tag) if random.one_in(3) => {
                let file = format!("attached-{number}");
                work.write(&file, format!("{number} {done}"));
                let subject = format!("{target}:{tag}");
                let kind = ["--artifact-type", "sbom/example"];
                work.ocigraph(&[&["attach", &subject][..], &kind, &[&file]].concat()).ok();
                let found = work.ocigraph(&["discover", "--format", "json", &subject]).ok();
                assert!(found.contains("sbom/example"), "{found}");
            }
            _ => {
                let most = if random.one_in(8) { 8 << 20 } else { 64 << 10 };
                let size = 1 + random.below(most);
                let (file, tag) = (format!("file-{number}"), format!("of-{number}-{done}"));
                work.write(&file, content_of(&tag, size));
                work.ocigraph(&["push", &format!("{target}:{tag}"), &file]).ok();
                tags.insert(tag, size);
            }
        }
    }
    (tags, done)
}

fn content_of(tag: &str, size: u64) -> Vec<u8> {
    tag.bytes().cycle().take(size as usize).collect()
}

fn assert_pulled(work: &Workspace, target: &str, tag: &str, size: u64, folder: &str) {
    let _ = fs::remove_dir_all(work.path(folder));
    work.ocigraph(&["pull", &format!("{target}:{tag}"), "--output", folder]).ok();
    let pulled = fs::read_dir(work.path(folder)).unwrap().flatten().next().unwrap();
    assert!(fs::read(pulled.path()).unwrap() == content_of(tag, size), "the content of {tag}");
}

/// Uploads in progress at the limit of connections.
const UPLOADS: usize = 256;

#[test]
fn as_many_uploads_as_there_can_be_connections_take_little_memory() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let program = served.memory();
    // Connections that stop in the middle of the body, once all have sent more than a full buffer.
    let sent = vec![7; 4 << 20];
    let barrier = Barrier::new(UPLOADS);
    thread::scope(|scope| {
        for _ in 0..UPLOADS {
            thread::Builder::new()
                .stack_size(64 << 10)
                .spawn_scoped(scope, || {
                    let mut connection = TcpStream::connect(&served.host).unwrap();
                    let begin = "POST /v2/app/blobs/uploads/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\
                                 Connection: close\r\n\r\n";
                    connection.write_all(begin.as_bytes()).unwrap();
                    let mut response = String::new();
                    connection.read_to_string(&mut response).unwrap();
                    // While all places are taken, the server ends a connection after each request.
                    connection = TcpStream::connect(&served.host).unwrap();
                    let location = response.lines().find_map(|line| line.strip_prefix("location: "));
                    let location = location.unwrap_or_else(|| panic!("{response}"));
                    let head = format!(
                        "PATCH {location} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGE}\r\n\r\n"
                    );
                    connection.write_all(head.as_bytes()).unwrap();
                    barrier.wait();
                    connection.write_all(&sent).unwrap();
                    barrier.wait();
                })
                .unwrap();
        }
    });
    // Without the pages of the program itself: a program without optimisation is large.
    let peak = served.peak_memory() - program;
    assert!(peak <= MOST, "{} MiB", peak >> 20);
}

/// Bytes of a body that arrives byte by byte.
const BYTES: usize = 150_000;

#[test]
fn a_body_that_arrives_byte_by_byte_takes_little_memory() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let program = served.memory();
    let digest = ocigraph::Algorithm::Sha256.digest(&[7; BYTES]);
    let mut connection = TcpStream::connect(&served.host).unwrap();
    connection.set_nodelay(true).unwrap();
    let head = format!(
        "POST /v2/app/blobs/uploads/?digest={digest} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Length: {BYTES}\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    for _ in 0..BYTES {
        connection.write_all(&[7]).unwrap();
    }
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 201"), "{response}");
    let peak = served.peak_memory() - program;
    assert!(peak <= 16 << 20, "{} MiB", peak >> 20);
}

/// Maximum memory of the server while large blobs pass through it.
const MOST: u64 = 64 << 20;
/// Bytes of a large blob.
const LARGE: u64 = 400 << 20;

#[test]
fn large_blobs_pass_through_little_memory() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    // Two blobs that arrive and leave at the same time.
    let files = ["a.bin", "b.bin"];
    for (n, name) in files.iter().enumerate() {
        let mut file = fs::File::create(work.path(name)).unwrap();
        file.set_len(LARGE).unwrap();
        file.write_all(&[u8::try_from(n).unwrap(); 7]).unwrap();
    }
    let before = served.peak_memory();
    work.ocigraph(&["push", &served.reference("app:v1"), files[0], files[1]]).ok();
    assert!(served.peak_memory() <= MOST, "push: {} MiB", served.peak_memory() >> 20);
    let pull = |folder: &str| {
        work.ocigraph(&["pull", &served.reference("app:v1"), "--output", folder]).ok();
        fs::remove_dir_all(work.path(folder)).unwrap();
    };
    thread::scope(|scope| {
        scope.spawn(|| pull("first"));
        scope.spawn(|| pull("second"));
    });
    let peak = served.peak_memory();
    assert!(peak <= MOST, "pull: {} MiB, {} MiB at the start", peak >> 20, before >> 20);
}

#[test]
fn a_client_that_reads_nothing_holds_no_thread_and_no_memory() {
    let work = Workspace::new();
    let served = Served::folder(&work);
    let mut file = fs::File::create(work.path("large.bin")).unwrap();
    file.set_len(256 << 20).unwrap();
    file.write_all(b"x").unwrap();
    work.ocigraph(&["push", &served.reference("app:v1"), "large.bin"]).ok();
    let manifest = work.ocigraph(&["manifest", "fetch", &served.reference("app:v1")]).json();
    let digest = manifest["layers"][0]["digest"].as_str().unwrap();
    let request = format!("GET /v2/app/blobs/{digest} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut connections: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut connection = TcpStream::connect(&served.host).unwrap();
            connection.write_all(request.as_bytes()).unwrap();
            let mut first = [0; 12];
            connection.read_exact(&mut first).unwrap();
            connection
        })
        .collect();
    let status = fs::read_to_string(format!("/proc/{}/status", served.process())).unwrap();
    let threads = status.lines().find_map(|line| line.strip_prefix("Threads:")).unwrap();
    // Threads that were needed a moment ago end later; a thread for each client would be 100 more.
    assert!(threads.trim().parse::<usize>().unwrap() < 80, "{threads} threads");
    work.ocigraph(&["resolve", &served.reference("app:v1")]).ok();
    connections.clear();
}
