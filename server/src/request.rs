//! A request: its endpoint, its query, its headers and its body. The name of a repository can contain
//! slashes and words such as `blobs`, so a path is read from the right.

use std::sync::{Mutex, PoisonError};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, Method, Request as HttpRequest,
        header::{HOST, IF_NONE_MATCH},
    },
};
use ocigraph::{Digest, check_repository};
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::errors::ErrorResponse;

/// The endpoint of a path, with texts that were decoded and not checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Base,
    Catalog,
    Tags {
        name: String,
    },
    Manifest {
        name: String,
        reference: String,
    },
    Blob {
        name: String,
        digest: String,
    },
    NewUpload {
        name: String,
    },
    Upload {
        name: String,
        id: String,
    },
    Referrers {
        name: String,
        digest: String,
    },
    /// Azure's lists, and its deletion of a tag.
    AzureManifests {
        name: String,
    },
    AzureTags {
        name: String,
    },
    AzureTag {
        name: String,
        tag: String,
    },
}

impl Endpoint {
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let segments = path.split('/').skip(1).map(decoded).collect::<Option<Vec<_>>>()?;
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
}

/// A request whose body was not read.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    /// In a mutex, because a body is not `Sync`, and handlers share the request.
    body: Mutex<Option<Body>>,
}

impl Request {
    pub(crate) fn new(request: HttpRequest<Body>) -> Self {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: parts.headers,
            body: Mutex::new(Some(body)),
        }
    }

    /// Takes the body. Empty the second time.
    pub(crate) fn take_body(&self) -> Body {
        self.unread_body().unwrap_or_default()
    }

    /// Returns the body if nothing has taken it.
    pub(crate) fn unread_body(&self) -> Option<Body> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Returns the first value of a parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.queries(name).next()
    }

    /// Returns all values of a parameter of the query.
    pub(crate) fn queries(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the digest in a parameter of the query.
    pub(crate) fn digest(&self, name: &str) -> Result<Option<Digest>, ErrorResponse> {
        self.query(name).map(digest_of).transpose()
    }

    /// Returns the scheme and the host by which the client reached the server, for absolute URLs.
    pub(crate) fn origin(&self, is_tls: bool) -> Option<String> {
        let host = self.header(HOST)?;
        let forwarded = self.header(HeaderName::from_static("x-forwarded-proto"));
        let scheme = forwarded.unwrap_or(if is_tls { "https" } else { "http" });
        Some(format!("{scheme}://{host}"))
    }

    /// Returns true if the client names this digest in `If-None-Match`.
    pub(crate) fn has_etag(&self, digest: &Digest) -> bool {
        let known = self.header(IF_NONE_MATCH).unwrap_or_default();
        known.split(',').any(|known| known.trim().trim_matches('"') == digest.as_str())
    }

    /// Returns the text of a header.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Reads a digest of an algorithm that can be computed.
pub(crate) fn digest_of(text: &str) -> Result<Digest, ErrorResponse> {
    let parsed: ocigraph::Result<Digest> = text.parse();
    let digest = parsed.and_then(|digest| digest.algorithm().map(|_| digest));
    digest.map_err(|e| ErrorResponse::digest_invalid(e.message()))
}

/// Checks the name of a repository.
pub(crate) fn check_name(name: &str) -> Result<(), ErrorResponse> {
    check_repository(name).map_err(|_| ErrorResponse::name_invalid(name))
}

/// Decodes percent-encoded text. `None` if the result is not UTF-8.
fn decoded(text: &str) -> Option<String> {
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
    fn a_name_cannot_leave_the_folder() {
        for name in [
            "..",
            "a/..",
            "../a",
            "a//b",
            "/a",
            "a/",
            "A",
            ".ocigraph",
            "_blobs",
            "a\\b",
            "a\0b",
            "",
        ] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name("a/b-c/d__e.f").is_ok());
    }
}
