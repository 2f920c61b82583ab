//! The walk of a copy: discovers the graph, decides which manifests wait for which others, and
//! starts the steps. It writes each manifest after its children and its subject.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

use super::{
    context::{CopyContext, FoundManifest, FoundSibling, StepResult},
    kept_tag::KeptTag,
};
use crate::store::{ReferrersDetail, limits::check_limit, memory_budget::Charge};
use ocigraph_types::{
    Code, Descriptor, Digest, EdgeKind, Error, ListProblem, Manifest, Result, TagOrDigest,
    weight::Weight,
};

type Step<'a> = BoxFuture<'a, Result<StepResult>>;

/// A step that has not started.
enum Task {
    Prepare { digest: Digest, known: Option<Box<Manifest>>, may_lack: bool, check: bool },
    ListReferrers(Digest),
    FindSiblings { subject: Digest, is_image: bool },
    Write { found: Box<FoundManifest>, tags: Vec<String>, siblings: Vec<String> },
    EnsureReferrersListed(Digest, Vec<Descriptor>),
    ConfirmReferrersListed(Digest, Vec<Digest>),
    FindRoot(Root),
}

/// A manifest of the source by its name there, and its tags for the destination.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) name: TagOrDigest,
    pub(crate) tags: Vec<String>,
}

/// The tasks of one kind. A registry decides how many there are, so only a limited number runs.
/// Tasks of one kind do not wait for tasks of another.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<Task>,
    running: usize,
}

/// Running steps of one kind for each permitted request: most steps wait most of the time.
const STEPS_PER_REQUEST: usize = 4;

/// Bytes that one found manifest takes in the sets and maps of the walk.
const MANIFEST_COST: usize = 512;

/// The state of the walk.
pub(super) struct Walk<'a> {
    context: &'a CopyContext,
    /// The tags to write together with a root. Empty for a recursive copy, which tags the root after
    /// its whole graph, and for a copy of several roots.
    tags: HashMap<Digest, Vec<String>>,
    writes_no_tags: bool,
    steps: FuturesUnordered<Step<'a>>,
    preparing: Lane,
    listing: Lane,
    writing: Lane,
    /// Manifests whose preparation was queued.
    prepared: HashSet<Digest>,
    /// The roots and their children, whose content is checked at the destination: a copy makes whole what
    /// it is asked for.
    checked: HashSet<Digest>,
    /// Manifests whose referrers were queried.
    queried: HashSet<Digest>,
    written: HashSet<Digest>,
    /// Manifests that wait for others, with the number of those.
    waiting: HashMap<Digest, (FoundManifest, usize)>,
    /// The manifests that wait for a digest.
    waiters: HashMap<Digest, Vec<Digest>>,
    /// Referrers that the destination had already, by subject. A copy that was killed may have
    /// written them without adding them to the referrers tag.
    existing_referrers: HashMap<Digest, Vec<Descriptor>>,
    /// Referrers that the copy writes, by subject.
    new_referrers: HashMap<Digest, Vec<Digest>>,
    /// Memory of this state, without the manifests.
    charge: Charge,
    /// The referrers in the source's lists, by digest, to report those that do not exist.
    listed: HashMap<Digest, Descriptor>,
    /// The sibling tags to write, by the digest of their manifest.
    sibling_tags: HashMap<Digest, Vec<String>>,
    /// Subjects and referrers that neither the source nor the destination has.
    lacking: HashSet<Digest>,
    /// What the walk found.
    result: WalkResult,
}

/// What the walk found of the source, besides the copied graph.
#[derive(Default)]
pub(super) struct WalkResult {
    /// Problems of the source's lists.
    pub(super) problems: Vec<ListProblem>,
    /// Referrers that are listed and do not exist.
    pub(super) missing: Vec<Descriptor>,
    /// Sibling tags that are not copied.
    pub(super) kept_tags: Vec<KeptTag>,
    /// Sibling tags whose manifest at the destination has all that the source's has, and more.
    pub(super) covered_tags: Vec<String>,
    /// The roots that were found by their names, each with its tags, which are not written.
    pub(super) roots: BTreeMap<Digest, (Descriptor, Vec<String>)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(context: &'a CopyContext) -> Self {
        Self {
            context,
            tags: HashMap::new(),
            writes_no_tags: false,
            steps: FuturesUnordered::new(),
            preparing: Lane::default(),
            listing: Lane::default(),
            writing: Lane::default(),
            prepared: HashSet::new(),
            checked: HashSet::new(),
            queried: HashSet::new(),
            written: HashSet::new(),
            waiting: HashMap::new(),
            waiters: HashMap::new(),
            existing_referrers: HashMap::new(),
            new_referrers: HashMap::new(),
            charge: context.from.memory().charge(),
            listed: HashMap::new(),
            sibling_tags: HashMap::new(),
            lacking: HashSet::new(),
            result: WalkResult::default(),
        }
    }

    /// Copies the graph as far as the source's lists could be read and their manifests exist.
    /// `attestations` are the entries of the root's index for the root. The tags are written with the
    /// root, unless the copy is recursive.
    pub(super) async fn run(
        mut self,
        root: Manifest,
        attestations: Vec<Descriptor>,
        tags: &[String],
    ) -> Result<WalkResult> {
        if !self.context.options.recursive {
            self.tags.insert(root.digest().clone(), tags.to_vec());
        }
        self.checked.insert(root.digest().clone());
        self.list_attached(root.digest(), true);
        if self.context.options.follows(EdgeKind::Attestation) {
            for listed in attestations {
                self.list_attached(&listed.digest, false);
                match self.context.attestation(&listed, &root).await? {
                    Some(attestation) => {
                        let digest = attestation.digest().clone();
                        self.prepare(&digest, Some(attestation), false);
                    }
                    None => self.result.missing.push(listed),
                }
            }
        }
        self.prepare(root.digest(), Some(root.clone()), false);
        self.finish_walk().await
    }

    /// Copies the graphs of all roots like [`Walk::run`], and writes no tag: also those of cosign are
    /// among the tags of the roots.
    pub(super) async fn run_roots(mut self, roots: Vec<Root>) -> Result<WalkResult> {
        self.writes_no_tags = true;
        self.preparing.waiting.extend(roots.into_iter().map(Task::FindRoot));
        self.finish_walk().await
    }

    async fn finish_walk(mut self) -> Result<WalkResult> {
        self.run_steps().await?;
        for (subject, referrers) in std::mem::take(&mut self.existing_referrers) {
            self.writing.waiting.push_back(Task::EnsureReferrersListed(subject, referrers));
        }
        // One that is alone cannot get lost among others.
        for (subject, referrers) in std::mem::take(&mut self.new_referrers) {
            if referrers.len() > 1 {
                self.writing.waiting.push_back(Task::ConfirmReferrersListed(subject, referrers));
            }
        }
        // The manifests of these tags were written before the tags were found.
        for (digest, siblings) in std::mem::take(&mut self.sibling_tags) {
            let found = Box::new(FoundManifest::to_tag(digest));
            self.writing.waiting.push_back(Task::Write { found, tags: Vec::new(), siblings });
        }
        self.run_steps().await?;
        match self.waiting.keys().next() {
            None => Ok(self.result),
            Some(digest) => Err(Error::new(
                Code::Internal,
                format!("{digest} waits for a manifest that was never copied"),
            )),
        }
    }

    async fn run_steps(&mut self) -> Result<()> {
        self.start_steps();
        while let Some(result) = self.steps.next().await {
            match result? {
                StepResult::Prepared(found) => {
                    self.preparing.running -= 1;
                    self.on_prepared(*found)?;
                }
                StepResult::Missing { digest, exists } => {
                    self.preparing.running -= 1;
                    if !exists {
                        self.check_no_child(&digest)?;
                        self.lacking.insert(digest.clone());
                    }
                    if let Some(referrer) = self.listed.remove(&digest) {
                        tracing::warn!("{digest} is listed as a referrer and does not exist");
                        self.result.missing.push(referrer);
                    }
                    self.finish(digest)?;
                }
                StepResult::Written(digest, mut kept) => {
                    self.writing.running -= 1;
                    self.result.kept_tags.append(&mut kept);
                    self.finish(digest)?;
                }
                StepResult::Referrers(mut referrers) => {
                    self.listing.running -= 1;
                    self.charge.add(referrers.problems.weight())?;
                    let problems = std::mem::take(&mut referrers.problems);
                    ListProblem::merge(&mut self.result.problems, problems);
                    self.charge.add(referrers.entries.len() * MANIFEST_COST)?;
                    for referrer in referrers.entries {
                        self.list_attached(&referrer.digest, false);
                        // What an index lists as well, or is a subject, is not only a referrer.
                        if !self.prepared.contains(&referrer.digest) {
                            self.prepare(&referrer.digest, None, true);
                            let plain = referrer.plain();
                            self.charge.add(plain.weight())?;
                            self.listed.insert(referrer.digest, plain);
                        }
                    }
                }
                StepResult::ReferrersListed => self.writing.running -= 1,
                StepResult::Root(manifest, tags) => {
                    self.preparing.running -= 1;
                    let digest = manifest.digest().clone();
                    self.add_root(&manifest, tags)?;
                    self.checked.insert(digest.clone());
                    self.list_attached(&digest, true);
                    self.prepare_first(&digest, *manifest);
                }
                StepResult::Siblings(mut siblings) => {
                    self.listing.running -= 1;
                    self.charge.add(siblings.problems.weight())?;
                    ListProblem::merge(&mut self.result.problems, siblings.problems);
                    self.result.kept_tags.append(&mut siblings.kept);
                    self.result.covered_tags.append(&mut siblings.covered);
                    for FoundSibling { manifest, tag, is_tagged } in siblings.found {
                        self.charge.add(MANIFEST_COST)?;
                        let digest = manifest.digest().clone();
                        if self.writes_no_tags {
                            self.add_root(&manifest, vec![tag])?;
                        } else if !is_tagged {
                            self.sibling_tags.entry(digest.clone()).or_default().push(tag);
                        }
                        self.list_attached(&digest, false);
                        self.prepare(&digest, Some(manifest), false);
                    }
                }
            }
            let found = self.prepared.len().max(self.queried.len());
            check_limit(found, self.context.from.max_entries())?;
            self.start_steps();
        }
        Ok(())
    }

    fn start_steps(&mut self) {
        let context = self.context;
        for lane in [&mut self.preparing, &mut self.listing, &mut self.writing] {
            while lane.running < context.max_requests().saturating_mul(STEPS_PER_REQUEST)
                && let Some(task) = lane.waiting.pop_front()
            {
                lane.running += 1;
                self.steps.push(step(context, task));
            }
        }
    }

    fn prepare(&mut self, digest: &Digest, known: Option<Manifest>, may_lack: bool) {
        if self.prepared.insert(digest.clone()) {
            let check = self.is_checked(digest);
            let (digest, known) = (digest.clone(), known.map(Box::new));
            self.preparing.waiting.push_back(Task::Prepare { digest, known, may_lack, check });
        }
    }

    /// Queues the preparation of a root before that of all others: each root that waits is in memory.
    fn prepare_first(&mut self, digest: &Digest, root: Manifest) {
        if self.prepared.insert(digest.clone()) {
            let (digest, known) = (digest.clone(), Some(Box::new(root)));
            let task = Task::Prepare { digest, known, may_lack: false, check: true };
            self.preparing.waiting.push_front(task);
        }
    }

    fn add_root(&mut self, root: &Manifest, tags: Vec<String>) -> Result<()> {
        let descriptor = Descriptor {
            artifact_type: root.artifact_type().map(str::to_owned),
            ..root.plain_descriptor()
        };
        self.charge.add(descriptor.weight() + tags.weight())?;
        let (_, known) = self
            .result
            .roots
            .entry(root.digest().clone())
            .or_insert_with(|| (descriptor, Vec::new()));
        known.extend(tags);
        Ok(())
    }

    /// Returns true if the content of a manifest is checked, although the destination has the manifest.
    fn is_checked(&self, digest: &Digest) -> bool {
        self.context.options.repair || self.checked.contains(digest)
    }

    /// Queues the queries for what is attached to a manifest, if the copy is recursive. An image is the
    /// root, or a child of an index.
    fn list_attached(&mut self, digest: &Digest, is_image: bool) {
        let options = &self.context.options;
        if !options.recursive || !self.queried.insert(digest.clone()) {
            return;
        }
        if options.follows(EdgeKind::Referrer) {
            self.listing.waiting.push_back(Task::ListReferrers(digest.clone()));
        }
        if options.follows(EdgeKind::Tag) {
            let subject = digest.clone();
            self.listing.waiting.push_back(Task::FindSiblings { subject, is_image });
        }
    }

    fn on_prepared(&mut self, found: FoundManifest) -> Result<()> {
        self.charge.add(MANIFEST_COST * (1 + found.children.len()))?;
        let check = self.is_checked(&found.digest);
        let is_walked = !found.exists || check;
        for child in &found.children {
            if is_walked && self.lacking.contains(child) {
                return Err(missing_child(child, &found.digest));
            }
            self.list_attached(child, true);
            if check {
                self.checked.insert(child.clone());
            }
            if is_walked {
                self.prepare(child, None, false);
            }
        }
        let subject = found.subject.iter().filter(|_| is_walked);
        for subject in subject.clone() {
            self.prepare(subject, None, true);
        }
        let children = found.children.iter().filter(|_| is_walked);
        let needed: HashSet<Digest> = children
            .chain(subject)
            .filter(|needed| !self.written.contains(*needed))
            .cloned()
            .collect();
        if needed.is_empty() {
            return self.on_ready(found);
        }
        for needed in &needed {
            self.waiters.entry(needed.clone()).or_default().push(found.digest.clone());
        }
        self.waiting.insert(found.digest.clone(), (found, needed.len()));
        Ok(())
    }

    /// Fails if an index that was fetched lists a manifest that does not exist.
    fn check_no_child(&self, missing: &Digest) -> Result<()> {
        let waiters = self.waiters.get(missing).into_iter().flatten();
        let mut indexes = waiters.filter_map(|waiter| self.waiting.get(waiter));
        match indexes.find(|(index, _)| index.children.contains(missing)) {
            Some((index, _)) => Err(missing_child(missing, &index.digest)),
            None => Ok(()),
        }
    }

    fn on_ready(&mut self, found: FoundManifest) -> Result<()> {
        match self.take_ready(found)? {
            Some(digest) => self.finish(digest),
            None => Ok(()),
        }
    }

    /// Handles a manifest whose content the destination has: queues it, or returns its digest if the
    /// destination has it too. The root is written all the same if it gets tags.
    fn take_ready(&mut self, found: FoundManifest) -> Result<Option<Digest>> {
        let siblings = self.sibling_tags.remove(&found.digest).unwrap_or_default();
        let tags = self.tags.remove(&found.digest).unwrap_or_default();
        if let Some(subject) = found.subject.as_ref().filter(|_| !found.exists) {
            self.new_referrers.entry(subject.clone()).or_default().push(found.digest.clone());
        }
        if !found.exists || !tags.is_empty() || !siblings.is_empty() {
            self.writing.waiting.push_back(Task::Write { found: Box::new(found), tags, siblings });
            return Ok(None);
        }
        if let (Some(subject), Some(descriptor)) = (found.subject, found.existing_referrer) {
            self.charge.add(descriptor.weight())?;
            self.existing_referrers.entry(subject).or_default().push(descriptor);
        }
        Ok(Some(found.digest))
    }

    /// Marks a manifest as written, and queues the manifests that waited only for it.
    fn finish(&mut self, digest: Digest) -> Result<()> {
        let mut finished = vec![digest];
        while let Some(digest) = finished.pop() {
            for waiter in self.waiters.remove(&digest).unwrap_or_default() {
                let Some((_, left)) = self.waiting.get_mut(&waiter) else { continue };
                *left -= 1;
                if *left == 0
                    && let Some((found, _)) = self.waiting.remove(&waiter)
                {
                    finished.extend(self.take_ready(found)?);
                }
            }
            self.written.insert(digest);
        }
        Ok(())
    }
}

fn missing_child(child: &Digest, index: &Digest) -> Error {
    let message = format!("the source has no manifest {child}, which the index {index} lists");
    Error::new(Code::NotFound, message)
}

fn step(context: &CopyContext, task: Task) -> Step<'_> {
    match task {
        Task::Prepare { digest, known, may_lack, check } => {
            let known = known.map(|manifest| *manifest);
            Box::pin(context.prepare(digest, known, may_lack, check))
        }
        Task::FindRoot(Root { name, tags }) => {
            Box::pin(async move { context.find_root(&name, tags).await })
        }
        Task::ListReferrers(digest) => Box::pin(async move {
            let _permit = context.request().await;
            // Each listed manifest is fetched anyway, so the store need not check that it exists.
            let detail = ReferrersDetail::Unchecked;
            let listed = context
                .from
                .referrers_in_detail(&digest, None, detail, context.max_requests())
                .await?;
            Ok(StepResult::Referrers(listed))
        }),
        Task::FindSiblings { subject, is_image } => {
            Box::pin(async move { context.find_siblings(&subject, is_image).await })
        }
        Task::Write { found, tags, siblings } => Box::pin(async move {
            let digest = found.digest.clone();
            let kept = context.write(*found, &tags, siblings).await?;
            Ok(StepResult::Written(digest, kept))
        }),
        Task::ConfirmReferrersListed(subject, referrers) => Box::pin(async move {
            let _permit = context.request().await;
            context.to.confirm_referrers_listed(&subject, &referrers).await?;
            Ok(StepResult::ReferrersListed)
        }),
        Task::EnsureReferrersListed(subject, referrers) => Box::pin(async move {
            let _permit = context.request().await;
            context.to.ensure_referrers_listed(&subject, &referrers).await?;
            Ok(StepResult::ReferrersListed)
        }),
    }
}
