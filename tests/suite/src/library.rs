//! The shared library as `make install` lays it out, for tests of the languages that link it.
//!
//! It relies on the library that was built in the same profile as the running test.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder that holds `lib`, `include` and `lib/pkgconfig`.
///
/// # Panics
/// When the library has not been built.
pub fn c_library() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let test = env::current_exe().expect("the path of the running test");
        let profile = test.ancestors().nth(2).expect("the test runs from a target folder");
        let library = profile.join("libocigraph_c.so");
        assert!(
            library.is_file(),
            "looking for the library: there is no {}; run the tests with `make test`, \
             or run `cargo build -p ocigraph-c` first",
            library.display()
        );
        let prefix = profile.join("c-library");
        done(Command::new(root().join("bindings/c/install")).arg(profile).arg(&prefix));
        prefix
    })
}

/// Compiles a C program of the tree, such as `tests/c/step.c`, into a folder.
///
/// # Panics
/// When it does not compile.
pub fn c_program(source: &str, folder: &Path) -> PathBuf {
    let program = folder.join(source.replace(['/', '.'], "-"));
    let lib = c_library().join("lib");
    done(
        Command::new("gcc")
            .args(["-std=gnu11", "-g", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"])
            .arg(root().join(source))
            .arg("-o")
            .arg(&program)
            .arg(format!("-I{}", c_library().join("include").display()))
            .args([format!("-L{}", lib.display()), "-locigraph".to_owned()])
            .arg(format!("-Wl,-rpath,{}", lib.display())),
    );
    program
}

/// Compiles a Go program of the tree, such as `bindings/go/internal/step`, into a folder.
///
/// # Panics
/// When it does not compile.
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

/// Lets a `go` command find the library, by pkg-config alone.
pub fn with_library(go: &mut Command) -> &mut Command {
    let library = c_library();
    go.env("GOWORK", "off")
        .env("PKG_CONFIG_PATH", library.join("lib/pkgconfig"))
        // Go keeps what pkg-config once said, and asks again only where the flags are others.
        .env("CGO_CFLAGS", format!("-O2 -g -DLIBRARY={}", library.display()))
}

fn done(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}
