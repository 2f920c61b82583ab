//! Authentication to one registry: answers its challenges with a credential or a token.
//!
//! A credential is looked up only after the registry has sent a challenge. Credentials and tokens
//! go only to the origin that asked for them.

use std::{
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
use crate::store::registry::secret::Secret;
use ocigraph_types::{Code, Error, Result};

/// Challenges of one request that are answered: the first token may be expired, the second too
/// narrow.
const MAX_CHALLENGES: u32 = 2;

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
            target,
        }
    }

    /// Returns a hint for a request that was not authorized. `refused` is true if it was sent with
    /// a credential.
    pub(crate) fn sign_in_hint(&self, refused: bool) -> String {
        self.target.sign_in_hint(refused)
    }

    /// Returns true once the registry has sent a challenge.
    pub(crate) fn was_challenged(&self) -> bool {
        self.scheme().is_some()
    }

    /// Authorizes a request in advance by the scheme of earlier challenges.
    pub(crate) async fn prepare(&self, context: &AuthContext) -> Result<Option<Authorization>> {
        let Some(scheme) = self.scheme().clone() else { return Ok(None) };
        self.authorize(&scheme, context, context.scopes.clone(), None).await
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
        let scopes = context.scopes.joined(&scopes);
        let Some(previous) = previous else {
            let authorization = self.authorize(&scheme, context, scopes, None).await?;
            return Ok(authorization.map(|a| Authorization { challenges: 1, ..a }));
        };
        let is_bearer = matches!(scheme, AuthScheme::Bearer(_));
        // The registry refused a password, or a token that was issued for this request and has all
        // the scopes.
        let is_final = is_bearer == previous.token.is_some()
            && (previous.token.is_none()
                || (previous.challenges > 0 && previous.scopes.cover(&scopes)));
        if previous.challenges >= MAX_CHALLENGES {
            return Ok(None);
        }
        if is_final && !self.has_other_credential(context, previous).await? {
            return Ok(None);
        }
        let refused = previous.token.as_ref();
        let authorization = self.authorize(&scheme, context, scopes, refused).await?;
        let challenges = previous.challenges + 1;
        Ok(authorization.map(|a| Authorization { challenges, ..a }))
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
