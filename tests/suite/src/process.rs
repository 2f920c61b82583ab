//! A server process that chooses its port and ends when the value is dropped.
//!
//! The program prints its address. `test-registries` ends it when standard input closes, which happens whenever this
//! process ends. This module never chooses a port, because another test could use it before the server does.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::tools::tool;

/// Maximum times for the start and the end of a program on a busy machine.
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
    /// Runs `test-registries ARGS`, writes its output to `folder`, and waits for the line in which `read_address` finds
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
            // Without this, distribution 3 logs errors about a missing trace collector.
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::piped())
            .stdout(output.try_clone().expect("sharing the log of a registry"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("starting {name}: {error}"));
        // From here on, a panic drops the server and so ends the process.
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

    /// Returns the identifier of the program, also if `test-registries run` started it.
    pub(crate) fn process(&self) -> u32 {
        let own = self.child.id();
        // Any thread of a program in Go may have started it.
        let threads = fs::read_dir(format!("/proc/{own}/task")).into_iter().flatten().flatten();
        let children = threads.map(|thread| fs::read_to_string(thread.path().join("children")));
        let mut children = children.flatten();
        let started = children.find_map(|text| text.split_whitespace().next()?.parse().ok());
        started.unwrap_or(own)
    }

    pub(crate) fn log(&self) -> String {
        fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn wait_for_address(&mut self, read_address: fn(&str) -> Option<SocketAddr>) -> SocketAddr {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            // Before the log is read, so that the log is complete if the program has ended.
            let ended = self.child.try_wait().expect("reading the state of a registry");
            let log = self.log();
            // A line without a line break can be incomplete.
            let whole_lines = log.rfind('\n').map_or("", |end| &log[..end]);
            if let Some(address) = whole_lines.lines().find_map(read_address) {
                return address;
            }
            if let Some(status) = ended {
                panic!("starting {}: it ended with {status}; its output:\n{log}", self.name);
            }
            assert!(
                Instant::now() < deadline,
                "starting {}: it printed no address within {START_LIMIT:?}; its output:\n{log}",
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
