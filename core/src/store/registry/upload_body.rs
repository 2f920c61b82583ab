//! The body of an upload on its way: how far it is, and whether the source itself failed.

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

use super::{answer::network_error, config::Limits};
use crate::content::source::{ByteStream, Repository, Source};
use ocigraph_types::{Code, Error, Result};

/// The HTTP library takes up to sixteen pieces ahead of the socket, and a piece counts as moved when
/// it is taken: small ones keep the count near the truth on a slow line.
const SLICE: usize = 16 * 1024;

/// Watches an upload: how far it is, and whether the source itself failed.
pub(super) struct Upload {
    length: u64,
    limits: Limits,
    state: Arc<UploadState>,
}

struct UploadState {
    started: Instant,
    moved: AtomicU64,
    sent: AtomicU64,
    failure: Mutex<Option<Error>>,
}

impl Upload {
    pub(super) fn new(length: u64, limits: Limits) -> Self {
        let state = UploadState {
            started: Instant::now(),
            moved: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            failure: Mutex::new(None),
        };
        Self { length, limits, state: Arc::new(state) }
    }

    /// The first `length` bytes of the stream as a request body. A source that ends early is an
    /// error of its own, not of the network.
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
                        state.moved.store(now, Ordering::Relaxed);
                        Some((Ok(chunk), (stream, left - length)))
                    }
                    Err(e) => {
                        let message = e.to_string();
                        *state.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                        Some((Err(std::io::Error::other(message)), (stream, 0)))
                    }
                }
            }
        });
        reqwest::Body::wrap_stream(parts)
    }

    /// Whether the HTTP library has not taken all of the body yet.
    pub(super) fn is_under_way(&self) -> bool {
        self.state.sent.load(Ordering::Relaxed) < self.length
    }

    pub(super) async fn watch(
        &self,
        answer: impl Future<Output = reqwest::Result<reqwest::Response>>,
    ) -> Result<reqwest::Response> {
        tokio::select! {
            response = answer => response.map_err(|e| network_error(&e)),
            error = self.stalled() => Err(error),
        }
    }

    async fn stalled(&self) -> Error {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let moved = Duration::from_millis(self.state.moved.load(Ordering::Relaxed));
            let quiet = self.state.started.elapsed().saturating_sub(moved);
            let all_sent = self.state.sent.load(Ordering::Relaxed) >= self.length;
            let limit = if all_sent {
                self.limits.upload_response_timeout
                    + Duration::from_secs(self.length / (16 * 1024 * 1024))
            } else {
                self.limits.idle_timeout
            };
            if quiet > limit {
                return Error::new(
                    Code::Timeout,
                    format!("the registry took nothing and answered nothing for {limit:?}"),
                );
            }
        }
    }

    pub(super) fn failure(&self) -> Option<Error> {
        self.state.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
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

/// A source that knows when its bytes last moved, whichever request took them.
#[derive(Debug)]
pub(super) struct Watched {
    source: Arc<dyn Source>,
    last: Arc<Mutex<Instant>>,
}

impl Watched {
    pub(super) fn new(source: Arc<dyn Source>) -> Self {
        Self { source, last: Arc::new(Mutex::new(Instant::now())) }
    }

    pub(super) fn last_moved(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Source for Watched {
    async fn open(&self, offset: u64) -> Result<ByteStream> {
        let last = Arc::clone(&self.last);
        let slices = sliced(self.source.open(offset).await?);
        let watched = slices.inspect_ok(move |_| {
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        });
        Ok(watched.boxed())
    }

    fn repository(&self) -> Option<Repository> {
        self.source.repository()
    }
}
