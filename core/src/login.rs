//! Login and logout: a credential is checked with the registry before it is stored where the other
//! tools of the ecosystem look, and removed from there in every form.

use std::sync::Arc;

use crate::{
    auth::{Credential, CredentialChain, Credentials},
    error::{Code, Error, Result},
    options::{LoginResult, LogoutResult},
    reference::Host,
    registry::{ClientConfig, Connection},
};

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
