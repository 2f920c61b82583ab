//! Login and logout: a credential is checked with the registry before it is stored where the other
//! tools of the ecosystem look, and removed from there in every form.

use std::sync::Arc;

use crate::{
    auth::{Credential, Credentials, Places},
    error::{Code, Error, Result},
    options::{LoginResult, LogoutResult},
    reference::Host,
    registry::{Connection, RegistryConfig},
};

fn places(config: &RegistryConfig) -> Places {
    Places::of_environment(config.registry_config.clone(), config.limits.helper)
}

pub(crate) async fn login(
    config: &RegistryConfig,
    host: &Host,
    credential: Credential,
) -> Result<LoginResult> {
    if credential.secret().expose().is_empty() {
        return Err(Error::new(Code::InvalidArgument, "the password or token is empty"));
    }
    let given = RegistryConfig { credentials: Credentials::Given(credential), ..config.clone() };
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

pub(crate) async fn logout(config: &RegistryConfig, host: &Host) -> Result<LogoutResult> {
    let places = places(config);
    let removed_from = places.forget(host).await?;
    Ok(LogoutResult { host: host.to_string(), removed_from, remains: places.is_fixed(host) })
}
