//! The parts of files that a connection sends next.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures::{Stream, stream};
use tokio::sync::Notify;

/// Maximum bytes of a part, which one `sendfile` sends. A slow disk reads so many in less than a second.
const PART: usize = 256 * 1024;

/// The memory of all placeholders. No page of it is ever touched.
static PLACEHOLDER: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(vec![0; PART]));

/// Parts of files that one connection sends next, in their order. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FileParts(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Notified after each `sendfile`.
    idle: Notify,
}

#[derive(Debug, Default)]
struct State {
    parts: VecDeque<Part>,
    /// True while a `sendfile` runs.
    is_sending: bool,
    sent: u64,
    failure: Option<FileFailure>,
}

/// Why a file could not be sent. The connection failed then, too.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileFailure {
    /// The file ended before its part did.
    Ended,
    /// The file could not be read.
    Unreadable(io::Error),
}

/// A part of a file.
#[derive(Debug, Clone)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
pub(crate) struct Part {
    pub(crate) file: Arc<File>,
    pub(crate) offset: u64,
    pub(crate) length: usize,
}

impl FileParts {
    /// Returns the placeholders of a range of a file, in bytes. They have its length, and none of its
    /// content. Each has 256 KiB, and the last one what is left.
    ///
    /// What writes to the connection must get them as they are: a copy of one would be sent as the zeros that
    /// it has. [`is_placeholder`] tells whether one is unchanged.
    ///
    /// The stream ends with an error if the connection has not written the placeholders before: only one
    /// body at a time can be sent over a connection.
    pub fn stream(
        &self,
        file: File,
        start: u64,
        length: u64,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let (parts, file) = (self.clone(), Arc::new(file));
        stream::unfold((start, length), move |(offset, left)| {
            let length = length_of_next(left);
            let placeholder = (length > 0).then(|| {
                let mut state = parts.lock();
                // The library asks for a body only when it has written the one before.
                if offset == start && !state.parts.is_empty() {
                    let e = io::Error::other("a placeholder was not written as it is");
                    return (Err(e), (offset, 0));
                }
                state.parts.push_back(Part { file: Arc::clone(&file), offset, length });
                let next = (offset + length as u64, left - length as u64);
                (Ok(PLACEHOLDER.slice(..length)), next)
            });
            std::future::ready(placeholder)
        })
    }

    /// Returns how many bytes of files the connection has sent so far.
    pub fn sent(&self) -> u64 {
        self.lock().sent
    }

    /// Waits for the `sendfile` that runs, if any. It does not wait for the other side. After it, [`sent`]
    /// includes everything that the other side can have received before the call.
    ///
    /// [`sent`]: Self::sent
    pub async fn settled(&self) {
        let idle = self.0.idle.notified();
        if self.lock().is_sending {
            idle.await;
        }
    }

    /// Takes what was wrong with a file, if one could not be sent.
    pub fn take_failure(&self) -> Option<FileFailure> {
        self.lock().failure.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(target_os = "linux")]
impl FileParts {
    /// Begins to send the part that is next, if it has `length` bytes.
    pub(crate) fn begin(&self, length: usize) -> Option<Sending> {
        let mut state = self.lock();
        let part = state.parts.front().filter(|part| part.length == length)?.clone();
        state.is_sending = true;
        Some(Sending { parts: self.clone(), part })
    }
}

/// A part that is being sent. Ends when it is dropped.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(crate) struct Sending {
    parts: FileParts,
    pub(crate) part: Part,
}

#[cfg(target_os = "linux")]
impl Sending {
    /// Notes that the first bytes of the part were sent.
    pub(crate) fn advance(&self, sent: usize) {
        let mut state = self.parts.lock();
        state.sent += sent as u64;
        if let Some(part) = state.parts.front_mut() {
            part.offset += sent as u64;
            part.length -= sent;
            if part.length == 0 {
                state.parts.pop_front();
            }
        }
    }

    /// Notes why the file could not be sent.
    pub(crate) fn fail(&self, failure: FileFailure) {
        tracing::warn!(?failure, "a file cannot be sent");
        self.parts.lock().failure = Some(failure);
    }
}

#[cfg(target_os = "linux")]
impl Drop for Sending {
    fn drop(&mut self) {
        self.parts.lock().is_sending = false;
        self.parts.0.idle.notify_waiters();
    }
}

fn length_of_next(left: u64) -> usize {
    usize::try_from(left).unwrap_or(PART).min(PART)
}

/// Returns true if a chunk is the unchanged placeholder of the next part of a file of which `left` bytes are left.
pub fn is_placeholder(chunk: &Bytes, left: u64) -> bool {
    is_in_placeholder(chunk) && chunk.len() == length_of_next(left)
}

/// Returns true if these bytes stand for a part of a file, or for the rest of it.
pub(crate) fn is_in_placeholder(bytes: &[u8]) -> bool {
    !bytes.is_empty() && PLACEHOLDER.as_ptr_range().contains(&bytes.as_ptr())
}
