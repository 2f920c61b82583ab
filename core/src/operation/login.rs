//! Login and logout: storing a credential where other tools look for it, and removing it again.
//!
//! Login checks a credential with the registry before it stores it.

use std::sync::Arc;

use serde::Serialize;

use crate::store::registry::{
    ClientConfig, Connection,
    auth::{Credential, CredentialChain, Credentials, LoginTarget, StoredIn},
};
use ocigraph_types::{Code, Error, Result};

/// The result of [`Client::login`](crate::Client::login).
///
/// ```no_run
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use ocigraph::{Client, Credential, LoginTarget};
///
/// let registry: LoginTarget = "registry.example.com".parse()?;
/// let credential = Credential::password("ada", "open sesame");
/// let result = Client::new().login(&registry, credential).await?;
/// println!("stored in {}", result.stored_in.name());
/// # Ok::<(), ocigraph::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginResult {
    /// The registry: host, and port and namespace if they were given.
    pub host: String,
    /// Where the credential is stored.
    pub stored_in: StoredIn,
    /// True if the registry demanded authentication and accepted the credential. False if it serves
    /// anonymous requests, which verify nothing.
    pub verified: bool,
    /// True if `DOCKER_AUTH_CONFIG` has a credential for the registry, which is used before the
    /// stored one.
    pub overridden: bool,
}

/// The result of [`Client::logout`](crate::Client::logout).
///
/// ```no_run
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use ocigraph::{Client, LoginTarget};
///
/// let registry: LoginTarget = "registry.example.com".parse()?;
/// for place in Client::new().logout(&registry).await?.removed_from {
///     println!("removed from {}", place.name());
/// }
/// # Ok::<(), ocigraph::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LogoutResult {
    /// The registry: host, and port and namespace if they were given.
    pub host: String,
    /// The places from which credentials were removed: files and credential helpers. Empty if none
    /// were stored.
    pub removed_from: Vec<StoredIn>,
    /// True if `DOCKER_AUTH_CONFIG` still has a credential for the registry.
    pub remains: bool,
}

fn credential_chain(config: &ClientConfig) -> CredentialChain {
    CredentialChain::new(config.auth_file.clone(), config.limits.helper_timeout)
}

pub(crate) async fn login(
    config: &ClientConfig,
    target: &LoginTarget,
    credential: Credential,
) -> Result<LoginResult> {
    if credential.secret().expose().is_empty() {
        return Err(Error::new(Code::InvalidArgument, "the password or token is empty"));
    }
    let config = ClientConfig { credentials: Credentials::Given(credential), ..config.clone() };
    let chain = credential_chain(&config);
    let connection = Connection::new(target.host(), Arc::new(config))?;
    let (credential, verified) = connection.check_credential().await?;
    let stored_in = chain.store(target, &credential).await?;
    let overridden = chain.is_in_environment(target);
    Ok(LoginResult { host: target.to_string(), stored_in, verified, overridden })
}

pub(crate) async fn logout(config: &ClientConfig, target: &LoginTarget) -> Result<LogoutResult> {
    let chain = credential_chain(config);
    let removed_from = chain.remove(target).await?;
    let remains = chain.is_in_environment(target);
    Ok(LogoutResult { host: target.to_string(), removed_from, remains })
}
