//! The limits that copies share which run concurrently: on requests, large manifests and large blobs.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::store::concurrency::{LargeBlobLimiter, RequestLimiter};

/// Maximum large manifests in memory.
const MAX_LARGE_MANIFESTS: usize = 2;

/// What copies that run concurrently share.
#[derive(Debug, Clone)]
pub(crate) struct SharedLimits {
    pub(crate) requests: Arc<RequestLimiter>,
    pub(super) large_manifests: Arc<Semaphore>,
    pub(super) large_blobs: Arc<LargeBlobLimiter>,
}

impl SharedLimits {
    pub(crate) fn new(concurrency: Option<usize>) -> Self {
        Self {
            requests: Arc::new(RequestLimiter::new(concurrency)),
            large_manifests: Arc::new(Semaphore::new(MAX_LARGE_MANIFESTS)),
            large_blobs: Arc::new(LargeBlobLimiter::new()),
        }
    }
}
