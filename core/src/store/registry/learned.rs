//! What was learned of a registry while speaking to it, and of each repository.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::oneshot;

use ocigraph_types::{Descriptor, Digest};

/// By which interface a repository lists referrers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReferrersApi {
    /// OCI distribution-spec 1.1.
    Oci,
    /// ORAS artifacts-spec draft.1.
    OrasDraft,
    /// ORAS artifacts-spec, release candidates.
    OrasRc,
    /// None: clients keep an index under a tag.
    FallbackTag,
}

/// The fewest requests in which small blobs can be uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmallUploads {
    /// One: a POST with the content. ggcr, ocimem, zot and olareg store it; the distribution family
    /// opens a session.
    SinglePost,
    /// A mount from the repository itself, then a PUT. The distribution family says by it whether
    /// the blob is there; ocimem knows no such thing.
    MountSelf,
    /// HEAD, POST and PUT.
    Plain,
}

/// Which of [`SmallUploads`] a registry has not been seen to refuse.
#[derive(Debug, Default)]
pub(super) struct SmallUploadsLearned {
    no_single_post: AtomicBool,
    no_mount_self: AtomicBool,
}

impl SmallUploadsLearned {
    pub(super) fn way(&self) -> SmallUploads {
        if !self.no_single_post.load(Ordering::Relaxed) {
            SmallUploads::SinglePost
        } else if !self.no_mount_self.load(Ordering::Relaxed) {
            SmallUploads::MountSelf
        } else {
            SmallUploads::Plain
        }
    }

    pub(super) fn not(&self, way: SmallUploads) {
        match way {
            SmallUploads::SinglePost => self.no_single_post.store(true, Ordering::Relaxed),
            SmallUploads::MountSelf => self.no_mount_self.store(true, Ordering::Relaxed),
            SmallUploads::Plain => {}
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Capabilities {
    pub(super) small_uploads: SmallUploadsLearned,
    repositories: Mutex<HashMap<String, Arc<Repository>>>,
}

#[derive(Debug, Default)]
pub(super) struct Repository {
    pub(super) referrers: OnceLock<ReferrersApi>,
    /// Held while it is not known yet and is being asked.
    pub(super) asking: tokio::sync::Mutex<()>,
    /// One writer of fallback indexes at a time in this process.
    pub(super) fallback: tokio::sync::Mutex<()>,
    pub(super) additions: Additions,
}

/// What waits to be added to fallback indexes, by subject; each with how to tell that it was.
#[derive(Debug, Default)]
pub(super) struct Additions(Mutex<HashMap<Digest, Vec<Addition>>>);

type Addition = (Descriptor, oneshot::Sender<()>);

impl Additions {
    /// The receiver is told when the entry is in the index; it is closed when that failed.
    pub(super) fn join(&self, subject: &Digest, entry: Descriptor) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().entry(subject.clone()).or_default().push((entry, sender));
        receiver
    }

    /// All that wait; who was dropped meanwhile does not.
    pub(super) fn take(&self, subject: &Digest) -> Vec<Addition> {
        let mut waiting = self.waiting().remove(subject).unwrap_or_default();
        waiting.retain(|(_, waiter)| !waiter.is_closed());
        waiting
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Digest, Vec<Addition>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Capabilities {
    pub(super) fn repository(&self, name: &str) -> Arc<Repository> {
        let mut known = self.repositories.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(name.to_owned()).or_default())
    }
}
