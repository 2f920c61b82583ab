//! [`Edge`]: how a manifest is attached to another.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::{
    descriptor::Descriptor,
    error::{Code, Error, Result, into_error},
    weight::{OBJECT, Weight},
};

/// How a manifest is attached to another, and so how it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EdgeKind {
    /// Edge from a subject to a referrer: the manifest has the other as its `subject`.
    Referrer,
    /// Edge from an index to a manifest that it lists.
    Child,
    /// Edge from a manifest to one of which a tag has its digest: `sha256-<hex>.sig`, `.att` or `.sbom`, as
    /// cosign writes it.
    Tag,
    /// Edge from an image to its attestation by BuildKit: an index lists both, and the entry of the
    /// attestation names the image in the annotation `vnd.docker.reference.digest`.
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

/// Serializes the name.
impl Serialize for EdgeKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The text is not the name of a kind of edges. Converts into [`Error`] with
/// [`Code::InvalidArgument`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid kind of edges {text:?}: expected referrer, child, tag or attestation")]
#[non_exhaustive]
pub struct EdgeKindError {
    /// The text.
    pub text: String,
}

impl EdgeKindError {
    fn code(&self) -> Code {
        Code::InvalidArgument
    }

    fn hint(&self) -> Option<&'static str> {
        None
    }
}

into_error!(EdgeKindError);

/// Parses `referrer`, `child`, `tag` or `attestation`.
///
/// # Errors
///
/// [`Code::InvalidArgument`] for every other text; the source is an [`EdgeKindError`].
impl FromStr for EdgeKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| EdgeKindError { text: text.to_owned() }.into())
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
