//! Helm, with charts that it signs and verifies.

use std::{
    collections::BTreeSet,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use crate::{CommandResult, Workspace, tool};

/// `helm` with a key that GnuPG makes. Its keyrings are in the workspace.
#[derive(Debug)]
pub struct Helm<'a> {
    work: &'a Workspace,
}

impl<'a> Helm<'a> {
    /// Makes a key in the workspace.
    ///
    /// # Panics
    /// If GnuPG fails.
    #[must_use]
    #[track_caller]
    pub fn new(work: &'a Workspace) -> Self {
        let helm = Self { work };
        let home = work.path("gnupg");
        fs::create_dir(&home).unwrap();
        fs::set_permissions(&home, Permissions::from_mode(0o700)).unwrap();
        let user = "Charts <charts@example.com>";
        helm.gpg(&["--quick-generate-key", user, "rsa2048", "sign", "never"]);
        // Helm reads the format that GnuPG used before version 2.1.
        helm.gpg(&["--output", "public.gpg", "--export"]);
        helm.gpg(&["--output", "secret.gpg", "--export-secret-keys"]);
        helm
    }

    #[track_caller]
    fn gpg(&self, args: &[&str]) {
        let mut command = self.work.command(tool("gpg"));
        let options = ["--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
        self.work
            .run(command.args(options).args(args).env("GNUPGHOME", self.work.path("gnupg")))
            .ok();
    }

    fn run(&self, args: &[&str]) -> CommandResult {
        self.work.run(self.work.command(tool("helm")).args(args))
    }

    /// Pushes a signed chart to `REPOSITORY/chart:0.1.0`.
    ///
    /// # Panics
    /// If helm fails.
    #[track_caller]
    pub fn push(&self, repository: &str) {
        self.work.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
        self.work.write("chart/values.yaml", "replicas: 1\n");
        self.run(&["package", "--sign", "--key", "Charts", "--keyring", "secret.gpg", "chart"])
            .ok();
        self.run(&["push", "--plain-http", "chart-0.1.0.tgz", &format!("oci://{repository}")]).ok();
    }

    /// Pulls the chart, and returns what Helm prints about its provenance, and the digest of the chart.
    ///
    /// # Panics
    /// If helm fails, or if the chart differs from what was pushed.
    #[track_caller]
    pub fn pull(&self, repository: &str) -> BTreeSet<String> {
        let _ = fs::remove_dir_all(self.work.path("pulled"));
        fs::create_dir(self.work.path("pulled")).unwrap();
        let options =
            ["--plain-http", "--verify", "--keyring", "public.gpg", "--destination", "pulled"];
        let chart = format!("oci://{repository}/chart");
        let result = self.run(&[&["pull", "--version", "0.1.0"], &options[..], &[&chart]].concat());
        let printed = result.stderr.clone() + &result.clone().ok();
        for file in ["chart-0.1.0.tgz", "chart-0.1.0.tgz.prov"] {
            assert_eq!(self.work.read(format!("pulled/{file}")), self.work.read(file), "{result}");
        }
        assert!(printed.contains("Chart Hash Verified: sha256:"), "{result}");
        printed.lines().filter(|line| !line.starts_with("Pulled: ")).map(str::to_owned).collect()
    }
}

impl Drop for Helm<'_> {
    fn drop(&mut self) {
        // The agent also ends when the folder is gone, but only after a while.
        let mut command = self.work.command(tool("gpgconf"));
        let _ = command.args(["--kill", "all"]).env("GNUPGHOME", self.work.path("gnupg")).status();
    }
}
