//! What the listed manifests say: who refers to whom, and what is needed.
//!
//! Manifests are named by what they hold, so each is read once for as long as it is listed. One
//! that is missing or malformed is passed over and warned of, since the rest can still be used.

use crate::blocking::is_out_of_descriptors;
use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Inner, again, in_parallel, index::Index, lock, snapshot::Snapshot, weight::weight};
use crate::store::list::{List, Problems};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, excerpt, media_type};

/// What all the facts of a layout may take in memory: some 40,000 manifests.
const WEIGHT: u64 = 64 * 1024 * 1024;
/// A manifest that takes more than this is a large one.
const LARGE: u64 = 1024 * 1024;
const DIGEST: u64 = 128;

pub(super) type SummaryCache = HashMap<Digest, Arc<ManifestSummary>>;

/// What one manifest says.
#[derive(Debug)]
pub(super) struct ManifestSummary {
    descriptor: Descriptor,
    subject: Option<Digest>,
    pub(super) content: Vec<Digest>,
    pub(super) children: Vec<Descriptor>,
    /// Bytes of memory.
    weight: u64,
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

/// What all manifests say that an index lists, itself or through other indexes.
#[derive(Debug)]
pub(super) struct Listed {
    facts: Arc<SummaryCache>,
    /// Every manifest that is listed, readable or not.
    digests: HashSet<Digest>,
    by_subject: HashMap<Digest, Vec<Arc<ManifestSummary>>>,
    /// The first that may say something, and could not be read.
    unread: Option<Error>,
    /// They say more than can be kept in memory: then what was read says nothing of the rest.
    too_large: bool,
}

impl Listed {
    pub(super) fn contains(&self, digest: &Digest) -> bool {
        self.digests.contains(digest)
    }

    pub(super) fn facts(&self, digest: &Digest) -> Option<&Arc<ManifestSummary>> {
        self.facts.get(digest)
    }

    /// An index that lists the manifest.
    pub(super) fn parent_index(&self, digest: &Digest) -> Option<&Digest> {
        let lists =
            |facts: &ManifestSummary| facts.children.iter().any(|child| child.digest == *digest);
        self.facts.iter().find(|(_, facts)| lists(facts)).map(|(parent_index, _)| parent_index)
    }

    /// Everything that is needed, or an error when that cannot be told.
    pub(super) fn reachable(&self) -> Result<HashSet<&Digest>> {
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
        let listed = self.listed(&snapshot)?;
        let found = listed.by_subject.get(subject).into_iter().flatten();
        let found: Vec<Descriptor> = found.map(|facts| facts.descriptor.clone()).collect();
        let mut list = List::from(found);
        if let Some(e) = &listed.unread {
            let mut problems = Problems::of(format!("what {} lists", self.path.display()));
            problems.add(format!("it may lack a part: {}", excerpt(e.message())));
            list.problems = problems.found();
        }
        Ok(list)
    }

    /// TOO_LARGE when it cannot be kept in memory.
    pub(super) fn listed<'a>(&self, snapshot: &'a Snapshot) -> Result<&'a Listed> {
        self.bounded(snapshot.listed.get_or_init(|| self.read_all(&snapshot.index)))
    }

    pub(super) fn read_listed(&self, index: &Index) -> Result<Listed> {
        self.bounded(self.read_all(index))
    }

    fn bounded<T: Borrow<Listed>>(&self, listed: T) -> Result<T> {
        if !listed.borrow().too_large {
            return Ok(listed);
        }
        let limit = WEIGHT / (1024 * 1024);
        Err(Error::new(
            Code::TooLarge,
            format!(
                "the manifests that {} lists take more than {limit} MiB in memory",
                self.index_path().display()
            ),
        )
        .with_hint("keep fewer manifests in one layout"))
    }

    /// Level by level, since an index is known to list others once it is read.
    fn read_all(&self, index: &Index) -> Listed {
        let known = Arc::clone(&lock(&self.known));
        let (mut facts, mut digests, mut unread) = (SummaryCache::new(), HashSet::new(), None);
        let (weighed, large) = (AtomicU64::new(0), Mutex::new(()));
        let is_too_large = || weighed.load(Ordering::Relaxed) > WEIGHT;
        let mut level: Vec<Reference> = index.entries.iter().map(Reference::to).collect();
        while !level.is_empty() && !is_too_large() {
            level.retain(|d| digests.insert(d.digest.clone()) && d.may_be_manifest());
            let read_one = |entry: &Reference| {
                match known.get(&entry.digest) {
                    Some(facts) => Ok(Arc::clone(facts)),
                    None if is_too_large() => Err(Error::new(Code::TooLarge, "it is not read")),
                    None => self.read_facts(entry, &large).map(Arc::new),
                }
                .inspect(|facts| {
                    weighed.fetch_add(facts.weight, Ordering::Relaxed);
                })
            };
            let lacked = |read: &Result<_>| read.as_ref().is_err_and(is_out_of_descriptors);
            let read = in_parallel(&level, read_one, lacked);
            let mut next = Vec::new();
            for (entry, read) in level.into_iter().zip(read) {
                match read {
                    Ok(said) => {
                        next.extend(said.children.iter().map(Reference::to));
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
        let too_large = is_too_large();
        let facts = Arc::new(facts);
        *lock(&self.known) = Arc::clone(&facts);
        let by_subject = by_subject(index, &facts);
        Listed { facts, digests, by_subject, unread, too_large }
    }

    fn read_facts(&self, entry: &Reference, large: &Mutex<()>) -> Result<ManifestSummary> {
        let bytes = self.manifest_bytes(&entry.digest)?;
        let weight = weight(&bytes);
        if weight > WEIGHT {
            return Err(self.too_large(&entry.digest.to_string(), bytes.len() as u64));
        }
        // Of those that take much only one is parsed at a time.
        let _turn = (weight > LARGE).then(|| lock(large));
        let manifest = self.check_manifest(bytes, &entry.digest, Some(&entry.media_type))?;
        Ok(ManifestSummary::of(&manifest))
    }
}

/// Which manifest to read, and what it is said to be.
struct Reference {
    digest: Digest,
    media_type: String,
}

impl Reference {
    fn to(manifest: &Descriptor) -> Self {
        Self { digest: manifest.digest.clone(), media_type: manifest.media_type.clone() }
    }

    /// Some tools list plain blobs; where an entry does not say what it is, the content does.
    fn may_be_manifest(&self) -> bool {
        self.media_type.is_empty() || media_type::is_manifest(&self.media_type)
    }
}

/// In the order of the index, what an index lists after it.
fn by_subject(index: &Index, facts: &SummaryCache) -> HashMap<Digest, Vec<Arc<ManifestSummary>>> {
    let mut by_subject: HashMap<Digest, Vec<Arc<ManifestSummary>>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut left: Vec<&Digest> = index.entries.iter().rev().map(|e| &e.digest).collect();
    while let Some(digest) = left.pop() {
        if !seen.insert(digest) {
            continue;
        }
        let Some(facts) = facts.get(digest) else { continue };
        if let Some(subject) = &facts.subject {
            by_subject.entry(subject.clone()).or_default().push(Arc::clone(facts));
        }
        left.extend(facts.children.iter().rev().map(|child| &child.digest));
    }
    by_subject
}
