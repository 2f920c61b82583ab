//! Headers of the specification, and responses with headers.

use axum::{
    body::Body,
    http::{
        HeaderName, HeaderValue, Response, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
};
use serde_json::Value;

use crate::habits::Habits;

pub(crate) const API_VERSION: HeaderName =
    HeaderName::from_static("docker-distribution-api-version");
pub(crate) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
pub(crate) const CORRELATION_ID: HeaderName =
    HeaderName::from_static("x-ms-correlation-request-id");
pub(crate) const FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");
pub(crate) const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
pub(crate) const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");
pub(crate) const TAG: HeaderName = HeaderName::from_static("oci-tag");
pub(crate) const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// Returns a response without a body.
pub(crate) fn empty(status: StatusCode, headers: &[(HeaderName, &str)]) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set(&mut response, headers);
    if status != StatusCode::NO_CONTENT {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
    }
    response
}

/// Returns a JSON response.
pub(crate) fn json(habits: &Habits, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    set(&mut response, &[(CONTENT_TYPE, habits.json_type)]);
    response
}

/// Sets headers. A value that cannot be one is left out: texts of manifests can have any characters.
pub(crate) fn set(response: &mut Response<Body>, headers: &[(HeaderName, &str)]) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(*value) {
            response.headers_mut().insert(name, value);
        }
    }
}
