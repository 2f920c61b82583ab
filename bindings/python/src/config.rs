//! The configuration of a client, converted from the arguments of its Python constructor.

use std::{path::PathBuf, time::Duration};

use ocigraph::{ClientConfig, Limits, Result, UnpackLimits};
use pyo3::prelude::*;

use crate::credential::GivenCredentials;

/// The arguments of the client's constructor.
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

/// The fields of `ocigraph.Limits`. `None` keeps the core's default. Times are in seconds; an
/// infinite time becomes `Duration::MAX`.
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

/// The fields of `ocigraph.UnpackLimits`. `None` keeps the core's default.
#[derive(FromPyObject, Default)]
pub(crate) struct GivenUnpackLimits {
    entries: Option<u64>,
    bytes: Option<u64>,
    ratio: Option<u64>,
}

impl GivenUnpackLimits {
    pub(crate) fn limits(&self) -> UnpackLimits {
        let usual = UnpackLimits::default();
        UnpackLimits::default()
            .entries(self.entries.unwrap_or(usual.entries))
            .bytes(self.bytes.unwrap_or(usual.bytes))
            .ratio(self.ratio.unwrap_or(usual.ratio))
    }
}
