//! Downloads of large blobs in parts, over several connections.
//!
//! Object stores, and most registries, limit the bytes of one connection and not those of a client. So the
//! rest of a large blob is requested in parts, each over a connection of its own, and yielded in order:
//! consumers digest and write it as they do any stream, and what they have of it is the beginning of the
//! blob. [`part_growth`](super::part_growth) decides how many connections are worth it. If a part cannot be
//! had as requested, what is left is requested in one piece, as if there had been no parts.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream, stream::FuturesOrdered};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::{
    download::{Download, RangeResponse, open_range},
    part_growth::PartGrowth,
    registry::Registry,
};
use crate::{content::source::ByteStream, store::registry::http::redirect::RedirectMemory};
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
        let refused = self.connection.capabilities().parts.are_refused();
        if is_large && max_requests > 1 && !refused {
            return download_in_parts(download, max_requests).await;
        }
        download.reopen().await?;
        Ok(download.into_stream())
    }
}

/// A part that has arrived, with the permission for its memory.
type Arrived = (Bytes, Option<OwnedSemaphorePermit>);

struct PartedDownload {
    /// How to request the blob, and its first byte that was not yielded yet.
    rest: Download,
    /// The first byte that was not requested yet.
    requested: u64,
    growth: Arc<Mutex<PartGrowth>>,
    redirect: RedirectMemory,
    parts: FuturesOrdered<BoxFuture<'static, Result<Arrived>>>,
    /// The permission for the memory of the part that was yielded last.
    held: Option<OwnedSemaphorePermit>,
    /// What is left is requested in one piece.
    in_one_piece: bool,
}

/// Returns the bytes of a blob from the start of `whole`, through up to `max_requests` connections.
async fn download_in_parts(mut whole: Download, max_requests: usize) -> Result<ByteStream> {
    let state = &whole.connection.capabilities().parts;
    let growth = Arc::new(Mutex::new(PartGrowth::new(state.connections(), max_requests)));
    let redirect = RedirectMemory::default();
    // The first part shows if the registry serves parts. A response of another kind is used as it is.
    let end = (whole.position + PART_SIZE).min(whole.blob.size);
    let mut first = whole.part(whole.position, end, redirect.clone());
    match open_range(&mut first).await? {
        RangeResponse::Part(stream) => first.stream = Some(stream),
        RangeResponse::Rest(stream) => {
            whole.stream = Some(stream);
            return Ok(whole.into_stream());
        }
        RangeResponse::Other => {
            whole.reopen().await?;
            return Ok(whole.into_stream());
        }
    }
    let parts = FuturesOrdered::from_iter([receive(first, None, Arc::clone(&growth)).boxed()]);
    let download = PartedDownload {
        rest: whole,
        requested: end,
        growth,
        redirect,
        parts,
        held: None,
        in_one_piece: false,
    };
    Ok(stream::try_unfold(download, |mut download| async move {
        Ok(download.next().await?.map(|chunk| (chunk, download)))
    })
    .boxed())
}

impl PartedDownload {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            self.held = None;
            if self.in_one_piece {
                return self.rest.next().await;
            }
            self.request_parts();
            match self.parts.next().await {
                Some(Ok((part, permit))) => {
                    self.held = permit;
                    self.rest.position += part.len() as u64;
                    return Ok(Some(part));
                }
                Some(Err(e)) => {
                    tracing::info!(error = %e, "requesting the rest of a blob in one piece");
                    if e.code() == Code::Registry {
                        self.rest.connection.capabilities().parts.mark_refused();
                    }
                    self.parts.clear();
                    self.begin_rest().await?;
                }
                None if self.rest.position < self.rest.blob.size => self.begin_rest().await?,
                None => return Ok(None),
            }
        }
    }

    /// Requests as many parts as there are connections to use.
    fn request_parts(&mut self) {
        let state = &self.rest.connection.capabilities().parts;
        let connections = {
            let growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
            if growth.is_settled() {
                state.set_connections(growth.connections());
                // One response has fewer pauses than many of one connection.
                if growth.connections() == 1 {
                    return;
                }
            }
            growth.connections()
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
            self.parts.push_back(receive(part, permit, Arc::clone(&self.growth)).boxed());
            self.requested = end;
        }
    }

    async fn begin_rest(&mut self) -> Result<()> {
        self.in_one_piece = true;
        self.rest.reopen_after_others().await
    }
}

/// Receives a part. Fails with REGISTRY for what is not the part.
async fn receive(
    mut part: Download,
    permit: Option<OwnedSemaphorePermit>,
    growth: Arc<Mutex<PartGrowth>>,
) -> Result<Arrived> {
    let start = part.position;
    // The chunks of the HTTP library hold more memory than their bytes.
    let mut content = Vec::with_capacity((part.end - start) as usize);
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
        growth.lock().unwrap_or_else(PoisonError::into_inner).add_bytes(chunk.len());
        first.get_or_insert((Instant::now(), chunk.len() as u64));
        content.extend_from_slice(&chunk);
    }
    if part.position != part.end {
        let message = format!("a part of the blob {} is too short", part.blob.digest);
        return Err(Error::new(Code::Registry, message));
    }
    if let Some((since, length)) = first {
        let mut growth = growth.lock().unwrap_or_else(PoisonError::into_inner);
        growth.part_arrived(part.end - start - length, since.elapsed());
    }
    Ok((content.into(), permit))
}
