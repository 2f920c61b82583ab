//! Options as JavaScript writes them, and the core's own. A name that no option has is refused, and
//! so is a value of the wrong kind.

use std::{path::PathBuf, sync::Arc, time::Duration};

use ocigraph::{
    Annotations, ClientConfig, CopyOptions, Credentials, DeleteOptions, DiscoverOptions, Platform,
    Progress, PullOptions, PushOptions, Result, VerifyOptions,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    asked::{Ask, Asked},
    credentials,
    outcome::invalid,
    reading::read_at,
};

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Client {
    /// A word, or a credential.
    credentials: Option<Value>,
    auth_file: Option<PathBuf>,
    plain_http: Option<bool>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    insecure: bool,
    use_proxy: Option<bool>,
    /// As they come: what is wrong with them is said without them.
    headers: Option<Value>,
    user_agent: Option<String>,
    limits: Map<String, Value>,
}

impl Client {
    /// With `ask`, credentials are what that answers.
    pub(crate) fn config(self, ask: Option<Ask>) -> Result<ClientConfig> {
        let credentials = match ask {
            Some(ask) => Credentials::Callback(Arc::new(Asked::new(ask))),
            None => credentials::source(self.credentials)?,
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
            headers: credentials::headers(self.headers)?,
            user_agent: self.user_agent.unwrap_or_else(|| defaults.user_agent.clone()),
            limits: read_at::<Limits>("limits", self.limits)?.limits()?,
        })
    }
}

/// Bounds; what is absent keeps its default. Times are in milliseconds.
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

/// Milliseconds that are no bound: half a million years.
const LONGEST: f64 = 1.8e16;

impl Limits {
    fn limits(&self) -> Result<ocigraph::Limits> {
        let or = |name: &str, given: Option<f64>, usual: Duration| match given {
            None => Ok(usual),
            // JavaScript's infinity comes as the largest number there is.
            Some(ms) if ms > LONGEST => Ok(Duration::MAX),
            Some(ms) => Duration::try_from_secs_f64(ms / 1000.0)
                .map_err(|_| invalid(format!("the limit {name} is no time in milliseconds: {ms}"))),
        };
        let usual = ocigraph::Limits::default();
        Ok(ocigraph::Limits {
            connect_timeout: or("connect_timeout", self.connect_timeout, usual.connect_timeout)?,
            response_timeout: or("firstHeader", self.response_timeout, usual.response_timeout)?,
            idle_timeout: or("idle_timeout", self.idle_timeout, usual.idle_timeout)?,
            upload_response_timeout: or(
                "uploadAnswer",
                self.upload_response_timeout,
                usual.upload_response_timeout,
            )?,
            max_attempts: self
                .max_attempts
                .map_or(usual.max_attempts, |tries| u32::try_from(tries).unwrap_or(u32::MAX)),
            stall_timeout: or("stall_timeout", self.stall_timeout, usual.stall_timeout)?,
            max_manifest_bytes: self.max_manifest_bytes.unwrap_or(usual.max_manifest_bytes),
            max_pages: self.max_pages.unwrap_or(usual.max_pages),
            max_entries: self.max_entries.unwrap_or(usual.max_entries),
            helper_timeout: or("helper_timeout", self.helper_timeout, usual.helper_timeout)?,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FileOptions {
    pub(crate) path: Option<PathBuf>,
    /// The number of the content.
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
    /// The core's options, and the files and config that are to come into them.
    pub(crate) fn parsed(self) -> Result<(PushOptions, Vec<FileOptions>, Option<FileOptions>)> {
        let options = PushOptions {
            artifact_type: self.artifact_type,
            subject: self.subject.as_deref().map(str::parse).transpose()?,
            annotations: self.annotations,
            format: self.format.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
            allow_path_traversal: self.allow_path_traversal,
            source_date_epoch: self.source_date_epoch,
            concurrency: self.concurrency,
            ..PushOptions::default()
        };
        Ok((options, self.files, self.config))
    }
}

/// What a blob is made of.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Blob {
    pub(crate) path: Option<PathBuf>,
    /// The number of the content.
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

/// Bounds on what packed directories may unpack to; what is absent keeps its default.
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
        ocigraph::UnpackLimits {
            entries: self.entries.unwrap_or(usual.entries),
            bytes: self.bytes.unwrap_or(usual.bytes),
            ratio: self.ratio.unwrap_or(usual.ratio),
        }
    }
}

impl Pull {
    pub(crate) fn options(self, progress: Progress) -> Result<PullOptions> {
        Ok(PullOptions {
            output: self.output,
            artifact_type: self.artifact_type,
            platform: platform(self.platform.as_deref())?,
            include_subject: self.include_subject,
            keep_old_files: self.keep_old_files,
            allow_path_traversal: self.allow_path_traversal,
            concurrency: self.concurrency,
            unpack_limits: read_at::<UnpackLimits>("unpackLimits", self.unpack_limits)?.limits(),
            progress,
        })
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
        Ok(DiscoverOptions {
            artifact_type: self.artifact_type,
            annotations: self.annotations,
            platform: platform(self.platform.as_deref())?,
            depth: self.depth,
            concurrency: self.concurrency,
            ..DiscoverOptions::default()
        })
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
        DeleteOptions { dry_run: given.dry_run, force: given.force, concurrency: given.concurrency }
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
        Ok(CopyOptions {
            recursive: self.recursive,
            platform: platform(self.platform.as_deref())?,
            foreign: self.foreign,
            concurrency: self.concurrency,
            progress,
        })
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
        Ok(VerifyOptions {
            platform: platform(self.platform.as_deref())?,
            concurrency: self.concurrency,
            progress,
        })
    }
}

/// What an operation takes that reads one manifest.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct One {
    platform: Option<String>,
}

impl One {
    pub(crate) fn platform(self) -> Result<Option<Platform>> {
        platform(self.platform.as_deref())
    }
}

/// What an operation takes that stores a manifest.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PushManifest {
    pub(crate) media_type: Option<String>,
}

/// How to digest.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Digest {
    pub(crate) algorithm: Option<String>,
}

/// What an operation takes that has no options but those of every call.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Nothing {}

fn platform(text: Option<&str>) -> Result<Option<Platform>> {
    text.map(str::parse).transpose()
}
