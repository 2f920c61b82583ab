//! The options of a backup.

use std::path::PathBuf;

use derive_setters::Setters;

#[cfg(doc)]
use crate::Code;
use crate::content::progress::Progress;

/// Options of [`Client::backup`](crate::Client::backup).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use std::path::Path;
/// use ocigraph::{BackupOptions, Client};
///
/// let all = ["registry.example/app".parse()?, "registry.example/base:v1,v2".parse()?];
/// let options = BackupOptions::default().recursive(true);
/// let report = Client::new().backup(&all, Path::new("monday.tar"), options).await?;
/// println!("{} tags, {} bytes", report.tags.len(), report.bytes);
///
/// // What has changed since. A restore needs both archives.
/// let options = BackupOptions::default().recursive(true).since("monday.tar");
/// Client::new().backup(&all, Path::new("tuesday.tar"), options).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct BackupOptions {
    /// Also backs up what is attached to the manifests, as a recursive copy does: referrers, the tags
    /// that cosign derives from a digest, and what is attached to these. Default: false, which backs
    /// up the tagged manifests and what they list.
    pub recursive: bool,
    /// The archive or directory of an earlier backup. Manifests and blobs that it has are not stored
    /// again, and a restore needs it too. Only for an archive. Default: none.
    #[setters(into)]
    pub since: Option<PathBuf>,
    /// Only reports what would be stored. Reads all manifests, and no blob. Default: false.
    pub dry_run: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
    /// Receives progress events for each blob. Default: none.
    pub progress: Progress,
}
