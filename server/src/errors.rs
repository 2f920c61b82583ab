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
        Self { status, code, message: message.into(), detail: None, headers: Vec::new() }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "UNSUPPORTED", "the registry has no such endpoint")
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the endpoint does not support this method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
    }

    pub(crate) fn read_only() -> Self {
        let message = "the repository is read-only";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
    }

    pub(crate) fn name_invalid(name: &str) -> Self {
        let message = format!("invalid repository name {}", excerpt(name));
        Self::bad_request("NAME_INVALID", message)
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
            Code::NotFound => {
                let (code, message) = match sought {
                    Sought::Blob => ("BLOB_UNKNOWN", "the repository has no such blob"),
                    Sought::Manifest => ("MANIFEST_UNKNOWN", "the repository has no such manifest"),
                    Sought::Repository => ("NAME_UNKNOWN", "the registry has no such repository"),
                    Sought::Upload => return Self::upload_unknown(),
                };
                Self::new(StatusCode::NOT_FOUND, code, message)
            }
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

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(detail) = self.detail {
            error["detail"] = *detail;
        }
        let mut response = Response::new(Body::from(json!({ "errors": [error] }).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
