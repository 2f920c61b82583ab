//! Requests to token servers, and Azure's exchange of an Entra token.
//!
//! They go through an [`HttpClient`] like all other requests. Redirects are not followed: they
//! would take the credential along.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use tokio::time::Instant;

use super::{
    credential::Credential,
    realm_guard::RealmGuard,
    scope::Scopes,
    target::AuthTarget,
    token::{Realm, Token, TokenRequest, read_identity_token},
};
use crate::store::registry::{
    http::{
        client::HttpClient,
        request::{Body, Request},
        response::Response,
    },
    secret::Secret,
    shared_map::SharedMap,
};
use ocigraph_types::{Code, Error, Result};

/// Bytes of a token server's response that are read.
const MAX_TOKEN_BODY: usize = 128 * 1024;

/// Fetches tokens for one registry.
pub(super) struct TokenClient {
    target: Arc<AuthTarget>,
    /// By origin: the client for a token server, which connects only to addresses that were
    /// checked.
    clients: SharedMap<String, HttpClient>,
}

impl TokenClient {
    pub(super) fn new(target: Arc<AuthTarget>) -> Self {
        Self { target, clients: SharedMap::default() }
    }

    /// Fetches a token with these scopes; UNAUTHORIZED if the server refuses the credential.
    pub(super) async fn fetch(
        &self,
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Credential>,
    ) -> Result<Token> {
        let client = self.client(realm).await?;
        let requested_at = Instant::now();
        let secrets: Vec<Secret> =
            credential.map(|credential| credential.secret().clone()).into_iter().collect();
        let request = TokenRequest::new(realm, scopes, credential);
        let mut response = send(&client, request, &secrets).await?;
        // Some servers do not support OAuth 2.
        if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED)
            && let Some(request) = TokenRequest::without_post(realm, scopes, credential)
        {
            response.drain().await;
            response = send(&client, request, &secrets).await?;
        }
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response, credential.is_some()).await);
        }
        let token = Token::read(&response.body(MAX_TOKEN_BODY).await?, requested_at)?;
        tracing::debug!(registry = %self.target.host, scopes = %scopes, "token");
        Ok(token)
    }

    /// Exchanges an Entra token for an identity token, at the registry itself.
    pub(super) async fn exchange(
        &self,
        token: &Secret,
        tenant: Option<&str>,
    ) -> Result<Credential> {
        let AuthTarget { host, base, http, capabilities, .. } = &*self.target;
        // An Entra token grants access to more than a registry, so only Azure's may receive it.
        if !capabilities.azure.is_likely() {
            return Err(Error::new(
                Code::Credentials,
                format!("{host} is not an Azure registry; only those accept Entra tokens"),
            ));
        }
        let url = base.join("oauth2/exchange").map_err(|e| {
            Error::new(Code::Internal, "the exchange has an invalid URL").with_source(e)
        })?;
        let request = TokenRequest::exchange(url, host, token, tenant);
        let response = send(http, request, std::slice::from_ref(token)).await?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response, true).await);
        }
        read_identity_token(&response.body(MAX_TOKEN_BODY).await?)
    }

    async fn client(&self, realm: &Realm) -> Result<Arc<HttpClient>> {
        let origin = realm.url.origin().ascii_serialization();
        if let Some(client) = self.clients.get(&origin) {
            return Ok(client);
        }
        let http = &self.target.http;
        let check = RealmGuard::check(&self.target.base, &realm.url, http.resolve());
        let limit = http.limits().connect_timeout;
        let guard = tokio::time::timeout(limit, check).await.unwrap_or_else(|_| {
            let message = "the token server's name was not resolved in time";
            Err(Error::new(Code::Timeout, message))
        })?;
        Ok(self.clients.get_or_insert(origin, || http.with_resolver(Arc::new(guard))))
    }

    /// Converts a response other than 200.
    async fn refusal(&self, response: Response, has_credential: bool) -> Error {
        let status = response.status();
        let hint = self.target.sign_in_hint(has_credential);
        let what =
            format!("{} requires a token, and its token server issued none", self.target.host);
        match status.as_u16() {
            // OAuth 2 responds with 400 to an expired refresh token (RFC 6749, section 5.2).
            400 | 401 | 403 => {
                response.with_hint(hint).into_error(&what).await.with_code(Code::Unauthorized)
            }
            300..=399 => Error::new(
                Code::Registry,
                format!("{what}: it redirects to another URL, to which no credential is sent"),
            ),
            _ => response.into_error(&what).await,
        }
    }
}

async fn send(client: &HttpClient, token: TokenRequest, secrets: &[Secret]) -> Result<Response> {
    let method = if token.form.is_some() { Method::POST } else { Method::GET };
    // The body is small, and read with a limit of its own.
    let mut request = Request::new(method, token.url).nested().streamed();
    request.secrets = secrets.to_vec();
    if let Some(text) = &token.authorization {
        request.headers.insert(header::AUTHORIZATION, sensitive_header(text)?);
    }
    if let Some(form) = &token.form {
        request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::Bytes(Bytes::copy_from_slice(form.as_bytes())));
    }
    client.send(request).await
}

/// Returns a header that the HTTP library does not log.
pub(super) fn sensitive_header(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Error::new(Code::Credentials, "the credential has characters that a header cannot contain")
    })?;
    value.set_sensitive(true);
    Ok(value)
}
