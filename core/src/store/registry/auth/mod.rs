//! Credentials and challenges: who the client is, where that is stored, and what a registry or its
//! token server asks.
//!
//! Nothing here sends a request: `registry` does, with what is prepared here.

mod challenge;
mod credential;
mod file;
mod helper;
mod object;
mod program;
mod realm;
mod replace;
mod scope;
mod stored;
mod token;

pub(crate) use challenge::{Challenge, parse_challenges};
pub(crate) use credential::basic;
pub use credential::{Credential, CredentialSource, Credentials, Secret};
pub(crate) use realm::{RealmGuard, redacted};
pub(crate) use scope::Scopes;
pub use stored::StoredIn;
pub(crate) use stored::{CredentialChain, Source};
pub(crate) use token::{Realm, Token, TokenRequest, read_identity_token};
