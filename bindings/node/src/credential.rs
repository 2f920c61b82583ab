//! Credentials: values from JavaScript, and a JavaScript function that is called for each repository.
//! Credentials and headers may be secrets, so errors never repeat them.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode::NonBlocking};
use napi_derive::napi;
use ocigraph::{Code, Credential, CredentialSource, Credentials, Error, Host, Result};
use ocigraph_runtime::ForeignError;
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use crate::error::invalid;

/// The fields of a credential.
const PARTS: [&str; 6] =
    ["username", "password", "identityToken", "registryToken", "entraToken", "tenant"];

/// Converts the `credentials` option: a keyword or a credential.
pub(crate) fn source(given: Option<Value>) -> Result<Credentials> {
    match given {
        None => Ok(Credentials::default()),
        Some(Value::String(word)) => match word.as_str() {
            "stored" => Ok(Credentials::Stored),
            "anonymous" => Ok(Credentials::Anonymous),
            _ => Err(invalid(
                "invalid credentials: expected \"stored\", \"anonymous\", a credential such as \
                 { username, password }, or a function",
            )),
        },
        Some(value) => credential(value).map(Credentials::Given),
    }
}

/// Parses a credential from JSON.
pub(crate) fn parse(json: &str) -> Result<Credential> {
    credential(serde_json::from_str(json).unwrap_or_default())
}

fn credential(value: Value) -> Result<Credential> {
    let Value::Object(mut parts) = value else { return Err(invalid_credential()) };
    if let Some(name) = parts.keys().find(|name| !PARTS.contains(&name.as_str())) {
        return Err(invalid(format!(
            "unknown field `{name}` of a credential: expected {}",
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
        _ => Err(invalid_credential()),
    }
}

fn text(parts: &mut Map<String, Value>, name: &str) -> Result<Option<String>> {
    match parts.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid(format!("{name} of a credential must be a string"))),
    }
}

fn invalid_credential() -> Error {
    invalid("invalid credential: expected a username with a password, or one token")
}

/// Converts the `headers` option: an object whose values are strings.
pub(crate) fn headers(given: Option<Value>) -> Result<Vec<(String, String)>> {
    let named = match given {
        None => return Ok(Vec::new()),
        Some(Value::Object(named)) => named,
        Some(_) => {
            return Err(invalid(
                "headers must be a plain object such as { \"X-Name\": \"value\" }",
            ));
        }
    };
    let header = |(name, value)| match value {
        Value::String(text) => Ok((name, text)),
        _ => Err(invalid(format!("the header {name} must be a string"))),
    };
    named.into_iter().map(header).collect()
}

/// The function that answers requests. It does not keep the process alive; the waiting call does.
pub(crate) type CredentialCallback =
    ThreadsafeFunction<CredentialRequest, (), CredentialRequest, napi::Status, false, true>;

/// A request for the credential of a repository.
#[napi]
pub struct CredentialRequest {
    host: String,
    repository: String,
    response: Mutex<Option<oneshot::Sender<Result<Option<Credential>>>>>,
}

#[napi]
impl CredentialRequest {
    /// The registry, as `host[:port]`.
    #[napi(getter, catch_unwind)]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository. Empty for a request about the whole registry.
    #[napi(getter, catch_unwind)]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Responds with a credential as JSON, or with none for anonymous access.
    #[napi(catch_unwind)]
    pub fn respond(&self, json: Option<String>) {
        self.send(json.as_deref().map(parse).transpose());
    }

    /// Responds with a failure. JavaScript finds the thrown value again by `number`.
    #[napi(catch_unwind)]
    pub fn fail(&self, why: String, number: u32) {
        let message = format!("the credentials function failed: {why}");
        self.send(Err(ForeignError(number).into_error(Code::Credentials, message)));
    }

    fn send(&self, response: Result<Option<Credential>>) {
        let sender = self.response.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The receiver is gone if the call was aborted.
        let _ = sender.map(|sender| sender.send(response));
    }
}

pub(crate) struct CallbackSource(CredentialCallback);

impl CallbackSource {
    pub(crate) fn new(callback: CredentialCallback) -> Self {
        Self(callback)
    }
}

#[async_trait]
impl CredentialSource for CallbackSource {
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let (sender, response) = oneshot::channel();
        let request = CredentialRequest {
            host: host.to_string(),
            repository: repository.to_owned(),
            response: Mutex::new(Some(sender)),
        };
        self.0.call(request, NonBlocking);
        let no_response =
            |_| Error::new(Code::Credentials, "the credentials function did not respond");
        response.await.map_err(no_response)?
    }
}
