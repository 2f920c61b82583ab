//! The shared library as `make install` lays it out, for tests of the languages that link it.
//!
//! It relies on the library that was built in the same profile as the running test.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder that holds `lib`, `include` and `lib/pkgconfig`.
///
/// # Panics
/// When the library has not been built.
pub fn c_library() -> &'static Path {
    static PREFIX: OnceLock<TempDir> = OnceLock::new();
    let prefix = PREFIX.get_or_init(|| {
        let test = env::current_exe().expect("the path of the running test");
        let profile = test.ancestors().nth(2).expect("the test runs from a target folder");
        let library = profile.join("libocigraph_c.so");
        assert!(
            library.is_file(),
            "looking for the library: there is no {}; run the tests with `make test`, \
             or run `cargo build -p ocigraph-c` first",
            library.display()
        );
        let prefix = tempfile::tempdir().expect("creating a folder for the library");
        done(Command::new(root().join("bindings/c/install")).arg(profile).arg(prefix.path()));
        prefix
    });
    prefix.path()
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
    let lib = c_library().join("lib");
    done(
        Command::new("go")
            .current_dir(root().join(source))
            .args(["build", "-o"])
            .arg(&program)
            .arg(".")
            .env("GOWORK", "off")
            .env("PKG_CONFIG_PATH", lib.join("pkgconfig"))
            .env("CGO_LDFLAGS_ALLOW", "-Wl,-rpath,.*")
            .env("CGO_LDFLAGS", format!("-Wl,-rpath,{}", lib.display())),
    );
    program
}

fn done(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}
