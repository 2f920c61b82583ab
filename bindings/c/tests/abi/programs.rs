//! The programs of `tests/c`: plain, under AddressSanitizer and UBSan, and under valgrind.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use ocigraph_fixture::{Auth, Config, Fixture};
use ocigraph_suite::Workspace;
use tempfile::TempDir;

use crate::{compile, hooked, stage};

/// A command that runs a program under valgrind: no error, and nothing that is lost.
pub(crate) fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
        .args(["--errors-for-leak-kinds=definite,indirect,possible"])
        .args(["--show-leak-kinds=definite,indirect,possible", "--num-callers=30"])
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
    const ALL: [Self; 3] = [Self::Plain, Self::Sanitized, Self::Valgrind];

    /// A compiler for C or C++, and its flags.
    fn compiler(self, cpp: bool) -> Vec<&'static str> {
        let (gcc, clang) = if cpp { ("g++", "clang++") } else { ("gcc", "clang") };
        match self {
            How::Plain => vec![clang, "-O2"],
            How::Sanitized => {
                vec![gcc, "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
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
    let folder = TempDir::new().unwrap();
    for how in How::ALL {
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
fn the_wrapper_for_cpp() {
    let (_fixture, slow) = slow();
    let guarded = guarded();
    let guarded = guarded.host().to_string();
    each("wrapper.cpp", |_, _, run| run(&["oci:here", &slow, &guarded]));
    each("wrapper.cpp", |_, _, run| {
        let fixture = Fixture::start(Config::default());
        run(&[&format!("{}/here", fixture.host()), &slow, &guarded]);
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
