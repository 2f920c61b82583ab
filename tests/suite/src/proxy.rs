//! A network that is not loopback: a proxy that adds latency in front of any registry.

use std::time::Duration;

use tempfile::TempDir;

use crate::process::{Server, address_in_json};

/// A TCP proxy on loopback; ends when dropped.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
    _folder: TempDir,
}

impl Proxy {
    /// Relays to `host` and adds `round_trip`: half of it each way, and the whole of it once to each new connection.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start(host: &str, round_trip: Duration) -> Self {
        let folder = tempfile::tempdir().expect("creating a folder for the proxy");
        let delay = format!("{}us", round_trip.as_micros());
        let server = Server::start(
            "the proxy",
            folder.path(),
            &["proxy", "--to", host, "--delay", &delay],
            address_in_json,
        );
        Self { server, _folder: folder }
    }

    /// Where it listens, as `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.server.address().to_string()
    }
}
