//! A repository or layout that is swept: its tags, and the images that were found.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::TryStreamExt;

use super::{context::Context, place::Place, row::SweepStatus, targets::Work};
use crate::{
    operation::{
        attached::sibling_tags::SiblingTags,
        full_names::{name_of_several, several},
        selection::{Filter, Names},
    },
    store::{ReadStore, memory_budget::Charge},
};
use ocigraph_types::{Digest, ListProblem, Result};

/// A repository whose tags are known.
pub(super) struct Repository {
    /// The repository with the tags that are swept.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) store: Arc<dyn ReadStore>,
    /// The tags to sweep.
    pub(super) tags: Names,
    pub(super) siblings: SiblingTags,
    /// Manifests that are swept by their digests.
    pub(super) digests: Vec<Digest>,
    /// The numbers of its tags are those of the next sweep too: all tags were listed, or some are named.
    pub(super) is_complete: bool,
    /// All tags are swept, so that what none leads to is swept too.
    is_whole: bool,
    images: Mutex<Images>,
    _charge: Charge,
}

/// The images that were found.
#[derive(Default)]
struct Images {
    /// Those that are being walked, with their tags so far.
    walking: HashMap<Digest, Vec<usize>>,
    /// The others, by the first bytes of their digests.
    walked: HashMap<[u8; 16], SweepStatus>,
    /// Manifests that were visited. In a registry, only those of which a tag has the digest.
    visited: HashSet<[u8; 16]>,
    /// An image is not known, or could not be read.
    has_unknown: bool,
}

/// What is known of an image before its walk.
pub(super) enum Begun {
    New,
    /// It is being walked under another tag.
    Walking,
    /// It was walked under another tag.
    Known(SweepStatus),
}

/// The tags of a repository, as they are listed.
pub(super) struct ListedTags {
    pub(super) names: Names,
    pub(super) problems: Vec<ListProblem>,
    charge: Charge,
}

impl ListedTags {
    /// Lists the tags of a store, without those of fallback indexes.
    pub(super) async fn of(store: &dyn ReadStore) -> Result<Self> {
        let mut listed = Self::empty(store);
        let mut parts = store.tags_in_parts();
        while let Some(mut part) = parts.try_next().await? {
            listed.problems.append(&mut part.problems);
            let names = || part.entries.iter().map(String::as_str);
            if store.repository().is_none()
                && let Some(name) = name_of_several(names())
            {
                return Err(several(name));
            }
            listed.names.extend(names(), &mut listed.charge)?;
        }
        Ok(listed)
    }

    /// Tags that were listed before.
    pub(super) fn stored(store: &dyn ReadStore, names: Names, fallback: &Names) -> Result<Self> {
        let mut listed = Self::empty(store);
        store.set_listed_fallback_tags(fallback.iter().map(str::to_owned).collect())?;
        listed.charge.add(names.bytes())?;
        listed.names = names;
        Ok(listed)
    }

    fn empty(store: &dyn ReadStore) -> Self {
        let charge = store.memory().charge();
        Self { names: Names::default(), problems: Vec::new(), charge }
    }
}

impl Repository {
    /// Creates a repository of which the tags are listed. Returns all tags, too.
    pub(super) fn listed(
        work: &Work,
        store: Arc<dyn ReadStore>,
        listed: ListedTags,
        filter: &Filter,
        context: &Context,
        is_complete: bool,
    ) -> Result<(Self, Names)> {
        let ListedTags { names, charge, .. } = listed;
        // An incomplete list does not say which sibling tags exist: each is asked for.
        let siblings = match is_complete {
            true => SiblingTags::among(names.iter(), Arc::clone(&context.requests)),
            false => SiblingTags::new(Arc::clone(&context.requests)),
        };
        let tags = work.tags.of(&names, filter)?;
        // With a limit of the depth, manifests are not visited that something leads to.
        let is_whole =
            work.tags.are_all() && filter.has_every_tag() && context.discover.depth.is_none();
        let mut repository = Self::new(work, store, tags, siblings, is_whole, charge);
        repository.is_complete = is_complete;
        Ok((repository, names))
    }

    /// Creates a repository of which the tags and digests are swept that targets name.
    pub(super) fn named(
        work: &Work,
        store: Arc<dyn ReadStore>,
        filter: &Filter,
        context: &Context,
    ) -> Result<Self> {
        let tags = work.tags.of(&Names::default(), filter)?;
        let siblings = SiblingTags::new(Arc::clone(&context.requests));
        let charge = store.memory().charge();
        Ok(Self::new(work, store, tags, siblings, false, charge))
    }

    fn new(
        work: &Work,
        store: Arc<dyn ReadStore>,
        tags: Names,
        siblings: SiblingTags,
        is_whole: bool,
        charge: Charge,
    ) -> Self {
        Self {
            name: work.name_with_tags(),
            place: Place::of(&work.location),
            store,
            tags,
            siblings,
            digests: work.tags.digests.clone(),
            is_complete: true,
            is_whole,
            images: Mutex::default(),
            _charge: charge,
        }
    }

    /// Notes what was walked and visited by an earlier sweep.
    pub(super) fn resume(&self, walked: Vec<([u8; 16], SweepStatus)>, visited: Vec<[u8; 16]>) {
        let mut images = self.images();
        images.visited.extend(visited);
        // An image was visited too.
        let is_layout = self.store.repository().is_none();
        let subjects: HashSet<[u8; 16]> = self.siblings.subjects().map(key).collect();
        let roots = walked.iter().map(|(key, _)| *key);
        images.visited.extend(roots.filter(|key| is_layout || subjects.contains(key)));
        images.walked.extend(walked);
    }

    /// Notes that a manifest is reached, so that it is not swept for itself. Returns false if it would not
    /// be anyway.
    pub(super) fn note_visited(&self, digest: &Digest) -> bool {
        let is_noted =
            self.is_whole && (self.store.repository().is_none() || self.siblings.lists(digest));
        if is_noted {
            self.images().visited.insert(key(digest));
        }
        is_noted
    }

    /// Notes that something of the repository is not known.
    pub(super) fn note_unknown(&self) {
        self.images().has_unknown = true;
    }

    pub(super) fn has_unknown(&self) -> bool {
        self.images().has_unknown
    }

    /// Returns true if an image was walked, or is being walked.
    pub(super) fn has_begun(&self, digest: &Digest) -> bool {
        let images = self.images();
        images.walked.contains_key(&key(digest)) || images.walking.contains_key(digest)
    }

    /// Begins the walk of an image, unless it is known.
    pub(super) fn begin(&self, digest: &Digest, tag: Option<usize>) -> Begun {
        let mut images = self.images();
        if let Some(status) = images.walked.get(&key(digest)) {
            return Begun::Known(*status);
        }
        if let Some(tags) = images.walking.get_mut(digest) {
            tags.extend(tag);
            return Begun::Walking;
        }
        images.walking.insert(digest.clone(), tag.into_iter().collect());
        Begun::New
    }

    /// Ends the walk of an image, and returns its tags so far.
    pub(super) fn end(&self, digest: &Digest, status: SweepStatus) -> Vec<usize> {
        let mut images = self.images();
        images.walked.insert(key(digest), status);
        images.walking.remove(digest).unwrap_or_default()
    }

    /// Returns the manifests that no swept tag leads to: those of which a tag has the digest, and in a
    /// layout those that it lists without a tag.
    pub(super) async fn left_over(&self) -> Result<Vec<Digest>> {
        if !self.is_whole {
            return Ok(Vec::new());
        }
        let untagged = self.store.list_untagged().await?;
        let images = self.images();
        let candidates = self.siblings.subjects().chain(untagged.iter().map(|d| &d.digest));
        let mut seen = HashSet::new();
        Ok(candidates
            .filter(|digest| !images.visited.contains(&key(digest)) && seen.insert(*digest))
            .cloned()
            .collect())
    }

    fn images(&self) -> MutexGuard<'_, Images> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first bytes of a digest: enough to tell the images of one repository apart.
pub(super) fn key(digest: &Digest) -> [u8; 16] {
    let hex = digest.encoded().as_bytes();
    let digit = |i: usize| hex.get(i).and_then(|c| char::from(*c).to_digit(16)).unwrap_or(0) as u8;
    std::array::from_fn(|i| digit(2 * i) << 4 | digit(2 * i + 1))
}
