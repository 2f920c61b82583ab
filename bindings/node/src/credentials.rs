//! Credentials and headers as JavaScript writes them, and the core's own. They may be secrets, so what
//! is wrong with one is said without repeating it.

use ocigraph::{Credential, Credentials, Error, Result};
use serde_json::{Map, Value};

use crate::outcome::invalid;

/// What a credential is made of.
const PARTS: [&str; 6] =
    ["username", "password", "identityToken", "registryToken", "entraToken", "tenant"];

/// Where credentials come from: a word, or the credential itself.
pub(crate) fn source(given: Option<Value>) -> Result<Credentials> {
    match given {
        None => Ok(Credentials::default()),
        Some(Value::String(word)) => match word.as_str() {
            "stored" => Ok(Credentials::Stored),
            "anonymous" => Ok(Credentials::Anonymous),
            _ => Err(invalid(
                "credentials are \"stored\", \"anonymous\", a credential such as \
                 { username, password }, or a function; they are not any other text",
            )),
        },
        Some(value) => credential(value).map(Credentials::Given),
    }
}

/// Reads a credential from JSON.
pub(crate) fn parsed(json: &str) -> Result<Credential> {
    credential(serde_json::from_str(json).unwrap_or_default())
}

fn credential(value: Value) -> Result<Credential> {
    let Value::Object(mut parts) = value else { return Err(no_credential()) };
    if let Some(name) = parts.keys().find(|name| !PARTS.contains(&name.as_str())) {
        return Err(invalid(format!(
            "a credential has no `{name}`; it is made of {}",
            PARTS.map(|part| format!("`{part}`")).join(", ")
        )));
    }
    let mut part = |name: &str| text(&mut parts, name);
    let [username, password, identity, registry, entra, tenant] = PARTS.map(&mut part);
    match (username?, password?, identity?, registry?, entra?, tenant?) {
        (Some(name), Some(password), None, None, None, None) => {
            Ok(Credential::password(name, password))
        }
        (None, None, Some(token), None, None, None) => Ok(Credential::identity_token(token)),
        (None, None, None, Some(token), None, None) => Ok(Credential::registry_token(token)),
        (None, None, None, None, Some(token), tenant) => Ok(Credential::entra_token(token, tenant)),
        _ => Err(no_credential()),
    }
}

fn text(parts: &mut Map<String, Value>, name: &str) -> Result<Option<String>> {
    match parts.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("the {name} of a credential is text"))),
    }
}

fn no_credential() -> Error {
    invalid("a credential is a username with a password, or one token")
}

/// Headers from an object of texts.
pub(crate) fn headers(given: Option<Value>) -> Result<Vec<(String, String)>> {
    let named = match given {
        None => return Ok(Vec::new()),
        Some(Value::Object(named)) => named,
        Some(_) => {
            return Err(invalid("headers are a plain object such as { \"X-Name\": \"value\" }"));
        }
    };
    let header = |(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(invalid(format!("the header {name} is text"))),
    };
    named.into_iter().map(header).collect()
}
