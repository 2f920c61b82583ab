//! The options of a sweep.

use std::path::PathBuf;

use derive_setters::Setters;

#[cfg(doc)]
use crate::Code;
use crate::operation::selection::Filter;
use ocigraph_types::Result;

/// The name of the operation.
pub(crate) const OPERATION: &str = "sweep";

/// Options of [`Client::sweep`](crate::Client::sweep).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, SweepOptions, SweepStatus};
///
/// let client = Client::new();
/// let options = SweepOptions::default().tags(vec!["v*".to_owned()]).checkpoint("sweep.checkpoint");
/// let mut rows = client.sweep(&["registry.example/team/**".to_owned()], options)?;
/// while let Some(batch) = rows.next_batch().await? {
///     for row in batch.iter().filter(|row| row.status == SweepStatus::None) {
///         println!("nothing is attached to {}:{:?}", row.repository, row.tag);
///     }
/// }
/// println!("{} images", rows.summary().images);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct SweepOptions {
    /// Sweeps the repositories of which the name, without the host, matches one of these patterns:
    /// `team-?`. Default: all. The repository of a target that names one is swept in any case.
    pub repositories: Vec<String>,
    /// Sweeps the tags that match one of these patterns: `v1.*`. A text can have several with commas between
    /// them. Default: all. The tags of a target that
    /// names some are swept in any case.
    pub tags: Vec<String>,
    /// Sweeps this many tags of each repository: those with the highest versions. `v1.10` is after
    /// `v1.9`, and `v1.10-rc1` before `v1.10`. At least 1. Default: all.
    pub latest: Option<usize>,
    /// Maximum number of levels: 1 returns what is directly attached, 0 the images alone, with the status
    /// `found`. Default: all levels.
    pub depth: Option<usize>,
    /// A file that records what was done. A sweep of the same targets with the same options continues
    /// where the file ends, and returns the other rows. An image counts as done when the next rows are
    /// asked for. Rows of more than 1,000 attachments of one image may come again. What was unknown or
    /// refused is asked for again: its rows come last, and those of the next sweep replace them. A sweep that
    /// reaches its end and leaves nothing unknown or refused is not continued: the next one begins again. The
    /// file has up to 150 bytes for each image. Default: none.
    #[setters(into)]
    pub checkpoint: Option<PathBuf>,
    /// Sweeps a share of the repositories: `1/3`, `2/3` and `3/3` together are all. Which repository is in
    /// which share depends on its name alone. Default: all.
    #[setters(into)]
    pub shard: Option<String>,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
}

impl SweepOptions {
    /// Parses the options that select repositories and tags.
    pub(super) fn filter(&self) -> Result<Filter> {
        Filter::parse(&self.repositories, &self.tags, self.latest, self.shard.as_deref())
    }
}
