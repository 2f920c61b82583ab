//! The options of a sync.

use std::path::PathBuf;

use derive_setters::Setters;

#[cfg(doc)]
use crate::Code;
use crate::operation::selection::Filter;
use crate::store::client::Client;
use ocigraph_types::Result;

/// The name of the operation.
pub(crate) const OPERATION: &str = "sync";

/// Options of [`Client::sync`](crate::Client::sync).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, SyncOptions};
///
/// let client = Client::new();
/// let sources = ["registry.example/team/**:v1.*".to_owned()];
/// let options = SyncOptions::default().checkpoint("sync.checkpoint");
/// let mut rows = client.sync(&sources, "mirror.example/team", options)?;
/// while let Some(batch) = rows.next_batch().await? {
///     for row in batch.iter().filter(|row| row.outcome.is_failure()) {
///         println!("{}: {}", row.destination, row.detail.as_deref().unwrap_or_default());
///     }
/// }
/// println!("{} images copied", rows.summary().copied);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct SyncOptions {
    /// Copies the repositories of which the name, without the host, matches one of these patterns:
    /// `team-?`. Default: all. The repository of a source that names one is copied in any case.
    pub repositories: Vec<String>,
    /// Copies the tags that match one of these patterns: `v1.*`. A text can have several with commas between
    /// them. Default: all. The tags of a source that
    /// names some are copied in any case.
    pub tags: Vec<String>,
    /// Copies this many tags of each repository: those with the highest versions. `v1.10` is after
    /// `v1.9`, and `v1.10-rc1` before `v1.10`. At least 1. Default: all.
    pub latest: Option<usize>,
    /// Copies the images for these platforms, each as `os/arch[/variant]`: see
    /// [`CopyOptions::index_platforms`](crate::CopyOptions::index_platforms). Default: all.
    pub platforms: Vec<String>,
    /// Only finds out what would be done: outcomes `would-copy` and `would-remove`. Default: false.
    pub dry_run: bool,
    /// Removes the tags of the destination that the source does not have, within what is selected:
    /// repositories of sources that name no tags, and there the tags that match the patterns. Nothing is
    /// removed if a list of the tags is incomplete, or if the source lists no tag. A tag that has the digest
    /// of a manifest, as cosign writes it, is removed if all tags of the repository are selected and copied and
    /// the source does not have that manifest. Others stay: a signature of what the source has can be the
    /// destination's own. Default: false.
    pub prune_destination: bool,
    /// Also asks the destination for every blob of what it has, and copies again what it has lost. Not with
    /// `dry_run`. Default: false; a manifest that the destination has proves its blobs, since a registry
    /// checks them when it receives the manifest.
    pub repair: bool,
    /// A file that records what was done. A sync of the same sources with the same options continues where
    /// the file ends, and returns the other rows. A reference counts as done if the destination has all of
    /// it, when the next rows are asked for. A sync that reaches its end is not continued: the next
    /// one begins again, also with other sources. Default: none.
    #[setters(into)]
    pub checkpoint: Option<PathBuf>,
    /// Copies a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is in
    /// which share depends on its name alone. Default: all.
    #[setters(into)]
    pub shard: Option<String>,
    /// The client that reaches the destination: see
    /// [`CopyOptions::destination_client`](crate::CopyOptions::destination_client). Default: none, and one
    /// client reaches both.
    pub destination_client: Option<Client>,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

impl SyncOptions {
    /// Parses the options that select repositories and tags.
    pub(super) fn filter(&self) -> Result<Filter> {
        Filter::parse(&self.repositories, &self.tags, self.latest, self.shard.as_deref())
    }
}
