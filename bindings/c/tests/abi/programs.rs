//! Runs the programs of `tests/c` plain, with AddressSanitizer and UBSan, and under valgrind.

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
use ocigraph_suite::{
    Authority, STALLED_SIZE, Shows, TlsFront, Workspace, assert_sessions_closed, stalling,
};
use tempfile::TempDir;

use crate::{compile, hooked, stage};

/// Returns a command that runs a program under valgrind and fails on errors and leaks.
pub(crate) fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--max-threads=1000"])
        .args(["--errors-for-leak-kinds=definite,indirect,possible"])
        .args(["--show-leak-kinds=definite,indirect,possible", "--num-callers=30"])
        // By default, valgrind lets a busy thread starve the others.
        .arg("--fair-sched=yes")
        .env("SLOWER", "20")
        .arg(format!("--suppressions={}", crate::root().join("tests/c/valgrind.supp").display()))
        .arg(program);
    command
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Plain,
    Sanitized,
    Valgrind,
}

impl Form {
    const ALL: &[Self] = &[Self::Plain, Self::Sanitized, Self::Valgrind];
    /// Without valgrind, which reports false errors in the assembly of ring and false leaks in TLS.
    const WITH_TLS: &[Self] = &[Self::Plain, Self::Sanitized];
    /// Without valgrind, which reports what a program that ends with `_exit` has not freed.
    const WITH_LEAKS: &[Self] = &[Self::Plain, Self::Sanitized];
    /// Without the sanitizers: those of GCC 12 deadlock in a child that is forked while another thread
    /// allocates.
    const FORKED: &[Self] = &[Self::Plain, Self::Valgrind];

    /// Returns the compiler for C or C++ with its flags.
    fn compiler(self, cpp: bool) -> Vec<&'static str> {
        let (gcc, clang) = if cpp { ("g++", "clang++") } else { ("gcc", "clang") };
        match self {
            Form::Plain => vec![clang, "-O2"],
            Form::Sanitized => {
                // Optimizing sanitized C++ takes longer than all tests together.
                let level = if cpp { "-O0" } else { "-O1" };
                vec![gcc, level, "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
            }
            Form::Valgrind => vec![gcc, "-O0"],
        }
    }

    fn command(self, program: &Path) -> Command {
        match self {
            Form::Valgrind => valgrind(program),
            _ => Command::new(program),
        }
    }
}

/// Compiles a program of `tests/c` in each form and passes a function that runs it.
fn each(name: &str, run: impl Fn(Form, &Workspace, &mut dyn FnMut(&[&str]))) {
    each_of(Form::ALL, name, run);
}

fn each_of(forms: &[Form], name: &str, run: impl Fn(Form, &Workspace, &mut dyn FnMut(&[&str]))) {
    let folder = TempDir::new().unwrap();
    for &form in forms {
        let program = compile(&folder, name, &form.compiler(name.ends_with(".cpp")));
        let work = Workspace::new();
        run(form, &work, &mut |args| {
            let mut command = form.command(&program);
            command.args(args).current_dir(work.dir()).env("HOME", work.home());
            command.env("DOCKER_CONFIG", work.home());
            crate::run(&mut command);
        });
    }
}

/// Starts a registry that responds after one minute.
fn slow() -> (Fixture, String) {
    let fixture = Fixture::start(Config { delay_ms: 60_000, ..Config::default() });
    let repository = format!("{}/slow", fixture.host());
    (fixture, repository)
}

#[test]
fn every_operation_works_on_a_layout() {
    each("operations.c", |_, _, run| run(&["oci:here", "oci:other", ""]));
}

#[test]
fn every_operation_works_on_a_registry() {
    each("operations.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        let host = fixture.host().to_string();
        run(&[&format!("{host}/here"), &format!("{host}/other"), &host]);
    });
}

#[test]
fn contents_and_arguments_of_every_kind_are_handled() {
    each("contents.c", |_, _, run| run(&["oci:here", ""]));
    each("contents.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        let host = fixture.host().to_string();
        run(&[&format!("{host}/here"), &host]);
    });
}

#[test]
fn callbacks_of_every_kind_are_called() {
    let (_fixture, slow) = slow();
    each("callbacks.c", |_, _, run| run(&["oci:here", &slow]));
    each("callbacks.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&[&format!("{}/here", fixture.host()), &slow]);
    });
}

#[test]
fn operations_can_be_cancelled_before_during_and_after() {
    let (_fixture, slow) = slow();
    each("cancel.c", |_, _, run| run(&["oci:here", &slow]));
}

#[test]
fn a_cancelled_call_has_cleaned_up_when_it_returns() {
    for call in ["push", "push_start"] {
        each_of(Form::WITH_LEAKS, "cleanup.c", |_, _, run| {
            let fixture = Fixture::start(stalling());
            run(&[call, &format!("{}/app:v1", fixture.host())]);
            assert_sessions_closed(&fixture);
        });
    }
    let fixture = Fixture::start(Config::default());
    let reference = format!("{}/app:v1", fixture.host());
    let work = Workspace::new();
    work.write("large", vec![7; STALLED_SIZE]);
    work.ocigraph(&["push", &reference, "large"]).ok();
    fixture.set_config(stalling());
    for call in ["pull", "pull_start"] {
        each_of(Form::WITH_LEAKS, "cleanup.c", |_, work, run| {
            fs::create_dir(work.path("out")).unwrap();
            run(&[call, &reference]);
            let left: Vec<_> = fs::read_dir(work.path("out")).unwrap().collect();
            assert!(left.is_empty(), "{call} left {left:?}");
        });
    }
}

#[test]
fn sixteen_threads_share_a_client() {
    each("threads.c", |form, _, run| {
        let fixture = Fixture::start(Config::default());
        let rounds = if matches!(form, Form::Valgrind) { "1" } else { "10" };
        run(&[&format!("{}/shared", fixture.host()), rounds]);
    });
}

#[test]
fn more_completion_callbacks_than_file_threads_can_run() {
    each("many.c", |_, _, run| run(&["oci:here"]));
}

/// Starts a registry that closes the connection in the middle of every upload.
fn goes_away() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // The thread ends with the test process.
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // The client may close the connection first.
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
fn a_lost_connection_is_an_error_and_raises_no_signal() {
    let host = goes_away();
    each("signals.c", |_, _, run| run(&[&format!("{host}/app")]));
}

#[test]
fn a_forked_child_gets_an_error_for_a_client_of_its_parent() {
    let (_fixture, slow) = slow();
    each_of(Form::FORKED, "fork.c", |_, _, run| run(&["oci:here", &slow]));
    each_of(Form::FORKED, "fork.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&[&format!("{}/here", fixture.host()), &slow]);
    });
}

#[test]
fn limits_take_effect() {
    let (_fixture, slow) = slow();
    each("limits.c", |_, _, run| {
        let fixture = Fixture::start(Config { referrers_page: Some(1), ..Config::default() });
        run(&[&format!("{}/here", fixture.host()), &slow]);
    });
}

#[test]
fn tls_options_take_effect() {
    let (registry, authority) = (Fixture::start(Config::default()), Authority::new());
    let front = TlsFront::start(&authority, Shows::Good, &registry.host());
    let known = TlsFront::for_known_clients(&authority, &registry.host());
    let (cert, key) = authority.client();
    each_of(Form::WITH_TLS, "tls.c", |_, work, run| {
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
fn layouts_are_served_until_the_registry_is_freed() {
    each("serve.c", |_, _, run| run(&["plain"]));
    each_of(Form::FORKED, "serve.c", |_, _, run| run(&["fork"]));
    let authority = Authority::new();
    let certificate = authority.registry();
    let hash = bcrypt::hash("s3cret", 4).unwrap();
    each_of(Form::WITH_TLS, "serve.c", |_, work, run| {
        work.write("cert.pem", &certificate.certificate);
        work.write("key.pem", &certificate.key);
        work.write("ca.pem", authority.pem());
        work.write("users", format!("ada:{hash}\n"));
        run(&["tls", "cert.pem", "key.pem", "ca.pem", "users"]);
    });
}

#[test]
fn metadata_of_azure_is_reported_for_tags_and_manifests() {
    let azure = Config { azure: true, ..Config::default() };
    let fixture = Fixture::start(azure.clone());
    let work = Workspace::new();
    let image = format!("{}/app:v1", fixture.host());
    let push =
        work.ocigraph(&["push", &image, "--artifact-type", "app/example", "--format", "json"]);
    let digest = push.json()["descriptor"]["digest"].as_str().unwrap().to_owned();
    work.ocigraph(&["attach", &image, "--artifact-type", "sbom/example", "--allow-empty"]).ok();
    fixture.set_config(Config { locked: vec![digest.clone()], ..azure });
    each("azure.c", |_, _, run| run(&[&format!("{}/app", fixture.host()), &digest]));
}

/// Starts a registry that requires the user ada with the password `s3cret`.
fn guarded() -> Fixture {
    let auth = Auth::Basic { user: "ada".into(), password: "s3cret".into() };
    Fixture::start(Config { auth, ..Config::default() })
}

#[test]
fn credentials_from_every_source_are_used() {
    let fixture = guarded();
    each("login.c", |_, _, run| run(&[&fixture.host().to_string()]));
}

#[test]
fn no_callback_is_called_after_its_owner_was_freed() {
    let (fixture, (_other, slow)) = (guarded(), slow());
    each("lifetimes.c", |_, _, run| run(&[&fixture.host().to_string(), "oci:here", &slow]));
}

#[test]
fn a_blocked_callback_delays_only_its_own_operation() {
    let (guarded, (_other, slow)) = (guarded(), slow());
    each("blocked.c", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        let open = format!("{}/open", fixture.host());
        run(&[&guarded.host().to_string(), "oci:here", &slow, &open]);
    });
}

#[test]
fn deep_graphs_and_repeated_manifests_are_walked_completely() {
    let none = Config { referrers: Referrers::None, ..Config::default() };
    each("graph.cpp", |form, _, run| {
        let fixture = Fixture::start(none.clone());
        let length = if matches!(form, Form::Plain) { "20000" } else { "200" };
        run(&[&format!("{}/twice", fixture.host()), "deep", length]);
    });
}

#[test]
fn the_cpp_wrapper_works_on_layouts_and_registries() {
    let (_fixture, slow) = slow();
    let guarded = guarded();
    let guarded = guarded.host().to_string();
    each("wrapper.cpp", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&["oci:here", &slow, &guarded, "layout"]);
        run(&[&format!("{}/here", fixture.host()), &slow, &guarded, "registry"]);
    });
}

/// Installs the library with the functions for tests under the regular name.
fn future_library(folder: &TempDir) -> PathBuf {
    let libraries = folder.path().join("future");
    fs::create_dir(&libraries).unwrap();
    symlink(hooked(), libraries.join("libocigraph.so.0")).unwrap();
    libraries
}

#[test]
fn a_panic_is_reported_as_internal() {
    let folder = TempDir::new().unwrap();
    let libraries = future_library(&folder);
    // The program calls functions that the regular library lacks.
    let library = libraries.join("libocigraph.so.0");
    let program = compile(&folder, "panic.c", &["gcc", library.to_str().unwrap()]);
    let work = Workspace::new();
    let mut command = work.command(program);
    crate::run(command.arg("oci:here").env("LD_LIBRARY_PATH", libraries));
}

#[test]
fn a_program_runs_with_a_newer_library_that_has_another_option() {
    let folder = TempDir::new().unwrap();
    let libraries = future_library(&folder);
    let program = compile(&folder, "operations.c", &["gcc"]);
    let work = Workspace::new();
    let mut command = work.command(program);
    command.args(["oci:here", "oci:other", ""]).env("LD_LIBRARY_PATH", &libraries);
    // Ensures that the newer library is the one that is loaded.
    let maps = crate::run(
        Command::new("ldd").arg(command.get_program()).env("LD_LIBRARY_PATH", &libraries),
    );
    assert!(maps.contains(libraries.to_str().unwrap()), "{maps}");
    assert!(!maps.contains(stage().to_str().unwrap()), "{maps}");
    crate::run(&mut command);
}
