//! One connection to a registry: every request goes through here.
//!
//! Retries by the policy of the design, follows redirects without taking credentials along,
//! answers challenges, and bounds what it reads. It knows HTTP, and nothing of manifests.

use crate::blocking::is_out_of_descriptors;
use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::{Method, StatusCode, header};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    answer::{Response, same_origin, with_timeout},
    call::{AuthContext, Body, Request},
    concurrency_limit::{ConcurrencyLimit, Ended, Kind},
    config::{ClientConfig, Limits},
    retry::{Backoff, is_retryable_status},
    sign_in::{Authenticator, Authorization},
    upload_body::Upload,
};
use crate::store::{
    memory::{Gate, Memory},
    registry::auth::{Credential, CredentialChain, Credentials, Scopes, redacted},
};
use ocigraph_types::{Code, Error, Host, Result};

const MAX_REDIRECTS: usize = 10;

/// How often a registry is asked again for an address that has expired.
const RENEWALS: u32 = 2;

/// All requests to a registry that says 429 and not for how long wait this long.
const LEAST_PAUSE: Duration = Duration::from_millis(250);

/// Azure's public clouds.
const AZURE_DOMAINS: [&str; 3] = [".azurecr.io", ".azurecr.cn", ".azurecr.us"];

/// Azure sends it with every answer.
const AZURE_HEADER: &str = "x-ms-correlation-request-id";

/// Why a request came to nothing.
enum RequestError {
    /// On its way: it may do better the next time.
    Transient(Error),
    /// For good; signing in has had its own tries.
    Permanent(Error),
}

impl From<Error> for RequestError {
    fn from(error: Error) -> Self {
        Self::Permanent(error)
    }
}

/// A connection on behalf of one repository.
#[derive(Debug, Clone)]
pub(crate) struct RepositoryConnection {
    connection: Arc<Connection>,
    purpose: AuthContext,
    gate: Gate,
    memory: Memory,
}

impl RepositoryConnection {
    pub(crate) fn new(connection: Arc<Connection>, purpose: AuthContext) -> Self {
        let memory = Memory::for_metadata(connection.limits().max_manifest_bytes);
        Self { connection, purpose, gate: Gate::new(), memory }
    }

    /// What may be kept of that which comes this way.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The same, for requests that need more.
    pub(crate) fn with_scopes(mut self, scopes: &Scopes) -> Self {
        self.purpose.scopes = self.purpose.scopes.joined(scopes);
        self
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        &self.purpose.scopes
    }

    pub(crate) async fn send(&self, mut call: Request) -> Result<Response> {
        call.gate = Some(self.gate.clone());
        self.connection.send(call, &self.purpose).await
    }
}

impl Deref for RepositoryConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// A registry, with its connections and what was learned of it.
pub struct Connection {
    host: Host,
    base: Url,
    config: Arc<ClientConfig>,
    /// By scheme, by whether the server is this machine, and by whether connections are kept.
    pub(super) clients: [OnceLock<reqwest::Client>; 8],
    sign_in: Authenticator,
    /// Whether it has Azure's own API, once that is known.
    azure: OnceLock<bool>,
    /// Whether it has sent a header that Azure sends.
    azure_header: AtomicBool,
    /// For requests whose body is at hand, and for those that read it from a source meanwhile. A source
    /// may need the first to be read, so these never wait for the second.
    requests: ConcurrencyLimit,
    uploads: ConcurrencyLimit,
    /// No request before this: the registry said 429.
    pause: Mutex<Option<Instant>>,
    pub(super) learned: super::learned::Capabilities,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Connection {
    /// A connection to `host`; nothing is sent yet.
    pub fn new(host: &Host, config: Arc<ClientConfig>) -> Result<Self> {
        let plain = config.plain_http.unwrap_or_else(|| host.is_loopback());
        let scheme = if plain { "http" } else { "https" };
        let address =
            if host.is_docker_hub() { "registry-1.docker.io".to_owned() } else { host.to_string() };
        let base = Url::parse(&format!("{scheme}://{address}/"))
            .map_err(|e| Error::new(Code::InvalidReference, format!("{host} is no host: {e}")))?;
        config.check_headers()?;
        let limits = config.limits.usable();
        let config = Arc::new(ClientConfig { limits, ..ClientConfig::clone(&config) });
        let is_azure = AZURE_DOMAINS.iter().any(|domain| host.name().ends_with(domain));
        let places =
            CredentialChain::of_environment(config.auth_file.clone(), config.limits.helper_timeout);
        let sign_in = Authenticator::new(places);
        Ok(Self {
            host: host.clone(),
            base,
            config,
            clients: Default::default(),
            sign_in,
            azure: if is_azure { true.into() } else { OnceLock::new() },
            azure_header: AtomicBool::new(is_azure),
            requests: ConcurrencyLimit::default(),
            uploads: ConcurrencyLimit::default(),
            pause: Mutex::new(None),
            learned: super::learned::Capabilities::default(),
        })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Whether the registry has Azure's own API; nothing while that is not known.
    pub(super) fn azure(&self) -> Option<bool> {
        self.azure.get().copied()
    }

    /// Whether it looks like Azure: others may send the header too.
    pub(super) fn looks_like_azure(&self) -> bool {
        self.azure_header.load(Ordering::Relaxed)
    }

    pub(super) fn set_azure(&self, azure: bool) {
        let _ = self.azure.set(azure);
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
    pub(crate) async fn send(&self, mut call: Request, purpose: &AuthContext) -> Result<Response> {
        let mut renewals = 0;
        let mut backoff = Backoff::new(&self.config.limits).since(call.since);
        loop {
            let waiting = Instant::now();
            self.wait_for_pause().await;
            let (limit, kind) = self.limit_of(&call);
            let passage = limit.enter(kind).await;
            // A request that waits for its turn does not stall.
            backoff.moved(backoff.last_moved() + waiting.elapsed());
            let sent = match &call.body {
                // It watches itself.
                Body::Source { .. } => self.follow(&call, purpose).await,
                _ => timeout_at(backoff.deadline(), self.follow(&call, purpose))
                    .await
                    .unwrap_or_else(|_| {
                        let what =
                            format!("{} {} was not answered", call.method, redacted(&call.url));
                        Err(RequestError::Permanent(backoff.stalled(&what)))
                    }),
            };
            passage.end(match &sent {
                Ok(answer) if matches!(answer.status().as_u16(), 429 | 503) => Ended::TooMany,
                Ok(_) => Ended::Answered,
                Err(RequestError::Transient(e)) if is_out_of_descriptors(e) => Ended::TooMany,
                Err(RequestError::Transient(e)) if e.code() == Code::Network => Ended::Broken,
                Err(_) => Ended::Otherwise,
            });
            let failure = match sent {
                // An address that is signed for GET refuses HEAD however often it is renewed.
                Ok(answer)
                    if answer.is_of_an_expired_address()
                        && call.method != Method::HEAD
                        && renewals < RENEWALS =>
                {
                    renewals += 1;
                    let what = format!("{} {}", call.method, redacted(&call.url));
                    backoff.wait(answer.into_error(&what).await).await?;
                    continue;
                }
                Ok(answer) if !is_retryable_status(answer.status()) => {
                    let small = !call.streamed && call.method != Method::HEAD;
                    if !small || !answer.status().is_success() {
                        return Ok(answer);
                    }
                    match answer.read().await {
                        Err(e) if e.is_retryable() => e,
                        other => return other,
                    }
                }
                Ok(answer) => {
                    let what = format!("{} {}", call.method, redacted(&call.url));
                    answer.into_error(&what).await
                }
                Err(RequestError::Transient(e)) => e,
                Err(RequestError::Permanent(e)) => return Err(e),
            };
            if failure.code() == Code::RateLimited {
                self.pause(failure.retry_after().unwrap_or(LEAST_PAUSE));
            }
            if !call.retried || !failure.is_retryable() {
                return Err(failure);
            }
            // Others that were kept may be closed as well.
            call.fresh |= failure.code() == Code::Network;
            backoff.wait(failure).await?;
        }
    }

    /// By which limit a request waits, and for what answers it is compared with.
    fn limit_of(&self, call: &Request) -> (&ConcurrencyLimit, Kind) {
        match &call.body {
            Body::Source { .. } => (&self.uploads, Kind::Upload),
            _ if call.streamed => (&self.requests, Kind::Blob),
            _ => (&self.requests, Kind::Metadata),
        }
    }

    async fn follow(
        &self,
        call: &Request,
        purpose: &AuthContext,
    ) -> std::result::Result<Response, RequestError> {
        let mut url = call.url.clone();
        let mut redirects = 0;
        let mut authorization = None;
        loop {
            let own = same_origin(&url, &self.base);
            if own && authorization.is_none() {
                authorization = self.sign_in.prepare(self, purpose).await?;
            }
            let signed = authorization.as_ref().filter(|_| own);
            let answer =
                self.exchange(call, &url, own, signed).await.map_err(RequestError::Transient)?;
            let answer = answer.redirected(redirects > 0);
            let status = answer.status();
            if status == StatusCode::UNAUTHORIZED && own {
                let challenges = answer.challenges();
                match self.sign_in.answer(self, purpose, &challenges, signed).await? {
                    Some(better) => {
                        answer.drain().await;
                        authorization = Some(better);
                        continue;
                    }
                    None => {
                        let refused = signed.is_some_and(Authorization::is_somebody);
                        return Ok(answer.with_hint(self.how_to_sign_in(refused)));
                    }
                }
            }
            let moved = matches!(status.as_u16(), 307 | 308)
                || (matches!(status.as_u16(), 301..=303)
                    && matches!(call.method, Method::GET | Method::HEAD));
            let Some(location) = answer.location().filter(|_| moved) else {
                return Ok(answer);
            };
            let next = url.join(location).map_err(|_| {
                Error::new(Code::Registry, "the registry redirects to what is no URL")
            })?;
            if !matches!(next.scheme(), "http" | "https")
                || (url.scheme() == "https" && next.scheme() != "https")
            {
                let why = format!("the registry redirects from https to {}", next.scheme());
                return Err(Error::new(Code::Registry, why).into());
            }
            redirects += 1;
            if redirects >= MAX_REDIRECTS {
                let why =
                    format!("{} redirects more than {MAX_REDIRECTS} times", redacted(&call.url));
                return Err(Error::new(Code::Registry, why).into());
            }
            url = next;
        }
    }

    /// Asks the registry whether it takes the credential that this connection was given. Gives it,
    /// an Entra token exchanged, and whether the registry wanted one at all.
    pub(crate) async fn check_credential(&self) -> Result<(Credential, bool)> {
        let purpose = AuthContext::default();
        let answer = self.send(Request::new(Method::GET, self.url("v2/")?), &purpose).await?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let what = format!("{} does not take the credentials", self.host);
                return Err(answer.with_hint("are they right?".into()).into_error(&what).await);
            }
            _ => {
                let what = format!("{} does not answer as a registry does", self.host);
                return Err(answer.into_error(&what).await);
            }
        }
        let credential = self.sign_in.credential(self, &purpose.repository).await?;
        let credential = credential
            .ok_or_else(|| Error::new(Code::InvalidArgument, "there is no credential to check"))?;
        Ok(((*credential).clone(), self.sign_in.was_asked()))
    }

    pub(super) fn how_to_sign_in(&self, refused: bool) -> String {
        let host = &self.host;
        match (&self.config.credentials, refused) {
            (Credentials::Stored, true) => format!(
                "the credentials for {host} were refused; sign in again with `ocigraph login {host}`"
            ),
            (_, true) => format!("the credentials for {host} were refused"),
            (Credentials::Stored, false) => format!("sign in with `ocigraph login {host}`"),
            (Credentials::Callback(_), false) => {
                format!("who was asked for credentials gave none for {host}")
            }
            (_, false) => format!("this client has no credentials for {host}"),
        }
    }

    async fn exchange(
        &self,
        call: &Request,
        url: &Url,
        own: bool,
        signed: Option<&Authorization>,
    ) -> Result<Response> {
        let mut request = self
            .client_for(url, call.fresh)?
            .request(call.method.clone(), url.clone())
            .headers(call.headers.clone())
            .header(header::ACCEPT_ENCODING, "identity");
        if own {
            for (name, value) in &self.config.headers {
                request = request.header(name, value);
            }
            if let Some(authorization) = signed {
                request = request.header(header::AUTHORIZATION, authorization.value.clone());
            }
        }
        let limits = self.config.limits;
        let mut early = false;
        let (response, failed) = match &call.body {
            Body::Source { source, offset, length } => {
                let upload = Upload::new(*length, limits);
                let body = upload.body(source.open(*offset).await?, *length);
                let request = request.header(header::CONTENT_LENGTH, *length).body(body);
                let response = upload.watch(request.send()).await;
                early = upload.is_under_way();
                (response, upload.failure())
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
                (with_timeout(limits.response_timeout, request.send()).await, None)
            }
        };
        if let Some(error) = failed {
            return Err(error);
        }
        tracing::debug!(method = %call.method, url = %redacted(url), status = response.as_ref().map(|r| r.status().as_u16()).ok(), "request");
        let response = response.map_err(|e| about(e, url))?;
        if own && response.headers().contains_key(AZURE_HEADER) {
            self.azure_header.store(true, Ordering::Relaxed);
        }
        let secrets = signed.map_or_else(Vec::new, |signed| signed.secrets.clone());
        Ok(Response::new(response, limits, secrets).early(early).gated(call.gate.clone()))
    }

    async fn wait_for_pause(&self) {
        let until = *self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    fn pause(&self, wait: Duration) {
        if wait <= super::retry::LONGEST_RETRY_AFTER {
            let until = Instant::now() + wait;
            let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
            *pause = Some(pause.map_or(until, |known| known.max(until)));
        }
    }
}

/// Names the server that could not be reached, which after a redirect is not the registry.
fn about(error: Error, url: &Url) -> Error {
    let host = url.host_str().unwrap_or_default();
    match error.code() {
        Code::Network if error.hint().is_none() => {
            error.with_hint(format!("is {host} the right address, and is it up?"))
        }
        Code::Tls => {
            let message = format!("no secure connection to {host}: {}", error.message());
            error.with_message(message).with_hint(
                "a registry of your own: name its authority (--ca-file); one that speaks plain \
                 HTTP: say so (--plain-http)",
            )
        }
        _ => error,
    }
}
