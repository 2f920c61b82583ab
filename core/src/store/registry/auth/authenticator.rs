//! Authentication to one registry: answers its challenges with a credential or a token.
//!
//! A credential is looked up only after the registry has sent a challenge. Credentials and tokens
//! go only to the origin that asked for them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::HeaderValue;
use url::Url;
use zeroize::Zeroizing;

use super::{
    challenge::Challenge,
    context::AuthContext,
    credential::{Credential, basic},
    credential_cache::CredentialCache,
    credential_chain::CredentialChain,
    scope::Scopes,
    target::AuthTarget,
    token::Realm,
    token_cache::TokenCache,
    token_client::{TokenClient, sensitive_header},
};
use crate::store::registry::{hint, secret::Secret};
use ocigraph_types::{Code, Error, Result};

/// Challenges of one request that are answered: the first token may be expired, the second too
/// narrow, and the third one is for what the challenge names alone.
const MAX_CHALLENGES: u32 = 3;

/// Repositories whose scopes are remembered.
const MAX_NAMED_SCOPES: usize = 1024;

/// The scheme that the registry demands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum AuthScheme {
    /// Basic authentication (RFC 7617).
    Basic,
    /// A bearer token (RFC 6750) from this realm.
    Bearer(Realm),
}

/// The `Authorization` header of a request, and how it was made.
pub(crate) struct Authorization {
    pub(crate) value: HeaderValue,
    /// Texts that error messages must not repeat.
    pub(crate) secrets: Vec<Secret>,
    scopes: Scopes,
    token: Option<Secret>,
    credential: Option<Arc<Credential>>,
    /// Challenges of the request that were answered before.
    challenges: u32,
}

impl Authorization {
    /// Returns false for an anonymous token.
    pub(crate) fn has_credential(&self) -> bool {
        self.credential.is_some()
    }
}

/// The text of an `Authorization` header.
struct HeaderText {
    text: Zeroizing<String>,
    secrets: Vec<Secret>,
    token: Option<Secret>,
}

/// The state of authentication that all requests of a connection share.
pub(crate) struct Authenticator {
    target: Arc<AuthTarget>,
    /// The scheme of the last challenge.
    scheme: Mutex<Option<AuthScheme>>,
    credentials: CredentialCache,
    tokens: TokenCache,
    token_client: TokenClient,
    /// By repository: the scopes of tokens that a challenge named and the registry then accepted, where
    /// the token server had refused others, or had issued a token for the last one alone.
    named_scopes: Mutex<HashMap<Arc<str>, Scopes>>,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

impl Authenticator {
    pub(crate) fn new(target: AuthTarget, chain: CredentialChain) -> Self {
        let target = Arc::new(target);
        Self {
            scheme: Mutex::new(None),
            credentials: CredentialCache::new(Arc::clone(&target), chain),
            tokens: TokenCache::default(),
            token_client: TokenClient::new(Arc::clone(&target)),
            named_scopes: Mutex::default(),
            target,
        }
    }

    /// Returns a hint for a request that was not authorized. `refused` is true if it was sent with
    /// a credential.
    pub(crate) fn sign_in_hint(&self, refused: bool) -> String {
        let sign_in = self.target.sign_in_hint(refused);
        match self.credentials.missing_helper().filter(|_| !refused) {
            Some((program, file)) => hint::install_helper_first(program, file, sign_in),
            None => sign_in,
        }
    }

    /// Returns true once the registry has sent a challenge.
    pub(crate) fn was_challenged(&self) -> bool {
        self.scheme().is_some()
    }

    /// Authorizes a request in advance by the scheme of earlier challenges.
    pub(crate) async fn prepare(&self, context: &AuthContext) -> Result<Option<Authorization>> {
        let Some(scheme) = self.scheme().clone() else { return Ok(None) };
        let (named, others) = {
            let named = self.named_scopes();
            (named.get(&context.repository).cloned(), !named.is_empty())
        };
        match named {
            Some(named) => self.authorize(&scheme, context, named, None).await,
            None => match self.authorize(&scheme, context, context.scopes.clone(), None).await {
                // The challenge will name scopes that the token server knows.
                Err(e) if others && is_refusal(&e) => Ok(None),
                result => result,
            },
        }
    }

    /// Takes the scheme from the challenges in an answer to `/v2/`. Without any, and with `or_basic`, a
    /// user name and a password are sent.
    pub(crate) fn learn(&self, challenges: &[Challenge], base: &Url, or_basic: bool) -> Result<()> {
        let scheme = select_scheme(challenges, base)?.map(|(scheme, _)| scheme);
        if let Some(scheme) = scheme.or(or_basic.then_some(AuthScheme::Basic)) {
            self.scheme().get_or_insert(scheme);
        }
        Ok(())
    }

    /// Answers the challenges in a 401 response. Returns `None` if the request cannot be authorized
    /// better than by `previous`.
    pub(crate) async fn answer(
        &self,
        context: &AuthContext,
        challenges: &[Challenge],
        previous: Option<&Authorization>,
    ) -> Result<Option<Authorization>> {
        let Some((scheme, scopes)) = select_scheme(challenges, &self.target.base)? else {
            return Ok(None);
        };
        *self.scheme() = Some(scheme.clone());
        let named = scopes;
        let all = context.scopes.joined(&named);
        let is_narrower = !named.is_empty() && named != all;
        let scopes = match is_narrower && self.named_scopes().contains_key(&context.repository) {
            true => named.clone(),
            false => all,
        };
        let Some(previous) = previous else {
            let authorization = self.authorize_or_narrow(&scheme, context, scopes, &named, None);
            return Ok(authorization.await?.map(|a| Authorization { challenges: 1, ..a }));
        };
        if previous.challenges >= MAX_CHALLENGES {
            return Ok(None);
        }
        let is_bearer = matches!(scheme, AuthScheme::Bearer(_));
        // The registry refused a password, or a token that was issued for this request and has all
        // the scopes.
        let is_final = is_bearer == previous.token.is_some()
            && (previous.token.is_none()
                || (previous.challenges > 0 && previous.scopes.cover(&scopes)));
        let refused = previous.token.as_ref();
        let challenges = previous.challenges + 1;
        if is_final && is_bearer && is_narrower && previous.scopes != named {
            // The token does not have what was asked for.
            self.tokens.require_exact_scopes();
            self.use_named(context, &named);
            let authorization = Box::pin(self.authorize(&scheme, context, named, refused)).await?;
            return Ok(authorization.map(|a| Authorization { challenges, ..a }));
        }
        if is_final && !self.has_other_credential(context, previous).await? {
            return Ok(None);
        }
        let authorization =
            self.authorize_or_narrow(&scheme, context, scopes, &named, refused).await?;
        Ok(authorization.map(|a| Authorization { challenges, ..a }))
    }

    /// Authorizes a request with a token for all scopes that it may need, or for those that the
    /// challenge names if the token server refuses the others.
    async fn authorize_or_narrow(
        &self,
        scheme: &AuthScheme,
        context: &AuthContext,
        scopes: Scopes,
        named: &Scopes,
        refused: Option<&Secret>,
    ) -> Result<Option<Authorization>> {
        let is_narrower = !named.is_empty() && *named != scopes;
        match Box::pin(self.authorize(scheme, context, scopes, refused)).await {
            Err(e) if is_narrower && is_refusal(&e) => {
                let narrower =
                    Box::pin(self.authorize(scheme, context, named.clone(), refused)).await;
                if narrower.is_err() {
                    return Err(e);
                }
                self.use_named(context, named);
                narrower
            }
            result => result,
        }
    }

    /// Requests tokens for a repository with the scopes that its challenges name.
    fn use_named(&self, context: &AuthContext, named: &Scopes) {
        // The challenge to a mount names two repositories.
        if named.resources() == 1 {
            let mut all = self.named_scopes();
            if all.len() >= MAX_NAMED_SCOPES {
                all.clear();
            }
            let scopes = all.entry(Arc::clone(&context.repository)).or_default();
            *scopes = scopes.joined(named);
        }
    }

    fn named_scopes(&self) -> MutexGuard<'_, HashMap<Arc<str>, Scopes>> {
        self.named_scopes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the credential for a repository, or `None` for anonymous use.
    pub(crate) async fn credential(&self, repository: &str) -> Result<Option<Arc<Credential>>> {
        self.credentials.get(&self.token_client, repository).await
    }

    fn scheme(&self) -> MutexGuard<'_, Option<AuthScheme>> {
        self.scheme.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks the refused credential up again. Returns true if there is another one by now.
    async fn has_other_credential(
        &self,
        context: &AuthContext,
        previous: &Authorization,
    ) -> Result<bool> {
        if previous.credential.is_none() {
            return Ok(false);
        }
        self.credentials.discard(&context.repository).await;
        Ok(self.credential(&context.repository).await? != previous.credential)
    }

    async fn authorize(
        &self,
        scheme: &AuthScheme,
        context: &AuthContext,
        scopes: Scopes,
        refused: Option<&Secret>,
    ) -> Result<Option<Authorization>> {
        let credential = self.credential(&context.repository).await?;
        let header = self.header(scheme, &scopes, credential.as_ref(), refused).await;
        let (credential, header) = match header {
            // The token server refused the credential: there may be another one by now.
            Err(e) if e.code() == Code::Unauthorized && credential.is_some() => {
                self.credentials.discard(&context.repository).await;
                let other = self.credential(&context.repository).await?;
                if other == credential {
                    return Err(e);
                }
                let header = self.header(scheme, &scopes, other.as_ref(), refused).await;
                (other, header)
            }
            header => (credential, header),
        };
        let Some(HeaderText { text, secrets, token }) = header? else { return Ok(None) };
        let value = sensitive_header(&text)?;
        Ok(Some(Authorization { value, secrets, scopes, token, credential, challenges: 0 }))
    }

    /// Returns the header for a scheme, or `None` if the credential does not fit the scheme.
    async fn header(
        &self,
        scheme: &AuthScheme,
        scopes: &Scopes,
        credential: Option<&Arc<Credential>>,
        refused: Option<&Secret>,
    ) -> Result<Option<HeaderText>> {
        let realm = match scheme {
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
                return Ok(Some(HeaderText { text, secrets, token: None }));
            }
        };
        let token = match credential.map(|credential| &**credential) {
            // A registry token cannot be renewed.
            Some(Credential::RegistryToken(token)) if Some(token) == refused => return Ok(None),
            Some(Credential::RegistryToken(token)) => token.clone(),
            _ => self.tokens.token(&self.token_client, realm, scopes, credential, refused).await?,
        };
        let text = Zeroizing::new(format!("Bearer {}", token.expose()));
        let mut secrets = vec![token.clone()];
        secrets.extend(credential.map(|credential| credential.secret().clone()));
        Ok(Some(HeaderText { text, secrets, token: Some(token) }))
    }
}

/// Returns true if a token server refused to issue a token for these scopes. 401 is about the credential,
/// which is not sent again.
fn is_refusal(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 403 | 404))
}

/// Selects the scheme to use, and returns the scopes of its challenge: Bearer if it is offered,
/// else Basic. Returns `None` if neither is offered.
fn select_scheme(challenges: &[Challenge], base: &Url) -> Result<Option<(AuthScheme, Scopes)>> {
    let find = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme == scheme);
    let basic = find("basic").map(|_| (AuthScheme::Basic, Scopes::default()));
    let Some(bearer) = find("bearer") else { return Ok(basic) };
    let Some(realm) = bearer.parameters.get("realm") else {
        return match basic {
            Some(basic) => Ok(Some(basic)),
            None => Err(Error::new(
                Code::Registry,
                "the registry requires a token, but its challenge names no realm",
            )),
        };
    };
    // A path is relative to the registry.
    let url = if realm.starts_with('/') && !realm.starts_with("//") {
        base.join(realm)
    } else {
        Url::parse(realm)
    };
    let url = url.map_err(|_| {
        Error::new(Code::Registry, "the registry requires a token, but its realm is not a URL")
    })?;
    let service = bearer.parameters.get("service").filter(|s| !s.is_empty()).cloned();
    let scopes = bearer.parameters.get("scope").map_or_else(Scopes::default, |s| Scopes::parse(s));
    Ok(Some((AuthScheme::Bearer(Realm { url, service }), scopes)))
}
