//! A repository of a registry, and the URLs in it.

#[cfg(doc)]
use crate::Code;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{OnceCell, RwLock, RwLockReadGuard};
use url::Url;

use super::{
    connection::{Connection, RepositoryConnection},
    referrers::fallback_tags::FallbackTags,
};
use crate::store::registry::{
    auth::{context::AuthContext, scope::Scopes},
    capabilities::{ReferrersApi, RepositoryState},
    referrers_mode::ReferrersMode,
};
use ocigraph_types::{Digest, Result, TagOrDigest, check_repository, check_tag};

/// A repository of a registry, which implements [`Store`](crate::Store) by the [OCI
/// distribution-spec 1.1.1].
///
/// ```
/// use std::sync::Arc;
/// use ocigraph::{ClientConfig, Connection, Host, Registry, Store};
///
/// let host: Host = "registry.example.com".parse()?;
/// let connection = Arc::new(Connection::new(&host, Arc::new(ClientConfig::default()))?);
/// let store: Arc<dyn Store> = Arc::new(Registry::new(connection, "team/app"));
/// # let _ = store;
/// # Ok::<(), ocigraph::Error>(())
/// ```
///
/// [OCI distribution-spec 1.1.1]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
#[derive(Debug)]
pub struct Registry {
    pub(super) connection: RepositoryConnection,
    pub(super) repository: String,
    pub(super) state: Arc<RepositoryState>,
    /// The first small blob to upload, if the repository did not have it.
    pub(super) first_missing_blob: OnceCell<Option<Digest>>,
    pub(super) fallback_tags: FallbackTags,
    pub(super) annotation_samples: AnnotationSamples,
}

/// The manifests to read to find out whether the referrers API lists annotations.
#[derive(Debug)]
pub(super) struct AnnotationSamples {
    left: AtomicUsize,
    /// Held for reading while samples are read, so that others can wait for what they show.
    reading: RwLock<()>,
}

impl AnnotationSamples {
    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    /// Takes up to `wanted` of the manifests that are left. What they show must be recorded before the
    /// guard is dropped.
    pub(super) async fn take(&self, wanted: usize) -> (usize, RwLockReadGuard<'_, ()>) {
        let guard = self.reading.read().await;
        let take = |left: usize| left.checked_sub(wanted.min(left));
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        (left.map_or(0, |left| wanted.min(left)), guard)
    }

    /// Waits until what was taken is read.
    pub(super) async fn all_read(&self) {
        drop(self.reading.write().await);
    }
}

/// The number of samples in one operation. Where none of them has annotations that its list lacks,
/// it is believed that no other has.
const ANNOTATION_SAMPLES: usize = 8;

impl Registry {
    /// Opens the repository with this name. Nothing is sent.
    ///
    /// A name without a slash on Docker Hub is in the namespace `library`, as for docker. Requests
    /// to a repository with an invalid name fail with [`Code::InvalidReference`].
    pub fn new(connection: Arc<Connection>, repository: &str) -> Self {
        let repository = if connection.host().is_docker_hub() && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository.to_owned()
        };
        let state = connection.capabilities().repository(&repository);
        if connection.referrers_mode() == ReferrersMode::Tag {
            let _ = state.referrers_api.set(ReferrersApi::FallbackTag);
        }
        let context = AuthContext {
            repository: repository.as_str().into(),
            scopes: Scopes::repository(&repository, &["pull"]),
        };
        let connection = RepositoryConnection::new(connection, context);
        Self {
            connection,
            repository,
            state,
            first_missing_blob: OnceCell::new(),
            fallback_tags: Default::default(),
            annotation_samples: AnnotationSamples {
                left: AtomicUsize::new(ANNOTATION_SAMPLES),
                reading: RwLock::new(()),
            },
        }
    }

    /// Returns the repository for an operation that needs these actions in addition to `pull`. The
    /// first token request asks for all of them.
    pub(crate) fn for_actions(self, actions: &[&str]) -> Self {
        let scopes = Scopes::repository(&self.repository, actions);
        self.for_scopes(&scopes)
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        self.connection.scopes()
    }

    /// Returns the repository for additional scopes, which may name other repositories too.
    pub(crate) fn for_scopes(mut self, scopes: &Scopes) -> Self {
        self.connection = self.connection.with_scopes(scopes);
        self
    }

    /// Returns a URL below the repository. An invalid name could make another path of it, and is an
    /// error.
    pub(super) fn url(&self, path: &str) -> Result<Url> {
        check_repository(&self.repository)?;
        self.connection.url(&format!("v2/{}/{path}", self.repository))
    }

    pub(super) fn manifest_url(&self, name: &TagOrDigest) -> Result<Url> {
        if let TagOrDigest::Tag(tag) = name {
            check_tag(tag)?;
        }
        self.url(&format!("manifests/{name}"))
    }
}
