//! The repository and scopes for which a request is authorized.

use std::sync::Arc;

use super::scope::Scopes;

/// The repository whose credential authorizes a request, and the scopes of its token.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuthContext {
    /// Empty for a request to the registry as a whole.
    pub(crate) repository: Arc<str>,
    pub(crate) scopes: Scopes,
}
