//! The tags of fallback indexes (distribution-spec v1.1.1, "Referrers Tag Schema").

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use tokio::sync::OnceCell;

use crate::store::list::List;

/// The fallback tags of a repository. They are listed once, so that a walk of a graph requests only
/// indexes that exist.
#[derive(Debug, Default)]
pub(crate) struct FallbackTags {
    /// An index was requested.
    pub(super) queried: AtomicBool,
    /// The tags, and the list that holds their memory charge. `None` if tags cannot be listed.
    pub(super) listed: OnceCell<Option<(HashSet<String>, List<String>)>>,
    /// Tags that this client has written, which the list may lack.
    written: Mutex<HashSet<String>>,
}

impl FallbackTags {
    /// Returns the tags that this client has written.
    pub(super) fn written(&self) -> MutexGuard<'_, HashSet<String>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
