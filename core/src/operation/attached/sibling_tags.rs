//! Finds the tags that cosign derives from the digests of manifests.
//!
//! One list of the repository's tags tells which exist. A list that fails, or that is long, costs
//! requests and not the operation: then each tag that cosign may have written is asked for.

use std::{collections::HashMap, sync::Arc};

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

/// The sibling tags of the manifests of one operation.
pub(crate) struct SiblingTags {
    requests: Arc<RequestLimiter>,
    /// The sibling tags of the repository by subject. `None` if there is no complete list.
    listed: OnceCell<Option<HashMap<Digest, Vec<String>>>>,
}

impl SiblingTags {
    /// Creates the sibling tags of an operation that limits its requests.
    pub(crate) fn new(requests: Arc<RequestLimiter>) -> Self {
        Self { requests, listed: OnceCell::new() }
    }

    /// Finds the sibling tags among all tags of the repository.
    pub(crate) fn among(tags: &[String], requests: Arc<RequestLimiter>) -> Self {
        let tags = tags.iter().filter_map(|tag| SiblingTag::parse(tag));
        Self { requests, listed: OnceCell::new_with(Some(Some(by_subject(tags)))) }
    }

    /// Reads the list. An operation does so beside its other requests.
    pub(crate) async fn listed(
        &self,
        store: &dyn ReadStore,
    ) -> Option<&HashMap<Digest, Vec<String>>> {
        let listed = self.listed.get_or_init(|| async {
            let _permit = self.requests.acquire().await;
            let tags = match store.sibling_tags().await {
                Ok(tags) => tags?.complete(),
                // The registry has no such repository, so it has no tags.
                Err(e) if e.registry_errors().iter().any(|e| e.code == "NAME_UNKNOWN") => {
                    return Some(HashMap::new());
                }
                Err(e) => Err(e),
            };
            match tags {
                Ok(tags) => Some(by_subject(tags)),
                Err(error) => {
                    tracing::debug!(%error, "asking for each sibling tag, since the tags cannot be listed");
                    None
                }
            }
        });
        listed.await.as_ref()
    }

    /// Returns the sibling tags of a manifest. A tag that the registry refuses to answer for is a
    /// problem of the list.
    pub(crate) async fn of(&self, store: &dyn ReadStore, subject: &Digest) -> Result<List<String>> {
        if let Some(listed) = self.listed(store).await {
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
