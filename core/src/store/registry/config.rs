//! How a client speaks to registries: what a caller can adjust, with its defaults.

use std::{fmt, path::PathBuf};

use http::{HeaderName, HeaderValue};

use super::tls;
pub(super) use crate::store::limits::Limits;
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
