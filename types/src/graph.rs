//! A graph of referrers as a value: who refers to whom beneath a subject.
//!
//! A manifest that is reached twice is one node; a forged cycle ends at the node it comes back to.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::join;
use crate::{Descriptor, Digest, ListProblem};

/// A subject and everything that refers to it, directly and through others.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    subject: Descriptor,
    /// Referrers of a digest, in the store's order. A key with an empty list is a leaf.
    referrers: HashMap<Digest, Vec<Descriptor>>,
    problems: Vec<ListProblem>,
}

impl Graph {
    /// A graph of one node.
    pub fn new(subject: Descriptor) -> Self {
        Self { subject, referrers: HashMap::new(), problems: Vec::new() }
    }

    /// The root.
    pub fn subject(&self) -> &Descriptor {
        &self.subject
    }

    /// The direct referrers of a node, in the store's order; empty for a leaf and for what is not
    /// in the graph.
    pub fn referrers(&self, digest: &Digest) -> &[Descriptor] {
        self.referrers.get(digest).map_or(&[], Vec::as_slice)
    }

    /// How many referrers there are, the subject not counted.
    pub fn len(&self) -> usize {
        self.walk().filter(|node| node.first).count()
    }

    /// Whether nothing refers to the subject.
    pub fn is_empty(&self) -> bool {
        self.referrers(&self.subject.digest).is_empty()
    }

    /// Every referrer beneath the subject, depth first, each branch in the store's order. A node
    /// that is reached again is given again, and not walked into.
    pub fn walk(&self) -> Walk<'_> {
        let root = self.referrers(&self.subject.digest);
        Walk {
            graph: self,
            seen: HashSet::from([&self.subject.digest]),
            stack: vec![(&self.subject, root.iter())],
        }
    }

    /// The part of the graph that leads to nodes `wanted` accepts, and all that lies beneath them.
    pub fn filtered(&self, wanted: impl Fn(&Descriptor) -> bool) -> Self {
        // What to keep is found from the edges upwards, so that depth costs no stack.
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
        let mut beneath = HashSet::new();
        while let Some(digest) = down.pop() {
            if beneath.insert(digest) {
                down.extend(self.referrers(digest).iter().map(|d| &d.digest));
            }
        }
        let mut above = HashSet::new();
        while let Some(digest) = up.pop() {
            if above.insert(digest) {
                up.extend(parents.get(digest).into_iter().flatten());
            }
        }
        let keep = |d: &Digest| beneath.contains(d) || above.contains(d);
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

    /// The direct referrers of a node by artifact type, types in the order of their first referrer.
    pub fn by_type(&self, digest: &Digest) -> Vec<(&str, Vec<&Descriptor>)> {
        let mut order: Vec<(&str, Vec<&Descriptor>)> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for referrer in self.referrers(digest) {
            let name = referrer.artifact_type.as_deref().unwrap_or(&referrer.media_type);
            let place = *places.entry(name).or_insert_with(|| {
                order.push((name, Vec::new()));
                order.len() - 1
            });
            order[place].1.push(referrer);
        }
        order
    }

    /// What could not be read of the lists that the graph was made of: beneath these it may lack a
    /// part. Empty unless
    /// [`DiscoverOptions::allow_incomplete`](crate::DiscoverOptions::allow_incomplete) was set.
    pub fn problems(&self) -> &[ListProblem] {
        &self.problems
    }

    /// Notes what could not be read.
    pub fn note(&mut self, problems: Vec<ListProblem>) {
        join(&mut self.problems, problems);
    }

    /// Sets the referrers of a node, in the order in which they are to be walked and drawn.
    pub fn insert(&mut self, digest: Digest, referrers: Vec<Descriptor>) {
        self.referrers.insert(digest, referrers);
    }
}

/// One step of [`Graph::walk`].
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// The referrer.
    pub descriptor: &'a Descriptor,
    /// What it refers to.
    pub subject: &'a Descriptor,
    /// 1 for a direct referrer of the root.
    pub depth: usize,
    /// Whether it comes by for the first time.
    pub first: bool,
}

/// Iterator over a graph: see [`Graph::walk`].
#[derive(Debug)]
pub struct Walk<'a> {
    graph: &'a Graph,
    seen: HashSet<&'a Digest>,
    stack: Vec<(&'a Descriptor, std::slice::Iter<'a, Descriptor>)>,
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
