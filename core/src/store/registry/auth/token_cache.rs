//! The tokens of one registry, kept by realm, scopes and credential.
//!
//! Concurrent requests for one token share a single request to the token server. A token that is
//! about to expire is renewed before it is used.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use super::{
    credential::Credential,
    scope::Scopes,
    token::{Realm, Token},
    token_client::TokenClient,
};
use crate::store::registry::secret::Secret;
use ocigraph_types::Result;

/// Tokens that are kept; a client needs one for each repository that it uses.
const MAX_TOKENS: usize = 256;

/// A token and what it is valid for.
struct CachedToken {
    realm: Realm,
    scopes: Scopes,
    credential: Option<Arc<Credential>>,
    /// Locked while the token is fetched.
    token: tokio::sync::Mutex<Option<Token>>,
}

impl CachedToken {
    /// Returns true if there is a token that needs no renewal, and is not the refused one.
    fn is_usable(&self, refused: Option<&Secret>) -> bool {
        self.token.try_lock().is_ok_and(|token| {
            token
                .as_ref()
                .is_some_and(|token| !token.needs_renewal() && Some(&token.value) != refused)
        })
    }
}

#[derive(Default)]
pub(super) struct TokenCache {
    tokens: Mutex<Vec<Arc<CachedToken>>>,
    /// The token server issues tokens with less than was asked for.
    is_exact: AtomicBool,
}

impl TokenCache {
    /// From now on, a token is used only for exactly the scopes that it was asked for.
    pub(super) fn require_exact_scopes(&self) {
        self.is_exact.store(true, Ordering::Relaxed);
    }

    /// Returns a token with these scopes, other than `refused`, and fetches it if necessary.
    pub(super) async fn token(
        &self,
        client: &TokenClient,
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Arc<Credential>>,
        refused: Option<&Secret>,
    ) -> Result<Secret> {
        let cached = self.entry(realm, scopes, credential, refused);
        let mut current = cached.token.lock().await;
        if let Some(token) = &*current
            && !token.needs_renewal()
            && Some(&token.value) != refused
        {
            return Ok(token.value.clone());
        }
        let credential = credential.map(|credential| &**credential);
        match client.fetch(realm, &cached.scopes, credential).await {
            Ok(token) => {
                let value = token.value.clone();
                *current = Some(token);
                Ok(value)
            }
            // The old token is valid until it expires.
            Err(e) => match &*current {
                Some(old) if !old.is_expired() && Some(&old.value) != refused => {
                    tracing::info!(error = %e, "the token could not be renewed yet");
                    Ok(old.value.clone())
                }
                _ => Err(e),
            },
        }
    }

    /// Returns the entry to use: one with a token that covers the scopes, else the entry with
    /// exactly these scopes, which is added if necessary.
    fn entry(
        &self,
        realm: &Realm,
        scopes: &Scopes,
        credential: Option<&Arc<Credential>>,
        refused: Option<&Secret>,
    ) -> Arc<CachedToken> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = |cached: &&Arc<CachedToken>| {
            cached.realm == *realm && cached.credential.as_ref() == credential
        };
        let is_exact = self.is_exact.load(Ordering::Relaxed);
        let covers = |cached: &CachedToken| match is_exact {
            true => cached.scopes == *scopes,
            false => cached.scopes.cover(scopes),
        };
        let widest = tokens
            .iter()
            .filter(matches)
            .filter(|cached| covers(cached) && cached.is_usable(refused))
            .max_by_key(|cached| cached.scopes.width());
        if let Some(cached) = widest {
            return Arc::clone(cached);
        }
        if let Some(cached) = tokens.iter().filter(matches).find(|cached| cached.scopes == *scopes)
        {
            return Arc::clone(cached);
        }
        if tokens.len() >= MAX_TOKENS {
            // An entry in use has other owners.
            tokens.retain(|cached| Arc::strong_count(cached) > 1);
        }
        let cached = Arc::new(CachedToken {
            realm: realm.clone(),
            scopes: scopes.clone(),
            credential: credential.cloned(),
            token: tokio::sync::Mutex::new(None),
        });
        tokens.push(Arc::clone(&cached));
        cached
    }
}
