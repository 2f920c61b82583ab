//! Authentication with tokens: which tokens are requested, how often, and where they are sent.

mod azure;
mod registries;
mod tokens;
mod trouble;

use std::collections::BTreeMap;

use ocigraph::{Client, ClientConfig, Credential, Credentials};
use ocigraph_fixture::{Auth, Config, Fixture, TokenAuth};

pub(crate) const USER: &str = "ada";
pub(crate) const PASSWORD: &str = "open:sesame äöü";
pub(crate) const IDENTITY: &str = "identity-token-that-nobody-may-see";

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

pub(crate) fn token_auth() -> TokenAuth {
    TokenAuth {
        users: BTreeMap::from([(USER.to_owned(), PASSWORD.to_owned())]),
        identity_tokens: vec![IDENTITY.to_owned()],
        ..TokenAuth::default()
    }
}

/// Starts a fixture that requires tokens.
pub(crate) fn guarded(auth: TokenAuth) -> Fixture {
    Fixture::start(Config { auth: Auth::Token(Box::new(auth)), ..Config::default() })
}

pub(crate) fn client_with(credentials: Credentials) -> Client {
    Client::with_config(ClientConfig::default().credentials(credentials))
}

pub(crate) fn ada() -> Client {
    client_with(Credentials::Given(Credential::password(USER, PASSWORD)))
}
