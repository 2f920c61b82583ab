//! The connection to one registry: authentication and redirects on top of the HTTP client.
//!
//! Credentials and additional headers go only to the origin of the registry, never to the target of
//! a redirect. Manifests and blobs are not known here.

use std::{
    fmt,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::sync::OnceCell;
use url::Url;

use crate::store::{
    limits::Limits,
    memory_budget::{BodyLimiter, Memory},
    registry::{
        auth::{
            authenticator::{Authenticator, Authorization},
            challenge::{Challenge, challenges},
            context::AuthContext,
            credential::{Credential, Credentials},
            credential_chain::CredentialChain,
            scope::Scopes,
            target::AuthTarget,
        },
        capabilities::Capabilities,
        config::ClientConfig,
        hint,
        http::{
            budget::Budgets,
            client::{Attempt, HttpClient, RequestError},
            received::is_html,
            redirect::{MAX_REDIRECTS, RedirectMemory, redirect_target},
            request::Request,
            response::Response,
            url::{redacted, same_origin},
        },
        referrers_mode::ReferrersMode,
        secret::Secret,
    },
};
use ocigraph_types::{Code, Error, Host, Result, media_type::essence};

/// The domains of Azure's public clouds.
const AZURE_DOMAINS: [&str; 3] = [".azurecr.io", ".azurecr.cn", ".azurecr.us"];

/// Requests to `/v2/` that may fail before no more are sent.
const MAX_FAILED_PROBES: u32 = 3;

/// Bytes of a web page that are read for an error message.
const MAX_PAGE_BYTES: usize = 64 * 1024;

/// A header that Azure sends with every response.
const AZURE_HEADER: &str = "x-ms-correlation-request-id";

/// A registry with its HTTP connections, tokens, and what was learned about it.
///
/// Share one connection among all [`Registry`](crate::Registry) values for its repositories.
///
/// ```
/// use std::sync::Arc;
/// use ocigraph::{ClientConfig, Connection, Host};
///
/// let host: Host = "registry.example.com".parse()?;
/// let connection = Arc::new(Connection::new(&host, Arc::new(ClientConfig::default()))?);
/// # Ok::<(), ocigraph::Error>(())
/// ```
pub struct Connection {
    host: Host,
    /// The root of the registry: scheme, host and port.
    base: Url,
    config: Arc<ClientConfig>,
    /// The values of additional headers, which messages must not repeat.
    header_secrets: Vec<Secret>,
    http: Arc<HttpClient>,
    authenticator: Authenticator,
    /// The registry was asked how it authenticates.
    probed: OnceCell<()>,
    /// How often the registry was asked in vain.
    failed_probes: AtomicU32,
    capabilities: Arc<Capabilities>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Connection {
    /// Creates a connection to a registry. Nothing is sent.
    ///
    /// # Errors
    ///
    /// - [`Code::InvalidReference`] for a host that makes no URL.
    /// - [`Code::InvalidArgument`] for an invalid header or user agent.
    pub fn new(host: &Host, config: Arc<ClientConfig>) -> Result<Self> {
        Self::with_budgets(host, config, Budgets::default())
    }

    /// Creates a connection that shares its budgets of requests with others.
    pub(crate) fn with_budgets(
        host: &Host,
        config: Arc<ClientConfig>,
        budgets: Budgets,
    ) -> Result<Self> {
        let plain_http = config.plain_http.unwrap_or_else(|| host.is_loopback());
        let scheme = if plain_http { "http" } else { "https" };
        let address =
            if host.is_docker_hub() { "registry-1.docker.io".to_owned() } else { host.to_string() };
        let base = Url::parse(&format!("{scheme}://{address}/"))
            .map_err(|e| Error::new(Code::InvalidReference, format!("invalid host {host}: {e}")))?;
        config.check_headers()?;
        let limits = config.limits.usable();
        let config = Arc::new(ClientConfig { limits, ..ClientConfig::clone(&config) });
        let is_azure = AZURE_DOMAINS.iter().any(|domain| host.name().ends_with(domain));
        let http = Arc::new(HttpClient::new(config.http_settings(budgets)));
        let capabilities = Arc::new(Capabilities::new(is_azure));
        let target = AuthTarget {
            host: host.clone(),
            base: base.clone(),
            credentials: config.credentials.clone(),
            auth_file: config.auth_file.clone(),
            http: Arc::clone(&http),
            capabilities: Arc::clone(&capabilities),
        };
        let chain = CredentialChain::new(config.auth_file.clone(), limits.helper_timeout);
        let authenticator = Authenticator::new(target, chain);
        let probed = OnceCell::new();
        Ok(Self {
            host: host.clone(),
            base,
            header_secrets: header_secrets(&config),
            config,
            http,
            authenticator,
            probed,
            failed_probes: AtomicU32::new(0),
            capabilities,
        })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.config.limits
    }

    pub(crate) fn referrers_mode(&self) -> ReferrersMode {
        self.config.referrers_mode
    }

    /// Returns true if the registry limits the rate of requests for the content of blobs.
    pub(crate) fn limits_blobs(&self) -> bool {
        self.http.limits_blobs()
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Returns the URL of a path below the root of the registry. `path` is percent-encoded already.
    pub(crate) fn url(&self, path: &str) -> Result<Url> {
        self.base
            .join(path)
            .map_err(|e| Error::new(Code::Internal, format!("invalid path {path}")).with_source(e))
    }

    /// Sends a request with retries, authentication and redirects.
    pub(crate) async fn send(&self, request: Request, context: &AuthContext) -> Result<Response> {
        self.http.send_with(request, &AuthenticatedAttempt { connection: self, context }).await
    }

    /// Learns how the registry authenticates, if there is a credential, before a request that the
    /// registry also answers to strangers, but with less.
    pub(crate) async fn expect_challenge(&self, context: &AuthContext) -> Result<()> {
        let may_have_credential = match self.config.credentials {
            Credentials::Anonymous => false,
            Credentials::Stored => {
                self.authenticator.credential(&context.repository).await?.is_some()
            }
            _ => true,
        };
        if !self.authenticator.was_challenged() && may_have_credential {
            self.send(Request::new(Method::GET, self.url("v2/")?), context).await?.drain().await;
        }
        Ok(())
    }

    /// Checks with the registry the credential that this connection was created with. Returns the
    /// credential, with an Entra token exchanged, and whether the registry demanded one.
    pub(crate) async fn check_credential(&self) -> Result<(Credential, bool)> {
        let context = AuthContext::default();
        let response = self.send(Request::new(Method::GET, self.url("v2/")?), &context).await?;
        match response.status() {
            StatusCode::OK => {
                let received = response.received();
                if response.content_type().as_deref().is_some_and(is_html) {
                    let body = response.body(MAX_PAGE_BYTES).await.unwrap_or_default();
                    let message =
                        format!("{} is not an OCI registry: it answers with a web page", self.host);
                    return Err(received.explain(Error::new(Code::Registry, message), &body));
                }
            }
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let what = format!("{} does not accept the credentials", self.host);
                return Err(response.with_hint(hint::check_password()).into_error(&what).await);
            }
            _ => {
                let what = format!("{} is not an OCI registry", self.host);
                let error = response.into_error(&what).await;
                return Err(match error.hint() {
                    Some(_) => error,
                    None => error.with_hint(hint::not_a_registry()),
                });
            }
        }
        let credential = self.authenticator.credential(&context.repository).await?;
        let credential = credential
            .ok_or_else(|| Error::new(Code::InvalidArgument, "a credential to check is missing"))?;
        Ok(((*credential).clone(), self.authenticator.was_challenged()))
    }
}

/// Header values shorter than this are words such as `1` and `en`, and not secrets.
const SHORTEST_SECRET: usize = 4;

/// Returns the values of additional headers. A value such as `Bearer TOKEN` is also a secret without
/// its scheme.
fn header_secrets(config: &ClientConfig) -> Vec<Secret> {
    let values = config.headers.iter().map(|(_, value)| value.trim());
    let parts = values.flat_map(|value| {
        let credential = value.split_once(' ').map(|(_, credential)| credential.trim());
        [Some(value), credential].into_iter().flatten()
    });
    parts.filter(|value| value.len() >= SHORTEST_SECRET).map(Secret::new).collect()
}

/// One attempt at a request to a registry: follows redirects, and answers challenges.
struct AuthenticatedAttempt<'a> {
    connection: &'a Connection,
    context: &'a AuthContext,
}

#[async_trait]
impl Attempt for AuthenticatedAttempt<'_> {
    async fn attempt(&self, request: &Request) -> std::result::Result<Response, RequestError> {
        let Connection { base, authenticator, .. } = self.connection;
        let memory = request.redirect_memory.as_ref();
        let mut remembered = memory.and_then(RedirectMemory::get);
        let mut url = remembered.as_ref().unwrap_or(&request.url).clone();
        let mut redirects = usize::from(remembered.is_some());
        let mut authorization = None;
        loop {
            let is_registry = same_origin(&url, base);
            if is_registry && authorization.is_none() {
                authorization = authenticator.prepare(self.context).await?;
            }
            let sent = authorization.as_ref().filter(|_| is_registry);
            let response = self
                .send_once(request, &url, is_registry, sent)
                .await
                .map_err(RequestError::Transient)?
                .with_redirected(redirects > 0);
            if let Some(used) = remembered.take()
                && (response.is_expired_redirect() || response.is_absent())
            {
                // A signed URL expires. The registry gives another one.
                if let Some(memory) = memory {
                    memory.forget(&used);
                }
                request.mark_sent(false);
                response.drain().await;
                (url, redirects) = (request.url.clone(), 0);
                continue;
            }
            // A registry that is open in part answers without a challenge, or with a challenge beside a
            // success (zot): to strangers, what is private does not exist.
            let is_read = matches!(request.method, Method::GET | Method::HEAD);
            let is_open = is_registry && sent.is_none();
            if is_open && response.status() != StatusCode::UNAUTHORIZED {
                let listed = challenges(response.headers());
                let better = match response.status() {
                    StatusCode::NOT_FOUND | StatusCode::FORBIDDEN if request.signs_in => {
                        self.sign_in().await?
                    }
                    status if is_read && status.is_success() && !listed.is_empty() => {
                        self.authorization_for(&listed).await?
                    }
                    _ => None,
                };
                if let Some(better) = better {
                    request.mark_sent(false);
                    response.drain().await;
                    authorization = Some(better);
                    continue;
                }
            }
            if response.status() == StatusCode::UNAUTHORIZED && is_registry {
                request.mark_sent(false);
                let challenges = challenges(response.headers());
                match authenticator.answer(self.context, &challenges, sent).await? {
                    Some(better) => {
                        response.drain().await;
                        authorization = Some(better);
                        continue;
                    }
                    None => {
                        let refused = sent.is_some_and(Authorization::has_credential);
                        return Ok(response.with_hint(authenticator.sign_in_hint(refused)));
                    }
                }
            }
            if response.status() == StatusCode::FORBIDDEN && is_registry {
                let is_known = sent.is_some_and(Authorization::has_credential);
                let hint = match is_known {
                    true => hint::not_permitted(&self.connection.host),
                    false => authenticator.sign_in_hint(false),
                };
                return Ok(response.with_hint(hint));
            }
            let Some(target) = redirect_target(&request.method, &url, &response)? else {
                if is_web_page(&request.method, &response) {
                    let error = response.into_error("no registry answered").await;
                    return Err(error.with_hint(hint::web_page()).into());
                }
                if let Some(memory) = memory
                    && redirects > 0
                    && response.status().is_success()
                {
                    memory.set(url);
                }
                return Ok(response);
            };
            redirects += 1;
            if redirects >= MAX_REDIRECTS {
                let message =
                    format!("{} redirects more than {MAX_REDIRECTS} times", redacted(&request.url));
                return Err(Error::new(Code::Registry, message).into());
            }
            url = target;
        }
    }
}

/// Returns true if a web page was sent in place of a registry's answer: a sign-in page, or the page of a
/// gateway, can have the status of a success. quay.io sends `text/html` too, with its own headers. The
/// answer to a GET is not judged here, since its content is parsed or verified.
fn is_web_page(method: &Method, response: &Response) -> bool {
    const OF_REGISTRIES: [&str; 5] = [
        "docker-content-digest",
        "docker-distribution-api-version",
        "docker-upload-uuid",
        "oci-subject",
        "location",
    ];
    let is_page = response
        .content_type()
        .is_some_and(|text| is_html(&text) || essence(&text) == "application/xhtml+xml");
    let is_empty = response.header(header::CONTENT_LENGTH) == Some("0");
    response.status() == StatusCode::OK
        && is_page
        && !is_empty
        && *method != Method::GET
        && !OF_REGISTRIES.iter().any(|name| response.headers().contains_key(*name))
}

impl AuthenticatedAttempt<'_> {
    /// Answers a challenge beside a success, if there is a credential.
    async fn authorization_for(&self, listed: &[Challenge]) -> Result<Option<Authorization>> {
        let authenticator = &self.connection.authenticator;
        if authenticator.credential(&self.context.repository).await?.is_none() {
            return Ok(None);
        }
        authenticator.answer(self.context, listed, None).await
    }

    /// Asks the registry once how it authenticates, and authorizes the request by that, if there is a
    /// credential.
    async fn sign_in(&self) -> Result<Option<Authorization>> {
        let Connection { authenticator, probed, base, config, .. } = self.connection;
        let credential = || authenticator.credential(&self.context.repository);
        match config.credentials {
            Credentials::Anonymous => return Ok(None),
            Credentials::Stored if credential().await?.is_none() => return Ok(None),
            // A source of the caller is asked only after a challenge.
            _ => {}
        }
        let probe = probed.get_or_try_init(|| async {
            let listed = self.probe().await?;
            // Where nothing is asked for, only a credential that is meant for this client is sent, and
            // not where others can read it.
            let is_private = base.scheme() == "https" || self.connection.host.is_loopback();
            let given = matches!(config.credentials, Credentials::Given(_)) && is_private;
            authenticator.learn(&listed, base, given)
        });
        // The request itself was answered: its answer is better than the error of the probe.
        if probe.await.is_err() || !authenticator.was_challenged() || credential().await?.is_none()
        {
            return Ok(None);
        }
        authenticator.prepare(self.context).await
    }

    /// Returns the challenges of `/v2/`. Sends nothing if too many such requests have failed.
    async fn probe(&self) -> Result<Vec<Challenge>> {
        let unanswered = || Error::new(Code::Registry, "the registry did not answer /v2/");
        let failed = &self.connection.failed_probes;
        if failed.load(Ordering::Relaxed) >= MAX_FAILED_PROBES {
            return Err(unanswered());
        }
        let url = self.connection.url("v2/")?;
        let request = Request { nested: true, ..Request::new(Method::GET, url.clone()) };
        let listed = match self.send_once(&request, &url, true, None).await {
            Ok(response) => {
                let (status, listed) = (response.status(), challenges(response.headers()));
                response.drain().await;
                let is_answer = matches!(status, StatusCode::OK | StatusCode::UNAUTHORIZED);
                is_answer.then_some(listed).ok_or_else(unanswered)
            }
            Err(e) => Err(e),
        };
        if listed.is_err() {
            failed.fetch_add(1, Ordering::Relaxed);
        }
        listed
    }

    /// Sends the request to one URL. Only the registry itself gets additional headers and the
    /// authorization.
    async fn send_once(
        &self,
        request: &Request,
        url: &Url,
        is_registry: bool,
        authorization: Option<&Authorization>,
    ) -> Result<Response> {
        let mut request = Request { url: url.clone(), ..request.clone() };
        request.headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if is_registry {
            for (name, value) in &self.connection.config.headers {
                // The names and values were checked when the connection was created.
                if let (Ok(name), Ok(value)) =
                    (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value))
                {
                    request.headers.append(name, value);
                }
            }
            if let Some(authorization) = authorization {
                request.headers.append(header::AUTHORIZATION, authorization.value.clone());
            }
        }
        // Also for the target of a redirect, whose URL the registry may have made of them.
        request.secrets = self.connection.header_secrets.clone();
        if let Some(authorization) = authorization {
            request.secrets.extend(authorization.secrets.iter().cloned());
        }
        let response = self.connection.http.send_once(&request).await?;
        if is_registry && response.headers().contains_key(AZURE_HEADER) {
            self.connection.capabilities.azure.set_likely();
        }
        Ok(response)
    }
}

/// A connection with the authorization context of one repository.
#[derive(Debug, Clone)]
pub(crate) struct RepositoryConnection {
    connection: Arc<Connection>,
    context: AuthContext,
    body_limiter: BodyLimiter,
    memory: Memory,
}

impl RepositoryConnection {
    pub(crate) fn new(connection: Arc<Connection>, context: AuthContext) -> Self {
        let memory = Memory::for_metadata(connection.limits().max_manifest_bytes);
        Self { connection, context, body_limiter: BodyLimiter::new(), memory }
    }

    /// Returns the budget for lists and manifests from this repository.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Returns the connection for requests that need additional scopes.
    pub(crate) fn with_scopes(mut self, scopes: &Scopes) -> Self {
        self.context.scopes = self.context.scopes.joined(scopes);
        self
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        &self.context.scopes
    }

    /// Sends a request with retries, authentication and redirects.
    pub(crate) async fn send(&self, mut request: Request) -> Result<Response> {
        request.body_limiter = Some(self.body_limiter.clone());
        self.connection.send(request, &self.context).await
    }
}

impl Deref for RepositoryConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}
