//! The registry of a scenario: the fixture, which can be behind a TLS proxy and a delay of each connection.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use ocigraph_fixture::{Config, Fixture, Logged};
use serde_json::Value;

use crate::{Authority, Shows, TlsFront, Workspace};

/// A running registry. Ends when dropped.
pub(super) struct Server {
    fixture: Fixture,
    /// Holds the TLS proxy.
    _front: Option<TlsFront>,
    host: String,
}

impl Server {
    /// Starts a registry with the configuration `registry` of a scenario. `tls` is true, or an object with `clients`,
    /// true if each client must have a certificate, and `delay_ms`, the time before a connection is served. Writes the
    /// files `ca.pem`, `client.pem` and `client.key` to the working folder then, with `prefix` in front of their names.
    pub(super) fn start(
        registry: &Value,
        tls: &Value,
        work: &Workspace,
        prefix: &str,
    ) -> Result<Self, String> {
        let fixture = Fixture::start(config(registry)?);
        let host = fixture.host().to_string();
        if tls.is_null() {
            return Ok(Self { fixture, _front: None, host });
        }
        let authority = Authority::new();
        work.write(format!("{prefix}ca.pem"), authority.pem());
        let (certificate, key) = authority.client();
        work.write(format!("{prefix}client.pem"), certificate);
        work.write(format!("{prefix}client.key"), key);
        let front = match tls["clients"] == true {
            true => TlsFront::for_known_clients(&authority, &host),
            false => TlsFront::start(&authority, Shows::Good, &host),
        };
        let host = match tls["delay_ms"].as_u64() {
            Some(delay) => delayed(Duration::from_millis(delay), front.host()),
            None => front.host(),
        };
        Ok(Self { fixture, _front: Some(front), host })
    }

    /// Returns host and port for references.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn configure(&self, registry: &Value) -> Result<(), String> {
        self.fixture.set_config(config(registry)?);
        Ok(())
    }

    pub(super) fn requests(&self) -> Vec<Logged> {
        self.fixture.requests()
    }

    pub(super) fn clear_requests(&self) {
        self.fixture.clear_requests();
    }
}

fn config(registry: &Value) -> Result<Config, String> {
    if registry.is_null() {
        return Ok(Config::default());
    }
    serde_json::from_value(registry.clone()).map_err(|e| format!("the registry {registry}: {e}"))
}

/// Returns the address of a server that passes each connection on after a delay. It serves until the process ends.
fn delayed(delay: Duration, upstream: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
    let host = listener.local_addr().expect("the address of a listener").to_string();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let upstream = upstream.clone();
            thread::spawn(move || {
                thread::sleep(delay);
                // A client that has closed its connection is what the scenario waits for.
                let _ = TcpStream::connect(upstream).and_then(|server| pass(&client, &server));
            });
        }
    });
    host
}

fn pass(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = io::copy(&mut { server }, &mut { client });
            client.shutdown(Shutdown::Write)
        });
        io::copy(&mut { client }, &mut { server })?;
        server.shutdown(Shutdown::Write)
    })
}
