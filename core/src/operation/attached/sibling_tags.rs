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

use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::OnceCell;

use crate::{
    operation::read::fetch_manifest,
    store::{
        ReadStore,
        concurrency::RequestLimiter,
        list::{List, Problems},
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Manifest, Result, SiblingTag, TagOrDigest};

/// Maximum requests for a list of tags before the walk of a graph. Asking for the three tags of a few
/// manifests costs less than a longer list.
const MAX_REQUESTS: usize = 8;

/// Manifests for which tags are asked. From then on, a longer list is the smaller cost.
const MAX_ASKED: usize = 64;

/// Maximum requests for a list of tags that serves many manifests.
const MAX_REQUESTS_FOR_MANY: usize = 100;

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
    pub(crate) fn among(tags: &[String], requests: Arc<RequestLimiter>) -> Self {
        let tags = tags.iter().filter_map(|tag| SiblingTag::parse(tag));
        Self { listed: OnceCell::new_with(Some(Some(by_subject(tags)))), ..Self::new(requests) }
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
            // The registry has no such repository, so it has no tags.
            Err(e) if e.has_registry_code(&["NAME_UNKNOWN"]) => return Some(HashMap::new()),
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

    /// Returns the sibling tags of a manifest. A tag that the registry refuses to answer for is a
    /// problem of the list.
    pub(crate) async fn of(&self, store: &dyn ReadStore, subject: &Digest) -> Result<List<String>> {
        let mut listed = self.listed(store).await;
        if listed.is_none() {
            listed = self.listed_for_many(store).await;
        }
        if let Some(listed) = listed {
            return Ok(listed.get(subject).cloned().unwrap_or_default().into());
        }
        let asked = stream::iter(SiblingTag::of_cosign(subject)).map(|tag| async move {
            let name = tag.to_string();
            let _permit = self.requests.acquire().await;
            let found = store.resolve(&TagOrDigest::Tag(name.clone())).await;
            Ok::<_, crate::Error>((name, found))
        });
        let answers: Vec<_> = asked.buffered(3).try_collect().await?;
        let mut problems = Problems::of_sibling_tags(subject);
        let mut tags = Vec::new();
        for (name, found) in answers {
            match found {
                Ok(_) => tags.push(name),
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.status().is_some() => problems.add(format!("{name}: {}", e.message())),
                Err(e) => return Err(e),
            }
        }
        Ok(List::with_problems(tags, problems.found()))
    }

    /// Returns the sibling tags of a manifest with the descriptors of what they name. One that cannot be
    /// resolved is a problem of the list.
    pub(crate) async fn resolved(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
    ) -> Result<List<(String, Descriptor)>> {
        let tags = self.of(store, subject).await?;
        let read = |name| async move { store.resolve(&name).await };
        self.read_each(subject, tags, read).await
    }

    /// Returns the sibling tags of a manifest with the manifests that they name. One that cannot be read
    /// is a problem of the list.
    pub(crate) async fn manifests_of(
        &self,
        store: &dyn ReadStore,
        subject: &Digest,
    ) -> Result<List<(String, Manifest)>> {
        let tags = self.of(store, subject).await?;
        let read =
            |name| async move { fetch_manifest(store, &name).await.map(Manifest::without_guard) };
        self.read_each(subject, tags, read).await
    }

    async fn read_each<T, F: Future<Output = Result<T>>>(
        &self,
        subject: &Digest,
        tags: List<String>,
        read: impl Fn(TagOrDigest) -> F,
    ) -> Result<List<(String, T)>> {
        let mut problems = Problems::of_sibling_tags(subject);
        let mut found = Vec::new();
        for tag in tags.entries {
            let _permit = self.requests.acquire().await;
            match read(TagOrDigest::Tag(tag.clone())).await {
                Ok(value) => found.push((tag, value)),
                // The tag was deleted after it was listed.
                Err(e) if e.code() == Code::NotFound => {}
                Err(e) if e.is_of_one_manifest() => {
                    problems.add(format!("{tag}: {}", e.message()));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(List::with_problems(found, [tags.problems, problems.found()].concat()))
    }
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
