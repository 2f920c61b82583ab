//! Summaries of listed manifests: subject, children, and the digests of their content. This module
//! holds the values; `listed` reads the manifests.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{index::Index, json_weight::weight};
use ocigraph_types::{Descriptor, Digest, Error, Manifest, Result};

/// Bytes of memory that a digest takes in a summary.
const DIGEST: u64 = 128;

/// Summaries by the digest of the manifest. A digest determines the content, so an entry is valid
/// for as long as the manifest is listed.
pub(super) type SummaryCache = HashMap<Digest, Arc<ManifestSummary>>;

/// What the layout needs to know of one manifest.
#[derive(Debug)]
pub(super) struct ManifestSummary {
    pub(super) descriptor: Descriptor,
    subject: Option<Digest>,
    /// Digests of the config and the blobs.
    pub(super) content: Vec<Digest>,
    /// The manifests that an index lists.
    pub(super) children: Vec<Descriptor>,
    /// Bytes of memory that this takes.
    pub(super) weight: u64,
}

impl ManifestSummary {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let descriptor = manifest.descriptor();
        let content: Vec<Digest> = manifest.content().map(|blob| blob.digest.clone()).collect();
        let described = manifest.manifests().iter().chain([&descriptor]);
        let described = described.filter_map(|d| serde_json::to_vec(d).ok());
        Self {
            weight: described.map(|json| weight(&json)).sum::<u64>()
                + DIGEST * content.len() as u64,
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            children: manifest.manifests().to_vec(),
            descriptor,
            content,
        }
    }
}

/// The manifests that `index.json` lists, directly or through nested indexes.
#[derive(Debug)]
pub(super) struct ListedManifests {
    summaries: Arc<SummaryCache>,
    /// Every listed manifest, readable or not.
    digests: HashSet<Digest>,
    by_subject: HashMap<Digest, Vec<Arc<ManifestSummary>>>,
    /// The first error of a manifest that exists and cannot be read.
    pub(super) unread: Option<Error>,
    /// True if the summaries exceed the memory limit. They are incomplete then.
    pub(super) too_large: bool,
}

impl ListedManifests {
    pub(super) fn new(
        index: &Index,
        summaries: Arc<SummaryCache>,
        digests: HashSet<Digest>,
        unread: Option<Error>,
        too_large: bool,
    ) -> Self {
        let by_subject = by_subject(index, &summaries);
        Self { summaries, digests, by_subject, unread, too_large }
    }

    pub(super) fn contains(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }

    pub(super) fn summary(&self, digest: &Digest) -> Option<&Arc<ManifestSummary>> {
        self.summaries.get(digest)
    }

    /// Returns the descriptors of the referrers of `subject`, in the order of the index.
    pub(super) fn referrers(&self, subject: &Digest) -> Vec<Descriptor> {
        let found = self.by_subject.get(subject).into_iter().flatten();
        found.map(|summary| summary.descriptor.clone()).collect()
    }

    /// Returns an index that lists the manifest.
    pub(super) fn parent_index(&self, digest: &Digest) -> Option<&Digest> {
        let lists = |summary: &ManifestSummary| {
            summary.children.iter().any(|child| child.digest == *digest)
        };
        self.summaries.iter().find(|(_, summary)| lists(summary)).map(|(parent, _)| parent)
    }

    /// Returns the digests of all listed manifests and their content. Fails if a manifest cannot be
    /// read, because its content is unknown then.
    pub(super) fn reachable(&self) -> Result<HashSet<&Digest>> {
        match &self.unread {
            Some(e) => Err(e.clone()),
            None => {
                let content = self.summaries.values().flat_map(|summary| &summary.content);
                Ok(self.digests.iter().chain(content).collect())
            }
        }
    }
}

/// Groups manifests by subject, in the order of `index.json`; the children of an index follow it.
fn by_subject(
    index: &Index,
    summaries: &SummaryCache,
) -> HashMap<Digest, Vec<Arc<ManifestSummary>>> {
    let mut by_subject: HashMap<Digest, Vec<Arc<ManifestSummary>>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut pending: Vec<&Digest> = index.entries.iter().rev().map(|e| &e.digest).collect();
    while let Some(digest) = pending.pop() {
        if !seen.insert(digest) {
            continue;
        }
        let Some(summary) = summaries.get(digest) else { continue };
        if let Some(subject) = &summary.subject {
            by_subject.entry(subject.clone()).or_default().push(Arc::clone(summary));
        }
        pending.extend(summary.children.iter().rev().map(|child| &child.digest));
    }
    by_subject
}
