//! [`Graph`]: a subject and the manifests that are attached to it, directly or through others.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    slice,
    sync::Arc,
};

use super::compact::{CompactDescriptor, SharedTexts};
use crate::{
    attachment::{Attachment, Edge, EdgeKind},
    descriptor::Descriptor,
    digest::Digest,
    list_problem::ListProblem,
    weight::{OBJECT, Weight},
};

/// The number of different attachments that nodes are compared with, to share them.
const RECENT: usize = 16;

/// A subject and what is attached to it, directly or through others: its referrers, and the
/// manifests that an [`EdgeKind`] of another kind leads to.
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
    /// The referrers of a digest, in the order of the store. A node without any has no entry.
    referrers: HashMap<Digest, Vec<CompactDescriptor>>,
    /// The edges of other kinds. A node without any has no entry.
    attached: HashMap<Digest, Vec<Edge>>,
    /// What the nodes are. A node that follows no known convention has no entry.
    attachments: HashMap<Digest, Arc<Attachment>>,
    /// Attachments to share: the signatures of an image differ in their digests alone.
    recent: Recent,
    texts: SharedTexts,
    problems: Vec<ListProblem>,
}

#[derive(Debug, Clone, Default)]
struct Recent(Vec<Arc<Attachment>>);

/// Two graphs are equal whatever attachments they have shared.
impl PartialEq for Recent {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Graph {
    /// Creates a graph without referrers.
    pub fn new(subject: Descriptor) -> Self {
        Self {
            subject,
            referrers: HashMap::new(),
            attached: HashMap::new(),
            attachments: HashMap::new(),
            recent: Recent::default(),
            texts: SharedTexts::default(),
            problems: Vec::new(),
        }
    }

    /// Returns the subject at the root of the graph.
    pub fn subject(&self) -> &Descriptor {
        &self.subject
    }

    /// Returns the direct referrers of a node, in the order of the store. Empty for a leaf, and for
    /// a digest that is not in the graph. A graph holds them in a shorter form; [`Graph::edges`]
    /// returns one after the other.
    pub fn referrers(&self, digest: &Digest) -> Vec<Descriptor> {
        self.listed(digest).iter().map(CompactDescriptor::descriptor).collect()
    }

    pub(super) fn listed(&self, digest: &Digest) -> &[CompactDescriptor] {
        self.referrers.get(digest).map_or(&[], Vec::as_slice)
    }

    /// Returns what is attached to a node otherwise than as a referrer: the manifests of sibling
    /// tags, then attestations, then the children of an index.
    pub fn attached(&self, digest: &Digest) -> &[Edge] {
        self.attached.get(digest).map_or(&[], Vec::as_slice)
    }

    /// Iterates over all edges from a node: its [referrers](Self::referrers), then what is
    /// [attached](Self::attached) to it otherwise.
    pub fn edges(&self, digest: &Digest) -> Edges<'_> {
        Edges { referrers: self.listed(digest).iter(), attached: self.attached(digest).iter() }
    }

    /// Returns what a node is, by the conventions of signatures, attestations and SBoMs. `None` if
    /// it follows none of those that are known.
    pub fn attachment(&self, digest: &Digest) -> Option<&Attachment> {
        self.attachments.get(digest).map(Arc::as_ref)
    }

    /// Returns the number of nodes. The subject does not count.
    pub fn len(&self) -> usize {
        self.walk().filter(|node| node.first).count()
    }

    /// Returns true if nothing is attached to the subject.
    pub fn is_empty(&self) -> bool {
        self.edges(&self.subject.digest).next().is_none()
    }

    /// Iterates over all nodes, depth first, in the order of their [edges](Self::edges). A node that
    /// is reached again is returned again, without its own edges; [`Node::first`] tells the
    /// difference.
    pub fn walk(&self) -> Walk<'_> {
        Walk {
            graph: self,
            seen: HashSet::from([self.subject.digest.clone()]),
            stack: vec![(Cow::Borrowed(&self.subject), self.edges(&self.subject.digest))],
        }
    }

    /// Returns the part of the graph that consists of the nodes that `wanted` accepts, the nodes on
    /// the paths to them, and everything that is attached to them.
    pub fn filtered(&self, wanted: impl Fn(&Descriptor) -> bool) -> Self {
        // Follows the edges in both directions. Recursion could exhaust the stack.
        let mut parents: HashMap<&Digest, Vec<&Digest>> = HashMap::new();
        let mut up = Vec::new();
        for parent in self.referrers.keys().chain(self.attached.keys()).collect::<HashSet<_>>() {
            let listed = self.listed(parent).iter().map(|d| (&d.digest, d.into()));
            let attached = self.attached(parent).iter().map(|edge| &edge.descriptor);
            let attached = attached.map(|d| (&d.digest, Cow::Borrowed(d)));
            for (digest, descriptor) in listed.chain(attached) {
                parents.entry(digest).or_default().push(parent);
                if wanted(&descriptor) {
                    up.push(digest);
                }
            }
        }
        let mut down: Vec<&Digest> = up.clone();
        let mut below = HashSet::new();
        while let Some(digest) = down.pop() {
            if below.insert(digest) {
                down.extend(self.listed(digest).iter().map(|listed| &listed.digest));
                down.extend(self.attached(digest).iter().map(|edge| &edge.descriptor.digest));
            }
        }
        let mut above = HashSet::new();
        while let Some(digest) = up.pop() {
            if above.insert(digest) {
                up.extend(parents.get(digest).into_iter().flatten());
            }
        }
        let keep = |d: &Digest| below.contains(d) || above.contains(d);
        Self {
            subject: self.subject.clone(),
            referrers: kept(&self.referrers, |referrer| keep(&referrer.digest)),
            attached: kept(&self.attached, |edge| keep(&edge.descriptor.digest)),
            attachments: self.attachments.clone(),
            recent: Recent::default(),
            texts: SharedTexts::default(),
            problems: self.problems.clone(),
        }
    }

    /// Groups the direct referrers of a node by artifact type, or by media type if a referrer has
    /// no artifact type. The types are in the order of their first referrers.
    pub fn by_type(&self, digest: &Digest) -> Vec<(&str, Vec<Descriptor>)> {
        let groups = self.listed_by_type(digest).into_iter();
        groups
            .map(|(name, of)| (name, of.into_iter().map(CompactDescriptor::descriptor).collect()))
            .collect()
    }

    pub(super) fn listed_by_type(&self, digest: &Digest) -> Vec<(&str, Vec<&CompactDescriptor>)> {
        let mut groups: Vec<(&str, Vec<&CompactDescriptor>)> = Vec::new();
        let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
        for referrer in self.listed(digest) {
            let name = referrer.kind();
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
    /// An edge of another kind to one of them is removed: a manifest that is found two ways is one node.
    pub fn insert(&mut self, digest: Digest, referrers: Vec<Descriptor>) {
        self.referrers.remove(&digest);
        self.append(&digest, referrers);
    }

    /// Adds direct referrers of a node after those that it has, as [`Graph::insert`] sets them. Returns
    /// the bytes that they take.
    #[doc(hidden)]
    pub fn append(&mut self, digest: &Digest, referrers: Vec<Descriptor>) -> usize {
        if referrers.is_empty() {
            return 0;
        }
        if let Some(edges) = self.attached.get_mut(digest) {
            let listed: HashSet<&Digest> = referrers.iter().map(|d| &d.digest).collect();
            edges.retain(|edge| !listed.contains(&edge.descriptor.digest));
        }
        let mut weight = 0;
        let list = self.referrers.entry(digest.clone()).or_default();
        list.extend(referrers.into_iter().map(|d| self.texts.compact(d, &mut weight)));
        weight
    }

    /// Adds edges from a node to what is attached to it otherwise than as a referrer. Omits an edge
    /// to a manifest to which one leads already: a manifest that is found two ways is one node.
    ///
    /// ```
    /// use ocigraph_types::{Descriptor, Edge, EdgeKind, Graph, Platform, media_type};
    ///
    /// let index = Descriptor::of(media_type::OCI_INDEX, b"index");
    /// let mut image = Descriptor::of(media_type::OCI_MANIFEST, b"image");
    /// image.platform = Some(Platform::new("linux", "arm64"));
    /// let mut graph = Graph::new(index.clone());
    /// graph.attach(&index.digest, vec![Edge::new(EdgeKind::Child, image.clone())]);
    /// assert_eq!(graph.walk().next().unwrap().kind, EdgeKind::Child);
    /// assert!(graph.referrers(&index.digest).is_empty());
    /// ```
    pub fn attach(&mut self, digest: &Digest, edges: Vec<Edge>) {
        let mut known: HashSet<Digest> =
            self.listed(digest).iter().map(|listed| listed.digest.clone()).collect();
        known.extend(self.attached(digest).iter().map(|edge| edge.descriptor.digest.clone()));
        let new = edges.into_iter().filter(|edge| known.insert(edge.descriptor.digest.clone()));
        let new: Vec<Edge> = new.collect();
        if !new.is_empty() {
            let edges = self.attached.entry(digest.clone()).or_default();
            edges.extend(new);
            edges.sort_by_key(|edge| EdgeKind::ALL.iter().position(|kind| *kind == edge.kind));
        }
    }

    /// Adds the artifact types and annotations of manifests to edges whose entries lack them. The entry of
    /// an index has neither.
    #[doc(hidden)]
    pub fn describe(&mut self, manifests: &HashMap<Digest, Descriptor>) {
        if manifests.is_empty() {
            return;
        }
        let attached = self.attached.values_mut().flatten().map(|edge| &mut edge.descriptor);
        for descriptor in attached {
            if let Some(manifest) = manifests.get(&descriptor.digest) {
                descriptor.complete_with(manifest);
            }
        }
        for listed in self.referrers.values_mut().flatten() {
            if let Some(manifest) = manifests.get(&listed.digest) {
                let mut descriptor = listed.descriptor();
                descriptor.complete_with(manifest);
                *listed = self.texts.compact(descriptor, &mut 0);
            }
        }
    }

    /// Sets what a node is.
    pub fn recognize(&mut self, digest: Digest, attachment: Attachment) {
        self.recognize_shared(digest, attachment);
    }

    /// Sets what a node is. Returns the bytes that it takes.
    #[doc(hidden)]
    pub fn recognize_shared(&mut self, digest: Digest, attachment: Attachment) -> usize {
        // A table that has grown has room for twice as many entries.
        let mut weight = 2 * size_of::<(Digest, Arc<Attachment>)>() + OBJECT;
        let Recent(recent) = &mut self.recent;
        let shared = match recent.iter().find(|known| ***known == attachment) {
            Some(known) => Arc::clone(known),
            None => {
                weight += attachment.weight();
                let new = Arc::new(attachment);
                if recent.len() == RECENT {
                    recent.remove(0);
                }
                recent.push(Arc::clone(&new));
                new
            }
        };
        self.attachments.insert(digest, shared);
        weight
    }
}

/// Returns the lists with the elements that `keep` accepts, without the lists that are empty then.
fn kept<T: Clone>(
    lists: &HashMap<Digest, Vec<T>>,
    keep: impl Fn(&T) -> bool,
) -> HashMap<Digest, Vec<T>> {
    let kept = lists.iter().map(|(digest, list)| {
        (digest.clone(), list.iter().filter(|element| keep(element)).cloned().collect::<Vec<_>>())
    });
    kept.filter(|(_, list)| !list.is_empty()).collect()
}

/// An edge of a [`Graph`], of any kind.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EdgeRef<'a> {
    /// How the manifest is attached.
    pub kind: EdgeKind,
    /// The manifest that is attached.
    pub descriptor: Cow<'a, Descriptor>,
    /// The tag of an edge of the kind [`EdgeKind::Tag`].
    pub tag: Option<&'a str>,
}

/// Iterates over the edges of a node. Created by [`Graph::edges`].
#[derive(Debug, Clone, Default)]
pub struct Edges<'a> {
    referrers: slice::Iter<'a, CompactDescriptor>,
    attached: slice::Iter<'a, Edge>,
}

impl<'a> Iterator for Edges<'a> {
    type Item = EdgeRef<'a>;

    fn next(&mut self) -> Option<EdgeRef<'a>> {
        if let Some(listed) = self.referrers.next() {
            let descriptor = listed.into();
            return Some(EdgeRef { kind: EdgeKind::Referrer, descriptor, tag: None });
        }
        let edge = self.attached.next()?;
        let descriptor = Cow::Borrowed(&edge.descriptor);
        Some(EdgeRef { kind: edge.kind, descriptor, tag: edge.tag.as_deref() })
    }
}

/// One step of [`Graph::walk`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Node<'a> {
    /// The manifest that is attached.
    pub descriptor: Cow<'a, Descriptor>,
    /// The manifest that it is attached to.
    pub subject: Cow<'a, Descriptor>,
    /// How it is attached.
    pub kind: EdgeKind,
    /// The tag of an edge of the kind [`EdgeKind::Tag`].
    pub tag: Option<&'a str>,
    /// The distance from the root: 1 for what is directly attached to the graph's subject.
    pub depth: usize,
    /// True at the first step to this node, false if it is reached again.
    pub first: bool,
}

/// Iterates over a graph. Created by [`Graph::walk`].
#[derive(Debug)]
pub struct Walk<'a> {
    graph: &'a Graph,
    seen: HashSet<Digest>,
    stack: Vec<(Cow<'a, Descriptor>, Edges<'a>)>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        while let Some((subject, siblings)) = self.stack.last_mut() {
            let Some(EdgeRef { kind, descriptor, tag }) = siblings.next() else {
                self.stack.pop();
                continue;
            };
            let subject = subject.clone();
            let depth = self.stack.len();
            let first = self.seen.insert(descriptor.digest.clone());
            if first {
                let edges = self.graph.edges(&descriptor.digest);
                self.stack.push((descriptor.clone(), edges));
            }
            return Some(Node { descriptor, subject, kind, tag, depth, first });
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
        let steps: Vec<(Digest, bool)> =
            graph.walk().map(|step| (step.descriptor.digest.clone(), step.first)).collect();
        assert_eq!(steps, [(b.digest, true), (a.digest, false)]);
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
        let found: Vec<Descriptor> =
            filtered.walk().map(|step| step.descriptor.into_owned()).collect();
        assert_eq!(found, [a, b, c]);
        assert!(graph.filtered(|_| false).is_empty());
    }
}
