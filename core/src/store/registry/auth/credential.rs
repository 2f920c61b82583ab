//! Who the client is: credentials as values, and where a client gets them from.
//!
//! Secrets are wiped from memory when they are dropped, and no `Debug` or `Display` shows one.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use ocigraph_types::{Host, Result};

/// Under this name Azure takes the token of `az acr login --expose-token` for a password.
pub(crate) const AZURE_TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";

/// Under this name credential helpers keep identity tokens.
pub(crate) const HELPER_TOKEN_USER: &str = "<token>";

/// A password or token: wiped when dropped, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Who the client is to a registry. Its `Debug` form hides what is secret.
///
/// ```
/// use ocigraph::Credential;
///
/// let credential = Credential::password("ada", "open sesame");
/// assert!(!format!("{credential:?}").contains("sesame"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// A name and a password: given to the registry itself (Basic) or to its token server.
    Password {
        /// The user, service principal or token name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A refresh token, for which the token server gives access tokens.
    IdentityToken(Secret),
    /// A token that is sent to the registry as it is.
    RegistryToken(Secret),
    /// A Microsoft Entra access token, which Azure's registry exchanges for an identity token.
    EntraToken {
        /// The access token.
        token: Secret,
        /// The tenant, where the token does not tell.
        tenant: Option<String>,
    },
}

impl Credential {
    /// A name and a password. The name that `az acr login --expose-token` goes with makes it an
    /// identity token.
    pub fn password(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        let (username, password) = (username.into(), password.into());
        match username.as_str() {
            AZURE_TOKEN_USER | HELPER_TOKEN_USER => Self::IdentityToken(password),
            _ => Self::Password { username, password },
        }
    }

    /// A refresh token.
    pub fn identity_token(token: impl Into<Secret>) -> Self {
        Self::IdentityToken(token.into())
    }

    /// A token that is sent as it is.
    pub fn registry_token(token: impl Into<Secret>) -> Self {
        Self::RegistryToken(token.into())
    }

    /// A Microsoft Entra access token.
    pub fn entra_token(token: impl Into<Secret>, tenant: Option<String>) -> Self {
        Self::EntraToken { token: token.into(), tenant }
    }

    /// The name and password to send where Basic authentication is asked for (RFC 7617); tokens go
    /// under the name that Azure and others take them by.
    pub(crate) fn as_password(&self) -> Option<(&str, &Secret)> {
        match self {
            Self::Password { username, password } => Some((username, password)),
            Self::IdentityToken(token) => Some((AZURE_TOKEN_USER, token)),
            Self::RegistryToken(_) | Self::EntraToken { .. } => None,
        }
    }

    /// What must never be shown.
    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::Password { password: secret, .. }
            | Self::IdentityToken(secret)
            | Self::RegistryToken(secret)
            | Self::EntraToken { token: secret, .. } => secret,
        }
    }
}

/// `user:password` in base64, as in a `Basic` header and in the `auth` of a credential file.
pub(crate) fn basic(username: &str, password: &str) -> Zeroizing<String> {
    let both = Zeroizing::new(format!("{username}:{password}"));
    Zeroizing::new(STANDARD.encode(both.as_bytes()))
}

/// A vault of the caller's own: asked for each registry, when that has asked for credentials.
///
/// ```
/// use ocigraph::{Credential, CredentialSource, Host};
///
/// struct Vault;
///
/// #[async_trait::async_trait]
/// impl CredentialSource for Vault {
///     async fn credential(
///         &self,
///         host: &Host,
///         _repository: &str,
///     ) -> ocigraph::Result<Option<Credential>> {
///         Ok((host.name() == "registry.example.com").then(|| Credential::registry_token("t0ken")))
///     }
/// }
/// ```
#[async_trait]
pub trait CredentialSource: Send + Sync {
    /// The credential for a repository of a registry; `None` for anonymous use. The repository is
    /// empty when the registry as a whole is meant.
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>>;
}

/// Where a client gets credentials from.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// Where the other tools of the ecosystem keep them: `DOCKER_AUTH_CONFIG`, the configuration
    /// files of docker and of the containers tools, and the helpers that these name.
    #[default]
    Stored,
    /// Nowhere: every request is anonymous.
    Anonymous,
    /// This one, for every registry that the client is used with.
    Given(Credential),
    /// Whatever the caller answers.
    Callback(Arc<dyn CredentialSource>),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored => f.write_str("Stored"),
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Given(credential) => f.debug_tuple("Given").field(credential).finish(),
            Self::Callback(_) => f.write_str("Callback"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_a_credential_shows_its_secret() {
        let all = [
            Credential::password("user", "s3cret"),
            Credential::identity_token("s3cret"),
            Credential::registry_token("s3cret"),
            Credential::entra_token("s3cret", Some("tenant".into())),
        ];
        for credential in all {
            assert_eq!(credential.secret().expose(), "s3cret");
            for shown in
                [format!("{credential:?}"), format!("{:#?}", Credentials::Given(credential))]
            {
                assert!(!shown.contains("s3cret"), "{shown}");
            }
        }
    }

    #[test]
    fn azures_token_is_no_password() {
        let credential = Credential::password(AZURE_TOKEN_USER, "token");
        assert_eq!(credential, Credential::identity_token("token"));
    }
}
