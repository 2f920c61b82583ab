//! The errors of a registry: `{"errors":[{code,message,detail}]}`, with the codes of the specification.
//!
//! What a client reads never has a path of this machine. The reason for a failure of the storage goes to
//! the log.
//!
//! Specification: [distribution-spec v1.1.1, Error Codes][spec].
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes

use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, Response, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
};
use ocigraph::{Code, Digest, Error, excerpt};
use serde_json::{Value, json};

use crate::habits::{Habits, Refusal};

/// Seconds after which a client may repeat a request that was refused because of the load.
const RETRY_SECONDS: &str = "5";

/// An error response.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    status: StatusCode,
    code: &'static str,
    message: String,
    detail: Option<Box<Value>>,
    headers: Vec<(HeaderName, String)>,
    kind: Kind,
}

/// Where an error comes from, which decides how a registry words it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A path, a name, a method or a range that is refused before an endpoint reads it.
    Route,
    Endpoint,
    /// Worded by the habits of the registry.
    Worded,
}

/// What a store was asked for, when it says that something does not exist.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sought {
    Blob,
    Manifest,
    Repository,
    Upload,
}

impl ErrorResponse {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            detail: None,
            headers: Vec::new(),
            kind: Kind::Endpoint,
        }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "UNSUPPORTED", "the registry has no such endpoint")
            .by_the_router()
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the endpoint does not support this method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message).by_the_router()
    }

    /// Returns the response of a registry that does not admit a request.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        let status =
            StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { kind: Kind::Worded, ..Self::new(status, refusal.code, refusal.message) }
    }

    /// Returns the response for something that does not exist.
    pub(crate) fn missing(sought: Sought) -> Self {
        let (code, message) = match sought {
            Sought::Blob => ("BLOB_UNKNOWN", "the repository has no such blob"),
            Sought::Manifest => ("MANIFEST_UNKNOWN", "the repository has no such manifest"),
            Sought::Repository => ("NAME_UNKNOWN", "the registry has no such repository"),
            Sought::Upload => return Self::upload_unknown(),
        };
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// Marks an error that a registry's router answers, before any endpoint.
    pub(crate) fn by_the_router(self) -> Self {
        Self { kind: Kind::Route, ..self }
    }

    pub(crate) fn read_only() -> Self {
        let message = "the repository is read-only";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
    }

    pub(crate) fn name_invalid(name: &str) -> Self {
        let message = format!("invalid repository name {}", excerpt(name));
        Self::bad_request("NAME_INVALID", message).by_the_router()
    }

    pub(crate) fn name_unknown(name: &str) -> Self {
        let message = format!("the registry has no repository {name}");
        Self::new(StatusCode::NOT_FOUND, "NAME_UNKNOWN", message)
    }

    pub(crate) fn digest_invalid(message: impl Into<String>) -> Self {
        Self::bad_request("DIGEST_INVALID", message)
    }

    pub(crate) fn upload_unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "BLOB_UPLOAD_UNKNOWN",
            "the upload is unknown or has ended",
        )
    }

    pub(crate) fn manifest_invalid(message: impl Into<String>) -> Self {
        Self::bad_request("MANIFEST_INVALID", message)
    }

    pub(crate) fn content_unknown(missing: &Digest) -> Self {
        let message = format!("the manifest names {missing}, which the repository does not have");
        Self::bad_request("MANIFEST_BLOB_UNKNOWN", message)
            .detail(json!({ "digest": missing.as_str() }))
    }

    pub(crate) fn too_many(message: &str) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", message)
            .header(RETRY_AFTER, RETRY_SECONDS)
    }

    /// Returns the response for an error of a store.
    pub(crate) fn of(error: &Error, sought: Sought) -> Self {
        match error.code() {
            Code::NotFound => Self::missing(sought),
            Code::Timeout => {
                tracing::warn!(%error, "the storage is locked");
                let message = "another process keeps the storage locked";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
                    .header(RETRY_AFTER, RETRY_SECONDS)
            }
            _ => {
                tracing::warn!(%error, "the storage failed");
                let message = format!(
                    "the storage failed with {}; the log of the registry has the reason",
                    error.code().name()
                );
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", message)
            }
        }
    }

    pub(crate) fn detail(mut self, detail: Value) -> Self {
        self.detail = Some(Box::new(detail));
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns the response, worded as the registry does it.
    pub(crate) fn into_response(self, habits: &Habits) -> Response<Body> {
        let (content_type, body) = match self.kind {
            Kind::Route if habits.plain_routes => {
                let text = match self.status {
                    StatusCode::METHOD_NOT_ALLOWED => "Method not allowed\n",
                    StatusCode::RANGE_NOT_SATISFIABLE => "invalid range\n",
                    _ => "404 page not found\n",
                };
                ("text/plain; charset=utf-8", text.to_owned())
            }
            _ => (habits.json_type, self.json(habits).to_string()),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = match self.kind {
            // A name that no endpoint can have.
            Kind::Route if habits.plain_routes && self.status == StatusCode::BAD_REQUEST => {
                StatusCode::NOT_FOUND
            }
            _ => self.status,
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }

    fn json(&self, habits: &Habits) -> Value {
        let wording = match self.kind {
            Kind::Worded => None,
            _ => habits.wordings.iter().find(|wording| wording.of == self.code),
        };
        let code = wording.map_or(self.code, |wording| wording.code);
        let message = wording.and_then(|wording| wording.message).unwrap_or(&self.message);
        let mut error = json!({ "code": code, "message": message });
        if let Some(detail) = &self.detail {
            let is_reworded = wording.is_some_and(|wording| wording.message.is_some());
            // distribution names the digest alone.
            error["detail"] = match detail.get("digest").filter(|_| is_reworded) {
                Some(digest) => digest.clone(),
                None => (**detail).clone(),
            };
        }
        json!({ "errors": [error] })
    }
}
