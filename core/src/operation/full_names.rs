//! Names with a registry and a repository that a layout has in place of tags.

use ocigraph_types::{Code, Error, Location, Reference, SiblingTag, TagOrDigest, excerpt};

/// Splits a name into its repository, as `host/repository`, and its tag or digest. `None` if it is the
/// tag of a layout.
pub(crate) fn parsed(name: &str) -> Option<(String, TagOrDigest)> {
    // Parsing it would look at the file system.
    if name.starts_with("oci:") {
        return None;
    }
    let reference: Reference = name.parse().ok()?;
    let Location::Registry { host, repository } = reference.location() else { return None };
    Some((format!("{host}/{repository}"), reference.name().ok()?))
}

/// Returns the first name that says that a layout keeps several repositories with what is attached to their
/// manifests: a manifest without a tag, or a tag that has the digest of a manifest. Such a name is not a tag, so an
/// operation on the tags of the layout would take what is attached for images.
pub(crate) fn name_of_several<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names.into_iter().find(|name| match parsed(name) {
        Some((_, TagOrDigest::Digest(_))) => true,
        Some((_, TagOrDigest::Tag(tag))) => SiblingTag::parse(&tag).is_some(),
        None => false,
    })
}

/// The error of an operation that cannot work on such a layout.
pub(crate) fn several(name: &str) -> Error {
    let message = format!(
        "the layout keeps several repositories with what is attached to them, such as {}: \
         `ocigraph restore --input LAYOUT HOST` writes them to a registry",
        excerpt(name)
    );
    Error::new(Code::Unsupported, message)
}
