//! Credentials: values from Python, and a Python function that is called for each repository.

use std::sync::Arc;

use async_trait::async_trait;
use ocigraph::{Code, Credential, CredentialSource, Credentials, Error, Host, Result};
use ocigraph_runtime::spawn_foreign_call;
use pyo3::prelude::*;

use crate::finalization::attached;

/// A credential as Python passes it: kind, secret, and user name or tenant.
#[derive(FromPyObject)]
pub(crate) struct GivenCredential(String, String, Option<String>);

impl GivenCredential {
    pub(crate) fn credential(self) -> Result<Credential> {
        let Self(kind, secret, name) = self;
        Ok(match kind.as_str() {
            "password" => Credential::password(name.unwrap_or_default(), secret),
            "identity_token" => Credential::identity_token(secret),
            "registry_token" => Credential::registry_token(secret),
            "entra_token" => Credential::entra_token(secret, name),
            _ => {
                let what = format!("invalid credential kind {kind:?}");
                return Err(Error::new(Code::InvalidArgument, what)
                    .with_hint("create it with Credential.password, identity_token, registry_token or entra_token"));
            }
        })
    }
}

/// The `credentials` argument of a client.
#[derive(FromPyObject)]
pub(crate) enum GivenCredentials {
    Word(String),
    One(GivenCredential),
    Function(Py<PyAny>),
}

impl GivenCredentials {
    pub(crate) fn credentials(self) -> Result<Credentials> {
        Ok(match self {
            Self::Word(word) if word == "stored" => Credentials::Stored,
            Self::Word(word) if word == "anonymous" => Credentials::Anonymous,
            Self::Word(_) => {
                // Do not repeat the text: a caller may have passed a secret here by mistake.
                let what = "invalid credentials: expected \"stored\", \"anonymous\", a Credential or a function";
                return Err(Error::new(Code::InvalidArgument, what)
                    .with_hint("pass a Credential, such as Credential.password(name, password)"));
            }
            Self::One(credential) => Credentials::Given(credential.credential()?),
            Self::Function(function) => {
                Credentials::Callback(Arc::new(CredentialCallback(Arc::new(function))))
            }
        })
    }
}

/// A Python function that returns credentials.
struct CredentialCallback(Arc<Py<PyAny>>);

#[async_trait]
impl CredentialSource for CredentialCallback {
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>> {
        let function = Arc::clone(&self.0);
        let (host, repository) = (host.to_string(), repository.to_owned());
        spawn_foreign_call(move || {
            let ask = |py: Python<'_>| -> PyResult<Option<GivenCredential>> {
                function.bind(py).call1((host, repository))?.extract()
            };
            let ended = || Error::new(Code::Cancelled, "the Python interpreter is shutting down");
            let answer = attached(ask).ok_or_else(ended)?.map_err(|e| {
                let what = format!("the credentials function failed: {e}");
                Error::new(Code::Credentials, what).with_source(e)
            })?;
            answer.map(GivenCredential::credential).transpose()
        })
        .await
    }
}
