//! Brings many images, with what is attached to them, to another place, and proves that they are there.
//!
//! One engine keeps many images in progress, over all repositories. What the destination lacks is found by
//! asking it. An image that cannot be copied is a row, and not the end.

mod compare;
mod engine;
mod image;
mod journal;
mod mapping;
mod options;
mod repository;
mod row;
mod summary;

use serde_json::json;

use self::{engine::Engine, journal::Journal, mapping::Mapping};
pub(crate) use self::{mapping::Stores, options::OPERATION};
pub use self::{
    options::SyncOptions,
    row::{SyncOutcome, SyncRow},
    summary::SyncSummary,
};
use crate::operation::{
    rows::Rows,
    selection::{Pattern, Selector, Shard},
};
use ocigraph_types::{Code, Error, Host, Platform, Result};

/// What is copied to where.
pub(crate) struct Plan {
    selectors: Vec<Selector>,
    mapping: Mapping,
    destination: String,
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
        Pattern::parse_all(&options.repositories)?;
        Pattern::parse_all(&options.tags)?;
        options.shard.as_deref().map(str::parse::<Shard>).transpose()?;
        options.platforms.iter().try_for_each(|text| text.parse::<Platform>().map(drop))?;
        let selectors: Vec<Selector> =
            sources.iter().map(|source| Selector::parse(source)).collect::<Result<_>>()?;
        let mapping = Mapping::new(&selectors, destination)?;
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

/// Copies what the plan says: see [`Client::sync`](crate::Client::sync).
pub(crate) fn run(stores: Stores, plan: Plan, options: SyncOptions) -> Rows<SyncRow, SyncSummary> {
    Rows::new(move |sink| async move {
        let texts: Vec<String> = plan.selectors.iter().map(ToString::to_string).collect();
        let on = format!("{} to {}", texts.join(" "), plan.destination);
        let synced = async {
            let asked = json!({
                "sources": texts,
                "destination": plan.destination,
                "repositories": options.repositories,
                "tags": options.tags,
                "latest": options.latest,
                "platforms": options.platforms,
                "pruneDestination": options.prune_destination,
                "dryRun": options.dry_run,
                "shard": options.shard,
            });
            let journal = match &options.checkpoint {
                Some(path) => Journal::open(path, &asked).await?,
                None => Journal::default(),
            };
            Engine::new(stores, plan, &options, journal, sink)?.run().await
        };
        synced.await.map_err(|e: Error| e.with_operation(OPERATION, on))
    })
}
