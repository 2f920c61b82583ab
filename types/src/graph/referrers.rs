//! [`Graph`]: a subject and the manifests that refer to it, directly or through others.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    slice,
};

use crate::{descriptor::Descriptor, digest::Digest, list_problem::ListProblem};

/// A subject and its referrers: the manifests that refer to it, directly or through others.
///
/// A manifest that is reachable on several paths is one node. A cycle, which only a forged list of
/// referrers can contain, ends where it reaches a node again.
///
/// Specification: [distribution-spec, Listing Referrers][spec].
///
/// ```
/// use ocigraph_types::{Descriptor, Graph, media_type};
///
/// let image = Descriptor::of(media_type::OCI_MANIFEST, b"image");
/// let sbom = Descriptor::of(media_type::OCI_MANIFEST, b"sbom");
/// let signature = Descriptor::of(media_type::OCI_MANIFEST, b"signature of the sbom");
///
/// let mut graph = Graph::new(image.clone());
/// graph.insert(image.digest.clone(), vec![sbom.clone()]);
/// graph.insert(sbom.digest.clone(), vec![signature.clone()]);
///
/// assert_eq!(graph.len(), 2);
/// assert_eq!(graph.referrers(&sbom.digest), [signature]);
/// let depths: Vec<usize> = graph.walk().map(|node| node.depth).collect();
/// assert_eq!(depths, [1, 2]);
/// ```
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    subject: Descriptor,
    /// The referrers of a digest, in the order of the store. An empty list marks a leaf.
    referrers: HashMap<Digest, Vec<Descriptor>>,
    problems: Vec<ListProblem>,
}

impl Graph {
    /// Creates a graph without referrers.
    pub fn new(subject: Descriptor) -> Self {
        Self { subject, referrers: HashMap::new(), problems: Vec::new() }
    }

    /// Returns the subject at the root of the graph.
    pub fn subject(&self) -> &Descriptor {
        &self.subject
    }

    /// Returns the direct referrers of a node, in the order of the store. Empty for a leaf, and for
    /// a digest that is not in the graph.
    pub fn referrers(&self, digest: &Digest) -> &[Descriptor] {
        self.referrers.get(digest).map_or(&[], Vec::as_slice)
    }

    /// Returns the number of referrers. The subject does not count.
    pub fn len(&self) -> usize {
        self.walk().filter(|node| node.first).count()
    }

    /// Returns true if the subject has no referrers.
    pub fn is_empty(&self) -> bool {
        self.referrers(&self.subject.digest).is_empty()
    }

    /// Iterates over all referrers, depth first, in the order of the store. A node that is reached
    /// again is returned again, without its own referrers; [`Node::first`] tells the difference.
    pub fn walk(&self) -> Walk<'_> {
        let root = self.referrers(&self.subject.digest);
        Walk {
            graph: self,
            seen: HashSet::from([&self.subject.digest]),
            stack: vec![(&self.subject, root.iter())],
        }
    }

    /// Returns the part of the graph that consists of the referrers that `wanted` accepts, the
    /// nodes on the paths to them, and everything that refers to them.
    pub fn filtered(&self, wanted: impl Fn(&Descriptor) -> bool) -> Self {
        // Follows the edges in both directions. Recursion could exhaust the stack.
        let mut parents: HashMap<&Digest, Vec<&Digest>> = HashMap::new();
        let mut up = Vec::new();
        for (parent, children) in &self.referrers {
            for child in children {
                parents.entry(&child.digest).or_default().push(parent);
                if wanted(child) {
                    up.push(&child.digest);
                }
            }
        }
        let mut down: Vec<&Digest> = up.clone();
        let mut below = HashSet::new();
        while let Some(digest) = down.pop() {
            if below.insert(digest) {
                down.extend(self.referrers(digest).iter().map(|d| &d.digest));
            }
        }
        let mut above = HashSet::new();
        while let Some(digest) = up.pop() {
            if above.insert(digest) {
                up.extend(parents.get(digest).into_iter().flatten());
            }
        }
        let keep = |d: &Digest| below.contains(d) || above.contains(d);
        let referrers = self
            .referrers
            .iter()
            .map(|(parent, children)| {
                let kept = children.iter().filter(|c| keep(&c.digest)).cloned().collect::<Vec<_>>();
                (parent.clone(), kept)
            })
            .filter(|(_, kept)| !kept.is_empty())
            .collect();
        Self { subject: self.subject.clone(), referrers, problems: self.problems.clone() }
    }

    /// Groups the direct referrers of a node by artifact type, or by media type if a referrer has
    /// no artifact type. The types are in the order of their first referrers.
    pub fn by_type(&self, digest: &Digest) -> Vec<(&str, Vec<&Descriptor>)> {
        let mut groups: Vec<(&str, Vec<&Descriptor>)> = Vec::new();
        let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
        for referrer in self.referrers(digest) {
            let name = referrer.artifact_type.as_deref().unwrap_or(&referrer.media_type);
            let position = *positions.entry(name).or_insert_with(|| {
                groups.push((name, Vec::new()));
                groups.len() - 1
            });
            groups[position].1.push(referrer);
        }
        groups
    }

    /// Returns what could not be read of the lists of referrers. The graph may lack a part below
    /// the [subjects](ListProblem::subject) of these problems.
    ///
    /// Empty, unless the graph was discovered with `DiscoverOptions::allow_incomplete`.
    pub fn problems(&self) -> &[ListProblem] {
        &self.problems
    }

    /// Adds problems, as [`ListProblem::merge`] does.
    #[doc(hidden)]
    pub fn add_problems(&mut self, problems: Vec<ListProblem>) {
        ListProblem::merge(&mut self.problems, problems);
    }

    /// Sets the direct referrers of a node, in the order in which they are walked and drawn.
    pub fn insert(&mut self, digest: Digest, referrers: Vec<Descriptor>) {
        self.referrers.insert(digest, referrers);
    }
}

/// One step of [`Graph::walk`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Node<'a> {
    /// The referrer.
    pub descriptor: &'a Descriptor,
    /// The manifest that it refers to.
    pub subject: &'a Descriptor,
    /// The distance from the root: 1 for a direct referrer of the graph's subject.
    pub depth: usize,
    /// True at the first step to this referrer, false if it is reached again.
    pub first: bool,
}

/// Iterates over a graph. Created by [`Graph::walk`].
#[derive(Debug)]
pub struct Walk<'a> {
    graph: &'a Graph,
    seen: HashSet<&'a Digest>,
    stack: Vec<(&'a Descriptor, slice::Iter<'a, Descriptor>)>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        while let Some((subject, siblings)) = self.stack.last_mut() {
            let subject = *subject;
            let Some(descriptor) = siblings.next() else {
                self.stack.pop();
                continue;
            };
            let depth = self.stack.len();
            let first = self.seen.insert(&descriptor.digest);
            if first {
                self.stack.push((descriptor, self.graph.referrers(&descriptor.digest).iter()));
            }
            return Some(Node { descriptor, subject, depth, first });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> Descriptor {
        Descriptor::of("x/y", name.as_bytes())
    }

    #[test]
    fn a_cycle_ends_where_it_reaches_a_node_again() {
        let (a, b) = (node("a"), node("b"));
        let mut graph = Graph::new(a.clone());
        graph.insert(a.digest.clone(), vec![b.clone()]);
        graph.insert(b.digest.clone(), vec![a.clone()]);
        let steps: Vec<(&Digest, bool)> =
            graph.walk().map(|step| (&step.descriptor.digest, step.first)).collect();
        assert_eq!(steps, [(&b.digest, true), (&a.digest, false)]);
        assert_eq!(graph.len(), 1);
    }

    #[test]
    fn a_filtered_graph_has_the_paths_to_what_is_wanted_and_everything_below_it() {
        let [root, a, b, c, other] = ["root", "a", "b", "c", "other"].map(node);
        let mut graph = Graph::new(root.clone());
        graph.insert(root.digest.clone(), vec![a.clone(), other.clone()]);
        graph.insert(a.digest.clone(), vec![b.clone()]);
        graph.insert(b.digest.clone(), vec![c.clone()]);
        let filtered = graph.filtered(|descriptor| *descriptor == b);
        let found: Vec<&Descriptor> = filtered.walk().map(|step| step.descriptor).collect();
        assert_eq!(found, [&a, &b, &c]);
        assert!(graph.filtered(|_| false).is_empty());
    }
}
