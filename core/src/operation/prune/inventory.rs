//! What a repository has, as far as a prune knows it: manifests, and how they need each other.

use std::collections::{HashMap, HashSet};

use crate::store::memory_budget::Charge;
use ocigraph_types::{Descriptor, Digest, Result, excerpt, weight::Weight};

/// Bytes that a manifest takes besides its descriptor, in the inventory and in the plan.
const NODE: usize = 1024;

/// Whether a manifest exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Not looked for yet.
    New,
    /// It exists, and was read where its content matters.
    Exists,
    Missing,
    /// It cannot be read.
    Unreadable,
}

/// A child of an index.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) digest: Digest,
    pub(super) is_attestation: bool,
}

/// A manifest.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) descriptor: Descriptor,
    pub(super) state: State,
    /// Its content was read.
    pub(super) is_read: bool,
    /// The tags that name it, without sibling tags.
    pub(super) tags: Vec<String>,
    /// Sibling tags that name it, each with the digest of its subject.
    pub(super) sibling_tags: Vec<(String, Digest)>,
    pub(super) subject: Option<Digest>,
    pub(super) children: Vec<Child>,
    /// The indexes that list it.
    pub(super) parents: Vec<Digest>,
    pub(super) referrers: Vec<Digest>,
    /// The manifests that sibling tags attach to it.
    pub(super) siblings: Vec<Digest>,
    pub(super) created: Option<String>,
    /// The config of an image, if it may tell when the image was created.
    pub(super) config: Option<Descriptor>,
    pub(super) is_locked: bool,
}

/// Whether the subject of something exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existence {
    Exists,
    Missing,
    Unknown,
}

/// A list of referrers under the fallback tag of a subject that does not exist.
#[derive(Debug)]
pub(super) struct DeadList {
    pub(super) tag: String,
    pub(super) subject: Digest,
    pub(super) descriptor: Descriptor,
    pub(super) entries: Vec<Digest>,
}

/// Everything that a scan has found.
#[derive(Debug)]
pub(super) struct Inventory {
    pub(super) nodes: HashMap<Digest, Node>,
    /// The nodes in the order in which they were found.
    pub(super) order: Vec<Digest>,
    /// Digests outside the nodes that were looked for.
    pub(super) looked_for: HashMap<Digest, Existence>,
    pub(super) dead_lists: Vec<DeadList>,
    /// The manifests of tags that name several.
    pub(super) several: HashMap<String, Vec<Digest>>,
    /// Phrases for users: what could not be read.
    pub(super) unread: Vec<String>,
    /// Phrases for users: what the store does not show.
    pub(super) unseen: Vec<String>,
    /// Subjects with the referrers that their lists have.
    pub(super) listed: Vec<(Digest, Digest)>,
    /// What is listed by or attached to manifests of a plan. It need not exist.
    pub(super) must_read: HashSet<Digest>,
    pub(super) charge: Charge,
}

impl Inventory {
    pub(super) fn new(charge: Charge) -> Self {
        Self {
            nodes: HashMap::new(),
            order: Vec::new(),
            looked_for: HashMap::new(),
            dead_lists: Vec::new(),
            several: HashMap::new(),
            unread: Vec::new(),
            unseen: Vec::new(),
            listed: Vec::new(),
            must_read: HashSet::new(),
            charge,
        }
    }

    /// Returns the node of a manifest. Adds it if it is new.
    pub(super) fn node(&mut self, descriptor: &Descriptor) -> Result<&mut Node> {
        if !self.nodes.contains_key(&descriptor.digest) {
            let plain = Descriptor {
                artifact_type: descriptor.artifact_type.clone(),
                ..descriptor.plain()
            };
            self.charge.add(NODE + plain.weight())?;
            self.order.push(plain.digest.clone());
            self.nodes.insert(plain.digest.clone(), Node::new(plain));
        }
        Ok(self
            .nodes
            .entry(descriptor.digest.clone())
            .or_insert_with(|| Node::new(descriptor.plain())))
    }

    /// Returns a manifest that exists.
    pub(super) fn existing(&self, digest: &Digest) -> Option<&Node> {
        self.nodes.get(digest).filter(|node| node.state != State::Missing)
    }

    /// Returns whether a manifest exists that something names.
    pub(super) fn existence(&self, digest: &Digest) -> Existence {
        match self.nodes.get(digest) {
            Some(node) if node.state == State::Missing => Existence::Missing,
            Some(_) => Existence::Exists,
            None => self.looked_for.get(digest).copied().unwrap_or(Existence::Unknown),
        }
    }

    /// Completes the edges, once everything was found.
    pub(super) fn connect(&mut self) {
        let mut edges = Vec::new();
        for (digest, node) in &self.nodes {
            if node.state == State::Missing {
                continue;
            }
            edges.extend(
                node.children.iter().map(|c| (c.digest.clone(), digest.clone(), Edge::Parent)),
            );
            let subject = node.subject.iter().map(|s| (s.clone(), digest.clone(), Edge::Referrer));
            edges.extend(subject);
            let siblings: HashSet<&Digest> = node.sibling_tags.iter().map(|(_, of)| of).collect();
            edges
                .extend(siblings.into_iter().map(|of| (of.clone(), digest.clone(), Edge::Sibling)));
        }
        let mut named: HashMap<&String, Vec<&Digest>> = HashMap::new();
        for (digest, node) in &self.nodes {
            node.tags.iter().for_each(|tag| named.entry(tag).or_default().push(digest));
        }
        let several = named.into_iter().filter(|(_, digests)| digests.len() > 1);
        let several = several.map(|(tag, digests)| (tag.clone(), digests.into_iter().cloned()));
        self.several = several.map(|(tag, digests)| (tag, digests.collect())).collect();
        // The manifest of such a referrer does not say its subject.
        for (subject, referrer) in std::mem::take(&mut self.listed) {
            if self.nodes.get(&referrer).is_some_and(|node| node.state == State::Unreadable) {
                edges.push((subject, referrer, Edge::Referrer));
            }
        }
        edges.sort_unstable_by(|a, b| a.1.as_str().cmp(b.1.as_str()));
        for (to, from, edge) in edges {
            let Some(node) = self.nodes.get_mut(&to) else { continue };
            match edge {
                Edge::Parent => node.parents.push(from),
                Edge::Referrer => node.referrers.push(from),
                Edge::Sibling => node.siblings.push(from),
            }
        }
    }

    /// Returns true if a tag of a manifest names another one too: a layout can list several for different
    /// platforms under one tag.
    pub(super) fn names_several(&self, digest: &Digest, tag: &str) -> bool {
        self.several.get(tag).is_some_and(|named| named.iter().any(|other| other != digest))
    }

    /// Returns how a message names a manifest: by its first tag, else by its digest.
    pub(super) fn name(&self, digest: &Digest) -> String {
        let tag = self.nodes.get(digest).and_then(|node| node.tags.first());
        tag.map_or_else(|| digest.to_string(), |tag| excerpt(tag))
    }
}

enum Edge {
    Parent,
    Referrer,
    Sibling,
}

impl Node {
    fn new(descriptor: Descriptor) -> Self {
        Self {
            descriptor,
            state: State::New,
            is_read: false,
            tags: Vec::new(),
            sibling_tags: Vec::new(),
            subject: None,
            children: Vec::new(),
            parents: Vec::new(),
            referrers: Vec::new(),
            siblings: Vec::new(),
            created: None,
            config: None,
            is_locked: false,
        }
    }

    /// Returns all tags that name the manifest.
    pub(super) fn all_tags(&self) -> Vec<String> {
        let siblings = self.sibling_tags.iter().map(|(tag, _)| tag);
        self.tags.iter().chain(siblings).cloned().collect()
    }

    /// Returns the manifests that are deleted before this one: those attached to it, and the indexes that
    /// list it.
    pub(super) fn before(&self) -> Vec<Digest> {
        self.referrers.iter().chain(&self.siblings).chain(&self.parents).cloned().collect()
    }
}
