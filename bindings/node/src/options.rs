//! Options as JavaScript writes them, and the core's own. A name that no option has is refused, and
//! so is a value of the wrong kind.

use std::path::PathBuf;

use ocigraph::{
    Annotations, CopyOptions, Credential, Credentials, DeleteOptions, DiscoverOptions, Platform,
    Progress, PullOptions, PushOptions, RegistryConfig, Result, VerifyOptions,
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    content::{Given, file},
    outcome::invalid,
};

/// Reads options; INVALID_ARGUMENT when they are not written as they should be.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| {
        // What it says of lines and columns is about text that nobody wrote.
        let text = e.to_string();
        let why = text.split(" at line ").next().unwrap_or(&text).to_owned();
        invalid(format!("the options cannot be used: {why}"))
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Client {
    username: Option<String>,
    password: Option<String>,
    plain_http: Option<bool>,
    headers: std::collections::BTreeMap<String, String>,
    user_agent: Option<String>,
}

impl Client {
    pub(crate) fn config(self) -> Result<RegistryConfig> {
        let credentials = match (self.username, self.password) {
            (Some(username), Some(password)) => {
                Credentials::Given(Credential::password(username, password))
            }
            (None, None) => Credentials::default(),
            _ => return Err(invalid("username and password belong together")),
        };
        let defaults = RegistryConfig::default();
        Ok(RegistryConfig {
            credentials,
            plain_http: self.plain_http,
            headers: self.headers.into_iter().collect(),
            user_agent: self.user_agent.unwrap_or_else(|| defaults.user_agent.clone()),
            ..defaults
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FileOptions {
    pub(crate) path: Option<PathBuf>,
    /// The place of the content in the list that comes along.
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
    pub(crate) fn options(
        self,
        contents: Vec<Given<'_>>,
        progress: Progress,
    ) -> Result<PushOptions> {
        let mut contents: Vec<_> = contents.into_iter().map(Some).collect();
        let files: Result<Vec<_>> =
            self.files.into_iter().map(|options| file(options, &mut contents)).collect();
        Ok(PushOptions {
            files: files?,
            artifact_type: self.artifact_type,
            subject: self.subject.as_deref().map(str::parse).transpose()?,
            annotations: self.annotations,
            config: self.config.map(|options| file(options, &mut contents)).transpose()?,
            format: self.format.as_deref().map(str::parse).transpose()?.unwrap_or_default(),
            allow_path_traversal: self.allow_path_traversal,
            source_date_epoch: self.source_date_epoch,
            concurrency: self.concurrency,
            progress,
        })
    }
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
    concurrency: Option<usize>,
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
            progress,
            ..PullOptions::default()
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

/// What an operation takes that has no options but those of every call.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Nothing {}

fn platform(text: Option<&str>) -> Result<Option<Platform>> {
    text.map(str::parse).transpose()
}
