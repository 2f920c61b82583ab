//! The result of a verification: the problems, and what was repaired.

use serde::Serialize;

use ocigraph_types::{Descriptor, Digest, serialize_descriptor, weight::Weight};

/// The result of [`Client::verify`](crate::Client::verify).
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Number of manifests and blobs checked.
    pub checked: usize,
    /// Number of bytes read and digested.
    pub bytes: u64,
    /// The problems found. Empty for an intact graph.
    pub problems: Vec<Problem>,
    /// The problems that were found and repaired. They are not among `problems`.
    pub repaired: Vec<Problem>,
}

/// One manifest or blob of a graph that is missing or damaged.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The descriptor of the expected content.
    #[serde(serialize_with = "serialize_descriptor")]
    pub descriptor: Descriptor,
    /// The digests of the manifests that lead to the content, from the root on. Empty for the root,
    /// and for what the index of a layout lists outside the graph: a damaged manifest, whose subject
    /// is unknown, so it may belong to the graph, and a blob that is listed as a manifest. For an
    /// entry that cannot be read, the problem is one of the root.
    pub path: Vec<Digest>,
    /// The kind of damage.
    pub kind: ProblemKind,
    /// The damage as a sentence for users.
    pub detail: String,
}

/// The kind of a [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The content does not exist.
    Missing,
    /// The content has another size than its descriptor says.
    Size,
    /// The content has another digest than its descriptor says.
    Digest,
    /// The content is not a valid manifest or contradicts its descriptor, or its list of referrers
    /// or the index of the layout is malformed, completely or in part.
    Malformed,
    /// The registry refuses to serve the content or fails at it, so it was not checked.
    Unreadable,
    /// The manifest exists and has a subject, and the list of the subject's referrers lacks it.
    Unlisted,
}

impl ProblemKind {
    /// Returns the name used in JSON results: `missing`, `size`, `digest`, `malformed`,
    /// `unreadable` or `unlisted`.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::Missing => "missing",
            ProblemKind::Size => "size",
            ProblemKind::Digest => "digest",
            ProblemKind::Malformed => "malformed",
            ProblemKind::Unreadable => "unreadable",
            ProblemKind::Unlisted => "unlisted",
        }
    }
}

/// Bytes that one digest takes in the set of checked targets, and in a path.
pub(super) const SEEN: usize = 128;

pub(super) fn weight_of(problem: &Problem) -> usize {
    size_of::<Problem>()
        + problem.descriptor.weight()
        + problem.path.len() * SEEN
        + problem.detail.len()
}
