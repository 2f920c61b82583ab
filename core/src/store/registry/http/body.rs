//! Request bodies that are read from a source: how much was sent, and whether the source failed.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use tokio::time::Instant;

use super::error::network_error;
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

struct BodyState {
    started: Instant,
    /// Milliseconds from `started` to the last slice.
    last_sent: AtomicU64,
    /// Bytes that the HTTP library has taken.
    sent: AtomicU64,
    source_error: Mutex<Option<Error>>,
}

impl BodyMonitor {
    pub(super) fn new(length: u64, limits: Limits) -> Self {
        let state = BodyState {
            started: Instant::now(),
            last_sent: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            source_error: Mutex::new(None),
        };
        Self { length, limits, state: Arc::new(state) }
    }

    /// Returns the first `length` bytes of the stream as a request body. A source that ends early
    /// fails with SIZE_MISMATCH, not as a network error.
    pub(super) fn body(&self, stream: ByteStream, length: u64) -> reqwest::Body {
        let state = Arc::clone(&self.state);
        let parts = futures::stream::unfold((sliced(stream), length), move |(mut stream, left)| {
            let state = Arc::clone(&state);
            async move {
                if left == 0 {
                    return None;
                }
                let chunk = match stream.next().await {
                    Some(Ok(mut chunk)) => {
                        chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                        Ok(chunk)
                    }
                    Some(Err(e)) => Err(e),
                    None => Err(Error::new(
                        Code::SizeMismatch,
                        format!("the content ended {left} bytes early; was the file changed?"),
                    )),
                };
                match chunk {
                    Ok(chunk) => {
                        let length = chunk.len() as u64;
                        state.sent.fetch_add(length, Ordering::Relaxed);
                        let now = state.started.elapsed().as_millis() as u64;
                        state.last_sent.store(now, Ordering::Relaxed);
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
    pub(super) fn is_incomplete(&self) -> bool {
        self.state.sent.load(Ordering::Relaxed) < self.length
    }

    /// Waits for the response; TIMEOUT if the body stalls, or if the response does not follow it in
    /// time.
    pub(super) async fn response(
        &self,
        response: impl Future<Output = reqwest::Result<reqwest::Response>>,
    ) -> Result<reqwest::Response> {
        tokio::select! {
            response = response => response.map_err(network_error),
            error = self.stall_error() => Err(error),
        }
    }

    async fn stall_error(&self) -> Error {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let last_sent = Duration::from_millis(self.state.last_sent.load(Ordering::Relaxed));
            let idle = self.state.started.elapsed().saturating_sub(last_sent);
            let all_sent = self.state.sent.load(Ordering::Relaxed) >= self.length;
            let limit = if all_sent {
                self.limits.upload_response_timeout
                    + Duration::from_secs(self.length / (16 * 1024 * 1024))
            } else {
                self.limits.idle_timeout
            };
            if idle > limit {
                return Error::new(
                    Code::Timeout,
                    format!("the registry neither read nor responded for {limit:?}"),
                );
            }
        }
    }

    /// Takes the error of the source, if it failed.
    pub(super) fn take_source_error(&self) -> Option<Error> {
        self.state.source_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
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
}

#[async_trait]
impl Source for TimedSource {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let last_read = Arc::clone(&self.last_read);
        let slices = sliced(self.source.open(offset).await?);
        let timed = slices.inspect_ok(move |_| {
            *last_read.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        });
        Ok(timed.boxed())
    }

    fn repository(&self) -> Option<Repository> {
        self.source.repository()
    }
}
