//! Passes on what a walk finds, edge by edge.
//!
//! A filter keeps what matches, the paths to it, and everything below it. So an edge to what does not match
//! is held while something below it can still match.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use crate::{
    DiscoverOptions,
    operation::attached::walk::{Found, FoundNode},
};
use ocigraph_types::{
    Attachment, CompactDescriptor, Descriptor, Digest, Edge, EdgeKind, KeyCase, ListProblem,
    Result, SharedTexts, edge_json,
    weight::{OBJECT, Weight},
};
use serde_json::{Value, json};

/// What [`discover_each`](crate::operation::discover_each) finds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Discovered {
    /// An edge to a manifest, and what the manifest is.
    Edge(Box<DiscoveredEdge>),
    /// A part of a list that cannot be read, or a tag whose manifest cannot be read. Edges below
    /// [`ListProblem::subject`] can be missing.
    Problem(ListProblem),
}

/// An edge that [`discover_each`](crate::operation::discover_each) found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DiscoveredEdge {
    /// The digest of the manifest that the other is attached to.
    pub parent: Digest,
    /// The number of edges from the subject of the discovery to the manifest: 1 for what is directly
    /// attached.
    pub depth: usize,
    /// The kind of the edge, the manifest that it leads to, and the tag of a tag's edge.
    pub edge: Edge,
    /// What the manifest is. `None` if it follows no known convention.
    pub attachment: Option<Attachment>,
}

impl DiscoveredEdge {
    /// Returns the edge as a JSON object: the fields of a node in [`Graph::json`](crate::Graph::json),
    /// without those attached to it, and `parent`, `depth` and `kind`. `location` is the repository or
    /// layout without tag and digest.
    pub fn json(&self, location: &str, names: KeyCase) -> Value {
        let Edge { kind, descriptor, tag, .. } = &self.edge;
        let tag = tag.as_deref();
        let mut fields =
            edge_json(*kind, tag, descriptor, self.attachment.as_ref(), location, names);
        fields.insert("parent".into(), json!(self.parent));
        fields.insert("depth".into(), json!(self.depth));
        fields.insert("kind".into(), json!(kind.name()));
        Value::Object(fields)
    }
}

pub(super) struct Each<'a, F> {
    receive: F,
    options: &'a DiscoverOptions,
    filter: Option<Filter>,
    /// The problems of the whole store, which occur with every list.
    known_problems: Vec<ListProblem>,
}

impl<'a, F: FnMut(Discovered) -> Result<()> + Send> Each<'a, F> {
    pub(super) fn new(subject: Digest, options: &'a DiscoverOptions, receive: F) -> Self {
        let filter = options.filters().then(|| Filter::new(subject));
        Self { receive, options, filter, known_problems: Vec::new() }
    }
}

impl<F: FnMut(Discovered) -> Result<()> + Send> Found for Each<'_, F> {
    fn listed(&mut self, _parent: &Digest, _referrers: Vec<Descriptor>) -> usize {
        0
    }

    fn attached(&mut self, _parent: &Digest, _edges: Vec<Edge>) -> usize {
        0
    }

    fn visited(&mut self, node: FoundNode, descends: bool) -> Result<usize> {
        let FoundNode { parent, mut edge, depth, attachment, described } = node;
        if let Some(manifest) = described {
            edge.descriptor.complete_with(&manifest);
        }
        let attachment = Some(attachment).filter(|found| found.label().is_some());
        let is_wanted = self.options.fits(&edge.descriptor, attachment.as_ref());
        let found = DiscoveredEdge { parent, depth, edge, attachment };
        let Some(filter) = &mut self.filter else {
            (self.receive)(Discovered::Edge(Box::new(found)))?;
            return Ok(0);
        };
        let (kept, weight) = filter.add(found, is_wanted, descends);
        for edge in kept {
            (self.receive)(Discovered::Edge(Box::new(edge)))?;
        }
        Ok(weight)
    }

    fn problems(&mut self, problems: Vec<ListProblem>) -> Result<usize> {
        if !self.options.allow_incomplete {
            ListProblem::check_complete(&problems)?;
        }
        let mut weight = 0;
        for problem in problems {
            if problem.subject.is_none() {
                if self.known_problems.contains(&problem) {
                    continue;
                }
                weight += problem.weight();
                self.known_problems.push(problem.clone());
            }
            (self.receive)(Discovered::Problem(problem))?;
        }
        Ok(weight)
    }

    fn wants_every_edge(&self) -> bool {
        true
    }
}

/// Holds edges until it is known whether they lead to something that matches.
struct Filter {
    /// Nodes that lead to something that matches, and the subject.
    above: HashSet<Digest>,
    /// Nodes that match, and everything below them.
    below: HashSet<Digest>,
    /// The edges to the other nodes, by the node that they lead to.
    held: HashMap<Digest, Vec<Held>>,
    /// The nodes to which these edges lead, by the node that they come from.
    held_below: HashMap<Digest, Vec<Digest>>,
    texts: SharedTexts,
}

/// An edge in a short form.
struct Held {
    parent: Digest,
    depth: usize,
    kind: EdgeKind,
    descriptor: CompactDescriptor,
    tag: Option<String>,
    attachment: Option<Box<Attachment>>,
}

/// Bytes of an edge that a filter holds, without its descriptor: the edge, and its places in tables that have
/// grown.
const HELD: usize = size_of::<Held>() + 5 * OBJECT;

/// Bytes of a node whose edges are passed on.
const KEPT: usize = 3 * size_of::<Digest>();

impl Filter {
    fn new(subject: Digest) -> Self {
        Self {
            above: HashSet::from([subject]),
            below: HashSet::new(),
            held: HashMap::new(),
            held_below: HashMap::new(),
            texts: SharedTexts::default(),
        }
    }

    /// Adds an edge. Returns the edges that are certain now, each after one to its parent, and the bytes that
    /// the filter keeps. Nothing below the node follows unless `descends`.
    fn add(
        &mut self,
        found: DiscoveredEdge,
        is_wanted: bool,
        descends: bool,
    ) -> (Vec<DiscoveredEdge>, usize) {
        let digest = found.edge.descriptor.digest.clone();
        let mut kept = Vec::new();
        let is_below = is_wanted || self.below.contains(&found.parent);
        if is_below || self.above.contains(&digest) || self.below.contains(&digest) {
            self.lead_to(&found.parent, &mut kept);
            kept.push(found);
            if is_below {
                self.keep_below(digest, &mut kept);
            }
            return (kept, KEPT);
        }
        if !descends && !self.held.contains_key(&digest) {
            return (kept, 0);
        }
        (kept, self.hold(digest, found))
    }

    fn hold(&mut self, digest: Digest, found: DiscoveredEdge) -> usize {
        let DiscoveredEdge { parent, depth, edge, attachment } = found;
        let Edge { kind, descriptor, tag, .. } = edge;
        let mut weight = HELD + tag.weight() + attachment.as_ref().map_or(0, Weight::weight);
        let descriptor = self.texts.compact(descriptor, &mut weight);
        self.held_below.entry(parent.clone()).or_default().push(digest.clone());
        let attachment = attachment.map(Box::new);
        let held = Held { parent, depth, kind, descriptor, tag, attachment };
        match self.held.entry(digest) {
            Entry::Occupied(mut edges) => edges.get_mut().push(held),
            // Most nodes have one edge, and an empty list would make room for four.
            Entry::Vacant(edges) => {
                edges.insert(vec![held]);
            }
        }
        weight
    }

    /// Releases the edges that lead to a node, and those to their parents before them.
    fn lead_to(&mut self, node: &Digest, kept: &mut Vec<DiscoveredEdge>) {
        let start = kept.len();
        let mut nodes = vec![node.clone()];
        while let Some(node) = nodes.pop() {
            if self.below.contains(&node) || !self.above.insert(node.clone()) {
                continue;
            }
            for held in self.held.remove(&node).into_iter().flatten() {
                nodes.push(held.parent.clone());
                kept.push(held.into());
            }
        }
        kept[start..].sort_by_key(|edge| edge.depth);
    }

    /// Releases the other edges to a node, and all below it that were found before it was known to be kept.
    fn keep_below(&mut self, node: Digest, kept: &mut Vec<DiscoveredEdge>) {
        let mut nodes = vec![node];
        while let Some(node) = nodes.pop() {
            if !self.below.insert(node.clone()) {
                continue;
            }
            for held in self.held.remove(&node).into_iter().flatten() {
                self.lead_to(&held.parent, kept);
                kept.push(held.into());
            }
            // A manifest that is reached on two paths can be known before it is kept.
            nodes.extend(self.held_below.remove(&node).into_iter().flatten());
        }
    }
}

impl From<Held> for DiscoveredEdge {
    fn from(held: Held) -> Self {
        let Held { parent, depth, kind, descriptor, tag, attachment } = held;
        let mut edge = Edge::new(kind, descriptor.descriptor());
        edge.tag = tag;
        Self { parent, depth, edge, attachment: attachment.map(|attachment| *attachment) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(parent: &str, node: &str, depth: usize) -> DiscoveredEdge {
        let of = |name: &str| Descriptor::of("x/y", name.as_bytes());
        let edge = Edge::new(EdgeKind::Referrer, of(node));
        DiscoveredEdge { parent: of(parent).digest, depth, edge, attachment: None }
    }

    /// Adds edges with the node that is wanted, and returns the nodes of the edges that each released.
    fn released(wanted: &str, edges: &[(&str, &str, usize)]) -> Vec<Vec<String>> {
        let names: HashMap<Digest, &str> = edges
            .iter()
            .map(|(_, node, _)| (Descriptor::of("x/y", node.as_bytes()).digest, *node))
            .collect();
        let mut filter = Filter::new(Descriptor::of("x/y", b"root").digest);
        let mut all = Vec::new();
        for (parent, node, depth) in edges {
            let (kept, _) = filter.add(edge(parent, node, *depth), *node == wanted, true);
            let name = |edge: DiscoveredEdge| names[&edge.edge.descriptor.digest].to_owned();
            all.push(kept.into_iter().map(name).collect());
        }
        all
    }

    #[test]
    fn an_edge_is_held_until_something_below_it_matches() {
        let edges =
            [("root", "a", 1), ("root", "other", 1), ("a", "b", 2), ("b", "c", 3), ("c", "d", 4)];
        let expected: [&[&str]; 5] = [&[], &[], &[], &["a", "b", "c"], &["d"]];
        assert_eq!(released("c", &edges), expected);
    }

    #[test]
    fn what_is_found_before_a_second_path_from_a_match_to_it_is_released_with_that_path() {
        let edges = [("root", "a", 1), ("a", "b", 2), ("root", "match", 1), ("match", "a", 2)];
        let expected: [&[&str]; 4] = [&[], &[], &["match"], &["a", "a", "b"]];
        assert_eq!(released("match", &edges), expected);
    }
}
