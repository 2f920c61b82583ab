//! Login and logout: a credential is checked with the registry before it is stored where the other
//! tools of the ecosystem look, and removed from there in every form.

use crate::store::registry::auth::StoredIn;
use serde::Serialize;
use std::sync::Arc;

use crate::store::registry::{
    ClientConfig, Connection,
    auth::{Credential, CredentialChain, Credentials},
};
use ocigraph_types::{Code, Error, Host, Result};

/// What became of a login.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginResult {
    /// The registry.
    pub host: String,
    /// Where the credential is kept now.
    pub stored_in: StoredIn,
    /// Whether the registry asked for a credential and took this one; one that asks for none cannot
    /// tell.
    pub verified: bool,
    /// Whether `DOCKER_AUTH_CONFIG` has a credential for the registry, which comes before this one.
    pub overridden: bool,
}

/// What became of a logout.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct LogoutResult {
    /// The registry.
    pub host: String,
    /// Where credentials were removed; empty when there were none.
    pub removed_from: Vec<StoredIn>,
    /// Whether `DOCKER_AUTH_CONFIG` still has a credential for the registry.
    pub remains: bool,
}

fn places(config: &ClientConfig) -> CredentialChain {
    CredentialChain::of_environment(config.auth_file.clone(), config.limits.helper_timeout)
}

pub(crate) async fn login(
    config: &ClientConfig,
    host: &Host,
    credential: Credential,
) -> Result<LoginResult> {
    if credential.secret().expose().is_empty() {
        return Err(Error::new(Code::InvalidArgument, "the password or token is empty"));
    }
    let given = ClientConfig { credentials: Credentials::Given(credential), ..config.clone() };
    let connection = Connection::new(host, Arc::new(given))?;
    let (credential, verified) = connection.check_credential().await?;
    let places = places(config);
    let stored_in = places.store(host, &credential).await?;
    Ok(LoginResult {
        host: host.to_string(),
        stored_in,
        verified,
        overridden: places.is_fixed(host),
    })
}

pub(crate) async fn logout(config: &ClientConfig, host: &Host) -> Result<LogoutResult> {
    let places = places(config);
    let removed_from = places.forget(host).await?;
    Ok(LogoutResult { host: host.to_string(), removed_from, remains: places.is_fixed(host) })
}
