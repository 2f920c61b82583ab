//! The library as C sees it: its header, its symbols, its numbers, and the programs that use it.
//!
//! It relies on gcc and clang, on valgrind, and on the tools of `tests/setup`. The library under
//! test is laid out as `make install` does it, and programs find it by pkg-config alone.

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

/// The header as it is committed.
fn committed() -> String {
    fs::read_to_string(header_path()).unwrap()
}

/// The folder that cargo built the library into, beside this test.
fn built() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The library with the hooks of the tests.
fn hooked() -> PathBuf {
    let path = built().join("libocigraph_hooked.so");
    assert!(path.is_file(), "there is no {}; run cargo build -p ocigraph-c-hooked", path.display());
    path
}

/// Where the library is laid out for these tests, and for no others that run beside them.
fn stage() -> &'static Path {
    static STAGE: OnceLock<PathBuf> = OnceLock::new();
    STAGE.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        // Nothing ends with these tests that could remove it; the next ones do.
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap().path();
            let process = entry.file_name().and_then(|name| name.to_str()?.strip_prefix("stage-"));
            if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                // Others may do the same at this moment.
                let _ = fs::remove_dir_all(&entry);
            }
        }
        let stage = folder.join(format!("stage-{}", std::process::id()));
        install(&[stage.to_str().unwrap()]);
        stage
    })
}

/// Lays out the library: PREFIX, and DESTDIR where there is one.
fn install(places: &[&str]) {
    run(Command::new(crate_dir().join("install")).arg(built()).args(places));
}

/// Runs a command that must succeed; gives what it printed.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{printed}\n{said}", output.status);
    printed
}

/// What pkg-config says of the library below a prefix.
fn pkg_config(prefix: &Path, args: &[&str]) -> Vec<String> {
    let printed = run(Command::new("pkg-config")
        .args(args)
        .arg("ocigraph")
        .env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")));
    printed.split_whitespace().map(str::to_owned).collect()
}

/// Compiles `tests/c/NAME` with warnings as errors, against the laid out library.
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
