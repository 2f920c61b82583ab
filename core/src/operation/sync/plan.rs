//! What a sync is asked for, checked before anything is requested.

use super::{mapping::Mapping, options::SyncOptions};
use crate::operation::selection::{Selector, merged};
use ocigraph_types::{Code, Error, Host, Platform, Result};

/// What is copied to where.
pub(crate) struct Plan {
    pub(super) selectors: Vec<Selector>,
    pub(super) mapping: Mapping,
    pub(super) destination: String,
}

impl Plan {
    /// Checks the arguments before anything is requested.
    pub(crate) fn new(
        sources: &[String],
        destination: &str,
        options: &SyncOptions,
    ) -> Result<Self> {
        if sources.is_empty() {
            return Err(Error::new(Code::InvalidArgument, "no source is given").with_hint(
                "name an image, a repository, a pattern such as host/team/*, a registry or a layout",
            ));
        }
        options.filter()?;
        if options.repair && options.dry_run {
            let message = "a dry run does not ask for blobs, so repair has no effect on it";
            return Err(Error::new(Code::InvalidArgument, message)
                .with_hint("look for lost blobs with `ocigraph verify`, or run without dry_run"));
        }
        options.platforms.iter().try_for_each(|text| text.parse::<Platform>().map(drop))?;
        let selectors: Vec<Selector> =
            sources.iter().map(|source| Selector::parse(source)).collect::<Result<_>>()?;
        let mapping = Mapping::new(&selectors, destination)?;
        let selectors = merged(selectors);
        Ok(Self { selectors, mapping, destination: destination.to_owned() })
    }

    /// The registries of the sources.
    pub(crate) fn source_hosts(&self) -> impl Iterator<Item = &Host> {
        self.selectors.iter().filter_map(Selector::host)
    }

    /// The registry of the destination.
    pub(crate) fn destination_host(&self) -> Option<&Host> {
        self.mapping.host()
    }
}
