//! The client as a value: its configuration and what its clones share. The operations on it are in
//! `client`. It is a store's part, so that the options of an operation can hold a second client.

use std::{collections::HashMap, fmt, sync::Arc};

#[cfg(feature = "registry")]
pub(crate) use super::connections::{Registries, check_secrets};
#[cfg(not(feature = "registry"))]
pub(crate) use super::no_registry::{Registries, check_secrets};

#[cfg(not(feature = "registry"))]
pub use super::no_registry::ClientConfig;
#[cfg(feature = "registry")]
pub use super::registry::ClientConfig;

use super::Store;
use ocigraph_types::Location;

/// A client for registries and layouts. Cloning is cheap: clones share connections, and what they
/// learned of each registry.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let dir = tempfile::tempdir().unwrap();
/// # let place = format!("oci:{}", dir.path().join("layout").display());
/// use ocigraph::{Client, DiscoverOptions, File, PushOptions, Reference};
///
/// let client = Client::new();
/// let image: Reference = format!("{place}:v1").parse()?;
/// let options = PushOptions::default()
///     .files(vec![File::bytes("readme.md", "hello")])
///     .artifact_type("readme/example");
/// let pushed = client.push(&image, options).await?;
/// let graph = client.discover(&image, DiscoverOptions::default()).await?;
/// assert_eq!(graph.subject().digest, pushed.descriptor.digest);
/// # Ok::<(), ocigraph::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) config: Arc<ClientConfig>,
    /// Stores of the caller.
    pub(crate) stores: Arc<HashMap<Location, Arc<dyn Store>>>,
    pub(crate) registries: Registries,
}

impl Client {
    /// Creates a client with the default configuration.
    pub fn new() -> Self {
        Self::with_config(ClientConfig::default())
    }

    /// Creates a client with this configuration.
    pub fn with_config(mut config: ClientConfig) -> Self {
        config.limits = config.limits.usable();
        Self { config: Arc::new(config), stores: Arc::default(), registries: Default::default() }
    }

    /// Returns true if both are clones of one client: they share its credentials and connections.
    pub(crate) fn is_clone_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config) && self.registries.is_clone_of(&other.registries)
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("config", &self.config).finish_non_exhaustive()
    }
}
