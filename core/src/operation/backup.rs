//! Backs up repositories into one archive or directory: an image layout.
//!
//! The graphs of all tags are walked first, by the copy that `copy` makes, to a store that only notes
//! what it is given. So `index.json` and the order of all content are known before the first blob is
//! fetched, and the archive is written in one pass. A directory is written by the copy itself.

mod directory;
mod options;
mod plan;
mod prefetch;
mod report;
mod sources;
mod write;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures::{StreamExt, TryStreamExt, stream};

use directory::Directory;
pub use options::BackupOptions;
use plan::{Plan, PlanStore};
pub(crate) use report::archived_tags;
pub use report::{ArchivedTag, BackupReport};
use sources::{Source, grouped};

use crate::{
    content::progress::Progress,
    operation::{
        archive::NamedRepository,
        copy::{CopiedRoots, CopyOptions, SharedLimits, copy_roots, tag_roots},
        named::named,
    },
    store::{ReadStore, Store, layout::Layout, limits::Limits},
};
use ocigraph_types::{Code, Error, Location, Reference, Result};

pub(crate) const OPERATION: &str = "backup";

/// Repositories that are walked or copied concurrently. They share the limit on requests.
const REPOSITORIES: usize = 8;

/// Copies repositories, or some of their tags, into the archive or directory `output`: see
/// [`Client::backup`](crate::Client::backup). Each reference comes with the store that it points into.
///
/// # Errors
/// As [`Client::backup`](crate::Client::backup).
pub async fn backup(
    sources: &[(Arc<dyn ReadStore>, Reference)],
    output: &Path,
    options: BackupOptions,
) -> Result<BackupReport> {
    run(sources, output, options, &Limits::default()).await
}

pub(crate) async fn run(
    sources: &[(Arc<dyn ReadStore>, Reference)],
    output: &Path,
    options: BackupOptions,
    limits: &Limits,
) -> Result<BackupReport> {
    let shown: Vec<String> = sources.iter().map(|(_, reference)| reference.to_string()).collect();
    let on = format!("{} to {}", shown.join(" "), output.display());
    let work = async {
        let sources = grouped(sources)?;
        check(&sources, output, &options)?;
        let shared = SharedLimits::new(options.concurrency);
        Backup { output, options, limits, shared }.run(sources).await
    };
    named(OPERATION, on, work).await
}

/// Returns true if a backup to this path is an archive: its name ends with `.tar`.
pub(crate) fn is_archive(output: &Path) -> bool {
    output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"))
}

/// Refuses what cannot be backed up, before anything is read.
fn check(sources: &[Source], output: &Path, options: &BackupOptions) -> Result<()> {
    let refused = |message: String| Error::new(Code::InvalidArgument, message);
    if sources.is_empty() {
        return Err(refused("there is nothing to back up".into())
            .with_hint("name a repository, such as registry.example.com/app"));
    }
    let is_layout = |source: &&Source| matches!(source.location, Location::Layout(_));
    if sources.len() > 1
        && let Some(layout) = sources.iter().find(is_layout)
    {
        let message = format!("{} cannot be backed up with others: it is a layout", layout.name);
        return Err(refused(message).with_hint("back up each layout by itself"));
    }
    let shown = output.display();
    match is_archive(output) {
        true if output.is_dir() => {
            let message = format!("cannot write the archive {shown}: a directory has that path");
            return Err(Error::new(Code::AlreadyExists, message)
                .with_hint("choose another name, or move the directory away"));
        }
        false if output.is_file() => {
            let message = format!("{shown} is a file, and the backup would be a directory");
            return Err(Error::new(Code::AlreadyExists, message)
                .with_hint("let the name of an archive end with .tar"));
        }
        _ => {}
    }
    let Some(since) = &options.since else { return Ok(()) };
    if !is_archive(output) {
        return Err(refused(format!("the directory {shown} cannot lack what an earlier one has"))
            .with_hint(
                "name an archive, FILE.tar; a second backup to one directory only adds what is new",
            ));
    }
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(since, output) {
        return Err(refused(format!("{shown} would replace the archive that it needs"))
            .with_hint("give the new archive another name"));
    }
    Ok(())
}

struct Backup<'a> {
    output: &'a Path,
    options: BackupOptions,
    limits: &'a Limits,
    shared: SharedLimits,
}

impl Backup<'_> {
    async fn run(self, sources: Vec<Source>) -> Result<BackupReport> {
        if is_archive(self.output) || self.options.dry_run {
            return self.archive(sources).await;
        }
        let layout = Layout::with_limits(self.output, self.limits);
        layout.check_writable()?;
        let directory = self.directory(&layout, &sources).await?;
        let mut stores: Vec<Arc<dyn Store>> = Vec::new();
        for source in &sources {
            stores.push(match sources.len() {
                1 => Arc::new(layout.clone()),
                _ => Arc::new(NamedRepository::open(layout.clone(), source.name.clone()).await?),
            });
        }
        let progress = self.options.progress.clone();
        let copied = self.copy(&sources, &stores, Some(&directory), progress).await?;
        Ok(self.report(&sources, copied))
    }

    /// Opens the directory that is backed up to. CONFLICT if it cannot have the names of the sources.
    async fn directory<'d>(&self, layout: &'d Layout, sources: &[Source]) -> Result<Directory<'d>> {
        let directory = Directory::open(layout).await?;
        if sources.len() > 1 {
            directory.check_for_several()?;
        }
        Ok(directory)
    }

    /// Copies each source to its store. Sets the tags once the content of all is there.
    async fn copy(
        &self,
        sources: &[Source],
        stores: &[Arc<dyn Store>],
        directory: Option<&Directory<'_>>,
        progress: Progress,
    ) -> Result<Vec<CopiedRoots>> {
        let options = CopyOptions {
            recursive: self.options.recursive,
            concurrency: self.options.concurrency,
            progress,
            ..CopyOptions::default()
        };
        // The only source, whose tags a directory has without its name.
        let directory = directory.filter(|_| sources.len() == 1);
        let is_own = &AtomicBool::new(false);
        let copies = sources.iter().zip(stores).map(|(source, store)| {
            let (options, limits) = (options.clone(), self.shared.clone());
            async move {
                let (roots, all_tags) = source.roots().await?;
                if let Some(directory) = directory {
                    let own = directory.check_for_one(source, &roots, &limits).await?;
                    is_own.store(own, Ordering::Relaxed);
                }
                let (from, to) = (Arc::clone(&source.store), Arc::clone(store));
                let copied =
                    copy_roots(from, to, roots, options, limits, all_tags.as_deref()).await;
                copied.map_err(|e| e.with_operation(OPERATION, &source.name))
            }
        });
        let copies: Vec<_> = copies.collect();
        let copied: Vec<CopiedRoots> =
            stream::iter(copies).buffered(REPOSITORIES).try_collect().await?;
        if let Some(directory) =
            directory.filter(|_| is_own.load(Ordering::Relaxed) && !self.options.dry_run)
        {
            directory.note(&sources[0]).await?;
        }
        for (store, copied) in stores.iter().zip(&copied) {
            tag_roots(None, &**store, &copied.roots, &self.shared).await?;
        }
        Ok(copied)
    }

    fn report(&self, sources: &[Source], copied: Vec<CopiedRoots>) -> BackupReport {
        let mut report = BackupReport {
            dry_run: self.options.dry_run,
            output: self.output.to_path_buf(),
            ..BackupReport::default()
        };
        for (source, copied) in sources.iter().zip(copied) {
            report.manifests += copied.manifests;
            report.blobs += copied.blobs.copied;
            report.existing_blobs += copied.blobs.existed;
            report.bytes += copied.bytes;
            report.missing.extend(copied.missing);
            report.kept_tags.extend(copied.kept_tags);
            report.tags.extend(archived_tags(&source.location, copied.roots));
        }
        report
    }

    async fn archive(&self, sources: Vec<Source>) -> Result<BackupReport> {
        let is_one = sources.len() == 1;
        let names = sources.iter().map(|source| source.name.clone());
        let plan = Arc::new(Plan::new(names.filter(|_| !is_one).collect()));
        let stores = (0..sources.len()).map(|source| {
            let store: Arc<dyn Store> = Arc::new(PlanStore::new(Arc::clone(&plan), source));
            store
        });
        let stores: Vec<Arc<dyn Store>> = stores.collect();
        let layout = Layout::with_limits(self.output, self.limits);
        // Of a dry run.
        let directory = match is_archive(self.output) {
            true => None,
            false => Some(self.directory(&layout, &sources).await?),
        };
        let copied = self.copy(&sources, &stores, directory.as_ref(), Progress::none()).await?;
        drop(stores);
        let mut report = self.report(&sources, copied);
        let mut contents = plan.take_contents();
        let earlier = match &self.options.since {
            Some(since) => Some(since.as_path()),
            // A backup to a directory adds what it lacks.
            None => Some(self.output).filter(|output| !is_archive(output) && output.exists()),
        };
        report.existing_blobs = match earlier {
            Some(earlier) => {
                contents.remove_existing(&Layout::with_limits(earlier, self.limits)).await?
            }
            None => 0,
        };
        report.manifests = contents.manifests.len();
        report.blobs = contents.blobs.len();
        report.bytes = contents.bytes();
        if self.options.dry_run {
            return Ok(report);
        }
        let stores: Vec<Arc<dyn ReadStore>> =
            sources.iter().map(|source| Arc::clone(&source.store)).collect();
        let path: PathBuf = self.output.to_path_buf();
        let size =
            write::archive(path, contents, &stores, &self.shared, &self.options.progress).await?;
        report.size = Some(size);
        Ok(report)
    }
}
