//! The registry that requests are authenticated to.

use std::{path::PathBuf, sync::Arc};

use url::Url;

use super::credential::Credentials;
use crate::store::registry::{capabilities::Capabilities, hint, http::client::HttpClient};
use ocigraph_types::Host;

/// A registry, the credentials for it, and the client that reaches it.
pub(crate) struct AuthTarget {
    pub(crate) host: Host,
    /// The root of the registry: scheme, host and port.
    pub(crate) base: Url,
    pub(crate) credentials: Credentials,
    /// The credential file that the caller named.
    pub(crate) auth_file: Option<PathBuf>,
    pub(crate) http: Arc<HttpClient>,
    pub(crate) capabilities: Arc<Capabilities>,
}

impl AuthTarget {
    /// Returns a hint for a request that was not authorized. `refused` is true if it was sent with
    /// a credential.
    pub(crate) fn sign_in_hint(&self, refused: bool) -> String {
        let host = &self.host;
        let login = match &self.auth_file {
            Some(path) => format!("`ocigraph login --registry-config {} {host}`", path.display()),
            None => format!("`ocigraph login {host}`"),
        };
        match (&self.credentials, refused) {
            (Credentials::Stored, true) => hint::sign_in_again(host, login),
            (_, true) => hint::credential_refused(host),
            (Credentials::Stored, false) => hint::sign_in(login),
            (Credentials::Callback(_), false) => hint::callback_without_credential(host),
            (_, false) => hint::client_without_credential(host),
        }
    }
}
