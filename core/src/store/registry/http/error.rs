//! Failures of the HTTP library as errors of this crate.

use std::{io, net::SocketAddr, time::Duration};

use url::{Position, Url};

use crate::store::registry::hint;
use ocigraph_types::{Code, Error, Result};

/// Waits for a response; TIMEOUT if it does not begin within `limit`.
pub(super) async fn with_timeout(
    limit: Duration,
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> Result<reqwest::Response> {
    match tokio::time::timeout(limit, response).await {
        Ok(response) => response.map_err(network_error),
        Err(_) => Err(Error::new(Code::Timeout, format!("no response within {limit:?}"))),
    }
}

/// Converts an error of the HTTP library: TLS, TOO_LARGE, TIMEOUT or NETWORK. Its source is the error
/// of the library, without the URL.
pub(super) fn network_error(error: reqwest::Error) -> Error {
    let (summary, is_timeout) = (summary(&error), error.is_timeout());
    described(summary, std::error::Error::source(&error), is_timeout)
        .with_source(error.without_url())
}

/// Returns an error with a summary and what its causes say.
pub(super) fn described(
    summary: &str,
    mut source: Option<&(dyn std::error::Error + 'static)>,
    is_timeout: bool,
) -> Error {
    let mut causes = vec![summary.to_owned()];
    let mut tls = false;
    while let Some(cause) = source {
        tls |= is_tls(cause);
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.dedup();
    let code = if tls {
        Code::Tls
    } else if causes.iter().any(|cause| cause == "message head is too large") {
        Code::TooLarge
    } else if is_timeout {
        Code::Timeout
    } else {
        Code::Network
    };
    Error::new(code, causes.join(": "))
}

/// Returns true for an error of rustls. The layers above rustls wrap it in nested `io::Error`s, and
/// `source` of an `io::Error` skips the error that it wraps.
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<rustls::Error>()
        || cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .is_some_and(|inner| is_tls(inner))
}

/// Returns what failed, without the URL: its query may contain a signature.
fn summary(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the response ended early"
    } else if error.is_timeout() {
        "no response in time"
    } else {
        "the request failed"
    }
}

/// Adds the request, as a method and a URL, to a failure of the transfer.
pub(super) fn with_request(error: Error, request: &str) -> Error {
    let message = format!("{request}: {}", error.message());
    error.with_message(message)
}

/// Adds a hint and the name of the server: after a redirect that is not the registry. `given` is the
/// address that the caller gave for it. `lacks_certificate` is true if a server has asked for a
/// certificate that the client does not have.
pub(super) fn with_server(
    error: Error,
    url: &Url,
    given: Option<SocketAddr>,
    lacks_certificate: bool,
) -> Error {
    let host = url.host_str().unwrap_or_default();
    match error.code() {
        Code::Network if lacks_certificate && was_closed(&error) => {
            error.with_hint(hint::client_certificate_required())
        }
        Code::Network if url.scheme() == "http" && answered_in_tls(&error) => {
            error.with_hint(hint::uses_tls())
        }
        Code::Network if error.hint().is_none() => error.with_hint(match given {
            Some(address) => hint::check_given_address(address, host),
            None => hint::check_address(&url[Position::BeforeHost..Position::AfterPort]),
        }),
        Code::Tls => {
            let message = format!("no secure connection to {host}: {}", error.message());
            let hint = tls_hint(error.message());
            let error = error.with_message(message);
            match hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        }
        _ => error,
    }
}

/// Returns true if the response began like an alert of TLS, in place of `HTTP/`.
fn answered_in_tls(error: &Error) -> bool {
    error.message().contains("invalid HTTP version parsed")
}

/// Returns true if the server closed the connection before it responded.
fn was_closed(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<io::Error>() {
            use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
            return matches!(
                io.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
            );
        }
        let text = current.to_string();
        if text.starts_with("connection closed before") || text == "operation was canceled" {
            return true;
        }
        cause = current.source();
    }
    false
}

/// Returns what helps against a failure that rustls describes.
fn tls_hint(message: &str) -> Option<String> {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["InvalidContentType", "corrupt message"]) {
        Some(hint::no_tls_at_server())
    } else if says(&["CertificateRequired", "HandshakeFailure", "AccessDenied"]) {
        Some(hint::client_certificate_required())
    } else if says(&["expired", "Expired", "NotValidYet", "not valid for name", "NotValidForName"])
    {
        Some(hint::wrong_certificate())
    } else if says(&["invalid peer certificate"]) {
        Some(hint::untrusted_certificate())
    } else {
        None
    }
}
