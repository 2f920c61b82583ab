//! Request bodies that are read from a source: how much was sent, and whether the source failed.

use std::{
    fs::File,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
#[cfg(target_os = "linux")]
use ocigraph_file_sender::is_placeholder;
use ocigraph_file_sender::{FileFailure, FileParts};
use tokio::time::Instant;

use crate::{
    content::source::{ByteStream, Repository, Source},
    store::limits::Limits,
};
use ocigraph_types::{Code, Error, Result};

/// A slice counts as sent when the HTTP library takes it, and the library buffers up to sixteen of
/// them. Small slices keep the count accurate on a slow connection.
const SLICE: usize = 16 * 1024;

/// Monitors the body of one request.
pub(super) struct BodyMonitor {
    length: u64,
    limits: Limits,
    state: Arc<BodyState>,
}

#[derive(Default)]
struct BodyState {
    /// Bytes that the HTTP library has taken.
    taken: AtomicU64,
    /// The connection that sends the body, if the body is a file.
    file_parts: OnceLock<FileParts>,
    source_error: Mutex<Option<Error>>,
}

impl BodyMonitor {
    pub(super) fn new(length: u64, limits: Limits) -> Self {
        Self { length, limits, state: Arc::default() }
    }

    /// Returns the stream as a request body, up to its length. A source that ends early fails with
    /// SIZE_MISMATCH, not as a network error.
    pub(super) fn body(&self, stream: ByteStream) -> reqwest::Body {
        self.monitored(sliced(stream), |_, _| true)
    }

    /// Returns placeholders of a file as a request body. `parts` are those of the connection that sends it.
    #[cfg(target_os = "linux")]
    pub(super) fn file_body(&self, placeholders: ByteStream, parts: FileParts) -> reqwest::Body {
        let _ = self.state.file_parts.set(parts);
        self.monitored(placeholders, is_placeholder)
    }

    /// `is_valid` gets each chunk, and how many bytes are left with it.
    fn monitored(&self, stream: ByteStream, is_valid: fn(&Bytes, u64) -> bool) -> reqwest::Body {
        let state = Arc::clone(&self.state);
        let parts = futures::stream::unfold((stream, self.length), move |(mut stream, left)| {
            let state = Arc::clone(&state);
            async move {
                if left == 0 {
                    return None;
                }
                let chunk = match stream.next().await {
                    Some(Ok(chunk)) if !is_valid(&chunk, left) => {
                        let message = "the source has changed the chunks that stand for its file";
                        Err(Error::new(Code::Internal, message))
                    }
                    Some(Ok(mut chunk)) => {
                        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                        Ok(chunk)
                    }
                    Some(Err(e)) => Err(e),
                    None => Err(ended_early(left)),
                };
                match chunk {
                    Ok(chunk) => {
                        let length = chunk.len() as u64;
                        state.taken.fetch_add(length, Ordering::Relaxed);
                        Some((Ok(chunk), (stream, left - length)))
                    }
                    Err(e) => {
                        let message = e.to_string();
                        *state.source_error.lock().unwrap_or_else(PoisonError::into_inner) =
                            Some(e);
                        Some((Err(std::io::Error::other(message)), (stream, 0)))
                    }
                }
            }
        });
        reqwest::Body::wrap_stream(parts)
    }

    /// Returns true if a part of the body was not sent yet.
    pub(super) async fn is_incomplete(&self) -> bool {
        if let Some(parts) = self.state.file_parts.get() {
            parts.settled().await;
        }
        self.sent() < self.length
    }

    fn sent(&self) -> u64 {
        match self.state.file_parts.get() {
            Some(parts) => parts.sent(),
            None => self.state.taken.load(Ordering::Relaxed),
        }
    }

    /// Waits for the response; TIMEOUT if the body stalls, or if the response does not follow it in
    /// time.
    pub(super) async fn response(
        &self,
        response: impl Future<Output = Result<reqwest::Response>>,
    ) -> Result<reqwest::Response> {
        tokio::select! {
            response = response => response,
            error = self.stall_error() => Err(error),
        }
    }

    async fn stall_error(&self) -> Error {
        let (mut known, mut last_sent) = (0, Instant::now());
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let sent = self.sent();
            if sent != known {
                (known, last_sent) = (sent, Instant::now());
            }
            let limit = if sent >= self.length {
                self.limits.upload_response_timeout
                    + Duration::from_secs(self.length / (16 * 1024 * 1024))
            } else {
                self.limits.idle_timeout
            };
            if last_sent.elapsed() > limit {
                return Error::new(
                    Code::Timeout,
                    format!("the registry neither read nor responded for {limit:?}"),
                );
            }
        }
    }

    /// Takes the error of the source, if it failed.
    pub(super) async fn take_source_error(
        &self,
        source: &dyn Source,
        offset: u64,
    ) -> Option<Error> {
        let error = self.state.source_error.lock().unwrap_or_else(PoisonError::into_inner).take();
        if error.is_some() {
            return error;
        }
        match self.state.file_parts.get()?.take_failure()? {
            FileFailure::Unreadable(e) => {
                Some(error_of(source, offset + self.sent()).await.unwrap_or_else(|| {
                    Error::new(Code::Io, format!("the content cannot be read: {e}")).with_source(e)
                }))
            }
            _ => Some(ended_early(self.length.saturating_sub(self.sent()))),
        }
    }
}

/// Returns the error of a source that cannot be read at an offset. It names the file.
async fn error_of(source: &dyn Source, offset: u64) -> Option<Error> {
    match source.open(offset).await {
        Ok(mut stream) => stream.next().await?.err(),
        Err(e) => Some(e),
    }
}

fn ended_early(left: u64) -> Error {
    let message = format!("the content ended {left} bytes early; was the file changed?");
    Error::new(Code::SizeMismatch, message)
}

fn sliced(stream: ByteStream) -> ByteStream {
    stream
        .map_ok(|mut chunk: Bytes| {
            let slices = std::iter::from_fn(move || {
                (!chunk.is_empty()).then(|| chunk.split_to(chunk.len().min(SLICE)))
            });
            futures::stream::iter(slices.map(Ok))
        })
        .try_flatten()
        .boxed()
}

/// A source that records when a byte of it was last read, by any request.
#[derive(Debug)]
pub(crate) struct TimedSource {
    source: Arc<dyn Source>,
    last_read: Arc<Mutex<Instant>>,
}

impl TimedSource {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        Self { source, last_read: Arc::new(Mutex::new(Instant::now())) }
    }

    pub(crate) fn last_read(&self) -> Instant {
        *self.last_read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn timed(&self, stream: ByteStream) -> ByteStream {
        let last_read = Arc::clone(&self.last_read);
        let timed = stream.inspect_ok(move |_| {
            *last_read.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        });
        timed.boxed()
    }
}

#[async_trait]
impl Source for TimedSource {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        Ok(self.timed(sliced(self.source.open(offset).await?)))
    }

    async fn shareable_file(&self) -> Result<Option<File>> {
        self.source.shareable_file().await
    }

    fn observed(&self, stream: ByteStream, offset: u64) -> ByteStream {
        self.timed(self.source.observed(stream, offset))
    }

    fn repository(&self) -> Option<Repository> {
        self.source.repository()
    }
}
