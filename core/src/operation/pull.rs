//! Pulls the files of an artifact into a directory.
//!
//! A file is written under a hidden name beside its final path, verified while it is written, and
//! then renamed: an incomplete file never has its final name. Each final path has one owner (see
//! `final_paths`), so that a result never names a digest for a file with other content.

mod options;
mod planned_files;
mod transfer;

use serde::{Serialize, Serializer};
use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{StreamExt, TryStreamExt, stream};

use crate::operation::read::fetch_manifest;
use crate::{
    blocking::{Cleanup, spawn_blocking},
    content::progress::{Event, Outcome},
    operation::{named::named, select::select_manifest},
    store::{ReadStore, concurrency::concurrency, memory_budget::Charge},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, Reference, Result, TagOrDigest,
    serialize_descriptor, serialize_descriptors, weight::Weight,
};

pub use options::PullOptions;
use planned_files::{ManifestPlan, PlannedFiles};
use transfer::Transfer;

/// One artifact that [`Client::pull`](crate::Client::pull) has pulled.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PullResult {
    /// The artifact, as a reference by digest.
    pub reference: crate::Reference,
    /// The descriptor of the artifact's manifest.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The files, in the order of the manifest: that of the config if the options ask for it, those of the
    /// blobs with a title and, if the pull writes all blobs, of those without one.
    pub files: Vec<PulledFile>,
    /// The blobs that are not written, since they have no title. A pull with
    /// [`all`](PullOptions::all) writes those of them that are not foreign layers. A config without a
    /// title is written only to [`config_file`](PullOptions::config_file), and not listed here.
    #[serde(serialize_with = "serialize_descriptors")]
    pub skipped: Vec<Descriptor>,
}

/// One file that [`Client::pull`](crate::Client::pull) has written or found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct PulledFile {
    /// The path of the file or of the unpacked directory. Relative if the output directory is.
    #[serde(serialize_with = "path_as_text")]
    pub path: PathBuf,
    /// The descriptor of the blob.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The outcome: [`Written`](Outcome::Written), [`Unchanged`](Outcome::Unchanged) or
    /// [`KeptExisting`](Outcome::KeptExisting).
    pub outcome: Outcome,
}

/// Maximum manifests with their subjects. A real chain of subjects has a few manifests, but a
/// malicious registry could send one without an end.
const MAX_SUBJECTS: usize = 1_000;

/// Maximum time that a failed pull waits for threads that are writing files.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(10);

fn path_as_text<S: Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

pub(crate) const OPERATION: &str = "pull";

/// Writes the files of the artifact that `reference` names into a directory. With an artifact type,
/// writes the files of its referrers of that type instead. A file appears under its name only after
/// its size and digest were verified. A blob without a title has no file, unless the options ask for
/// all blobs; the result lists it.
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing or no referrer has the type,
/// [`Code::UnsafePath`] if a title leads out of the output directory, [`Code::Conflict`] if two
/// different files have one path, [`Code::TooLarge`] if a packed directory exceeds its limits,
/// [`Code::DigestMismatch`] or [`Code::SizeMismatch`] if content is not what its descriptor says.
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
    // The manifests stay in memory until the end of the pull.
    let charge = Mutex::new(store.memory().charge());
    let manifests = manifests(store.as_ref(), reference, &options, &charge).await?;
    for manifest in &manifests {
        let (descriptor, outcome) = (manifest.plain_descriptor(), Outcome::Written);
        options.progress.report(Event::Metadata { descriptor: &descriptor, outcome });
    }
    pull_all(store, reference, manifests, options).await
}

/// Pulls the files of several manifests together.
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
        return Err(index_error(index));
    }
    let manifests: Arc<[Manifest]> = manifests.into();
    let (files, transfer) = {
        let manifests = Arc::clone(&manifests);
        spawn_blocking(move || {
            let files = PlannedFiles::of(&manifests, &options)?;
            let transfer = Transfer::new(store, options, &files)?;
            Ok((files, transfer))
        })
        .await?
    };
    let cleanup = Cleanup::default();
    let outcomes = match cleanup.scope(transfer.run(&files)).await {
        Ok(outcomes) => outcomes,
        Err(e) => {
            // Report the error only after the other transfers have removed their incomplete files.
            cleanup.wait(CLEANUP_TIMEOUT).await;
            return Err(e);
        }
    };
    let mut reported = HashSet::new();
    let result = |(manifest, plan): (&Manifest, &ManifestPlan)| PullResult {
        reference: reference.at(manifest.digest().clone()),
        descriptor: manifest.descriptor(),
        files: plan
            .files
            .iter()
            .map(|position| {
                let file = &files.all[*position];
                let first = reported.insert(*position);
                if !first {
                    transfer.report_unchanged(file);
                }
                PulledFile {
                    path: file.path.clone(),
                    descriptor: file.blob.clone(),
                    // A file that two manifests share was written once.
                    outcome: if first { outcomes[*position] } else { Outcome::Unchanged },
                }
            })
            .collect(),
        skipped: plan.skipped.clone(),
    };
    Ok(manifests.iter().zip(&files.by_manifest).map(result).collect())
}

/// Fetches the manifests to pull: the artifact that the reference names, or its referrers of a
/// type, and their subjects if the options ask for them.
async fn manifests(
    store: &dyn ReadStore,
    reference: &Reference,
    options: &PullOptions,
    charge: &Mutex<Charge>,
) -> Result<Vec<Manifest>> {
    let manifest = select_manifest(store, reference, options.platform.as_ref()).await?;
    let manifest = charged(charge, manifest)?;
    let mut manifests = match &options.artifact_type {
        None => vec![manifest],
        Some(wanted) => {
            // Users would take the files of an incomplete list for all files.
            let referrers = store.referrers(manifest.digest(), Some(wanted)).await?.complete()?;
            if referrers.is_empty() {
                return Err(Error::new(
                    Code::NotFound,
                    format!("the artifact has no referrer of type {wanted}"),
                )
                .with_hint(format!("`ocigraph discover {reference}` shows its referrers")));
            }
            let fetched: Vec<Option<Manifest>> = stream::iter(referrers)
                .map(|referrer| async move {
                    match fetch_manifest(store, &TagOrDigest::from(&referrer)).await {
                        Ok(manifest) => charged(charge, manifest).map(Some),
                        // Other clients delete referrers without their entries in a fallback index.
                        Err(e) if e.code() == Code::NotFound => {
                            let digest = &referrer.digest;
                            tracing::warn!("{digest} is listed as a referrer and does not exist");
                            Ok(None)
                        }
                        Err(e) => Err(e),
                    }
                })
                .buffered(concurrency(options.concurrency))
                .try_collect()
                .await?;
            let manifests: Vec<Manifest> = fetched.into_iter().flatten().collect();
            if manifests.is_empty() {
                return Err(Error::new(
                    Code::NotFound,
                    format!("none of the listed referrers of type {wanted} exists"),
                )
                .with_hint(format!(
                    "`ocigraph verify --repair-index {reference}` removes them from the list"
                )));
            }
            manifests
        }
    };
    if options.include_subject {
        add_subjects(store, &mut manifests, charge).await?;
    }
    Ok(manifests)
}

/// Charges the memory of a manifest. TOO_LARGE if the manifests of the pull exceed the limit.
fn charged(charge: &Mutex<Charge>, manifest: Manifest) -> Result<Manifest> {
    charge.lock().unwrap_or_else(PoisonError::into_inner).add(manifest.weight())?;
    Ok(manifest.without_guard())
}

/// Appends the subjects of the manifests, their subjects, and so on. Omits an index, because it has
/// no files.
async fn add_subjects(
    store: &dyn ReadStore,
    manifests: &mut Vec<Manifest>,
    charge: &Mutex<Charge>,
) -> Result<()> {
    let mut seen: HashSet<Digest> = manifests.iter().map(|m| m.digest().clone()).collect();
    let mut next: Vec<Descriptor> =
        manifests.iter().filter_map(Manifest::subject).cloned().collect();
    while let Some(subject) = next.pop() {
        if !seen.insert(subject.digest.clone()) {
            continue;
        }
        if seen.len() > MAX_SUBJECTS {
            return Err(Error::new(
                Code::TooLarge,
                format!("the chain of subjects has more than {MAX_SUBJECTS} manifests"),
            ));
        }
        let subject = fetch_manifest(store, &TagOrDigest::from(&subject)).await?;
        next.extend(subject.subject().cloned());
        if !subject.is_index() {
            manifests.push(charged(charge, subject)?);
        }
    }
    Ok(())
}

fn index_error(index: &Manifest) -> Error {
    Error::new(
        Code::InvalidArgument,
        format!(
            "{} is an index of {} manifests, not an artifact",
            index.digest(),
            index.manifests().len()
        ),
    )
    .with_hint("select one by --platform or by digest; `ocigraph manifest fetch` lists them")
}
