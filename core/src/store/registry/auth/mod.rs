//! Authentication: credentials and where they are stored, challenges, and tokens.
//!
//! An [`authenticator::Authenticator`] answers the challenges of one registry. It sends its token
//! requests through an HTTP client that it is given. Manifests are not known here.

pub(super) mod authenticator;
pub(super) mod challenge;
mod config_file;
pub(super) mod context;
pub(crate) mod credential;
mod credential_cache;
pub(crate) mod credential_chain;
mod helper;
mod json_object;
mod login_target;
mod realm_guard;
pub(super) mod scope;
pub(super) mod target;
mod token;
mod token_cache;
mod token_client;

#[cfg(test)]
pub(crate) use challenge::parse_challenges;
pub use credential::{Credential, CredentialSource, Credentials};
pub(crate) use credential_chain::CredentialChain;
pub use credential_chain::StoredIn;
pub use login_target::LoginTarget;

pub use super::secret::Secret;
