//! The tags of fallback indexes (distribution-spec v1.1.1, "Referrers Tag Schema").

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use tokio::sync::OnceCell;

use crate::store::{
    fallback_tag::is_fallback_tag,
    memory_budget::{Charge, Memory},
};
use ocigraph_types::{Result, weight::Weight};

/// The fallback tags of a repository. They are listed once, so that a walk of a graph requests only
/// indexes that exist.
#[derive(Debug, Default)]
pub(crate) struct FallbackTags {
    /// An index was requested.
    pub(super) queried: AtomicBool,
    /// An index was found beside a referrers API.
    pub(super) found_beside: AtomicBool,
    /// `None` if tags cannot be listed.
    pub(super) listed: OnceCell<Option<ListedTags>>,
    changed: Mutex<ChangedTags>,
}

/// Tags that this client has changed since they were listed.
#[derive(Debug, Default)]
struct ChangedTags {
    written: HashSet<String>,
    removed: HashSet<String>,
}

/// The fallback tags in a list of tags, with the memory that they take.
#[derive(Debug)]
pub(super) struct ListedTags {
    tags: HashSet<String>,
    _charge: Charge,
}

impl ListedTags {
    pub(super) fn of(tags: &[String], memory: &Memory) -> Result<Self> {
        let tags: HashSet<String> =
            tags.iter().filter(|tag| is_fallback_tag(tag)).cloned().collect();
        let charge = memory.charge().of(tags.iter().map(Weight::weight).sum())?;
        Ok(Self { tags, _charge: charge })
    }
}

impl FallbackTags {
    /// Returns true if the tag exists, or `None` if the tags were not listed.
    pub(super) fn exists(&self, tag: &str) -> Option<bool> {
        let changed = self.changed();
        if changed.written.contains(tag) {
            return Some(true);
        }
        let listed = self.listed.get()?.as_ref()?;
        Some(listed.tags.contains(tag) && !changed.removed.contains(tag))
    }

    /// Returns the tags that a list had.
    pub(in crate::store::registry::api) fn listed(&self) -> Option<Vec<String>> {
        let listed = self.listed.get()?.as_ref()?;
        Some(listed.tags.iter().cloned().collect())
    }

    pub(super) fn set_written(&self, tag: &str) {
        let mut changed = self.changed();
        changed.removed.remove(tag);
        changed.written.insert(tag.to_owned());
    }

    pub(super) fn set_removed(&self, tag: &str) {
        let mut changed = self.changed();
        changed.written.remove(tag);
        changed.removed.insert(tag.to_owned());
    }

    fn changed(&self) -> MutexGuard<'_, ChangedTags> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
