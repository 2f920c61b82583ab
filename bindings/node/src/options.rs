//! The options of each operation as JavaScript passes them, and their conversion to the core's options.
//! Unknown options and values of the wrong type are errors.

mod read;

use std::{path::PathBuf, sync::Arc, time::Duration};

use ocigraph::{
    Annotations, ClientConfig, CopyOptions, Credentials, DeleteOptions, DiscoverOptions, Platform,
    Progress, PullOptions, PushOptions, Result, VerifyOptions,
};
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use read::{read, read_at};

use crate::{
    credential::{self, CallbackSource, CredentialCallback},
    error::invalid,
};

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Client {
    /// A keyword or a credential.
    credentials: Option<Value>,
    auth_file: Option<PathBuf>,
    plain_http: Option<bool>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    insecure: bool,
    use_proxy: Option<bool>,
    /// Unparsed, so that an error does not repeat the values.
    headers: Option<Value>,
    user_agent: Option<String>,
    limits: Map<String, Value>,
}

impl Client {
    /// Converts to the core's configuration. `callback` replaces the `credentials` option.
    pub(crate) fn config(self, callback: Option<CredentialCallback>) -> Result<ClientConfig> {
        let credentials = match callback {
            Some(callback) => Credentials::Callback(Arc::new(CallbackSource::new(callback))),
            None => credential::source(self.credentials)?,
        };
        let defaults = ClientConfig::default();
        Ok(ClientConfig {
            credentials,
            auth_file: self.auth_file,
            plain_http: self.plain_http,
            ca_file: self.ca_file,
            cert_file: self.cert_file,
            key_file: self.key_file,
            insecure: self.insecure,
            use_proxy: self.use_proxy.unwrap_or(defaults.use_proxy),
            headers: credential::headers(self.headers)?,
            user_agent: self.user_agent.unwrap_or_else(|| defaults.user_agent.clone()),
            limits: read_at::<Limits>("limits", self.limits)?.limits()?,
        })
    }
}

/// Limits. Absent fields keep the core's defaults. Times are in milliseconds.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Limits {
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

/// Times above this many milliseconds (570,000 years) mean no limit.
const LONGEST: f64 = 1.8e16;

impl Limits {
    fn limits(&self) -> Result<ocigraph::Limits> {
        let or = |name: &str, given: Option<f64>, usual: Duration| match given {
            None => Ok(usual),
            // JavaScript passes `Infinity` as `Number.MAX_VALUE`, because JSON cannot represent it.
            Some(ms) if ms > LONGEST => Ok(Duration::MAX),
            Some(ms) => Duration::try_from_secs_f64(ms / 1000.0).map_err(|_| {
                invalid(format!(
                    "limits.{name} must be a time in milliseconds, 0 or more, not {ms}"
                ))
            }),
        };
        let usual = ocigraph::Limits::default();
        Ok(ocigraph::Limits {
            connect_timeout: or("connectTimeout", self.connect_timeout, usual.connect_timeout)?,
            response_timeout: or("responseTimeout", self.response_timeout, usual.response_timeout)?,
            idle_timeout: or("idleTimeout", self.idle_timeout, usual.idle_timeout)?,
            upload_response_timeout: or(
                "uploadResponseTimeout",
                self.upload_response_timeout,
                usual.upload_response_timeout,
            )?,
            max_attempts: self
                .max_attempts
                .map_or(usual.max_attempts, |tries| u32::try_from(tries).unwrap_or(u32::MAX)),
            stall_timeout: or("stallTimeout", self.stall_timeout, usual.stall_timeout)?,
            max_manifest_bytes: self.max_manifest_bytes.unwrap_or(usual.max_manifest_bytes),
            max_pages: self.max_pages.unwrap_or(usual.max_pages),
            max_entries: self.max_entries.unwrap_or(usual.max_entries),
            helper_timeout: or("helperTimeout", self.helper_timeout, usual.helper_timeout)?,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FileOptions {
    pub(crate) path: Option<PathBuf>,
    /// The index of its buffered content.
    pub(crate) content: Option<usize>,
    pub(crate) title: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) annotations: Annotations,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Push {
    files: Vec<FileOptions>,
    artifact_type: Option<String>,
    subject: Option<String>,
    annotations: Annotations,
    config: Option<FileOptions>,
    format: Option<String>,
    allow_path_traversal: bool,
    source_date_epoch: Option<u64>,
    concurrency: Option<usize>,
}

impl Push {
    /// Converts to the core's options without files, and the files and config to add to them.
    pub(crate) fn parsed(self) -> Result<(PushOptions, Vec<FileOptions>, Option<FileOptions>)> {
        let mut options = PushOptions::default();
        options.artifact_type = self.artifact_type;
        options.subject = self.subject.as_deref().map(str::parse).transpose()?;
        options.annotations = self.annotations;
        options.format = self.format.as_deref().map(str::parse).transpose()?.unwrap_or_default();
        options.allow_path_traversal = self.allow_path_traversal;
        options.source_date_epoch = self.source_date_epoch;
        options.concurrency = self.concurrency;
        Ok((options, self.files, self.config))
    }
}

/// The content of a blob.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Blob {
    pub(crate) path: Option<PathBuf>,
    /// The index of its buffered content.
    pub(crate) content: Option<usize>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Pull {
    output: PathBuf,
    artifact_type: Option<String>,
    platform: Option<String>,
    include_subject: bool,
    keep_old_files: bool,
    allow_path_traversal: bool,
    unpack_limits: Map<String, Value>,
    concurrency: Option<usize>,
}

/// Limits for unpacking directories. Absent fields keep the core's defaults.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct UnpackLimits {
    entries: Option<u64>,
    bytes: Option<u64>,
    ratio: Option<u64>,
}

impl UnpackLimits {
    fn limits(&self) -> ocigraph::UnpackLimits {
        let usual = ocigraph::UnpackLimits::default();
        ocigraph::UnpackLimits::default()
            .entries(self.entries.unwrap_or(usual.entries))
            .bytes(self.bytes.unwrap_or(usual.bytes))
            .ratio(self.ratio.unwrap_or(usual.ratio))
    }
}

impl Pull {
    pub(crate) fn options(self, progress: Progress) -> Result<PullOptions> {
        let mut options = PullOptions::default();
        options.output = self.output;
        options.artifact_type = self.artifact_type;
        options.platform = platform(self.platform.as_deref())?;
        options.include_subject = self.include_subject;
        options.keep_old_files = self.keep_old_files;
        options.allow_path_traversal = self.allow_path_traversal;
        options.concurrency = self.concurrency;
        options.unpack_limits =
            read_at::<UnpackLimits>("unpackLimits", self.unpack_limits)?.limits();
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Discover {
    artifact_type: Option<String>,
    annotations: Annotations,
    platform: Option<String>,
    depth: Option<usize>,
    concurrency: Option<usize>,
}

impl Discover {
    pub(crate) fn options(self) -> Result<DiscoverOptions> {
        let mut options = DiscoverOptions::default();
        options.artifact_type = self.artifact_type;
        options.annotations = self.annotations;
        options.platform = platform(self.platform.as_deref())?;
        options.depth = self.depth;
        options.concurrency = self.concurrency;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Delete {
    dry_run: bool,
    force: bool,
    concurrency: Option<usize>,
}

impl From<Delete> for DeleteOptions {
    fn from(given: Delete) -> Self {
        {
            let mut options = DeleteOptions::default();
            options.dry_run = given.dry_run;
            options.force = given.force;
            options.concurrency = given.concurrency;
            options
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Copy {
    recursive: bool,
    platform: Option<String>,
    foreign: bool,
    concurrency: Option<usize>,
}

impl Copy {
    pub(crate) fn options(self, progress: Progress) -> Result<CopyOptions> {
        let mut options = CopyOptions::default();
        options.recursive = self.recursive;
        options.platform = platform(self.platform.as_deref())?;
        options.foreign = self.foreign;
        options.concurrency = self.concurrency;
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Verify {
    platform: Option<String>,
    concurrency: Option<usize>,
}

impl Verify {
    pub(crate) fn options(self, progress: Progress) -> Result<VerifyOptions> {
        let mut options = VerifyOptions::default();
        options.platform = platform(self.platform.as_deref())?;
        options.concurrency = self.concurrency;
        options.progress = progress;
        Ok(options)
    }
}

/// Options of operations that read one manifest.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PlatformOnly {
    platform: Option<String>,
}

impl PlatformOnly {
    pub(crate) fn platform(self) -> Result<Option<Platform>> {
        platform(self.platform.as_deref())
    }
}

/// Options of `pushManifest`.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PushManifest {
    pub(crate) media_type: Option<String>,
}

/// Options of the digest functions.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Digest {
    pub(crate) algorithm: Option<String>,
}

/// Options of operations that have none of their own.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NoOptions {}

fn platform(text: Option<&str>) -> Result<Option<Platform>> {
    text.map(str::parse).transpose()
}
