//! Where an operation on many images finds repositories: what the client opens and lists.

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::store::{ReadStore, list::List};
use ocigraph_types::{Host, Location, Result};

type Open = dyn Fn(&Location) -> Result<Arc<dyn ReadStore>> + Send + Sync;
type Catalog = dyn Fn(Host) -> BoxFuture<'static, Result<List<String>>> + Send + Sync;

/// Opens locations and lists the repositories of registries.
#[derive(Clone)]
pub(crate) struct Places {
    open: Arc<Open>,
    catalog: Arc<Catalog>,
}

impl Places {
    pub(crate) fn new(
        open: impl Fn(&Location) -> Result<Arc<dyn ReadStore>> + Send + Sync + 'static,
        catalog: impl Fn(Host) -> BoxFuture<'static, Result<List<String>>> + Send + Sync + 'static,
    ) -> Self {
        Self { open: Arc::new(open), catalog: Arc::new(catalog) }
    }

    pub(crate) fn open(&self, location: &Location) -> Result<Arc<dyn ReadStore>> {
        (self.open)(location)
    }

    /// Returns the future that lists the repositories of a registry.
    pub(crate) fn repositories(&self, host: Host) -> BoxFuture<'static, Result<List<String>>> {
        (self.catalog)(host)
    }
}
