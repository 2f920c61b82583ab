//! A registry over image layouts: the distribution specification 1.1.1 over the stores of the core.
//!
//! [`Server::bind`] opens layouts, folders of layouts and archives, and [`Server::run`] serves them until
//! it is stopped. Everything that arrives is untrusted: names, headers, bodies and the time that a
//! client takes are bounded. Content is streamed in both directions; no thread waits for a client.
//!
//! The crate uses the public API of the core only. It keeps no state on disk beside the layouts, whose
//! locks let other processes write to them at the same time.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let dir = tempfile::tempdir().unwrap();
//! # let folder = format!("oci:{}", dir.path().display());
//! use ocigraph_server::{Server, ServerOptions};
//! use tokio_util::sync::CancellationToken;
//!
//! let mut options = ServerOptions::default();
//! options.listen = "127.0.0.1:0".to_owned();
//! let server = Server::bind(&[folder], options).await?;
//! let (address, stop) = (server.address(), CancellationToken::new());
//! let running = tokio::spawn(server.run(stop.clone()));
//! // Clients use the registry at `address`.
//! # let _ = address;
//! stop.cancel();
//! running.await.unwrap();
//! # Ok::<(), ocigraph::Error>(()) }).unwrap();
//! ```

mod azure;
mod blob_uploads;
mod blobs;
mod body;
mod connection;
mod deletions;
mod errors;
mod habits;
mod headers;
mod lists;
mod manifests;
mod passwords;
pub mod protocol;
mod referrers;
mod repositories;
mod request;
mod routes;
mod sources;
mod timed_io;
mod tls;
mod tree;
mod uploads;

use std::{fmt, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use ocigraph::{Code, Error, Result};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

pub use crate::habits::BehaveAs;
use crate::{habits::Habits, repositories::Repositories, routes::Registry, uploads::Uploads};

/// The options of a [`Server`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerOptions {
    /// The host and port to listen on. Port 0 chooses a free port. Default: `127.0.0.1:5000`.
    pub listen: String,
    /// Refuses every change. Default: false.
    pub read_only: bool,
    /// A file with the passwords of users, as `htpasswd -B` writes it: one `USER:HASH` a line, with a hash of
    /// bcrypt. Every request needs one of them. It is read once. Default: none, everyone may do everything.
    pub htpasswd: Option<PathBuf>,
    /// The certificate of the server with those that it was signed with after it, and its private key, both in
    /// PEM. They are read once. Default: none, plain HTTP.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The registry whose habits the server imitates: what it lacks, refuses and answers. Use it to test a
    /// client, and see `docs/serve.md` for the habits. Default: none, the specification.
    pub behave_as: Option<BehaveAs>,
    /// Time for requests in progress to end after `stop` of [`Server::run`] was cancelled. Default: 10 s.
    pub stop_timeout: Duration,
    /// Time without a byte from a client, or to it, after which its request is ended. Default: 60 s.
    pub idle_timeout: Duration,
    /// Time after which an upload that nobody continues is removed. Default: 15 min.
    pub upload_timeout: Duration,
    /// Maximum number of uploads that have begun and not ended. Default: 256.
    pub max_uploads: usize,
    /// Maximum number of connections. Others wait. Default: 256.
    pub max_connections: usize,
    /// Time between two searches for uploads and open layouts that nobody uses. Default: 30 s.
    pub sweep_interval: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:5000".to_owned(),
            read_only: false,
            htpasswd: None,
            tls: None,
            behave_as: None,
            stop_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            upload_timeout: Duration::from_secs(15 * 60),
            max_uploads: 256,
            max_connections: 256,
            sweep_interval: Duration::from_secs(30),
        }
    }
}

/// A registry that listens, and serves nothing yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    registry: Arc<Registry>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tls = self.tls.is_some();
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("tls", &tls)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the sources and begins to listen. A source is `oci:PATH` or `NAME=oci:PATH`. `PATH` is a
    /// layout, an archive of one, or a folder of layouts; one that does not exist is a folder of layouts,
    /// or with a name a layout, and the first push creates it.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for a source or an address that cannot be used, [`Code::Network`] if the
    /// address cannot be listened on, [`Code::Tls`] for a certificate or a key that cannot be used, and the
    /// errors of [`ocigraph::Layout`].
    pub async fn bind(sources: &[String], options: ServerOptions) -> Result<Self> {
        if sources.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "there is nothing to serve")
                .with_hint("name a source: oci:PATH"));
        }
        let passwords = passwords::open(options.htpasswd.as_deref())?;
        let tls = tls::open(options.tls.as_ref())?;
        let repositories = Repositories::open(sources, &options).await?;
        let failed = |e: io::Error| {
            let (code, hint) = match e.kind() {
                io::ErrorKind::InvalidInput => {
                    (Code::InvalidArgument, "write HOST:PORT; port 0 chooses a free port")
                }
                io::ErrorKind::AddrInUse => {
                    (Code::Network, "another program uses this port; port 0 chooses a free one")
                }
                _ => (Code::Network, "name an address of this machine, such as 127.0.0.1:5000"),
            };
            Error::new(code, format!("cannot listen on {}: {e}", options.listen)).with_hint(hint)
        };
        let listener = TcpListener::bind(&options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        for path in repositories.unwritable() {
            tracing::warn!(path = %path.display(), "some pushes will fail: this process may not create files here");
        }
        let uploads = Uploads::new(options.max_uploads, options.upload_timeout);
        if !address.ip().is_loopback() {
            match passwords.is_some() {
                true if tls.is_none() => {
                    tracing::warn!(%address, "passwords are sent unencrypted: serve with a certificate");
                }
                false if !options.read_only => {
                    tracing::warn!(%address, "everyone who can connect can change what is served");
                }
                _ => {}
            }
        }
        let habits = Habits::of(options.behave_as);
        let registry = Arc::new(Registry::new(repositories, uploads, passwords, options, habits));
        Ok(Self { listener, address, tls, registry })
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves requests until `stop` is cancelled. Then accepts no more connections, and lets the requests
    /// in progress end for at most [`ServerOptions::stop_timeout`].
    pub async fn run(self, stop: CancellationToken) {
        let registry = Arc::clone(&self.registry);
        let sweep = async {
            loop {
                tokio::time::sleep(registry.options.sweep_interval).await;
                registry.sweep().await;
            }
        };
        tokio::select! {
            () = connection::accept(self.listener, self.tls, Arc::clone(&self.registry), stop) => {}
            () = sweep => {}
        }
        self.registry.uploads.end_all().await;
    }
}
