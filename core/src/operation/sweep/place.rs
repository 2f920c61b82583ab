//! The names of a repository in rows.

use ocigraph_types::{Location, Reference};

/// The names of a repository in rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) registry: String,
    pub(super) repository: String,
}

impl Place {
    pub(super) fn of(location: &Location) -> Self {
        match location {
            Location::Registry { host, repository } => {
                Self { registry: host.to_string(), repository: repository.clone() }
            }
            Location::Layout(_) => {
                let registry = Reference::new(location.clone()).to_string();
                Self { registry, repository: String::new() }
            }
        }
    }

    /// The repository as `host/repository`, or the layout as `oci:PATH`.
    pub(super) fn name(&self) -> String {
        match self.repository.as_str() {
            "" => self.registry.clone(),
            repository => format!("{}/{repository}", self.registry),
        }
    }
}
