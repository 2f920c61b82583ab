//! The real registries. Each has its own folder and allows deletes.
//!
//! It needs the programs that `tests/setup` builds. Registries never share a port or a folder, so tests can start any
//! number of them in parallel.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Server, address_in_json};
use crate::tools::{ocigraph_binary, tool};

/// The only user of a registry with [`Options::auth`].
pub const USER: &str = "ada";
/// The password of [`USER`]. It contains characters that clients handle wrongly: a colon, a space and letters beyond
/// ASCII.
pub const PASSWORD: &str = "open sesame: äöü";

// USER and PASSWORD as a line of htpasswd. The registries accept only bcrypt.
const HTPASSWD: &str = "ada:$2a$05$UbGhPBPV5H9xeq2PDrR9me/XTxWit9On2mm3fSqmkbohW.RrpO4cK\n";

/// The kinds of registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The registry of go-containerregistry, with blobs on disk and the referrers API.
    Ggcr,
    /// The registry of `cuelabs.dev/go/oci/ociregistry`, in memory, with strict checks and the referrers API.
    Ocimem,
    /// Debian's docker-registry 2.8.2, without the referrers API and without deletion of tags.
    Docker2,
    /// Distribution 3, without the referrers API.
    Distribution3,
    /// `ocigraph serve` over a folder of layouts, with the referrers API.
    Serve,
    /// olareg, with the referrers API. It serves image layouts, so it is not among [`Kind::ALL`]: see
    /// [`Registry::serve_layouts`].
    Olareg,
}

impl Kind {
    /// All kinds that start without content.
    pub const ALL: [Self; 5] =
        [Self::Ggcr, Self::Ocimem, Self::Docker2, Self::Distribution3, Self::Serve];

    /// Returns true if the registry supports `GET /v2/<name>/referrers/<digest>`.
    pub fn has_referrers_api(self) -> bool {
        matches!(self, Self::Ggcr | Self::Ocimem | Self::Serve | Self::Olareg)
    }

    /// Returns true if `DELETE /v2/<name>/manifests/<tag>` removes the tag.
    pub fn deletes_tags(self) -> bool {
        self != Self::Docker2
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ggcr => "ggcr",
            Self::Ocimem => "ocimem",
            Self::Docker2 => "docker-registry",
            Self::Distribution3 => "distribution",
            Self::Serve => "serve",
            Self::Olareg => "olareg",
        })
    }
}

/// The options of a registry.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Require Basic authentication with [`USER`] and [`PASSWORD`].
    pub auth: bool,
    /// Send relative `Location` headers. Only for docker-registry and distribution; the others always do.
    pub relative_urls: bool,
    /// Require tokens of this server. Only for docker-registry and distribution.
    pub tokens: Option<TokenServer>,
    /// Serve only TLS, with this certificate and its private key. Only for docker-registry and distribution.
    pub tls: Option<ServerCertificate>,
}

/// The certificate of a registry.
#[derive(Clone, Debug)]
pub struct ServerCertificate {
    /// PEM certificate.
    pub certificate: String,
    /// PEM private key of the certificate.
    pub key: String,
}

/// The token server of a registry.
#[derive(Clone, Debug)]
pub struct TokenServer {
    /// URL of the token server.
    pub realm: String,
    /// Name of the registry on the token server.
    pub service: String,
    /// PEM certificate of the key that signs the tokens.
    pub certificate: String,
}

/// A running registry. Ends when dropped, and removes its content.
#[derive(Debug)]
pub struct Registry {
    kind: Kind,
    host: String,
    // Must be before `folder`, so that the process ends before its folder is removed.
    server: Server,
    folder: TempDir,
}

impl Registry {
    /// Starts a registry without authentication and waits until it responds.
    ///
    /// # Panics
    /// If it does not start. The message contains its output.
    pub fn start(kind: Kind) -> Self {
        Self::start_with(kind, Options::default())
    }

    /// Starts a registry with options and waits until it responds.
    ///
    /// # Panics
    /// If it does not start. The message contains its output.
    pub fn start_with(kind: Kind, options: Options) -> Self {
        Self::start_with_folder(kind, options, tempfile::tempdir())
    }

    /// Starts a registry with its storage in a new folder in `parent`, and waits until it responds.
    ///
    /// # Panics
    /// If it does not start. The message contains its output.
    pub fn start_in(kind: Kind, parent: &Path) -> Self {
        Self::start_with_folder(kind, Options::default(), tempfile::tempdir_in(parent))
    }

    fn start_with_folder(kind: Kind, options: Options, folder: io::Result<TempDir>) -> Self {
        let folder = folder.expect("creating a folder for a registry");
        let server = match kind {
            Kind::Ggcr | Kind::Ocimem | Kind::Olareg => {
                let data = data_in(folder.path());
                fs::create_dir(&data).expect("creating the data folder of a registry");
                start_library(kind, &options, folder.path(), &data)
            }
            Kind::Docker2 => start_distribution(kind, "docker-registry", &options, folder.path()),
            Kind::Distribution3 => start_distribution(kind, "registry", &options, folder.path()),
            Kind::Serve => start_serve(&options, folder.path()),
        };
        let expected = match options {
            // Go's server responds to a plain request with 400 before it looks at anything else.
            Options { tls: Some(_), .. } => 400,
            Options { auth: true, .. } | Options { tokens: Some(_), .. } => 401,
            _ => 200,
        };
        Self::started(kind, server, folder, expected)
    }

    /// Starts olareg on a folder, in which each image layout is a repository, and waits until it responds.
    ///
    /// # Panics
    /// If it does not start. The message contains its output.
    pub fn serve_layouts(folder: &Path) -> Self {
        let own = tempfile::tempdir().expect("creating a folder for a registry");
        let server = start_library(Kind::Olareg, &Options::default(), own.path(), folder);
        Self::started(Kind::Olareg, server, own, 200)
    }

    fn started(kind: Kind, server: Server, folder: TempDir, expected: u16) -> Self {
        let registry = Self { kind, host: server.address().to_string(), server, folder };
        registry.wait_until_it_answers(expected);
        registry
    }

    /// Returns the kind of the registry.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the host for references: `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns a reference in this registry: `registry.reference("net-monitor:v1")`.
    pub fn reference(&self, name: &str) -> String {
        format!("{}/{name}", self.host)
    }

    /// Returns the identifier of the process that serves.
    pub fn process(&self) -> u32 {
        self.server.process()
    }

    /// Returns the output of the registry so far.
    pub fn log(&self) -> String {
        self.server.log()
    }

    /// Returns the folder with the content: the storage of docker-registry and distribution, the blobs of ggcr, or the layouts of serve.
    pub fn data(&self) -> PathBuf {
        data_in(self.folder.path())
    }

    fn wait_until_it_answers(&self, expected: u16) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = status_of_base(self.server.address());
            if matches!(answer, Ok(status) if status == expected) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "starting {}: GET /v2/ should respond with {expected}, but: {answer:?}; its output:\n{}",
                self.kind,
                self.log()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn data_in(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn start_library(kind: Kind, options: &Options, folder: &Path, data: &Path) -> Server {
    let name = kind.to_string();
    let auth = format!("{USER}:{PASSWORD}");
    let mut args = vec![name.as_str()];
    if kind != Kind::Ocimem {
        args.extend(["--dir", utf8(data)]);
    }
    if options.auth {
        args.extend(["--auth", &auth]);
    }
    Server::start(&name, folder, &args, address_in_json)
}

fn start_distribution(kind: Kind, program: &str, options: &Options, folder: &Path) -> Server {
    let config = folder.join("config.yml");
    fs::write(&config, distribution_config(options, folder))
        .expect("writing the configuration of a registry");
    if options.auth {
        fs::write(folder.join("htpasswd"), HTPASSWD)
            .expect("writing the password file of a registry");
    }
    Server::start(
        &kind.to_string(),
        folder,
        &["run", utf8(&tool(program)), "serve", utf8(&config)],
        address_in_log,
    )
}

fn start_serve(options: &Options, folder: &Path) -> Server {
    let (program, data) = (ocigraph_binary(), format!("oci:{}", utf8(&data_in(folder))));
    let mut args = vec!["run", utf8(&program), "serve", &data, "--listen", "127.0.0.1:0"];
    let passwords = folder.join("htpasswd");
    if options.auth {
        fs::write(&passwords, HTPASSWD).expect("writing the password file of a registry");
        args.extend(["--htpasswd", utf8(&passwords)]);
    }
    Server::start("serve", folder, &args, address_in_log)
}

// JSON is valid YAML and can quote any path.
fn distribution_config(options: &Options, folder: &Path) -> String {
    let mut config = serde_json::json!({
        "version": "0.1",
        "log": { "level": "info", "formatter": "text" },
        "storage": {
            "filesystem": { "rootdirectory": data_in(folder) },
            "delete": { "enabled": true },
            "maintenance": { "uploadpurging": { "enabled": false } },
        },
        "http": {
            "addr": "127.0.0.1:0",
            "secret": "one registry, one secret",
            "relativeurls": options.relative_urls,
        },
    });
    if options.auth {
        config["auth"] = serde_json::json!({
            "htpasswd": { "realm": "ocigraph tests", "path": folder.join("htpasswd") },
        });
    }
    if let Some(tokens) = &options.tokens {
        let bundle = folder.join("tokens.pem");
        fs::write(&bundle, &tokens.certificate).expect("writing the certificate of a token server");
        config["auth"] = serde_json::json!({
            "token": {
                "realm": tokens.realm, "service": tokens.service,
                "issuer": "ocigraph tests", "rootcertbundle": bundle,
            },
        });
    }
    if let Some(tls) = &options.tls {
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&certificate, &tls.certificate)
            .and_then(|()| fs::write(&key, &tls.key))
            .expect("writing the certificate of a registry");
        config["http"]["tls"] = serde_json::json!({ "certificate": certificate, "key": key });
    }
    config.to_string()
}

/// Reads a line such as distribution's, which ends in `msg="listening on 127.0.0.1:41234" …`.
fn address_in_log(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening on ")?;
    rest.split(['"', ',', ' ']).next()?.parse().ok()
}

fn status_of_base(address: SocketAddr) -> std::io::Result<u16> {
    let limit = Duration::from_secs(5);
    let mut connection = TcpStream::connect_timeout(&address, limit)?;
    connection.set_read_timeout(Some(limit))?;
    write!(connection, "GET /v2/ HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    connection.take(64 << 10).read_to_end(&mut answer)?;
    String::from_utf8_lossy(&answer)
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| std::io::Error::other("the answer is not HTTP"))
}

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap_or_else(|| {
        panic!("{} is not UTF-8; use another TMPDIR or OCIGRAPH_CACHE", path.display())
    })
}
