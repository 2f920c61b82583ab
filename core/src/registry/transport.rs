//! One connection to a registry: every request goes through here.
//!
//! Retries by the policy of the design, follows redirects without taking credentials along,
//! answers Basic challenges, and bounds what it reads. It knows HTTP, and nothing of manifests.

use std::{
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::time::Instant;
use url::Url;

use super::retry::{Backoff, is_retryable_status, retry_after};
use crate::{
    auth::{Credential, parse_challenges},
    error::{Code, Error, RegistryError, Result},
    reference::Host,
    store::{ByteStream, Source},
};

const MAX_REDIRECTS: usize = 10;
const MAX_ERROR_BODY: usize = 64 * 1024;

/// How a client speaks to registries.
#[derive(Clone)]
pub struct RegistryConfig {
    /// Used where a registry asks for Basic authentication.
    pub credential: Option<Credential>,
    /// Plain HTTP or TLS; without it, plain HTTP for this machine and TLS for all others.
    pub plain_http: Option<bool>,
    /// Further headers, sent to the registry itself and nowhere else.
    pub headers: Vec<(String, String)>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// How long to wait, and how much to read.
    pub limits: Limits,
}

impl Default for RegistryConfig {
    fn default() -> Self {
        Self {
            credential: None,
            plain_http: None,
            headers: Vec::new(),
            user_agent: concat!("ocigraph/", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
        }
    }
}

impl fmt::Debug for RegistryConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Header values may be secrets.
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("RegistryConfig")
            .field("credential", &self.credential)
            .field("plain_http", &self.plain_http)
            .field("headers", &headers)
            .field("user_agent", &self.user_agent)
            .field("limits", &self.limits)
            .finish()
    }
}

/// Bounds on waiting and on what a registry may send.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To connect.
    pub connect: Duration,
    /// From the request to the first header of the answer.
    pub first_header: Duration,
    /// Between two pieces of a body, either way.
    pub idle: Duration,
    /// From an upload's last byte to the answer; a second more for every 16 MiB sent, since
    /// registries digest before they answer.
    pub upload_answer: Duration,
    /// Tries of one request, the first included.
    pub tries: u32,
    /// Without a byte moved, retries end after this long.
    pub stalled: Duration,
    /// Bytes of a manifest or a list.
    pub metadata: usize,
    /// Pages of a list.
    pub pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_header: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            upload_answer: Duration::from_secs(60),
            tries: 5,
            stalled: Duration::from_secs(90),
            metadata: 4 * 1024 * 1024,
            pages: 10_000,
        }
    }
}

/// A request that can be sent again.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Whether to send it again when it fails in a way that may pass.
    pub(crate) retried: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Body {
    Empty,
    Bytes(Bytes),
    /// `length` bytes of a source from `offset` on.
    Source {
        source: Arc<dyn Source>,
        offset: u64,
        length: u64,
    },
}

impl Call {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Body::Empty, retried: true }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn once(mut self) -> Self {
        self.retried = false;
        self
    }
}

/// What came back: any status that is not worth a retry.
#[derive(Debug)]
pub(crate) struct Answer {
    response: reqwest::Response,
    limits: Limits,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn header(&self, name: impl AsRef<str>) -> Option<&str> {
        self.response.headers().get(name.as_ref())?.to_str().ok()
    }

    pub(crate) fn url(&self) -> &Url {
        self.response.url()
    }

    /// The body of an answer that must be small; TOO_LARGE beyond the limit for metadata.
    pub(crate) async fn metadata(self) -> Result<Bytes> {
        let (limit, url) = (self.limits.metadata, self.url().clone());
        let too_large = || {
            Error::new(
                Code::TooLarge,
                format!("the answer to {} is longer than {limit} bytes", shown(&url)),
            )
        };
        if self.response.content_length().is_some_and(|n| n > limit as u64) {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut stream = self.stream();
        while let Some(chunk) = stream.try_next().await? {
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }

    /// The body as it comes; TIMEOUT when nothing came for the idle limit.
    pub(crate) fn stream(self) -> ByteStream {
        let idle = self.limits.idle;
        let chunks = self.response.bytes_stream().map_err(|e| network_error(&e));
        futures::stream::try_unfold(Box::pin(chunks), move |mut chunks| async move {
            match tokio::time::timeout(idle, chunks.next()).await {
                Ok(None) => Ok(None),
                Ok(Some(chunk)) => Ok(Some((chunk?, chunks))),
                Err(_) => Err(Error::new(
                    Code::Timeout,
                    format!("no byte came for {} seconds", idle.as_secs()),
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
        let mut body = Vec::new();
        let mut stream = self.stream();
        while let Ok(Some(chunk)) = stream.try_next().await {
            let room = MAX_ERROR_BODY - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == MAX_ERROR_BODY {
                break;
            }
        }
        let errors = registry_errors(&body);
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
        let error = Error::new(code, format!("{what}: the registry answered {status}{said}"))
            .with_answer(status.as_u16(), errors, request_id);
        match wait {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }
}

fn registry_errors(body: &[u8]) -> Vec<RegistryError> {
    #[derive(serde::Deserialize)]
    struct Body {
        errors: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: Option<String>,
    }
    let Ok(body) = serde_json::from_slice::<Body>(body) else { return Vec::new() };
    let clean = |text: String| text.chars().filter(|c| !c.is_control()).take(512).collect();
    body.errors
        .into_iter()
        .take(16)
        .map(|e| RegistryError {
            code: clean(e.code),
            message: clean(e.message.unwrap_or_default()),
        })
        .collect()
}

/// A registry, with its connections and what was learned of it.
pub struct Connection {
    host: Host,
    base: Url,
    config: Arc<RegistryConfig>,
    plain: OnceLock<reqwest::Client>,
    tls: OnceLock<reqwest::Client>,
    /// Set once the registry has asked for Basic authentication.
    basic: AtomicBool,
    /// No request before this: the registry said 429.
    pause: Mutex<Option<Instant>>,
    pub(super) learned: super::learned::Learned,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Connection {
    /// A connection to `host`; nothing is sent yet.
    pub fn new(host: &Host, config: Arc<RegistryConfig>) -> Result<Self> {
        let plain = config.plain_http.unwrap_or_else(|| host.is_loopback());
        let scheme = if plain { "http" } else { "https" };
        let address =
            if host.is_docker_hub() { "registry-1.docker.io".to_owned() } else { host.to_string() };
        let base = Url::parse(&format!("{scheme}://{address}/"))
            .map_err(|e| Error::new(Code::InvalidReference, format!("{host} is no host: {e}")))?;
        for (name, value) in &config.headers {
            if HeaderName::try_from(name.as_str()).is_err() || HeaderValue::from_str(value).is_err()
            {
                return Err(Error::new(Code::InvalidArgument, format!("{name:?} is no header"))
                    .with_hint("write NAME:VALUE"));
            }
        }
        Ok(Self {
            host: host.clone(),
            base,
            config,
            plain: OnceLock::new(),
            tls: OnceLock::new(),
            basic: AtomicBool::new(false),
            pause: Mutex::new(None),
            learned: super::learned::Learned::default(),
        })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// A URL below the registry's root; `path` is already encoded where it needs to be.
    pub(crate) fn url(&self, path: &str) -> Result<Url> {
        self.base
            .join(path)
            .map_err(|e| Error::new(Code::Internal, format!("{path} makes no URL")).with_source(e))
    }

    /// Sends a request, again where that may help, and gives any other answer.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer> {
        let mut backoff = Backoff::new(&self.config.limits);
        loop {
            self.wait_for_pause().await;
            let failure = match self.follow(&call).await {
                Ok(answer) if !is_retryable_status(answer.status()) => return Ok(answer),
                Ok(answer) => {
                    let what = format!("{} {}", call.method, shown(&call.url));
                    answer.into_error(&what).await
                }
                Err(e) => e,
            };
            if failure.code() == Code::RateLimited {
                self.pause(failure.retry_after());
            }
            if !call.retried || !failure.is_retryable() {
                return Err(failure);
            }
            backoff.wait(failure).await?;
        }
    }

    async fn follow(&self, call: &Call) -> Result<Answer> {
        let mut url = call.url.clone();
        for _ in 0..MAX_REDIRECTS {
            let own = same_origin(&url, &self.base);
            let signed = own && self.basic.load(Ordering::Relaxed);
            let answer = self.exchange(call, &url, own, signed).await?;
            let status = answer.status();
            // Requests that are under way together are challenged each for itself.
            if status == StatusCode::UNAUTHORIZED && own && !signed && self.accepts(&answer) {
                self.basic.store(true, Ordering::Relaxed);
                continue;
            }
            let moved = matches!(status.as_u16(), 307 | 308)
                || (matches!(status.as_u16(), 301..=303)
                    && matches!(call.method, Method::GET | Method::HEAD));
            let Some(location) = answer.header(header::LOCATION).filter(|_| moved) else {
                return Ok(answer);
            };
            let next = url.join(location).map_err(|_| {
                Error::new(Code::Registry, "the registry redirects to what is no URL")
            })?;
            if !matches!(next.scheme(), "http" | "https")
                || (url.scheme() == "https" && next.scheme() != "https")
            {
                return Err(Error::new(
                    Code::Registry,
                    format!("the registry redirects from https to {}", next.scheme()),
                ));
            }
            url = next;
        }
        Err(Error::new(
            Code::Registry,
            format!("{} redirects more than {MAX_REDIRECTS} times", shown(&call.url)),
        ))
    }

    /// Whether the registry asks for Basic authentication, and there is a credential to give.
    fn accepts(&self, answer: &Answer) -> bool {
        let asks = answer
            .response
            .headers()
            .get_all(header::WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(parse_challenges)
            .any(|challenge| challenge.scheme == "basic");
        asks && self.config.credential.is_some()
    }

    async fn exchange(&self, call: &Call, url: &Url, own: bool, signed: bool) -> Result<Answer> {
        let mut request = self
            .client(url)?
            .request(call.method.clone(), url.clone())
            .headers(call.headers.clone())
            .header(header::ACCEPT_ENCODING, "identity");
        if own {
            for (name, value) in &self.config.headers {
                request = request.header(name, value);
            }
            if signed && let Some(credential) = &self.config.credential {
                request = request.header(header::AUTHORIZATION, credential.basic());
            }
        }
        let limits = self.config.limits;
        let (response, failed) = match &call.body {
            Body::Source { source, offset, length } => {
                let upload = Upload::new(*length, limits);
                let body = upload.body(source.open(*offset).await?, *length);
                let request = request.header(header::CONTENT_LENGTH, *length).body(body);
                (upload.watch(request.send()).await, upload.failure())
            }
            simple => {
                request = match simple {
                    Body::Bytes(bytes) => request.body(bytes.clone()),
                    // Some servers want to be told that nothing comes.
                    _ if call.method != Method::GET && call.method != Method::HEAD => {
                        request.header(header::CONTENT_LENGTH, 0)
                    }
                    _ => request,
                };
                (within(limits.first_header, request.send()).await, None)
            }
        };
        if let Some(error) = failed {
            return Err(error);
        }
        tracing::debug!(method = %call.method, url = %shown(url), status = ?response.as_ref().map(|r| r.status().as_u16()).ok(), "request");
        let response = response.map_err(|e| e.with_hint_if_absent(&self.host))?;
        Ok(Answer { response, limits })
    }

    fn client(&self, url: &Url) -> Result<&reqwest::Client> {
        let secure = url.scheme() == "https";
        let slot = if secure { &self.tls } else { &self.plain };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let tls = if secure { super::tls::config()? } else { super::tls::no_roots()? };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.config.limits.connect)
            .pool_max_idle_per_host(64)
            .tcp_nodelay(true)
            .user_agent(&self.config.user_agent)
            .build()
            .map_err(|e| {
                Error::new(Code::Internal, "the HTTP client could not be set up").with_source(e)
            })?;
        Ok(slot.get_or_init(|| client))
    }

    async fn wait_for_pause(&self) {
        let until = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    fn pause(&self, wait: Option<Duration>) {
        if let Some(wait) = wait.filter(|w| *w <= super::retry::LONGEST_RETRY_AFTER) {
            let until = Instant::now() + wait;
            let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
            *pause = Some(pause.map_or(until, |known| known.max(until)));
        }
    }
}

impl Error {
    fn with_hint_if_absent(self, host: &Host) -> Self {
        match self.code() {
            Code::Network if self.hint().is_none() => {
                self.with_hint(format!("is {host} the right address, and is it up?"))
            }
            Code::Tls => {
                self.with_hint(format!("if {host} speaks plain HTTP, say so with --plain-http"))
            }
            _ => self,
        }
    }
}

/// A URL as logs and errors may show it: without its query, which may be signed.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.into()
}

pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

async fn within(
    limit: Duration,
    answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> Result<reqwest::Response> {
    match tokio::time::timeout(limit, answer).await {
        Ok(response) => response.map_err(|e| network_error(&e)),
        Err(_) => Err(Error::new(
            Code::Timeout,
            format!("no answer came within {} seconds", limit.as_secs()),
        )),
    }
}

fn network_error(error: &reqwest::Error) -> Error {
    let mut causes = vec![error.without_url_text()];
    let mut tls = false;
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        // rustls reports a server that speaks no TLS, or has a bad certificate, as an io::Error
        // around its own.
        tls |= cause.is::<rustls::Error>()
            || cause
                .downcast_ref::<std::io::Error>()
                .and_then(|e| e.get_ref())
                .is_some_and(|e| e.is::<rustls::Error>());
        causes.push(cause.to_string());
        source = cause.source();
    }
    causes.dedup();
    let code = if tls {
        Code::Tls
    } else if error.is_timeout() {
        Code::Timeout
    } else {
        Code::Network
    };
    Error::new(code, causes.join(": "))
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

/// Watches an upload: how far it is, and whether the source itself failed.
struct Upload {
    length: u64,
    limits: Limits,
    state: Arc<UploadState>,
}

struct UploadState {
    started: Instant,
    moved: AtomicU64,
    sent: AtomicU64,
    failure: Mutex<Option<Error>>,
}

impl Upload {
    fn new(length: u64, limits: Limits) -> Self {
        let state = UploadState {
            started: Instant::now(),
            moved: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            failure: Mutex::new(None),
        };
        Self { length, limits, state: Arc::new(state) }
    }

    /// The first `length` bytes of the stream as a request body. A source that ends early is an
    /// error of its own, not of the network.
    fn body(&self, stream: ByteStream, length: u64) -> reqwest::Body {
        let state = Arc::clone(&self.state);
        let parts = futures::stream::unfold((stream, length), move |(mut stream, left)| {
            let state = Arc::clone(&state);
            async move {
                if left == 0 {
                    return None;
                }
                let chunk = match stream.next().await {
                    Some(Ok(mut chunk)) => {
                        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                        Ok(chunk)
                    }
                    Some(Err(e)) => Err(e),
                    None => Err(Error::new(
                        Code::SizeMismatch,
                        format!("the content ended {left} bytes early; was the file changed?"),
                    )),
                };
                match chunk {
                    Ok(chunk) => {
                        let length = chunk.len() as u64;
                        state.sent.fetch_add(length, Ordering::Relaxed);
                        let now = state.started.elapsed().as_millis() as u64;
                        state.moved.store(now, Ordering::Relaxed);
                        Some((Ok(chunk), (stream, left - length)))
                    }
                    Err(e) => {
                        let message = e.to_string();
                        *state.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                        Some((Err(std::io::Error::other(message)), (stream, 0)))
                    }
                }
            }
        });
        reqwest::Body::wrap_stream(parts)
    }

    async fn watch(
        &self,
        answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
    ) -> Result<reqwest::Response> {
        tokio::select! {
            response = answer => response.map_err(|e| network_error(&e)),
            error = self.stalled() => Err(error),
        }
    }

    async fn stalled(&self) -> Error {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let moved = Duration::from_millis(self.state.moved.load(Ordering::Relaxed));
            let quiet = self.state.started.elapsed().saturating_sub(moved);
            let all_sent = self.state.sent.load(Ordering::Relaxed) >= self.length;
            let limit = if all_sent {
                self.limits.upload_answer + Duration::from_secs(self.length / (16 * 1024 * 1024))
            } else {
                self.limits.idle
            };
            if quiet > limit {
                return Error::new(
                    Code::Timeout,
                    format!(
                        "the registry took nothing and answered nothing for {} seconds",
                        limit.as_secs()
                    ),
                );
            }
        }
    }

    fn failure(&self) -> Option<Error> {
        self.state.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
