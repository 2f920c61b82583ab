//! The tags of fallback indexes (distribution-spec v1.1.1, "Referrers Tag Schema").

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use tokio::sync::OnceCell;

use crate::store::memory_budget::{Charge, Memory};
use ocigraph_types::{Digest, Result, weight::Weight};

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

/// Returns the tag of the fallback index of a subject: `<algorithm>-<encoded>`, cut to 32 and 64
/// characters (distribution-spec v1.1.1, "Referrers Tag Schema").
pub(super) fn fallback_tag(subject: &Digest) -> String {
    let clean = |text: &str, max: usize| -> String {
        text.chars()
            .take(max)
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-' { c } else { '-' }
            })
            .collect()
    };
    format!("{}-{}", clean(subject.algorithm_name(), 32), clean(subject.encoded(), 64))
}

/// Returns true for a tag that has the form of a fallback tag.
pub(crate) fn is_fallback_tag(tag: &str) -> bool {
    tag.split_once('-').is_some_and(|(algorithm, hex)| {
        matches!(algorithm, "sha256" | "sha512")
            && hex.len() == 64
            && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}
