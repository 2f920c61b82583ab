// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The configuration of a client and other nested options, read from the dicts that the
//! Python classes make. `None` keeps the default of the core.

use std::path::PathBuf;

use ocigraph::{ClientConfig, Limits, UnpackLimits};
use pyo3::prelude::*;

use crate::{credential::GivenCredentials, error::or_raised, values};

/// The fields of `Limits`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct GivenLimits {
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
    max_requests_per_second: Option<u64>,
}

impl GivenLimits {
    pub(crate) fn value(self, _py: Python<'_>) -> PyResult<Limits> {
        let Self {
            connect_timeout,
            response_timeout,
            idle_timeout,
            upload_response_timeout,
            max_attempts,
            stall_timeout,
            max_manifest_bytes,
            max_pages,
            max_entries,
            helper_timeout,
            max_requests_per_second,
        } = self;
        let mut options = Limits::default();
        if let Some(connect_timeout) = connect_timeout {
            options.connect_timeout = values::duration(connect_timeout);
        }
        if let Some(response_timeout) = response_timeout {
            options.response_timeout = values::duration(response_timeout);
        }
        if let Some(idle_timeout) = idle_timeout {
            options.idle_timeout = values::duration(idle_timeout);
        }
        if let Some(upload_response_timeout) = upload_response_timeout {
            options.upload_response_timeout = values::duration(upload_response_timeout);
        }
        if let Some(max_attempts) = max_attempts {
            options.max_attempts = u32::try_from(max_attempts).unwrap_or(u32::MAX);
        }
        if let Some(stall_timeout) = stall_timeout {
            options.stall_timeout = values::duration(stall_timeout);
        }
        if let Some(max_manifest_bytes) = max_manifest_bytes {
            options.max_manifest_bytes = max_manifest_bytes;
        }
        if let Some(max_pages) = max_pages {
            options.max_pages = max_pages;
        }
        if let Some(max_entries) = max_entries {
            options.max_entries = max_entries;
        }
        if let Some(helper_timeout) = helper_timeout {
            options.helper_timeout = values::duration(helper_timeout);
        }
        if let Some(max_requests_per_second) = max_requests_per_second {
            options.max_requests_per_second =
                u32::try_from(max_requests_per_second).unwrap_or(u32::MAX);
        }
        Ok(options)
    }
}

/// The fields of `UnpackLimits`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct GivenUnpackLimits {
    entries: Option<u64>,
    bytes: Option<u64>,
    ratio: Option<u64>,
}

impl GivenUnpackLimits {
    pub(crate) fn value(self, _py: Python<'_>) -> PyResult<UnpackLimits> {
        let Self { entries, bytes, ratio } = self;
        let mut options = UnpackLimits::default();
        if let Some(entries) = entries {
            options.entries = entries;
        }
        if let Some(bytes) = bytes {
            options.bytes = bytes;
        }
        if let Some(ratio) = ratio {
            options.ratio = ratio;
        }
        Ok(options)
    }
}

/// The fields of `ClientConfig`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct GivenClientConfig {
    credentials: GivenCredentials,
    auth_file: Option<PathBuf>,
    plain_http: Option<bool>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    insecure: bool,
    use_proxy: bool,
    resolve: Vec<String>,
    referrers_mode: String,
    headers: Vec<(String, String)>,
    user_agent: Option<String>,
    limits: GivenLimits,
}

impl GivenClientConfig {
    pub(crate) fn value(self, py: Python<'_>) -> PyResult<ClientConfig> {
        let Self {
            credentials,
            auth_file,
            plain_http,
            ca_file,
            cert_file,
            key_file,
            insecure,
            use_proxy,
            resolve,
            referrers_mode,
            headers,
            user_agent,
            limits,
        } = self;
        let mut options = ClientConfig::default();
        options.credentials = or_raised(py, credentials.credentials())?;
        options.auth_file = auth_file;
        options.plain_http = plain_http;
        options.ca_file = ca_file;
        options.cert_file = cert_file;
        options.key_file = key_file;
        options.insecure = insecure;
        options.use_proxy = use_proxy;
        options.resolve =
            resolve.iter().map(|text| values::parsed(py, text)).collect::<PyResult<_>>()?;
        options.referrers_mode = values::parsed(py, &referrers_mode)?;
        options.headers = headers;
        if let Some(user_agent) = user_agent {
            options.user_agent = user_agent;
        }
        options.limits = limits.value(py)?;
        Ok(options)
    }
}
