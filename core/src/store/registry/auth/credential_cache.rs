//! The credentials for one registry, looked up once for each repository.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;

use super::{
    credential::{Credential, Credentials},
    credential_chain::{ChainLookup, CredentialChain},
    helper::Helper,
    target::AuthTarget,
    token_client::TokenClient,
};
use crate::{blocking::spawn_blocking, store::registry::shared_map::SharedMap};
use ocigraph_types::Result;

/// A credential or its absence, once it was looked up.
type CredentialCell = OnceCell<Option<Arc<Credential>>>;

pub(super) struct CredentialCache {
    target: Arc<AuthTarget>,
    chain: CredentialChain,
    /// By repository.
    credentials: SharedMap<String, CredentialCell>,
    /// By helper and server: a helper is asked once for a registry, not for each repository.
    helper_results: tokio::sync::Mutex<HashMap<String, Option<Credential>>>,
    /// The programs of helpers that are not installed, and the files that name them.
    missing_helpers: Mutex<BTreeMap<String, String>>,
}

impl CredentialCache {
    pub(super) fn new(target: Arc<AuthTarget>, chain: CredentialChain) -> Self {
        Self {
            target,
            chain,
            credentials: SharedMap::default(),
            helper_results: Default::default(),
            missing_helpers: Mutex::default(),
        }
    }

    /// Returns the credential for a repository, or `None` for anonymous use.
    pub(super) async fn get(
        &self,
        client: &TokenClient,
        repository: &str,
    ) -> Result<Option<Arc<Credential>>> {
        let cell = self.credentials.get_or_insert(repository.to_owned(), OnceCell::new);
        cell.get_or_try_init(|| self.look_up(client, repository)).await.cloned()
    }

    /// Forgets a credential that was refused: a helper or a callback may return another one by now.
    pub(super) async fn discard(&self, repository: &str) {
        self.credentials.remove(&repository.to_owned());
        self.helper_results.lock().await.clear();
    }

    async fn look_up(
        &self,
        client: &TokenClient,
        repository: &str,
    ) -> Result<Option<Arc<Credential>>> {
        let credential = match &self.target.credentials {
            Credentials::Anonymous => None,
            Credentials::Given(credential) => Some(credential.clone()),
            Credentials::Callback(source) => {
                source.credential(&self.target.host, repository).await?
            }
            Credentials::Stored => self.look_up_stored(repository).await?,
        };
        let credential = match credential {
            Some(Credential::EntraToken { token, tenant }) => {
                Some(client.exchange(&token, tenant.as_deref()).await?)
            }
            other => other,
        };
        Ok(credential.map(Arc::new))
    }

    /// Returns the program of a helper that is not installed, and the file that names it for the
    /// registry.
    pub(super) fn missing_helper(&self) -> Option<(String, String)> {
        let missing = self.missing();
        missing.first_key_value().map(|(program, file)| (program.clone(), file.clone()))
    }

    async fn look_up_stored(&self, repository: &str) -> Result<Option<Credential>> {
        loop {
            let (chain, host) = (self.chain.clone(), self.target.host.clone());
            let missing: BTreeSet<String> = self.missing().keys().cloned().collect();
            let repository = repository.to_owned();
            let found = spawn_blocking(move || chain.find(&host, &repository, &missing)).await?;
            let (helper, server, file) = match found {
                ChainLookup::NotFound => return Ok(None),
                ChainLookup::Credential(credential) => return Ok(Some(credential)),
                ChainLookup::Helper { helper, server, file } => (helper, server, file),
            };
            let mut results = self.helper_results.lock().await;
            let key = format!("{} {server}", helper.program());
            if let Some(result) = results.get(&key) {
                return Ok(result.clone());
            }
            match helper.get(&server).await {
                Ok(credential) => {
                    results.insert(key, credential.clone());
                    return Ok(credential);
                }
                // What is public needs no credential.
                Err(e) if Helper::is_missing(&e) => {
                    let program = helper.program();
                    tracing::warn!(
                        "{file} names the credential helper {program}, which is not on the PATH: \
                         continuing without it"
                    );
                    self.missing().insert(program, file);
                }
                Err(e) => return Err(e),
            }
        }
    }

    fn missing(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.missing_helpers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
