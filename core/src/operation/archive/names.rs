//! The names of manifests in an archive of several repositories.

use ocigraph_types::Digest;

/// Returns the name of a tag.
pub(crate) fn name_of_tag(repository: &str, tag: &str) -> String {
    format!("{repository}:{tag}")
}

/// Returns the name of a manifest without a tag.
pub(crate) fn name_of_manifest(repository: &str, digest: &Digest) -> String {
    format!("{repository}@{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::full_names::parsed;
    use ocigraph_types::TagOrDigest;

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
