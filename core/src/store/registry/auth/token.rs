//! Tokens: what is asked of a token server, and what its answer says.
//!
//! Source: the token specification of the distribution project (GET), its OAuth 2 form (POST), and
//! Azure's documentation of both. It sends nothing itself.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::time::Instant;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::{
    credential::{AZURE_TOKEN_USER, Credential, Secret, basic},
    object::Object,
    scope::Scopes,
};
use ocigraph_types::{Code, Error, Host, Result};

/// Of a token that does not say how long it lives.
const DEFAULT_LIFE: Duration = Duration::from_secs(60);
/// A token is renewed so long before its end, or a tenth of its life when that is shorter.
const MARGIN: Duration = Duration::from_secs(30);
/// Nobody means more; larger figures would not fit a clock.
const LONGEST_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// What the client is called where a token server wants a name.
const CLIENT_ID: &str = "ocigraph";

/// Where a registry sends its clients for tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Realm {
    pub(crate) url: Url,
    pub(crate) service: Option<String>,
}

/// A request to a token server.
pub(crate) struct TokenRequest {
    pub(crate) url: Url,
    /// The value of an `Authorization` header.
    pub(crate) authorization: Option<Zeroizing<String>>,
    /// With a form it is a POST.
    pub(crate) form: Option<Zeroizing<String>>,
}

impl TokenRequest {
    /// For a token with these scopes.
    pub(crate) fn new(realm: &Realm, scopes: &Scopes, credential: Option<&Credential>) -> Self {
        match credential {
            Some(Credential::IdentityToken(token)) => Self::refresh(realm, scopes, token),
            Some(Credential::Password { username, password }) => {
                Self::get(realm, scopes, Some((username, password)))
            }
            _ => Self::get(realm, scopes, None),
        }
    }

    /// The other way to present an identity token, for servers that know no POST.
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

    fn get(realm: &Realm, scopes: &Scopes, login: Option<(&str, &Secret)>) -> Self {
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
        let authorization = login.map(|(user, secret)| {
            Zeroizing::new(format!("Basic {}", *basic(user, secret.expose())))
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

    /// Azure's exchange of an Entra token for an identity token.
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
    renewed_from: Instant,
    ends: Instant,
}

/// An answer of which no more is read than is needed: the rest may be of any type.
struct Answer(Object);

impl Answer {
    fn read(body: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(body).ok();
        let object = text.and_then(|text| Object::parse(text).ok());
        object
            .map(Self)
            .ok_or_else(|| Error::new(Code::Registry, "the token server's answer is no token"))
    }

    /// The first of these members that is text with something in it.
    fn text(&self, names: &[&str]) -> Option<Zeroizing<String>> {
        names.iter().find_map(|name| {
            let text: Zeroizing<String> = serde_json::from_str(self.0.get(name)?).ok()?;
            let trimmed = text.trim();
            (!trimmed.is_empty()).then(|| Zeroizing::new(trimmed.to_owned()))
        })
    }

    /// A number, which some servers write as text.
    fn number(&self, name: &str) -> Option<f64> {
        let written = self.0.get(name)?;
        let text: String = serde_json::from_str(written).unwrap_or_else(|_| written.to_owned());
        text.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }
}

impl Token {
    /// A token that a server gave at `asked`.
    pub(crate) fn read(body: &[u8], asked: Instant) -> Result<Self> {
        let answer = Answer::read(body)?;
        let value = answer.text(&["token", "access_token"]).ok_or_else(|| {
            Error::new(Code::Registry, "the token server's answer has no token in it")
        })?;
        if !value.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::new(
                Code::Registry,
                "the token server's token has characters that no header can carry",
            ));
        }
        let said = answer.number("expires_in").filter(|seconds| *seconds > 0.0);
        let life = said
            .map(|seconds| Duration::from_secs_f64(seconds.min(LONGEST_LIFE.as_secs_f64())))
            .or_else(|| life_of_jwt(&value))
            .unwrap_or(DEFAULT_LIFE)
            .min(LONGEST_LIFE);
        let ends = asked + life;
        Ok(Self {
            value: Secret::new(value.as_str()),
            renewed_from: ends - MARGIN.min(life / 10),
            ends,
        })
    }

    /// Whether it should be renewed before it is used.
    pub(crate) fn is_due(&self) -> bool {
        Instant::now() >= self.renewed_from
    }

    /// Whether it is of no use any more.
    pub(crate) fn has_ended(&self) -> bool {
        Instant::now() >= self.ends
    }
}

/// The identity token in the answer to an exchange.
pub(crate) fn read_identity_token(body: &[u8]) -> Result<Credential> {
    let answer = Answer::read(body)?;
    let token = answer.text(&["refresh_token"]).ok_or_else(|| {
        Error::new(Code::Registry, "the registry's answer to the exchange has no token in it")
    })?;
    Ok(Credential::identity_token(token.as_str()))
}

/// How long a JWT lives from now on, by its `exp`; nothing for what is no JWT.
fn life_of_jwt(token: &str) -> Option<Duration> {
    let claims = token.split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims = Answer::read(&claims).ok()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    // The client's clock may differ from the server's; how long it is meant to live does not.
    let left = claims.number("exp")? - claims.number("iat").unwrap_or(now.as_secs_f64());
    Some(
        Duration::try_from_secs_f64(left.clamp(0.0, LONGEST_LIFE.as_secs_f64()))
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
    fn a_password_goes_in_a_header_and_an_identity_token_in_a_form() {
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
    fn a_token_lives_as_long_as_it_says() {
        let now = Instant::now();
        let life = |body: &str| {
            let token = Token::read(body.as_bytes(), now).unwrap();
            let (due, ends) = (token.renewed_from - now, token.ends - now);
            (due.as_secs(), ends.as_secs())
        };
        assert_eq!(life(r#"{"token":"t","expires_in":1000}"#), (970, 1000));
        assert_eq!(life(r#"{"access_token":"t","expires_in":100}"#), (90, 100));
        assert_eq!(life(r#"{"token":"t"}"#), (54, 60));
        assert_eq!(life(r#"{"token":"","access_token":"t","expires_in":0}"#), (54, 60));
        assert!(life(r#"{"token":"t","expires_in":1e300}"#).1 > 1_000_000);
        assert_eq!(life(r#"{"token":"t","expires_in":" 1000 "}"#), (970, 1000));
        for odd in ["null", "{}", "[]", "true", "\"soon\"", "-1", "1e400", "\"inf\"", "\"\""] {
            assert_eq!(life(&format!(r#"{{"token":"t","expires_in":{odd}}}"#)), (54, 60), "{odd}");
            let others = format!(
                r#"{{"token":{odd_token},"access_token":"t","refresh_token":{odd},"issued_at":{odd}}}"#,
                odd_token = if odd.starts_with('"') { "7" } else { odd }
            );
            assert_eq!(life(&others), (54, 60), "{odd}");
        }
        let exp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 500;
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{exp}}}"#));
        let (_, ends) = life(&format!(r#"{{"token":"e30.{claims}.x"}}"#));
        assert!((498..=500).contains(&ends), "{ends}");
        let claims = URL_SAFE_NO_PAD.encode(r#"{"exp":"700","iat":"100","nbf":{}}"#);
        assert_eq!(life(&format!(r#"{{"token":"e30.{claims}.x"}}"#)).1, 600);
    }

    #[test]
    fn what_is_no_token_is_an_error_that_does_not_repeat_it() {
        for body in ["<html>", "{}", r#"{"token":"a\nb"}"#, r#"{"token":7}"#, "[]", ""] {
            let error = Token::read(body.as_bytes(), Instant::now()).unwrap_err();
            assert_eq!(error.code(), Code::Registry);
            assert!(!error.to_string().contains("html"));
        }
    }
}
