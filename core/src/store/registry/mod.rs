//! A repository of a registry as a [`Store`]: the OCI distribution API, and how real registries
//! depart from it.

mod answer;
pub(crate) mod auth;
mod azure;
mod call;
mod clients;
mod concurrency_limit;
mod config;
mod download;
mod learned;
mod link;
mod listing;
mod lock;
mod manifests;
mod referrers;
mod retry;
mod sign_in;
mod tls;
mod transport;
mod upload;
mod upload_body;
mod upload_session;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::OnceCell;
use url::Url;

pub use config::ClientConfig;
#[cfg(test)]
pub(crate) use link::next_links;
pub use transport::Connection;

use call::AuthContext;
use transport::RepositoryConnection;

use crate::{
    content::{
        progress::Outcome,
        source::{ByteStream, Repository, Source},
    },
    store::{
        ManifestDeletion, ReadStore, Store,
        catalog::{ManifestInfo, TagInfo},
        list::List,
        memory::Memory,
        registry::auth::Scopes,
    },
};
use ocigraph_types::{
    Descriptor, Digest, Manifest, ManifestFormat, Result, TagOrDigest, check_repository, check_tag,
};

/// One repository.
#[derive(Debug)]
pub struct Registry {
    connection: RepositoryConnection,
    repository: String,
    known: Arc<learned::Repository>,
    /// The first small blob that was to be uploaded, if it was not there.
    fresh: OnceCell<Option<Digest>>,
    fallback_tags: referrers::FallbackTags,
}

impl Registry {
    /// The repository of that name; nothing is sent yet.
    pub fn new(connection: Arc<Connection>, repository: &str) -> Self {
        // Docker Hub's own images are in `library`, which people leave out.
        let repository = if connection.host().is_docker_hub() && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository.to_owned()
        };
        let known = connection.learned.repository(&repository);
        let purpose = AuthContext {
            repository: repository.as_str().into(),
            scopes: Scopes::repository(&repository, &["pull"]),
        };
        let connection = RepositoryConnection::new(connection, purpose);
        Self {
            connection,
            repository,
            known,
            fresh: OnceCell::new(),
            fallback_tags: Default::default(),
        }
    }

    /// The same repository, for an operation that will need these actions beside `pull`: they are
    /// asked for together, with the first token.
    pub(crate) fn for_actions(self, actions: &[&str]) -> Self {
        let scopes = Scopes::repository(&self.repository, actions);
        self.for_scopes(&scopes)
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        self.connection.scopes()
    }

    /// The same, for scopes that may name another repository too.
    pub(crate) fn for_scopes(mut self, scopes: &Scopes) -> Self {
        self.connection = self.connection.with_scopes(scopes);
        self
    }

    /// A URL of the repository. A name of it that is not written as one could be another path.
    fn url(&self, rest: &str) -> Result<Url> {
        check_repository(&self.repository)?;
        self.connection.url(&format!("v2/{}/{rest}", self.repository))
    }

    fn manifest_url(&self, name: &TagOrDigest) -> Result<Url> {
        if let TagOrDigest::Tag(tag) = name {
            check_tag(tag)?;
        }
        self.url(&format!("manifests/{name}"))
    }
}

#[async_trait]
impl ReadStore for Registry {
    async fn resolve(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.resolve_manifest(name).await
    }

    async fn fetch_manifest(&self, name: &TagOrDigest) -> Result<Manifest> {
        // Who keeps it does not keep others from reading theirs.
        Ok(self.get_manifest(name).await?.0.without_guard())
    }

    async fn has_blob(&self, blob: &Descriptor) -> Result<bool> {
        self.blob_exists(&blob.digest).await
    }

    async fn describe_blob(&self, digest: &Digest) -> Result<Descriptor> {
        self.head_blob(digest).await?.ok_or_else(|| download::unknown(digest))
    }

    async fn fetch_blob(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        self.download(blob, offset).await
    }

    async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<List<Descriptor>> {
        self.list_referrers(subject, artifact_type).await
    }

    async fn tags(&self) -> Result<List<String>> {
        let mut tags = self.list_tags().await?;
        tags.entries.retain(|tag| !referrers::is_fallback_tag(tag));
        Ok(tags)
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

#[async_trait]
impl Store for Registry {
    async fn push_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        self.put_manifest(manifest, tags).await?;
        self.announce_referrer(manifest).await
    }

    async fn push_blob(&self, blob: &Descriptor, source: Arc<dyn Source>) -> Result<Outcome> {
        self.upload(blob, source).await
    }

    async fn tag(&self, manifest: &Descriptor, tags: &[String]) -> Result<()> {
        let manifest = self.fetch_manifest(&TagOrDigest::Digest(manifest.digest.clone())).await?;
        self.put_manifest(&manifest, tags).await
    }

    async fn untag(&self, tag: &str) -> Result<()> {
        if let Some(done) = self.azure_untag(tag).await? {
            return Ok(done);
        }
        self.delete_tag(tag).await
    }

    async fn delete_manifests(&self, manifests: &[ManifestDeletion]) -> Vec<Result<()>> {
        self.delete_all(manifests).await
    }

    async fn ensure_referrers_listed(
        &self,
        subject: &Digest,
        referrers: &[Descriptor],
    ) -> Result<()> {
        self.announce_again(subject, referrers).await
    }

    async fn referrer_format(&self, subject: &Digest) -> Result<ManifestFormat> {
        self.format_for_referrers(subject).await
    }
}
