//! Sweeps repositories and registries: finds what is attached to every image, as rows.
//!
//! One engine keeps many images in progress, over all repositories. An image that cannot be read is a row,
//! and not the end of the sweep.

mod context;
mod coverage;
mod drawing;
mod early;
mod engine;
mod image;
mod journal;
mod options;
mod place;
mod registries;
mod repository;
mod row;
mod summary;
mod targets;
mod turns;

use serde_json::json;

pub(crate) use self::options::OPERATION;
use self::{engine::Engine, journal::Journal};
pub use self::{
    options::SweepOptions,
    row::{SweepRow, SweepStatus},
    summary::{SweepCoverage, SweepSummary},
};
use crate::operation::{
    rows::Rows,
    selection::{Places, Selector, shown},
};
use ocigraph_types::{Code, Error, Result};

/// Sweeps what the targets select: see [`Client::sweep`](crate::Client::sweep).
pub(crate) fn run(
    places: Places,
    selectors: Vec<Selector>,
    options: SweepOptions,
) -> Rows<SweepRow, SweepSummary> {
    Rows::new(move |sink| async move {
        let texts: Vec<String> = selectors.iter().map(ToString::to_string).collect();
        let swept = async {
            let journal = match &options.checkpoint {
                Some(path) => Journal::open(path, &asked(&texts, &options)).await?,
                None => Journal::default(),
            };
            Engine::new(places, selectors, &options, journal, sink)?.run().await
        };
        swept.await.map_err(|e| e.with_operation(OPERATION, shown(&texts)))
    })
}

/// Returns what the targets select, and checks the options before anything is requested.
pub(crate) fn select(targets: &[String], options: &SweepOptions) -> Result<Vec<Selector>> {
    if targets.is_empty() {
        return Err(Error::new(Code::InvalidArgument, "no target is given").with_hint(
            "name a registry, a repository, a pattern such as host/team/*, or a layout",
        ));
    }
    options.filter()?;
    targets.iter().map(|target| Selector::parse(target)).collect()
}

/// What a checkpoint must agree on.
fn asked(targets: &[String], options: &SweepOptions) -> serde_json::Value {
    json!({
        "targets": targets,
        "repositories": options.repositories,
        "tags": options.tags,
        "latest": options.latest,
        "depth": options.depth,
        "shard": options.shard,
    })
}
