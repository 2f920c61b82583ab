//! Memory of content on its way, which all transfers of a server share: the more transfers there are, the
//! smaller are their buffers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a buffer of few transfers, and the least of many.
const LARGEST: usize = 512 * 1024;
const SMALLEST: usize = 8 * 1024;
/// Bytes of one buffer of all transfers.
const TOTAL: usize = 4 * 1024 * 1024;
/// Transfers up to this number have two buffers each: one fills while the other is written.
const WITH_TWO: usize = 8;
/// Maximum concurrent writes: each takes a blocking thread, which needs memory too.
const WRITES: usize = 16;

/// A budget of memory for uploads to layouts and downloads from them: see
/// [`Layout::sharing`](crate::Layout::sharing). Clones are the same budget.
///
/// Up to 8 transfers have two buffers of 512 KiB each. More transfers share 4 MiB, and have at least 8 KiB
/// each; an upload has at least what one read of its connection brings.
#[derive(Debug, Clone, Default)]
pub struct TransferBuffers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    transfers: AtomicUsize,
    writes: Arc<Semaphore>,
}

impl Default for Shared {
    fn default() -> Self {
        Self { transfers: AtomicUsize::new(0), writes: Arc::new(Semaphore::new(WRITES)) }
    }
}

impl TransferBuffers {
    /// Begins a transfer, which ends when the value is dropped.
    pub(crate) fn begin(&self) -> Transfer {
        self.0.transfers.fetch_add(1, Ordering::Relaxed);
        Transfer(self.clone())
    }

    /// Waits until another write may begin. The write holds the permit: it goes on if its caller is dropped.
    pub(crate) async fn write_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.writes).acquire_owned().await.ok()
    }
}

/// A transfer that is in progress.
#[derive(Debug)]
pub(crate) struct Transfer(TransferBuffers);

impl Transfer {
    /// Returns the bytes of the next buffer.
    pub(crate) fn buffer_size(&self) -> usize {
        (TOTAL / self.number().max(1)).clamp(SMALLEST, LARGEST)
    }

    /// Returns true if a buffer may fill while another one is written.
    pub(crate) fn has_two_buffers(&self) -> bool {
        self.number() <= WITH_TWO
    }

    fn number(&self) -> usize {
        self.0.0.transfers.load(Ordering::Relaxed)
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.0.transfers.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffers_of_many_transfers_are_small_until_the_transfers_end() {
        let buffers = TransferBuffers::default();
        let first = buffers.begin();
        assert_eq!(first.buffer_size(), LARGEST);
        assert!(first.has_two_buffers());
        let others: Vec<Transfer> = (0..63).map(|_| buffers.begin()).collect();
        assert_eq!(first.buffer_size(), TOTAL / 64);
        assert!(!first.has_two_buffers());
        let many: Vec<Transfer> = (0..1000).map(|_| buffers.clone().begin()).collect();
        assert_eq!(many[0].buffer_size(), SMALLEST);
        drop((others, many));
        assert_eq!(first.buffer_size(), LARGEST);
    }
}
