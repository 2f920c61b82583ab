//! The OCI conformance tests, run against a registry.

use std::{collections::BTreeSet, process::Command};

use crate::tool;

/// What the conformance tests of version 1.1 do not require, and that is asked for.
const ASKED_FOR: [&str; 3] = [
    "OCI_API_BLOBS_UPLOAD_CANCEL",
    "OCI_API_BLOBS_DIGEST_HEADER",
    "OCI_API_MANIFESTS_DIGEST_HEADER",
];

/// Runs the conformance tests against the registry at `host`, over plain HTTP. Returns the categories that
/// are disabled. `settings` are variables of the tests.
///
/// # Panics
/// If a test fails or is skipped, or if few ran.
pub fn conformance(host: &str, settings: &[(&str, &str)]) -> BTreeSet<String> {
    let results = tempfile::tempdir().unwrap();
    let output = Command::new(tool("conformance"))
        .current_dir(results.path())
        .env("OCI_REGISTRY", host)
        .env("OCI_TLS", "disabled")
        .env("OCI_RESULTS_DIR", results.path())
        .env("OCI_VERSION", "1.1")
        .envs(ASKED_FOR.map(|name| (name, "true")))
        .envs(settings.iter().copied())
        .output()
        .expect("running the conformance tests");
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let text = format!("{stdout}{stderr}");
    assert!(output.status.success(), "the conformance tests failed:\n{text}");
    let passed = counted(&text, "Pass");
    assert!(passed > 300, "only {passed} checks ran:\n{text}");
    assert_eq!(counted(&text, "FAIL") + counted(&text, "Error"), 0, "{text}");
    assert_eq!(counted(&text, "Skip"), 0, "{text}");
    text.lines()
        .skip_while(|line| !line.starts_with("API conformance"))
        .filter(|line| line.ends_with(" Disabled"))
        .map(|line| line.split("..").next().unwrap().trim().to_owned())
        .collect()
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
