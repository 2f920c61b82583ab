//! The part of the client that needs registries: connections, credentials, repositories.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Client, PUSH, complete};
use crate::{
    operation::{
        list,
        login::{self, LoginResult, LogoutResult},
        named::named,
    },
    store::{
        Store,
        list::List,
        registry::{
            ClientConfig, Connection, Registry,
            auth::{Credential, Credentials},
        },
    },
};
use ocigraph_types::{Code, Error, Host, Result};

/// The open connections by registry. Clones of a client share them.
#[derive(Clone, Default)]
pub(super) struct Registries(Arc<Mutex<HashMap<Host, Arc<Connection>>>>);

impl Client {
    /// A client with a credential for every registry it is used with.
    pub fn with_credential(credential: Credential) -> Self {
        Self::with_config(ClientConfig {
            credentials: Credentials::Given(credential),
            ..ClientConfig::default()
        })
    }

    /// Returns the names of a registry's repositories.
    ///
    /// # Errors
    /// [`Code::Unsupported`](crate::Code::Unsupported) if the registry has no catalog; [`Code::Incomplete`](crate::Code::Incomplete) if a part of it
    /// cannot be read: see [`Client::list_repositories`].
    pub async fn repositories(&self, host: &Host) -> Result<Vec<String>> {
        complete(list::REPOSITORIES, host, self.list_repositories(host).await?)
    }

    /// Returns the repositories that could be read, and the problems of the list.
    pub async fn list_repositories(&self, host: &Host) -> Result<List<String>> {
        let listed = async { self.connection(host)?.repositories().await };
        named(list::REPOSITORIES, host, listed).await
    }

    /// Checks a credential with a registry and stores it where other tools look: in the credential
    /// helper that docker's configuration names for the registry, else in that file, as plain text
    /// that only its owner can read.
    ///
    /// # Errors
    /// [`Code::Unauthorized`](crate::Code::Unauthorized) if the registry refuses the credential. Nothing is stored then.
    pub async fn login(&self, host: &Host, credential: Credential) -> Result<LoginResult> {
        let result = named("login", host, login::login(&self.config, host, credential)).await?;
        self.forget(host);
        Ok(result)
    }

    /// Removes every stored credential of a registry, from files and credential helpers.
    pub async fn logout(&self, host: &Host) -> Result<LogoutResult> {
        let result = named("logout", host, login::logout(&self.config, host)).await?;
        self.forget(host);
        Ok(result)
    }

    pub(super) fn open_repository(
        &self,
        host: &Host,
        repository: &str,
        actions: &[&str],
    ) -> Result<Arc<dyn Store>> {
        let registry = Registry::new(self.connection(host)?, repository);
        Ok(Arc::new(registry.for_actions(actions)))
    }

    /// Opens two repositories of one registry, with a token that allows reading one and writing the
    /// other.
    pub(super) fn open_repositories(
        &self,
        host: &Host,
        from: &str,
        to: &str,
    ) -> Result<(Arc<dyn Store>, Arc<dyn Store>)> {
        let connection = self.connection(host)?;
        let from = Registry::new(Arc::clone(&connection), from);
        let to = Registry::new(connection, to).for_actions(&PUSH);
        let both = from.scopes().joined(to.scopes());
        Ok((Arc::new(from.for_scopes(&both)), Arc::new(to.for_scopes(&both))))
    }

    /// A credential or header that the caller gave is for one registry, and is not sent to two.
    pub(super) fn check_secrets(&self) -> Result<()> {
        let given = matches!(self.config.credentials, Credentials::Given(_));
        if given || !self.config.headers.is_empty() {
            let what = if given { "a credential" } else { "a header" };
            return Err(Error::new(
                Code::InvalidArgument,
                format!("{what} that was given for one registry would be sent to both"),
            )
            .with_hint("sign in to each with `ocigraph login`, and give none here"));
        }
        Ok(())
    }

    /// Drops the connection to a registry. The next one looks up its credential again.
    fn forget(&self, host: &Host) {
        self.registries.0.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
    }

    fn connection(&self, host: &Host) -> Result<Arc<Connection>> {
        let mut connections = self.registries.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = connections.get(host) {
            return Ok(Arc::clone(known));
        }
        let connection = Arc::new(Connection::new(host, Arc::clone(&self.config))?);
        connections.insert(host.clone(), Arc::clone(&connection));
        Ok(connection)
    }
}
