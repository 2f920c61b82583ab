//! The options of a restore.

use derive_setters::Setters;

#[cfg(doc)]
use crate::Code;
use crate::content::progress::Progress;

/// Options of [`Client::restore`](crate::Client::restore).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, RestoreOptions};
///
/// let client = Client::new();
/// let plan = RestoreOptions::default().dry_run(true);
/// let inputs = ["tuesday.tar".into(), "monday.tar".into()];
/// let report = client.restore(&inputs, "backup.example/team", plan).await?;
/// println!("{} bytes would be sent", report.bytes);
///
/// // One repository of the archive.
/// let options = RestoreOptions::default().repository("registry.example/app");
/// client.restore(&inputs, "other.example/app", options).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct RestoreOptions {
    /// Restores this repository alone, by its name in an archive of several:
    /// `registry.example.com/app`. Default: all.
    #[setters(into)]
    pub repository: Option<String>,
    /// Restores the tagged manifests and what they list, without what is attached to them. Default:
    /// false, which restores what the archive has.
    pub exclude_referrers: bool,
    /// Only reports what would be sent. Asks the destination what it has. Default: false.
    pub dry_run: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
    /// Receives progress events for each blob. Default: none.
    pub progress: Progress,
}
