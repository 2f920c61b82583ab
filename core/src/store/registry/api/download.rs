//! Downloads of blobs, streamed and resumed after a failure (distribution-spec v1.1.1, "Pulling
//! blobs").

use futures::{StreamExt, stream};
use http::{Method, StatusCode, header};
use tokio::time::Instant;
use url::Url;

use super::{
    connection::RepositoryConnection, digest_algorithm::explain_refusal, registry::Registry,
};
use crate::{
    content::source::ByteStream,
    store::registry::http::{
        content_coding::content_coding, request::Request, response::Response, retry::Backoff,
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

/// Progress after which a download gets all its retries again.
const RESET_AFTER: u64 = 1024 * 1024;

pub(super) fn blob_not_found(digest: &Digest) -> Error {
    Error::new(Code::NotFound, format!("the blob {digest} was not found"))
}

impl Registry {
    fn blob_url(&self, digest: &Digest) -> Result<Url> {
        self.url(&format!("blobs/{digest}"))
    }

    /// Returns true if the repository has a blob.
    pub(super) async fn blob_exists(&self, digest: &Digest) -> Result<bool> {
        Ok(self.head_blob(digest, None, false).await?.is_some())
    }

    /// Returns the descriptor of a blob, or `None` if the repository does not have it.
    pub(super) async fn blob_descriptor(&self, digest: &Digest) -> Result<Option<Descriptor>> {
        match self.head_blob(digest, None, true).await? {
            Some(response) => {
                let size = response
                    .header(header::CONTENT_LENGTH)
                    .filter(|_| content_coding(response.headers()).is_none())
                    .and_then(|n| n.parse().ok())
                    .filter(|size| *size <= Descriptor::LARGEST)
                    .ok_or_else(|| {
                        Error::new(
                            Code::Registry,
                            format!("the registry does not state the size of the blob {digest}"),
                        )
                    })?;
                Ok(Some(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), size)))
            }
            None => Ok(None),
        }
    }

    /// Returns the response to HEAD, or `None` if the repository does not have the blob.
    /// `last_progress` is the last progress of the transfer that the request belongs to. `signs_in`
    /// is set where the blob should exist.
    pub(super) async fn head_blob(
        &self,
        digest: &Digest,
        last_progress: Option<Instant>,
        signs_in: bool,
    ) -> Result<Option<Response>> {
        let request = Request::new(Method::HEAD, self.blob_url(digest)?).signing_in(signs_in);
        let response = self.connection.send(Request { last_progress, ..request }).await?;
        match response.status() {
            StatusCode::OK => Ok(Some(response)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => {
                let what = format!("cannot check for the blob {digest}");
                Err(explain_refusal(response.into_error(&what).await, digest))
            }
        }
    }

    /// Returns the bytes of a blob from `offset` to its end. After a failure of the connection, the
    /// rest is requested again.
    pub(super) async fn download(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        let url = self.blob_url(&blob.digest)?;
        let stream = open_stream(&self.connection, &url, blob, offset, None).await?;
        let state = Download {
            connection: self.connection.clone(),
            url,
            blob: blob.clone(),
            position: offset,
            backoff: Backoff::new(self.connection.limits()),
            progress: 0,
            has_received: true,
            stream,
        };
        Ok(stream::try_unfold(state, |mut state| async move {
            Ok(state.next().await?.map(|chunk| (chunk, state)))
        })
        .boxed())
    }
}

/// Requests the bytes from `offset` to the end: as a range if the server supports ranges, else all
/// bytes, of which the first are skipped.
async fn open_stream(
    connection: &RepositoryConnection,
    url: &Url,
    blob: &Descriptor,
    offset: u64,
    last_progress: Option<Instant>,
) -> Result<ByteStream> {
    let request = || Request {
        last_progress,
        ..Request::new(Method::GET, url.clone()).streamed().signing_in(true)
    };
    if offset > 0 {
        if offset >= blob.size {
            return Ok(stream::empty().boxed());
        }
        let range = format!("bytes={offset}-");
        let response = connection.send(request().header(header::RANGE, &range)).await?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(&response, offset) => {
                return content(response, blob);
            }
            // Another range, or none: request all bytes instead.
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {}
            StatusCode::OK => return Ok(skip(content(response, blob)?, offset)),
            _ => return Err(download_error(response, blob).await),
        }
    }
    let response = connection.send(request()).await?;
    match response.status() {
        StatusCode::OK => Ok(skip(content(response, blob)?, offset)),
        _ => Err(download_error(response, blob).await),
    }
}

/// Returns true if `Content-Range` (RFC 9110, section 14.4) starts at the requested offset.
fn starts_at(response: &Response, offset: u64) -> bool {
    response
        .header(header::CONTENT_RANGE)
        .map(|range| range.trim())
        .filter(|range| range.get(..5).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes")))
        .and_then(|range| range[5..].strip_prefix([' ', '=']))
        .and_then(|range| range.split_once('-'))
        .is_some_and(|(start, _)| start.trim().parse() == Ok(offset))
}

async fn download_error(response: Response, blob: &Descriptor) -> Error {
    response.into_error(&format!("cannot download the blob {}", blob.digest)).await
}

/// Returns the body; REGISTRY if it has a content coding, since none was requested.
fn content(response: Response, blob: &Descriptor) -> Result<ByteStream> {
    match content_coding(response.headers()) {
        None => Ok(response.stream()),
        Some(encoding) => Err(Error::new(
            Code::Registry,
            format!(
                "the registry sent the blob {} with the content coding {encoding}, which was not requested",
                blob.digest
            ),
        )),
    }
}

/// Drops the first bytes of a stream, for a server that ignores ranges.
fn skip(stream: ByteStream, bytes: u64) -> ByteStream {
    if bytes == 0 {
        return stream;
    }
    let mut left = bytes;
    stream
        .filter_map(move |chunk| {
            let rest = chunk.map(|mut chunk| {
                let cut = left.min(chunk.len() as u64);
                left -= cut;
                chunk.split_off(cut as usize)
            });
            std::future::ready(match rest {
                Ok(rest) if rest.is_empty() => None,
                other => Some(other),
            })
        })
        .boxed()
}

struct Download {
    connection: RepositoryConnection,
    url: Url,
    blob: Descriptor,
    position: u64,
    backoff: Backoff,
    /// Bytes received since the retries were last restored.
    progress: u64,
    /// Bytes arrived since the last request.
    has_received: bool,
    stream: ByteStream,
}

impl Download {
    async fn next(&mut self) -> Result<Option<bytes::Bytes>> {
        loop {
            let failure = match self.stream.next().await {
                Some(Ok(chunk)) => {
                    self.position += chunk.len() as u64;
                    self.backoff.record_progress(Instant::now());
                    self.has_received = true;
                    self.progress += chunk.len() as u64;
                    if self.progress >= RESET_AFTER {
                        self.progress = 0;
                        self.backoff.reset();
                    }
                    return Ok(Some(chunk));
                }
                // A body without a length may end early without an error. If the next one has no
                // more bytes, the blob has the wrong size.
                None if self.position < self.blob.size && self.has_received => Error::new(
                    Code::Network,
                    format!(
                        "the blob {} ended after {} of {} bytes",
                        self.blob.digest, self.position, self.blob.size
                    ),
                ),
                None => return Ok(None),
                Some(Err(e)) if e.is_retryable() => e,
                Some(Err(e)) => return Err(e),
            };
            self.backoff.wait(failure).await?;
            self.has_received = false;
            let last_progress = Some(self.backoff.last_progress());
            let Self { connection, url, blob, position, .. } = &*self;
            self.stream = open_stream(connection, url, blob, *position, last_progress).await?;
        }
    }
}
