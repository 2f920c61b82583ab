//! The walk of a copy: what is found, what waits for what, and how much is under way at once.

use std::collections::{HashMap, HashSet, VecDeque};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

use super::{CopyContext, LARGE_MANIFEST};
use crate::store::{
    limits::check_limit,
    list::List,
    memory::{Charge, Memory},
};
use ocigraph_types::{
    Code, Descriptor, Digest, Error, ListProblem, Manifest, Result, weight::Weight,
};

/// What a step found out or did.
pub(super) enum StepResult {
    Prepared {
        found: Box<Found>,
        there: bool,
    },
    /// A subject that the source does not have either.
    Dangling(Digest),
    Written(Digest),
    Referrers(List<Descriptor>),
    Announced,
}

/// What the walk needs to know of a manifest.
pub(super) struct Found {
    pub(super) digest: Digest,
    subject: Option<Digest>,
    children: Vec<Digest>,
    /// Its entry in a list of referrers, where it is there already.
    announced: Option<Descriptor>,
    /// Itself, and the memory that it is counted for; nothing where it is to be fetched again.
    pub(super) manifest: Option<(Manifest, Charge)>,
}

impl Found {
    pub(super) fn of(manifest: Manifest, there: bool, memory: Memory) -> Self {
        let small = manifest.bytes().len() < LARGE_MANIFEST;
        let charge = memory.charge().of(manifest.weight()).ok().filter(|_| small);
        Self {
            digest: manifest.digest().clone(),
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            children: manifest.children().map(|child| child.digest.clone()).collect(),
            announced: (there && manifest.subject().is_some()).then(|| manifest.descriptor()),
            manifest: charge.map(|charge| (manifest, charge)),
        }
    }
}

type Step<'a> = BoxFuture<'a, Result<StepResult>>;

/// Something to do, before it costs anything.
enum Todo {
    Prepare(Digest, Option<Box<Manifest>>, bool),
    Ask(Digest),
    Write(Box<Found>),
    Announce(Digest, Vec<Descriptor>),
}

/// CopyContext of one kind: a registry decides how much there is, so that only some is under way. CopyContext of
/// another kind does not wait for it.
#[derive(Default)]
struct Lane {
    waiting: VecDeque<Todo>,
    running: usize,
}

/// Steps of one kind for each request at once: while some wait, others ask.
const STEPS: usize = 4;

/// What a manifest that was found takes in the sets and maps of a walk.
const KNOWN: usize = 512;

/// Which manifests wait for which, and the steps under way.
pub(super) struct Walk<'a> {
    work: &'a CopyContext,
    root: Digest,
    /// What the root is tagged when it is written; nothing when its graph comes first.
    tags: &'a [String],
    steps: FuturesUnordered<Step<'a>>,
    preparing: Lane,
    asking: Lane,
    writing: Lane,
    begun: HashSet<Digest>,
    asked: HashSet<Digest>,
    written: HashSet<Digest>,
    waiting: HashMap<Digest, (Found, usize)>,
    waiters: HashMap<Digest, Vec<Digest>>,
    /// What was there, by its subject: a copy that was killed may not have come to the list of
    /// referrers that clients keep.
    unannounced: HashMap<Digest, Vec<Descriptor>>,
    /// What is kept of the graph, manifests aside.
    known: Charge,
    /// What could not be read of the source's lists.
    problems: Vec<ListProblem>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(work: &'a CopyContext, root: &Manifest, tags: &'a [String]) -> Self {
        Self {
            work,
            root: root.digest().clone(),
            tags: if work.options.recursive { &[] } else { tags },
            steps: FuturesUnordered::new(),
            preparing: Lane::default(),
            asking: Lane::default(),
            writing: Lane::default(),
            begun: HashSet::new(),
            asked: HashSet::new(),
            written: HashSet::new(),
            waiting: HashMap::new(),
            waiters: HashMap::new(),
            unannounced: HashMap::new(),
            known: work.from.memory().charge(),
            problems: Vec::new(),
        }
    }

    /// Copies the graph, or what could be read of it; gives what could not.
    pub(super) async fn run(mut self, root: Manifest) -> Result<Vec<ListProblem>> {
        self.ask_referrers(root.digest());
        self.begin(root.digest(), Some(root.clone()), false);
        self.take_steps().await?;
        for (subject, referrers) in std::mem::take(&mut self.unannounced) {
            self.writing.waiting.push_back(Todo::Announce(subject, referrers));
        }
        self.take_steps().await?;
        match self.waiting.keys().next() {
            None => Ok(self.problems),
            Some(digest) => {
                Err(Error::new(Code::Internal, format!("{digest} waits for what was never copied")))
            }
        }
    }

    async fn take_steps(&mut self) -> Result<()> {
        self.start_steps();
        while let Some(done) = self.steps.next().await {
            match done? {
                StepResult::Prepared { found, there } => {
                    self.preparing.running -= 1;
                    self.prepared(*found, there)?;
                }
                StepResult::Dangling(digest) => {
                    self.preparing.running -= 1;
                    self.finish(digest);
                }
                StepResult::Written(digest) => {
                    self.writing.running -= 1;
                    self.finish(digest);
                }
                StepResult::Referrers(mut referrers) => {
                    self.asking.running -= 1;
                    self.known.add(referrers.problems.weight())?;
                    ListProblem::merge(&mut self.problems, std::mem::take(&mut referrers.problems));
                    self.known.add(referrers.entries.len() * KNOWN)?;
                    for referrer in referrers.entries {
                        self.ask_referrers(&referrer.digest);
                        self.begin(&referrer.digest, None, false);
                    }
                }
                StepResult::Announced => self.writing.running -= 1,
            }
            check_limit(self.begun.len().max(self.asked.len()), self.work.from.max_entries())?;
            self.start_steps();
        }
        Ok(())
    }

    fn start_steps(&mut self) {
        let (work, tags) = (self.work, self.tags);
        for lane in [&mut self.preparing, &mut self.asking, &mut self.writing] {
            while lane.running < work.at_once.saturating_mul(STEPS)
                && let Some(todo) = lane.waiting.pop_front()
            {
                lane.running += 1;
                self.steps.push(step(work, &self.root, tags, todo));
            }
        }
    }

    fn begin(&mut self, digest: &Digest, known: Option<Manifest>, as_subject: bool) {
        if self.begun.insert(digest.clone()) {
            let todo = Todo::Prepare(digest.clone(), known.map(Box::new), as_subject);
            self.preparing.waiting.push_back(todo);
        }
    }

    fn ask_referrers(&mut self, digest: &Digest) {
        if self.work.options.recursive && self.asked.insert(digest.clone()) {
            self.asking.waiting.push_back(Todo::Ask(digest.clone()));
        }
    }

    fn prepared(&mut self, found: Found, there: bool) -> Result<()> {
        self.known.add(KNOWN * (1 + found.children.len()))?;
        for child in &found.children {
            if self.work.options.recursive {
                self.ask_referrers(child);
            }
            if !there {
                self.begin(child, None, false);
            }
        }
        if there {
            return self.already(found);
        }
        if let Some(subject) = &found.subject {
            self.begin(subject, None, true);
        }
        let needed: HashSet<Digest> = found
            .children
            .iter()
            .chain(&found.subject)
            .filter(|needed| !self.written.contains(*needed))
            .cloned()
            .collect();
        if needed.is_empty() {
            self.write(found);
            return Ok(());
        }
        for needed in &needed {
            self.waiters.entry(needed.clone()).or_default().push(found.digest.clone());
        }
        self.waiting.insert(found.digest.clone(), (found, needed.len()));
        Ok(())
    }

    /// A manifest that is there has all it refers to; the root may be there without its tags.
    fn already(&mut self, found: Found) -> Result<()> {
        if found.digest == self.root && !self.tags.is_empty() {
            self.write(found);
            return Ok(());
        }
        if let (Some(subject), Some(descriptor)) = (found.subject, found.announced) {
            self.known.add(descriptor.weight())?;
            self.unannounced.entry(subject).or_default().push(descriptor);
        }
        self.finish(found.digest);
        Ok(())
    }

    fn write(&mut self, found: Found) {
        self.writing.waiting.push_back(Todo::Write(Box::new(found)));
    }

    fn finish(&mut self, digest: Digest) {
        for waiter in self.waiters.remove(&digest).unwrap_or_default() {
            let Some((_, left)) = self.waiting.get_mut(&waiter) else { continue };
            *left -= 1;
            if *left == 0
                && let Some((found, _)) = self.waiting.remove(&waiter)
            {
                self.write(found);
            }
        }
        self.written.insert(digest);
    }
}

fn step<'a>(work: &'a CopyContext, root: &Digest, tags: &'a [String], todo: Todo) -> Step<'a> {
    match todo {
        Todo::Prepare(digest, known, as_subject) => {
            Box::pin(work.prepare(digest, known.map(|manifest| *manifest), as_subject))
        }
        Todo::Ask(digest) => Box::pin(async move {
            let _permit = work.request().await;
            work.from.referrers(&digest, None).await.map(StepResult::Referrers)
        }),
        Todo::Write(found) => {
            let tags = if found.digest == *root { tags } else { &[] };
            Box::pin(async move {
                let Found { digest, manifest, .. } = *found;
                work.write(&digest, manifest, tags).await?;
                Ok(StepResult::Written(digest))
            })
        }
        Todo::Announce(subject, referrers) => Box::pin(async move {
            let _permit = work.request().await;
            work.to.ensure_referrers_listed(&subject, &referrers).await?;
            Ok(StepResult::Announced)
        }),
    }
}
