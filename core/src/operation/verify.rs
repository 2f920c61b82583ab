//! Verify: walks a graph and checks that every manifest and blob is there, of the right size, and
//! hashes right.
//!
//! What is wrong is reported with its path from the root; only what keeps the check from being made
//! at all, such as a network that is down, is an error.

use crate::content::progress::Progress;
use crate::operation::named::named;
use ocigraph_types::Platform;
use serde::Serialize;
use std::{collections::HashSet, sync::Arc};

use futures::{StreamExt, TryStreamExt, future, stream};
use tokio_util::task::AbortOnDropHandle;

use crate::operation::transfer::fetch_reported;
use crate::{
    content::progress::{Event, Outcome},
    operation::select::select_manifest,
    store::{
        ReadStore,
        limits::{LargeBlobLimiter, check_limit, concurrency},
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, Manifest, Reference, Result, TagOrDigest,
    serialize_descriptor, weight::Weight,
};

/// How to verify.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Starts, at an index, from the image for this platform.
    pub platform: Option<Platform>,
    /// Requests at once: at most so many, and fewer where the registry slows down or the process has few
    /// files left to open. Default, also for 0: 128.
    pub concurrency: Option<usize>,
    /// Where progress is reported.
    pub progress: Progress,
}

/// What a verification found.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Manifests and blobs that were looked at.
    pub checked: usize,
    /// Bytes that were read and digested.
    pub bytes: u64,
    /// What is wrong; empty when all is well.
    pub problems: Vec<Problem>,
}

/// Something wrong in a graph.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What should be there.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The digests that lead to it, from the root on; empty for the root, and for a manifest that
    /// is listed beside it and too damaged to tell what it refers to.
    pub path: Vec<Digest>,
    /// What is wrong with it.
    pub kind: ProblemKind,
    /// The same as a sentence.
    pub detail: String,
}

/// What can be wrong with content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// It is not there.
    Missing,
    /// It has another size.
    Size,
    /// It hashes to another digest.
    Digest,
    /// It is no manifest, or not what its descriptor says; or the list of what refers to it is not
    /// one, in a part or as a whole.
    Malformed,
}

impl ProblemKind {
    /// The word for it in results: `missing`.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Missing => "missing",
            ProblemKind::Size => "size",
            ProblemKind::Digest => "digest",
            ProblemKind::Malformed => "malformed",
        }
    }
}

pub(crate) const OPERATION: &str = "verify";

/// Verifies the whole graph under what `reference` names: every manifest and blob, those of referrers
/// included. What is wrong is in the report.
///
/// # Errors
/// [`Code::NotFound`](crate::Code::NotFound) if the reference names nothing.
pub async fn verify(
    store: Arc<dyn ReadStore>,
    reference: &Reference,
    options: VerifyOptions,
) -> Result<VerifyReport> {
    named(OPERATION, reference, run(store, reference, options)).await
}

async fn run(
    store: Arc<dyn ReadStore>,
    reference: &Reference,
    options: VerifyOptions,
) -> Result<VerifyReport> {
    let name = reference.name()?;
    let root = if options.platform.is_some() {
        select_manifest(store.as_ref(), &name, options.platform.as_ref()).await?.plain_descriptor()
    } else {
        store.resolve(&name).await?
    };
    let at_once = concurrency(options.concurrency);
    let work = Arc::new(VerifyContext { store, options, large: LargeBlobLimiter::new() });
    let mut report = VerifyReport::default();
    let mut found = work.store.memory().charge();
    let root = CheckTarget { descriptor: root, above: Path::root(), is_manifest: true };
    let mut seen = HashSet::from([root.key()]);
    let mut level = vec![root];
    while !level.is_empty() {
        // Each on a task of its own, so that digests are computed on all cores.
        let checks = std::mem::take(&mut level)
            .into_iter()
            .map(|item| AbortOnDropHandle::new(tokio::spawn(check(Arc::clone(&work), item))));
        let mut checks = stream::iter(checks).buffered(at_once);
        let mut next_level = work.store.memory().charge();
        while let Some(checked) = checks.next().await {
            let checked = checked
                .map_err(|e| Error::new(Code::Internal, format!("a check failed: {e}")))??;
            report.checked += 1;
            report.bytes += checked.bytes;
            found.add(checked.problems.iter().map(weight_of).sum())?;
            report.problems.extend(checked.problems);
            for item in checked.next {
                if seen.insert(item.key()) {
                    found.add(SEEN)?;
                    next_level.add(item.descriptor.weight() + SEEN)?;
                    level.push(item);
                }
            }
            check_limit(seen.len(), work.store.max_entries())?;
        }
    }
    // A damaged manifest does not tell what it refers to, so that it may belong here.
    let seen: HashSet<Digest> = seen.into_iter().map(|(digest, ..)| digest).collect();
    let list_untagged =
        work.store.list_untagged().await?.into_iter().filter(|d| !seen.contains(&d.digest));
    let unread = list_untagged.map(|listed| read_listed(&work, listed));
    let unread: Vec<_> = stream::iter(unread).buffered(at_once).try_collect().await?;
    report.problems.extend(unread.into_iter().flatten());
    Ok(report)
}

/// What a place in the set of things seen takes, and one in a path.
const SEEN: usize = 128;

fn weight_of(problem: &Problem) -> usize {
    size_of::<Problem>()
        + problem.descriptor.weight()
        + problem.path.len() * SEEN
        + problem.detail.len()
}

async fn read_listed(work: &VerifyContext, listed: Descriptor) -> Result<Option<Problem>> {
    match work.store.fetch_manifest(&TagOrDigest::from(&listed)).await {
        Ok(_) => Ok(None),
        Err(e) => {
            let item = CheckTarget { descriptor: listed, above: Path::root(), is_manifest: true };
            as_problem(&item, e).map(Some)
        }
    }
}

struct VerifyContext {
    store: Arc<dyn ReadStore>,
    options: VerifyOptions,
    large: LargeBlobLimiter,
}

/// Something to check, and what leads to it from the root.
struct CheckTarget {
    descriptor: Descriptor,
    above: Path,
    is_manifest: bool,
}

/// The digests that lead to something; shared by all that lies beneath the last of them, since a
/// registry decides how long paths are.
#[derive(Clone, Default)]
struct Path(Option<Arc<Step>>);

struct Step {
    digest: Digest,
    above: Path,
}

impl Path {
    fn root() -> Self {
        Self::default()
    }

    fn to(&self, digest: &Digest) -> Self {
        Self(Some(Arc::new(Step { digest: digest.clone(), above: self.clone() })))
    }

    /// From the root on.
    fn digests(&self) -> Vec<Digest> {
        let steps = std::iter::successors(self.0.as_deref(), |step| step.above.0.as_deref());
        let mut digests: Vec<Digest> = steps.map(|step| step.digest.clone()).collect();
        digests.reverse();
        digests
    }
}

/// Step by step: a long path would need a deep stack.
impl Drop for Path {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut step) = next.and_then(Arc::into_inner) {
            next = step.above.0.take();
        }
    }
}

impl CheckTarget {
    /// What is checked once. Sizes that differ from place to place are each checked, and what is a
    /// blob to one and a manifest to another is both.
    fn key(&self) -> (Digest, u64, bool) {
        (self.descriptor.digest.clone(), self.descriptor.size, self.is_manifest)
    }

    fn problem(&self, kind: ProblemKind, detail: impl Into<String>) -> Problem {
        Problem {
            descriptor: self.descriptor.clone(),
            path: self.above.digests(),
            kind,
            detail: detail.into(),
        }
    }
}

#[derive(Default)]
struct CheckResult {
    bytes: u64,
    problems: Vec<Problem>,
    next: Vec<CheckTarget>,
}

async fn check(work: Arc<VerifyContext>, item: CheckTarget) -> Result<CheckResult> {
    if item.is_manifest { check_manifest(&work, item).await } else { check_blob(&work, item).await }
}

async fn check_manifest(work: &VerifyContext, item: CheckTarget) -> Result<CheckResult> {
    let digest = &item.descriptor.digest;
    let name = TagOrDigest::Digest(digest.clone());
    // What refers to a damaged manifest is checked all the same.
    let said = async { work.store.fetch_manifest(&name).await.map(|m| Said::by(&m)) };
    let (said, referrers) = tokio::join!(said, work.store.referrers(digest, None));
    let mut checked = CheckResult::default();
    let above = item.above.to(digest);
    let below =
        |descriptor, is_manifest| CheckTarget { descriptor, above: above.clone(), is_manifest };
    match said {
        Ok(said) => {
            checked.bytes = said.length;
            if checked.bytes != item.descriptor.size {
                let detail = format!(
                    "it has {} bytes, and {} are written where it is listed",
                    checked.bytes, item.descriptor.size
                );
                checked.problems.push(item.problem(ProblemKind::Size, detail));
            }
            checked.next.extend(said.children.into_iter().map(|child| below(child, true)));
            checked.next.extend(said.blobs.into_iter().map(|blob| below(blob, false)));
        }
        Err(e) => checked.problems.push(as_problem(&item, e)?),
    }
    let listed = referrers?;
    // What cannot be read of the place as a whole is told once, beside the graph.
    let unread = listed.problems.iter().filter(|problem| problem.subject.is_some());
    let unread = unread.map(|problem| item.problem(ProblemKind::Malformed, problem.to_string()));
    checked.problems.extend(unread);
    checked.next.extend(listed.entries.into_iter().map(|referrer| below(referrer, true)));
    Ok(checked)
}

/// What a manifest says; it may be much longer itself.
struct Said {
    length: u64,
    children: Vec<Descriptor>,
    blobs: Vec<Descriptor>,
}

impl Said {
    fn by(manifest: &Manifest) -> Self {
        Self {
            length: manifest.bytes().len() as u64,
            children: manifest.children().cloned().collect(),
            blobs: blobs_of(manifest).cloned().collect(),
        }
    }
}

/// Foreign layers are not the registry's to keep.
fn blobs_of(manifest: &Manifest) -> impl Iterator<Item = &Descriptor> {
    manifest.content().filter(|blob| !blob.is_foreign())
}

async fn check_blob(work: &VerifyContext, item: CheckTarget) -> Result<CheckResult> {
    let blob = &item.descriptor;
    let mut checked = CheckResult::default();
    if blob.data.is_some() && blob.inline().is_none() {
        let detail = "the data in its descriptor is not what size and digest say";
        checked.problems.push(item.problem(ProblemKind::Malformed, detail));
    }
    let _turn = work.large.turn(blob).await;
    let progress = &work.options.progress;
    let read = async {
        let content = fetch_reported(work.store.as_ref(), blob, progress).await?;
        content.try_fold(0, |read, chunk| future::ok(read + chunk.len() as u64)).await
    };
    match read.await {
        Ok(bytes) => checked.bytes = bytes,
        Err(e) => {
            checked.problems.push(as_problem(&item, e)?);
            // What is damaged has been checked as well.
            progress.report(Event::Finished { blob, outcome: Outcome::Verified });
        }
    }
    Ok(checked)
}

/// What an error says of the content; any other error is given back.
fn as_problem(item: &CheckTarget, error: Error) -> Result<Problem> {
    let kind = match error.code() {
        Code::NotFound => ProblemKind::Missing,
        Code::SizeMismatch => ProblemKind::Size,
        Code::DigestMismatch => ProblemKind::Digest,
        // A layout may have anything in place of a blob's file.
        Code::InvalidManifest | Code::TooLarge | Code::UnsafePath => ProblemKind::Malformed,
        _ => return Err(error),
    };
    Ok(item.problem(kind, error.message()))
}
