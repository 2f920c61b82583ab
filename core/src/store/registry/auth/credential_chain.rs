//! Stored credentials: the files and helpers, the order in which they are searched, and the place
//! where `login` stores a credential.
//!
//! A file that the caller names is the only place. Otherwise the first place with an entry for the
//! host is used. If that is a helper without a credential,
//! the host is used anonymously.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{
    config_file::{
        ConfigPath, CredentialFile, FileFormat, Lookup,
        edit::{Edit, EditResult, edit},
        matches_host, storage_key,
    },
    credential::Credential,
    helper::Helper,
    login_target::LoginTarget,
};
use crate::{blocking::spawn_blocking, store::registry::hint};
use ocigraph_types::{Code, Error, Host, Result};

/// How often a file may name another helper while one is running.
const MAX_ATTEMPTS: usize = 5;

const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

/// The value of the variable, unless it is not UTF-8.
type Variable = std::result::Result<Zeroizing<String>, ()>;

/// The places where credentials are stored, as the environment names them. Creating it reads no
/// file.
#[derive(Clone)]
pub(crate) struct CredentialChain {
    /// The value of `DOCKER_AUTH_CONFIG`.
    variable: Option<Arc<Variable>>,
    /// The file that the caller named. Then there is no other place.
    auth_file: Option<PathBuf>,
    docker: Option<PathBuf>,
    containers: Vec<PathBuf>,
    helper_timeout: Duration,
}

/// Where a credential is stored.
///
/// ```
/// use ocigraph::StoredIn;
///
/// let stored_in = StoredIn::Helper("docker-credential-secretservice".into());
/// assert_eq!(stored_in.name(), "docker-credential-secretservice");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredIn {
    /// A credential file, which contains the credential as plain text.
    File(PathBuf),
    /// A credential helper, by the name of its program.
    Helper(String),
}

impl StoredIn {
    /// Returns the path of the file, or the name of the program.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Helper(program) => program.clone(),
        }
    }
}

impl CredentialChain {
    /// Creates the chain: `auth_file` alone or, without it, the places that the environment of this
    /// process names.
    pub(crate) fn new(auth_file: Option<PathBuf>, helper_timeout: Duration) -> Self {
        if auth_file.is_some() {
            return Self {
                variable: None,
                auth_file,
                docker: None,
                containers: Vec::new(),
                helper_timeout,
            };
        }
        let path = |name: &str| env::var_os(name).filter(|p| !p.is_empty()).map(PathBuf::from);
        let home = env::home_dir().filter(|home| !home.as_os_str().is_empty());
        let docker = path("DOCKER_CONFIG").or_else(|| Some(home.as_ref()?.join(".docker")));
        let config = path("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
        let auth_json = |directory: PathBuf| directory.join("containers/auth.json");
        Self {
            variable: env::var_os(VARIABLE).filter(|text| !text.is_empty()).map(|text| {
                // Clones share the only copy.
                Arc::new(text.into_string().map(Zeroizing::new).map_err(drop))
            }),
            auth_file: None,
            docker: docker.map(|directory| directory.join("config.json")),
            containers: [
                path("REGISTRY_AUTH_FILE"),
                path("XDG_RUNTIME_DIR").map(auth_json).or_else(sessionless_auth_file),
                config.map(auth_json),
            ]
            .into_iter()
            .flatten()
            .collect(),
            helper_timeout,
        }
    }

    /// Returns the files in the order in which they are searched.
    fn files(&self) -> Vec<ConfigPath> {
        let docker = [&self.auth_file, &self.docker].into_iter().flatten();
        let docker =
            docker.map(|path| ConfigPath { path: path.clone(), format: FileFormat::Docker });
        let containers = self.containers.iter();
        let containers = containers
            .map(|path| ConfigPath { path: path.clone(), format: FileFormat::Containers });
        docker.chain(containers).collect()
    }

    /// Looks up the credential for a repository. Reads the places in order, up to the first with an
    /// entry for the host. A place that names one of the `missing` helpers has none.
    pub(crate) fn find(
        &self,
        host: &Host,
        repository: &str,
        missing: &BTreeSet<String>,
    ) -> Result<ChainLookup> {
        if let Some(file) = self.variable()?
            && let Some(lookup) = self.find_in(&file, host, repository, missing)?
        {
            return Ok(lookup);
        }
        for ConfigPath { path, format } in self.files() {
            let file = match CredentialFile::read(&path, format) {
                // An unreadable file counts as absent, unless the caller named it.
                Err(e) if is_denied(&e) && Some(&path) != self.auth_file.as_ref() => {
                    tracing::warn!(error = %e, "skipped an unreadable credential file");
                    None
                }
                result => result?,
            };
            if file.is_none() && Some(&path) == self.auth_file.as_ref() {
                let path = path.display();
                tracing::warn!(
                    "the credential file {path} does not exist; continuing without credentials"
                );
            }
            if let Some(file) = file
                && let Some(lookup) = self.find_in(&file, host, repository, missing)?
            {
                return Ok(lookup);
            }
        }
        Ok(ChainLookup::NotFound)
    }

    fn find_in(
        &self,
        file: &CredentialFile,
        host: &Host,
        repository: &str,
        missing: &BTreeSet<String>,
    ) -> Result<Option<ChainLookup>> {
        Ok(match file.find(host, repository)? {
            Lookup::NotFound => None,
            Lookup::Credential(credential) => {
                tracing::debug!(%host, file = file.name, "credential found");
                Some(ChainLookup::Credential(credential))
            }
            Lookup::Helper(name) => {
                tracing::debug!(%host, file = file.name, helper = name, "a credential helper is configured");
                let helper = Helper::new(&name, self.helper_timeout)?;
                let file = file.name.clone();
                (!missing.contains(&helper.program())).then(|| ChainLookup::Helper {
                    helper,
                    server: storage_key(host),
                    file,
                })
            }
        })
    }

    fn variable(&self) -> Result<Option<CredentialFile>> {
        let Some(text) = &self.variable else { return Ok(None) };
        let text = text
            .as_ref()
            .as_ref()
            .map_err(|()| Error::new(Code::Credentials, format!("{VARIABLE} is not UTF-8")))?;
        CredentialFile::parse(VARIABLE, text.as_bytes(), FileFormat::Docker).map(Some)
    }

    /// Returns the file that `login` writes to.
    fn target(&self) -> Result<&Path> {
        self.auth_file.as_deref().or(self.docker.as_deref()).ok_or_else(|| {
            Error::new(Code::Credentials, "no home directory was found to store credentials in")
                .with_hint(hint::name_credential_file())
        })
    }

    /// Stores a credential where other tools look for it: in the helper that the file names, else
    /// in the file.
    pub(crate) async fn store(
        &self,
        target: &LoginTarget,
        credential: &Credential,
    ) -> Result<StoredIn> {
        let host = target.host();
        let path = self.target()?.to_path_buf();
        let config = ConfigPath { path: path.clone(), format: FileFormat::Docker };
        let change = Edit::Set(target.clone(), credential.clone());
        for _ in 0..MAX_ATTEMPTS {
            if let Some(name) = helper_for(&config, host).await? {
                if target.namespace().is_some() {
                    let message = format!(
                        "the credential helper docker-credential-{name}, which {} names, stores \
                         credentials for registries only",
                        path.display()
                    );
                    return Err(Error::new(Code::Unsupported, message)
                        .with_hint(hint::sign_in_to_registry(host)));
                }
                let helper = Helper::new(&name, self.helper_timeout)?;
                helper.store(&storage_key(host), credential).await?;
                // The file may name another helper by now.
                if helper_for(&config, host).await?.as_ref() == Some(&name) {
                    return Ok(StoredIn::Helper(helper.program()));
                }
            } else if edit(&config, &change).await? == EditResult::Written {
                return Ok(StoredIn::File(path));
            }
        }
        let message = format!("{} keeps naming another credential helper", path.display());
        Err(Error::new(Code::Credentials, message))
    }

    /// Removes the credential of a host in all its forms, from files and helpers, or the credential of
    /// a namespace from files. Returns the places that had one.
    pub(crate) async fn remove(&self, target: &LoginTarget) -> Result<Vec<StoredIn>> {
        let host = target.host();
        let mut removed = Vec::new();
        let mut visited = BTreeSet::new();
        let mut failure = None;
        for config in self.files() {
            for _ in 0..MAX_ATTEMPTS {
                let Some(file) = read(&config).await? else { break };
                if target.namespace().is_none()
                    && let Some(name) = file.helper(host)?
                    && visited.insert(name.clone())
                {
                    let helper = Helper::new(&name, self.helper_timeout)?;
                    match remove_from_helper(&helper, host).await {
                        Ok(false) => {}
                        Ok(true) => removed.push(StoredIn::Helper(helper.program())),
                        // The files are cleared even if a helper fails.
                        Err(e) => failure = failure.or(Some(e)),
                    }
                    // The file may name another helper by now.
                    continue;
                }
                if !file.entries(target)?.is_empty()
                    && edit(&config, &Edit::Remove(target.clone())).await? == EditResult::Written
                {
                    removed.push(StoredIn::File(config.path.clone()));
                }
                break;
            }
        }
        failure.map_or(Ok(removed), Err)
    }

    /// Returns true if `DOCKER_AUTH_CONFIG` has a credential for the host or namespace, which comes
    /// before all files.
    pub(crate) fn is_in_environment(&self, target: &LoginTarget) -> bool {
        let lookup = self.variable().and_then(|file| match file {
            Some(file) => file.find(target.host(), target.namespace().unwrap_or_default()),
            None => Ok(Lookup::NotFound),
        });
        lookup.is_ok_and(|lookup| lookup != Lookup::NotFound)
    }
}

async fn read(config: &ConfigPath) -> Result<Option<CredentialFile>> {
    let ConfigPath { path, format } = config.clone();
    spawn_blocking(move || CredentialFile::read(&path, format)).await
}

/// Returns the helper that a file names for a host.
async fn helper_for(config: &ConfigPath, host: &Host) -> Result<Option<String>> {
    match read(config).await? {
        Some(file) => file.helper(host),
        None => Ok(None),
    }
}

/// Erases all keys of a host from a helper. Returns true if there was one.
async fn remove_from_helper(helper: &Helper, host: &Host) -> Result<bool> {
    let mut servers: Vec<String> = match helper.list().await {
        Ok(servers) => servers.into_keys().filter(|server| matches_host(server, host)).collect(),
        // The helpers of some clouds do not support `list`.
        Err(_) => vec![storage_key(host)],
    };
    let is_listed = !servers.is_empty();
    // A helper may have the key although it does not list it.
    if !servers.contains(&storage_key(host)) {
        servers.push(storage_key(host));
    }
    for server in &servers {
        let result = helper.erase(server).await;
        if is_listed {
            result?;
        }
    }
    Ok(is_listed)
}

fn is_denied(error: &Error) -> bool {
    use std::error::Error as _;
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied)
}

/// Returns the file of podman and its relatives for a user without a login session, as in a
/// container. Only Linux has it.
fn sessionless_auth_file() -> Option<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let user = std::fs::metadata("/proc/self").ok()?.uid();
        Some(format!("/run/containers/{user}/auth.json").into())
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// The result of searching the files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ChainLookup {
    NotFound,
    /// A file has the credential.
    Credential(Credential),
    /// A helper may have the credential under the key `server`.
    Helper {
        helper: Helper,
        server: String,
        /// The file or variable that names the helper.
        file: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_home_directory_there_is_no_place_to_store() {
        let chain = CredentialChain {
            variable: None,
            auth_file: None,
            docker: None,
            containers: Vec::new(),
            helper_timeout: Duration::from_secs(1),
        };
        let error = chain.target().unwrap_err();
        assert_eq!(error.code(), Code::Credentials);
        assert_eq!(error.hint(), Some("set DOCKER_CONFIG, or name a file with --registry-config"));
    }
}
