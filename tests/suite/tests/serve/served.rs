//! The command `serve` as a process on a free port. It is killed when it is dropped.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ocigraph::Algorithm;
use ocigraph_suite::{Workspace, ocigraph_binary};

/// Maximum time for the start and the end of the server on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Served {
    child: Child,
    pub(crate) host: String,
}

impl Served {
    /// Serves a folder of layouts in the workspace.
    pub(crate) fn folder(work: &Workspace) -> Self {
        Self::start(work, &["oci:registry"])
    }

    pub(crate) fn start(work: &Workspace, args: &[&str]) -> Self {
        let mut command = work.command_for_signals(ocigraph_binary());
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args);
        let log = File::create(work.path("serve.log")).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the command starts");
        let stdout = child.stdout.take().expect("its standard output is a pipe");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let mut served = Self { child, host: String::new() };
        let line = receiver.recv_timeout(PATIENCE).unwrap_or_default();
        let host = line.trim_end().strip_prefix("listening on ");
        served.host = host.map(str::to_owned).unwrap_or_else(|| {
            let log = fs::read_to_string(work.path("serve.log")).unwrap_or_default();
            panic!("the server did not start: {line:?} {log}")
        });
        served
    }

    pub(crate) fn reference(&self, rest: &str) -> String {
        format!("{}/{rest}", self.host)
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, and waits for the end.
    pub(crate) fn ended_by(mut self, signal: &str) -> ExitStatus {
        self.send(signal);
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the server should end after SIG{signal}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Returns the greatest memory that the process has had, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.status_bytes("VmHWM:")
    }

    /// Returns the memory that the process has, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.status_bytes("VmRSS:")
    }

    fn status_bytes(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let kilobytes: u64 = line.trim().strip_suffix("kB").unwrap().trim().parse().unwrap();
        kilobytes * 1024
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asserts that each blob of a layout has the digest of its name, and that everything exists that a tag needs.
#[track_caller]
pub(crate) fn assert_whole(work: &Workspace, layout: &str) {
    for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
        let Ok(blobs) = fs::read_dir(work.path(layout).join("blobs").join(algorithm.name())) else {
            continue;
        };
        for blob in blobs.flatten() {
            let digest = algorithm.digest(&fs::read(blob.path()).unwrap());
            assert_eq!(digest.encoded(), blob.file_name(), "{}", blob.path().display());
        }
    }
    for tag in work.ocigraph(&["tags", &format!("oci:{layout}")]).ok().lines() {
        work.ocigraph(&["verify", &format!("oci:{layout}:{tag}")]).ok();
    }
}
