// Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.

//! The options of each operation as JavaScript passes them, and their conversion to the core's
//! options. Unknown options and values of the wrong type are errors.

mod parts;
mod read;

use std::{path::PathBuf, sync::Arc};

use ocigraph::{Annotations, Credentials, File, Progress, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

pub(crate) use parts::{Blob, Digest, FileOptions, NoOptions};
use parts::{Count, parsed, time};
pub(crate) use read::read;
use read::read_at;

use crate::credential::{self, CallbackSource, CredentialCallback};

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct AttachOptions {
    files: Option<Vec<FileOptions>>,
    artifact_type: Option<String>,
    platform: Option<String>,
    annotations: Option<Annotations>,
    config: Option<FileOptions>,
    format: Option<String>,
    allow_empty: Option<bool>,
    allow_path_traversal: Option<bool>,
    source_date_epoch: Option<u64>,
    concurrency: Option<Count>,
}

impl AttachOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(
        self,
        progress: Progress,
        mut file: impl FnMut(FileOptions) -> Result<File>,
    ) -> Result<ocigraph::AttachOptions> {
        let mut options = ocigraph::AttachOptions::default();
        if let Some(given) = self.files {
            options.files = given.into_iter().map(&mut file).collect::<Result<_>>()?;
        }
        options.artifact_type = self.artifact_type;
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.annotations {
            options.annotations = given;
        }
        if let Some(given) = self.config {
            options.config = Some(file(given)?);
        }
        if let Some(given) = self.format {
            options.format = parsed(&given)?;
        }
        if let Some(given) = self.allow_empty {
            options.allow_empty = given;
        }
        if let Some(given) = self.allow_path_traversal {
            options.allow_path_traversal = given;
        }
        options.source_date_epoch = self.source_date_epoch;
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct BackupOptions {
    recursive: Option<bool>,
    since: Option<PathBuf>,
    dry_run: Option<bool>,
    concurrency: Option<Count>,
}

impl BackupOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self, progress: Progress) -> Result<ocigraph::BackupOptions> {
        let mut options = ocigraph::BackupOptions::default();
        if let Some(given) = self.recursive {
            options.recursive = given;
        }
        options.since = self.since;
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct BlobDeleteOptions {
    if_exists: Option<bool>,
}

impl BlobDeleteOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::BlobDeleteOptions> {
        let mut options = ocigraph::BlobDeleteOptions::default();
        if let Some(given) = self.if_exists {
            options.if_exists = given;
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct CheckOptions {
    platform: Option<String>,
    each_platform: Option<bool>,
    concurrency: Option<Count>,
}

impl CheckOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::CheckOptions> {
        let mut options = ocigraph::CheckOptions::default();
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.each_platform {
            options.each_platform = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ClientOptions {
    credentials: Option<Value>,
    auth_file: Option<PathBuf>,
    plain_http: Option<bool>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    insecure: Option<bool>,
    use_proxy: Option<bool>,
    resolve: Option<Vec<String>>,
    referrers_mode: Option<String>,
    headers: Option<Value>,
    user_agent: Option<String>,
    limits: Map<String, Value>,
}

impl ClientOptions {
    /// Converts to the core's configuration. `callback` replaces the `credentials` option.
    pub(crate) fn into_core(
        self,
        callback: Option<CredentialCallback>,
    ) -> Result<ocigraph::ClientConfig> {
        let mut options = ocigraph::ClientConfig::default();
        options.credentials = match callback {
            Some(callback) => Credentials::Callback(Arc::new(CallbackSource::new(callback))),
            None => credential::source(self.credentials)?,
        };
        options.auth_file = self.auth_file;
        options.plain_http = self.plain_http;
        options.ca_file = self.ca_file;
        options.cert_file = self.cert_file;
        options.key_file = self.key_file;
        if let Some(given) = self.insecure {
            options.insecure = given;
        }
        if let Some(given) = self.use_proxy {
            options.use_proxy = given;
        }
        if let Some(given) = self.resolve {
            options.resolve = given.iter().map(|text| parsed(text)).collect::<Result<_>>()?;
        }
        if let Some(given) = self.referrers_mode {
            options.referrers_mode = parsed(&given)?;
        }
        options.headers = credential::headers(self.headers)?;
        if let Some(given) = self.user_agent {
            options.user_agent = given;
        }
        options.limits = read_at::<Limits>("limits", self.limits)?.into_core()?;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct CopyOptions {
    recursive: Option<bool>,
    only: Option<String>,
    platform: Option<String>,
    index_platforms: Option<Vec<String>>,
    foreign: Option<bool>,
    repair: Option<bool>,
    concurrency: Option<Count>,
}

impl CopyOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self, progress: Progress) -> Result<ocigraph::CopyOptions> {
        let mut options = ocigraph::CopyOptions::default();
        if let Some(given) = self.recursive {
            options.recursive = given;
        }
        if let Some(given) = self.only {
            options.only = Some(parsed(&given)?);
        }
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.index_platforms {
            options.index_platforms = given;
        }
        if let Some(given) = self.foreign {
            options.foreign = given;
        }
        if let Some(given) = self.repair {
            options.repair = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct DeleteOptions {
    dry_run: Option<bool>,
    force: Option<bool>,
    only: Option<String>,
    if_exists: Option<bool>,
    concurrency: Option<Count>,
}

impl DeleteOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::DeleteOptions> {
        let mut options = ocigraph::DeleteOptions::default();
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.force {
            options.force = given;
        }
        if let Some(given) = self.only {
            options.only = Some(parsed(&given)?);
        }
        if let Some(given) = self.if_exists {
            options.if_exists = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct DiscoverOptions {
    artifact_type: Option<String>,
    annotations: Option<Annotations>,
    predicate_type: Option<String>,
    only: Option<String>,
    platform: Option<String>,
    depth: Option<Count>,
    allow_incomplete: Option<bool>,
    concurrency: Option<Count>,
}

impl DiscoverOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::DiscoverOptions> {
        let mut options = ocigraph::DiscoverOptions::default();
        options.artifact_type = self.artifact_type;
        if let Some(given) = self.annotations {
            options.annotations = given;
        }
        options.predicate_type = self.predicate_type;
        if let Some(given) = self.only {
            options.only = Some(parsed(&given)?);
        }
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.depth {
            options.depth = Some(given.as_usize());
        }
        if let Some(given) = self.allow_incomplete {
            options.allow_incomplete = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct IndexCreateOptions {
    annotations: Option<Annotations>,
    artifact_type: Option<String>,
    dry_run: Option<bool>,
    concurrency: Option<Count>,
}

impl IndexCreateOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::IndexCreateOptions> {
        let mut options = ocigraph::IndexCreateOptions::default();
        if let Some(given) = self.annotations {
            options.annotations = given;
        }
        options.artifact_type = self.artifact_type;
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct IndexUpdateOptions {
    add: Option<Vec<String>>,
    merge: Option<Vec<String>>,
    remove: Option<Vec<String>>,
    annotations: Option<Annotations>,
    artifact_type: Option<String>,
    remove_artifact_type: Option<bool>,
    tags: Option<Vec<String>>,
    dry_run: Option<bool>,
    concurrency: Option<Count>,
}

impl IndexUpdateOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::IndexUpdateOptions> {
        let mut options = ocigraph::IndexUpdateOptions::default();
        if let Some(given) = self.add {
            options.add = given;
        }
        if let Some(given) = self.merge {
            options.merge = given;
        }
        if let Some(given) = self.remove {
            options.remove = given;
        }
        if let Some(given) = self.annotations {
            options.annotations = given;
        }
        options.artifact_type = self.artifact_type;
        if let Some(given) = self.remove_artifact_type {
            options.remove_artifact_type = given;
        }
        if let Some(given) = self.tags {
            options.tags = given;
        }
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Limits {
    connect_timeout: Option<f64>,
    response_timeout: Option<f64>,
    idle_timeout: Option<f64>,
    upload_response_timeout: Option<f64>,
    max_attempts: Option<Count>,
    stall_timeout: Option<f64>,
    max_manifest_bytes: Option<Count>,
    max_pages: Option<Count>,
    max_entries: Option<Count>,
    helper_timeout: Option<f64>,
    max_requests_per_second: Option<Count>,
}

impl Limits {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::Limits> {
        let mut options = ocigraph::Limits::default();
        if let Some(given) = self.connect_timeout {
            options.connect_timeout = time("limits.connectTimeout", given)?;
        }
        if let Some(given) = self.response_timeout {
            options.response_timeout = time("limits.responseTimeout", given)?;
        }
        if let Some(given) = self.idle_timeout {
            options.idle_timeout = time("limits.idleTimeout", given)?;
        }
        if let Some(given) = self.upload_response_timeout {
            options.upload_response_timeout = time("limits.uploadResponseTimeout", given)?;
        }
        if let Some(given) = self.max_attempts {
            options.max_attempts = given.as_u32();
        }
        if let Some(given) = self.stall_timeout {
            options.stall_timeout = time("limits.stallTimeout", given)?;
        }
        if let Some(given) = self.max_manifest_bytes {
            options.max_manifest_bytes = given.as_usize();
        }
        if let Some(given) = self.max_pages {
            options.max_pages = given.as_usize();
        }
        if let Some(given) = self.max_entries {
            options.max_entries = given.as_usize();
        }
        if let Some(given) = self.helper_timeout {
            options.helper_timeout = time("limits.helperTimeout", given)?;
        }
        if let Some(given) = self.max_requests_per_second {
            options.max_requests_per_second = given.as_u32();
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct MigrateOptions {
    to: Option<String>,
    dry_run: Option<bool>,
    remove_old: Option<bool>,
    concurrency: Option<Count>,
}

impl MigrateOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::MigrateOptions> {
        let mut options = ocigraph::MigrateOptions::default();
        if let Some(given) = self.to {
            options.to = parsed(&given)?;
        }
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.remove_old {
            options.remove_old = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PruneOptions {
    keep_tags: Option<Vec<String>>,
    keep_last: Option<Count>,
    older_than: Option<String>,
    tags: Option<Vec<String>>,
    untagged: Option<bool>,
    orphans: Option<bool>,
    dead_tags: Option<bool>,
    artifact_types: Option<Vec<String>>,
    max: Option<Count>,
    dry_run: Option<bool>,
    plan: Option<PathBuf>,
    execute: Option<PathBuf>,
    concurrency: Option<Count>,
}

impl PruneOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::PruneOptions> {
        let mut options = ocigraph::PruneOptions::default();
        if let Some(given) = self.keep_tags {
            options.keep_tags = given;
        }
        if let Some(given) = self.keep_last {
            options.keep_last = Some(given.as_usize());
        }
        options.older_than = self.older_than;
        if let Some(given) = self.tags {
            options.tags = given;
        }
        if let Some(given) = self.untagged {
            options.untagged = given;
        }
        if let Some(given) = self.orphans {
            options.orphans = given;
        }
        if let Some(given) = self.dead_tags {
            options.dead_tags = given;
        }
        if let Some(given) = self.artifact_types {
            options.artifact_types = given;
        }
        if let Some(given) = self.max {
            options.max = Some(given.as_usize());
        }
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        options.plan = self.plan;
        options.execute = self.execute;
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PullOptions {
    output: Option<PathBuf>,
    artifact_type: Option<String>,
    platform: Option<String>,
    include_subject: Option<bool>,
    all: Option<bool>,
    config_file: Option<PathBuf>,
    config_media_type: Option<String>,
    keep_old_files: Option<bool>,
    allow_path_traversal: Option<bool>,
    unpack_limits: Map<String, Value>,
    concurrency: Option<Count>,
}

impl PullOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self, progress: Progress) -> Result<ocigraph::PullOptions> {
        let mut options = ocigraph::PullOptions::default();
        if let Some(given) = self.output {
            options.output = given;
        }
        options.artifact_type = self.artifact_type;
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.include_subject {
            options.include_subject = given;
        }
        if let Some(given) = self.all {
            options.all = given;
        }
        options.config_file = self.config_file;
        options.config_media_type = self.config_media_type;
        if let Some(given) = self.keep_old_files {
            options.keep_old_files = given;
        }
        if let Some(given) = self.allow_path_traversal {
            options.allow_path_traversal = given;
        }
        options.unpack_limits =
            read_at::<UnpackLimits>("unpackLimits", self.unpack_limits)?.into_core()?;
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PushOptions {
    files: Option<Vec<FileOptions>>,
    artifact_type: Option<String>,
    subject: Option<String>,
    annotations: Option<Annotations>,
    config: Option<FileOptions>,
    artifact_platform: Option<String>,
    format: Option<String>,
    allow_path_traversal: Option<bool>,
    source_date_epoch: Option<u64>,
    concurrency: Option<Count>,
}

impl PushOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(
        self,
        progress: Progress,
        mut file: impl FnMut(FileOptions) -> Result<File>,
    ) -> Result<ocigraph::PushOptions> {
        let mut options = ocigraph::PushOptions::default();
        if let Some(given) = self.files {
            options.files = given.into_iter().map(&mut file).collect::<Result<_>>()?;
        }
        options.artifact_type = self.artifact_type;
        if let Some(given) = self.subject {
            options.subject = Some(parsed(&given)?);
        }
        if let Some(given) = self.annotations {
            options.annotations = given;
        }
        if let Some(given) = self.config {
            options.config = Some(file(given)?);
        }
        if let Some(given) = self.artifact_platform {
            options.artifact_platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.format {
            options.format = parsed(&given)?;
        }
        if let Some(given) = self.allow_path_traversal {
            options.allow_path_traversal = given;
        }
        options.source_date_epoch = self.source_date_epoch;
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ManifestOptions {
    platform: Option<String>,
    media_types: Option<Vec<String>>,
}

impl ManifestOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::ResolveOptions> {
        let mut options = ocigraph::ResolveOptions::default();
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.media_types {
            options.media_types = given;
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RestoreOptions {
    repository: Option<String>,
    exclude_referrers: Option<bool>,
    dry_run: Option<bool>,
    concurrency: Option<Count>,
}

impl RestoreOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self, progress: Progress) -> Result<ocigraph::RestoreOptions> {
        let mut options = ocigraph::RestoreOptions::default();
        options.repository = self.repository;
        if let Some(given) = self.exclude_referrers {
            options.exclude_referrers = given;
        }
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SweepOptions {
    repositories: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    latest: Option<Count>,
    depth: Option<Count>,
    checkpoint: Option<PathBuf>,
    shard: Option<String>,
    concurrency: Option<Count>,
}

impl SweepOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::SweepOptions> {
        let mut options = ocigraph::SweepOptions::default();
        if let Some(given) = self.repositories {
            options.repositories = given;
        }
        if let Some(given) = self.tags {
            options.tags = given;
        }
        if let Some(given) = self.latest {
            options.latest = Some(given.as_usize());
        }
        if let Some(given) = self.depth {
            options.depth = Some(given.as_usize());
        }
        options.checkpoint = self.checkpoint;
        options.shard = self.shard;
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SyncOptions {
    repositories: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    latest: Option<Count>,
    platforms: Option<Vec<String>>,
    dry_run: Option<bool>,
    prune_destination: Option<bool>,
    repair: Option<bool>,
    checkpoint: Option<PathBuf>,
    shard: Option<String>,
    concurrency: Option<Count>,
}

impl SyncOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::SyncOptions> {
        let mut options = ocigraph::SyncOptions::default();
        if let Some(given) = self.repositories {
            options.repositories = given;
        }
        if let Some(given) = self.tags {
            options.tags = given;
        }
        if let Some(given) = self.latest {
            options.latest = Some(given.as_usize());
        }
        if let Some(given) = self.platforms {
            options.platforms = given;
        }
        if let Some(given) = self.dry_run {
            options.dry_run = given;
        }
        if let Some(given) = self.prune_destination {
            options.prune_destination = given;
        }
        if let Some(given) = self.repair {
            options.repair = given;
        }
        options.checkpoint = self.checkpoint;
        options.shard = self.shard;
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct UnpackLimits {
    entries: Option<Count>,
    bytes: Option<Count>,
    ratio: Option<Count>,
}

impl UnpackLimits {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::UnpackLimits> {
        let mut options = ocigraph::UnpackLimits::default();
        if let Some(given) = self.entries {
            options.entries = given.as_u64();
        }
        if let Some(given) = self.bytes {
            options.bytes = given.as_u64();
        }
        if let Some(given) = self.ratio {
            options.ratio = given.as_u64();
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct UntagOptions {
    if_exists: Option<bool>,
}

impl UntagOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self) -> Result<ocigraph::UntagOptions> {
        let mut options = ocigraph::UntagOptions::default();
        if let Some(given) = self.if_exists {
            options.if_exists = given;
        }
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct VerifyOptions {
    platform: Option<String>,
    only: Option<String>,
    repair_index: Option<bool>,
    concurrency: Option<Count>,
}

impl VerifyOptions {
    /// Converts to the core's options. Absent options keep the core's defaults.
    pub(crate) fn into_core(self, progress: Progress) -> Result<ocigraph::VerifyOptions> {
        let mut options = ocigraph::VerifyOptions::default();
        if let Some(given) = self.platform {
            options.platform = Some(parsed(&given)?);
        }
        if let Some(given) = self.only {
            options.only = Some(parsed(&given)?);
        }
        if let Some(given) = self.repair_index {
            options.repair_index = given;
        }
        if let Some(given) = self.concurrency {
            options.concurrency = Some(given.as_usize());
        }
        options.progress = progress;
        Ok(options)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PushManifestOptions {
    pub(crate) media_type: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PushBlobOptions {
    pub(crate) media_type: Option<String>,
}
