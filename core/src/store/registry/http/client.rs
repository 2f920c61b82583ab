//! The HTTP client for one server: sends requests, retries them, and limits how many run
//! concurrently.
//!
//! [`HttpClient::send_with`] is the only retry loop. What one attempt does is an [`Attempt`]: the
//! connection to a registry adds authentication and redirects there. The client itself adds
//! neither.

use std::{
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use async_trait::async_trait;
use futures::TryFutureExt as _;
use http::{Method, StatusCode, header};
use once_cell::sync::OnceCell;
use reqwest::dns::Resolve;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

#[cfg(target_os = "linux")]
use super::file_upload::{FileConnection, MIN_FILE};
use super::{
    adaptive_limit::{ConcurrencyLimit, ConcurrencyPermit, MAX_LIMIT, RequestKind, RequestOutcome},
    body::BodyMonitor,
    budget::Budgets,
    error::{network_error, with_request, with_server, with_timeout},
    proxy,
    rate_limit::{RateLimits, RateTurn, Refusals, Route},
    received::masked,
    redirect::RedirectMemory,
    request::{Body, Request},
    resolve_override::{GivenAddress, ResolveOverride},
    resolver::SystemResolver,
    response::{MAX_HEADER_BYTES, MAX_HEADERS, Response},
    retry::{Backoff, LONGEST_RETRY_AFTER, announce, is_retryable_status},
    tls::{self, CertificateRequests, TlsOptions},
    url::redacted,
    wire_log,
};
use crate::{
    blocking::is_out_of_descriptors,
    store::{limits::Limits, registry::shared_map::SharedMap},
};
#[cfg(target_os = "linux")]
use http::HeaderValue;
use ocigraph_types::{Code, Error, Host, Result};

/// Requests for a new redirect after its signed URL has expired.
const MAX_URL_RENEWALS: u32 = 2;

/// How the client connects: TLS, proxies, user agent and timeouts.
#[derive(Debug, Clone)]
pub(crate) struct HttpSettings {
    pub(crate) tls: TlsOptions,
    pub(crate) use_proxy: bool,
    pub(crate) user_agent: String,
    pub(crate) limits: Limits,
    /// Addresses to connect to in place of those of host names.
    pub(crate) resolve: Vec<ResolveOverride>,
    /// The budgets that all clients with these settings share.
    pub(crate) budgets: Budgets,
}

/// Why an attempt failed.
pub(crate) enum RequestError {
    /// The transfer failed: another attempt may succeed.
    Transient(Error),
    /// Another attempt would fail too, or the error has had retries of its own.
    Permanent(Error),
}

impl From<Error> for RequestError {
    fn from(error: Error) -> Self {
        Self::Permanent(error)
    }
}

/// One attempt at a request. The retry loop calls it once for each attempt.
#[async_trait]
pub(crate) trait Attempt: Send + Sync {
    async fn attempt(&self, request: &Request) -> std::result::Result<Response, RequestError>;
}

/// Sends requests to one server.
pub(crate) struct HttpClient {
    settings: HttpSettings,
    /// Resolves host names in place of the system's resolver.
    resolver: Option<Arc<dyn Resolve>>,
    /// The clients of servers whose addresses are given, by address and by the position in `clients`.
    addressed: SharedMap<(ResolveOverride, usize), reqwest::Client>,
    /// One client for each combination of scheme, this machine or another, kept or new connections, and
    /// shared or own connections.
    clients: [OnceCell<reqwest::Client>; 16],
    /// Limits requests whose body is in memory.
    requests: ConcurrencyLimit,
    /// Limits requests that read their body from a source. Reading a source may need a request of
    /// the other kind, so the two kinds have separate limits.
    uploads: ConcurrencyLimit,
    rates: RateLimits,
    certificate_requests: CertificateRequests,
    /// No request is sent before this instant: the server responded with `Retry-After`.
    paused_until: Mutex<Option<Instant>>,
}

impl HttpClient {
    pub(crate) fn new(settings: HttpSettings) -> Self {
        Self {
            rates: RateLimits::new(settings.limits.stall_timeout),
            settings,
            resolver: None,
            addressed: SharedMap::default(),
            clients: Default::default(),
            requests: ConcurrencyLimit::default(),
            uploads: ConcurrencyLimit::default(),
            certificate_requests: CertificateRequests::default(),
            paused_until: Mutex::new(None),
        }
    }

    /// Creates a client with the same settings that resolves host names with `resolver`.
    pub(crate) fn with_resolver(&self, resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver: Some(resolver), ..Self::new(self.settings.clone()) }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    /// Returns the addresses that are given for servers.
    pub(crate) fn resolve(&self) -> &[ResolveOverride] {
        &self.settings.resolve
    }

    fn given_address(&self, url: &Url) -> Option<&ResolveOverride> {
        ResolveOverride::of(&self.settings.resolve, url)
    }

    /// Returns true if the registry limits the rate of requests for the content of blobs.
    pub(crate) fn limits_blobs(&self) -> bool {
        self.rates.is_known(Route::BLOB)
    }

    /// Sends a request with retries, without authentication or redirects.
    pub(crate) async fn send(&self, request: Request) -> Result<Response> {
        self.send_with(request, self).await
    }

    /// Sends a request with retries. Returns the first response whose status is not temporary.
    pub(crate) async fn send_with(
        &self,
        mut request: Request,
        attempt: &dyn Attempt,
    ) -> Result<Response> {
        let mut renewals = 0;
        let mut refusals = Refusals::default();
        let mut backoff = Backoff::new(self.limits()).since(request.last_progress);
        loop {
            request.mark_sent(false);
            let waiting = Instant::now();
            let permits = self.permits(&request).await;
            // The wait for a permit does not count as a stall.
            backoff.record_progress(backoff.last_progress() + waiting.elapsed());
            let result = match &request.body {
                // The body monitor detects stalls.
                Body::Source { .. } => attempt.attempt(&request).await,
                _ => timeout_at(backoff.deadline(), attempt.attempt(&request))
                    .await
                    .unwrap_or_else(|_| {
                        let what = format!("no response to {}", description(&request));
                        Err(RequestError::Permanent(backoff.stall_error(&what)))
                    }),
            };
            let mut is_served = false;
            if let Some((permit, turn)) = permits {
                match &result {
                    Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
                        let is_lasting = refusals.add(self.limits().stall_timeout);
                        is_served = turn.refused(response.retry_after()) && !is_lasting;
                    }
                    Ok(_) => turn.admitted(),
                    Err(_) => drop(turn),
                }
                permit.finish(outcome(&result));
            }
            let failure = match result {
                // A URL that is signed for GET refuses HEAD however often it is renewed.
                Ok(response)
                    if response.is_expired_redirect()
                        && request.method != Method::HEAD
                        && renewals < MAX_URL_RENEWALS =>
                {
                    renewals += 1;
                    backoff.wait(response.into_error("the request failed").await).await?;
                    continue;
                }
                Ok(response) if !is_retryable_status(response.status()) => {
                    let is_metadata = !request.streamed && request.method != Method::HEAD;
                    if !is_metadata || !response.status().is_success() {
                        return Ok(response);
                    }
                    match response.buffered().await {
                        Err(e) if e.is_retryable() => e,
                        result => return result,
                    }
                }
                Ok(response) => response.into_error("the request failed").await,
                Err(RequestError::Transient(e)) => e,
                Err(RequestError::Permanent(e)) => return Err(e),
            };
            if let Some(wait) = failure.retry_after().filter(|_| !request.nested) {
                self.pause(wait);
            }
            if !request.retry || !failure.is_retryable() {
                return Err(failure);
            }
            // The registry serves other requests of this client: the attempt did not fail.
            if is_served && backoff.retries() {
                backoff.record_progress(Instant::now());
                tracing::debug!(error = %failure, "waiting for the registry's limit");
                continue;
            }
            // Other kept connections may be closed too.
            request.fresh_connection |= failure.code() == Code::Network;
            backoff.wait(failure).await?;
        }
    }

    /// Sends a request once, and returns any response to it.
    pub(crate) async fn send_once(&self, request: &Request) -> Result<Response> {
        let url = &request.url;
        let builder = self.builder_of(request)?;
        let limits = *self.limits();
        if let Some(budget) = self.settings.budgets.of(url, limits.max_requests_per_second)
            && !request.is_counted.swap(false, Ordering::Relaxed)
        {
            budget.take_first().await;
        }
        wire_log::sent(request, shown);
        request.mark_sent(true);
        let mut early = false;
        let (response, source_error) = match &request.body {
            Body::Source { source, offset, length } => {
                let monitor = BodyMonitor::new(*length, limits);
                let response = match self.upload_file(request, &monitor).await {
                    Some(response) => response,
                    None => {
                        let body = monitor.body(source.open(*offset).await?);
                        let builder = builder.header(header::CONTENT_LENGTH, *length).body(body);
                        monitor.response(builder.send().map_err(network_error)).await
                    }
                };
                early = monitor.is_incomplete().await;
                (response, monitor.take_source_error(source.as_ref(), *offset).await)
            }
            Body::Bytes(bytes) => {
                let sent = builder.body(bytes.clone()).send();
                (with_timeout(limits.response_timeout, sent).await, None)
            }
            Body::Empty => {
                // Some servers require the length of an empty body.
                let builder = match request.method {
                    Method::GET | Method::HEAD => builder,
                    _ => builder.header(header::CONTENT_LENGTH, 0),
                };
                (with_timeout(limits.response_timeout, builder.send()).await, None)
            }
        };
        if let Some(error) = source_error {
            return Err(error);
        }
        tracing::debug!(method = %request.method, url = %shown(request), status = response.as_ref().map(|r| r.status().as_u16()).ok(), "request");
        let response = response.map_err(|e| {
            let address = self.given_address(url).map(ResolveOverride::target);
            let error = with_request(e, &description(request));
            with_server(error, url, address, self.certificate_requests.was_received())
        })?;
        wire_log::received(request, shown, response.status(), response.headers());
        let (method, secrets) = (request.method.clone(), request.secrets.clone());
        Ok(Response::new(method, url.clone(), response, limits, secrets)
            .with_early(early)
            .with_body_limiter(request.body_limiter.clone()))
    }

    /// Sends a request whose body is a file over a connection of its own, without copying the content. Returns
    /// `None` if the HTTP library must send it.
    #[cfg(target_os = "linux")]
    async fn upload_file(
        &self,
        request: &Request,
        monitor: &BodyMonitor,
    ) -> Option<Result<reqwest::Response>> {
        let Request { url, body: Body::Source { source, offset, length }, .. } = request else {
            return None;
        };
        let given = self.given_address(url);
        let may_have_proxy = !self.is_direct(url, given) && proxy::is_in_environment(false);
        // The HTTP library makes a credential of what a URL has.
        let has_credential = !url.username().is_empty() || url.password().is_some();
        if *length < MIN_FILE || is_secure(url) || may_have_proxy || has_credential {
            return None;
        }
        let file = source.shareable_file().await.ok().flatten()?;
        let HttpSettings { user_agent, limits, .. } = &self.settings;
        let resolver = self.resolver.clone().unwrap_or_else(|| Arc::new(SystemResolver));
        let upload = async {
            let address = given.map(ResolveOverride::target);
            let connect = FileConnection::open(url, address, resolver, limits.connect_timeout);
            let connection = connect.await?;
            let placeholders = connection.placeholders(file, *offset, *length);
            let placeholders = source.observed(placeholders, *offset);
            let body = monitor.file_body(placeholders, connection.parts());
            let mut headers = request.headers.clone();
            headers.insert(header::CONTENT_LENGTH, (*length).into());
            headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
            if let Ok(user_agent) = HeaderValue::from_str(user_agent) {
                headers.entry(header::USER_AGENT).or_insert(user_agent);
            }
            connection.send(request.method.clone(), url, headers, body).await
        };
        Some(monitor.response(upload).await)
    }

    #[cfg(not(target_os = "linux"))]
    async fn upload_file(&self, _: &Request, _: &BodyMonitor) -> Option<Result<reqwest::Response>> {
        None
    }

    /// Returns the request for the HTTP library, without its body.
    fn builder_of(&self, request: &Request) -> Result<reqwest::RequestBuilder> {
        let url = &request.url;
        let given = self.given_address(url);
        let moved = given.and_then(|given| given.moved(url));
        // Over HTTP/2, the server would learn the port of the connection in place of its own.
        let own_connection = request.own_connection || moved.is_some();
        let client = self.client(url, request.fresh_connection, own_connection, given)?;
        let builder = match moved {
            Some(moved) => {
                let host = &url[Position::BeforeHost..Position::AfterPort];
                client.request(request.method.clone(), moved).header(header::HOST, host)
            }
            None => client.request(request.method.clone(), url.clone()),
        };
        Ok(builder.headers(request.headers.clone()))
    }

    /// Waits until the registry is expected to admit the request, and the budget allows it.
    async fn permits(&self, request: &Request) -> Option<(ConcurrencyPermit<'_>, RateTurn<'_>)> {
        // The outer request has a permit, and waits for this one.
        if request.nested {
            return None;
        }
        let (limit, kind) = match &request.body {
            Body::Source { .. } => (&self.uploads, RequestKind::Upload),
            _ if request.streamed => (&self.requests, RequestKind::Blob),
            _ => (&self.requests, RequestKind::Metadata),
        };
        let rate = self.rates.of(Route::of(request));
        let host = &request.url[Position::BeforeHost..Position::AfterPort];
        let remembered = request.redirect_memory.as_ref().and_then(RedirectMemory::get);
        let url = remembered.as_ref().unwrap_or(&request.url);
        let budget = self.settings.budgets.of(url, self.limits().max_requests_per_second);
        loop {
            if let Some(instant) = self.paused_until() {
                let wait = instant.duration_since(Instant::now());
                announce(wait, format_args!("{host} asks for it (Retry-After)"));
                tokio::time::sleep_until(instant).await;
            }
            rate.ready(host).await;
            let mut permit = limit.acquire(kind).await;
            let allowed = match &budget {
                Some(budget) => Some(budget.turn().await),
                None => None,
            };
            // A request may have been refused meanwhile.
            if self.paused_until().is_none()
                && let Some(turn) = rate.try_start()
            {
                if let Some(allowed) = allowed {
                    allowed.take().await;
                    request.is_counted.store(true, Ordering::Relaxed);
                    permit.restart();
                }
                return Some((permit, turn));
            }
        }
    }

    fn paused_until(&self) -> Option<Instant> {
        let paused_until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        paused_until.filter(|instant| *instant > Instant::now())
    }

    fn pause(&self, wait: Duration) {
        if wait <= LONGEST_RETRY_AFTER {
            let until = Instant::now() + wait;
            let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            *paused = Some(paused.map_or(until, |known| known.max(until)));
        }
    }

    /// Returns the library's client for a server. The first call builds it, and reads certificates.
    fn client(
        &self,
        url: &Url,
        fresh_connection: bool,
        own_connection: bool,
        given: Option<&ResolveOverride>,
    ) -> Result<reqwest::Client> {
        // Without TLS, there is no HTTP/2 whose connections requests would share.
        let own_connection = own_connection && is_secure(url);
        let key = [is_secure(url), is_this_machine(url), fresh_connection, own_connection];
        let index = key.iter().fold(0, |index, bit| 2 * index + usize::from(*bit));
        let build = || {
            let mut builder = self.builder(url, own_connection, given)?;
            if fresh_connection {
                builder = builder.pool_max_idle_per_host(0);
            }
            builder.build().map_err(|e| {
                Error::new(Code::Internal, "the HTTP client could not be created").with_source(e)
            })
        };
        match given {
            Some(given) => {
                let client = self.addressed.get_or_try_insert((given.clone(), index), build)?;
                Ok(reqwest::Client::clone(&client))
            }
            None => self.clients[index].get_or_try_init(build).cloned(),
        }
    }

    /// Returns true if requests for a URL go around proxies. A proxy would not connect to a given address.
    fn is_direct(&self, url: &Url, given: Option<&ResolveOverride>) -> bool {
        !self.settings.use_proxy || is_this_machine(url) || given.is_some()
    }

    fn builder(
        &self,
        url: &Url,
        own_connection: bool,
        given: Option<&ResolveOverride>,
    ) -> Result<reqwest::ClientBuilder> {
        let HttpSettings { tls, user_agent, limits, .. } = &self.settings;
        let mut tls = match is_secure(url) {
            true => self.certificate_requests.noted_by(tls::config(tls)?),
            false => tls::without_roots()?,
        };
        if own_connection {
            tls = tls::without_http2(tls);
        }
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect_timeout)
            .pool_max_idle_per_host(MAX_LIMIT)
            .tcp_nodelay(true)
            .http2_adaptive_window(true)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .user_agent(user_agent);
        builder = match (given, &self.resolver) {
            (Some(given), _) => builder.dns_resolver(Arc::new(GivenAddress(given.target()))),
            (None, Some(resolver)) => builder.dns_resolver(Arc::clone(resolver)),
            (None, None) => builder.dns_resolver(Arc::new(SystemResolver)),
        };
        // Decided for each URL: the target of a redirect may be on another machine.
        if self.is_direct(url, given) {
            builder = builder.no_proxy();
        } else {
            proxy::check_environment(is_secure(url))?;
        }
        Ok(builder)
    }
}

/// An attempt without authentication or redirects.
#[async_trait]
impl Attempt for HttpClient {
    async fn attempt(&self, request: &Request) -> std::result::Result<Response, RequestError> {
        self.send_once(request).await.map_err(RequestError::Transient)
    }
}

fn description(request: &Request) -> String {
    format!("{} {}", request.method, shown(request))
}

/// The URL of a request for messages. A registry can make a URL of what it received.
fn shown(request: &Request) -> String {
    masked(&redacted(&request.url), &request.secrets)
}

fn outcome(result: &std::result::Result<Response, RequestError>) -> RequestOutcome {
    match result {
        Ok(response) if matches!(response.status().as_u16(), 429 | 503) => RequestOutcome::Refused,
        Ok(_) => RequestOutcome::Answered,
        Err(RequestError::Transient(e)) if is_out_of_descriptors(e) => RequestOutcome::Refused,
        Err(RequestError::Transient(e)) if e.code() == Code::Network => {
            RequestOutcome::ConnectionFailed
        }
        Err(_) => RequestOutcome::Other,
    }
}

fn is_secure(url: &Url) -> bool {
    url.scheme() == "https"
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().and_then(|name| name.parse::<Host>().ok());
    host.is_some_and(|host| host.is_loopback())
}
