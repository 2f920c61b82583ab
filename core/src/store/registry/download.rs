//! Downloads: blobs of a repository, streamed, and asked for again from where they broke.

use futures::{StreamExt, stream};
use http::{Method, StatusCode, header};
use tokio::time::Instant;
use url::Url;

use super::{
    Registry, answer::Response, call::Request, retry::Backoff, transport::RepositoryConnection,
};
use crate::content::source::ByteStream;
use ocigraph_types::{Code, Descriptor, Digest, Error, Result, media_type};

pub(super) fn unknown(digest: &Digest) -> Error {
    Error::new(Code::NotFound, format!("there is no blob {digest}"))
}

impl Registry {
    fn blob_url(&self, digest: &Digest) -> Result<Url> {
        self.url(&format!("blobs/{digest}"))
    }

    /// Whether a blob is there.
    pub(super) async fn blob_exists(&self, digest: &Digest) -> Result<bool> {
        Ok(self.ask_for_blob(digest, None).await?.is_some())
    }

    pub(super) async fn head_blob(&self, digest: &Digest) -> Result<Option<Descriptor>> {
        match self.ask_for_blob(digest, None).await? {
            Some(answer) => {
                let size = answer
                    .header(header::CONTENT_LENGTH)
                    .and_then(|n| n.parse().ok())
                    .filter(|size| *size <= Descriptor::LARGEST)
                    .ok_or_else(|| {
                        Error::new(
                            Code::Registry,
                            format!("the registry does not say how long {digest} is"),
                        )
                    })?;
                Ok(Some(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), size)))
            }
            None => Ok(None),
        }
    }

    /// The answer to HEAD, if the blob is there; `since` is when a byte of its transfer last moved.
    pub(super) async fn ask_for_blob(
        &self,
        digest: &Digest,
        since: Option<Instant>,
    ) -> Result<Option<Response>> {
        let call = Request { since, ..Request::new(Method::HEAD, self.blob_url(digest)?) };
        let answer = self.connection.send(call).await?;
        match answer.status() {
            StatusCode::OK => Ok(Some(answer)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(answer
                .into_error(&format!("whether there is a blob {digest} is not told"))
                .await),
        }
    }

    /// The bytes from `offset` on. When the connection breaks, what is missing is asked for again.
    pub(super) async fn download(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        let url = self.blob_url(&blob.digest)?;
        let stream = open_at(&self.connection, &url, blob, offset, None).await?;
        let state = Download {
            connection: self.connection.clone(),
            url,
            blob: blob.clone(),
            position: offset,
            backoff: Backoff::new(self.connection.limits()),
            unreported: 0,
            moved: true,
            stream,
        };
        Ok(stream::try_unfold(state, |mut state| async move {
            Ok(state.next().await?.map(|chunk| (chunk, state)))
        })
        .boxed())
    }
}

/// The bytes from `offset` on: a range where the server does ranges, else the whole without what is
/// there already.
async fn open_at(
    connection: &RepositoryConnection,
    url: &Url,
    blob: &Descriptor,
    offset: u64,
    since: Option<Instant>,
) -> Result<ByteStream> {
    let call = || Request { since, ..Request::new(Method::GET, url.clone()).streamed() };
    if offset > 0 {
        if offset >= blob.size {
            return Ok(stream::empty().boxed());
        }
        let range = format!("bytes={offset}-");
        let answer = connection.send(call().header(header::RANGE, &range)).await?;
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(&answer, offset) => {
                return content(answer, blob);
            }
            // What comes in answer is from elsewhere, or nothing: all of it is asked for instead.
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {}
            StatusCode::OK => return Ok(skip(content(answer, blob)?, offset)),
            _ => return Err(not_sent(answer, blob).await),
        }
    }
    let answer = connection.send(call()).await?;
    match answer.status() {
        StatusCode::OK => Ok(skip(content(answer, blob)?, offset)),
        _ => Err(not_sent(answer, blob).await),
    }
}

/// Whether `Content-Range` (RFC 9110, section 14.4) begins where it was asked to.
fn starts_at(answer: &Response, offset: u64) -> bool {
    answer
        .header(header::CONTENT_RANGE)
        .map(|range| range.trim())
        .filter(|range| range.get(..5).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes")))
        .and_then(|range| range[5..].strip_prefix([' ', '=']))
        .and_then(|range| range.split_once('-'))
        .is_some_and(|(start, _)| start.trim().parse() == Ok(offset))
}

async fn not_sent(answer: Response, blob: &Descriptor) -> Error {
    answer.into_error(&format!("the blob {} was not sent", blob.digest)).await
}

fn content(answer: Response, blob: &Descriptor) -> Result<ByteStream> {
    let encoding = answer.header(header::CONTENT_ENCODING).map(str::trim);
    match encoding.filter(|e| !e.is_empty() && !e.eq_ignore_ascii_case("identity")) {
        None => Ok(answer.stream()),
        Some(encoding) => Err(Error::new(
            Code::Registry,
            format!(
                "the registry sent the blob {} encoded as {encoding}, which was not asked for",
                blob.digest
            ),
        )),
    }
}

/// A server may ignore the range and send the whole.
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
    unreported: u64,
    /// Whether anything came since it was asked for last.
    moved: bool,
    stream: ByteStream,
}

impl Download {
    async fn next(&mut self) -> Result<Option<bytes::Bytes>> {
        loop {
            let failure = match self.stream.next().await {
                Some(Ok(chunk)) => {
                    self.position += chunk.len() as u64;
                    self.backoff.moved(Instant::now());
                    self.moved = true;
                    self.unreported += chunk.len() as u64;
                    if self.unreported >= 1024 * 1024 {
                        self.unreported = 0;
                        self.backoff.progressed();
                    }
                    return Ok(Some(chunk));
                }
                // A body without a length may end early without an error. One that ends there again
                // has no more, and its size is wrong.
                None if self.position < self.blob.size && self.moved => Error::new(
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
            self.moved = false;
            let since = Some(self.backoff.last_moved());
            self.stream =
                open_at(&self.connection, &self.url, &self.blob, self.position, since).await?;
        }
    }
}
