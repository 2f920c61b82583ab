//! What was learned of a registry while speaking to it, per repository.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// By which interface a repository lists referrers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReferrersApi {
    /// OCI distribution-spec 1.1.
    Oci,
    /// ORAS artifacts-spec draft.1.
    OrasDraft,
    /// ORAS artifacts-spec, release candidates.
    OrasRc,
    /// None: clients keep an index under a tag.
    FallbackTag,
}

#[derive(Debug, Default)]
pub(super) struct Learned {
    repositories: Mutex<HashMap<String, Arc<Repository>>>,
}

#[derive(Debug, Default)]
pub(super) struct Repository {
    pub(super) referrers: OnceLock<ReferrersApi>,
    /// Held while it is not known yet and is being asked.
    pub(super) asking: tokio::sync::Mutex<()>,
    /// One writer of fallback indexes at a time in this process.
    pub(super) fallback: tokio::sync::Mutex<()>,
}

impl Learned {
    pub(super) fn repository(&self, name: &str) -> Arc<Repository> {
        let mut known = self.repositories.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(name.to_owned()).or_default())
    }
}
