//! Tests of the C library: header, symbols, constants, installation, and programs that use it.
//!
//! They require gcc, clang, valgrind and the tools of `tests/setup`. The library under test is
//! installed as by `make install`, and programs find it with pkg-config only.

mod header;
mod installed;
mod nulls;
mod numbers;
mod programs;
mod symbols;
mod vectors;
mod wrapper;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn root() -> PathBuf {
    crate_dir().join("../..")
}

fn header_path() -> PathBuf {
    root().join("include/ocigraph.h")
}

/// Returns the committed header.
fn committed() -> String {
    fs::read_to_string(header_path()).unwrap()
}

/// Returns the directory that contains the library and this test.
fn built() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// Returns the library that includes the functions for tests.
fn hooked() -> PathBuf {
    let path = built().join("libocigraph_hooked.so");
    assert!(path.is_file(), "{} is missing; run cargo build -p ocigraph-c-hooked", path.display());
    path
}

/// Installs the library into a directory of this process and returns it.
fn stage() -> &'static Path {
    static STAGE: OnceLock<PathBuf> = OnceLock::new();
    STAGE.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        // Removes the directories of earlier test processes, which could not remove their own.
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap().path();
            let process = entry.file_name().and_then(|name| name.to_str()?.strip_prefix("stage-"));
            if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                // Another test process may be removing it concurrently.
                let _ = fs::remove_dir_all(&entry);
            }
        }
        let stage = folder.join(format!("stage-{}", std::process::id()));
        install(&[stage.to_str().unwrap()]);
        stage
    })
}

/// Installs the library. The arguments are PREFIX and optionally DESTDIR.
fn install(arguments: &[&str]) {
    run(Command::new(crate_dir().join("install")).arg(built()).args(arguments));
}

/// Runs a command, which must succeed, and returns its standard output.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let message = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{printed}\n{message}", output.status);
    printed
}

/// Returns the output of pkg-config for the library installed in `prefix`.
fn pkg_config(prefix: &Path, args: &[&str]) -> Vec<String> {
    let printed = run(Command::new("pkg-config")
        .args(args)
        .arg("ocigraph")
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    printed.split_whitespace().map(str::to_owned).collect()
}

/// Compiles `tests/c/NAME` with warnings as errors against the installed library.
fn compile(folder: &TempDir, name: &str, compiler: &[&str]) -> PathBuf {
    let source = root().join("tests/c").join(name);
    let program = folder.path().join(name.replace('.', "-"));
    let (compiler, flags) = compiler.split_first().unwrap();
    let standard = if name.ends_with(".cpp") { "-std=c++17" } else { "-std=gnu11" };
    run(Command::new(compiler)
        .args([standard, "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"])
        .arg(source)
        .args(flags)
        .arg("-o")
        .arg(&program)
        .args(pkg_config(stage(), &["--cflags", "--libs"]))
        .arg(format!("-Wl,-rpath,{}", stage().join("lib").display())));
    program
}
