//! A program that serves on a port of its own choice, from its start until the value is dropped.
//!
//! It relies on the program writing its address into its output, and on `test-registries` watching standard input:
//! the pipe closes with this process however it ends, so that nothing is left behind. It never picks a port itself,
//! because between the choice and the use another test could take it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::tools::tool;

/// How long a program may take to come up on a busy machine, and to end.
const START_LIMIT: Duration = Duration::from_secs(60);
const END_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(crate) struct Server {
    name: String,
    child: Child,
    log: PathBuf,
    address: SocketAddr,
}

impl Server {
    /// Runs `test-registries ARGS`, keeps its output in `folder`, and waits for the line in which `read_address` finds
    /// the address.
    pub(crate) fn start(
        name: &str,
        folder: &Path,
        args: &[&str],
        read_address: fn(&str) -> Option<SocketAddr>,
    ) -> Self {
        let log = folder.join("log");
        let output = File::create(&log).expect("creating the log of a registry");
        let child = Command::new(tool("test-registries"))
            .args(args)
            // REGISTRY_* in the environment would override the configuration files of distribution.
            .env_clear()
            .env("HOME", folder)
            // Without this, distribution 3 looks for a collector of traces and logs its absence.
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::piped())
            .stdout(output.try_clone().expect("sharing the log of a registry"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("starting {name}: {error}"));
        // From here on a panic drops the server, which ends the process.
        let mut server = Self {
            name: name.to_owned(),
            child,
            log,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.address = server.wait_for_address(read_address);
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn log(&self) -> String {
        fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn wait_for_address(&mut self, read_address: fn(&str) -> Option<SocketAddr>) -> SocketAddr {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            // Asked before the log is read, so that the last words of a program that ended are not missed.
            let ended = self.child.try_wait().expect("asking for the state of a registry");
            let log = self.log();
            // A line without its end may still be growing.
            let whole_lines = log.rfind('\n').map_or("", |end| &log[..end]);
            if let Some(address) = whole_lines.lines().find_map(read_address) {
                return address;
            }
            if let Some(status) = ended {
                panic!("starting {}: it ended with {status}; its output:\n{log}", self.name);
            }
            assert!(
                Instant::now() < deadline,
                "starting {}: it named no address within {START_LIMIT:?}; its output:\n{log}",
                self.name
            );
            thread::sleep(POLL);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let deadline = Instant::now() + END_LIMIT;
        while Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(None) => thread::sleep(POLL),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the line `{"address":"127.0.0.1:41234"}`.
pub(crate) fn address_in_json(line: &str) -> Option<SocketAddr> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    value["address"].as_str()?.parse().ok()
}
