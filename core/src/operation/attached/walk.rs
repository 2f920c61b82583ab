//! The walk of a discovery: breadth first over the edges that the options ask for.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};

use super::{
    edges::follows,
    recognition::{StatementReader, recognize},
    sibling_tags::SiblingTags,
};
use crate::{
    DiscoverOptions,
    operation::read::fetch_manifest,
    store::{
        ReadStore, ReferrersDetail, concurrency::RequestLimiter, limits::check_limit, list::List,
        memory_budget::Charge,
    },
};
use ocigraph_types::{
    Attachment, Code, Descriptor, Digest, Edge, EdgeKind, Graph, ListProblem, Manifest, Result,
    TagOrDigest, Unread, media_type, says_artifact_type, weight::Weight,
};

/// Bytes that a node takes besides its descriptor, in the graph and in the walk.
const NODE: usize = 256;

/// The lists that a discovery reads.
#[derive(Clone, Copy)]
pub(crate) struct Lists<'a> {
    store: &'a dyn ReadStore,
    options: &'a DiscoverOptions,
    requests: &'a Arc<RequestLimiter>,
    statements: &'a StatementReader,
    /// The annotations of referrers to read. `None` for those that are listed.
    detail: Option<ReferrersDetail>,
}

impl Lists<'_> {
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

    /// Returns the referrers of a node, unless the discovery follows other edges only.
    pub(crate) async fn referrers(self, subject: &Digest) -> Result<Option<List<Descriptor>>> {
        if !self.follows(EdgeKind::Referrer) {
            return Ok(None);
        }
        // The store can filter only a walk of one level: otherwise a referrer of another type can have
        // a referrer of the wanted type.
        let options = self.options;
        let artifact_type = options.artifact_type.as_deref().filter(|_| options.depth == Some(1));
        let _permit = self.requests.acquire().await;
        let listed = match self.detail {
            Some(detail) => {
                let max_requests = self.requests.max();
                self.store.referrers_in_detail(subject, artifact_type, detail, max_requests).await
            }
            None => self.store.referrers(subject, artifact_type).await,
        };
        listed.map(Some)
    }
}

/// The state of a discovery.
pub(crate) struct Walk<'a> {
    pub(crate) lists: Lists<'a>,
    charge: Charge,
    /// Nodes that were visited, or are in the next level.
    seen: HashSet<Digest>,
    /// Nodes whose sibling tags were not looked for yet, with their levels.
    without_siblings: Vec<(Digest, usize)>,
    /// The descriptors of manifests, with their artifact types and annotations.
    described: HashMap<Digest, Descriptor>,
    listed: usize,
}

/// A node to visit.
struct Visit {
    edge: Edge,
    /// The distance from the subject.
    depth: usize,
    /// The platform or digest of the image that an attestation is about.
    about: Option<String>,
    /// The manifest, if it was read already.
    manifest: Option<Manifest>,
    /// The referrers, if they were listed already.
    referrers: Option<List<Descriptor>>,
}

impl Visit {
    fn new(edge: Edge, depth: usize) -> Self {
        Self { edge, depth, about: None, manifest: None, referrers: None }
    }
}

/// What a visit found.
struct Visited {
    digest: Digest,
    depth: usize,
    referrers: Option<List<Descriptor>>,
    children: Vec<Descriptor>,
    attachment: Option<Attachment>,
    described: Option<Descriptor>,
    problems: Vec<ListProblem>,
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
            lists: Lists { store, options, requests, statements, detail },
            charge: store.memory().charge(),
            seen: HashSet::new(),
            without_siblings: Vec::new(),
            described: HashMap::new(),
            listed: 0,
        }
    }

    /// Returns the graph of `subject`. `referrers` are its referrers, if they were listed already;
    /// `attestations` the entries of its index for it.
    pub(crate) async fn run(
        &mut self,
        subject: Descriptor,
        referrers: Option<List<Descriptor>>,
        attestations: Vec<Descriptor>,
    ) -> Result<Graph> {
        let mut graph = Graph::new(subject.clone());
        let is_index = media_type::is_index(&subject.media_type);
        let descends = self.lists.descends(0);
        let root = subject.digest.clone();
        self.seen.insert(root.clone());
        let mut level =
            vec![Visit { referrers, ..Visit::new(Edge::new(EdgeKind::Referrer, subject), 0) }];
        if self.lists.descends(0) && self.lists.follows(EdgeKind::Attestation) {
            let edges = attestations.into_iter().map(|e| Edge::new(EdgeKind::Attestation, e));
            let edges = edges.collect();
            level.extend(self.attach(&mut graph, &root, edges, 1)?);
        }
        // The repository's tags are listed beside the first levels. Those of an index also show which lists
        // of referrers clients keep for its images, so the images wait for them.
        let follows_tags = self.lists.follows(EdgeKind::Tag) && self.lists.descends(0);
        let siblings = SiblingTags::new(Arc::clone(self.lists.requests));
        let store = self.lists.store;
        let list = async {
            if is_index && descends {
                siblings.prepare(store).await;
            } else if follows_tags {
                siblings.listed(store).await;
            }
            Ok(())
        };
        if is_index {
            let (found, ()) = tokio::try_join!(self.walk_level(&mut graph, level), list)?;
            self.walk(&mut graph, found).await?;
        } else {
            tokio::try_join!(self.walk(&mut graph, level), list)?;
        }
        if follows_tags {
            loop {
                let level = self.find_siblings(&siblings, &mut graph).await?;
                if level.is_empty() {
                    break;
                }
                self.walk(&mut graph, level).await?;
            }
        }
        graph.describe(&self.described);
        Ok(graph)
    }

    /// Visits the nodes of a level, and those that they lead to.
    async fn walk(&mut self, graph: &mut Graph, mut level: Vec<Visit>) -> Result<()> {
        while !level.is_empty() {
            level = self.walk_level(graph, level).await?;
        }
        Ok(())
    }

    /// Visits the nodes of a level, and returns those that they lead to.
    async fn walk_level(&mut self, graph: &mut Graph, level: Vec<Visit>) -> Result<Vec<Visit>> {
        let lists = self.lists;
        let visits = level.into_iter().map(|visit| visit_node(lists, visit));
        let mut visits = stream::iter(visits).buffer_unordered(lists.requests.max());
        let mut found = Vec::new();
        while let Some(visited) = visits.try_next().await? {
            found.extend(self.insert(graph, visited)?);
        }
        Ok(found)
    }

    /// Adds what a visit found to the graph, and returns the nodes to visit next.
    fn insert(&mut self, graph: &mut Graph, visited: Visited) -> Result<Vec<Visit>> {
        let Visited { digest, depth, referrers, children, attachment, described, problems } =
            visited;
        self.charge.add(NODE + problems.weight() + described.weight())?;
        self.described.extend(described.map(|descriptor| (digest.clone(), descriptor)));
        graph.add_problems(problems);
        if let Some(attachment) = attachment.filter(|found| found.label().is_some()) {
            graph.recognize(digest.clone(), attachment);
        }
        if self.lists.descends(depth) {
            self.without_siblings.push((digest.clone(), depth));
        }
        let mut next = Vec::new();
        if let Some(mut listed) = referrers {
            listed.hand_over(&mut self.charge)?;
            graph.add_problems(std::mem::take(&mut listed.problems));
            self.count(listed.entries.len())?;
            for referrer in &listed.entries {
                if self.seen.insert(referrer.digest.clone()) {
                    let edge = Edge::new(EdgeKind::Referrer, referrer.clone());
                    next.push(Visit::new(edge, depth + 1));
                }
            }
            graph.insert(digest.clone(), listed.entries);
        }
        next.extend(self.insert_children(graph, &digest, depth, children)?);
        Ok(next)
    }

    /// Adds the entries of an index: an attestation below the image that it is about, every other
    /// below the index.
    fn insert_children(
        &mut self,
        graph: &mut Graph,
        index: &Digest,
        depth: usize,
        children: Vec<Descriptor>,
    ) -> Result<Vec<Visit>> {
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
        let mut next = Vec::new();
        for (parent, (depth, edges)) in attestations {
            for visit in self.attach(graph, &parent, edges, depth)? {
                let about = about.remove(&visit.edge.descriptor.digest);
                next.push(Visit { about, ..visit });
            }
        }
        next.extend(self.attach(graph, index, of_index, depth + 1)?);
        Ok(next)
    }

    /// Adds edges to the graph. Returns the visits of those manifests that were not visited.
    fn attach(
        &mut self,
        graph: &mut Graph,
        parent: &Digest,
        edges: Vec<Edge>,
        depth: usize,
    ) -> Result<Vec<Visit>> {
        self.charge.add(edges.iter().map(Weight::weight).sum())?;
        let new = edges.iter().filter(|edge| self.seen.insert(edge.descriptor.digest.clone()));
        let visits = new.map(|edge| Visit::new(edge.clone(), depth)).collect();
        graph.attach(parent, edges);
        Ok(visits)
    }

    /// Adds the manifests of the sibling tags of all nodes that were visited since the last time, and
    /// returns those to visit.
    async fn find_siblings(
        &mut self,
        siblings: &SiblingTags,
        graph: &mut Graph,
    ) -> Result<Vec<Visit>> {
        let nodes = std::mem::take(&mut self.without_siblings);
        let store = self.lists.store;
        let found = stream::iter(nodes).map(|(digest, depth)| async move {
            let found = siblings.manifests_of(store, &digest).await?.list;
            Ok::<_, crate::Error>((digest, depth, found))
        });
        let found: Vec<_> = found.buffered(self.lists.requests.max()).try_collect().await?;
        let mut next = Vec::new();
        for (digest, depth, mut found) in found {
            found.hand_over(&mut self.charge)?;
            graph.add_problems(std::mem::take(&mut found.problems));
            self.count(found.entries.len())?;
            for (tag, manifest) in found.entries {
                let edge = Edge::of_tag(tag, manifest.descriptor());
                let visits = self.attach(graph, &digest, vec![edge], depth + 1)?;
                next.extend(
                    visits
                        .into_iter()
                        .map(|visit| Visit { manifest: Some(manifest.clone()), ..visit }),
                );
            }
        }
        Ok(next)
    }

    fn count(&mut self, entries: usize) -> Result<()> {
        self.listed += entries;
        check_limit(self.listed, self.lists.store.max_entries())
    }
}

/// Lists what is attached to a node, unless it is in the last level, and recognizes it.
async fn visit_node(lists: Lists<'_>, visit: Visit) -> Result<Visited> {
    let Visit { edge, depth, about, manifest, referrers } = visit;
    let store = lists.store;
    let descends = lists.descends(depth);
    let digest = edge.descriptor.digest.clone();
    let list = async {
        match referrers {
            Some(referrers) => Ok(Some(referrers)),
            None if descends => lists.referrers(&digest).await,
            None => Ok(None),
        }
    };
    let reads_children = descends
        && media_type::is_index(&edge.descriptor.media_type)
        && (lists.follows(EdgeKind::Child) || lists.follows(EdgeKind::Attestation));
    let describes = depth > 0 && lists.describes(&edge);
    let read = async {
        let mut problems = Vec::new();
        let manifest = match manifest {
            None if reads_children || describes => {
                let _permit = lists.requests.acquire().await;
                match fetch_manifest(store, &TagOrDigest::from(&edge.descriptor)).await {
                    Ok(index) => Some(index),
                    // A list names an index that was deleted.
                    Err(e) if e.code() == Code::NotFound && depth > 0 => None,
                    Err(e) if e.is_of_one_manifest() => {
                        let detail = e.message().to_owned();
                        problems.push(problem_of(&digest, "the manifest of", detail));
                        None
                    }
                    Err(e) => return Err(e),
                }
            }
            known => known,
        };
        let mut attachment = None;
        if depth > 0 {
            let _permit = lists.requests.acquire().await;
            // A filter that silently finds nothing would be taken for an answer.
            let filters = lists.options.predicate_type.is_some();
            let mut found = recognize(store, &edge, manifest.as_ref(), filters).await?;
            if let Some(about) = about {
                found = found.about(about);
            }
            if filters && *found.unread() != Unread::Nothing {
                let unread = lists.statements.read(store, &mut found).await?;
                let problem = |detail| problem_of(&digest, "the predicate types of", detail);
                problems.extend(unread.map(problem));
            }
            attachment = Some(found);
        }
        let described = manifest.as_ref().filter(|_| describes).map(Manifest::descriptor);
        let children = match manifest.filter(|_| reads_children) {
            Some(index) => index.children().cloned().collect(),
            None => Vec::new(),
        };
        Ok((children, attachment, described, problems))
    };
    let (referrers, (children, attachment, described, problems)) = tokio::try_join!(list, read)?;
    Ok(Visited { digest, depth, referrers, children, attachment, described, problems })
}

fn problem_of(digest: &Digest, what: &str, detail: String) -> ListProblem {
    ListProblem::new(format!("{what} {digest}"), Some(digest.clone()), None, detail)
}
