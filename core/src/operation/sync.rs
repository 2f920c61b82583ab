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
mod plan;
mod repository;
mod row;
mod summary;

use serde_json::json;

use self::{engine::Engine, journal::Journal};
pub(crate) use self::{mapping::Stores, options::OPERATION, plan::Plan};
pub use self::{
    options::SyncOptions,
    row::{SyncOutcome, SyncRow},
    summary::SyncSummary,
};
use crate::operation::{rows::Rows, selection::shown};
use ocigraph_types::Error;

/// Copies what the plan says: see [`Client::sync`](crate::Client::sync).
pub(crate) fn run(stores: Stores, plan: Plan, options: SyncOptions) -> Rows<SyncRow, SyncSummary> {
    Rows::new(move |sink| async move {
        let texts: Vec<String> = plan.selectors.iter().map(ToString::to_string).collect();
        let on = format!("{} to {}", shown(&texts), plan.destination);
        let synced = async {
            let asked = json!({
                "sources": texts,
                "destination": plan.destination,
                "repositories": options.repositories,
                "tags": options.tags,
                "latest": options.latest,
                "platforms": options.platforms,
                "pruneDestination": options.prune_destination,
                "repair": options.repair,
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
