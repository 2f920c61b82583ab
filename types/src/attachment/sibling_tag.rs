//! [`SiblingTag`]: the tags that cosign derives from the digest of an image.

use std::fmt;

use crate::digest::Digest;

/// The suffixes that cosign writes: signatures, attestations and SBoMs.
pub const SIBLING_SUFFIXES: [&str; 3] = ["sig", "att", "sbom"];

/// The maximum length of a tag: [distribution-spec, Pulling manifests][spec].
///
/// [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
const MAX_TAG: usize = 128;

/// A tag that names what is attached to a manifest by the digest of that manifest:
/// `sha256-<hex>.sig`.
///
/// cosign before version 3 writes these tags, with the suffixes of [`SIBLING_SUFFIXES`]. A tag with
/// another suffix is not one: Carvel's imgpkg, for example, protects an image by a tag with the image's
/// own digest and the suffix `imgpkg`.
///
/// ```
/// use ocigraph_types::{Algorithm, SiblingTag};
///
/// let digest = Algorithm::Sha256.digest(b"image");
/// let tag = SiblingTag::new(digest.clone(), "sig").to_string();
/// let parsed = SiblingTag::parse(&tag).unwrap();
/// assert_eq!((parsed.subject(), parsed.suffix()), (&digest, "sig"));
/// assert_eq!(SiblingTag::parse("v1.sig"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SiblingTag {
    subject: Digest,
    suffix: String,
}

impl SiblingTag {
    /// Creates the sibling tag of `subject` with a suffix.
    pub fn new(subject: Digest, suffix: impl Into<String>) -> Self {
        Self { subject, suffix: suffix.into() }
    }

    /// Returns the tags that cosign may have written for a manifest. None for a digest that is too
    /// long for a tag, such as one of SHA-512.
    pub fn of_cosign(subject: &Digest) -> impl Iterator<Item = Self> {
        SIBLING_SUFFIXES
            .iter()
            .map(|suffix| Self::new(subject.clone(), *suffix))
            .filter(|tag| tag.to_string().len() <= MAX_TAG)
    }

    /// Reads a tag. Returns `None` if it is not a sibling tag.
    pub fn parse(tag: &str) -> Option<Self> {
        let (name, suffix) = tag.split_once('.')?;
        let (algorithm, hex) = name.split_once('-')?;
        let subject: Digest = format!("{algorithm}:{hex}").parse().ok()?;
        subject.algorithm().ok()?;
        SIBLING_SUFFIXES.contains(&suffix).then(|| Self::new(subject, suffix))
    }

    /// Returns the digest of the manifest to which the tagged one is attached.
    pub fn subject(&self) -> &Digest {
        &self.subject
    }

    /// Returns the text after the point, such as `sig`.
    pub fn suffix(&self) -> &str {
        &self.suffix
    }
}

impl fmt::Display for SiblingTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.subject.as_str().replacen(':', "-", 1), self.suffix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    #[test]
    fn only_a_digest_and_a_suffix_make_a_sibling_tag() {
        let hex = "a".repeat(64);
        assert!(SiblingTag::parse(&format!("sha256-{hex}.sbom")).is_some());
        for tag in [
            format!("sha256-{hex}"),
            format!("sha256-{hex}."),
            format!("sha256-{hex}.imgpkg"),
            format!("sha256-{hex}.sig.sig"),
            format!("sha256-{}.sig", hex.to_uppercase()),
            format!("sha256-{}.sig", &hex[1..]),
            format!("md5-{}.sig", &hex[..32]),
            "v1-rc.sig".to_owned(),
        ] {
            assert_eq!(SiblingTag::parse(&tag), None, "{tag}");
        }
    }

    #[test]
    fn a_digest_that_is_too_long_for_a_tag_has_no_sibling_tags() {
        assert_eq!(SiblingTag::of_cosign(&Algorithm::Sha256.digest(b"")).count(), 3);
        assert_eq!(SiblingTag::of_cosign(&Algorithm::Sha512.digest(b"")).count(), 0);
    }
}
