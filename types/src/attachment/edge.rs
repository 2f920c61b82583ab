//! [`Edge`]: how a manifest is attached to another.

use crate::{
    descriptor::Descriptor,
    weight::{OBJECT, Weight},
};

/// How a manifest is attached to another, and so how it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EdgeKind {
    /// The manifest has the other as its `subject`.
    Referrer,
    /// The other is an index that lists the manifest.
    Child,
    /// A tag of the manifest has the digest of the other: `sha256-<hex>.sig`, `.att` or `.sbom`, as
    /// cosign writes it. See [`SiblingTag`](crate::SiblingTag).
    Tag,
    /// An index lists both, and the entry of the manifest names the other in the annotation
    /// `vnd.docker.reference.digest`, as BuildKit writes it.
    Attestation,
}

impl EdgeKind {
    /// Every kind, in the order in which a graph lists and draws the edges.
    pub const ALL: [EdgeKind; 4] =
        [EdgeKind::Referrer, EdgeKind::Tag, EdgeKind::Attestation, EdgeKind::Child];

    /// Returns the name used in JSON results: `referrer`, `child`, `tag` or `attestation`.
    pub fn name(self) -> &'static str {
        match self {
            EdgeKind::Referrer => "referrer",
            EdgeKind::Child => "child",
            EdgeKind::Tag => "tag",
            EdgeKind::Attestation => "attestation",
        }
    }
}

/// An edge of a [`Graph`](crate::Graph) from a manifest to one that is attached to it otherwise than
/// as a referrer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edge {
    /// How the manifest is attached.
    pub kind: EdgeKind,
    /// The manifest that is attached. For a child, its entry in the index.
    pub descriptor: Descriptor,
    /// The tag of an edge of the kind [`EdgeKind::Tag`].
    pub tag: Option<String>,
}

impl Edge {
    /// Creates an edge without a tag.
    pub fn new(kind: EdgeKind, descriptor: Descriptor) -> Self {
        Self { kind, descriptor, tag: None }
    }

    /// Creates an edge of the kind [`EdgeKind::Tag`].
    pub fn of_tag(tag: impl Into<String>, descriptor: Descriptor) -> Self {
        Self { kind: EdgeKind::Tag, descriptor, tag: Some(tag.into()) }
    }
}

impl Weight for Edge {
    fn weight(&self) -> usize {
        self.descriptor.weight() + self.tag.as_ref().map_or(0, |tag| tag.len() + OBJECT)
    }
}
