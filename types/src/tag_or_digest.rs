//! A tag or a digest.

use std::fmt;

use crate::{Descriptor, Digest};

/// A tag or a digest: what a manifest is asked for by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TagOrDigest {
    /// By tag.
    Tag(String),
    /// By digest.
    Digest(Digest),
}

impl From<&Descriptor> for TagOrDigest {
    fn from(descriptor: &Descriptor) -> Self {
        TagOrDigest::Digest(descriptor.digest.clone())
    }
}

impl fmt::Display for TagOrDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TagOrDigest::Tag(tag) => f.write_str(tag),
            TagOrDigest::Digest(digest) => digest.fmt(f),
        }
    }
}
