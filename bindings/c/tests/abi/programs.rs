//! The programs of `tests/c`: plain, under AddressSanitizer and UBSan, and under valgrind.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use ocigraph_fixture::{Auth, Config, Fixture, Referrers};
use ocigraph_suite::{Authority, Shows, TlsFront, Workspace};
use tempfile::TempDir;

use crate::{compile, hooked, stage};

/// A command that runs a program under valgrind: no error, and nothing that is lost.
pub(crate) fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--max-threads=1000"])
        .args(["--errors-for-leak-kinds=definite,indirect,possible"])
        .args(["--show-leak-kinds=definite,indirect,possible", "--num-callers=30"])
        // Its threads take turns; by default one that works lets no other begin.
        .arg("--fair-sched=yes")
        .env("SLOWER", "20")
        .arg(format!("--suppressions={}", crate::root().join("tests/c/valgrind.supp").display()))
        .arg(program);
    command
}

#[derive(Clone, Copy, Debug)]
enum How {
    Plain,
    Sanitized,
    Valgrind,
}

impl How {
    const ALL: &[Self] = &[Self::Plain, Self::Sanitized, Self::Valgrind];
    /// Valgrind takes what the assembly of ring does for mistakes, and what TLS keeps for lost.
    const WITH_TLS: &[Self] = &[Self::Plain, Self::Sanitized];
    /// The sanitizer of GCC 12 keeps its own locks in a child that is forked while another thread
    /// allocates, and hangs in any program.
    const FORKED: &[Self] = &[Self::Plain, Self::Valgrind];

    /// A compiler for C or C++, and its flags.
    fn compiler(self, cpp: bool) -> Vec<&'static str> {
        let (gcc, clang) = if cpp { ("g++", "clang++") } else { ("gcc", "clang") };
        match self {
            How::Plain => vec![clang, "-O2"],
            How::Sanitized => {
                // Optimizing what the sanitizers add to C++ takes longer than all the tests.
                let level = if cpp { "-O0" } else { "-O1" };
                vec![gcc, level, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
            }
            How::Valgrind => vec![gcc, "-O0"],
        }
    }

    fn command(self, program: &Path) -> Command {
        match self {
            How::Valgrind => valgrind(program),
            _ => Command::new(program),
        }
    }
}

/// A program of `tests/c` in each of its forms, and a way to run each.
fn each(name: &str, run: impl Fn(How, &Workspace, &mut dyn FnMut(&[&str]))) {
    each_of(How::ALL, name, run);
}

fn each_of(forms: &[How], name: &str, run: impl Fn(How, &Workspace, &mut dyn FnMut(&[&str]))) {
    let folder = TempDir::new().unwrap();
    for &how in forms {
        let program = compile(&folder, name, &how.compiler(name.ends_with(".cpp")));
        let work = Workspace::new();
        run(how, &work, &mut |args| {
            let mut command = how.command(&program);
            command.args(args).current_dir(work.dir()).env("HOME", work.home());
            command.env("DOCKER_CONFIG", work.home());
            crate::run(&mut command);
        });
    }
}

/// A registry that answers after a minute.
fn slow() -> (Fixture, String) {
    let fixture = Fixture::start(Config { delay_ms: 60_000, ..Config::default() });
    let repository = format!("{}/slow", fixture.host());
    (fixture, repository)
}

#[test]
fn every_operation_on_a_layout() {
    each("operations.c", |_, _, run| run(&["oci:here", "oci:other", ""]));
}

#[test]
fn every_operation_on_a_registry() {
    each("operations.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        let host = fixture.host().to_string();
        run(&[&format!("{host}/here"), &format!("{host}/other"), &host]);
    });
}

#[test]
fn contents_and_arguments_of_every_kind() {
    each("contents.c", |_, _, run| run(&["oci:here", ""]));
    each("contents.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        let host = fixture.host().to_string();
        run(&[&format!("{host}/here"), &host]);
    });
}

#[test]
fn callbacks_of_every_kind() {
    let (_fixture, slow) = slow();
    each("callbacks.c", |_, _, run| run(&["oci:here", &slow]));
    each("callbacks.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&[&format!("{}/here", fixture.host()), &slow]);
    });
}

#[test]
fn cancelled_before_during_and_after() {
    let (_fixture, slow) = slow();
    each("cancel.c", |_, _, run| run(&["oci:here", &slow]));
}

#[test]
fn sixteen_threads_share_a_client() {
    each("threads.c", |how, _, run| {
        let fixture = Fixture::start(Config::default());
        let rounds = if matches!(how, How::Valgrind) { "1" } else { "10" };
        run(&[&format!("{}/shared", fixture.host()), rounds]);
    });
}

#[test]
fn more_completions_than_threads_for_file_work() {
    each("many.c", |_, _, run| run(&["oci:here"]));
}

/// A registry that takes some of every upload, and goes away in the middle of it.
fn goes_away() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // It ends with the test program.
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that goes away itself is no failure.
            thread::spawn(move || drop(take_some(connection)));
        }
    });
    address
}

fn take_some(mut connection: TcpStream) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if connection.read(&mut byte)? == 0 {
                return Ok(());
            }
            head.push(byte[0]);
        }
        let empty = "\r\nContent-Length: 0\r\n\r\n";
        match head.split(|b| *b == b' ').next() {
            Some(b"POST") => {
                let answer = format!("HTTP/1.1 202 Accepted\r\nLocation: /upload/1{empty}");
                connection.write_all(answer.as_bytes())?;
            }
            Some(b"PUT" | b"PATCH") => {
                connection.read_exact(&mut [0; 64 * 1024])?;
                return Ok(());
            }
            _ => connection.write_all(format!("HTTP/1.1 404 Not Found{empty}").as_bytes())?,
        }
    }
}

#[test]
fn a_connection_that_breaks_is_an_error_and_no_signal() {
    let host = goes_away();
    each("signals.c", |_, _, run| run(&[&format!("{host}/app")]));
}

#[test]
fn a_child_of_the_process_is_told_that_the_threads_are_not_there() {
    let (_fixture, slow) = slow();
    each_of(How::FORKED, "fork.c", |_, _, run| run(&["oci:here", &slow]));
    each_of(How::FORKED, "fork.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&[&format!("{}/here", fixture.host()), &slow]);
    });
}

#[test]
fn limits_as_they_are_set() {
    let (_fixture, slow) = slow();
    each("limits.c", |_, _, run| {
        let fixture = Fixture::start(Config { referrers_page: Some(1), ..Config::default() });
        run(&[&format!("{}/here", fixture.host()), &slow]);
    });
}

#[test]
fn tls_as_it_is_asked_for() {
    let (registry, authority) = (Fixture::start(Config::default()), Authority::new());
    let front = TlsFront::start(&authority, Shows::Good, &registry.host());
    let known = TlsFront::for_known_clients(&authority, &registry.host());
    let (cert, key) = authority.client();
    each_of(How::WITH_TLS, "tls.c", |_, work, run| {
        work.write("ca.pem", authority.pem());
        work.write("cert.pem", &cert);
        work.write("key.pem", &key);
        run(&[&front.host(), &known.host(), "ca.pem", "cert.pem", "key.pem"]);
    });
    assert_eq!(front.plain_connections() + known.plain_connections(), 0);
    let own = registry.requests().into_iter().filter(|r| r.header("x-one") == Some("a"));
    assert!(own.into_iter().any(|r| r.header("user-agent") == Some("tests/1")));
}

#[test]
fn what_azure_tells_of_tags_and_manifests() {
    let azure = Config { azure: true, ..Config::default() };
    let fixture = Fixture::start(azure.clone());
    let work = Workspace::new();
    let image = format!("{}/app:v1", fixture.host());
    let push =
        work.ocigraph(&["push", &image, "--artifact-type", "app/example", "--format", "json"]);
    let digest = push.json()["descriptor"]["digest"].as_str().unwrap().to_owned();
    work.ocigraph(&["attach", &image, "--artifact-type", "sbom/example"]).ok();
    fixture.set_config(Config { locked: vec![digest.clone()], ..azure });
    each("azure.c", |_, _, run| run(&[&format!("{}/app", fixture.host()), &digest]));
}

/// A registry that takes ada with the password `s3cret`.
fn guarded() -> Fixture {
    let auth = Auth::Basic { user: "ada".into(), password: "s3cret".into() };
    Fixture::start(Config { auth, ..Config::default() })
}

#[test]
fn credentials_of_every_origin() {
    let fixture = guarded();
    each("login.c", |_, _, run| run(&[&fixture.host().to_string()]));
}

#[test]
fn nothing_is_called_after_its_end() {
    let (fixture, (_other, slow)) = (guarded(), slow());
    each("lifetimes.c", |_, _, run| run(&[&fixture.host().to_string(), "oci:here", &slow]));
}

#[test]
fn a_callback_that_blocks_holds_up_nobody_else() {
    let (guarded, (_other, slow)) = (guarded(), slow());
    each("blocked.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        let open = format!("{}/open", fixture.host());
        run(&[&guarded.host().to_string(), "oci:here", &slow, &open]);
    });
}

#[test]
fn every_way_through_a_graph_and_how_deep_it_may_be() {
    let none = Config { referrers: Referrers::None, ..Config::default() };
    each("graph.cpp", |how, _, run| {
        let fixture = Fixture::start(none.clone());
        let length = if matches!(how, How::Plain) { "20000" } else { "200" };
        run(&[&format!("{}/twice", fixture.host()), "deep", length]);
    });
}

#[test]
fn the_wrapper_for_cpp() {
    let (_fixture, slow) = slow();
    let guarded = guarded();
    let guarded = guarded.host().to_string();
    each("wrapper.cpp", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&["oci:here", &slow, &guarded, "layout"]);
        run(&[&format!("{}/here", fixture.host()), &slow, &guarded, "registry"]);
    });
}

/// The library of tomorrow, under the name that programs look for.
fn tomorrow(folder: &TempDir) -> PathBuf {
    let libraries = folder.path().join("tomorrow");
    fs::create_dir(&libraries).unwrap();
    symlink(hooked(), libraries.join("libocigraph.so.0")).unwrap();
    libraries
}

#[test]
fn a_panic_comes_back_as_internal() {
    let folder = TempDir::new().unwrap();
    let libraries = tomorrow(&folder);
    // It calls what today's library does not have.
    let library = libraries.join("libocigraph.so.0");
    let program = compile(&folder, "panic.c", &["gcc", library.to_str().unwrap()]);
    let work = Workspace::new();
    let mut command = work.command(program);
    crate::run(command.arg("oci:here").env("LD_LIBRARY_PATH", libraries));
}

#[test]
fn a_program_of_today_runs_with_a_library_that_has_an_option_more() {
    let folder = TempDir::new().unwrap();
    let libraries = tomorrow(&folder);
    let program = compile(&folder, "operations.c", &["gcc"]);
    let work = Workspace::new();
    let mut command = work.command(program);
    command.args(["oci:here", "oci:other", ""]).env("LD_LIBRARY_PATH", &libraries);
    // Before it is believed: that it is the other library which is loaded.
    let maps = crate::run(
        Command::new("ldd").arg(command.get_program()).env("LD_LIBRARY_PATH", &libraries),
    );
    assert!(maps.contains(libraries.to_str().unwrap()), "{maps}");
    assert!(!maps.contains(stage().to_str().unwrap()), "{maps}");
    crate::run(&mut command);
}
