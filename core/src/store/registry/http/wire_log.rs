//! Logs requests and responses with their headers, at the level *trace*. Secrets are replaced by `***`:
//! credentials, tokens, cookies, the headers of the caller, and the queries of URLs, which can contain
//! signatures. Bodies are not logged.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{
    received::masked,
    request::{Body, Request},
};
use crate::store::registry::secret::Secret;
use ocigraph_types::excerpt;

/// What takes the place of a secret.
const HIDDEN: &str = "***";

/// Parts of the names of headers whose values are hidden.
const SECRET_NAMES: [&str; 9] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "password",
    "signature",
    "credential",
    "api-key",
    "apikey",
];

/// Logs a request. `url` returns its URL without what must not be shown.
pub(super) fn sent(request: &Request, url: fn(&Request) -> String) {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    let body = match &request.body {
        Body::Empty => 0,
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::Source { length, .. } => *length,
    };
    let headers = listed(&request.headers, &request.secrets);
    tracing::trace!(method = %request.method, url = url(request), headers, body, "request");
}

/// Logs the response to a request.
pub(super) fn received(
    request: &Request,
    url: fn(&Request) -> String,
    status: StatusCode,
    headers: &HeaderMap,
) {
    if !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    let headers = listed(headers, &request.secrets);
    let (method, url, status) = (&request.method, url(request), status.as_u16());
    tracing::trace!(%method, url, status, headers, "response");
}

fn listed(headers: &HeaderMap, secrets: &[Secret]) -> String {
    let one = |(name, value): (&HeaderName, &HeaderValue)| {
        format!("{name}: {}", shown(name, value, secrets))
    };
    headers.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn shown(name: &HeaderName, value: &HeaderValue, secrets: &[Secret]) -> String {
    // A challenge has no secret, and says where the credential goes.
    let is_secret = *name != header::WWW_AUTHENTICATE
        && SECRET_NAMES.iter().any(|part| name.as_str().contains(part));
    match value.to_str() {
        Ok(text) if !is_secret && !value.is_sensitive() => {
            excerpt(&masked(&without_queries(text), secrets))
        }
        _ => HIDDEN.to_owned(),
    }
}

/// Returns a value with the queries of the URLs in it replaced.
fn without_queries(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('?') {
        shown.push_str(before);
        shown.push('?');
        shown.push_str(HIDDEN);
        let end = after.find([' ', '>', '"', ',', ';']).unwrap_or(after.len());
        rest = &after[end..];
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_the_queries_of_urls_are_hidden() {
        let secrets = [Secret::new("open sesame")];
        for (name, value, expected) in [
            ("authorization", "Bearer abc", "***"),
            ("set-cookie", "session=abc", "***"),
            ("x-amz-security-token", "abc", "***"),
            ("x-goog-signature", "abc", "***"),
            ("x-team", "open sesame", "***"),
            ("location", "https://b.test/x?sig=abc", "https://b.test/x?***"),
            ("link", "</v2/_catalog?last=a&n=1>; rel=\"next\"", "</v2/_catalog?***>; rel=\"next\""),
            ("content-type", "application/json", "application/json"),
            (
                "www-authenticate",
                "Bearer realm=\"https://a.test/t\"",
                "Bearer realm=\"https://a.test/t\"",
            ),
        ] {
            let headers = HeaderMap::from_iter([(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )]);
            assert_eq!(listed(&headers, &secrets), format!("{name}: {expected}"));
        }
        let mut value = HeaderValue::from_static("abc");
        value.set_sensitive(true);
        assert_eq!(shown(&header::ACCEPT, &value, &[]), "***");
        assert_eq!(without_queries("a?b?c d?e"), "a?*** d?***");
    }
}
