//! Finds the tags that cosign derives from the digests of manifests.
//!
//! One list of the repository's tags tells which exist. A list that fails, or that is long, costs
//! requests and not the operation: then each tag that cosign may have written is asked for.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::{StreamExt, stream};
use tokio::sync::OnceCell;

use crate::{
    operation::read::fetch_manifest,
    store::{
        ReadStore,
        concurrency::RequestLimiter,
        list::{List, Problems},
    },
};
use ocigraph_types::{
    Code, Descriptor, Digest, Manifest, Result, SiblingTag, TagOrDigest, weight::Weight,
};

/// Maximum requests for a list of tags before the walk of a graph. Asking for the three tags of a few
/// manifests costs less than a longer list.
const MAX_REQUESTS: usize = 8;

/// Manifests for which tags are asked. From then on, a longer list is the smaller cost.
const MAX_ASKED: usize = 64;

/// Maximum requests for a list of tags that serves many manifests.
const MAX_REQUESTS_FOR_MANY: usize = 100;

/// Tags of one manifest that are read at once: cosign writes three.
const TAGS_AT_ONCE: usize = 3;

type BySubject = HashMap<Digest, Vec<String>>;

/// The sibling tags of the manifests of one operation.
pub(crate) struct SiblingTags {
    requests: Arc<RequestLimiter>,
    /// The sibling tags of the repository by subject. `None` if there is no complete list.
    listed: OnceCell<Option<BySubject>>,
    /// The same, of a list that takes more requests.
    listed_for_many: OnceCell<Option<BySubject>>,
    /// Manifests for which tags were asked.
    asked: AtomicUsize,
}

impl SiblingTags {
    /// Creates the sibling tags of an operation that limits its requests.
    pub(crate) fn new(requests: Arc<RequestLimiter>) -> Self {
        Self {
            requests,
            listed: OnceCell::new(),
            listed_for_many: OnceCell::new(),
            asked: AtomicUsize::new(0),
        }
    }

    /// Finds the sibling tags among all tags of the repository.
    pub(crate) fn among<'t>(
        tags: impl IntoIterator<Item = &'t str>,
        requests: Arc<RequestLimiter>,
    ) -> Self {
        let tags = tags.into_iter().filter_map(SiblingTag::parse);
        Self { listed: OnceCell::new_with(Some(Some(by_subject(tags)))), ..Self::new(requests) }
    }

    /// Returns true if a tag in the list of tags has the digest of this manifest.
    pub(crate) fn lists(&self, subject: &Digest) -> bool {
        self.by_subject().is_some_and(|listed| listed.contains_key(subject))
    }

    /// Returns the manifests of which tags in the list have the digest.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &Digest> {
        self.by_subject().into_iter().flat_map(HashMap::keys)
    }

    fn by_subject(&self) -> Option<&BySubject> {
        self.listed.get()?.as_ref()
    }

    /// Reads the list, unless it is long. An operation does so beside its other requests.
    pub(crate) async fn listed(&self, store: &dyn ReadStore) -> Option<&BySubject> {
        self.listed.get_or_init(|| self.list(store, MAX_REQUESTS)).await.as_ref()
    }

    /// Prepares for the walk from an index. The list of the tags also shows which lists of referrers
    /// clients keep.
    pub(crate) async fn prepare(&self, store: &dyn ReadStore) {
        if self.listed(store).await.is_none() {
            store.prepare_for_many_subjects().await;
        }
    }

    /// Reads a longer list if tags were asked for many manifests.
    async fn listed_for_many(&self, store: &dyn ReadStore) -> Option<&BySubject> {
        if self.asked.fetch_add(1, Ordering::Relaxed) < MAX_ASKED {
            return None;
        }
        self.listed_for_many.get_or_init(|| self.list(store, MAX_REQUESTS_FOR_MANY)).await.as_ref()
    }

    async fn list(&self, store: &dyn ReadStore, max_requests: usize) -> Option<BySubject> {
        let _permit = self.requests.acquire().await;
        let tags = match store.sibling_tags(max_requests).await {
            Ok(tags) => tags?.complete(),
            Err(e) => Err(e),
        };
        match tags {
            Ok(tags) => Some(by_subject(tags)),
            Err(error) => {
                tracing::debug!(%error, "asking for each sibling tag, since the tags cannot be listed");
                None
            }
        }
    }

    /// Returns the sibling tags of a manifest, and whether they were listed. If no list of the tags is
    /// known, returns each tag that cosign may have written.
    async fn of(&self, store: &dyn ReadStore, subject: &Digest) -> (Vec<String>, bool) {
        let mut listed = self.listed(store).await;
        if listed.is_none() {
            listed = self.listed_for_many(store).await;
        }
        match listed {
            Some(listed) => (listed.get(subject).cloned().unwrap_or_default(), true),
            None => (every_tag_of(subject), false),
        }
    }

    /// Returns the sibling tags of a manifest with the descriptors of what they name.
    pub(crate) async fn resolved(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
    ) -> Result<Siblings<Descriptor>> {
        let (tags, listed) = self.of(store, subject).await;
        let read = |name| async move { store.resolve(&name).await };
        self.read_each(store, subject, tags, listed, read, |descriptor| &descriptor.digest).await
    }

    /// Returns the sibling tags of a manifest with the manifests that they name.
    pub(crate) async fn manifests_of(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
    ) -> Result<Siblings<Manifest>> {
        let (tags, listed) = self.of(store, subject).await;
        self.fetch_each(store, subject, tags, listed).await
    }

    /// Like [`SiblingTags::manifests_of`], and asks for tags that a list lacks. A registry that fetches
    /// from another when it is asked lists only what it has fetched.
    pub(crate) async fn manifests_asked_for(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
    ) -> Result<Siblings<Manifest>> {
        let asked = self.fetch_each(store, subject, every_tag_of(subject), false);
        let (asked, listed) = tokio::join!(asked, self.listed(store));
        let mut siblings = asked?;
        let listed = listed.and_then(|listed| listed.get(subject)).into_iter().flatten();
        let is_found = |tag: &&String| siblings.list.entries.iter().any(|(found, _)| found == *tag);
        let is_read = siblings.list.problems.is_empty();
        siblings.dangling = listed.filter(|tag| is_read && !is_found(tag)).cloned().collect();
        Ok(siblings)
    }

    async fn fetch_each(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
        tags: Vec<String>,
        listed: bool,
    ) -> Result<Siblings<Manifest>> {
        let read =
            |name| async move { fetch_manifest(store, &name).await.map(Manifest::without_guard) };
        self.read_each(store, subject, tags, listed, read, Manifest::digest).await
    }

    async fn read_each<T: Weight, F: Future<Output = Result<T>>>(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
        tags: Vec<String>,
        listed: bool,
        read: impl Fn(TagOrDigest) -> F,
        digest_of: impl Fn(&T) -> &Digest,
    ) -> Result<Siblings<T>> {
        let read = |tag: String| {
            let read = read(TagOrDigest::Tag(tag.clone()));
            async move {
                let _permit = self.requests.acquire().await;
                (tag, read.await)
            }
        };
        let mut read = stream::iter(tags.into_iter().map(read)).buffered(TAGS_AT_ONCE);
        let mut problems = Problems::of_sibling_tags(subject);
        let mut charge = store.memory().charge();
        let (mut entries, mut dangling) = (Vec::new(), Vec::new());
        while let Some((tag, found)) = read.next().await {
            match found {
                // A tag that protects its own manifest attaches nothing.
                Ok(value) if digest_of(&value) == subject => {}
                Ok(value) => {
                    charge.add(value.weight())?;
                    entries.push((tag, value));
                }
                Err(e) if e.code() == Code::NotFound && listed => dangling.push(tag),
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.is_of_one_manifest() || (!listed && e.status().is_some()) => {
                    problems.add_unread(format!("{tag}: {}", e.message()), e.code());
                }
                Err(e) => return Err(e),
            }
        }
        Ok(Siblings { list: List::new(entries, problems.found(), charge), dangling })
    }
}

/// What the sibling tags of a manifest name.
pub(crate) struct Siblings<T> {
    /// The tags, each with what it names. A tag that cannot be read is a problem of the list.
    pub(crate) list: List<(String, T)>,
    /// Tags that the store lists, and that name nothing: their manifest is lost, or was deleted in the
    /// meantime.
    pub(crate) dangling: Vec<String>,
}

impl<T> Default for Siblings<T> {
    fn default() -> Self {
        Self { list: List::default(), dangling: Vec::new() }
    }
}

fn every_tag_of(subject: &Digest) -> Vec<String> {
    SiblingTag::of_cosign(subject).map(|tag| tag.to_string()).collect()
}

fn by_subject(tags: impl IntoIterator<Item = SiblingTag>) -> HashMap<Digest, Vec<String>> {
    let mut by_subject: HashMap<Digest, Vec<String>> = HashMap::new();
    for tag in tags {
        by_subject.entry(tag.subject().clone()).or_default().push(tag.to_string());
    }
    // Registries list tags in different orders, and the graph of a copy looks like that of the original.
    by_subject.values_mut().for_each(|tags| tags.sort_unstable());
    by_subject
}
