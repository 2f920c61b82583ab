//! Restores repositories from an archive or directory: copies of the tagged manifests to registries or
//! to a layout.
//!
//! Tags are set once all content of all repositories was copied and verified, so damage in an archive
//! changes no tag. The tags of several repositories are set one repository after another.

mod dry_run;
mod options;
mod report;
mod targets;

use std::{path::PathBuf, sync::Arc};

use futures::{StreamExt, TryStreamExt, stream};

use dry_run::DryRun;
pub use options::RestoreOptions;
pub use report::RestoreReport;
use targets::{Opener, Target, listed, targets};

use crate::{
    operation::{
        archive::{Archive, ArchivedRepository},
        copy::{CopiedRoots, CopyOptions, Root, SharedLimits, copy_roots, tag_roots},
        named::named,
    },
    store::{Store, limits::Limits},
};
use ocigraph_types::{Digest, Error, Location, Result};

pub(crate) const OPERATION: &str = "restore";

/// Repositories that are restored concurrently. They share the limit on requests.
const REPOSITORIES: usize = 8;

/// Restores repositories from an archive: see [`Client::restore`](crate::Client::restore). `open` returns
/// the store of a location that is restored to.
///
/// # Errors
/// As [`Client::restore`](crate::Client::restore).
pub async fn restore(
    inputs: &[PathBuf],
    destination: &str,
    open: impl Fn(&Location) -> Result<Arc<dyn Store>> + Send + Sync,
    options: RestoreOptions,
) -> Result<RestoreReport> {
    run(inputs, destination, &open, options, &Limits::default()).await
}

pub(crate) async fn run(
    inputs: &[PathBuf],
    destination: &str,
    open: &Opener<'_>,
    options: RestoreOptions,
    limits: &Limits,
) -> Result<RestoreReport> {
    let archive = inputs.first().map(|path| format!("{} to ", path.display())).unwrap_or_default();
    let work = async {
        let targets = {
            let archive = Archive::open(inputs, limits).await?;
            targets(&archive, destination, &options, open, limits).await?
        };
        restore_all(targets, options).await
    };
    named(OPERATION, format!("{archive}{destination}"), work).await
}

/// A repository whose content was copied.
struct Restored {
    from: Arc<ArchivedRepository>,
    to: Arc<dyn Store>,
    target: Target,
    copied: CopiedRoots,
}

async fn restore_all(targets: Vec<Target>, options: RestoreOptions) -> Result<RestoreReport> {
    let limits = SharedLimits::new(options.concurrency);
    let copy = CopyOptions {
        recursive: !options.exclude_referrers,
        concurrency: options.concurrency,
        progress: options.progress.clone(),
        ..CopyOptions::default()
    };
    let dry_run = options.dry_run;
    let copies = targets.into_iter().map(|mut target| {
        let (copy, limits) = (copy.clone(), limits.clone());
        async move {
            let to: Arc<dyn Store> = match dry_run {
                true => Arc::new(DryRun::new(Arc::clone(&target.store))),
                false => Arc::clone(&target.store),
            };
            let from = target.take_source()?;
            let mut roots = std::mem::take(&mut target.roots);
            if target.is_all {
                let untagged = from.untagged_roots().await;
                let untagged = untagged.map_err(|e| e.with_operation(OPERATION, &target.place))?;
                let of_digest = |digest: Digest| Root { name: digest.into(), tags: Vec::new() };
                roots.extend(untagged.into_iter().map(of_digest));
            }
            let copied = copy_roots(from.clone(), Arc::clone(&to), roots, copy, limits, None).await;
            let copied = copied.map_err(|e| e.with_operation(OPERATION, &target.place))?;
            Ok::<_, ocigraph_types::Error>(Restored { from, to, target, copied })
        }
    });
    let restored: Vec<Restored> = stream::iter(copies).buffered(REPOSITORIES).try_collect().await?;
    let mut report = RestoreReport { dry_run, ..RestoreReport::default() };
    let mut done: Vec<String> = Vec::new();
    for Restored { from, to, target, copied } in restored {
        if !dry_run {
            let tagged = tag_roots(Some(&*from), &*to, &copied.roots, &limits).await;
            tagged.map_err(|e| after_others(e, &target, &done))?;
            done.push(target.to_string());
        }
        report.add(&target, copied);
    }
    Ok(report)
}

/// Returns the error of tags that were not set, with the repositories whose tags were set before.
fn after_others(e: Error, target: &Target, done: &[String]) -> Error {
    let before = match done {
        [] => String::new(),
        done => {
            format!(
                "; the tags of these were set before: {}",
                listed(done.iter().map(String::as_str))
            )
        }
    };
    let message = format!("not all tags of {target} were set: {}{before}", e.message());
    e.with_message(message).with_operation(OPERATION, &target.place)
}
