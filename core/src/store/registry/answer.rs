//! What a registry answered: bounded bodies, and failures in the registry's own words.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::{config::Limits, retry::retry_after};
use crate::{
    blocking::io_is_out_of_descriptors,
    content::source::ByteStream,
    store::{
        memory::{Gate, SMALL_BODY, Turn},
        registry::auth::{Challenge, Secret, parse_challenges, redacted},
    },
};
use ocigraph_types::{Code, Error, RegistryError, Result};

const MAX_ERROR_BODY: usize = 64 * 1024;

/// A body that comes more slowly than this in the idle limit has stopped coming.
const LEAST_PROGRESS: usize = 1024;

/// What came back: any status that is not worth a retry.
#[derive(Debug)]
pub(crate) struct Response {
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    content: Content,
    limits: Limits,
    /// Whether it came from where the registry sent the request on to.
    redirected: bool,
    /// Whether it came before the whole body of the request was sent.
    early: bool,
    /// What was sent, and must not be shown if it comes back.
    secrets: Vec<Secret>,
    hint: Option<String>,
    gate: Option<Gate>,
    /// That of a large body which was read.
    turn: Option<Turn>,
}

#[derive(Debug)]
enum Content {
    Coming(Box<reqwest::Response>),
    Read(Bytes),
}

impl Response {
    pub(super) fn new(response: reqwest::Response, limits: Limits, secrets: Vec<Secret>) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            url: response.url().clone(),
            content: Content::Coming(Box::new(response)),
            limits,
            redirected: false,
            early: false,
            secrets,
            hint: None,
            gate: None,
            turn: None,
        }
    }

    pub(super) fn redirected(self, redirected: bool) -> Self {
        Self { redirected, ..self }
    }

    pub(super) fn early(self, early: bool) -> Self {
        Self { early, ..self }
    }

    /// Whether it came before the whole body of the request was sent: then a success says nothing of
    /// what is stored.
    pub(crate) fn is_early(&self) -> bool {
        self.early
    }

    /// Whether the registry gave a signed address that has expired, as stores for blobs say it:
    /// Azure's and Amazon's 403, Google's 400.
    pub(super) fn is_of_an_expired_address(&self) -> bool {
        self.redirected && matches!(self.status.as_u16(), 400 | 401 | 403)
    }

    /// Has a large body wait there until it may be read.
    pub(super) fn gated(mut self, gate: Option<Gate>) -> Self {
        self.gate = gate;
        self
    }

    /// What to try, should this answer be a failure.
    pub(super) fn with_hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        self.headers.get(name.as_ref())?.to_str().ok()
    }

    /// `Location`, which some write without escaping what is not ASCII.
    pub(super) fn location(&self) -> Option<&str> {
        std::str::from_utf8(self.headers.get(header::LOCATION)?.as_bytes()).ok()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// All challenges of a 401.
    pub(super) fn challenges(&self) -> Vec<Challenge> {
        let values = self.headers.get_all(header::WWW_AUTHENTICATE);
        let values = values.iter().filter_map(|value| value.to_str().ok());
        values.flat_map(parse_challenges).collect()
    }

    /// Reads what is left of a small body, so that the connection can be used again.
    pub(super) async fn drain(self) {
        let limit = self.limits.idle_timeout;
        let _ = timeout(limit, self.body(MAX_ERROR_BODY)).await;
    }

    /// The same, with its body read, if that is small.
    pub(super) async fn read(self) -> Result<Self> {
        let (status, headers, url) = (self.status, self.headers.clone(), self.url.clone());
        let (limits, secrets, hint) = (self.limits, self.secrets.clone(), self.hint.clone());
        let (redirected, early) = (self.redirected, self.early);
        let (bytes, turn) = self.metadata_in_turn().await?;
        let content = Content::Read(bytes);
        let gate = None;
        Ok(Self {
            status,
            headers,
            url,
            content,
            limits,
            redirected,
            early,
            secrets,
            hint,
            gate,
            turn,
        })
    }

    /// The body of an answer that must be small; TOO_LARGE beyond the limit for metadata. With the
    /// turn that a large one had to wait for, which is to be held until the body was made into
    /// something else, and over no other request.
    pub(crate) async fn metadata_in_turn(self) -> Result<(Bytes, Option<Turn>)> {
        let limit = self.limits.max_manifest_bytes;
        self.body_in_turn(limit).await
    }

    /// All values of a header, whatever bytes they have.
    pub(super) fn all_of(&self, name: impl AsRef<str>) -> Vec<String> {
        let values = self.headers.get_all(name.as_ref()).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    /// The body; TOO_LARGE when it is longer than `limit`, TIMEOUT when it takes too long as a whole.
    pub(super) async fn body(self, limit: usize) -> Result<Bytes> {
        Ok(self.body_in_turn(limit).await?.0)
    }

    async fn body_in_turn(mut self, limit: usize) -> Result<(Bytes, Option<Turn>)> {
        let (url, whole) = (redacted(&self.url), self.limits.stall_timeout);
        let too_large = || {
            Error::new(Code::TooLarge, format!("the answer to {url} is longer than {limit} bytes"))
        };
        let announced = self.header(header::CONTENT_LENGTH).and_then(|n| n.parse::<u64>().ok());
        if announced.is_some_and(|n| n > limit as u64) {
            return Err(too_large());
        }
        let (gate, mut turn) = (self.gate.take(), self.turn.take());
        let mut bytes = Vec::new();
        let mut stream = self.stream();
        // Up to a small body's length, then, in its turn, up to the limit.
        for end in [SMALL_BODY.min(limit), limit] {
            let read = async {
                while bytes.len() <= end
                    && let Some(chunk) = stream.try_next().await?
                {
                    if bytes.len() + chunk.len() > limit {
                        return Err(too_large());
                    }
                    bytes.extend_from_slice(&chunk);
                }
                Ok(bytes.len() > end)
            };
            let more = timeout(whole, read).await.unwrap_or_else(|_| {
                Err(Error::new(
                    Code::Timeout,
                    format!("the answer to {url} did not end within {whole:?}"),
                ))
            })?;
            if !more {
                break;
            }
            if let (Some(gate), None) = (&gate, &turn) {
                turn = gate.turn(announced.map_or(limit, |n| n as usize)).await;
            }
        }
        bytes.shrink_to_fit();
        Ok((bytes.into(), turn))
    }

    /// The body as it comes; TIMEOUT when nothing, or next to nothing, came for the idle limit.
    pub(crate) fn stream(self) -> ByteStream {
        let response = match self.content {
            Content::Read(bytes) => return futures::stream::iter([Ok(bytes)]).boxed(),
            Content::Coming(response) => response,
        };
        let idle = self.limits.idle_timeout;
        let chunks = response.bytes_stream().map_err(|e| network_error(&e));
        let state = (Box::pin(chunks), Instant::now() + idle, 0);
        futures::stream::try_unfold(state, move |(mut chunks, mut until, mut came)| async move {
            match timeout_at(until, chunks.next()).await {
                Ok(None) => Ok(None),
                Ok(Some(chunk)) => {
                    let chunk = chunk?;
                    came += chunk.len();
                    if came >= LEAST_PROGRESS {
                        (until, came) = (Instant::now() + idle, 0);
                    }
                    Ok(Some((chunk, (chunks, until, came))))
                }
                Err(_) => Err(Error::new(
                    Code::Timeout,
                    format!("only {came} bytes came in {} seconds", idle.as_secs_f64()),
                )),
            }
        })
        .boxed()
    }

    /// The failure this answer is, in the registry's own words; `what` says what was not done.
    pub(crate) async fn into_error(self, what: &str) -> Error {
        let status = self.status();
        let wait = self.header(header::RETRY_AFTER).and_then(retry_after);
        let request_id = ["x-ms-correlation-request-id", "x-request-id", "docker-request-id"]
            .iter()
            .find_map(|name| self.header(name).map(str::to_owned));
        let (secrets, hint) = (self.secrets.clone(), self.hint.clone());
        let limit = self.limits.idle_timeout;
        let mut body = Vec::new();
        let read = async {
            let mut stream = self.stream();
            while let Ok(Some(chunk)) = stream.try_next().await {
                let room = MAX_ERROR_BODY - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if body.len() == MAX_ERROR_BODY {
                    break;
                }
            }
        };
        // What came of it until then is better than nothing.
        let _ = timeout(limit, read).await;
        let errors = registry_errors(&body, &secrets);
        let code = match status.as_u16() {
            401 => Code::Unauthorized,
            403 => Code::Forbidden,
            404 => Code::NotFound,
            405 | 501 => Code::Unsupported,
            408 => Code::Timeout,
            409 | 412 => Code::Conflict,
            413 => Code::TooLarge,
            429 => Code::RateLimited,
            _ => Code::Registry,
        };
        let words = errors
            .iter()
            .map(|e| {
                if e.message.is_empty() {
                    e.code.clone()
                } else {
                    format!("{}: {}", e.code, e.message)
                }
            })
            .collect::<Vec<_>>()
            .join(", ");
        let said = if words.is_empty() { String::new() } else { format!(" ({words})") };
        let mut error = Error::new(code, format!("{what}: the registry answered {status}{said}"))
            .with_answer(status.as_u16(), errors, request_id);
        if let Some(wait) = wait {
            error = error.with_retry_after(wait);
        }
        match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// The errors of the OCI specification's list, or the one of OAuth 2 (RFC 6749, section 5.2) that
/// token servers give. What was sent as a secret is not repeated.
fn registry_errors(body: &[u8], secrets: &[Secret]) -> Vec<RegistryError> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let clean = |value: &Value| -> String {
        let mut text = value.as_str().unwrap_or_default().to_owned();
        for secret in secrets.iter().filter(|secret| !secret.expose().is_empty()) {
            text = text.replace(secret.expose(), "***");
        }
        text.chars().filter(|c| !c.is_control()).take(512).collect()
    };
    let error = |code: &Value, message: &Value| RegistryError {
        code: clean(code),
        message: clean(message),
    };
    match &body["errors"] {
        Value::Array(errors) => {
            errors.iter().take(16).map(|e| error(&e["code"], &e["message"])).collect()
        }
        _ => {
            let words = ["error_description", "details", "message"];
            let message = words.iter().map(|name| &body[*name]).find(|value| value.is_string());
            match (&body["error"], message) {
                (Value::Null, None) => Vec::new(),
                (code, message) => vec![error(code, message.unwrap_or(&Value::Null))],
            }
        }
    }
}

pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

pub(super) async fn with_timeout(
    limit: Duration,
    answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> Result<reqwest::Response> {
    match tokio::time::timeout(limit, answer).await {
        Ok(response) => response.map_err(|e| network_error(&e)),
        Err(_) => Err(Error::new(Code::Timeout, format!("no answer came within {limit:?}"))),
    }
}

pub(super) fn network_error(error: &reqwest::Error) -> Error {
    let mut causes = vec![error.without_url_text()];
    let (mut tls, mut descriptors) = (false, None);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        tls |= is_tls(cause);
        let io = cause.downcast_ref::<std::io::Error>();
        descriptors = descriptors.or(io.filter(|e| io_is_out_of_descriptors(e)));
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.dedup();
    let code = if tls {
        Code::Tls
    } else if causes.iter().any(|cause| cause == "message head is too large") {
        Code::TooLarge
    } else if error.is_timeout() {
        Code::Timeout
    } else {
        Code::Network
    };
    let failure = Error::new(code, causes.join(": "));
    match descriptors.and_then(std::io::Error::raw_os_error) {
        Some(number) => failure.with_source(std::io::Error::from_raw_os_error(number)),
        None => failure,
    }
}

/// Whether rustls has said this. The layers above wrap its words in `io::Error`s, one in another,
/// which pass over each other when they are asked for a source.
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<rustls::Error>()
        || cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .is_some_and(|inner| is_tls(inner))
}

trait WithoutUrl {
    fn without_url_text(&self) -> String;
}

impl WithoutUrl for reqwest::Error {
    fn without_url_text(&self) -> String {
        let kind = if self.is_connect() {
            "no connection"
        } else if self.is_body() || self.is_decode() {
            "the answer broke off"
        } else if self.is_timeout() {
            "no answer in time"
        } else {
            "the request failed"
        };
        kind.to_owned()
    }
}
