//! Blobs of a repository: streamed up and down, resumed where they broke.

use std::sync::Arc;

use futures::{StreamExt, stream};
use http::{Method, StatusCode, header};
use url::Url;

use super::{
    Registry,
    retry::Backoff,
    transport::{Answer, Body, Call, Connection},
};
use crate::{
    descriptor::Descriptor,
    digest::Digest,
    error::{Code, Error, Result},
    media_type,
    progress::Outcome,
    store::{ByteStream, Source},
};

/// GHCR takes no more in one PATCH.
const CHUNK: u64 = 4 * 1024 * 1024;

pub(super) fn unknown(digest: &Digest) -> Error {
    Error::new(Code::NotFound, format!("there is no blob {digest}"))
}

impl Registry {
    fn blob_url(&self, digest: &Digest) -> Result<Url> {
        self.url(&format!("blobs/{digest}"))
    }

    pub(super) async fn head_blob(&self, digest: &Digest) -> Result<Option<Descriptor>> {
        let answer = self.connection.send(Call::new(Method::HEAD, self.blob_url(digest)?)).await?;
        match answer.status() {
            StatusCode::OK => {
                let size = answer
                    .header(header::CONTENT_LENGTH)
                    .and_then(|n| n.parse().ok())
                    .ok_or_else(|| {
                        Error::new(
                            Code::Registry,
                            format!("the registry does not say how long {digest} is"),
                        )
                    })?;
                Ok(Some(Descriptor::new(media_type::OCTET_STREAM, digest.clone(), size)))
            }
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(answer.into_error(&format!("the blob {digest} was not found")).await),
        }
    }

    /// The bytes from `offset` on. When the connection breaks, what is missing is asked for again.
    pub(super) async fn download(&self, blob: &Descriptor, offset: u64) -> Result<ByteStream> {
        let url = self.blob_url(&blob.digest)?;
        let stream = open_range(&self.connection, url.clone(), blob, offset).await?;
        let state = Download {
            connection: Arc::clone(&self.connection),
            url,
            blob: blob.clone(),
            position: offset,
            backoff: Backoff::new(self.connection.limits()),
            unreported: 0,
            stream,
        };
        Ok(stream::try_unfold(state, |mut state| async move {
            Ok(state.next().await?.map(|chunk| (chunk, state)))
        })
        .boxed())
    }

    /// Uploads a blob unless it is there; a broken upload begins again, with the same source.
    pub(super) async fn upload(
        &self,
        blob: &Descriptor,
        source: Arc<dyn Source>,
    ) -> Result<Outcome> {
        if self.head_blob(&blob.digest).await?.is_some() {
            return Ok(Outcome::Existed);
        }
        let mut backoff = Backoff::new(self.connection.limits());
        while let Err(e) = self.upload_once(blob, &source).await {
            if !e.is_retryable() {
                return Err(e);
            }
            backoff.wait(e).await?;
            // Only the reply may have been lost.
            if self.head_blob(&blob.digest).await?.is_some() {
                break;
            }
        }
        // docker-registry 2.8.2 stores a sha512 push under sha256.
        if blob.digest.algorithm_name() != "sha256" && self.head_blob(&blob.digest).await?.is_none()
        {
            return Err(Error::new(
                Code::Unsupported,
                format!(
                    "the registry took the blob {} and does not keep it under that digest",
                    blob.digest
                ),
            )
            .with_hint("use sha256"));
        }
        Ok(Outcome::Uploaded)
    }

    async fn upload_once(&self, blob: &Descriptor, source: &Arc<dyn Source>) -> Result<()> {
        let mut session = self.open_session(&blob.digest).await?;
        let body = Body::Source { source: Arc::clone(source), offset: 0, length: blob.size };
        let call = Call::new(Method::PUT, session.finish_url(&blob.digest))
            .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
            .body(body)
            .once();
        let answer = self.connection.send(call).await?;
        match answer.status() {
            s if s.is_success() => {
                session.done();
                Ok(())
            }
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::RANGE_NOT_SATISFIABLE => {
                drop(session);
                self.upload_in_chunks(blob, source).await
            }
            _ => Err(answer.into_error(&format!("the blob {} was not stored", blob.digest)).await),
        }
    }

    /// For registries, or proxies before them, that refuse large bodies.
    async fn upload_in_chunks(&self, blob: &Descriptor, source: &Arc<dyn Source>) -> Result<()> {
        let mut session = self.open_session(&blob.digest).await?;
        let chunk = CHUNK.max(session.least_chunk);
        let mut offset = 0;
        while offset < blob.size {
            let length = chunk.min(blob.size - offset);
            let call = Call::new(Method::PATCH, session.url.clone())
                .header(header::CONTENT_TYPE, media_type::OCTET_STREAM)
                .header(header::CONTENT_RANGE, &format!("{offset}-{}", offset + length - 1))
                .body(Body::Source { source: Arc::clone(source), offset, length })
                .once();
            let answer = self.connection.send(call).await?;
            if !answer.status().is_success() {
                return Err(answer
                    .into_error(&format!("a part of the blob {} was not stored", blob.digest))
                    .await);
            }
            session.moved_to(&answer)?;
            offset += length;
        }
        let call = Call::new(Method::PUT, session.finish_url(&blob.digest)).once();
        let answer = self.connection.send(call).await?;
        if !answer.status().is_success() {
            return Err(answer
                .into_error(&format!("the blob {} was not stored", blob.digest))
                .await);
        }
        session.done();
        Ok(())
    }

    async fn open_session(&self, digest: &Digest) -> Result<Session> {
        let call = Call::new(Method::POST, self.url("blobs/uploads/")?);
        let answer = self.connection.send(call).await?;
        if answer.status() != StatusCode::ACCEPTED {
            return Err(answer.into_error(&format!("no upload of {digest} could be begun")).await);
        }
        let least_chunk =
            answer.header("oci-chunk-min-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(Session {
            url: location(&answer)?,
            least_chunk,
            connection: Some(Arc::clone(&self.connection)),
        })
    }
}

async fn open_range(
    connection: &Connection,
    url: Url,
    blob: &Descriptor,
    offset: u64,
) -> Result<ByteStream> {
    let mut call = Call::new(Method::GET, url);
    if offset > 0 {
        if offset >= blob.size {
            return Ok(stream::empty().boxed());
        }
        call = call.header(header::RANGE, &format!("bytes={offset}-"));
    }
    let answer = connection.send(call).await?;
    let status = answer.status();
    if !matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        return Err(answer.into_error(&format!("the blob {} was not sent", blob.digest)).await);
    }
    if let Some(encoding) = answer.header(header::CONTENT_ENCODING).filter(|e| *e != "identity") {
        return Err(Error::new(
            Code::Registry,
            format!(
                "the registry sent the blob {} encoded as {encoding}, which was not asked for",
                blob.digest
            ),
        ));
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let range = answer.header(header::CONTENT_RANGE).unwrap_or_default().to_owned();
        if !range.starts_with(&format!("bytes {offset}-")) {
            return Err(Error::new(
                Code::Registry,
                format!(
                    "the registry was asked for bytes from {offset} of {} and sent {range:?}",
                    blob.digest
                ),
            ));
        }
        return Ok(answer.stream());
    }
    Ok(skip(answer.stream(), offset))
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
    connection: Arc<Connection>,
    url: Url,
    blob: Descriptor,
    position: u64,
    backoff: Backoff,
    unreported: u64,
    stream: ByteStream,
}

impl Download {
    async fn next(&mut self) -> Result<Option<bytes::Bytes>> {
        loop {
            let failure = match self.stream.next().await {
                Some(Ok(chunk)) => {
                    self.position += chunk.len() as u64;
                    self.unreported += chunk.len() as u64;
                    if self.unreported >= 1024 * 1024 {
                        self.unreported = 0;
                        self.backoff.progressed();
                    }
                    return Ok(Some(chunk));
                }
                // A body without a length may end early without an error.
                None if self.position < self.blob.size && self.unreported > 0 => Error::new(
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
            self.unreported = 0;
            self.stream =
                open_range(&self.connection, self.url.clone(), &self.blob, self.position).await?;
        }
    }
}

/// An upload session, which is closed when the upload is dropped before its end.
struct Session {
    url: Url,
    least_chunk: u64,
    connection: Option<Arc<Connection>>,
}

impl Session {
    /// `Location` may have a query, which must stay as it is to the letter.
    fn finish_url(&self, digest: &Digest) -> Url {
        let mut url = self.url.clone();
        let query = match self.url.query() {
            Some(query) if !query.is_empty() => format!("{query}&digest={digest}"),
            _ => format!("digest={digest}"),
        };
        url.set_query(Some(&query));
        url
    }

    fn moved_to(&mut self, answer: &Answer) -> Result<()> {
        self.url = location(answer)?;
        Ok(())
    }

    fn done(&mut self) {
        self.connection = None;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let (Some(connection), Ok(runtime)) =
            (self.connection.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let call = Call::new(Method::DELETE, self.url.clone()).once();
        runtime.spawn(async move {
            // Best effort: registries clear abandoned sessions themselves after a while.
            let _ = connection.send(call).await;
        });
    }
}

fn location(answer: &Answer) -> Result<Url> {
    let text = answer.header(header::LOCATION).ok_or_else(|| {
        Error::new(Code::Registry, "the registry began an upload and did not say where")
    })?;
    let url = answer.url().join(text).map_err(|_| {
        Error::new(Code::Registry, "the registry began an upload at what is no URL")
    })?;
    let safe = match url.scheme() {
        "https" => true,
        "http" => answer.url().scheme() == "http",
        _ => false,
    };
    if !safe {
        return Err(Error::new(
            Code::Registry,
            "the registry moves an upload from https to plain http",
        ));
    }
    Ok(url)
}
