//! How a client speaks to registries and who it is, from the arguments of its constructor.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use ocigraph::{
    ClientConfig, Code, Credential, CredentialSource, Credentials, Error, Host, Limits, Result,
    UnpackLimits,
};
use pyo3::prelude::*;

use crate::{content::blocking, ending::attached};

/// A credential as Python hands it over: its kind, what is secret, and a user or tenant.
#[derive(FromPyObject)]
pub(crate) struct GivenCredential(String, String, Option<String>);

impl GivenCredential {
    pub(crate) fn credential(self) -> Result<Credential> {
        let Self(kind, secret, name) = self;
        Ok(match kind.as_str() {
            "password" => Credential::password(name.unwrap_or_default(), secret),
            "identity_token" => Credential::identity_token(secret),
            "registry_token" => Credential::registry_token(secret),
            "entra_token" => Credential::entra_token(secret, name),
            _ => {
                let what = format!("there is no credential of kind {kind:?}");
                return Err(Error::new(Code::InvalidArgument, what)
                    .with_hint("make it with Credential.password, identity_token, registry_token or entra_token"));
            }
        })
    }
}

/// Where credentials come from, as Python hands it over.
#[derive(FromPyObject)]
pub(crate) enum GivenCredentials {
    Word(String),
    One(GivenCredential),
    Function(Py<PyAny>),
}

impl GivenCredentials {
    fn credentials(self) -> Result<Credentials> {
        Ok(match self {
            Self::Word(word) if word == "stored" => Credentials::Stored,
            Self::Word(word) if word == "anonymous" => Credentials::Anonymous,
            Self::Word(_) => {
                // The word may be a secret in the wrong place, and is not repeated.
                let what = "a word for credentials is \"stored\" or \"anonymous\"";
                return Err(Error::new(Code::InvalidArgument, what)
                    .with_hint("pass a Credential, such as Credential.password(name, password)"));
            }
            Self::One(credential) => Credentials::Given(credential.credential()?),
            Self::Function(function) => Credentials::Callback(Arc::new(Asked(Arc::new(function)))),
        })
    }
}

/// A function of Python's that is asked for credentials.
struct Asked(Arc<Py<PyAny>>);

#[async_trait]
impl CredentialSource for Asked {
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let function = Arc::clone(&self.0);
        let (host, repository) = (host.to_string(), repository.to_owned());
        blocking(move || {
            let ask = |py: Python<'_>| -> PyResult<Option<GivenCredential>> {
                function.bind(py).call1((host, repository))?.extract()
            };
            let ended = || Error::new(Code::Cancelled, "the interpreter ends");
            let answer = attached(ask).ok_or_else(ended)?.map_err(|e| {
                let what = format!("the function that was asked for credentials failed: {e}");
                Error::new(Code::Credentials, what).with_source(e)
            })?;
            answer.map(GivenCredential::credential).transpose()
        })
        .await
    }
}

/// The arguments of a client's constructor.
#[derive(FromPyObject)]
pub(crate) struct GivenConfig {
    credentials: GivenCredentials,
    auth_file: Option<PathBuf>,
    plain_http: Option<bool>,
    insecure: bool,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    use_proxy: bool,
    user_agent: Option<String>,
    headers: Vec<(String, String)>,
    limits: GivenLimits,
}

impl GivenConfig {
    pub(crate) fn config(self) -> Result<ClientConfig> {
        let usual = ClientConfig::default();
        Ok(ClientConfig {
            credentials: self.credentials.credentials()?,
            auth_file: self.auth_file,
            plain_http: self.plain_http,
            insecure: self.insecure,
            ca_file: self.ca_file,
            cert_file: self.cert_file,
            key_file: self.key_file,
            use_proxy: self.use_proxy,
            user_agent: self.user_agent.unwrap_or(usual.user_agent),
            headers: self.headers,
            limits: self.limits.limits(),
        })
    }
}

/// The fields of `ocigraph.Limits`; what is absent keeps the core's default. Times are in seconds,
/// infinity among them.
#[derive(FromPyObject)]
struct GivenLimits {
    connect_timeout: Option<f64>,
    response_timeout: Option<f64>,
    idle_timeout: Option<f64>,
    upload_response_timeout: Option<f64>,
    max_attempts: Option<u64>,
    stall_timeout: Option<f64>,
    max_manifest_bytes: Option<usize>,
    max_pages: Option<usize>,
    max_entries: Option<usize>,
    helper_timeout: Option<f64>,
}

impl GivenLimits {
    fn limits(&self) -> Limits {
        let or = |given: Option<f64>, default: Duration| {
            let seconds = given.map(|s| Duration::try_from_secs_f64(s).unwrap_or(Duration::MAX));
            seconds.unwrap_or(default)
        };
        let usual = Limits::default();
        Limits {
            connect_timeout: or(self.connect_timeout, usual.connect_timeout),
            response_timeout: or(self.response_timeout, usual.response_timeout),
            idle_timeout: or(self.idle_timeout, usual.idle_timeout),
            upload_response_timeout: or(
                self.upload_response_timeout,
                usual.upload_response_timeout,
            ),
            max_attempts: self
                .max_attempts
                .map_or(usual.max_attempts, |tries| u32::try_from(tries).unwrap_or(u32::MAX)),
            stall_timeout: or(self.stall_timeout, usual.stall_timeout),
            max_manifest_bytes: self.max_manifest_bytes.unwrap_or(usual.max_manifest_bytes),
            max_pages: self.max_pages.unwrap_or(usual.max_pages),
            max_entries: self.max_entries.unwrap_or(usual.max_entries),
            helper_timeout: or(self.helper_timeout, usual.helper_timeout),
        }
    }
}

/// The fields of `ocigraph.UnpackLimits`; what is absent keeps the core's default.
#[derive(FromPyObject, Default)]
pub(crate) struct GivenUnpackLimits {
    entries: Option<u64>,
    bytes: Option<u64>,
    ratio: Option<u64>,
}

impl GivenUnpackLimits {
    pub(crate) fn limits(&self) -> UnpackLimits {
        let usual = UnpackLimits::default();
        UnpackLimits {
            entries: self.entries.unwrap_or(usual.entries),
            bytes: self.bytes.unwrap_or(usual.bytes),
            ratio: self.ratio.unwrap_or(usual.ratio),
        }
    }
}
