//! The parts of files that a connection sends next.
//!
//! The HTTP library sends bytes in memory only. So the body of a response yields placeholders, and notes
//! which part of a file each of them represents; `file_sender` sends that part where the library writes
//! the placeholder. The bytes of a placeholder are never read. The library must not copy them: it writes
//! the parts of a body as they are to a connection with vectored writes.

// Only Linux has `file_sender`.
#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

use std::{
    collections::VecDeque,
    fs::File,
    io,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures::{Stream, stream};

/// Maximum bytes of a part.
const PART: usize = 1024 * 1024;

/// The memory of all placeholders. No page of it is ever touched.
static PLACEHOLDER: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![0; PART]));

/// Parts of files that a connection sends next, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileParts(Arc<Mutex<VecDeque<Part>>>);

/// A part of a file.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) file: Arc<File>,
    pub(crate) offset: u64,
    pub(crate) length: usize,
}

impl FileParts {
    /// Returns the placeholders of a range of a file.
    pub(crate) fn stream(
        &self,
        file: File,
        start: u64,
        length: u64,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let (parts, file) = (self.clone(), Arc::new(file));
        stream::unfold((start, length), move |(offset, left)| {
            let length = usize::try_from(left).unwrap_or(PART).min(PART);
            let placeholder = (length > 0).then(|| {
                let mut parts = parts.lock();
                // The library asks for a body only when it has written the one before.
                if offset == start && !parts.is_empty() {
                    let e = io::Error::other("a placeholder was not written as it is");
                    return (Err(e), (offset, 0));
                }
                parts.push_back(Part { file: Arc::clone(&file), offset, length });
                let next = (offset + length as u64, left - length as u64);
                (Ok(PLACEHOLDER.slice(..length)), next)
            });
            std::future::ready(placeholder)
        })
    }

    /// Returns the part that is next.
    pub(crate) fn front(&self) -> Option<Part> {
        self.lock().front().cloned()
    }

    /// Notes that the first bytes of the front part were sent.
    pub(crate) fn advance(&self, sent: usize) {
        let mut parts = self.lock();
        if let Some(part) = parts.front_mut() {
            part.offset += sent as u64;
            part.length -= sent;
            if part.length == 0 {
                parts.pop_front();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Part>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns true if these bytes stand for a part of a file.
pub(crate) fn is_placeholder(bytes: &[u8]) -> bool {
    !bytes.is_empty() && PLACEHOLDER.as_ptr_range().contains(&bytes.as_ptr())
}
