//! The endpoint of a path. The name of a repository can contain slashes and words such as `blobs`, so a path
//! is read from the right.
//!
//! Specification: [distribution-spec v1.1.1, Endpoints][spec].
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints

use percent_encoding::percent_decode_str;

/// The endpoint of a path, with names, tags and digests that are decoded and not checked.
///
/// ```
/// use ocigraph_server::protocol::Endpoint;
///
/// let endpoint = Endpoint::parse("/v2/team/app/manifests/sha256%3Aab");
/// let (name, reference) = ("team/app".to_owned(), "sha256:ab".to_owned());
/// assert_eq!(endpoint, Some(Endpoint::Manifest { name, reference }));
/// assert_eq!(Endpoint::parse("/v1/team/app"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// `/v2/`, which says that there is a registry
    Base,
    /// `/v2/_catalog`, the list of repositories
    Catalog,
    /// `/v2/<name>/tags/list`, the list of tags
    Tags {
        /// Name of the repository
        name: String,
    },
    /// `/v2/<name>/manifests/<reference>`, one manifest or tag
    Manifest {
        /// Name of the repository
        name: String,
        /// A tag, or a text with a colon: a digest
        reference: String,
    },
    /// `/v2/<name>/blobs/<digest>`, one blob
    Blob {
        /// Name of the repository
        name: String,
        /// Digest of the blob
        digest: String,
    },
    /// `/v2/<name>/blobs/uploads/`, which starts an upload
    NewUpload {
        /// Name of the repository
        name: String,
    },
    /// `/v2/<name>/blobs/uploads/<id>`, an upload that has started
    Upload {
        /// Name of the repository
        name: String,
        /// Identifier of the upload
        id: String,
    },
    /// `/v2/<name>/referrers/<digest>`, the list of referrers
    Referrers {
        /// Name of the repository
        name: String,
        /// Digest of the subject
        digest: String,
    },
    /// `/acr/v1/<name>/_manifests`, Azure's list of manifests
    AzureManifests {
        /// Name of the repository
        name: String,
    },
    /// `/acr/v1/<name>/_tags`, Azure's list of tags
    AzureTags {
        /// Name of the repository
        name: String,
    },
    /// `/acr/v1/<name>/_tags/<tag>`, one tag on Azure
    AzureTag {
        /// Name of the repository
        name: String,
        /// Name of the tag
        tag: String,
    },
}

impl Endpoint {
    /// Reads the path of a request. `None` for a path that no endpoint has, or that is not UTF-8.
    pub fn parse(path: &str) -> Option<Self> {
        let segments = path.split('/').skip(1).map(decoded_segment).collect::<Option<Vec<_>>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let own = str::to_owned;
        Some(match segments.as_slice() {
            ["v2"] | ["v2", ""] => Self::Base,
            ["v2", "_catalog"] => Self::Catalog,
            ["v2", name @ .., "blobs", "uploads"] | ["v2", name @ .., "blobs", "uploads", ""] => {
                Self::NewUpload { name: name.join("/") }
            }
            ["v2", name @ .., "blobs", "uploads", id] => {
                Self::Upload { name: name.join("/"), id: own(id) }
            }
            ["v2", name @ .., "blobs", digest] => {
                Self::Blob { name: name.join("/"), digest: own(digest) }
            }
            ["v2", name @ .., "manifests", reference] => {
                Self::Manifest { name: name.join("/"), reference: own(reference) }
            }
            ["v2", name @ .., "tags", "list"] => Self::Tags { name: name.join("/") },
            ["v2", name @ .., "referrers", digest] => {
                Self::Referrers { name: name.join("/"), digest: own(digest) }
            }
            ["acr", "v1", name @ .., "_manifests"] => Self::AzureManifests { name: name.join("/") },
            ["acr", "v1", name @ .., "_tags"] => Self::AzureTags { name: name.join("/") },
            ["acr", "v1", name @ .., "_tags", tag] => {
                Self::AzureTag { name: name.join("/"), tag: own(tag) }
            }
            _ => return None,
        })
    }

    /// Returns the name of the repository, which was not checked.
    pub fn repository(&self) -> Option<&str> {
        match self {
            Self::Base | Self::Catalog => None,
            Self::Tags { name }
            | Self::Manifest { name, .. }
            | Self::Blob { name, .. }
            | Self::NewUpload { name }
            | Self::Upload { name, .. }
            | Self::Referrers { name, .. }
            | Self::AzureManifests { name }
            | Self::AzureTags { name }
            | Self::AzureTag { name, .. } => Some(name),
        }
    }
}

/// Decodes the percent-encoded part of a path. `None` if the result is not UTF-8. A percent sign without two
/// hexadecimal digits stays as it is.
pub fn decoded_segment(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_name_can_contain_the_words_of_endpoints() {
        let manifest = |name: &str, reference: &str| {
            Some(Endpoint::Manifest { name: name.to_owned(), reference: reference.to_owned() })
        };
        assert_eq!(
            Endpoint::parse("/v2/a/manifests/b/manifests/v1"),
            manifest("a/manifests/b", "v1")
        );
        assert_eq!(Endpoint::parse("/v2/a/manifests/sha256%3Aab"), manifest("a", "sha256:ab"));
        assert_eq!(
            Endpoint::parse("/v2/blobs/blobs/uploads/"),
            Some(Endpoint::NewUpload { name: "blobs".to_owned() })
        );
        assert_eq!(Endpoint::parse("/v3/a/manifests/v1"), None);
        assert_eq!(Endpoint::parse("/v2/a/manifests/%ff"), None);
    }

    #[test]
    fn an_invalid_percent_encoding_is_kept() {
        assert_eq!(decoded_segment("a%zz%4").as_deref(), Some("a%zz%4"));
        assert_eq!(decoded_segment("%ff"), None);
    }
}
