//! The tags of fallback indexes (distribution-spec v1.1.1, "Referrers Tag Schema").

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use tokio::sync::OnceCell;

use crate::store::list::List;
use ocigraph_types::Digest;

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
