//! Responses: bodies of bounded size and duration, and failures in the registry's own words.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::{HeaderMap, Method, StatusCode, header};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::{
    content_coding::{content_coding, decoded, decoded_start},
    error::{network_error, with_request},
    received::{Received, masked},
    retry::retry_after,
    url::{redacted, same_origin},
};
use crate::{
    content::source::ByteStream,
    store::{
        limits::Limits,
        memory_budget::{BodyLimiter, BodyPermit, SMALL_BODY},
        registry::{hint, secret::Secret},
    },
};
use ocigraph_types::{Code, Error, Result, excerpt, media_type};

/// Header fields of a response: more than any registry or proxy sends. The HTTP library clears memory for
/// all of them before each response, which takes a tenth of the time of a `discover` for 4,096. It limits
/// their bytes to about 400 KiB for HTTP/1.1; [`MAX_HEADER_BYTES`] does so for HTTP/2.
pub(super) const MAX_HEADERS: usize = 1024;
pub(super) const MAX_HEADER_BYTES: u32 = 400 * 1024;

/// Bytes of an error response that are read.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// A body that delivers fewer bytes than this within the idle timeout has stalled.
const MIN_PROGRESS: usize = 1024;

/// A response of any status.
#[derive(Debug)]
pub(crate) struct Response {
    method: Method,
    status: StatusCode,
    headers: HeaderMap,
    url: Url,
    body: Body,
    limits: Limits,
    /// It comes from the target of a redirect.
    redirected: bool,
    /// It arrived before the whole body of the request was sent.
    early: bool,
    /// Texts of the request, which error messages must not repeat.
    secrets: Vec<Secret>,
    hint: Option<String>,
    body_limiter: Option<BodyLimiter>,
    /// The place at the body_limiter of a large body that was read.
    permit: Option<BodyPermit>,
}

#[derive(Debug)]
enum Body {
    Streaming(Box<reqwest::Response>),
    Buffered(Bytes),
}

impl Response {
    /// `url` is the one that was requested: that of `response` can have the port of a given address.
    pub(super) fn new(
        method: Method,
        url: Url,
        response: reqwest::Response,
        limits: Limits,
        secrets: Vec<Secret>,
    ) -> Self {
        Self {
            method,
            status: response.status(),
            headers: response.headers().clone(),
            url,
            body: Body::Streaming(Box::new(response)),
            limits,
            redirected: false,
            early: false,
            secrets,
            hint: None,
            body_limiter: None,
            permit: None,
        }
    }

    pub(crate) fn with_redirected(self, redirected: bool) -> Self {
        Self { redirected, ..self }
    }

    pub(super) fn with_early(self, early: bool) -> Self {
        Self { early, ..self }
    }

    /// Returns true if the response arrived before the whole body of the request was sent. Such a
    /// success does not mean that the content is stored.
    pub(crate) fn is_early(&self) -> bool {
        self.early
    }

    /// Returns true if the registry redirected to a signed URL that has expired. Azure's and
    /// Amazon's blob stores respond with 403, Google's with 400.
    pub(crate) fn is_expired_redirect(&self) -> bool {
        self.redirected && matches!(self.status.as_u16(), 400 | 401 | 403)
    }

    /// Returns true if nothing is at the URL.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.status, StatusCode::NOT_FOUND | StatusCode::GONE)
    }

    /// Makes a large body wait at `body_limiter` before it is read.
    pub(super) fn with_body_limiter(mut self, body_limiter: Option<BodyLimiter>) -> Self {
        self.body_limiter = body_limiter;
        self
    }

    /// Sets the hint of the error that the response may become.
    pub(crate) fn with_hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        self.headers.get(name.as_ref())?.to_str().ok()
    }

    /// Returns the pause that the registry asks for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.header(header::RETRY_AFTER).and_then(retry_after)
    }

    /// Returns `Location`, unless it is blank. Some registries do not escape characters outside ASCII.
    pub(crate) fn location(&self) -> Option<&str> {
        let text = std::str::from_utf8(self.headers.get(header::LOCATION)?.as_bytes()).ok()?;
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    pub(crate) fn content_type(&self) -> Option<String> {
        self.header(header::CONTENT_TYPE).map(str::to_owned)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Reads the rest of a small body, so that the connection can be used again.
    pub(crate) async fn drain(self) {
        let limit = self.limits.idle_timeout;
        let _ = timeout(limit, self.body(MAX_ERROR_BODY)).await;
    }

    /// Reads the start of the body of an error, and returns the response with it.
    async fn with_error_body(mut self) -> Self {
        let body = std::mem::replace(&mut self.body, Body::Buffered(Bytes::new()));
        let limit = self.limits.idle_timeout;
        let request = self.request_text();
        let mut bytes = Vec::new();
        let read = async {
            let mut stream = stream_of(body, limit, request);
            while let Ok(Some(chunk)) = stream.try_next().await {
                let room = MAX_ERROR_BODY - bytes.len();
                bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if bytes.len() == MAX_ERROR_BODY {
                    break;
                }
            }
        };
        // A part of the message is better than none.
        let _ = timeout(limit, read).await;
        let bytes = decoded_start(bytes, &self.headers, MAX_ERROR_BODY);
        self.headers.remove(header::CONTENT_ENCODING);
        self.body = Body::Buffered(bytes.into());
        self
    }

    /// Returns whether an error comes from an object store (S3, Google Cloud Storage) that serves the
    /// files of a registry, and the response with its body. Such a host has no API. Without the
    /// permission to list, it answers 403 for a file that does not exist.
    pub(crate) async fn detect_object_store(self) -> (Self, bool) {
        let response = self.with_error_body().await;
        let is_xml = response.header(header::CONTENT_TYPE).is_some_and(|text| {
            let essence = media_type::essence(text);
            essence == "application/xml" || essence == "text/xml"
        });
        let has_error = match &response.body {
            Body::Buffered(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                text.contains("<Error>")
                    && ["<Code>AccessDenied</Code>", "<Code>NoSuchKey</Code>"]
                        .iter()
                        .any(|code| text.contains(code))
            }
            Body::Streaming(_) => false,
        };
        (response, is_xml && has_error)
    }

    /// Reads the body as metadata, and returns the response with it.
    pub(super) async fn buffered(self) -> Result<Self> {
        let method = self.method.clone();
        let (status, mut headers, url) = (self.status, self.headers.clone(), self.url.clone());
        headers.remove(header::CONTENT_ENCODING);
        let (limits, secrets, hint) = (self.limits, self.secrets.clone(), self.hint.clone());
        let (redirected, early) = (self.redirected, self.early);
        let (bytes, permit) = self.metadata().await?;
        let (body, body_limiter) = (Body::Buffered(bytes), None);
        Ok(Self {
            method,
            status,
            headers,
            url,
            body,
            limits,
            redirected,
            early,
            secrets,
            hint,
            body_limiter,
            permit,
        })
    }

    /// Returns the body of a manifest or list; TOO_LARGE if it exceeds `max_manifest_bytes`.
    ///
    /// A large body comes with its place at the body_limiter. Hold it until the body is parsed, and send no
    /// other request meanwhile.
    pub(crate) async fn metadata(self) -> Result<(Bytes, Option<BodyPermit>)> {
        let limit = self.limits.max_manifest_bytes;
        self.read_body(limit).await
    }

    /// Returns all values of a header. Bytes that are not UTF-8 are replaced.
    pub(crate) fn header_values(&self, name: impl AsRef<str>) -> Vec<String> {
        let values = self.headers.get_all(name.as_ref()).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    /// Returns the body; TOO_LARGE if it has more than `limit` bytes, TIMEOUT if it does not end
    /// within the stall timeout.
    pub(crate) async fn body(self, limit: usize) -> Result<Bytes> {
        Ok(self.read_body(limit).await?.0)
    }

    async fn read_body(mut self, limit: usize) -> Result<(Bytes, Option<BodyPermit>)> {
        let url = self.shown_url();
        let deadline = self.limits.stall_timeout;
        let too_large =
            || Error::new(Code::TooLarge, format!("the response from {url} exceeds {limit} bytes"));
        let length = self.header(header::CONTENT_LENGTH).and_then(|n| n.parse::<u64>().ok());
        if length.is_some_and(|n| n > limit as u64) {
            return Err(too_large());
        }
        let (body_limiter, mut permit) = (self.body_limiter.take(), self.permit.take());
        let coding = content_coding(&self.headers).map(str::to_owned);
        let mut bytes = Vec::new();
        let mut stream = self.stream();
        // A small body needs no place at the body_limiter; only the rest of a large one waits for it.
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
            let more = timeout(deadline, read).await.unwrap_or_else(|_| {
                Err(Error::new(
                    Code::Timeout,
                    format!("the response from {url} did not end within {deadline:?}"),
                ))
            })?;
            if !more {
                break;
            }
            if let (Some(body_limiter), None) = (&body_limiter, &permit) {
                permit = body_limiter.acquire(length.map_or(limit, |n| n as usize)).await;
            }
        }
        if let Some(coding) = coding {
            bytes = decoded(bytes, &coding, limit, &url)?;
        }
        bytes.shrink_to_fit();
        Ok((bytes.into(), permit))
    }

    /// Returns the body as it arrives; TIMEOUT if fewer than 1024 bytes arrive within the idle
    /// timeout.
    pub(crate) fn stream(self) -> ByteStream {
        let request = self.request_text();
        stream_of(self.body, self.limits.idle_timeout, request)
    }

    /// The method and the URL, for messages.
    fn request_text(&self) -> String {
        format!("{} {}", self.method, self.shown_url())
    }

    fn shown_url(&self) -> String {
        masked(&redacted(&self.url), &self.secrets)
    }

    /// What was received, for messages. The body is not read.
    pub(crate) fn received(&self) -> Received {
        Received {
            method: self.method.clone(),
            url: redacted(&self.url),
            status: self.status,
            content_type: self.content_type(),
            content_encoding: self.header(header::CONTENT_ENCODING).map(str::to_owned),
            secrets: self.secrets.clone(),
        }
    }

    /// Converts the response into an error with the registry's own message. `what` says which step
    /// failed.
    pub(crate) async fn into_error(self, what: &str) -> Error {
        let (status, received) = (self.status(), self.received());
        let wait = self.retry_after();
        let request_id = ["x-ms-correlation-request-id", "x-request-id", "docker-request-id"]
            .iter()
            .find_map(|name| self.header(name).map(|id| received.masked(id)));
        let hint = self.hint.clone();
        let location = self.location().filter(|_| status.is_redirection());
        let redirect = location.map(|location| {
            let target = self.url.join(location).map(|url| redacted(&url));
            let target = target.unwrap_or_else(|_| excerpt(location));
            format!("redirected to {}", received.masked(&target))
        });
        let redirect_hint = location
            .and_then(|location| self.url.join(location).ok())
            .and_then(|target| redirect_hint(&self.url, &target));
        let body = match self.with_error_body().await.body {
            Body::Buffered(body) => body,
            Body::Streaming(_) => Bytes::new(),
        };
        let errors = received.errors(&body);
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
        let described = received.described(&errors, redirect, &body);
        let mut error = Error::new(code, format!("{what}: {described}")).with_response(
            status.as_u16(),
            errors,
            request_id,
        );
        if let Some(wait) = wait {
            error = error.with_retry_after(wait);
        }
        match hint.or(redirect_hint).or_else(|| received.hint(&body)) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// Returns the body of a response to `request` as it arrives. TIMEOUT if fewer than 1024 bytes arrive
/// within `idle`.
fn stream_of(body: Body, idle: Duration, request: String) -> ByteStream {
    let response = match body {
        Body::Buffered(bytes) => return futures::stream::iter([Ok(bytes)]).boxed(),
        Body::Streaming(response) => response,
    };
    let chunks = response.bytes_stream().map_err(move |e| with_request(network_error(e), &request));
    let state = (Box::pin(chunks), Instant::now() + idle, 0);
    futures::stream::try_unfold(state, move |(mut chunks, mut deadline, mut received)| async move {
        match timeout_at(deadline, chunks.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(chunk)) => {
                let chunk = chunk?;
                received += chunk.len();
                if received >= MIN_PROGRESS {
                    (deadline, received) = (Instant::now() + idle, 0);
                }
                Ok(Some((chunk, (chunks, deadline, received))))
            }
            Err(_) => Err(Error::new(
                Code::Timeout,
                format!("only {received} bytes arrived within {} seconds", idle.as_secs_f64()),
            )),
        }
    })
    .boxed()
}

/// Returns what to try if a registry redirects a request that is not sent elsewhere.
fn redirect_hint(from: &Url, to: &Url) -> Option<String> {
    let host = to.host_str()?;
    Some(if same_origin(from, to) {
        hint::redirected_by_gateway()
    } else if from.host_str() == Some(host) && from.scheme() == "http" && to.scheme() == "https" {
        hint::redirected_to_tls()
    } else {
        match to.port() {
            Some(port) => hint::redirected_to(format!("{host}:{port}")),
            None => hint::redirected_to(host),
        }
    })
}
