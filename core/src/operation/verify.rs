//! Verifies a graph: checks that every manifest and blob exists and has the right size and digest.
//!
//! Damage is reported as a problem with its path from the root. Only a failure that prevents the
//! check, such as a lost connection, is an error. Nothing is written, unless the options ask to repair
//! the lists of referrers that clients keep.

mod lists;
mod report;

use derive_setters::Setters;
use std::{collections::HashSet, sync::Arc};

use lists::{ListChecks, Referrers};
pub use report::{Problem, ProblemKind, VerifyReport};
use report::{SEEN, weight_of};

use futures::{StreamExt, TryStreamExt, future, stream};
use tokio_util::task::AbortOnDropHandle;

use crate::operation::{
    attached::{
        edges::follows,
        sibling_tags::{SiblingTags, Siblings},
    },
    read::fetch_manifest,
};
use crate::{
    content::progress::{Event, Outcome, Progress},
    operation::{
        named::named,
        select::{name_of, select_with_attestations},
        transfer::fetch_reported,
    },
    store::{
        ReadStore, ReferrersDetail,
        concurrency::{LargeBlobLimiter, RequestLimiter},
        limits::check_limit,
        list::List,
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, EdgeKind, Error, ListProblem, Manifest, Platform, Reference, Result,
    TagOrDigest, excerpt, media_type, weight::Weight,
};

/// Options of [`Client::verify`](crate::Client::verify).
///
/// ```no_run
/// # async fn example() -> ocigraph::Result<()> {
/// use ocigraph::{Client, VerifyOptions};
///
/// let reference = "registry.example/app:v1".parse()?;
/// let options = VerifyOptions::default().concurrency(8);
/// let report = Client::new().verify(&reference, options).await?;
/// for problem in &report.problems {
///     println!("{}: {}", problem.descriptor.digest, problem.detail);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, Setters)]
#[non_exhaustive]
#[setters(strip_option)]
pub struct VerifyOptions {
    /// Starts at the image for this platform if the reference names an index.
    /// [NOT_FOUND](crate::Code::NotFound) if the index has no such image. Default: starts at the
    /// manifest that the reference names.
    pub platform: Option<Platform>,
    /// Follows the edges of this kind alone to what is attached, for example those to referrers. What
    /// an index lists is always verified. Default: all kinds.
    pub only: Option<EdgeKind>,
    /// Repairs the lists of referrers that clients keep: in a registry, the index under the fallback tag
    /// of each manifest of the graph; in a layout, the indexes of regctl and olareg. Removes the entries of missing manifests, corrects entries that
    /// contradict their manifests, and adds manifests that a list lacks. The rest of the graph is not
    /// changed. Default: false, which only reports them.
    pub repair_index: bool,
    /// Maximum number of concurrent requests. Default, also for 0: 128. Values above 512 count as
    /// 512. Fewer are used while a registry limits the rate of requests, or if the process can open
    /// few files.
    pub concurrency: Option<usize>,
    /// Receives progress events for each blob. Default: none.
    pub progress: Progress,
}

pub(crate) const OPERATION: &str = "verify";

/// Verifies the whole graph under what `reference` names: every manifest and blob, those of
/// referrers included. The report has each problem that was found. Nothing is written, unless the
/// options ask to repair the lists of referrers.
///
/// # Errors
/// [`Code::NotFound`] if `reference` names nothing.
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
    let mut attestations = Vec::new();
    let root = if options.platform.is_some() {
        let platform = options.platform.as_ref();
        let selected = select_with_attestations(store.as_ref(), reference, platform).await?;
        if follows(options.only, EdgeKind::Attestation) {
            attestations = selected.attestations;
        }
        selected.manifest.plain_descriptor()
    } else {
        store.resolve(&name_of(store.as_ref(), reference).await?).await?
    };
    let requests = Arc::new(RequestLimiter::new(options.concurrency));
    let max_requests = requests.max();
    let large_blobs = LargeBlobLimiter::new();
    let siblings = SiblingTags::new(Arc::clone(&requests));
    if media_type::is_index(&root.media_type) {
        siblings.prepare(&*store).await;
    }
    let context = Arc::new(VerifyContext { store, options, requests, large_blobs, siblings });
    let mut report = VerifyReport::default();
    let mut charge = context.store.memory().charge();
    let mut lists = ListChecks::default();
    let below_root = Path::root().to(&root.digest);
    let mut level = vec![CheckTarget::root(root.clone())];
    let attached =
        |descriptor| CheckTarget { path: below_root.clone(), ..CheckTarget::root(descriptor) };
    level.extend(attestations.into_iter().map(attached));
    let mut seen: HashSet<_> = level.iter().map(CheckTarget::key).collect();
    while !level.is_empty() {
        // One task for each check, so that digests are computed on all cores.
        let checks = std::mem::take(&mut level).into_iter().map(|target| {
            AbortOnDropHandle::new(tokio::spawn(check(Arc::clone(&context), target)))
        });
        let mut checks = stream::iter(checks).buffered(max_requests);
        let mut next_level = context.store.memory().charge();
        while let Some(result) = checks.next().await {
            let result = result
                .map_err(|e| Error::new(Code::Internal, format!("a check failed: {e}")))??;
            report.checked += 1;
            report.bytes += result.bytes;
            charge.add(result.problems.iter().map(weight_of).sum())?;
            if let Some(referrers) = result.referrers {
                charge.add(SEEN * (2 + referrers.listed.len()))?;
                lists.add(referrers);
            }
            report.problems.extend(result.problems);
            for target in result.next {
                if seen.insert(target.key()) {
                    charge.add(SEEN)?;
                    next_level.add(target.descriptor.weight() + SEEN)?;
                    level.push(target);
                }
            }
            check_limit(seen.len(), context.store.max_entries())?;
        }
    }
    // The subject of a damaged manifest is unknown, so it may belong to this graph. The same is true
    // of an entry that is malformed.
    let listed = context.store.list_entries().await?;
    let malformed = |problem: &ListProblem| {
        CheckTarget::root(root.clone()).problem(ProblemKind::Malformed, problem.to_string())
    };
    report.problems.extend(listed.problems.iter().map(malformed));
    let unread = listed
        .entries
        .into_iter()
        .filter(|listed| {
            !listed.may_be_manifest() || seen.insert(CheckTarget::root(listed.clone()).key())
        })
        .map(|listed| read_listed(&context, listed));
    let unread: Vec<_> = stream::iter(unread).buffered(max_requests).try_collect().await?;
    report.problems.extend(unread.into_iter().flatten());
    report
        .problems
        .extend(lists.unlisted(&*context.store, &root, &mut charge, max_requests).await?);
    if context.options.repair_index {
        lists::repair(&*context.store, &mut report).await?;
    }
    Ok(report)
}

/// Reads a listed manifest outside the graph, and returns the problem if it is damaged.
async fn read_listed(context: &VerifyContext, listed: Descriptor) -> Result<Option<Problem>> {
    let name = TagOrDigest::from(&listed);
    let target = CheckTarget::root(listed);
    if !target.descriptor.may_be_manifest() {
        let media_type = excerpt(&target.descriptor.media_type);
        let detail = format!("listed as {media_type}, which is not a manifest");
        return match context.store.has_blob(&target.descriptor).await? {
            true => Ok(Some(target.problem(ProblemKind::Malformed, detail))),
            false => Ok(Some(target.problem(ProblemKind::Missing, detail))),
        };
    }
    match fetch_manifest(&*context.store, &name).await {
        Ok(manifest) => Ok(size_problem(&target, manifest.bytes().len() as u64)),
        Err(e) => as_problem(&target, e).map(Some),
    }
}

/// The state that all checks of one verification share.
struct VerifyContext {
    store: Arc<dyn ReadStore>,
    options: VerifyOptions,
    requests: Arc<RequestLimiter>,
    large_blobs: LargeBlobLimiter,
    siblings: SiblingTags,
}

impl VerifyContext {
    fn follows(&self, kind: EdgeKind) -> bool {
        follows(self.options.only, kind)
    }
}

/// A manifest or blob to check, and its path from the root.
struct CheckTarget {
    descriptor: Descriptor,
    path: Path,
    is_manifest: bool,
    /// It was found in a list of referrers.
    is_listed: bool,
}

/// A path of digests from the root, as a linked list. All targets below a manifest share it,
/// because a registry decides how long paths are.
#[derive(Clone, Default)]
struct Path(Option<Arc<Step>>);

struct Step {
    digest: Digest,
    parent: Path,
}

impl Path {
    fn root() -> Self {
        Self::default()
    }

    fn to(&self, digest: &Digest) -> Self {
        Self(Some(Arc::new(Step { digest: digest.clone(), parent: self.clone() })))
    }

    /// Returns the digests, beginning at the root.
    fn digests(&self) -> Vec<Digest> {
        let steps = std::iter::successors(self.0.as_deref(), |step| step.parent.0.as_deref());
        let mut digests: Vec<Digest> = steps.map(|step| step.digest.clone()).collect();
        digests.reverse();
        digests
    }
}

/// Drops iteratively: dropping a long path recursively would overflow the stack.
impl Drop for Path {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut step) = next.and_then(Arc::into_inner) {
            next = step.parent.0.take();
        }
    }
}

impl CheckTarget {
    /// Returns a manifest that no other one leads to.
    fn root(descriptor: Descriptor) -> Self {
        Self { descriptor, path: Path::root(), is_manifest: true, is_listed: false }
    }

    /// Returns the key by which a target is checked once. Descriptors of one digest with different
    /// sizes are checked separately, and so are a blob and a manifest of one digest.
    fn key(&self) -> (Digest, u64, bool) {
        (self.descriptor.digest.clone(), self.descriptor.size, self.is_manifest)
    }

    fn problem(&self, kind: ProblemKind, detail: impl Into<String>) -> Problem {
        Problem {
            descriptor: self.descriptor.clone(),
            path: self.path.digests(),
            kind,
            detail: detail.into(),
        }
    }
}

/// The result of one check.
#[derive(Default)]
struct CheckResult {
    bytes: u64,
    problems: Vec<Problem>,
    /// The targets that a manifest leads to.
    next: Vec<CheckTarget>,
    /// What the lists of referrers say of a manifest.
    referrers: Option<Referrers>,
}

async fn check(context: Arc<VerifyContext>, target: CheckTarget) -> Result<CheckResult> {
    if target.is_manifest {
        check_manifest(&context, target).await
    } else {
        check_blob(&context, target).await
    }
}

async fn check_manifest(context: &VerifyContext, target: CheckTarget) -> Result<CheckResult> {
    let digest = &target.descriptor.digest;
    let name = TagOrDigest::Digest(digest.clone());
    // The referrers of a damaged manifest are checked too.
    let links = async {
        let _permit = context.requests.acquire().await;
        fetch_manifest(&*context.store, &name).await.map(|m| Links::of(&m))
    };
    let referrers = async {
        if !context.follows(EdgeKind::Referrer) {
            return Ok(List::default());
        }
        let _permit = context.requests.acquire().await;
        let max_requests = context.requests.max();
        context
            .store
            .referrers_in_detail(digest, None, ReferrersDetail::Unchecked, max_requests)
            .await
    };
    let lists = async {
        if !context.follows(EdgeKind::Referrer) {
            return Ok(Vec::new());
        }
        let _permit = context.requests.acquire().await;
        context.store.lists_of_other_tools(digest).await
    };
    let follows_tags = context.follows(EdgeKind::Tag);
    let siblings = async {
        if !follows_tags {
            return Ok(Siblings::default());
        }
        context.siblings.resolved(&*context.store, digest).await
    };
    let (links, referrers, lists, siblings) = tokio::join!(links, referrers, lists, siblings);
    let mut result = CheckResult::default();
    let path = target.path.to(digest);
    let below = |descriptor, is_manifest, is_listed| CheckTarget {
        descriptor,
        path: path.clone(),
        is_manifest,
        is_listed,
    };
    match links {
        Ok(links) => {
            result.bytes = links.length;
            result.problems.extend(size_problem(&target, links.length));
            if target.is_listed && result.problems.is_empty() {
                result.problems.extend(contradiction(&target, &links));
            }
            result.next.extend(links.children.into_iter().map(|child| below(child, true, false)));
            result.next.extend(links.blobs.into_iter().map(|blob| below(blob, false, false)));
        }
        Err(e) => result.problems.push(as_problem(&target, e)?),
    }
    let are_listed = context.follows(EdgeKind::Referrer) && referrers.is_ok();
    let referrers = match referrers {
        // TOO_LARGE is a limit of the whole operation.
        Err(e) if e.is_of_one_manifest() && e.code() != Code::TooLarge => {
            result.problems.push(target.problem(ProblemKind::Unreadable, e.message()));
            List::default()
        }
        referrers => referrers?,
    };
    let Siblings { list: siblings, dangling } = siblings?;
    let missing =
        |tag| target.problem(ProblemKind::Missing, format!("the manifest of the tag {tag}"));
    result.problems.extend(dangling.into_iter().map(missing));
    // A problem of the whole store is reported once, for the listed manifest that causes it.
    let problems = referrers.problems.iter().chain(&siblings.problems);
    let of_subject = problems.filter(|problem| problem.subject.is_some());
    let problems =
        of_subject.map(|problem| target.problem(ProblemKind::Malformed, problem.to_string()));
    result.problems.extend(problems);
    // Without its list, nothing is known of what the list lacks.
    result.referrers = are_listed.then(|| Referrers {
        manifest: digest.clone(),
        listed: referrers.entries.iter().map(|referrer| referrer.digest.clone()).collect(),
    });
    let lists = lists?;
    result.problems.extend(lists::lacking(&lists, &referrers.entries).map(|referrer| Problem {
        path: path.digests(),
        ..lists::unlisted_problem(referrer.clone(), digest)
    }));
    // An entry that contradicts its manifest is checked in place of what the store knows.
    let others = lists::contradicting(lists, &referrers.entries);
    result.next.extend(others.into_iter().map(|entry| below(entry, true, true)));
    let listed = referrers.entries.into_iter().map(|referrer| below(referrer, true, true));
    result.next.extend(listed);
    let siblings = siblings.entries.into_iter().map(|(_, manifest)| below(manifest, true, false));
    result.next.extend(siblings);
    Ok(result)
}

/// Returns the problem if a manifest has another length than its descriptor says.
fn size_problem(target: &CheckTarget, length: u64) -> Option<Problem> {
    let size = target.descriptor.size;
    let detail = || format!("the manifest has {length} bytes, but its descriptor says {size}");
    (length != size).then(|| target.problem(ProblemKind::Size, detail()))
}

/// Returns the problem of an entry in a list of referrers that contradicts its manifest.
fn contradiction(target: &CheckTarget, links: &Links) -> Option<Problem> {
    let (listed, found) = (&target.descriptor.media_type, &links.media_type);
    if listed != found {
        let detail = format!("the list of referrers says the media type {listed}, not {found}");
        return Some(target.problem(ProblemKind::Malformed, detail));
    }
    let path = target.path.digests();
    let (listing, subject) = (path.last()?, links.subject.as_ref()?);
    (listing != subject).then(|| {
        let detail = format!("{listing} lists this manifest, and its subject is {subject}");
        target.problem(ProblemKind::Malformed, detail)
    })
}

/// The length of a manifest and the content that it refers to. Kept instead of the manifest, which
/// can be much larger.
struct Links {
    length: u64,
    media_type: String,
    subject: Option<Digest>,
    children: Vec<Descriptor>,
    blobs: Vec<Descriptor>,
}

impl Links {
    fn of(manifest: &Manifest) -> Self {
        Self {
            length: manifest.bytes().len() as u64,
            media_type: manifest.media_type().to_owned(),
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            children: manifest.children().cloned().collect(),
            blobs: blobs_of(manifest).cloned().collect(),
        }
    }
}

/// Returns the blobs that the registry must store, which excludes foreign layers.
fn blobs_of(manifest: &Manifest) -> impl Iterator<Item = &Descriptor> {
    manifest.content().filter(|blob| !blob.is_foreign())
}

async fn check_blob(context: &VerifyContext, target: CheckTarget) -> Result<CheckResult> {
    let blob = &target.descriptor;
    let mut result = CheckResult::default();
    if blob.data.is_some() && blob.inline().is_none() {
        let detail = "the data field of the descriptor contradicts its size or digest";
        result.problems.push(target.problem(ProblemKind::Malformed, detail));
    }
    let _large = context.large_blobs.acquire(blob).await;
    let _permit = context.requests.acquire().await;
    let progress = &context.options.progress;
    let read = async |max_requests| {
        let store = context.store.as_ref();
        let content = fetch_reported(store, blob, max_requests, progress).await?;
        content.try_fold(0, |read, chunk| future::ok(read + chunk.len() as u64)).await
    };
    let in_parts = LargeBlobLimiter::requests_for_one(context.requests.max());
    let read = match read(in_parts).await {
        // The damage may be in the parts of the blob: read it once more in one piece.
        Err(e) if e.code() == Code::DigestMismatch && LargeBlobLimiter::applies_to(blob) => {
            read(1).await
        }
        result => result,
    };
    match read {
        Ok(bytes) => result.bytes = bytes,
        // Not every registry stores a blob without content.
        Err(e) if e.code() == Code::NotFound && blob.size == 0 && blob.inline().is_some() => {
            progress.report(Event::Finished { blob, outcome: Outcome::Verified });
        }
        Err(e) => {
            result.problems.push(as_problem(&target, e)?);
            // A damaged blob was checked too, so it gets its last event.
            progress.report(Event::Finished { blob, outcome: Outcome::Verified });
        }
    }
    Ok(result)
}

/// Converts an error about the content into a problem, and returns any other error.
fn as_problem(target: &CheckTarget, error: Error) -> Result<Problem> {
    let kind = match error.code() {
        Code::NotFound => ProblemKind::Missing,
        Code::SizeMismatch => ProblemKind::Size,
        Code::DigestMismatch => ProblemKind::Digest,
        // UNSAFE_PATH: a layout can have a link or special file in place of a blob.
        Code::InvalidManifest | Code::TooLarge | Code::UnsafePath => ProblemKind::Malformed,
        // A Docker schema 1 manifest, or a digest of an unknown algorithm.
        Code::Unsupported if error.status().is_none() => ProblemKind::Malformed,
        _ if error.is_of_one_manifest() => ProblemKind::Unreadable,
        _ => return Err(error),
    };
    Ok(target.problem(kind, error.message()))
}
