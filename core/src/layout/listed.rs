//! What the listed manifests say: who refers to whom, and what is needed.
//!
//! Manifests are named by what they hold, so each is read once for as long as it is listed. One
//! that is missing or malformed is passed over and warned of, since the rest can still be used.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Inner, again, in_parallel, index::Index, lock, snapshot::Snapshot};
use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    list::{List, Problems, excerpt},
    manifest::Manifest,
    media_type,
};

pub(super) type Known = HashMap<Digest, Arc<Facts>>;

/// What one manifest says.
#[derive(Debug)]
pub(super) struct Facts {
    descriptor: Descriptor,
    subject: Option<Digest>,
    pub(super) content: Vec<Digest>,
    pub(super) children: Vec<Descriptor>,
}

impl Facts {
    pub(super) fn of(manifest: &Manifest) -> Self {
        Self {
            descriptor: manifest.descriptor(),
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            content: manifest.content().map(|blob| blob.digest.clone()).collect(),
            children: manifest.manifests().to_vec(),
        }
    }
}

/// What all manifests say that an index lists, itself or through other indexes.
#[derive(Debug)]
pub(super) struct Listed {
    facts: Arc<Known>,
    /// Every manifest that is listed, readable or not.
    digests: HashSet<Digest>,
    by_subject: HashMap<Digest, Vec<Descriptor>>,
    /// The first that may say something, and could not be read.
    unread: Option<Error>,
}

impl Listed {
    pub(super) fn contains(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }

    pub(super) fn facts(&self, digest: &Digest) -> Option<&Arc<Facts>> {
        self.facts.get(digest)
    }

    /// An index that lists the manifest.
    pub(super) fn lister(&self, digest: &Digest) -> Option<&Digest> {
        let lists = |facts: &Facts| facts.children.iter().any(|child| child.digest == *digest);
        self.facts.iter().find(|(_, facts)| lists(facts)).map(|(lister, _)| lister)
    }

    /// Everything that is needed, or an error when that cannot be told.
    pub(super) fn live(&self) -> Result<HashSet<&Digest>> {
        match &self.unread {
            Some(e) => Err(again(e)),
            None => {
                let content = self.facts.values().flat_map(|facts| &facts.content);
                Ok(self.digests.iter().chain(content).collect())
            }
        }
    }
}

impl Inner {
    /// What refers to a manifest, and what may and cannot be read.
    pub(super) fn referrers_of(&self, subject: &Digest) -> Result<List<Descriptor>> {
        let snapshot = self.snapshot()?;
        let listed = self.listed(&snapshot);
        let mut list = List::from(listed.by_subject.get(subject).cloned().unwrap_or_default());
        if let Some(e) = &listed.unread {
            let mut problems = Problems::of(format!("what {} lists", self.path.display()));
            problems.add(format!("it may lack a part: {}", excerpt(e.message())));
            list.problems = problems.found();
        }
        Ok(list)
    }

    pub(super) fn listed<'a>(&self, snapshot: &'a Snapshot) -> &'a Listed {
        snapshot.listed.get_or_init(|| self.read_listed(&snapshot.index))
    }

    /// Level by level, since an index is known to list others once it is read.
    pub(super) fn read_listed(&self, index: &Index) -> Listed {
        let known = Arc::clone(&lock(&self.known));
        let (mut facts, mut digests, mut unread) = (Known::new(), HashSet::new(), None);
        let mut level: Vec<Descriptor> = index.entries.clone();
        while !level.is_empty() {
            level.retain(|d| digests.insert(d.digest.clone()) && may_be_manifest(d));
            let read = in_parallel(&level, |entry| match known.get(&entry.digest) {
                Some(facts) => Ok(Arc::clone(facts)),
                None => self
                    .read_manifest(&entry.digest, Some(&entry.media_type))
                    .map(|manifest| Arc::new(Facts::of(&manifest))),
            });
            let mut next = Vec::new();
            for (entry, read) in level.into_iter().zip(read) {
                match read {
                    Ok(said) => {
                        next.extend(said.children.iter().cloned());
                        facts.insert(entry.digest, said);
                    }
                    Err(e) => {
                        tracing::warn!(error = %e, "a listed manifest is passed over");
                        // What is not there, or is no manifest, needs nothing.
                        if !matches!(e.code(), Code::NotFound | Code::InvalidManifest) {
                            unread.get_or_insert(e);
                        }
                    }
                }
            }
            level = next;
        }
        let facts = Arc::new(facts);
        *lock(&self.known) = Arc::clone(&facts);
        let by_subject = by_subject(index, &facts);
        Listed { facts, digests, by_subject, unread }
    }
}

/// In the order of the index, what an index lists after it.
fn by_subject(index: &Index, facts: &Known) -> HashMap<Digest, Vec<Descriptor>> {
    let mut by_subject: HashMap<Digest, Vec<Descriptor>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut left: Vec<&Digest> = index.entries.iter().rev().map(|e| &e.digest).collect();
    while let Some(digest) = left.pop() {
        if !seen.insert(digest) {
            continue;
        }
        let Some(facts) = facts.get(digest) else { continue };
        if let Some(subject) = &facts.subject {
            by_subject.entry(subject.clone()).or_default().push(facts.descriptor.clone());
        }
        left.extend(facts.children.iter().rev().map(|child| &child.digest));
    }
    by_subject
}

/// Some tools list plain blobs; where an entry does not say what it is, the content does.
fn may_be_manifest(entry: &Descriptor) -> bool {
    entry.media_type.is_empty() || media_type::is_manifest(&entry.media_type)
}
