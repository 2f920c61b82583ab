//! Runs the OCI conformance tests against the server, with every category that it supports.

mod running;

use std::collections::BTreeSet;

use ocigraph_suite::conformance;
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
    let mut disabled = conformance(&running.host(), settings);
    // The server refuses a manifest that names content which does not exist.
    disabled.retain(|name| !["Sparse Manifests", "Blob anonymous mount"].contains(&name.as_str()));
    disabled.retain(|name| !off.contains(&name.as_str()));
    assert_eq!(disabled, BTreeSet::new(), "disabled categories");
}
