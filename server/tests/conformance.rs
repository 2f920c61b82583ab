//! Runs the OCI conformance tests against the server, with every category that it supports.

mod running;

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use running::Running;

#[test]
fn a_folder_of_layouts_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    // A mount without a source opens a session, which the tests report as "unsupported".
    let settings = [("OCI_VERSION", "1.1"), ("OCI_API_BLOBS_MOUNT_ANONYMOUS", "false")];
    let off = ["Manifest put with tag params", "Tag Param", "Tag Param sha512"];
    passes(&running, &settings, &off);
}

#[test]
fn a_folder_of_layouts_conforms_to_the_main_branch() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::folder(folder.path());
    let settings = [("OCI_VERSION", "1.1+dev"), ("OCI_API_BLOBS_MOUNT_ANONYMOUS", "false")];
    passes(&running, &settings, &[]);
}

fn passes(running: &Running, settings: &[(&str, &str)], off: &[&str]) {
    let results = tempfile::tempdir().unwrap();
    let output = Command::new(tool("conformance"))
        .current_dir(results.path())
        .env("OCI_REGISTRY", running.host())
        .env("OCI_TLS", "disabled")
        .env("OCI_RESULTS_DIR", results.path())
        // Disabled by default, because version 1.1 does not require them.
        .env("OCI_API_BLOBS_UPLOAD_CANCEL", "true")
        .env("OCI_API_BLOBS_DIGEST_HEADER", "true")
        .env("OCI_API_MANIFESTS_DIGEST_HEADER", "true")
        .envs(settings.iter().copied())
        .output()
        .expect("running the conformance tests");
    let text = text(&output);
    assert!(output.status.success(), "the conformance tests failed:\n{text}");
    let passed = counted(&text, "Pass");
    assert!(passed > 300, "only {passed} checks ran:\n{text}");
    assert_eq!(counted(&text, "FAIL") + counted(&text, "Error"), 0, "{text}");
    assert_eq!(counted(&text, "Skip"), 0, "{text}");
    // The server refuses a manifest that names content which does not exist.
    let disabled = text
        .lines()
        .skip_while(|line| !line.starts_with("API conformance"))
        .filter(|line| line.ends_with(" Disabled"))
        .map(|line| line.split("..").next().unwrap().trim())
        .filter(|name| !["Sparse Manifests", "Blob anonymous mount"].contains(name))
        .filter(|name| !off.contains(name))
        .collect::<Vec<_>>();
    assert_eq!(disabled, [""; 0], "disabled categories:\n{text}");
}

/// Returns a number of the summary: `  Pass..........:  1234`.
fn counted(text: &str, status: &str) -> u64 {
    let line = text
        .lines()
        .skip_while(|line| !line.starts_with("OCI Conformance Result"))
        .find(|line| line.trim_start().starts_with(&format!("{status}.")))
        .unwrap_or_else(|| panic!("no {status} in the summary:\n{text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

fn text(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    format!("{stdout}{stderr}")
}

fn tool(name: &str) -> PathBuf {
    let folder = std::env::var_os("OCIGRAPH_TOOLS").unwrap_or_else(|| {
        panic!(
            "OCIGRAPH_TOOLS does not name the folder with {name}: run the tests with `make test`"
        )
    });
    let tool = PathBuf::from(folder).join(name);
    assert!(tool.is_file(), "{} is missing: `make test` builds it", tool.display());
    tool
}
