//! A proxy that adds the latency and the limited rate of a network to a registry on loopback.

use std::time::Duration;

use tempfile::TempDir;

use crate::process::{Server, address_in_json};

/// A TCP proxy on loopback. Ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
    _folder: TempDir,
}

impl Proxy {
    /// Starts a proxy for `host` that adds half of `round_trip` in each direction, and `round_trip` once to each new
    /// connection.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(host: &str, round_trip: Duration) -> Self {
        Self::with_rate(host, round_trip, 0)
    }

    /// Starts a proxy that also limits each direction of each connection to `rate` bytes per second. 0 means no limit.
    ///
    /// It does not imitate the slow start of TCP: a new connection has its full rate.
    ///
    /// # Panics
    /// If it does not start.
    pub fn with_rate(host: &str, round_trip: Duration, rate: u64) -> Self {
        let folder = tempfile::tempdir().expect("creating a folder for the proxy");
        let delay = format!("{}us", round_trip.as_micros());
        let rate = rate.to_string();
        let server = Server::start(
            "the proxy",
            folder.path(),
            &["proxy", "--to", host, "--delay", &delay, "--rate", &rate],
            address_in_json,
        );
        Self { server, _folder: folder }
    }

    /// Returns the address as `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.server.address().to_string()
    }
}
