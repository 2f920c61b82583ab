//! What a client has learned about a registry and its repositories, so that it asks only once.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::shared_map::SharedMap;
use ocigraph_types::{Descriptor, Digest};

/// The API by which a repository lists referrers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReferrersApi {
    /// OCI distribution-spec 1.1.
    Oci,
    /// ORAS artifacts-spec draft.1.
    OrasDraft,
    /// ORAS artifacts-spec, release candidates.
    OrasRc,
    /// No API: clients keep an index under a tag.
    FallbackTag,
}

/// The ways to upload a small blob, from the fewest requests to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SmallUploadMethod {
    /// One POST with the content. ggcr, ocimem, zot and olareg store it; the distribution family
    /// opens a session instead.
    SinglePost,
    /// A mount from the repository itself, then a PUT. The distribution family responds to the
    /// mount whether the blob exists; ocimem does not support it.
    MountFromSelf,
    /// HEAD, POST and PUT.
    HeadFirst,
}

/// Which methods a registry is known not to support.
#[derive(Debug, Default)]
pub(crate) struct SmallUploads {
    no_single_post: AtomicBool,
    no_mount_from_self: AtomicBool,
}

impl SmallUploads {
    /// Returns the method with the fewest requests that may work.
    pub(crate) fn method(&self) -> SmallUploadMethod {
        if !self.no_single_post.load(Ordering::Relaxed) {
            SmallUploadMethod::SinglePost
        } else if !self.no_mount_from_self.load(Ordering::Relaxed) {
            SmallUploadMethod::MountFromSelf
        } else {
            SmallUploadMethod::HeadFirst
        }
    }

    pub(crate) fn mark_unsupported(&self, method: SmallUploadMethod) {
        match method {
            SmallUploadMethod::SinglePost => self.no_single_post.store(true, Ordering::Relaxed),
            SmallUploadMethod::MountFromSelf => {
                self.no_mount_from_self.store(true, Ordering::Relaxed);
            }
            SmallUploadMethod::HeadFirst => {}
        }
    }
}

/// The most parts of blobs that are requested from one registry at a time, or wait in memory.
pub(crate) const MAX_PARTS: usize = 12;

/// How a registry serves the parts of large blobs.
#[derive(Debug)]
pub(crate) struct PartedDownloads {
    refused: AtomicBool,
    connections: AtomicUsize,
    free: Arc<Semaphore>,
    active: AtomicUsize,
}

/// A download in parts, which counts among those of its registry until it is dropped.
pub(crate) struct ActiveDownload(Arc<PartedDownloads>);

impl ActiveDownload {
    /// Returns the number of parts that each download may request, so that none takes all.
    pub(crate) fn share(&self) -> usize {
        (MAX_PARTS / self.0.active.load(Ordering::Relaxed).max(1)).max(1)
    }
}

impl Drop for ActiveDownload {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for PartedDownloads {
    fn default() -> Self {
        let free = Arc::new(Semaphore::new(MAX_PARTS));
        let (refused, connections) = (AtomicBool::new(false), AtomicUsize::new(1));
        Self { refused, connections, free, active: AtomicUsize::new(0) }
    }
}

impl PartedDownloads {
    /// Returns true if the registry has sent something else than the part that it was asked for.
    pub(crate) fn are_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn mark_refused(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// Returns the number of connections that was worth its while for the last blob: 1 at first.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn set_connections(&self, connections: usize) {
        self.connections.store(connections, Ordering::Relaxed);
    }

    pub(crate) fn start_download(self: &Arc<Self>) -> ActiveDownload {
        self.active.fetch_add(1, Ordering::Relaxed);
        ActiveDownload(Arc::clone(self))
    }

    /// Returns the permission to request one more part, or `None` while too many are requested.
    pub(crate) fn try_acquire(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).try_acquire_owned().ok()
    }
}

/// What is known about one registry.
#[derive(Debug, Default)]
pub(crate) struct Capabilities {
    pub(crate) azure: AzureDetection,
    pub(crate) small_uploads: SmallUploads,
    pub(crate) parts: Arc<PartedDownloads>,
    repositories: SharedMap<String, RepositoryState>,
}

impl Capabilities {
    /// Starts with nothing known, or with what the host name of an Azure registry says.
    pub(crate) fn new(is_azure: bool) -> Self {
        Self { azure: AzureDetection::new(is_azure), ..Self::default() }
    }

    pub(crate) fn repository(&self, name: &str) -> Arc<RepositoryState> {
        self.repositories.get_or_insert(name.to_owned(), RepositoryState::default)
    }
}

/// Whether a registry is Azure Container Registry.
#[derive(Debug, Default)]
pub(crate) struct AzureDetection {
    has_api: OnceLock<bool>,
    sent_header: AtomicBool,
}

impl AzureDetection {
    fn new(is_azure: bool) -> Self {
        let has_api = if is_azure { true.into() } else { OnceLock::new() };
        Self { has_api, sent_header: AtomicBool::new(is_azure) }
    }

    /// Returns whether the registry has Azure's own API, or `None` while that is unknown.
    pub(crate) fn has_api(&self) -> Option<bool> {
        self.has_api.get().copied()
    }

    pub(crate) fn set_has_api(&self, has_api: bool) {
        let _ = self.has_api.set(has_api);
    }

    /// Returns true if the registry has sent a header of Azure's. Other registries may send it too.
    pub(crate) fn is_likely(&self) -> bool {
        self.sent_header.load(Ordering::Relaxed)
    }

    pub(crate) fn set_likely(&self) {
        self.sent_header.store(true, Ordering::Relaxed);
    }
}

/// What is known about one repository, and the locks of its writers.
#[derive(Debug, Default)]
pub(crate) struct RepositoryState {
    pub(crate) referrers_api: OnceLock<ReferrersApi>,
    /// The referrers API has listed annotations, so that an entry without them has none.
    pub(crate) lists_annotations: AtomicBool,
    /// A manifest has annotations that the referrers API has not listed.
    pub(crate) lacks_annotations: AtomicBool,
    /// Held while the referrers API is detected.
    pub(crate) detection: tokio::sync::Mutex<()>,
    /// Held by the task of this process that writes fallback indexes.
    pub(crate) fallback_writer: tokio::sync::Mutex<()>,
    pub(crate) pending_additions: PendingAdditions,
    /// An object store answers 403 for a file that does not exist.
    pub(crate) forbids_what_is_absent: tokio::sync::OnceCell<bool>,
}

/// Descriptors that wait to be added to fallback indexes, by subject.
#[derive(Debug, Default)]
pub(crate) struct PendingAdditions(Mutex<HashMap<Digest, Vec<PendingAddition>>>);

/// A descriptor, and the sender that reports its addition.
type PendingAddition = (Descriptor, oneshot::Sender<()>);

impl PendingAdditions {
    /// Adds a descriptor. The receiver gets a message once the index lists the descriptor; its
    /// channel is closed if writing the index failed.
    pub(crate) fn push(&self, subject: &Digest, descriptor: Descriptor) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.lock().entry(subject.clone()).or_default().push((descriptor, sender));
        receiver
    }

    /// Removes and returns the additions to one index. Skips those whose receiver was dropped.
    pub(crate) fn take(&self, subject: &Digest) -> Vec<PendingAddition> {
        let mut pending = self.lock().remove(subject).unwrap_or_default();
        pending.retain(|(_, sender)| !sender.is_closed());
        pending
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Vec<PendingAddition>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
