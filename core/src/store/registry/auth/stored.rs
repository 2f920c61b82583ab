//! Stored credentials: which files and helpers there are, in which order they are asked, and where
//! `login` puts what it has verified.
//!
//! The first that answers for a host wins. A helper that is in charge of a host and knows nothing
//! means that the host is used anonymously.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    credential::Credential,
    file::{ConfigPath, CredentialFile, Kind, Lookup, key_of, means},
    helper::Helper,
    replace::{Edit, Edited, edit},
};
use crate::blocking::spawn_blocking;
use ocigraph_types::{Code, Error, Host, Result};

/// How often a file may name another helper while one is at work.
const TRIES: usize = 5;

const VARIABLE: &str = "DOCKER_AUTH_CONFIG";

/// The places, as the environment has them. Nothing is read yet.
#[derive(Clone)]
pub(crate) struct CredentialChain {
    variable: Option<OsString>,
    /// The file that the caller named.
    named: Option<PathBuf>,
    docker: Option<PathBuf>,
    containers: Vec<PathBuf>,
    helper_limit: Duration,
}

/// Where `login` put a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredIn {
    /// A file, in which it stands as plain text.
    File(PathBuf),
    /// A credential helper, by its program's name.
    Helper(String),
}

impl StoredIn {
    /// The file's path or the program's name.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Helper(program) => program.clone(),
        }
    }
}

impl CredentialChain {
    /// Those of this process.
    pub(crate) fn of_environment(named: Option<PathBuf>, helper_limit: Duration) -> Self {
        let path = |name: &str| env::var_os(name).filter(|p| !p.is_empty()).map(PathBuf::from);
        let home = env::home_dir().filter(|home| !home.as_os_str().is_empty());
        let docker = path("DOCKER_CONFIG").or_else(|| Some(home.as_ref()?.join(".docker")));
        let config = path("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
        let auth_json = |folder: PathBuf| folder.join("containers/auth.json");
        Self {
            variable: env::var_os(VARIABLE).filter(|text| !text.is_empty()),
            named,
            docker: docker.map(|folder| folder.join("config.json")),
            containers: [
                path("REGISTRY_AUTH_FILE"),
                path("XDG_RUNTIME_DIR").map(auth_json).or_else(without_session),
                config.map(auth_json),
            ]
            .into_iter()
            .flatten()
            .collect(),
            helper_limit,
        }
    }

    fn files(&self) -> Vec<ConfigPath> {
        let docker = [&self.named, &self.docker].into_iter().flatten();
        let docker = docker.map(|path| ConfigPath { path: path.clone(), kind: Kind::Docker });
        let containers = self.containers.iter();
        let containers =
            containers.map(|path| ConfigPath { path: path.clone(), kind: Kind::Containers });
        docker.chain(containers).collect()
    }

    /// Where the credential for a repository is. The places are read one after the other, and none
    /// beyond the first that answers.
    pub(crate) fn find(&self, host: &Host, repository: &str) -> Result<Source> {
        if let Some(file) = self.variable()?
            && let Some(source) = self.ask(&file, host, repository)?
        {
            return Ok(source);
        }
        for ConfigPath { path, kind } in self.files() {
            let read = match CredentialFile::read(&path, kind) {
                // A place that nobody named and this user may not look into is not there.
                Err(e) if is_denied(&e) && Some(&path) != self.named.as_ref() => {
                    tracing::warn!(error = %e, "passed over");
                    None
                }
                read => read?,
            };
            if let Some(file) = read
                && let Some(source) = self.ask(&file, host, repository)?
            {
                return Ok(source);
            }
        }
        Ok(Source::Nowhere)
    }

    fn ask(&self, file: &CredentialFile, host: &Host, repository: &str) -> Result<Option<Source>> {
        Ok(match file.find(host, repository)? {
            Lookup::Nothing => None,
            Lookup::Credential(credential) => {
                tracing::debug!(%host, file = file.name, "credential found");
                Some(Source::Here(credential))
            }
            Lookup::Helper(name) => {
                tracing::debug!(%host, file = file.name, helper = name, "a helper is in charge");
                let helper = Helper::new(&name, self.helper_limit)?;
                Some(Source::Helper(helper, key_of(host)))
            }
        })
    }

    fn variable(&self) -> Result<Option<CredentialFile>> {
        let Some(text) = &self.variable else { return Ok(None) };
        let text = text
            .to_str()
            .ok_or_else(|| Error::new(Code::Credentials, format!("{VARIABLE} is not UTF-8")))?;
        CredentialFile::parse(VARIABLE, text.as_bytes(), Kind::Docker).map(Some)
    }

    /// The file that `login` writes to.
    fn target(&self) -> Result<&Path> {
        self.named.as_deref().or(self.docker.as_deref()).ok_or_else(|| {
            Error::new(Code::Credentials, "there is no home folder to keep credentials in")
                .with_hint("set DOCKER_CONFIG, or name a file with --registry-config")
        })
    }

    /// Keeps a credential where the other tools look for it.
    pub(crate) async fn store(&self, host: &Host, credential: &Credential) -> Result<StoredIn> {
        let path = self.target()?.to_path_buf();
        let at = ConfigPath { path: path.clone(), kind: Kind::Docker };
        let wanted = Edit::Set(host.clone(), credential.clone());
        for _ in 0..TRIES {
            if let Some(name) = helper_of(&at, host).await? {
                let helper = Helper::new(&name, self.helper_limit)?;
                helper.store(&key_of(host), credential).await?;
                // It may have taken its time, and another may be in charge by now.
                if helper_of(&at, host).await?.as_ref() == Some(&name) {
                    return Ok(StoredIn::Helper(helper.program()));
                }
            } else if edit(&at, &wanted).await? == Edited::Written {
                return Ok(StoredIn::File(path));
            }
        }
        let what = format!("{} names another credential helper each time", path.display());
        Err(Error::new(Code::Credentials, what))
    }

    /// Removes every form of a host's credential, from files and helpers; tells from where.
    pub(crate) async fn forget(&self, host: &Host) -> Result<Vec<StoredIn>> {
        let mut forgotten = Vec::new();
        let mut asked = BTreeSet::new();
        let mut failure = None;
        for at in self.files() {
            for _ in 0..TRIES {
                let Some(file) = read(&at).await? else { break };
                if let Some(name) = file.helper(host)?
                    && asked.insert(name.clone())
                {
                    let helper = Helper::new(&name, self.helper_limit)?;
                    match forget_in(&helper, host).await {
                        Ok(false) => {}
                        Ok(true) => forgotten.push(StoredIn::Helper(helper.program())),
                        // What stands in files goes all the same.
                        Err(e) => failure = failure.or(Some(e)),
                    }
                    // Another may be in charge by now.
                    continue;
                }
                if !file.entries(host)?.is_empty()
                    && edit(&at, &Edit::Remove(host.clone())).await? == Edited::Written
                {
                    forgotten.push(StoredIn::File(at.path.clone()));
                }
                break;
            }
        }
        failure.map_or(Ok(forgotten), Err)
    }

    /// Whether the environment itself has a credential for the host, which no file can take away.
    pub(crate) fn is_fixed(&self, host: &Host) -> bool {
        let found = self.variable().and_then(|file| match file {
            Some(file) => file.find(host, ""),
            None => Ok(Lookup::Nothing),
        });
        found.is_ok_and(|found| found != Lookup::Nothing)
    }
}

async fn read(at: &ConfigPath) -> Result<Option<CredentialFile>> {
    let ConfigPath { path, kind } = at.clone();
    spawn_blocking(move || CredentialFile::read(&path, kind)).await
}

/// The helper that a file puts in charge of a host.
async fn helper_of(at: &ConfigPath, host: &Host) -> Result<Option<String>> {
    match read(at).await? {
        Some(file) => file.helper(host),
        None => Ok(None),
    }
}

/// Erases every key of a helper that means the host; whether there was one.
async fn forget_in(helper: &Helper, host: &Host) -> Result<bool> {
    let mut servers: Vec<String> = match helper.list().await {
        Ok(known) => known.into_keys().filter(|server| means(server, host)).collect(),
        // Those of some clouds cannot list.
        Err(_) => vec![key_of(host)],
    };
    let any = !servers.is_empty();
    // One that does not list what it keeps may keep it all the same.
    if !servers.contains(&key_of(host)) {
        servers.push(key_of(host));
    }
    for server in &servers {
        let erased = helper.erase(server).await;
        if any {
            erased?;
        }
    }
    Ok(any)
}

fn is_denied(error: &Error) -> bool {
    use std::error::Error as _;
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied)
}

/// Where the containers tools keep credentials on Linux when nobody is logged in to a session, as for
/// root in a container.
fn without_session() -> Option<PathBuf> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let user = std::fs::metadata("/proc/self").ok()?.uid();
        Some(format!("/run/containers/{user}/auth.json").into())
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Where a credential is, once the files were looked through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Nowhere,
    /// It stands in a file.
    Here(Credential),
    /// A helper has to be asked for a server.
    Helper(Helper, String),
}
