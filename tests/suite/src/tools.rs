//! Finds the programs that the tests run. It never searches `PATH`, because another version of a program could behave
//! differently.

use std::env;
use std::path::PathBuf;

/// Returns the path of a tool that `tests/setup` installs, such as `oras` or `docker-registry`.
///
/// # Panics
/// If `OCIGRAPH_TOOLS` is not set or does not contain the tool.
pub fn tool(name: &str) -> PathBuf {
    let folder = env::var_os("OCIGRAPH_TOOLS").unwrap_or_else(|| {
        panic!(
            "{name} is missing: OCIGRAPH_TOOLS is not set; run the tests with `make test`, \
             or run `eval \"$(tests/setup --env)\"` first"
        )
    });
    let path = PathBuf::from(folder).join(name);
    assert!(
        path.is_file(),
        "{} is missing: run the tests with `make test`, which installs the tools",
        path.display()
    );
    path
}

/// Returns the path of the `ocigraph` command: `OCIGRAPH_BIN` or, without it, the command of the same build profile as
/// the running test.
///
/// # Panics
/// If it was not built.
pub fn ocigraph_binary() -> PathBuf {
    let path = env::var_os("OCIGRAPH_BIN").map(PathBuf::from).unwrap_or_else(|| {
        // The running test is target/<profile>/deps/<name>-<hash>.
        let test = env::current_exe().expect("the path of the running test");
        let profile = test.ancestors().nth(2).expect("the test runs from a target folder");
        profile.join(format!("ocigraph{}", env::consts::EXE_SUFFIX))
    });
    assert!(
        path.is_file(),
        "{} is missing: run the tests with `make test`, or run `cargo build -p ocigraph-cli` first",
        path.display()
    );
    path
}
