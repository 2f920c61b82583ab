//! Passes on what a walk finds, edge by edge.
//!
//! A filter keeps what matches, the paths to it, and everything below it, as [`Graph::filtered`] does. So an
//! edge is held while it can still lead to a match, or a match to it.
//!
//! [`Graph::filtered`]: ocigraph_types::Graph::filtered

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use super::row::{DiscoveredEdge, DiscoveredRow};
use crate::{
    DiscoverOptions,
    operation::attached::walk::{Found, FoundNode},
};
use ocigraph_types::{
    Attachment, CompactDescriptor, Descriptor, Digest, Edge, EdgeKind, ListProblem, Result,
    SharedTexts,
    weight::{OBJECT, Weight},
};

/// Rows after which a walk pauses until they are taken. A part of a list can add more.
const FULL: usize = 1_000;

/// The rows that were found and not taken yet.
#[derive(Clone, Default)]
pub(super) struct FoundRows(Arc<Mutex<Vec<DiscoveredRow>>>);

impl FoundRows {
    fn push(&self, row: DiscoveredRow) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    pub(super) fn take(&self) -> Vec<DiscoveredRow> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

pub(super) struct Each<'a> {
    rows: FoundRows,
    options: &'a DiscoverOptions,
    filter: Option<Filter>,
    /// The problems of the whole store, which occur with every list.
    known_problems: Vec<ListProblem>,
}

impl<'a> Each<'a> {
    pub(super) fn new(subject: Digest, options: &'a DiscoverOptions, rows: FoundRows) -> Self {
        let filter = options.filters().then(|| Filter::new(subject));
        Self { rows, options, filter, known_problems: Vec::new() }
    }
}

impl Found for Each<'_> {
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
            self.rows.push(DiscoveredRow::of_edge(found));
            return Ok(0);
        };
        let (kept, weight) = filter.add(found, is_wanted, descends);
        for edge in kept {
            self.rows.push(DiscoveredRow::of_edge(edge));
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
            self.rows.push(DiscoveredRow::of_problem(problem));
        }
        Ok(weight)
    }

    fn wants_every_edge(&self) -> bool {
        true
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= FULL
    }
}

/// Holds edges until it is known whether both their nodes are kept: a node is kept if it is above or below.
struct Filter {
    /// Nodes that match or lead to something that matches, and the subject.
    above: HashSet<Digest>,
    /// Nodes that match, and everything below them.
    below: HashSet<Digest>,
    /// The edges that are not passed on, by the node that they lead to.
    held: HashMap<Digest, Vec<Held>>,
    /// The nodes to which edges lead, by the node that they come from. Without those from a node of `below`,
    /// and those to one that were passed on.
    children: HashMap<Digest, Vec<Digest>>,
    /// The nodes from which edges come that were passed on, by the node that they lead to. Without those from
    /// or to a node of `above`.
    parents: HashMap<Digest, Vec<Digest>>,
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

/// What an edge that is added changes.
#[derive(Default)]
struct Changes {
    /// Nodes that were not kept before.
    fresh: HashSet<Digest>,
    /// Nodes to which edges may be held that are passed on now.
    reached: Vec<Digest>,
}

/// Bytes of an edge that a filter holds, without its descriptor: the edge, and its places in tables that have
/// grown.
const HELD: usize = size_of::<Held>() + 5 * OBJECT;

/// Bytes of an edge that is passed on: its node, and the places of its nodes in tables.
const KEPT: usize = 5 * size_of::<Digest>();

impl Filter {
    fn new(subject: Digest) -> Self {
        Self {
            above: HashSet::from([subject]),
            below: HashSet::new(),
            held: HashMap::new(),
            children: HashMap::new(),
            parents: HashMap::new(),
            texts: SharedTexts::default(),
        }
    }

    fn keeps(&self, node: &Digest) -> bool {
        self.above.contains(node) || self.below.contains(node)
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
        let mut changes = Changes::default();
        if is_wanted {
            self.lead_to(&digest, &mut changes);
            self.keep_below(&digest, &mut changes);
        }
        if self.above.contains(&digest) {
            self.lead_to(&found.parent, &mut changes);
        }
        if self.below.contains(&found.parent) {
            self.keep_below(&digest, &mut changes);
        }
        let mut kept = Vec::new();
        let mut weight = 0;
        if self.keeps(&found.parent) && self.keeps(&digest) {
            weight = KEPT;
            if !self.below.contains(&digest) {
                self.children.entry(found.parent.clone()).or_default().push(digest.clone());
            }
            self.pass(&found.parent, &digest);
            kept.push(found);
        } else if descends || found.depth > 1 {
            weight = self.hold(digest, found);
        }
        // Otherwise there is one level, and no second path to the node.
        self.release(&changes.reached, &mut kept);
        (in_order(kept, changes.fresh), weight)
    }

    fn hold(&mut self, digest: Digest, found: DiscoveredEdge) -> usize {
        let DiscoveredEdge { parent, depth, edge, attachment } = found;
        let Edge { kind, descriptor, tag, .. } = edge;
        let mut weight = HELD + tag.weight() + attachment.as_ref().map_or(0, Weight::weight);
        let descriptor = self.texts.compact(descriptor, &mut weight);
        self.children.entry(parent.clone()).or_default().push(digest.clone());
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

    /// Remembers an edge that is passed on, if something that matches can still be found below its node.
    fn pass(&mut self, parent: &Digest, node: &Digest) {
        if !self.above.contains(parent) && !self.above.contains(node) {
            self.parents.entry(node.clone()).or_default().push(parent.clone());
        }
    }

    /// Keeps a node that leads to something that matches, and all that lead to the node.
    fn lead_to(&mut self, node: &Digest, changes: &mut Changes) {
        let mut nodes = vec![node.clone()];
        while let Some(node) = nodes.pop() {
            if !self.above.insert(node.clone()) {
                continue;
            }
            nodes
                .extend(self.held.get(&node).into_iter().flatten().map(|held| held.parent.clone()));
            nodes.extend(self.parents.remove(&node).into_iter().flatten());
            if !self.below.contains(&node) {
                let children = self.children.get(&node).into_iter().flatten();
                changes.reached.extend(children.cloned());
                changes.fresh.insert(node.clone());
            }
            changes.reached.push(node);
        }
    }

    /// Keeps a node, and all below it.
    fn keep_below(&mut self, node: &Digest, changes: &mut Changes) {
        let mut nodes = vec![node.clone()];
        while let Some(node) = nodes.pop() {
            if !self.below.insert(node.clone()) {
                continue;
            }
            for child in self.children.remove(&node).into_iter().flatten() {
                changes.reached.push(child.clone());
                nodes.push(child);
            }
            if !self.above.contains(&node) {
                changes.fresh.insert(node.clone());
            }
            changes.reached.push(node);
        }
    }

    /// Releases the held edges to these nodes whose nodes are both kept.
    fn release(&mut self, nodes: &[Digest], kept: &mut Vec<DiscoveredEdge>) {
        for node in nodes {
            if !self.keeps(node) {
                continue;
            }
            let Some(edges) = self.held.remove(node) else { continue };
            let (released, held): (Vec<Held>, Vec<Held>) =
                edges.into_iter().partition(|edge| self.keeps(&edge.parent));
            for edge in released {
                self.pass(&edge.parent, node);
                kept.push(edge.into());
            }
            if !held.is_empty() {
                self.held.insert(node.clone(), held);
            }
        }
    }
}

/// Sorts edges so that each comes after one to its parent. `fresh` are the nodes to which none was passed on
/// before.
fn in_order(mut edges: Vec<DiscoveredEdge>, mut fresh: HashSet<Digest>) -> Vec<DiscoveredEdge> {
    // The depth alone is not enough: a node has the depth of the first path to it, which may not be kept.
    edges.sort_by_key(|edge| edge.depth);
    let mut ordered = Vec::with_capacity(edges.len());
    let mut waiting: HashMap<Digest, Vec<DiscoveredEdge>> = HashMap::new();
    for edge in edges {
        if fresh.contains(&edge.parent) {
            waiting.entry(edge.parent.clone()).or_default().push(edge);
            continue;
        }
        let mut ready = VecDeque::from([edge]);
        while let Some(edge) = ready.pop_front() {
            let node = &edge.edge.descriptor.digest;
            if fresh.remove(node) {
                ready.extend(waiting.remove(node).into_iter().flatten());
            }
            ordered.push(edge);
        }
    }
    ordered
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
    use ocigraph_types::Graph;

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

    #[test]
    fn a_second_path_to_what_is_below_a_match_is_not_released() {
        let paths =
            [("root", "a", 1), ("root", "match", 1), ("match", "leaf", 2), ("a", "leaf", 2)];
        assert_eq!(released("match", &paths).concat(), ["match", "leaf"]);
        let paths =
            [("root", "a", 1), ("root", "match", 1), ("a", "leaf", 2), ("match", "leaf", 2)];
        assert_eq!(released("match", &paths).concat(), ["match", "leaf"]);
    }

    /// The edges that are released are those of the graph that [`Graph::filtered`] returns, whatever the order
    /// in which the lists arrive.
    #[test]
    fn the_edges_are_those_of_a_filtered_graph() {
        let mut random = Random(1);
        let of = |node: usize| Descriptor::of("x/y", &node.to_le_bytes());
        for case in 0..5000 {
            let nodes = 3 + random.below(7);
            let max_depth = 1 + random.below(6);
            let mut later = |node| (node + 1..nodes).filter(|_| random.below(3) == 0).collect();
            let children: Vec<Vec<usize>> = (0..nodes).map(&mut later).collect();
            let wanted: Vec<bool> =
                (0..nodes).map(|node| node > 0 && random.below(4) == 0).collect();
            let mut filter = Filter::new(of(0).digest);
            let mut graph = Graph::new(of(0));
            let mut passed = Vec::new();
            let mut shown = HashSet::from([of(0).digest]);
            let mut seen = HashSet::from([0]);
            let mut lists = vec![(0, 0)];
            while !lists.is_empty() {
                // Lists of one level arrive in any order.
                let level = lists.iter().map(|(_, depth)| *depth).min().unwrap();
                let of_level = (0..lists.len()).filter(|at| lists[*at].1 == level);
                let of_level: Vec<usize> = of_level.collect();
                let (parent, depth) = lists.swap_remove(of_level[random.below(of_level.len())]);
                graph.append(&of(parent).digest, children[parent].iter().map(|n| of(*n)).collect());
                for &node in &children[parent] {
                    let (is_first, depth) = (seen.insert(node), depth + 1);
                    let edge = Edge::new(EdgeKind::Referrer, of(node));
                    let parent = of(parent).digest;
                    let found = DiscoveredEdge { parent, depth, edge, attachment: None };
                    let descends = depth < max_depth || !is_first;
                    for edge in filter.add(found, wanted[node], descends).0 {
                        assert!(shown.contains(&edge.parent), "{case}");
                        let digest = edge.edge.descriptor.digest;
                        shown.insert(digest.clone());
                        passed.push((edge.parent, digest));
                    }
                    if is_first && depth < max_depth {
                        lists.push((node, depth));
                    }
                }
            }
            let matches: Vec<Digest> =
                (0..nodes).filter(|n| wanted[*n]).map(|n| of(n).digest).collect();
            let graph = graph.filtered(|node| matches.contains(&node.digest));
            let (mut expected, mut visited) = (Vec::new(), HashSet::new());
            let mut remaining = vec![of(0).digest];
            while let Some(parent) = remaining.pop() {
                if visited.insert(parent.clone()) {
                    for node in graph.referrers(&parent) {
                        expected.push((parent.clone(), node.digest.clone()));
                        remaining.push(node.digest.clone());
                    }
                }
            }
            passed.sort();
            expected.sort();
            assert_eq!(passed, expected, "{case}");
        }
    }

    /// A filter makes each image be read, and the attestations wait for it.
    #[cfg(feature = "layout")]
    #[tokio::test]
    async fn an_image_in_two_indexes_has_the_attestations_of_both() {
        use crate::{Layout, Store, operation::discover_each};
        use ocigraph_types::{Algorithm, Manifest, media_type};
        use serde_json::{Value, json};

        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::open(dir.path());
        let put = async |value: Value, tags: &[String]| {
            let bytes = value.to_string().into_bytes().into();
            let manifest = Manifest::parse(bytes, None, Algorithm::Sha256).unwrap();
            layout.push_manifest(&manifest, tags).await.unwrap();
            manifest.plain_descriptor()
        };
        let image = |name: &str| {
            json!({
                "schemaVersion": 2,
                "mediaType": media_type::OCI_MANIFEST,
                "artifactType": "x/y",
                "config": Descriptor::of("application/vnd.oci.empty.v1+json", b"{}"),
                "layers": [],
                "annotations": { "name": name },
            })
        };
        let index = |entries: Vec<Value>| {
            json!({
                "schemaVersion": 2,
                "mediaType": media_type::OCI_INDEX,
                "manifests": entries,
            })
        };
        let blob = Descriptor::of("application/vnd.oci.empty.v1+json", b"{}");
        layout.push_blob(&blob, std::sync::Arc::new(bytes::Bytes::from("{}"))).await.unwrap();
        let subject = put(image("image"), &[]).await;
        let mut attestations = Vec::new();
        let mut indexes = Vec::new();
        for name in ["one", "other"] {
            let attestation = put(image(name), &[]).await;
            let mut entry = json!(attestation);
            entry["annotations"] = json!({
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": subject.digest,
            });
            attestations.push(attestation.digest);
            indexes.push(json!(put(index(vec![json!(subject), entry]), &[]).await));
        }
        put(index(indexes), &["v1".to_owned()]).await;
        let reference: ocigraph_types::Reference =
            format!("oci:{}:v1", dir.path().display()).parse().unwrap();
        let options = DiscoverOptions::default().artifact_type("x/y");
        let mut found = Vec::new();
        let mut rows = discover_each(Arc::new(layout), reference, options);
        while let Some(batch) = rows.next_batch().await.unwrap() {
            for row in batch.iter().filter(|row| row.edge == Some(EdgeKind::Attestation)) {
                assert_eq!(row.parent.as_ref(), Some(&subject.digest));
                found.push(row.descriptor.clone().unwrap().digest);
            }
        }
        found.sort();
        attestations.sort();
        assert_eq!(found, attestations);
    }

    /// A linear congruential generator: each run tests the same graphs.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 33) as usize % bound
        }
    }
}
