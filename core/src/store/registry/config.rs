//! How a client speaks to registries: what a caller can adjust, with its defaults.

use std::{fmt, path::PathBuf, time::Duration};

use http::{HeaderName, HeaderValue};

use super::tls;
use crate::store::registry::auth::Credentials;
use ocigraph_types::{Code, Error, Result};

/// How a client speaks to registries.
#[derive(Clone)]
pub struct ClientConfig {
    /// Where credentials come from, when a registry asks for them.
    pub credentials: Credentials,
    /// A credential file to look into before those of docker and of the containers tools; `login`
    /// writes to it.
    pub auth_file: Option<PathBuf>,
    /// Plain HTTP or TLS; without it, plain HTTP for this machine and TLS for all others.
    pub plain_http: Option<bool>,
    /// Certificates in PEM to trust beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The client's own certificates in PEM, for registries that ask for one.
    pub cert_file: Option<PathBuf>,
    /// The private key of `cert_file` in PEM.
    pub key_file: Option<PathBuf>,
    /// Takes any certificate: whoever sits between reads and changes what is sent.
    pub insecure: bool,
    /// Uses the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY` name, for hosts that
    /// `NO_PROXY` does not; never for this machine.
    pub use_proxy: bool,
    /// Further headers, sent to the registry itself and nowhere else.
    pub headers: Vec<(String, String)>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// How long to wait, and how much to read.
    pub limits: Limits,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            credentials: Credentials::default(),
            auth_file: None,
            plain_http: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            insecure: false,
            use_proxy: true,
            headers: Vec::new(),
            user_agent: concat!("ocigraph/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
        }
    }
}

impl ClientConfig {
    /// Looks for what would fail every call, before anything is sent: INVALID_ARGUMENT for a header
    /// that cannot be sent and for a client certificate or key alone, TLS for a file that holds no
    /// certificate or key. Reads those files.
    pub fn check(&self) -> Result<()> {
        self.check_headers()?;
        tls::check(self)
    }

    pub(super) fn check_headers(&self) -> Result<()> {
        for (name, value) in &self.headers {
            let refused = |message: String| Err(Error::new(Code::InvalidArgument, message));
            if HeaderName::try_from(name.as_str()).is_err() {
                return refused(format!("{name:?} is no name of a header"));
            }
            // The value may be a secret.
            if HeaderValue::from_str(value).is_err() {
                return refused(format!("the header {name} has a value that cannot be sent"));
            }
        }
        if HeaderValue::from_str(&self.user_agent).is_err() {
            let message = "the User-Agent holds what no header can hold";
            return Err(Error::new(Code::InvalidArgument, message));
        }
        Ok(())
    }
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header values may be secrets.
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ClientConfig")
            .field("credentials", &self.credentials)
            .field("auth_file", &self.auth_file)
            .field("plain_http", &self.plain_http)
            .field("ca_file", &self.ca_file)
            .field("cert_file", &self.cert_file)
            .field("insecure", &self.insecure)
            .field("use_proxy", &self.use_proxy)
            .field("headers", &headers)
            .field("user_agent", &self.user_agent)
            .field("limits", &self.limits)
            .finish()
    }
}

/// Bounds on waiting and on what a registry may send. `Duration::MAX` is no bound on waiting; the
/// largest number of any other is none either.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To connect.
    pub connect_timeout: Duration,
    /// From the request to the first header of the answer.
    pub response_timeout: Duration,
    /// Between two pieces of a body, either way.
    pub idle_timeout: Duration,
    /// From an upload's last byte to the answer; a second more for every 16 MiB sent, since
    /// registries digest before they answer.
    pub upload_response_timeout: Duration,
    /// Tries of one request, the first included.
    pub max_attempts: u32,
    /// Without a byte moved, whatever is being tried ends after this long; the answer to an upload's
    /// last byte and a wait that the registry asks for aside.
    pub stall_timeout: Duration,
    /// Bytes of a manifest or a list.
    pub max_manifest_bytes: usize,
    /// Pages of a list.
    pub max_pages: usize,
    /// Entries of a list, and manifests of a graph.
    pub max_entries: usize,
    /// For a credential helper to answer, before it is killed.
    pub helper_timeout: Duration,
}

/// Longer than anyone waits, and little enough to be added to any time.
const NO_BOUND: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

impl Limits {
    /// The same, in times that can be added to the present: each may be anything where a caller
    /// sets it.
    pub(crate) fn usable(self) -> Self {
        let at_most = |limit: Duration| limit.min(NO_BOUND);
        Self {
            connect_timeout: at_most(self.connect_timeout),
            response_timeout: at_most(self.response_timeout),
            idle_timeout: at_most(self.idle_timeout),
            upload_response_timeout: at_most(self.upload_response_timeout),
            stall_timeout: at_most(self.stall_timeout),
            helper_timeout: at_most(self.helper_timeout),
            max_attempts: self.max_attempts.max(1),
            max_manifest_bytes: self.max_manifest_bytes,
            max_pages: self.max_pages,
            max_entries: self.max_entries,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(30),
            upload_response_timeout: Duration::from_secs(60),
            max_attempts: 5,
            stall_timeout: Duration::from_secs(90),
            max_manifest_bytes: 4 * 1024 * 1024,
            max_pages: 10_000,
            max_entries: 1_000_000,
            helper_timeout: Duration::from_secs(30),
        }
    }
}
