//! The client of a build without the feature `registry`: for image layouts and stores of the
//! caller.

use derive_setters::Setters;
use std::sync::Arc;

use crate::store::{Store, limits::Limits};
use ocigraph_types::{Code, Error, Host, Result};

/// The configuration of a client.
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct ClientConfig {
    /// Limits on what a layout may hold.
    pub limits: Limits,
}

/// Nothing: no registry can be connected to.
#[derive(Clone, Default)]
pub(crate) struct Registries;

impl Registries {
    pub(crate) fn is_clone_of(&self, _other: &Self) -> bool {
        true
    }

    pub(crate) fn open(
        &self,
        _config: &Arc<ClientConfig>,
        host: &Host,
        _repository: &str,
        _actions: &[&str],
    ) -> Result<Arc<dyn Store>> {
        let message = format!("{host} is a registry, which this build cannot connect to");
        Err(Error::new(Code::Unsupported, message)
            .with_hint("enable the feature `registry` of ocigraph"))
    }

    pub(crate) fn open_both(
        &self,
        config: &Arc<ClientConfig>,
        host: &Host,
        from: &str,
        _to: (&str, &[&str]),
    ) -> Result<(Arc<dyn Store>, Arc<dyn Store>)> {
        self.open(config, host, from, &[]).map(|store| (Arc::clone(&store), store))
    }
}

pub(crate) fn check_secrets(_: &ClientConfig) -> Result<()> {
    Ok(())
}
