//! [`TagOrDigest`]: what names a manifest in a repository.

use std::fmt;

use crate::{descriptor::Descriptor, digest::Digest};

/// A tag or a digest: what names a manifest in a repository.
///
/// The distribution-spec calls this `<reference>` ([Pulling manifests][spec]).
///
/// ```
/// use ocigraph_types::{Descriptor, TagOrDigest, media_type};
///
/// let manifest = Descriptor::of(media_type::OCI_MANIFEST, b"{}");
/// assert_eq!(TagOrDigest::from(&manifest).to_string(), manifest.digest.to_string());
/// assert_eq!(TagOrDigest::Tag("v1".into()).to_string(), "v1");
/// ```
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TagOrDigest {
    /// A tag, which can be moved to another manifest.
    Tag(String),
    /// A digest, which names the same content for ever.
    Digest(Digest),
}

impl From<&Descriptor> for TagOrDigest {
    fn from(descriptor: &Descriptor) -> Self {
        TagOrDigest::Digest(descriptor.digest.clone())
    }
}

impl From<Digest> for TagOrDigest {
    fn from(digest: Digest) -> Self {
        TagOrDigest::Digest(digest)
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
