//! How a client connects to registries: what a caller can configure, with the defaults.

use derive_setters::Setters;
use std::{fmt, path::PathBuf};

use http::{HeaderName, HeaderValue};

use super::{
    auth::credential::Credentials,
    http::{
        budget::Budgets,
        client::HttpSettings,
        proxy,
        resolve_override::ResolveOverride,
        tls::{self, TlsOptions},
    },
    referrers_mode::ReferrersMode,
};
use crate::store::limits::Limits;
use ocigraph_types::{Code, Error, Result};

/// How a client connects to registries.
///
/// ```
/// use ocigraph::{Client, ClientConfig, Credential, Credentials};
///
/// let config = ClientConfig::default().credentials(Credentials::Given(Credential::password("ada", "open sesame"))).headers(vec![("X-Team".into(), "supply-chain".into())]);
/// config.check()?;
/// let client = Client::with_config(config);
/// # let _ = client;
/// # Ok::<(), ocigraph::Error>(())
/// ```
#[derive(Clone, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct ClientConfig {
    /// Where credentials come from when a registry demands authentication. Default:
    /// [`Credentials::Stored`].
    pub credentials: Credentials,
    /// A credential file in docker's format, in place of all others: neither docker's and podman's
    /// own files nor environment variables such as `DOCKER_AUTH_CONFIG` are read. A file that does
    /// not exist has no credentials. `login` writes to it. Default: `None`, and `login` writes to
    /// docker's `config.json`.
    #[setters(into)]
    pub auth_file: Option<PathBuf>,
    /// Selects plain HTTP (`true`) or TLS (`false`) for every registry. Default: plain HTTP for
    /// loopback addresses and TLS for all other hosts.
    pub plain_http: Option<bool>,
    /// A PEM file of certificates to trust in addition to those of the system. Default: `None`.
    #[setters(into)]
    pub ca_file: Option<PathBuf>,
    /// A PEM file with the client certificate and its chain. It requires `key_file`. Default:
    /// `None`.
    #[setters(into)]
    pub cert_file: Option<PathBuf>,
    /// A PEM file with the private key of `cert_file`. Default: `None`.
    #[setters(into)]
    pub key_file: Option<PathBuf>,
    /// Accepts any server certificate. Anyone on the network path can then read and change the
    /// traffic. Default: `false`.
    pub insecure: bool,
    /// Uses the proxies in `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, except for hosts in
    /// `NO_PROXY` and for loopback addresses. A malformed address of a proxy is an error. An entry
    /// of `NO_PROXY` that is not understood is ignored with a warning. Default: `true`.
    pub use_proxy: bool,
    /// Addresses to connect to in place of those that a host name has, each as
    /// `HOST:PORT:ADDRESS[:PORT]`, such as `registry.example.com:443:203.0.113.7:8443`. An address is
    /// used for each connection to its host and port, also after a redirect and to a token server;
    /// certificates, headers and credentials are those of the name. Such a connection uses no proxy. An
    /// IPv6 address before a port must be in brackets. Of several addresses for one host and port, the
    /// last one is used. Default: none.
    pub resolve: Vec<ResolveOverride>,
    /// The way in which referrers are listed, also those that are pushed or deleted. Image layouts ignore
    /// it. Default: [`ReferrersMode::Auto`].
    pub referrers_mode: ReferrersMode,
    /// Additional header fields, as names and values. They are sent only to the origin of the
    /// registry. Default: none.
    pub headers: Vec<(String, String)>,
    /// The `User-Agent` header ([RFC 9110, section
    /// 10.1.5](https://www.rfc-editor.org/rfc/rfc9110#section-10.1.5)). Default: `ocigraph/` and
    /// the version of ocigraph.
    #[setters(into)]
    pub user_agent: String,
    /// The limits on waiting and on what a registry may send. Default: see [`Limits`].
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
            resolve: Vec::new(),
            referrers_mode: ReferrersMode::default(),
            headers: Vec::new(),
            user_agent: concat!("ocigraph/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
        }
    }
}

impl ClientConfig {
    /// Checks the headers and the proxies of the environment, and reads the certificates and the
    /// key. Nothing is sent.
    ///
    /// Without this check, the first request reports the same errors.
    ///
    /// # Errors
    ///
    /// - [`Code::InvalidArgument`] for an invalid header or user agent, for a malformed address
    ///   of a proxy, such as in `HTTPS_PROXY`, and for a client certificate without a key or a key without a certificate.
    /// - [`Code::Tls`] for a file that cannot be read, or that contains no
    ///   certificate or key.
    pub fn check(&self) -> Result<()> {
        self.check_headers()?;
        if self.use_proxy {
            proxy::check_environment(self.plain_http != Some(true))?;
        }
        tls::check(&self.tls_options())
    }

    pub(super) fn check_headers(&self) -> Result<()> {
        let invalid = |message: String| Err(Error::new(Code::InvalidArgument, message));
        for (name, value) in &self.headers {
            if HeaderName::try_from(name.as_str()).is_err() {
                return invalid(format!("invalid header name {name:?}"));
            }
            // The value may be a secret, so the message does not repeat it.
            if HeaderValue::from_str(value).is_err() {
                return invalid(format!("invalid value of the header {name}"));
            }
        }
        if HeaderValue::from_str(&self.user_agent).is_err() {
            return invalid("invalid user agent: a header cannot contain it".to_owned());
        }
        Ok(())
    }

    pub(super) fn http_settings(&self, budgets: Budgets) -> HttpSettings {
        HttpSettings {
            tls: self.tls_options(),
            use_proxy: self.use_proxy,
            user_agent: self.user_agent.clone(),
            limits: self.limits,
            resolve: self.resolve.clone(),
            budgets,
        }
    }

    fn tls_options(&self) -> TlsOptions {
        TlsOptions {
            ca_file: self.ca_file.clone(),
            cert_file: self.cert_file.clone(),
            key_file: self.key_file.clone(),
            insecure: self.insecure,
        }
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
            .field("resolve", &self.resolve)
            .field("referrers_mode", &self.referrers_mode)
            .field("headers", &headers)
            .field("user_agent", &self.user_agent)
            .field("limits", &self.limits)
            .finish()
    }
}
