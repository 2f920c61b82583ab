//! Summaries of listed manifests: subject, children, and the digests of their content. This module
//! holds the values; `listed` reads the manifests.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::Deserialize;

use super::{
    cosign_save,
    index::Index,
    json_weight::weight,
    referrers_index::{is_referrers_index, lists_referrers_of, names_of_subject, subject_name},
};
use crate::{content::plain_text::without_mark, store::list::Problems};
use ocigraph_types::{Descriptor, Digest, Error, Manifest, Result, annotation, excerpt};

/// Bytes of memory that a digest takes in a summary.
const DIGEST: u64 = 128;

/// Summaries by the digest of the manifest. A digest determines the content, so an entry is valid
/// for as long as the manifest is listed.
pub(super) type SummaryCache = HashMap<Digest, Arc<ManifestSummary>>;

/// Maximum bytes of memory for the summaries of pushed manifests. Later ones are read from their files.
const MAX_PUSHED: u64 = 16 * 1024 * 1024;

/// Summaries of pushed manifests, which need not be read again when the listed manifests are next read.
#[derive(Debug, Default)]
pub(super) struct PushedSummaries {
    summaries: SummaryCache,
    weight: u64,
}

impl PushedSummaries {
    pub(super) fn add(&mut self, manifest: &Manifest) {
        let summary = ManifestSummary::of(manifest);
        if self.weight + summary.weight <= MAX_PUSHED
            && !self.summaries.contains_key(manifest.digest())
        {
            self.weight += summary.weight;
            self.summaries.insert(manifest.digest().clone(), Arc::new(summary));
        }
    }

    /// Takes all of them.
    pub(super) fn take(&mut self) -> SummaryCache {
        std::mem::take(self).summaries
    }
}

/// What the layout needs to know of one manifest.
#[derive(Debug)]
pub(super) struct ManifestSummary {
    pub(super) descriptor: Arc<Descriptor>,
    subject: Option<Digest>,
    /// Digests of the config and the blobs.
    pub(super) content: Vec<Digest>,
    /// The manifests that an index lists.
    pub(super) children: Vec<Descriptor>,
    /// What is wrong with entries of an index that cannot be read.
    faults: Vec<String>,
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
            descriptor: Arc::new(descriptor),
            content,
            faults: Vec::new(),
        }
    }

    /// Returns the summary of an index of which some entries cannot be read.
    pub(super) fn of_index(descriptor: Descriptor, index: Index, faults: Vec<String>) -> Self {
        let described = index.entries.iter().filter_map(|d| serde_json::to_vec(&**d).ok());
        Self {
            weight: described.map(|json| weight(&json)).sum::<u64>()
                + faults.iter().map(|fault| fault.len() as u64).sum::<u64>(),
            subject: None,
            children: index.entries.into_iter().map(Arc::unwrap_or_clone).collect(),
            descriptor: Arc::new(descriptor),
            content: Vec::new(),
            faults,
        }
    }
}

/// A listed manifest that cannot be parsed.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) digest: Digest,
    /// Its subject, if at least that could be read.
    pub(super) subject: Option<Digest>,
    /// What is wrong with it.
    pub(super) fault: String,
}

impl Malformed {
    pub(super) fn new(digest: Digest, bytes: &[u8], error: &Error) -> Self {
        #[derive(Deserialize)]
        struct Subject {
            digest: Digest,
        }
        #[derive(Deserialize)]
        struct OnlySubject {
            subject: Subject,
        }
        let text = without_mark(bytes).ok();
        let found = text.and_then(|text| serde_json::from_slice(text).ok());
        let subject = found.map(|found: OnlySubject| found.subject.digest);
        Self { digest, subject, fault: excerpt(error.message()) }
    }
}

/// The manifests that `index.json` lists, directly or through nested indexes.
#[derive(Debug)]
pub(super) struct ListedManifests {
    summaries: Arc<SummaryCache>,
    /// Every listed manifest, readable or not.
    digests: HashSet<Digest>,
    by_subject: HashMap<Digest, Vec<Arc<ManifestSummary>>>,
    /// The entries of indexes of referrers.
    referrers_indexes: Vec<Arc<Descriptor>>,
    /// The positions of these entries, by the text that names the subject.
    by_subject_name: HashMap<String, Vec<usize>>,
    malformed: Vec<Malformed>,
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
        malformed: Vec<Malformed>,
        unread: Option<Error>,
        too_large: bool,
    ) -> Self {
        let by_subject = by_subject(index, &summaries);
        let referrers_indexes: Vec<Arc<Descriptor>> =
            index.entries.iter().filter(|e| is_referrers_index(e)).cloned().collect();
        let mut by_subject_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, entry) in referrers_indexes.iter().enumerate() {
            if let Some(name) = subject_name(entry) {
                by_subject_name.entry(name.to_owned()).or_default().push(at);
            }
        }
        Self {
            summaries,
            digests,
            by_subject,
            referrers_indexes,
            by_subject_name,
            malformed,
            unread,
            too_large,
        }
    }

    pub(super) fn contains(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }

    pub(super) fn summary(&self, digest: &Digest) -> Option<&Arc<ManifestSummary>> {
        self.summaries.get(digest)
    }

    /// Returns the descriptors of the referrers of `subject`: those that name it, in the order of the
    /// index, then those that only an index of referrers lists. One that cannot be parsed is a problem.
    pub(super) fn referrers(
        &self,
        subject: &Digest,
        problems: &mut Problems,
    ) -> Vec<Arc<Descriptor>> {
        let found = self.by_subject.get(subject).into_iter().flatten();
        let mut referrers: Vec<Arc<Descriptor>> =
            found.map(|summary| Arc::clone(&summary.descriptor)).collect();
        for odd in self.malformed.iter().filter(|odd| odd.subject.as_ref() == Some(subject)) {
            problems.add(format!("the referrer {} is malformed: {}", odd.digest, odd.fault));
        }
        let names = names_of_subject(subject);
        let positions = names.iter().filter_map(|name| self.by_subject_name.get(name));
        let mut positions: Vec<usize> = positions.flatten().copied().collect();
        positions.sort_unstable();
        let mut seen: HashSet<Digest> = match positions.is_empty() {
            true => HashSet::new(),
            false => referrers.iter().map(|d| d.digest.clone()).collect(),
        };
        for entry in positions.into_iter().map(|at| &self.referrers_indexes[at]) {
            let Some(index) = self.summary(&entry.digest) else {
                problems.add(format!("the index {} cannot be read", entry.digest));
                continue;
            };
            for fault in &index.faults {
                problems.add(format!("{fault}, in the index {}", entry.digest));
            }
            for child in &index.children {
                // Other clients delete referrers without their entries.
                let Some(referrer) = self.summary(&child.digest) else { continue };
                let names_another = referrer.subject.as_ref().is_some_and(|s| s != subject);
                if !names_another && seen.insert(child.digest.clone()) {
                    referrers.push(Arc::clone(&referrer.descriptor));
                }
            }
        }
        referrers
    }

    /// Returns the entries of each index of referrers of `subject`, as the index has them.
    pub(super) fn lists_of_other_tools(&self, subject: &Digest) -> Vec<Vec<Descriptor>> {
        let indexes = self.referrers_indexes.iter().filter(|e| lists_referrers_of(e, subject));
        let summaries = indexes.filter_map(|entry| self.summary(&entry.digest));
        summaries.map(|index| index.children.clone()).collect()
    }

    /// Returns the manifests that only indexes of referrers list.
    pub(super) fn only_referrers(&self, index: &Index) -> Vec<Descriptor> {
        let mut seen: HashSet<&Digest> = index.entries.iter().map(|e| &e.digest).collect();
        let indexes = self.referrers_indexes.iter().filter_map(|e| self.summary(&e.digest));
        let children = indexes.flat_map(|index| &index.children);
        let listed = children.filter(|child| seen.insert(&child.digest));
        listed
            .filter_map(|child| Some(Descriptor::clone(&self.summary(&child.digest)?.descriptor)))
            .collect()
    }

    /// Returns the manifests that are not content of another listed one: neither children of an index,
    /// nor referrers of a manifest of the layout. One with a name has the annotation for it, whichever
    /// entry has the name.
    pub(super) fn roots(&self, index: &Index) -> Vec<Descriptor> {
        let children = self.summaries.values().flat_map(|summary| &summary.children);
        let children: HashSet<&Digest> = children.map(|child| &child.digest).collect();
        let mut seen = HashSet::new();
        let is_root = |entry: &&Arc<Descriptor>| {
            let subject = self.summary(&entry.digest).and_then(|summary| summary.subject.as_ref());
            entry.may_be_manifest()
                && !is_referrers_index(entry)
                && !is_signature_of_cosign(entry)
                && !children.contains(&entry.digest)
                && !subject.is_some_and(|subject| self.digests.contains(subject))
        };
        let roots = index.entries.iter().filter(is_root);
        let mut names = HashMap::new();
        for (name, digest) in index.names() {
            names.entry(digest).or_insert(name);
        }
        let with_name = |entry: &Descriptor| {
            let mut root = entry.clone();
            if let Some(name) = names.get(&entry.digest) {
                let tag = root.annotations.entry(annotation::REF_NAME.into());
                tag.or_insert_with(|| (*name).into());
            }
            root
        };
        roots.filter(|entry| seen.insert(&entry.digest)).map(|entry| with_name(entry)).collect()
    }

    /// Returns the digests that are listed and have no summary: blobs, and manifests that are missing
    /// or malformed.
    pub(super) fn without_summary(&self) -> impl Iterator<Item = &Digest> {
        self.digests.iter().filter(|digest| !self.summaries.contains_key(*digest))
    }

    /// Returns an index that lists the manifest.
    pub(super) fn parent_index(&self, digest: &Digest) -> Option<&Digest> {
        let lists = |summary: &ManifestSummary| {
            summary.children.iter().any(|child| child.digest == *digest)
        };
        self.summaries.iter().find(|(_, summary)| lists(summary)).map(|(parent, _)| parent)
    }

    /// Returns a manifest whose content has the blob.
    pub(super) fn needing(&self, digest: &Digest) -> Option<&Digest> {
        let mut summaries = self.summaries.iter();
        let needing = summaries.find(|(_, summary)| summary.content.contains(digest));
        needing.map(|(manifest, _)| manifest)
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

/// Returns true for what `cosign save` lists beside an image. It names no subject.
fn is_signature_of_cosign(entry: &Descriptor) -> bool {
    matches!(cosign_save::kind_of(entry), Some("sigs" | "atts" | "sboms"))
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
