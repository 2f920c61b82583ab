//! A request: its query, its headers and its body. `protocol` has its endpoint.

use std::sync::{Mutex, PoisonError};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, Method, Request as HttpRequest,
        header::{HOST, IF_NONE_MATCH},
    },
};
use ocigraph::{Digest, check_repository};
use ocigraph_file_sender::FileParts;
use url::form_urlencoded;

use crate::errors::ErrorResponse;

/// A request whose body was not read.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    /// Where the response names parts of files to send, if its connection can send them.
    pub(crate) file_parts: Option<FileParts>,
    /// In a mutex, because a body is not `Sync`, and handlers share the request.
    body: Mutex<Option<Body>>,
}

impl Request {
    pub(crate) fn new(request: HttpRequest<Body>, file_parts: Option<FileParts>) -> Self {
        let (parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: parts.headers,
            file_parts,
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

#[cfg(test)]
mod tests {
    use super::*;

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
