//! Signing in to one registry: answers its challenges, and keeps the tokens that it gave.
//!
//! A credential is looked for when the registry asks, not before. Tokens are kept by realm, scopes
//! and credential; for each there is one request under way however many wait for it, and one that is
//! about to end is renewed before it is used. What is given goes to the origin that asked alone.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{HeaderValue, Method, StatusCode, header};
use tokio::{sync::OnceCell, time::Instant};
use url::Url;
use zeroize::Zeroizing;

use super::{
    answer::{Response, with_timeout},
    call::AuthContext,
    retry::{Backoff, is_retryable_status},
    transport::Connection,
};
use crate::{
    blocking::spawn_blocking,
    store::registry::auth::{
        Challenge, Credential, CredentialChain, Credentials, Realm, RealmGuard, Scopes, Secret,
        Source, Token, TokenRequest, basic, read_identity_token, redacted,
    },
};
use ocigraph_types::{Code, Error, Host, Result};

/// Longer answers of a token server are not read.
const TOKEN_BODY: usize = 128 * 1024;

/// Tokens kept; a client that goes through many repositories has one for each.
const TOKENS_KEPT: usize = 256;

/// Answers to the challenges of one request: a token that was too old, then one too narrow.
const ANSWERS: u32 = 2;

/// What a registry asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AuthScheme {
    Basic,
    Bearer(Realm),
}

/// What a request is signed with.
pub(super) struct Authorization {
    pub(super) value: HeaderValue,
    /// What must not be shown.
    pub(super) secrets: Vec<Secret>,
    scopes: Scopes,
    token: Option<Secret>,
    credential: Option<Arc<Credential>>,
    answers: u32,
}

impl Authorization {
    /// Whether somebody in particular signed.
    pub(super) fn is_somebody(&self) -> bool {
        self.credential.is_some()
    }
}

/// The text of a header, what must not be shown of it, and the token in it.
type Signature = (Zeroizing<String>, Vec<Secret>, Option<Secret>);

/// The state of signing in, shared by all requests of a connection.
pub(super) struct Authenticator {
    places: CredentialChain,
    asked: Mutex<Option<AuthScheme>>,
    /// Credentials by repository, once they were looked for, until they are refused.
    found: Mutex<HashMap<String, Arc<Found>>>,
    /// What helpers answered: they are asked once for a registry, not for each repository.
    helped: tokio::sync::Mutex<HashMap<String, Option<Credential>>>,
    slots: Mutex<Vec<Arc<CachedToken>>>,
    /// Clients for token servers, whose addresses were checked.
    clients: Mutex<HashMap<String, reqwest::Client>>,
}

/// A credential, or that there is none; empty while it is looked for.
type Found = OnceCell<Option<Arc<Credential>>>;

/// A token and what it is for. Whoever holds the lock may be asking for it.
struct CachedToken {
    realm: Realm,
    scopes: Scopes,
    credential: Option<Arc<Credential>>,
    token: tokio::sync::Mutex<Option<Token>>,
}

impl CachedToken {
    /// Whether it has a token that can be used as it is.
    fn is_ready(&self, refused: Option<&Secret>) -> bool {
        self.token.try_lock().is_ok_and(|token| {
            token.as_ref().is_some_and(|token| !token.is_due() && Some(&token.value) != refused)
        })
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Authenticator {
    pub(super) fn new(places: CredentialChain) -> Self {
        Self {
            places,
            asked: Mutex::new(None),
            found: Mutex::default(),
            helped: Default::default(),
            slots: Mutex::default(),
            clients: Mutex::default(),
        }
    }

    /// What to sign a request with, as far as is known what the registry wants.
    pub(super) async fn prepare(
        &self,
        connection: &Connection,
        purpose: &AuthContext,
    ) -> Result<Option<Authorization>> {
        let asked = lock(&self.asked).clone();
        match asked {
            None => Ok(None),
            Some(asked) => {
                self.authorize(connection, &asked, purpose, purpose.scopes.clone(), None).await
            }
        }
    }

    /// What to sign a request with that was answered with these challenges; nothing when there is
    /// nothing better than what was sent.
    pub(super) async fn answer(
        &self,
        connection: &Connection,
        purpose: &AuthContext,
        challenges: &[Challenge],
        sent: Option<&Authorization>,
    ) -> Result<Option<Authorization>> {
        let Some((asked, scopes)) = choose(challenges, connection)? else { return Ok(None) };
        *lock(&self.asked) = Some(asked.clone());
        let wanted = purpose.scopes.joined(&scopes);
        let Some(sent) = sent else {
            let authorization = self.authorize(connection, &asked, purpose, wanted, None).await?;
            return Ok(authorization.map(|a| Authorization { answers: 1, ..a }));
        };
        let is_bearer = matches!(asked, AuthScheme::Bearer(_));
        // A password that was refused, or a token that was just given for the same scopes.
        let same = is_bearer == sent.token.is_some()
            && (sent.token.is_none() || (sent.answers > 0 && sent.scopes.cover(&wanted)));
        if sent.answers >= ANSWERS {
            return Ok(None);
        }
        if same && !self.has_another(connection, purpose, sent).await? {
            return Ok(None);
        }
        let refused = sent.token.as_ref();
        let authorization = self.authorize(connection, &asked, purpose, wanted, refused).await?;
        Ok(authorization.map(|a| Authorization { answers: sent.answers + 1, ..a }))
    }

    /// Looks for the credential anew, since the one that was sent was refused: a helper's or a vault's
    /// may have changed meanwhile.
    async fn has_another(
        &self,
        connection: &Connection,
        purpose: &AuthContext,
        sent: &Authorization,
    ) -> Result<bool> {
        if sent.credential.is_none() {
            return Ok(false);
        }
        self.forget(&purpose.repository).await;
        Ok(self.credential(connection, &purpose.repository).await? != sent.credential)
    }

    async fn forget(&self, repository: &str) {
        lock(&self.found).remove(repository);
        self.helped.lock().await.clear();
    }

    /// Whether the registry has asked for credentials yet.
    pub(super) fn was_asked(&self) -> bool {
        lock(&self.asked).is_some()
    }

    async fn authorize(
        &self,
        connection: &Connection,
        asked: &AuthScheme,
        purpose: &AuthContext,
        scopes: Scopes,
        refused: Option<&Secret>,
    ) -> Result<Option<Authorization>> {
        let credential = self.credential(connection, &purpose.repository).await?;
        let signed = self.sign(connection, asked, &scopes, credential.as_ref(), refused).await;
        let (credential, signed) = match signed {
            // The token server refused it: there may be another one by now.
            Err(e) if e.code() == Code::Unauthorized && credential.is_some() => {
                self.forget(&purpose.repository).await;
                let other = self.credential(connection, &purpose.repository).await?;
                if other == credential {
                    return Err(e);
                }
                let signed = self.sign(connection, asked, &scopes, other.as_ref(), refused).await;
                (other, signed)
            }
            signed => (credential, signed),
        };
        let Some((text, secrets, token)) = signed? else { return Ok(None) };
        let value = sensitive(&text)?;
        Ok(Some(Authorization { value, secrets, scopes, token, credential, answers: 0 }))
    }

    /// The text of the header, what must not be shown of it, and the token in it; nothing when this
    /// credential does not help.
    async fn sign(
        &self,
        connection: &Connection,
        asked: &AuthScheme,
        scopes: &Scopes,
        credential: Option<&Arc<Credential>>,
        refused: Option<&Secret>,
    ) -> Result<Option<Signature>> {
        let realm = match asked {
            AuthScheme::Bearer(realm) => realm,
            AuthScheme::Basic => {
                let Some((user, password)) =
                    credential.and_then(|credential| credential.as_password())
                else {
                    return Ok(None);
                };
                let encoded = basic(user, password.expose());
                let text = Zeroizing::new(format!("Basic {}", *encoded));
                let secrets = vec![password.clone(), Secret::new(encoded.as_str())];
                return Ok(Some((text, secrets, None)));
            }
        };
        let token = match credential.map(|credential| &**credential) {
            // It is all there is: one that was refused has no successor.
            Some(Credential::RegistryToken(token)) if Some(token) == refused => return Ok(None),
            Some(Credential::RegistryToken(token)) => token.clone(),
            _ => self.token(connection, realm, scopes, credential, refused).await?,
        };
        let text = Zeroizing::new(format!("Bearer {}", token.expose()));
        let mut secrets = vec![token.clone()];
        secrets.extend(credential.map(|credential| credential.secret().clone()));
        Ok(Some((text, secrets, Some(token))))
    }

    /// The credential for a repository, looked for once.
    pub(super) async fn credential(
        &self,
        connection: &Connection,
        repository: &str,
    ) -> Result<Option<Arc<Credential>>> {
        let cell = Arc::clone(lock(&self.found).entry(repository.to_owned()).or_default());
        let look = || self.look_for(connection, repository);
        cell.get_or_try_init(look).await.cloned()
    }

    async fn look_for(
        &self,
        connection: &Connection,
        repository: &str,
    ) -> Result<Option<Arc<Credential>>> {
        let host = connection.host();
        let credential = match &connection.config().credentials {
            Credentials::Anonymous => None,
            Credentials::Given(credential) => Some(credential.clone()),
            Credentials::Callback(source) => source.credential(host, repository).await?,
            Credentials::Stored => self.look_up(host, repository).await?,
        };
        let credential = match credential {
            Some(Credential::EntraToken { token, tenant }) => {
                Some(exchange(connection, &token, tenant.as_deref()).await?)
            }
            other => other,
        };
        Ok(credential.map(Arc::new))
    }

    async fn look_up(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let (places, host, name) = (self.places.clone(), host.clone(), repository.to_owned());
        match spawn_blocking(move || places.find(&host, &name)).await? {
            Source::Nowhere => Ok(None),
            Source::Here(credential) => Ok(Some(credential)),
            Source::Helper(helper, server) => {
                let mut helped = self.helped.lock().await;
                let key = format!("{} {server}", helper.program());
                if let Some(known) = helped.get(&key) {
                    return Ok(known.clone());
                }
                let credential = helper.get(&server).await?;
                helped.insert(key, credential.clone());
                Ok(credential)
            }
        }
    }

    async fn token(
        &self,
        connection: &Connection,
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Arc<Credential>>,
        refused: Option<&Secret>,
    ) -> Result<Secret> {
        let slot = self.slot(realm, scopes, credential, refused);
        let mut held = slot.token.lock().await;
        if let Some(token) = &*held
            && !token.is_due()
            && Some(&token.value) != refused
        {
            return Ok(token.value.clone());
        }
        match self
            .fetch(connection, realm, &slot.scopes, credential.map(|credential| &**credential))
            .await
        {
            Ok(token) => {
                tracing::debug!(registry = %connection.host(), scopes = %slot.scopes, "token");
                let value = token.value.clone();
                *held = Some(token);
                Ok(value)
            }
            // It was to be renewed early, and may do until that succeeds.
            Err(e) => match &*held {
                Some(old) if !old.has_ended() && Some(&old.value) != refused => {
                    tracing::info!(error = %e, "the token could not be renewed yet");
                    Ok(old.value.clone())
                }
                _ => Err(e),
            },
        }
    }

    /// The place of a token: one that allows more will do when it is there already.
    fn slot(
        &self,
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Arc<Credential>>,
        refused: Option<&Secret>,
    ) -> Arc<CachedToken> {
        let mut slots = lock(&self.slots);
        let fits = |slot: &&Arc<CachedToken>| {
            slot.realm == *realm && slot.credential.as_ref() == credential
        };
        let wider = slots
            .iter()
            .filter(fits)
            .filter(|slot| slot.scopes.cover(scopes) && slot.is_ready(refused))
            .max_by_key(|slot| slot.scopes.width());
        if let Some(slot) = wider {
            return Arc::clone(slot);
        }
        if let Some(slot) = slots.iter().filter(fits).find(|slot| slot.scopes == *scopes) {
            return Arc::clone(slot);
        }
        if slots.len() >= TOKENS_KEPT {
            // Those in use are held elsewhere too.
            slots.retain(|slot| Arc::strong_count(slot) > 1);
        }
        let slot = Arc::new(CachedToken {
            realm: realm.clone(),
            scopes: scopes.clone(),
            credential: credential.cloned(),
            token: tokio::sync::Mutex::new(None),
        });
        slots.push(Arc::clone(&slot));
        slot
    }

    async fn fetch(
        &self,
        connection: &Connection,
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Credential>,
    ) -> Result<Token> {
        let client = self.client(connection, realm).await?;
        let asked = Instant::now();
        let request = TokenRequest::new(realm, scopes, credential);
        let secrets: Vec<Secret> =
            credential.map(|credential| credential.secret().clone()).into_iter().collect();
        let mut answer = ask(connection, &client, &request, &secrets).await?;
        // Some servers know nothing of OAuth 2.
        if matches!(answer.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
            && let Some(request) = TokenRequest::without_post(realm, scopes, credential)
        {
            answer.drain().await;
            answer = ask(connection, &client, &request, &secrets).await?;
        }
        if answer.status() != StatusCode::OK {
            return Err(refusal(answer, connection, credential.is_some()).await);
        }
        Token::read(&answer.body(TOKEN_BODY).await?, asked)
    }

    async fn client(&self, connection: &Connection, realm: &Realm) -> Result<reqwest::Client> {
        let origin = realm.url.origin().ascii_serialization();
        if let Some(known) = lock(&self.clients).get(&origin) {
            return Ok(known.clone());
        }
        let check = RealmGuard::check(connection.base(), &realm.url);
        let limit = connection.limits().connect_timeout;
        let guard = tokio::time::timeout(limit, check).await.unwrap_or_else(|_| {
            Err(Error::new(Code::Timeout, "the token server's name could not be looked up in time"))
        })?;
        let client = connection.build_client(&realm.url, guard)?;
        lock(&self.clients).insert(origin, client.clone());
        Ok(client)
    }
}

/// What to answer, and the scopes that the challenge names: a token where one is asked for, else
/// name and password. Nothing when the registry asks for neither.
fn choose(
    challenges: &[Challenge],
    connection: &Connection,
) -> Result<Option<(AuthScheme, Scopes)>> {
    let by = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme == scheme);
    let basic = by("basic").map(|_| (AuthScheme::Basic, Scopes::default()));
    let Some(bearer) = by("bearer") else { return Ok(basic) };
    let Some(realm) = bearer.parameters.get("realm") else {
        return match basic {
            Some(basic) => Ok(Some(basic)),
            None => Err(Error::new(
                Code::Registry,
                "the registry wants a token and does not say where to get one",
            )),
        };
    };
    // A path is one of the registry's own.
    let url = if realm.starts_with('/') && !realm.starts_with("//") {
        connection.base().join(realm)
    } else {
        Url::parse(realm)
    };
    let url = url.map_err(|_| {
        Error::new(Code::Registry, "the registry wants a token from what is no URL")
    })?;
    let service = bearer.parameters.get("service").filter(|s| !s.is_empty()).cloned();
    let scopes = bearer.parameters.get("scope").map_or_else(Scopes::default, |s| Scopes::parse(s));
    Ok(Some((AuthScheme::Bearer(Realm { url, service }), scopes)))
}

fn sensitive(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::new(Code::Credentials, "the credential has characters that no header can carry")
    })?;
    // Keeps it out of the logs of the HTTP library.
    value.set_sensitive(true);
    Ok(value)
}

/// Sends a request to a token server, again where that may help. Redirects are not followed: they
/// would take the credential along.
async fn ask(
    connection: &Connection,
    client: &reqwest::Client,
    request: &TokenRequest,
    secrets: &[Secret],
) -> Result<Response> {
    let limits = *connection.limits();
    let mut backoff = Backoff::new(&limits);
    loop {
        let method = if request.form.is_some() { Method::POST } else { Method::GET };
        let mut call = client.request(method, request.url.clone());
        if let Some(text) = &request.authorization {
            call = call.header(header::AUTHORIZATION, sensitive(text)?);
        }
        if let Some(form) = &request.form {
            call = call
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.as_bytes().to_vec());
        }
        let failure = match with_timeout(limits.response_timeout, call.send()).await {
            Ok(response) => {
                let answer = Response::new(response, limits, secrets.to_vec());
                tracing::debug!(
                    url = %redacted(&request.url),
                    status = answer.status().as_u16(),
                    "token request"
                );
                if !is_retryable_status(answer.status()) {
                    return Ok(answer);
                }
                answer.into_error("no token was given").await
            }
            Err(e) => e,
        };
        if !failure.is_retryable() {
            return Err(failure);
        }
        backoff.wait(failure).await?;
    }
}

/// What a token server's refusal means.
async fn refusal(answer: Response, connection: &Connection, signed: bool) -> Error {
    let status = answer.status();
    let host = connection.host();
    let hint = connection.how_to_sign_in(signed);
    let what = format!("{host} wants a token, and its token server gave none");
    match status.as_u16() {
        // 400 is OAuth's answer to a token that has ended.
        400 | 401 | 403 => {
            answer.with_hint(hint).into_error(&what).await.with_code(Code::Unauthorized)
        }
        300..=399 => Error::new(
            Code::Registry,
            format!("{what}: it redirects elsewhere, where no credential is sent"),
        ),
        _ => answer.into_error(&what).await,
    }
}

/// Azure's exchange of an Entra token, at the registry itself.
async fn exchange(
    connection: &Connection,
    token: &Secret,
    tenant: Option<&str>,
) -> Result<Credential> {
    // It opens far more than a registry, and goes to Azure's alone.
    if !connection.looks_like_azure() {
        return Err(Error::new(
            Code::Credentials,
            format!("{} is no Azure registry, which alone takes Entra tokens", connection.host()),
        ));
    }
    let url = connection.url("oauth2/exchange")?;
    let client = connection.client(&url)?;
    let request = TokenRequest::exchange(url, connection.host(), token, tenant);
    let answer = ask(connection, client, &request, std::slice::from_ref(token)).await?;
    if answer.status() != StatusCode::OK {
        return Err(refusal(answer, connection, true).await);
    }
    read_identity_token(&answer.body(TOKEN_BODY).await?)
}
