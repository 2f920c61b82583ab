//! Pull: an artifact's files, checked, into a directory.
//!
//! A file is written beside its place under a hidden name, digested on the way, and renamed when it
//! is whole: nothing partial ever has its final name. One owner writes each final path (see
//! `final_paths.rs`), so that a result never names a digest for a file that holds something else.

mod files_of;
mod transfer;

use crate::content::{archive::UnpackLimits, progress::Progress};
use crate::operation::named::named;
use ocigraph_types::Platform;
use serde::{Serialize, Serializer};
use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    blocking::{Cleanup, spawn_blocking},
    content::progress::Outcome,
    operation::select::select_manifest,
    store::{ReadStore, limits::concurrency, memory::Charge},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, Reference, Result, TagOrDigest, media_type,
    serialize_descriptor, serialize_descriptors, weight::Weight,
};

use files_of::FilesOf;
use transfer::Transfer;

/// How to pull.
#[derive(Debug, Clone, Default)]
pub struct PullOptions {
    /// The directory to write into; created when it is not there. Empty: the current one.
    pub output: PathBuf,
    /// Pulls, instead of what the reference names, its referrers of this type.
    pub artifact_type: Option<String>,
    /// Pulls, of an index, the image for this platform.
    pub platform: Option<Platform>,
    /// Pulls also what the artifact refers to, and what that refers to in turn.
    pub include_subject: bool,
    /// Leaves files that are there already as they are.
    pub keep_old_files: bool,
    /// Writes where titles say, even outside the output directory.
    pub allow_path_traversal: bool,
    /// Bounds on unpacked directories.
    pub unpack_limits: UnpackLimits,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What was pulled: one artifact.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PullResult {
    /// The place, by digest.
    pub reference: crate::Reference,
    /// The manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The files, in the order of the manifest.
    pub files: Vec<PulledFile>,
    /// Blobs without a title, which are not written.
    #[serde(serialize_with = "serialize_descriptors")]
    pub skipped: Vec<Descriptor>,
}

/// A file of a pull.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PulledFile {
    /// Where it is.
    #[serde(serialize_with = "path_as_text")]
    pub path: PathBuf,
    /// The blob.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// What became of it.
    pub outcome: Outcome,
}

/// A chain of subjects is a few manifests long; a registry could make one that never ends.
const SUBJECTS: usize = 1_000;

/// How long a failed pull waits for the threads that are in the middle of a write.
const TIDYING: Duration = Duration::from_secs(10);

fn path_as_text<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

pub(crate) const OPERATION: &str = "pull";

/// Writes the files of the artifact that `reference` names into a directory. With an artifact type in
/// `options`, writes the files of its referrers of that type instead.
///
/// # Errors
/// [`Code::NotFound`](crate::Code::NotFound) if the reference names nothing or no referrer has the type;
/// [`Code::UnsafePath`](crate::Code::UnsafePath) if a title leaves the output directory; [`Code::Conflict`](crate::Code::Conflict) if two different
/// files have one path.
pub async fn pull(
    store: Arc<dyn ReadStore>,
    reference: &Reference,
    options: PullOptions,
) -> Result<Vec<PullResult>> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: Arc<dyn ReadStore>,
    reference: &Reference,
    options: PullOptions,
) -> Result<Vec<PullResult>> {
    // Held until all is pulled.
    let kept = Mutex::new(store.memory().charge());
    let manifests = manifests(store.as_ref(), reference, &options, &kept).await?;
    pull_all(store, reference, manifests, options).await
}

/// Pulls the files of all these manifests together.
pub(crate) async fn pull_all(
    store: Arc<dyn ReadStore>,
    reference: &Reference,
    manifests: Vec<Manifest>,
    mut options: PullOptions,
) -> Result<Vec<PullResult>> {
    if options.output.as_os_str().is_empty() {
        options.output = PathBuf::from(".");
    }
    if let Some(index) = manifests.iter().find(|manifest| manifest.is_index()) {
        return Err(is_an_index(index));
    }
    let manifests: Arc<[Manifest]> = manifests.into();
    let (files, transfer) = {
        let manifests = Arc::clone(&manifests);
        spawn_blocking(move || {
            let files = FilesOf::manifests(&manifests, &options)?;
            let transfer = Transfer::new(store, options, &files)?;
            Ok((files, transfer))
        })
        .await?
    };
    let file_work = Cleanup::default();
    let outcomes = match file_work.watch(transfer.run(&files)).await {
        Ok(outcomes) => outcomes,
        Err(e) => {
            // Files that other transfers were writing are gone when the error is told.
            file_work.settle(TIDYING).await;
            return Err(e);
        }
    };
    let mut given = HashSet::new();
    let result = |(manifest, files_of): (&Manifest, &Vec<usize>)| PullResult {
        reference: reference.at(manifest.digest().clone()),
        descriptor: manifest.descriptor(),
        files: files_of
            .iter()
            .map(|index| {
                let file = &files.all[*index];
                let first = given.insert(*index);
                if !first {
                    transfer.report_unchanged(file);
                }
                PulledFile {
                    path: file.path.clone(),
                    descriptor: file.blob.clone(),
                    // What two manifests have in common is written once.
                    outcome: if first { outcomes[*index] } else { Outcome::Unchanged },
                }
            })
            .collect(),
        skipped: manifest
            .content()
            .filter(|blob| blob.title().is_none() && blob.media_type != media_type::EMPTY)
            .cloned()
            .collect(),
    };
    Ok(manifests.iter().zip(&files.by_manifest).map(result).collect())
}

/// What is to be pulled: what the reference names, or its referrers of a type; and their subjects.
async fn manifests(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &PullOptions,
    kept: &Mutex<Charge>,
) -> Result<Vec<Manifest>> {
    let manifest = select_manifest(store, &reference.name()?, options.platform.as_ref()).await?;
    let manifest = keep(kept, manifest)?;
    let mut manifests = match &options.artifact_type {
        None => vec![manifest],
        Some(wanted) => {
            // A part of what is meant would be taken for all of it.
            let referrers = store.referrers(manifest.digest(), Some(wanted)).await?.complete()?;
            if referrers.is_empty() {
                return Err(Error::new(
                    Code::NotFound,
                    format!("nothing of type {wanted} refers to it"),
                )
                .with_hint(format!("`ocigraph discover {reference}` shows what does")));
            }
            stream::iter(referrers)
                .map(|referrer| async move {
                    let manifest = store.fetch_manifest(&TagOrDigest::from(&referrer)).await?;
                    keep(kept, manifest)
                })
                .buffered(concurrency(options.concurrency))
                .try_collect()
                .await?
        }
    };
    if options.include_subject {
        add_subjects(store, &mut manifests, kept).await?;
    }
    Ok(manifests)
}

/// Counts a manifest that is kept until all are pulled.
fn keep(kept: &Mutex<Charge>, manifest: Manifest) -> Result<Manifest> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).add(manifest.weight())?;
    Ok(manifest.without_guard())
}

/// Appends what the manifests refer to, and what that refers to in turn. An index has no files, and
/// is left out.
async fn add_subjects(
    store: &dyn ReadStore,
    manifests: &mut Vec<Manifest>,
    kept: &Mutex<Charge>,
) -> Result<()> {
    let mut seen: HashSet<Digest> = manifests.iter().map(|m| m.digest().clone()).collect();
    let mut next: Vec<Descriptor> =
        manifests.iter().filter_map(Manifest::subject).cloned().collect();
    while let Some(subject) = next.pop() {
        if !seen.insert(subject.digest.clone()) {
            continue;
        }
        if seen.len() > SUBJECTS {
            return Err(Error::new(
                Code::TooLarge,
                format!("more than {SUBJECTS} manifests refer to one another"),
            ));
        }
        let subject = store.fetch_manifest(&TagOrDigest::from(&subject)).await?;
        next.extend(subject.subject().cloned());
        if !subject.is_index() {
            manifests.push(keep(kept, subject)?);
        }
    }
    Ok(())
}

fn is_an_index(index: &Manifest) -> Error {
    Error::new(
        Code::InvalidArgument,
        format!(
            "{} is an index of {} manifests, not an artifact",
            index.digest(),
            index.manifests().len()
        ),
    )
    .with_hint("choose one by --platform or digest; `ocigraph manifest fetch` shows them")
}
