//! Options as JavaScript writes them, and the core's own. A name that no option has is refused, and
//! so is a value of the wrong kind.

use std::{path::PathBuf, sync::Arc};

use ocigraph::{
    Annotations, CopyOptions, Credential, Credentials, DeleteOptions, DiscoverOptions, Platform,
    Progress, PullOptions, PushOptions, RegistryConfig, Result, VerifyOptions,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    asked::{Ask, Asked},
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
    /// A word, or a credential.
    credentials: Option<Value>,
    registry_config: Option<PathBuf>,
    plain_http: Option<bool>,
    ca_file: Option<PathBuf>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    insecure: bool,
    use_proxy: Option<bool>,
    headers: std::collections::BTreeMap<String, String>,
    user_agent: Option<String>,
}

impl Client {
    /// With `ask`, credentials are what that answers.
    pub(crate) fn config(self, ask: Option<Ask>) -> Result<RegistryConfig> {
        let credentials = match (ask, self.credentials) {
            (Some(ask), _) => Credentials::Callback(Arc::new(Asked::new(ask))),
            (None, None) => Credentials::default(),
            (None, Some(Value::String(word))) => match word.as_str() {
                "stored" => Credentials::Stored,
                "anonymous" => Credentials::Anonymous,
                _ => return Err(invalid(format!("there are no credentials {word:?}"))),
            },
            (None, Some(credential)) => {
                Credentials::Given(self::credential(&credential.to_string())?)
            }
        };
        let defaults = RegistryConfig::default();
        Ok(RegistryConfig {
            credentials,
            registry_config: self.registry_config,
            plain_http: self.plain_http,
            ca_file: self.ca_file,
            cert_file: self.cert_file,
            key_file: self.key_file,
            insecure: self.insecure,
            use_proxy: self.use_proxy.unwrap_or(defaults.use_proxy),
            headers: self.headers.into_iter().collect(),
            user_agent: self.user_agent.unwrap_or_else(|| defaults.user_agent.clone()),
            ..defaults
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct CredentialOptions {
    username: Option<String>,
    password: Option<String>,
    identity_token: Option<String>,
    registry_token: Option<String>,
    entra_token: Option<String>,
    tenant: Option<String>,
}

/// Reads a credential: a name and password, or one kind of token.
pub(crate) fn credential(json: &str) -> Result<Credential> {
    match read(json)? {
        CredentialOptions {
            username: Some(username),
            password: Some(password),
            identity_token: None,
            registry_token: None,
            entra_token: None,
            tenant: None,
        } => Ok(Credential::password(username, password)),
        CredentialOptions {
            username: None,
            password: None,
            identity_token,
            registry_token,
            entra_token,
            tenant,
        } => match (identity_token, registry_token, entra_token, tenant) {
            (Some(token), None, None, None) => Ok(Credential::identity_token(token)),
            (None, Some(token), None, None) => Ok(Credential::registry_token(token)),
            (None, None, Some(token), tenant) => Ok(Credential::entra_token(token, tenant)),
            _ => Err(no_credential()),
        },
        _ => Err(no_credential()),
    }
}

fn no_credential() -> ocigraph::Error {
    invalid("a credential is a username with a password, or one token")
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
