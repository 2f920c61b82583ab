//! A destination that is only asked what it has: writes are noted and not made.

use std::{
    collections::HashSet,
    fs::File,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Source},
    },
    store::{ManifestDeletion, ReadStore, Store, list::List, memory_budget::Memory},
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest};

/// A store that changes nothing.
#[derive(Debug)]
pub(super) struct DryRun {
    store: Arc<dyn Store>,
    /// The manifests that would exist.
    noted: Mutex<HashSet<Digest>>,
}

impl DryRun {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, noted: Mutex::default() }
    }

    fn noted(&self) -> MutexGuard<'_, HashSet<Digest>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ReadStore for DryRun {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.store.resolve(name).await
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        self.store.fetch_manifest(name).await
    }

    async fn has_manifest(&self, digest: &Digest) -> Result<bool> {
        let is_noted = self.noted().contains(digest);
        Ok(is_noted || self.store.has_manifest(digest).await?)
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.store.has_blob(blob).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.store.describe_blob(digest).await
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.store.fetch_blob(blob, offset).await
    }

    async fn blob_file(&self, blob: &Descriptor) -> Result<Option<File>> {
        self.store.blob_file(blob).await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        self.store.referrers(subject, artifact_type).await
    }

    async fn tags(&self) -> Result<List<String>> {
        self.store.tags().await
    }

    fn max_entries(&self) -> usize {
        self.store.max_entries()
    }

    fn memory(&self) -> Memory {
        self.store.memory()
    }
}

#[async_trait]
impl Store for DryRun {
    async fn push_manifest(&self, manifest: &Manifest, _tags: &[String]) -> Result<()> {
        self.noted().insert(manifest.digest().clone());
        Ok(())
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        if self.store.has_blob(blob).await? {
            return Ok(Outcome::AlreadyExists);
        }
        // Fails if the archive does not have it.
        drop(source.open(0).await?);
        Ok(Outcome::Uploaded)
    }

    async fn tag(&self, _manifest: &Descriptor, _tags: &[String]) -> Result<()> {
        Ok(())
    }

    async fn untag(&self, _tag: &str) -> Result<()> {
        Ok(())
    }

    async fn delete_manifests(
        &self,
        manifests: &[ManifestDeletion],
        _max_requests: usize,
    ) -> Vec<Result<()>> {
        let refused = || Error::new(Code::Unsupported, "a dry run deletes nothing");
        manifests.iter().map(|_| Err(refused())).collect()
    }
}
