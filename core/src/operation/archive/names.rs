//! The names of manifests in an archive of several repositories.

use ocigraph_types::{Code, Digest, Error, Location, Reference, SiblingTag, TagOrDigest, excerpt};

/// Returns the name of a tag.
pub(crate) fn name_of_tag(repository: &str, tag: &str) -> String {
    format!("{repository}:{tag}")
}

/// Returns the name of a manifest without a tag.
pub(crate) fn name_of_manifest(repository: &str, digest: &Digest) -> String {
    format!("{repository}@{digest}")
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_again_and_a_tag_is_not_a_name() {
        let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let app = "localhost:5000/team/app";
        let tag = TagOrDigest::Tag("v1".into());
        assert_eq!(parsed(&name_of_tag(app, "v1")), Some((app.into(), tag)));
        let named = Some((app.into(), TagOrDigest::Digest(digest.clone())));
        assert_eq!(parsed(&name_of_manifest(app, &digest)), named);
        for tag in ["v1", "hello:1.0", "oci:a.example/app:v1", "a.example/app", "a.example/app:a,b"]
        {
            assert_eq!(parsed(tag), None, "{tag}");
        }
    }
}
