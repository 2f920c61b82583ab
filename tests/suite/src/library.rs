//! The shared library as `make install` installs it, for tests of C, C++ and Go.
//!
//! It needs the library of the same build profile as the running test.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the folder with `lib`, `include` and `lib/pkgconfig`.
///
/// # Panics
/// If the library was not built.
pub fn c_library() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let test = env::current_exe().expect("the path of the running test");
        let profile = test.ancestors().nth(2).expect("the test runs from a target folder");
        let library = profile.join("libocigraph_c.so");
        assert!(
            library.is_file(),
            "{} is missing: run the tests with `make test`, or run `cargo build -p ocigraph-c` first",
            library.display()
        );
        let prefix = profile.join("c-library");
        done(Command::new(root().join("bindings/c/install")).arg(profile).arg(&prefix));
        prefix
    })
}

/// Compiles a C or C++ program of this repository, such as `tests/c/scenario.c`, and writes it to a folder.
///
/// # Panics
/// If it does not compile.
pub fn c_program(source: &str, folder: &Path) -> PathBuf {
    let program = folder.join(source.replace(['/', '.'], "-"));
    let lib = c_library().join("lib");
    let (compiler, standard) = match source.ends_with(".cpp") {
        true => ("g++", "-std=c++17"),
        false => ("gcc", "-std=gnu11"),
    };
    done(
        Command::new(compiler)
            .args([standard, "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"])
            .arg(root().join(source))
            .arg("-o")
            .arg(&program)
            .arg(format!("-I{}", c_library().join("include").display()))
            .args([format!("-L{}", lib.display()), "-locigraph".to_owned()])
            .arg(format!("-Wl,-rpath,{}", lib.display())),
    );
    program
}

/// Compiles a Go program of this repository, such as `bindings/go/internal/scenario`, and writes it to a folder.
///
/// # Panics
/// If it does not compile.
pub fn go_program(source: &str, folder: &Path) -> PathBuf {
    let program = folder.join(source.replace('/', "-"));
    let mut build = Command::new("go");
    build.current_dir(root().join(source)).args(["build", "-o"]).arg(&program).arg(".");
    let lib = c_library().join("lib");
    build.env("CGO_LDFLAGS_ALLOW", "-Wl,-rpath,.*");
    build.env("CGO_LDFLAGS", format!("-Wl,-rpath,{}", lib.display()));
    done(with_library(&mut build));
    program
}

/// Sets the environment of a `go` command so that pkg-config finds the library.
pub fn with_library(go: &mut Command) -> &mut Command {
    let library = c_library();
    go.env("GOWORK", "off")
        .env("PKG_CONFIG_PATH", library.join("lib/pkgconfig"))
        // Go caches the output of pkg-config until the flags change.
        .env("CGO_CFLAGS", format!("-O2 -g -DLIBRARY={}", library.display()))
}

fn done(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
}
