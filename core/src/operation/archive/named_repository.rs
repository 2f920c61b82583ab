//! One repository of a directory that has several, as a store: its names in the layout have the
//! repository in front.

use std::{
    collections::HashSet,
    fs::File,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use super::names::{name_of_manifest, name_of_tag};
use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Source},
    },
    operation::full_names::parsed,
    store::{
        ManifestDeletion, ReadStore, Store,
        layout::{Layout, name_of},
        list::List,
        memory_budget::Memory,
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest};

/// A repository in a layout. Only copies use it.
#[derive(Debug)]
pub(crate) struct NamedRepository {
    layout: Layout,
    /// `host/repository`.
    name: String,
    /// The manifests that have a name of the repository.
    named: Mutex<HashSet<Digest>>,
}

impl NamedRepository {
    /// Opens a repository of a layout that exists, or that a write creates.
    pub(crate) async fn open(layout: Layout, name: String) -> Result<Self> {
        let entries = match layout.list_entries().await {
            Ok(list) => list.entries,
            // An empty directory is filled, and one with other files refuses the first blob.
            Err(e) if e.code() == Code::NotFound => Vec::new(),
            Err(e) => return Err(e),
        };
        let is_own = |entry: &&Descriptor| {
            name_of(entry).and_then(parsed).is_some_and(|(repository, _)| repository == name)
        };
        let named = entries.iter().filter(is_own).map(|entry| entry.digest.clone()).collect();
        Ok(Self { layout, name, named: Mutex::new(named) })
    }

    fn full_name(&self, name: &TagOrDigest) -> TagOrDigest {
        match name {
            TagOrDigest::Tag(tag) => TagOrDigest::Tag(name_of_tag(&self.name, tag)),
            digest => digest.clone(),
        }
    }
}

#[async_trait]
impl ReadStore for NamedRepository {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.layout.resolve(&self.full_name(name)).await
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        self.layout.fetch_manifest(&self.full_name(name)).await
    }

    /// A manifest that only another repository has gets a name of this one.
    async fn has_manifest(&self, digest: &Digest) -> Result<bool> {
        let is_named = self.named.lock().unwrap_or_else(PoisonError::into_inner).contains(digest);
        Ok(is_named && self.layout.has_manifest(digest).await?)
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.layout.has_blob(blob).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.layout.describe_blob(digest).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.layout.fetch_blob(blob, offset).await
    }

    async fn blob_file(&self, blob: &Descriptor) -> Result<Option<File>> {
        self.layout.blob_file(blob).await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        self.layout.referrers(subject, artifact_type).await
    }

    async fn tags(&self) -> Result<List<String>> {
        let own = |name: &String| match parsed(name) {
            Some((repository, TagOrDigest::Tag(tag))) if repository == self.name => Some(tag),
            _ => None,
        };
        Ok(self.layout.tags().await?.filter_map(own))
    }

    fn max_entries(&self) -> usize {
        self.layout.max_entries()
    }

    fn memory(&self) -> Memory {
        self.layout.memory()
    }
}

#[async_trait]
impl Store for NamedRepository {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        let names = match tags {
            [] => vec![name_of_manifest(&self.name, manifest.digest())],
            tags => tags.iter().map(|tag| name_of_tag(&self.name, tag)).collect(),
        };
        self.layout.push_named(manifest, names).await?;
        self.named.lock().unwrap_or_else(PoisonError::into_inner).insert(manifest.digest().clone());
        Ok(())
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        self.layout.push_blob(blob, source).await
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        let manifest = self.layout.fetch_manifest(&TagOrDigest::from(manifest)).await?;
        self.push_manifest(&manifest, tags).await
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        self.layout.untag(&name_of_tag(&self.name, tag)).await
    }

    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        _max_requests: usize,
    ) -> Vec<Result<()>> {
        let refused = || {
            Error::new(Code::Unsupported, "one repository of an archive cannot delete manifests")
        };
        manifests.iter().map(|_| Err(refused())).collect()
    }

    async fn ensure_referrers_listed(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        self.layout.ensure_referrers_listed(subject, referrers).await
    }
}
