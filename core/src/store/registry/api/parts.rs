//! Downloads of large blobs in parts, over several connections.
//!
//! Object stores, and most registries, limit the bytes of one connection and not those of a client. So the
//! rest of a large blob is requested in parts, each over a connection of its own, and yielded in order as it
//! arrives: consumers digest and write it as they do any stream, and what they have of it is the beginning
//! of the blob. [`part_growth`](super::part_growth) decides how many connections are worth it. If a part
//! cannot be had as requested, what is left is requested in one piece, as if there had been no parts.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream, stream::FuturesUnordered};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit},
    time::Instant,
};

use super::{
    download::{Download, RangeResponse, open_range},
    part_growth::{MIN_CONNECTIONS, PartGrowth},
    registry::Registry,
};
use crate::{
    content::source::ByteStream,
    store::registry::{capabilities::ActiveDownload, http::redirect::RedirectMemory},
};
use ocigraph_types::{Code, Descriptor, Error, Result};

/// Bytes of one part. With [`MAX_PARTS`](crate::store::registry::capabilities::MAX_PARTS) of them, the parts
/// in memory take less than 32 MB.
const PART_SIZE: u64 = 2 * 1024 * 1024;

/// A blob of which fewer bytes are left is requested in one piece.
const MIN_LEFT: u64 = 16 * 1024 * 1024;

impl Registry {
    /// Returns the bytes of a blob from `offset` to its end. Requests parts of a large blob through up to
    /// `max_requests` concurrent requests.
    pub(super) async fn download(
        &self,
        blob: &Descriptor,
        offset: u64,
        max_requests: usize,
    ) -> Result<ByteStream> {
        let mut download = self.prepare_download(blob, offset)?;
        let is_large = blob.size.saturating_sub(offset) >= MIN_LEFT;
        let refused =
            self.connection.capabilities().parts.are_refused() || self.connection.limits_blobs();
        if is_large && max_requests >= MIN_CONNECTIONS && !refused {
            return download_in_parts(download, max_requests).await;
        }
        download.reopen().await?;
        Ok(download.into_stream())
    }
}

/// A part that was requested.
struct Part {
    /// What has arrived and was not yielded yet. The chunks of the HTTP library hold more memory than their
    /// bytes, so they are copied.
    arrived: Arc<Mutex<VecDeque<Bytes>>>,
    /// The byte after its last one.
    end: u64,
    /// The permission for its memory.
    _permit: Option<OwnedSemaphorePermit>,
}

/// What the parts of one download share.
#[derive(Clone)]
struct Shared {
    growth: Arc<Mutex<PartGrowth>>,
    /// A chunk of any part has arrived.
    arrival: Arc<Notify>,
}

struct PartedDownload {
    /// How to request the blob, and its first byte that was not yielded yet.
    rest: Download,
    /// The first byte that was not requested yet.
    requested: u64,
    shared: Shared,
    redirect: RedirectMemory,
    /// The parts that were requested and not yielded completely, in order.
    parts: VecDeque<Part>,
    receiving: FuturesUnordered<BoxFuture<'static, Result<()>>>,
    /// What is left is requested in one piece.
    in_one_piece: bool,
    /// Counts this download among those of the registry.
    active: ActiveDownload,
}

async fn download_in_parts(mut whole: Download, max_requests: usize) -> Result<ByteStream> {
    let state = Arc::clone(&whole.connection.capabilities().parts);
    let growth = PartGrowth::new(state.connections(), max_requests);
    let shared = Shared { growth: Arc::new(Mutex::new(growth)), arrival: Arc::default() };
    let redirect = RedirectMemory::default();
    // The first part shows if the registry serves parts. A response of another kind is used as it is.
    let end = (whole.position + PART_SIZE).min(whole.blob.size);
    let mut first = whole.part(whole.position, end, redirect.clone());
    match open_range(&mut first).await {
        Ok(RangeResponse::Part(stream)) => first.stream = Some(stream),
        Ok(RangeResponse::Rest(stream)) => {
            whole.stream = Some(stream);
            return Ok(whole.into_stream());
        }
        Err(e) if e.code() == Code::NotFound => return Err(e),
        // A gateway may refuse any range, or HTTP/1.1. The answer in one piece decides.
        other => {
            whole.reopen_after_others().await?;
            let is_passing =
                |e: Error| e.status().is_some_and(|status| status >= 500 && status != 501);
            if !other.err().is_some_and(is_passing) {
                state.mark_refused();
            }
            return Ok(whole.into_stream());
        }
    }
    let mut download = PartedDownload {
        requested: whole.position,
        rest: whole,
        shared,
        redirect,
        parts: VecDeque::new(),
        receiving: FuturesUnordered::new(),
        in_one_piece: false,
        active: state.start_download(),
    };
    download.receive(first, None);
    Ok(stream::try_unfold(download, |mut download| async move {
        Ok(download.next().await?.map(|chunk| (chunk, download)))
    })
    .boxed())
}

impl PartedDownload {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            if let Some(chunk) = self.take_arrived() {
                return Ok(Some(chunk));
            }
            if self.in_one_piece {
                return self.rest.next().await;
            }
            self.request_parts();
            if self.parts.is_empty() {
                if self.rest.position == self.rest.blob.size {
                    return Ok(None);
                }
                self.begin_rest().await?;
                continue;
            }
            let failed = tokio::select! {
                Some(received) = self.receiving.next() => received.err(),
                () = self.shared.arrival.notified() => None,
            };
            if let Some(e) = failed {
                tracing::info!(error = %e, "requesting the rest of a blob in one piece");
                // What another status says may pass.
                if e.code() == Code::Registry && e.status().is_none() {
                    self.rest.connection.capabilities().parts.mark_refused();
                }
                self.receiving.clear();
                self.parts.clear();
                self.begin_rest().await?;
            }
        }
    }

    /// Takes what has arrived of the first part.
    fn take_arrived(&mut self) -> Option<Bytes> {
        let part = self.parts.front()?;
        let chunk = part.arrived.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
        self.rest.position += chunk.len() as u64;
        if self.rest.position == part.end {
            self.parts.pop_front();
        }
        Some(chunk)
    }

    /// Requests as many parts as there are connections to use.
    fn request_parts(&mut self) {
        // Each part is a request, of which a registry may admit few.
        if self.redirect.get().is_none() && self.rest.connection.limits_blobs() {
            return;
        }
        let state = Arc::clone(&self.rest.connection.capabilities().parts);
        let connections = {
            let mut growth = self.shared.growth.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(measured) = growth.take_result() {
                state.set_connections(measured);
            }
            // One response has fewer pauses than many of one connection.
            if growth.is_settled() && growth.connections() == 1 {
                return;
            }
            let share = self.active.share();
            let connections = growth.connections();
            growth.set_limited(share < connections);
            connections.min(share)
        };
        let size = self.rest.blob.size;
        while self.parts.len() < connections && self.requested < size {
            let permit = match state.try_acquire() {
                // One part needs no permission, so that every download goes on.
                None if self.parts.is_empty() => None,
                None => return,
                permit => permit,
            };
            let end = (self.requested + PART_SIZE).min(size);
            let part = self.rest.part(self.requested, end, self.redirect.clone());
            self.receive(part, permit);
        }
    }

    fn receive(&mut self, part: Download, permit: Option<OwnedSemaphorePermit>) {
        let arrived = Arc::default();
        self.requested = part.end;
        self.parts.push_back(Part {
            arrived: Arc::clone(&arrived),
            end: part.end,
            _permit: permit,
        });
        self.receiving.push(receive(part, arrived, self.shared.clone()).boxed());
    }

    async fn begin_rest(&mut self) -> Result<()> {
        self.in_one_piece = true;
        self.rest.reopen_after_others().await
    }
}

/// Receives a part. Fails with REGISTRY for what is not the part.
async fn receive(
    mut part: Download,
    arrived: Arc<Mutex<VecDeque<Bytes>>>,
    shared: Shared,
) -> Result<()> {
    let Shared { growth, arrival } = shared;
    let lock = |growth: &Mutex<PartGrowth>, then: &dyn Fn(&mut PartGrowth)| {
        then(&mut growth.lock().unwrap_or_else(PoisonError::into_inner));
    };
    let start = part.position;
    if !part.is_open() {
        part.reopen().await?;
    }
    let mut first = None;
    while let Some(chunk) = part.next().await? {
        if part.position > part.end {
            return Err(Error::new(
                Code::Registry,
                format!("the registry sent more of the blob {} than a part", part.blob.digest),
            ));
        }
        lock(&growth, &|growth| growth.add_bytes(chunk.len()));
        first.get_or_insert((Instant::now(), chunk.len() as u64));
        if !chunk.is_empty() {
            let chunk = Bytes::copy_from_slice(&chunk);
            arrived.lock().unwrap_or_else(PoisonError::into_inner).push_back(chunk);
        }
        arrival.notify_one();
    }
    if part.position != part.end {
        let message = format!("a part of the blob {} is too short", part.blob.digest);
        return Err(Error::new(Code::Registry, message));
    }
    if let Some((since, length)) = first {
        let (bytes, time) = (part.end - start - length, since.elapsed());
        lock(&growth, &|growth| growth.part_arrived(bytes, time));
    }
    Ok(())
}
