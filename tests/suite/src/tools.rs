//! Finds the programs that the tests run. It never searches the user's `PATH`: a peer of another version would answer
//! differently, and the test would be about that.

use std::env;
use std::path::PathBuf;

/// The path of one of the tools that `tests/setup` gathers, such as `oras` or `docker-registry`.
///
/// # Panics
/// When `OCIGRAPH_TOOLS` is not set or holds no such tool.
pub fn tool(name: &str) -> PathBuf {
    let folder = env::var_os("OCIGRAPH_TOOLS").unwrap_or_else(|| {
        panic!(
            "looking for {name}: OCIGRAPH_TOOLS is not set; run the tests with `make test`, \
             or run `eval \"$(tests/setup --env)\"` first"
        )
    });
    let path = PathBuf::from(folder).join(name);
    assert!(
        path.is_file(),
        "looking for {name}: there is no {}; run the tests with `make test`, which gets the tools",
        path.display()
    );
    path
}

/// The path of the `ocigraph` command: `OCIGRAPH_BIN`, else the one built in the same profile as the running test.
///
/// # Panics
/// When it has not been built.
pub fn ocigraph_binary() -> PathBuf {
    let path = env::var_os("OCIGRAPH_BIN").map(PathBuf::from).unwrap_or_else(|| {
        // The running test is target/<profile>/deps/<name>-<hash>.
        let test = env::current_exe().expect("the path of the running test");
        let profile = test.ancestors().nth(2).expect("the test runs from a target folder");
        profile.join(format!("ocigraph{}", env::consts::EXE_SUFFIX))
    });
    assert!(
        path.is_file(),
        "looking for the command ocigraph: there is no {}; run the tests with `make test`, \
         or run `cargo build -p ocigraph-cli` first",
        path.display()
    );
    path
}
