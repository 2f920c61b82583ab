//! The credentials for one registry, looked up once for each repository.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

use super::{
    credential::{Credential, Credentials},
    credential_chain::{ChainLookup, CredentialChain},
    target::AuthTarget,
    token_client::TokenClient,
};
use crate::blocking::spawn_blocking;
use ocigraph_types::Result;

/// A credential or its absence, once it was looked up.
type CredentialCell = OnceCell<Option<Arc<Credential>>>;

pub(super) struct CredentialCache {
    target: Arc<AuthTarget>,
    chain: CredentialChain,
    /// By repository.
    credentials: Mutex<HashMap<String, Arc<CredentialCell>>>,
    /// By helper and server: a helper is asked once for a registry, not for each repository.
    helper_results: tokio::sync::Mutex<HashMap<String, Option<Credential>>>,
}

impl CredentialCache {
    pub(super) fn new(target: Arc<AuthTarget>, chain: CredentialChain) -> Self {
        Self { target, chain, credentials: Mutex::default(), helper_results: Default::default() }
    }

    /// Returns the credential for a repository, or `None` for anonymous use.
    pub(super) async fn get(
        &self,
        client: &TokenClient,
        repository: &str,
    ) -> Result<Option<Arc<Credential>>> {
        let cell = {
            let mut cells = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(repository.to_owned()).or_default())
        };
        cell.get_or_try_init(|| self.look_up(client, repository)).await.cloned()
    }

    /// Forgets a credential that was refused: a helper or a callback may return another one by now.
    pub(super) async fn discard(&self, repository: &str) {
        self.credentials.lock().unwrap_or_else(PoisonError::into_inner).remove(repository);
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

    async fn look_up_stored(&self, repository: &str) -> Result<Option<Credential>> {
        let (chain, host) = (self.chain.clone(), self.target.host.clone());
        let repository = repository.to_owned();
        match spawn_blocking(move || chain.find(&host, &repository)).await? {
            ChainLookup::NotFound => Ok(None),
            ChainLookup::Credential(credential) => Ok(Some(credential)),
            ChainLookup::Helper { helper, server } => {
                let mut results = self.helper_results.lock().await;
                let key = format!("{} {server}", helper.program());
                if let Some(result) = results.get(&key) {
                    return Ok(result.clone());
                }
                let credential = helper.get(&server).await?;
                results.insert(key, credential.clone());
                Ok(credential)
            }
        }
    }
}
