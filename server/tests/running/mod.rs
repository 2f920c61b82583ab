//! A server that runs on a thread of its own until it is dropped.

#![allow(dead_code, reason = "each test program uses a part of it")]

pub(crate) mod http;

use std::{net::SocketAddr, path::Path, thread::JoinHandle};

use ocigraph_server::{Server, ServerOptions};
use tokio_util::sync::CancellationToken;

pub(crate) struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Serves a folder of layouts.
    pub(crate) fn folder(path: &Path) -> Self {
        Self::start(&[format!("oci:{}", path.display())], |_| {})
    }

    pub(crate) fn start(sources: &[String], set: impl FnOnce(&mut ServerOptions)) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut options = ServerOptions::default();
        "127.0.0.1:0".clone_into(&mut options.listen);
        set(&mut options);
        let server = runtime.block_on(Server::bind(sources, options)).unwrap();
        let (address, stop) = (server.address(), CancellationToken::new());
        let run = server.run(stop.clone());
        let thread = std::thread::spawn(move || runtime.block_on(run));
        Self { address, stop, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
