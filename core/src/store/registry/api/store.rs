//! A repository as a [`Store`].

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;

use super::{download::blob_not_found, manifests::ManifestResponse, registry::Registry};
use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Repository, Source},
    },
    store::{
        ManifestDeletion, ReadStore, ReferrerLists, ReferrersDetail, ReferrersPart, Store,
        catalog::{ManifestInfo, TagInfo},
        concurrency::DEFAULT_CONCURRENCY,
        fallback_tag::is_fallback_tag,
        list::List,
        memory_budget::Memory,
        registry::http::received::is_html,
    },
};
use ocigraph_types::{
    Descriptor, Digest, Manifest, ManifestFormat, Result, SiblingTag, TagOrDigest,
};

#[async_trait]
impl ReadStore for Registry {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.resolve_manifest(name).await
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        // A manifest that the caller keeps must not stop others from reading theirs.
        Ok(self.get_manifest(name).await?.0.without_guard())
    }

    async fn fetch_any_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        any_manifest(self.get_manifest_bytes(name).await?)
    }

    async fn resolve_as(&self, name: &TagOrDigest, media_types: &[String]) -> Result<Descriptor> {
        self.resolve_manifest_as(name, &media_types.join(", ")).await
    }

    async fn fetch_any_manifest_as(
        &self,
        name: &TagOrDigest,
        media_types: &[String],
    ) -> Result<Manifest> {
        any_manifest(self.get_manifest_bytes_as(name, &media_types.join(", ")).await?)
    }

    async fn has_manifest(&self, digest: &Digest) -> Result<bool> {
        self.manifest_exists(digest).await
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.blob_exists(&blob.digest).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.blob_descriptor(digest).await?.ok_or_else(|| blob_not_found(digest))
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.fetch_blob_in_parts(blob, offset, DEFAULT_CONCURRENCY).await
    }

    async fn fetch_blob_in_parts(
        &self,
        blob: &Descriptor,
        offset: u64,
        max_requests: usize,
    ) -> Result<ByteStream> {
        self.download(blob, offset, max_requests).await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        self.list_referrers(subject, artifact_type, None, DEFAULT_CONCURRENCY).await
    }

    async fn referrers_in_detail(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: ReferrersDetail,
        max_requests: usize,
    ) -> Result<List<Descriptor>> {
        self.list_referrers(subject, artifact_type, Some(detail), max_requests).await
    }

    fn referrers_in_parts<'a>(
        &'a self,
        subject: &Digest,
        artifact_type: Option<&str>,
        detail: Option<ReferrersDetail>,
        max_requests: usize,
    ) -> BoxStream<'a, Result<ReferrersPart>> {
        self.list_referrers_in_parts(subject, artifact_type, detail, max_requests)
    }

    async fn repair_referrers_list(
        &self,
        subject: &Digest,
        removed: &[Digest],
        added: &[Descriptor],
    ) -> Result<bool> {
        self.repair_fallback(subject, removed, added).await
    }

    async fn referrer_lists(&self, subject: &Digest) -> Result<Option<ReferrerLists>> {
        self.lists_of_referrers(subject).await
    }

    async fn prepare_for_many_subjects(&self) {
        // The tags show which fallback indexes exist.
        if !self.uses_api_alone() {
            let _ = self.tags().await;
        }
    }

    async fn has_client_kept_lists(&self) -> bool {
        self.uses_fallback_tag()
    }

    async fn tags(&self) -> Result<List<String>> {
        let mut tags = self.every_tag().await?;
        tags.entries.retain(|tag| !is_fallback_tag(tag));
        Ok(tags)
    }

    fn listed_fallback_tags(&self) -> Option<Vec<String>> {
        self.fallback_tags.listed()
    }

    fn set_listed_fallback_tags(&self, tags: Vec<String>) -> Result<()> {
        self.set_listed_tags(&tags.into())
    }

    fn tags_in_parts(&self) -> BoxStream<'_, Result<List<String>>> {
        self.list_tags_in_parts()
    }

    async fn every_tag(&self) -> Result<List<String>> {
        let tags = self.list_tags().await?;
        self.set_listed_tags(&tags)?;
        Ok(tags)
    }

    async fn sibling_tags(&self, max_requests: usize) -> Result<Option<List<SiblingTag>>> {
        let Some(tags) = self.list_tags_of_few_pages(max_requests).await? else { return Ok(None) };
        self.set_listed_tags(&tags)?;
        Ok(Some(tags.filter_map(|tag| SiblingTag::parse(tag))))
    }

    async fn manifest_catalog(&self) -> Result<Option<List<ManifestInfo>>> {
        self.azure_manifests().await
    }

    async fn tag_catalog(&self) -> Result<Option<List<TagInfo>>> {
        self.azure_tags().await
    }

    fn max_entries(&self) -> usize {
        self.connection.limits().max_entries
    }

    fn memory(&self) -> Memory {
        self.connection.memory().clone()
    }

    fn repository(&self) -> Option<Repository> {
        Some(Repository { host: self.connection.host().clone(), name: self.repository.clone() })
    }
}

/// Returns the manifest of a response, also if it cannot be parsed.
fn any_manifest(response: ManifestResponse) -> Result<Manifest> {
    let content_type = response.content_type.as_deref();
    // A sign-in page of a proxy is not an odd manifest.
    if content_type.is_some_and(is_html) {
        return response.parsed();
    }
    Manifest::parse_or_keep(response.bytes, content_type, response.algorithm)
}

#[async_trait]
impl Store for Registry {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        if let Some(subject) = manifest.subject() {
            self.check_chosen_api(&subject.digest).await?;
        }
        self.put_manifest(manifest, tags).await?;
        self.list_as_referrer(manifest).await
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        self.upload(blob, source).await
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        let manifest = self.fetch_manifest(&TagOrDigest::Digest(manifest.digest.clone())).await?;
        self.put_manifest(&manifest, tags).await
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        if let Some(result) = self.azure_untag(tag).await? {
            return Ok(result);
        }
        self.delete_tag(tag).await
    }

    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        max_requests: usize,
    ) -> Vec<Result<()>> {
        self.delete_with_referrers_lists(manifests, max_requests).await
    }

    async fn delete_blob(&self, digest: &Digest) -> Result<()> {
        self.remove_blob(digest).await
    }

    async fn ensure_referrers_listed(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        self.list_missing_referrers(subject, referrers).await
    }

    async fn confirm_referrers_listed(&self, subject: &Digest, referrers: &[Digest]) -> Result<()> {
        self.push_unlisted(subject, referrers).await
    }

    async fn list_under_fallback_tag(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        self.list_beside_api(subject, referrers).await
    }

    async fn referrer_format(&self, subject: &Digest) -> Result<ManifestFormat> {
        self.format_for_referrers(subject).await
    }
}
