//! The connections of a client to registries.

use std::sync::Arc;

use crate::store::{
    Store,
    registry::{
        Budgets, ClientConfig, Connection, Registry, auth::Credentials, shared_map::SharedMap,
    },
};
use ocigraph_types::{Code, Error, Host, Result};

/// The open connections by registry. Clones of a client share them.
#[derive(Clone, Default)]
pub(crate) struct Registries {
    connections: Arc<SharedMap<Host, Connection>>,
    budgets: Budgets,
}

impl Registries {
    /// Opens a repository. Its token allows `actions` beside `pull`.
    pub(crate) fn open(
        &self,
        config: &Arc<ClientConfig>,
        host: &Host,
        repository: &str,
        actions: &[&str],
    ) -> Result<Arc<dyn Store>> {
        let registry = Registry::new(self.connection(config, host)?, repository);
        Ok(Arc::new(registry.for_actions(actions)))
    }

    /// Opens two repositories of one registry, with a token that allows `pull` from one and
    /// `actions` on the other.
    pub(crate) fn open_both(
        &self,
        config: &Arc<ClientConfig>,
        host: &Host,
        from: &str,
        (to, actions): (&str, &[&str]),
    ) -> Result<(Arc<dyn Store>, Arc<dyn Store>)> {
        let connection = self.connection(config, host)?;
        let from = Registry::new(Arc::clone(&connection), from);
        let to = Registry::new(connection, to).for_actions(actions);
        let both = from.scopes().joined(to.scopes());
        Ok((Arc::new(from.for_scopes(&both)), Arc::new(to.for_scopes(&both))))
    }

    pub(crate) fn connection(
        &self,
        config: &Arc<ClientConfig>,
        host: &Host,
    ) -> Result<Arc<Connection>> {
        self.connections.get_or_try_insert(host.clone(), || {
            Connection::with_budgets(host, Arc::clone(config), self.budgets.clone())
        })
    }

    pub(crate) fn is_clone_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.connections, &other.connections)
    }

    /// Drops the connection to a registry. The next one looks up its credential again.
    pub(crate) fn forget(&self, host: &Host) {
        self.connections.remove(host);
    }
}

/// Fails if one client would send two registries a secret that the caller gave for one: a credential
/// or a header.
pub(crate) fn check_secrets(config: &ClientConfig) -> Result<()> {
    let given = matches!(config.credentials, Credentials::Given(_));
    if given || !config.headers.is_empty() {
        let what = if given { "a credential" } else { "a header" };
        return Err(Error::new(
            Code::InvalidArgument,
            format!("{what} that was given for one registry cannot be sent to two"),
        )
        .with_hint(
            "sign in to each with `ocigraph login`, or give each side its own: --from-username and \
             --to-username, or a `destination_client`",
        ));
    }
    Ok(())
}
