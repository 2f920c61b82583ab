//! The registry that requests are authenticated to.

use std::sync::Arc;

use url::Url;

use super::credential::Credentials;
use crate::store::registry::{capabilities::Capabilities, http::client::HttpClient};
use ocigraph_types::Host;

/// A registry, the credentials for it, and the client that reaches it.
pub(crate) struct AuthTarget {
    pub(crate) host: Host,
    /// The root of the registry: scheme, host and port.
    pub(crate) base: Url,
    pub(crate) credentials: Credentials,
    pub(crate) http: Arc<HttpClient>,
    pub(crate) capabilities: Arc<Capabilities>,
}

impl AuthTarget {
    /// Returns a hint for a request that was not authorized. `refused` is true if it was sent with
    /// a credential.
    pub(crate) fn sign_in_hint(&self, refused: bool) -> String {
        let host = &self.host;
        match (&self.credentials, refused) {
            (Credentials::Stored, true) => format!(
                "the credentials for {host} were refused; sign in again with `ocigraph login {host}`"
            ),
            (_, true) => format!("the credentials for {host} were refused"),
            (Credentials::Stored, false) => format!("sign in with `ocigraph login {host}`"),
            (Credentials::Callback(_), false) => {
                format!("the credential callback returned no credential for {host}")
            }
            (_, false) => format!("this client has no credentials for {host}"),
        }
    }
}
