//! Credentials as values, and where a client gets them from. No `Debug` form shows a secret.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::store::registry::secret::Secret;
use ocigraph_types::{Host, Result};

/// The user name that belongs to the token of `az acr login --expose-token`.
pub(crate) const AZURE_TOKEN_USER: &str = "00000000-0000-0000-0000-000000000000";

/// The user name under which credential helpers store identity tokens.
pub(crate) const HELPER_TOKEN_USER: &str = "<token>";

/// A credential for a registry. `Debug` hides its secrets.
///
/// A registry demands Basic authentication ([RFC 7617]) or a token ([RFC 6750]). For a token, the
/// client presents the credential to the token server that the registry names ([token
/// authentication]).
///
/// ```
/// use ocigraph::Credential;
///
/// let credential = Credential::password("ada", "open sesame");
/// assert!(!format!("{credential:?}").contains("sesame"));
/// ```
///
/// [RFC 7617]: https://www.rfc-editor.org/rfc/rfc7617
/// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
/// [token authentication]: https://distribution.github.io/distribution/spec/auth/token/
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credential {
    /// A user name and password, sent to the registry by Basic authentication, or to its token
    /// server.
    Password {
        /// The name of a user, service principal or token.
        username: String,
        /// The password of that user.
        password: Secret,
    },
    /// A refresh token, which the token server exchanges for access tokens.
    IdentityToken(Secret),
    /// An access token that is sent to the registry unchanged, as `Authorization: Bearer`.
    RegistryToken(Secret),
    /// A Microsoft Entra access token, which an Azure registry exchanges for an identity token. It
    /// is sent to no other registry.
    EntraToken {
        /// The access token.
        token: Secret,
        /// The tenant, if the token does not contain it.
        tenant: Option<String>,
    },
}

impl Credential {
    /// Creates a credential from a user name and password.
    ///
    /// The user names `00000000-0000-0000-0000-000000000000` (`az acr login --expose-token`) and
    /// `<token>` (credential helpers) make an identity token of the password.
    pub fn password(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        let (username, password) = (username.into(), password.into());
        match username.as_str() {
            AZURE_TOKEN_USER | HELPER_TOKEN_USER => Self::IdentityToken(password),
            _ => Self::Password { username, password },
        }
    }

    /// Creates a credential from a refresh token.
    pub fn identity_token(token: impl Into<Secret>) -> Self {
        Self::IdentityToken(token.into())
    }

    /// Creates a credential from an access token that is sent unchanged.
    pub fn registry_token(token: impl Into<Secret>) -> Self {
        Self::RegistryToken(token.into())
    }

    /// Creates a credential from a Microsoft Entra access token. Without a tenant, the registry
    /// reads it from the token.
    pub fn entra_token(token: impl Into<Secret>, tenant: Option<String>) -> Self {
        Self::EntraToken { token: token.into(), tenant }
    }

    /// Returns the user name and password for Basic authentication (RFC 7617). An identity token is
    /// the password of the user name that Azure and other registries accept for it.
    pub(crate) fn as_password(&self) -> Option<(&str, &Secret)> {
        match self {
            Self::Password { username, password } => Some((username, password)),
            Self::IdentityToken(token) => Some((AZURE_TOKEN_USER, token)),
            Self::RegistryToken(_) | Self::EntraToken { .. } => None,
        }
    }

    /// Returns the text that must never be shown.
    pub(crate) fn secret(&self) -> &Secret {
        match self {
            Self::Password { password: secret, .. }
            | Self::IdentityToken(secret)
            | Self::RegistryToken(secret)
            | Self::EntraToken { token: secret, .. } => secret,
        }
    }
}

/// Returns `user:password` in base64, as a `Basic` header and the `auth` member of a credential
/// file have it.
pub(crate) fn basic(username: &str, password: &str) -> Zeroizing<String> {
    let both = Zeroizing::new(format!("{username}:{password}"));
    Zeroizing::new(STANDARD.encode(both.as_bytes()))
}

/// A source of credentials that the application provides, such as a vault.
///
/// The client calls it after a registry has demanded authentication, once for each repository, and
/// again after a credential was refused.
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
    /// Returns the credential for a repository of a registry, or `None` for anonymous use.
    ///
    /// `repository` is empty for requests to the registry as a whole, such as listing its
    /// repositories.
    ///
    /// # Errors
    ///
    /// An error fails the operation that needs the credential.
    async fn credential(&self, host: &Host, repository: &str) -> Result<Option<Credential>>;
}

/// Where a client gets credentials from. Default: [`Credentials::Stored`].
///
/// ```
/// use ocigraph::{Client, ClientConfig, Credentials};
///
/// let config = ClientConfig::default().credentials(Credentials::Anonymous);
/// let client = Client::with_config(config);
/// # let _ = client;
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Credentials {
    /// [`ClientConfig::auth_file`](crate::ClientConfig::auth_file) alone or, without it, the places
    /// that docker, podman and other tools share, in this order:
    ///
    /// 1. the environment variable `DOCKER_AUTH_CONFIG`, which has the content of a file;
    /// 2. docker's `config.json` in `DOCKER_CONFIG` or `~/.docker`;
    /// 3. the `auth.json` of podman and its relatives: `REGISTRY_AUTH_FILE`,
    ///    `$XDG_RUNTIME_DIR/containers/auth.json`, `$XDG_CONFIG_HOME/containers/auth.json`.
    ///
    /// The first place with a credential or a credential helper for the registry is used.
    #[default]
    Stored,
    /// No credential: all requests are anonymous.
    Anonymous,
    /// This credential, for every registry that the client is used with.
    Given(Credential),
    /// The credentials that the application returns.
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
            for text in
                [format!("{credential:?}"), format!("{:#?}", Credentials::Given(credential))]
            {
                assert!(!text.contains("s3cret"), "{text}");
            }
        }
    }

    #[test]
    fn a_password_of_azures_token_user_is_an_identity_token() {
        let credential = Credential::password(AZURE_TOKEN_USER, "token");
        assert_eq!(credential, Credential::identity_token("token"));
    }
}
