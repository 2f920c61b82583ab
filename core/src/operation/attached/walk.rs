//! The walk of a discovery: breadth first over the edges that the options ask for. Lists of the second level are
//! begun while those of the first are still read.

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    sync::Arc,
};

use futures::{
    FutureExt, StreamExt, TryStreamExt,
    future::{BoxFuture, OptionFuture},
    stream::{self, BoxStream, FuturesUnordered},
};

use super::{
    edges::follows,
    recognition::{StatementReader, recognize, recognize_listed},
    sibling_tags::SiblingTags,
};
use crate::{
    DiscoverOptions,
    operation::read::fetch_manifest,
    store::{
        ReadStore, ReferrersDetail, ReferrersPart, concurrency::RequestLimiter,
        limits::check_limit, list::List, memory_budget::Charge,
    },
};
use ocigraph_types::{
    Attachment, Code, Descriptor, Digest, Edge, EdgeKind, Error, ListProblem, Manifest, Result,
    TagOrDigest, Unread, media_type, says_artifact_type, weight::Weight,
};

/// Bytes that a node takes in the walk: its places in two tables that grow, those of the nodes and of one list,
/// and in the lists of what remains to do.
const NODE: usize = 256;

/// Maximum bytes of lists that are read before their level. A list beyond it is requested again, and no further
/// list is begun.
const MAX_AHEAD: usize = 4 * 1024 * 1024;

/// Bytes of an announced referrer in the list that waits for its next part.
const ANNOUNCED: usize = 4 * NODE;

/// The lists that a discovery reads.
#[derive(Clone, Copy)]
pub(crate) struct Lists<'a> {
    store: &'a dyn ReadStore,
    options: &'a DiscoverOptions,
    requests: &'a Arc<RequestLimiter>,
    statements: &'a StatementReader,
    /// The annotations of referrers to read. `None` for those that are listed.
    detail: Option<ReferrersDetail>,
    /// What cannot be read is a problem, whatever the error says of the registry.
    tolerates: bool,
}

impl<'a> Lists<'a> {
    /// Returns true if an error ends the walk, and is not a problem of what could not be read.
    fn ends(self, error: &Error) -> bool {
        error.says_nothing_of_a_registry() || !(self.tolerates || error.is_of_one_manifest())
    }

    fn follows(self, kind: EdgeKind) -> bool {
        follows(self.options.only, kind)
    }

    fn max_depth(self) -> usize {
        self.options.depth.unwrap_or(usize::MAX)
    }

    /// Returns true if the manifest behind an entry is read, because a filter compares what the entry does
    /// not have. An index lists no artifact types, and some registries list others: ggcr 0.22.1.
    fn describes(self, edge: &Edge) -> bool {
        let filters = self.options.artifact_type.is_some() || !self.options.annotations.is_empty();
        let says_all = match edge.kind {
            EdgeKind::Child | EdgeKind::Attestation => false,
            EdgeKind::Referrer => says_artifact_type(&edge.descriptor),
            _ => true,
        };
        filters && !says_all
    }

    /// Returns true if what is attached to a node of this level is looked for.
    pub(crate) fn descends(self, depth: usize) -> bool {
        depth < self.max_depth()
    }

    /// Lists the referrers of a node, unless the discovery follows other edges only.
    fn listing(self, parent: &Digest, depth: usize) -> Option<Listing<'a>> {
        if !self.follows(EdgeKind::Referrer) {
            return None;
        }
        // The store can filter only a walk of one level: otherwise a referrer of another type can have
        // a referrer of the wanted type.
        let options = self.options;
        let artifact_type = options.artifact_type.as_deref().filter(|_| options.depth == Some(1));
        let max_requests = self.requests.max();
        let parts = self.store.referrers_in_parts(parent, artifact_type, self.detail, max_requests);
        Some(Listing { parent: parent.clone(), depth, parts })
    }

    /// Reads the first part of the referrers of the subject.
    pub(crate) async fn first_part(self, subject: &Digest) -> Result<BegunLists<'a>> {
        let mut begun = BegunLists::default();
        if let Some(mut listing) = self.listing(subject, 0) {
            let part = listing.next(self).await?;
            begun.nodes.insert(subject.clone());
            begun.read.push((listing, Ok(part)));
        }
        Ok(begun)
    }

    /// Returns true if the entries of a node are read: it is an index, and its level is not the last.
    fn reads_children(self, visit: &Visit) -> bool {
        self.descends(visit.depth)
            && media_type::is_index(&visit.edge.descriptor.media_type)
            && (self.follows(EdgeKind::Child) || self.follows(EdgeKind::Attestation))
    }

    /// Returns what a node is, if that is known without a request.
    fn known(self, visit: &mut Visit) -> Option<Attachment> {
        if visit.manifest.is_some() || self.reads_children(visit) || self.describes(&visit.edge) {
            return None;
        }
        let found = recognize_listed(&visit.edge, self.options.predicate_type.is_some())?;
        Some(match visit.about.take() {
            Some(about) => found.about(about),
            None => found,
        })
    }
}

/// Receives what a walk finds. Each function returns the bytes that the receiver keeps.
pub(crate) trait Found: Send {
    /// Receives referrers of `parent`, after those that it received before.
    fn listed(&mut self, parent: &Digest, referrers: Vec<Descriptor>) -> usize;

    /// Receives other edges from `parent`.
    fn attached(&mut self, parent: &Digest, edges: Vec<Edge>) -> usize;

    /// Receives a node once it is known what it is; `descends` is false if nothing can be found below
    /// it. An edge that leads to a node again is received too, if [`Found::wants_every_edge`].
    fn visited(&mut self, node: FoundNode, descends: bool) -> Result<usize>;

    /// Receives the problems of a list.
    fn problems(&mut self, problems: Vec<ListProblem>) -> Result<usize>;

    /// Returns true if each edge is visited, also one to a node that was found before, and after the node
    /// that it comes from.
    fn wants_every_edge(&self) -> bool;

    /// Returns true if the walk should pause until what was received is taken.
    fn is_full(&self) -> bool {
        false
    }
}

/// A node that a walk found.
pub(crate) struct FoundNode {
    pub(crate) parent: Digest,
    pub(crate) edge: Edge,
    pub(crate) depth: usize,
    pub(crate) attachment: Attachment,
    /// The descriptor of its manifest, if a filter compares what the entry does not have.
    pub(crate) described: Option<Descriptor>,
}

/// The state of a discovery.
pub(crate) struct Walk<'a> {
    pub(crate) lists: Lists<'a>,
    charge: Charge,
    /// Nodes that were visited or will be, each with the edge that led to it first.
    seen: HashMap<Digest, (Digest, EdgeKind)>,
    /// Other edges that lead to them, as node, parent and kind.
    repeated: HashSet<(Digest, Digest, EdgeKind)>,
    /// Attestations of images that are read first, so that a receiver of every edge learns of the image first.
    /// A graph needs no such order, and has the label by the index if a list of referrers has the attestation
    /// too.
    waiting: HashMap<Digest, Waiting>,
    /// Nodes whose sibling tags were not looked for yet, with their levels.
    without_siblings: Vec<(Digest, usize)>,
    /// The sibling tags, if they were listed before.
    siblings: Option<&'a SiblingTags>,
    listed: usize,
}

/// The attestations of an image.
struct Waiting {
    edges: Vec<Edge>,
    depth: usize,
    about: HashMap<Digest, String>,
}

impl Waiting {
    fn new(depth: usize) -> Self {
        Self { edges: Vec::new(), depth, about: HashMap::new() }
    }
}

/// What is to do for a node. A level can have 100,000 nodes of which nothing remains to be read.
enum Next {
    /// Look for what is attached to a node.
    Descend(Digest, usize),
    /// Read the node too.
    Visit(Box<Visit>),
}

impl Next {
    fn digest(&self) -> &Digest {
        match self {
            Self::Descend(digest, _) => digest,
            Self::Visit(visit) => &visit.edge.descriptor.digest,
        }
    }

    /// Returns a node of which only what is attached is looked for, and its level.
    fn descent(&self) -> Option<(Digest, usize)> {
        match self {
            Self::Descend(digest, depth) => Some((digest.clone(), *depth)),
            Self::Visit(_) => None,
        }
    }
}

/// A node to read.
struct Visit {
    parent: Digest,
    edge: Edge,
    /// The distance from the subject.
    depth: usize,
    /// The platform or digest of the image that an attestation is about.
    about: Option<String>,
    /// The manifest, if it was read already.
    manifest: Option<Manifest>,
    /// True if the node was found before, and only the edge is new.
    again: bool,
}

impl Visit {
    fn new(parent: &Digest, edge: Edge, depth: usize) -> Self {
        let parent = parent.clone();
        Self { parent, edge, depth, about: None, manifest: None, again: false }
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.edge.weight() + self.manifest.as_ref().map_or(0, Weight::weight)
    }
}

/// A list of referrers that is read part by part.
struct Listing<'a> {
    parent: Digest,
    depth: usize,
    parts: BoxStream<'a, Result<ReferrersPart>>,
}

impl Listing<'_> {
    async fn next(&mut self, lists: Lists<'_>) -> Result<Option<ReferrersPart>> {
        let _permit = lists.requests.acquire().await;
        self.parts.try_next().await
    }

    /// Returns the part, or the problem that it is not known.
    fn or_problem(
        &mut self,
        lists: Lists<'_>,
        part: Result<Option<ReferrersPart>>,
    ) -> Result<Option<ReferrersPart>> {
        match part {
            // Errors of one manifest end a discovery too: nothing is known of its subject then.
            Err(e) if lists.tolerates && !lists.ends(&e) => {
                let problem = problem_of(&self.parent, "the referrers of", &e);
                self.parts = stream::empty().boxed();
                let list = List::with_problems(Vec::new(), vec![problem]);
                Ok(Some(ReferrersPart::Listed(list)))
            }
            part => part,
        }
    }
}

/// Lists of referrers whose first part is requested before the level of their nodes comes.
#[derive(Default)]
pub(crate) struct BegunLists<'a> {
    nodes: HashSet<Digest>,
    running: FuturesUnordered<BoxFuture<'a, FirstPart<'a>>>,
    read: Vec<FirstPart<'a>>,
    /// The bytes of what was read.
    bytes: usize,
}

type FirstPart<'a> = (Listing<'a>, Result<Option<ReferrersPart>>);

impl<'a> BegunLists<'a> {
    /// Forgets the lists of nodes that are not in the level.
    fn retain(&mut self, level: &[Next]) {
        if self.nodes.is_empty() {
            return;
        }
        let nodes: HashSet<&Digest> = level.iter().map(Next::digest).collect();
        self.nodes.retain(|node| nodes.contains(node));
    }

    fn begin(&mut self, lists: Lists<'a>, mut listing: Listing<'a>) {
        self.nodes.insert(listing.parent.clone());
        let first_part = async move {
            let part = listing.next(lists).await;
            (listing, part)
        };
        self.running.push(first_part.boxed());
    }

    /// Returns the first part of a list whose level has come. A list that took too much memory is requested again.
    fn take(&self, lists: Lists<'a>, (mut listing, part): FirstPart<'a>) -> Result<Done<'a>> {
        if !self.nodes.contains(&listing.parent) {
            // An announcement that was wrong says nothing, even if it failed.
            return Ok(Done::Listed(listing, None));
        }
        let part = match part {
            Err(e) if e.code() == Code::TooLarge => {
                if let Some(again) = lists.listing(&listing.parent, listing.depth) {
                    listing = again;
                }
                Some(ReferrersPart::Listed(List::default()))
            }
            part => listing.or_problem(lists, part)?,
        };
        Ok(Done::Listed(listing, part))
    }

    /// Keeps the first part of a list. Returns false if it takes too much memory: it is requested again when its
    /// level comes.
    fn keep(&mut self, (listing, part): FirstPart<'a>) -> bool {
        let bytes = match &part {
            Ok(Some(ReferrersPart::Listed(list))) => list.entries.weight() + list.problems.weight(),
            Ok(Some(ReferrersPart::Announced { digests, .. })) => digests.len() * ANNOUNCED,
            Ok(None) => 0,
            Err(e) if e.code() == Code::TooLarge => usize::MAX,
            Err(_) => 0,
        };
        if bytes > MAX_AHEAD - self.bytes {
            self.nodes.remove(&listing.parent);
            return false;
        }
        self.bytes += bytes;
        self.read.push((listing, part));
        true
    }
}

enum Task<'a> {
    List(Listing<'a>),
    Read(Box<Visit>),
}

enum Done<'a> {
    Listed(Listing<'a>, Option<ReferrersPart>),
    Read(Box<Read>),
}

/// What was read of a node.
struct Read {
    visit: Visit,
    children: Vec<Descriptor>,
    attachment: Option<Attachment>,
    described: Option<Descriptor>,
    problems: Vec<ListProblem>,
    /// The bytes of the visit, which end with it.
    weight: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(
        store: &'a dyn ReadStore,
        options: &'a DiscoverOptions,
        requests: &'a Arc<RequestLimiter>,
        statements: &'a StatementReader,
        detail: Option<ReferrersDetail>,
    ) -> Self {
        Self {
            lists: Lists { store, options, requests, statements, detail, tolerates: false },
            charge: store.memory().charge(),
            seen: HashMap::new(),
            repeated: HashSet::new(),
            waiting: HashMap::new(),
            without_siblings: Vec::new(),
            siblings: None,
            listed: 0,
        }
    }

    /// Takes the sibling tags from a list that was read before. What cannot be read is then a problem, whatever
    /// the error says of the registry, since many walks share it.
    pub(crate) fn one_of_many(mut self, siblings: &'a SiblingTags) -> Self {
        self.siblings = Some(siblings);
        self.lists.tolerates = true;
        self
    }

    /// Walks from `subject`. `referrers` has the list of its referrers, if it was begun already;
    /// `attestations` are the entries of its index for it.
    pub(crate) async fn run(
        &mut self,
        subject: Descriptor,
        referrers: BegunLists<'a>,
        attestations: Vec<Descriptor>,
        found: &mut dyn Found,
    ) -> Result<()> {
        let lists = self.lists;
        let is_index = media_type::is_index(&subject.media_type);
        let descends = lists.descends(0);
        let root = subject.digest.clone();
        self.seen.insert(root.clone(), (root.clone(), EdgeKind::Referrer));
        let mut level = Vec::new();
        let has_attestations = !attestations.is_empty();
        if descends && lists.follows(EdgeKind::Attestation) {
            let edges = attestations.into_iter().map(|e| Edge::new(EdgeKind::Attestation, e));
            level.extend(self.attach(found, &root, edges.collect(), 1, &mut HashMap::new())?);
        }
        let visit = Visit::new(&root, Edge::new(EdgeKind::Referrer, subject), 0);
        level.insert(0, Next::Visit(Box::new(visit)));
        // The repository's tags are listed beside the first level. They also show which lists of referrers
        // clients keep, so the next level waits for them.
        let follows_tags = lists.follows(EdgeKind::Tag) && descends;
        let own = SiblingTags::new(Arc::clone(lists.requests));
        let siblings = self.siblings.unwrap_or(&own);
        let list = async {
            if is_index && descends {
                siblings.prepare(lists.store).await;
            } else if follows_tags {
                siblings.listed(lists.store).await;
            }
        };
        // With attestations, and below an index, one level has nodes of several depths. A receiver of every edge
        // learns of a node before its referrers.
        let looks_ahead = !is_index && !has_attestations && !found.wants_every_edge();
        let tag_list = Some(list.boxed());
        let (next, begun) = self.walk_level(found, level, referrers, tag_list, looks_ahead).await?;
        self.walk(found, next, begun).await?;
        while follows_tags && !self.without_siblings.is_empty() {
            let level = self.find_siblings(siblings, found).await?;
            self.walk(found, level, BegunLists::default()).await?;
        }
        Ok(())
    }

    /// Visits the nodes of a level, and those that they lead to.
    async fn walk(
        &mut self,
        found: &mut dyn Found,
        mut level: Vec<Next>,
        mut begun: BegunLists<'a>,
    ) -> Result<()> {
        while !level.is_empty() {
            (level, begun) = self.walk_level(found, level, begun, None, false).await?;
        }
        Ok(())
    }

    /// Visits the nodes of a level, and returns those that they lead to. `begun` has lists of this level. The level
    /// ends only after `tag_list` has ended. If it `looks_ahead`, lists of the next level are begun while the last
    /// ones of this level are read.
    async fn walk_level(
        &mut self,
        found: &mut dyn Found,
        level: Vec<Next>,
        mut begun: BegunLists<'a>,
        mut tag_list: Option<BoxFuture<'_, ()>>,
        mut looks_ahead: bool,
    ) -> Result<(Vec<Next>, BegunLists<'a>)> {
        let lists = self.lists;
        let max = lists.requests.max();
        begun.retain(&level);
        let mut level = level.into_iter();
        let mut tasks: VecDeque<Task<'a>> = VecDeque::new();
        let mut running = FuturesUnordered::new();
        let mut next = Vec::new();
        let mut ahead = BegunLists::default();
        let mut upcoming: VecDeque<(Digest, usize)> = VecDeque::new();
        // Requests of the store for an announced part.
        let mut announced = 0;
        let mut read = std::mem::take(&mut begun.read).into_iter();
        loop {
            while running.len() + begun.running.len() < max {
                if let Some(task) = tasks.pop_front() {
                    running.push(perform(lists, task));
                } else if let Some(node) = level.next() {
                    self.begin(found, node, &begun, &mut tasks);
                } else {
                    break;
                }
            }
            if running.is_empty()
                && begun.running.is_empty()
                && tag_list.is_none()
                && read.len() == 0
            {
                return Ok((next, ahead));
            }
            // In a registry without an API, only the list of tags tells which indexes exist.
            while looks_ahead
                && (tag_list.is_none() || announced > 0)
                && ahead.nodes.len() < max
                && running.len() + ahead.running.len() + announced < max
                && let Some((digest, depth)) = upcoming.pop_front()
            {
                if !ahead.nodes.contains(&digest)
                    && let Some(listing) = lists.listing(&digest, depth)
                {
                    ahead.begin(lists, listing);
                }
            }
            let done = if let Some(first_part) = read.next() {
                begun.take(lists, first_part)?
            } else {
                tokio::select! {
                    biased;
                    Some(done) = running.next() => done?,
                    Some(first_part) = begun.running.next() => begun.take(lists, first_part)?,
                    Some(()) = OptionFuture::from(tag_list.as_mut()) => {
                        tag_list = None;
                        continue;
                    }
                    Some(first_part) = ahead.running.next() => {
                        looks_ahead &= ahead.keep(first_part);
                        continue;
                    }
                }
            };
            match done {
                Done::Listed(listing, Some(ReferrersPart::Announced { digests, requests })) => {
                    let depth = listing.depth + 1;
                    if looks_ahead && lists.descends(depth) {
                        let new = digests.into_iter().filter(|d| !self.seen.contains_key(d));
                        upcoming.extend(new.map(|digest| (digest, depth)).take(max));
                        announced = requests;
                    }
                    tasks.push_front(Task::List(listing));
                }
                Done::Listed(listing, Some(ReferrersPart::Listed(part))) => {
                    announced = 0;
                    let found_next = self.insert_part(found, &listing, part)?;
                    if looks_ahead && upcoming.len() < max {
                        upcoming.extend(found_next.iter().filter_map(Next::descent).take(max));
                    }
                    next.extend(found_next);
                    // Lists that were begun go first: each holds what it needs to continue.
                    tasks.push_front(Task::List(listing));
                }
                Done::Listed(_, None) => {}
                Done::Read(read) => {
                    let visit = &read.visit;
                    if waits(found, visit) && !visit.again {
                        let digest = &visit.edge.descriptor.digest;
                        tasks.extend(self.list(digest, visit.depth, &begun));
                    }
                    next.extend(self.insert_read(found, *read)?);
                }
            }
            if found.is_full() {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Adds the tasks for a node.
    fn begin(
        &mut self,
        found: &dyn Found,
        next: Next,
        begun: &BegunLists<'a>,
        tasks: &mut VecDeque<Task<'a>>,
    ) {
        match next {
            Next::Descend(digest, depth) => tasks.extend(self.list(&digest, depth, begun)),
            Next::Visit(visit) => {
                if !waits(found, &visit) && !visit.again {
                    let digest = &visit.edge.descriptor.digest;
                    tasks.extend(self.list(digest, visit.depth, begun));
                }
                tasks.push_back(Task::Read(visit));
            }
        }
    }

    /// Returns the task to list the referrers of a node, unless it is in the last level, or the list was begun.
    fn list(&mut self, node: &Digest, depth: usize, begun: &BegunLists<'a>) -> Option<Task<'a>> {
        if !self.lists.descends(depth) {
            return None;
        }
        if self.lists.follows(EdgeKind::Tag) {
            self.without_siblings.push((node.clone(), depth));
        }
        if begun.nodes.contains(node) {
            return None;
        }
        self.lists.listing(node, depth).map(Task::List)
    }

    /// Adds a part of a list of referrers, and returns the nodes to visit next.
    fn insert_part(
        &mut self,
        found: &mut dyn Found,
        listing: &Listing<'_>,
        mut part: List<Descriptor>,
    ) -> Result<Vec<Next>> {
        let (parent, depth) = (&listing.parent, listing.depth + 1);
        self.add_problems(found, std::mem::take(&mut part.problems))?;
        self.count(part.entries.len())?;
        let mut next = Vec::new();
        for referrer in &part.entries {
            let edge = Edge::new(EdgeKind::Referrer, referrer.clone());
            next.extend(self.reach(found, Visit::new(parent, edge, depth))?);
        }
        let weight = found.listed(parent, std::mem::take(&mut part.entries));
        self.charge.add(weight)?;
        Ok(next)
    }

    /// Adds what was read of a node, and returns the nodes to visit next.
    fn insert_read(&mut self, found: &mut dyn Found, read: Read) -> Result<Vec<Next>> {
        let Read { visit, children, attachment, described, problems, weight } = read;
        let digest = visit.edge.descriptor.digest.clone();
        let (depth, again) = (visit.depth, visit.again);
        self.add_problems(found, problems)?;
        if let Some(attachment) = attachment {
            let Visit { parent, edge, .. } = visit;
            let node = FoundNode { parent, edge, depth, attachment, described };
            let weight = found.visited(node, self.lists.descends(depth) || again)?;
            self.charge.add(weight)?;
        }
        self.charge.release(weight);
        let mut next = self.insert_children(found, &digest, depth, children)?;
        if let Some(Waiting { edges, depth, mut about }) = self.waiting.remove(&digest) {
            self.charge.release(edges.iter().map(Weight::weight).sum());
            next.extend(self.attach(found, &digest, edges, depth, &mut about)?);
        }
        Ok(next)
    }

    /// Reports a node if it is known what it is. Returns what remains to do for it.
    fn reach(&mut self, found: &mut dyn Found, mut visit: Visit) -> Result<Option<Next>> {
        let digest = visit.edge.descriptor.digest.clone();
        let from = (visit.parent.clone(), visit.edge.kind);
        match self.seen.entry(digest.clone()) {
            Entry::Vacant(entry) => {
                self.charge.add(NODE)?;
                entry.insert(from);
            }
            Entry::Occupied(first) => {
                if !found.wants_every_edge() || *first.get() == from {
                    return Ok(None);
                }
                if !self.repeated.insert((digest.clone(), from.0, from.1)) {
                    return Ok(None);
                }
                self.charge.add(NODE)?;
                visit.again = true;
            }
        }
        let (depth, again) = (visit.depth, visit.again);
        let descends = self.lists.descends(depth) && !again;
        let Some(attachment) = self.lists.known(&mut visit) else {
            self.charge.add(visit.weight())?;
            return Ok(Some(Next::Visit(Box::new(visit))));
        };
        let Visit { parent, edge, .. } = visit;
        let node = FoundNode { parent, edge, depth, attachment, described: None };
        let weight = found.visited(node, descends || again)?;
        self.charge.add(weight)?;
        Ok(descends.then_some(Next::Descend(digest, depth)))
    }

    /// Adds the entries of an index: an attestation below the image that it is about, every other
    /// below the index.
    fn insert_children(
        &mut self,
        found: &mut dyn Found,
        index: &Digest,
        depth: usize,
        children: Vec<Descriptor>,
    ) -> Result<Vec<Next>> {
        self.count(children.len())?;
        let images: HashMap<Digest, Option<String>> = children
            .iter()
            .filter(|child| child.attestation_of().is_none())
            .map(|child| (child.digest.clone(), child.platform.as_ref().map(ToString::to_string)))
            .collect();
        let mut of_index = Vec::new();
        let mut attestations: HashMap<Digest, (usize, Vec<Edge>)> = HashMap::new();
        let mut about: HashMap<Digest, String> = HashMap::new();
        for child in children {
            let Some(image) = child.attestation_of() else {
                if self.lists.follows(EdgeKind::Child) {
                    of_index.push(Edge::new(EdgeKind::Child, child));
                }
                continue;
            };
            if !self.lists.follows(EdgeKind::Attestation) {
                continue;
            }
            let platform = images.get(&image).cloned();
            let is_below_image = platform.is_some() && self.lists.follows(EdgeKind::Child);
            let subject = platform.flatten().unwrap_or_else(|| image.to_string());
            about.insert(child.digest.clone(), subject);
            let edge = Edge::new(EdgeKind::Attestation, child);
            let (parent, depth) =
                if is_below_image { (image, depth + 2) } else { (index.clone(), depth + 1) };
            if depth <= self.lists.max_depth() {
                attestations.entry(parent).or_insert((depth, Vec::new())).1.push(edge);
            }
        }
        let mut next = self.attach(found, index, of_index, depth + 1, &mut about)?;
        let is_read = |node: &Next| match node {
            Next::Visit(visit) => Some(visit.edge.descriptor.digest.clone()),
            Next::Descend(..) => None,
        };
        let read: HashSet<Digest> = next.iter().filter_map(is_read).collect();
        for (parent, (depth, edges)) in attestations {
            let mut of_parent = HashMap::new();
            for edge in &edges {
                of_parent.extend(about.remove_entry(&edge.descriptor.digest));
            }
            if found.wants_every_edge() && read.contains(&parent) {
                self.charge.add(edges.iter().map(Weight::weight).sum())?;
                // Another index of this level can list the image too.
                let waiting = self.waiting.entry(parent).or_insert_with(|| Waiting::new(depth));
                waiting.edges.extend(edges);
                waiting.about.extend(of_parent);
            } else {
                next.extend(self.attach(found, &parent, edges, depth, &mut of_parent)?);
            }
        }
        Ok(next)
    }

    /// Adds edges other than those to referrers, and returns the nodes to visit next. `about` has the
    /// platforms or digests of the images that attestations are about.
    fn attach(
        &mut self,
        found: &mut dyn Found,
        parent: &Digest,
        edges: Vec<Edge>,
        depth: usize,
        about: &mut HashMap<Digest, String>,
    ) -> Result<Vec<Next>> {
        let mut next = Vec::new();
        for edge in &edges {
            let about = about.remove(&edge.descriptor.digest);
            let visit = Visit { about, ..Visit::new(parent, edge.clone(), depth) };
            next.extend(self.reach(found, visit)?);
        }
        let weight = found.attached(parent, edges);
        self.charge.add(weight)?;
        Ok(next)
    }

    /// Adds the manifests of the sibling tags of all nodes that were visited since the last time, and
    /// returns those to visit.
    async fn find_siblings(
        &mut self,
        siblings: &SiblingTags,
        found: &mut dyn Found,
    ) -> Result<Vec<Next>> {
        let nodes = std::mem::take(&mut self.without_siblings);
        let lists = self.lists;
        let store = lists.store;
        let manifests = stream::iter(nodes).map(|(digest, depth)| async move {
            let manifests = match siblings.manifests_of(store, &digest).await {
                Err(e) if !lists.ends(&e) => List::with_problems(
                    Vec::new(),
                    vec![problem_of(&digest, "the sibling tags of", &e)],
                ),
                manifests => manifests?.list,
            };
            Ok::<_, Error>((digest, depth, manifests))
        });
        let mut manifests = manifests.buffered(self.lists.requests.max());
        let mut next = Vec::new();
        while let Some((digest, depth, mut manifests)) = manifests.try_next().await? {
            self.add_problems(found, std::mem::take(&mut manifests.problems))?;
            self.count(manifests.entries.len())?;
            for (tag, manifest) in std::mem::take(&mut manifests.entries) {
                let edge = Edge::of_tag(tag, manifest.descriptor());
                let weight = found.attached(&digest, vec![edge.clone()]);
                self.charge.add(weight)?;
                let visit =
                    Visit { manifest: Some(manifest), ..Visit::new(&digest, edge, depth + 1) };
                next.extend(self.reach(found, visit)?);
            }
        }
        Ok(next)
    }

    fn add_problems(&mut self, found: &mut dyn Found, problems: Vec<ListProblem>) -> Result<()> {
        if problems.is_empty() {
            return Ok(());
        }
        let weight = found.problems(problems)?;
        self.charge.add(weight)
    }

    fn count(&mut self, entries: usize) -> Result<()> {
        self.listed += entries;
        check_limit(self.listed, self.lists.store.max_entries())
    }
}

/// Returns true if the referrers of a node are listed only after it was read, because a receiver of every edge
/// learns of the node first. The subject has no edge.
fn waits(found: &dyn Found, visit: &Visit) -> bool {
    found.wants_every_edge() && visit.depth > 0
}

async fn perform<'a>(lists: Lists<'a>, task: Task<'a>) -> Result<Done<'a>> {
    match task {
        Task::List(mut listing) => {
            let part = listing.next(lists).await;
            let part = listing.or_problem(lists, part)?;
            Ok(Done::Listed(listing, part))
        }
        Task::Read(visit) => Ok(Done::Read(Box::new(read_node(lists, *visit).await?))),
    }
}

/// Reads a node: its children if it is an index, and what it is.
async fn read_node(lists: Lists<'_>, mut visit: Visit) -> Result<Read> {
    let weight = if visit.depth == 0 { 0 } else { visit.weight() };
    let store = lists.store;
    let digest = &visit.edge.descriptor.digest;
    let reads_children = lists.reads_children(&visit) && !visit.again;
    let describes = visit.depth > 0 && lists.describes(&visit.edge);
    let mut problems = Vec::new();
    let manifest = match visit.manifest.take() {
        None if reads_children || describes => {
            let _permit = lists.requests.acquire().await;
            match fetch_manifest(store, &TagOrDigest::from(&visit.edge.descriptor)).await {
                Ok(index) => Some(index),
                // A list names an index that was deleted.
                Err(e) if e.code() == Code::NotFound && visit.depth > 0 => None,
                Err(e) if !lists.ends(&e) => {
                    problems.push(problem_of(digest, "the manifest of", &e));
                    None
                }
                Err(e) => return Err(e),
            }
        }
        known => known,
    };
    let mut attachment = None;
    if visit.depth > 0 {
        let _permit = lists.requests.acquire().await;
        // A filter that silently finds nothing would be taken for an answer.
        let filters = lists.options.predicate_type.is_some();
        let recognized = recognize(store, &visit.edge, manifest.as_ref(), filters).await;
        let mut found = match recognized {
            Err(e) if !lists.ends(&e) => {
                problems.push(problem_of(digest, "the manifest of", &e));
                let listed = Attachment::of_listed(visit.edge.kind, &visit.edge.descriptor);
                match e.code() {
                    Code::Unauthorized | Code::Forbidden => listed.with_refused_manifest(),
                    _ => listed,
                }
            }
            found => found?,
        };
        if let Some(about) = visit.about.take() {
            found = found.about(about);
        }
        if filters && *found.unread() != Unread::Nothing {
            let unread = lists.statements.read(store, &mut found).await?;
            let problem = |detail| unread_part(digest, "the predicate types of", detail);
            problems.extend(unread.map(problem));
        }
        attachment = Some(found);
    }
    let described = manifest.as_ref().filter(|_| describes).map(Manifest::descriptor);
    let children = match manifest.filter(|_| reads_children) {
        Some(index) => index.children().cloned().collect(),
        None => Vec::new(),
    };
    Ok(Read { visit, children, attachment, described, problems, weight })
}

fn problem_of(digest: &Digest, what: &str, error: &Error) -> ListProblem {
    unread_part(digest, what, error.message().to_owned()).with_code(error.code())
}

fn unread_part(digest: &Digest, what: &str, detail: String) -> ListProblem {
    ListProblem::new(format!("{what} {digest}"), Some(digest.clone()), None, detail)
}
