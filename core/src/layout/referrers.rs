//! Who refers to whom in a layout: every listed manifest is read once for each state of the index.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError},
};

use super::{Inner, index::Index};
use crate::{descriptor::Descriptor, digest::Digest, error::Result};

/// The referrers of each subject, for one state of `index.json`.
#[derive(Debug)]
pub(super) struct Cached {
    entries: Vec<Digest>,
    by_subject: Arc<HashMap<Digest, Vec<Descriptor>>>,
}

impl Inner {
    pub(super) fn referrers_of(&self, subject: &Digest) -> Result<Vec<Descriptor>> {
        let index = self.read_index()?;
        let entries: Vec<Digest> = index.entries.iter().map(|e| e.digest.clone()).collect();
        let mut cached = self.referrers.lock().unwrap_or_else(PoisonError::into_inner);
        let by_subject = match &*cached {
            // Manifests are named by what they hold: the same entries mean the same graph.
            Some(known) if known.entries == entries => Arc::clone(&known.by_subject),
            _ => {
                let by_subject = Arc::new(self.map_referrers(&index));
                *cached = Some(Cached { entries, by_subject: Arc::clone(&by_subject) });
                by_subject
            }
        };
        Ok(by_subject.get(subject).cloned().unwrap_or_default())
    }

    fn map_referrers(&self, index: &Index) -> HashMap<Digest, Vec<Descriptor>> {
        let mut by_subject: HashMap<Digest, Vec<Descriptor>> = HashMap::new();
        let mut seen = HashSet::new();
        let mut left: Vec<Descriptor> = index.entries.iter().rev().cloned().collect();
        while let Some(entry) = left.pop() {
            if !seen.insert(entry.digest.clone()) {
                continue;
            }
            match self.read_manifest(&entry.digest, Some(&entry.media_type)) {
                Ok(manifest) => {
                    if let Some(subject) = manifest.subject() {
                        let list = by_subject.entry(subject.digest.clone()).or_default();
                        list.push(manifest.descriptor());
                    }
                    left.extend(manifest.manifests().iter().rev().cloned());
                }
                Err(e) => tracing::warn!(error = %e, "a listed manifest is passed over"),
            }
        }
        by_subject
    }
}
