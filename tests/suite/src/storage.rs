//! podman and buildah, which have a storage of their own.

use std::fs;

use crate::{CommandResult, Workspace, tool};

/// Writes a tar archive with one file, the root folder of an image. Returns its path.
///
/// # Panics
/// If tar fails.
pub fn write_root_archive(work: &Workspace, content: &str) -> String {
    let archive = format!("{content}.tar");
    work.write(format!("{content}/etc/{content}"), content);
    let mut command = work.command("tar");
    work.run(command.args(["-cf", &archive, "-C", content, "etc"])).ok();
    archive
}

/// Runs podman or buildah with its storage in the workspace. It needs no privileges beyond those of the test.
///
/// # Panics
/// If the workspace cannot be written.
pub fn run_with_storage(work: &Workspace, program: &str, args: &[&str]) -> CommandResult {
    let policy = work.home().join(".config/containers/policy.json");
    fs::create_dir_all(policy.parent().unwrap()).unwrap();
    fs::write(policy, r#"{"default":[{"type":"insecureAcceptAnything"}]}"#).unwrap();
    let storage = work.home().join("storage");
    let [root, run_root] = ["root", "run"].map(|name| storage.join(name).display().to_string());
    let mut command = work.command(tool(program));
    // buildah 1.28.2 and podman 4.3.1 fail if it names a folder without `config.json`.
    command.env_remove("DOCKER_CONFIG");
    command.args(["--root", &root, "--runroot", &run_root, "--storage-driver", "vfs"]);
    if program == "podman" {
        command.args(["--cgroup-manager", "cgroupfs", "--events-backend", "file"]);
        command.args(["--tmpdir", &storage.join("tmp").display().to_string()]);
    }
    work.run(command.args(args))
}
