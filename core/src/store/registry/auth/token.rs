//! Tokens: the requests to a token server and its responses, as values.
//!
//! See [Token Authentication](https://distribution.github.io/distribution/spec/auth/token/) (GET),
//! [OAuth 2](https://distribution.github.io/distribution/spec/auth/oauth/) (POST), and Azure's
//! documentation of both. Nothing is sent here.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::time::Instant;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::{
    credential::{AZURE_TOKEN_USER, Credential, basic},
    json_object::{JsonObject, unquoted},
    scope::Scopes,
};
use crate::{content::plain_text::utf8_text, store::registry::secret::Secret};
use ocigraph_types::{Code, Error, Host, Result};

/// Lifetime of a token that does not state one, as the specification demands.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);
/// A token is renewed this long before it expires, or a tenth of its lifetime if that is shorter.
const RENEWAL_MARGIN: Duration = Duration::from_secs(30);
/// A longer lifetime is cut to this: it would not fit a clock.
const MAX_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The `client_id` of OAuth 2 requests.
const CLIENT_ID: &str = "ocigraph";

/// The token server that a challenge names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Realm {
    pub(crate) url: Url,
    pub(crate) service: Option<String>,
}

/// A request to a token server.
pub(crate) struct TokenRequest {
    pub(crate) url: Url,
    /// The value of the `Authorization` header.
    pub(crate) authorization: Option<Zeroizing<String>>,
    /// The form of a POST request. Without a form, the request is a GET.
    pub(crate) form: Option<Zeroizing<String>>,
}

impl TokenRequest {
    /// Creates the request for a token with these scopes.
    pub(crate) fn new(realm: &Realm, scopes: &Scopes, credential: Option<&Credential>) -> Self {
        match credential {
            Some(Credential::IdentityToken(token)) => Self::refresh(realm, scopes, token),
            Some(Credential::Password { username, password }) => {
                Self::get(realm, scopes, Some((username, password)))
            }
            _ => Self::get(realm, scopes, None),
        }
    }

    /// Creates the request that presents an identity token by GET, for servers that do not support
    /// POST. Returns `None` for other credentials.
    pub(crate) fn without_post(
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Credential>,
    ) -> Option<Self> {
        match credential {
            Some(Credential::IdentityToken(token)) => {
                Some(Self::get(realm, scopes, Some((AZURE_TOKEN_USER, token))))
            }
            _ => None,
        }
    }

    fn get(realm: &Realm, scopes: &Scopes, user: Option<(&str, &Secret)>) -> Self {
        let mut url = realm.url.clone();
        {
            let mut query = url.query_pairs_mut();
            if let Some(service) = &realm.service {
                query.append_pair("service", service);
            }
            for scope in scopes.each() {
                query.append_pair("scope", &scope);
            }
        }
        if url.query() == Some("") {
            url.set_query(None);
        }
        let authorization = user.map(|(name, secret)| {
            Zeroizing::new(format!("Basic {}", *basic(name, secret.expose())))
        });
        Self { url, authorization, form: None }
    }

    fn refresh(realm: &Realm, scopes: &Scopes, token: &Secret) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token");
        if let Some(service) = &realm.service {
            form.append_pair("service", service);
        }
        form.append_pair("client_id", CLIENT_ID);
        form.append_pair("scope", &scopes.to_string());
        form.append_pair("refresh_token", token.expose());
        let form = Some(Zeroizing::new(form.finish()));
        Self { url: realm.url.clone(), authorization: None, form }
    }

    /// Creates Azure's exchange of an Entra token for an identity token.
    pub(crate) fn exchange(url: Url, host: &Host, token: &Secret, tenant: Option<&str>) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "access_token");
        form.append_pair("service", &host.to_string());
        if let Some(tenant) = tenant {
            form.append_pair("tenant", tenant);
        }
        form.append_pair("access_token", token.expose());
        Self { url, authorization: None, form: Some(Zeroizing::new(form.finish())) }
    }
}

/// An access token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) value: Secret,
    renew_at: Instant,
    expires_at: Instant,
}

/// The response of a token server. Members that are not needed may have any type.
struct TokenResponse(JsonObject);

impl TokenResponse {
    fn read(body: &[u8]) -> Result<Self> {
        let text = utf8_text(body).ok();
        let object = text.and_then(|text| JsonObject::parse(text).ok());
        object.map(Self).ok_or_else(|| {
            Error::new(Code::Registry, "the token server's response is not a JSON object")
        })
    }

    /// Returns the first of these members that is a text and not blank.
    fn text(&self, names: &[&str]) -> Option<Zeroizing<String>> {
        names.iter().find_map(|name| {
            let text = unquoted(self.0.get(name)?).ok()?;
            let trimmed = text.trim();
            (!trimmed.is_empty()).then(|| Zeroizing::new(trimmed.to_owned()))
        })
    }

    /// Returns a number. Some servers write numbers as text.
    fn number(&self, name: &str) -> Option<f64> {
        let json = self.0.get(name)?;
        let text: String = serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
        text.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl Token {
    /// Reads the response to a token request that was sent at `requested_at`.
    pub(crate) fn read(body: &[u8], requested_at: Instant) -> Result<Self> {
        let response = TokenResponse::read(body)?;
        let value = response.text(&["token", "access_token"]).ok_or_else(|| {
            Error::new(Code::Registry, "the token server's response contains no token")
        })?;
        if !value.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::new(
                Code::Registry,
                "the token server's token has characters that a header cannot contain",
            ));
        }
        let lifetime = response
            .number("expires_in")
            .filter(|seconds| *seconds > 0.0)
            .map(|seconds| Duration::from_secs_f64(seconds.min(MAX_LIFETIME.as_secs_f64())))
            .or_else(|| jwt_lifetime(&value))
            .unwrap_or(DEFAULT_LIFETIME)
            .min(MAX_LIFETIME);
        let expires_at = requested_at + lifetime;
        Ok(Self {
            value: Secret::new(value.as_str()),
            renew_at: expires_at - RENEWAL_MARGIN.min(lifetime / 10),
            expires_at,
        })
    }

    /// Returns true if the token should be renewed before it is used.
    pub(crate) fn needs_renewal(&self) -> bool {
        Instant::now() >= self.renew_at
    }

    pub(crate) fn is_expired(&self) -> bool {
        Instant::now() >= self.expires_at
    }
}

/// Reads the identity token in the response to an exchange.
pub(crate) fn read_identity_token(body: &[u8]) -> Result<Credential> {
    let response = TokenResponse::read(body)?;
    let token = response.text(&["refresh_token"]).ok_or_else(|| {
        Error::new(Code::Registry, "the registry's response to the exchange contains no token")
    })?;
    Ok(Credential::identity_token(token.as_str()))
}

/// Returns the remaining lifetime of a JWT by its `exp` claim. Returns `None` for other tokens.
fn jwt_lifetime(token: &str) -> Option<Duration> {
    let claims = token.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims = TokenResponse::read(&claims).ok()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    // `exp` minus `iat` does not depend on the difference between the clocks of client and server.
    let seconds = claims.number("exp")? - claims.number("iat").unwrap_or(now.as_secs_f64());
    Some(
        Duration::try_from_secs_f64(seconds.clamp(0.0, MAX_LIFETIME.as_secs_f64()))
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realm() -> Realm {
        let url = Url::parse("https://auth.example.com/token?account=x").unwrap();
        Realm { url, service: Some("registry.example.com".into()) }
    }

    #[test]
    fn a_password_is_sent_in_a_header_and_an_identity_token_in_a_form() {
        let scopes = Scopes::parse("repository:a:pull repository:b:pull,push");
        let request =
            TokenRequest::new(&realm(), &scopes, Some(&Credential::password("ada", "pass")));
        assert_eq!(
            request.url.query(),
            Some(
                "account=x&service=registry.example.com&scope=repository%3Aa%3Apull\
                 &scope=repository%3Ab%3Apull%2Cpush"
            )
        );
        assert_eq!(request.authorization.unwrap().as_str(), "Basic YWRhOnBhc3M=");
        let request =
            TokenRequest::new(&realm(), &scopes, Some(&Credential::identity_token("refresh")));
        assert_eq!(request.url, realm().url);
        assert_eq!(
            request.form.unwrap().as_str(),
            "grant_type=refresh_token&service=registry.example.com&client_id=ocigraph\
             &scope=repository%3Aa%3Apull+repository%3Ab%3Apull%2Cpush&refresh_token=refresh"
        );
    }

    #[test]
    fn the_lifetime_of_a_token_is_what_it_states() {
        let now = Instant::now();
        let lifetime = |body: &str| {
            let token = Token::read(body.as_bytes(), now).unwrap();
            let (renewal, end) = (token.renew_at - now, token.expires_at - now);
            (renewal.as_secs(), end.as_secs())
        };
        assert_eq!(lifetime(r#"{"token":"t","expires_in":1000}"#), (970, 1000));
        assert_eq!(lifetime(r#"{"access_token":"t","expires_in":100}"#), (90, 100));
        assert_eq!(lifetime(r#"{"token":"t"}"#), (54, 60));
        assert_eq!(lifetime(r#"{"token":"","access_token":"t","expires_in":0}"#), (54, 60));
        assert_eq!(lifetime("\u{feff}{\"token\":\"t\"}"), (54, 60));
        assert!(lifetime(r#"{"token":"t","expires_in":1e300}"#).1 > 1_000_000);
        assert_eq!(lifetime(r#"{"token":"t","expires_in":" 1000 "}"#), (970, 1000));
        for odd in ["null", "{}", "[]", "true", "\"soon\"", "-1", "1e400", "\"inf\"", "\"\""] {
            assert_eq!(
                lifetime(&format!(r#"{{"token":"t","expires_in":{odd}}}"#)),
                (54, 60),
                "{odd}"
            );
            let others = format!(
                r#"{{"token":{odd_token},"access_token":"t","refresh_token":{odd},"issued_at":{odd}}}"#,
                odd_token = if odd.starts_with('"') { "7" } else { odd }
            );
            assert_eq!(lifetime(&others), (54, 60), "{odd}");
        }
        let exp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 500;
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{exp}}}"#));
        let (_, end) = lifetime(&format!(r#"{{"token":"e30.{claims}.x"}}"#));
        assert!((498..=500).contains(&end), "{end}");
        let claims = URL_SAFE_NO_PAD.encode(r#"{"exp":"700","iat":"100","nbf":{}}"#);
        assert_eq!(lifetime(&format!(r#"{{"token":"e30.{claims}.x"}}"#)).1, 600);
    }

    #[test]
    fn the_error_for_a_malformed_response_does_not_repeat_it() {
        for body in ["<html>", "{}", r#"{"token":"a\nb"}"#, r#"{"token":7}"#, "[]", ""] {
            let error = Token::read(body.as_bytes(), Instant::now()).unwrap_err();
            assert_eq!(error.code(), Code::Registry);
            assert!(!error.to_string().contains("html"));
        }
    }
}
