//! Downloads of blobs, streamed and resumed after a failure (distribution-spec v1.1.1, "Pulling
//! blobs").

use std::ops::Range;

use bytes::Bytes;
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
        content_coding::content_coding, redirect::RedirectMemory, request::Request,
        response::Response, retry::Backoff,
    },
};
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

/// Progress after which a download gets all its retries again.
const RESET_AFTER: u64 = 1024 * 1024;

pub(super) fn blob_not_found(digest: &Digest) -> Error {
    Error::new(Code::NotFound, format!("the blob {digest} was not found"))
}

impl Registry {
    pub(super) fn blob_url(&self, digest: &Digest) -> Result<Url> {
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

    /// Prepares the download of a blob from `offset` to its end. Nothing is requested yet.
    pub(super) fn prepare_download(&self, blob: &Descriptor, offset: u64) -> Result<Download> {
        let (connection, url) = (self.connection.clone(), self.blob_url(&blob.digest)?);
        Ok(Download::new(connection, url, blob.clone(), offset..blob.size, None))
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
            StatusCode::PARTIAL_CONTENT
                if content_range(&response).is_some_and(|range| range.start == offset) =>
            {
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

/// The response to a request for a part.
pub(super) enum RangeResponse {
    /// The part.
    Part(ByteStream),
    /// All bytes from the start of the part to the end of the blob.
    Rest(ByteStream),
    /// Something else, which was not read.
    Other,
}

/// Requests what a part of a download lacks.
pub(super) async fn open_range(part: &mut Download) -> Result<RangeResponse> {
    let Download { connection, url, blob, position, end, .. } = &*part;
    let range = format!("bytes={position}-{}", end - 1);
    let request = Request::new(Method::GET, url.clone()).streamed().signing_in(true);
    let request = Request {
        last_progress: Some(part.backoff.last_progress()),
        own_connection: true,
        redirect_memory: part.part.clone(),
        ..request.header(header::RANGE, &range)
    };
    let response = connection.send(request).await?;
    match response.status() {
        StatusCode::PARTIAL_CONTENT => match content_range(&response) {
            Some(ContentRange { start, last, size })
                if start == *position && size.is_none_or(|size| size == blob.size) =>
            {
                Ok(match last + 1 {
                    next if next == *end => RangeResponse::Part(content(response, blob)?),
                    next if next == blob.size => RangeResponse::Rest(content(response, blob)?),
                    _ => RangeResponse::Other,
                })
            }
            _ => Ok(RangeResponse::Other),
        },
        StatusCode::OK => Ok(RangeResponse::Rest(skip(content(response, blob)?, *position))),
        StatusCode::RANGE_NOT_SATISFIABLE => Ok(RangeResponse::Other),
        _ => Err(download_error(response, blob).await),
    }
}

/// What `Content-Range` (RFC 9110, section 14.4) says of a body: its first and its last byte, and the size
/// of the whole, if that is known.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    start: u64,
    last: u64,
    size: Option<u64>,
}

fn content_range(response: &Response) -> Option<ContentRange> {
    parse_content_range(response.header(header::CONTENT_RANGE)?)
}

/// Some servers write `bytes=` as in a request, in capitals, or with spaces.
fn parse_content_range(text: &str) -> Option<ContentRange> {
    let (unit, range) = text.trim().split_at_checked("bytes".len())?;
    let range = range.strip_prefix([' ', '=']).filter(|_| unit.eq_ignore_ascii_case("bytes"))?;
    let (range, size) = range.split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let size = match size.trim() {
        "*" => None,
        size => Some(number(size)?),
    };
    let (start, last) = (number(start)?, number(last)?);
    (start <= last && last < u64::MAX).then_some(ContentRange { start, last, size })
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

/// The download of a blob, or of a part of it. After a failure of the connection, what is left is
/// requested again.
pub(super) struct Download {
    pub(super) connection: RepositoryConnection,
    url: Url,
    pub(super) blob: Descriptor,
    /// The first byte that was not received yet.
    pub(super) position: u64,
    /// The byte after the last one to receive.
    pub(super) end: u64,
    /// Where the registry redirects to, if this is a part.
    part: Option<RedirectMemory>,
    backoff: Backoff,
    /// Bytes received since the retries were last restored.
    progress: u64,
    /// Bytes arrived since the last request.
    has_received: bool,
    /// The body of the response, or `None` before the first request.
    pub(super) stream: Option<ByteStream>,
}

impl Download {
    fn new(
        connection: RepositoryConnection,
        url: Url,
        blob: Descriptor,
        bytes: Range<u64>,
        part: Option<RedirectMemory>,
    ) -> Self {
        Self {
            backoff: Backoff::new(connection.limits()),
            connection,
            url,
            blob,
            position: bytes.start,
            end: bytes.end,
            part,
            progress: 0,
            has_received: true,
            stream: None,
        }
    }

    /// Returns the download of a part of the same blob, which is not requested yet.
    pub(super) fn part(&self, start: u64, end: u64, redirect: RedirectMemory) -> Self {
        let (connection, url) = (self.connection.clone(), self.url.clone());
        Self::new(connection, url, self.blob.clone(), start..end, Some(redirect))
    }

    /// Returns whether it was requested.
    pub(super) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    /// Requests what is left.
    pub(super) async fn reopen(&mut self) -> Result<()> {
        self.stream = None;
        let stream = if self.part.is_some() {
            match open_range(self).await? {
                RangeResponse::Part(stream) => stream,
                RangeResponse::Rest(_) | RangeResponse::Other => {
                    let message = format!(
                        "the registry does not send parts of the blob {}",
                        self.blob.digest
                    );
                    return Err(Error::new(Code::Registry, message));
                }
            }
        } else {
            let Self { connection, url, blob, position, .. } = &*self;
            let last_progress = Some(self.backoff.last_progress());
            open_stream(connection, url, blob, *position, last_progress).await?
        };
        self.stream = Some(stream);
        Ok(())
    }

    /// Requests what is left, after others have received what came before.
    pub(super) async fn reopen_after_others(&mut self) -> Result<()> {
        self.backoff.reset();
        self.reopen().await
    }

    pub(super) fn into_stream(self) -> ByteStream {
        stream::try_unfold(self, |mut download| async move {
            Ok(download.next().await?.map(|chunk| (chunk, download)))
        })
        .boxed()
    }

    /// Returns the next bytes, or `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let Some(stream) = &mut self.stream else { return Ok(None) };
            let failure = match stream.next().await {
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
                None if self.position < self.end && self.has_received => Error::new(
                    Code::Network,
                    format!(
                        "the blob {} ended after {} of {} bytes",
                        self.blob.digest, self.position, self.blob.size
                    ),
                ),
                None => return Ok(None),
                // All of a part is there, whatever the end of its response is.
                Some(Err(_)) if self.part.is_some() && self.position >= self.end => {
                    return Ok(None);
                }
                Some(Err(e)) if e.is_retryable() => e,
                Some(Err(e)) => return Err(e),
            };
            self.backoff.wait(failure).await?;
            self.has_received = false;
            self.reopen().await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read_as_servers_write_them() {
        let range = |start, last, size| Some(ContentRange { start, last, size });
        assert_eq!(parse_content_range("bytes 3-9/10"), range(3, 9, Some(10)));
        assert_eq!(parse_content_range(" Bytes=0-0/* "), range(0, 0, None));
        assert_eq!(parse_content_range("bytes 3 - 9 / 10"), range(3, 9, Some(10)));
        for odd in [
            "",
            "bytes",
            "bytes */10",
            "bytes 3-9",
            "bytes 9-3/10",
            "lines 3-9/10",
            "bytes 3-x/10",
            "bytes 0-18446744073709551615/*",
            "§bytes 3-9/10",
        ] {
            assert_eq!(parse_content_range(odd), None, "{odd}");
        }
    }
}
