//! Uploads of blobs: in one request, in a session with one or more parts, or by a mount from another
//! repository.
//!
//! Specification: [distribution-spec v1.1.1, Pushing blobs][spec]. The parameter `digest-algorithm` is that of
//! its main branch.
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs

use std::sync::Arc;

use axum::{
    body::Body,
    http::{
        Response, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE},
    },
};
use futures::{StreamExt as _, future, stream};
use ocigraph::{Algorithm, BlobUpload, ByteStream, Code, Digest, Layout, Store as _, StoredBlob};
use tokio_util::sync::CancellationToken;

use crate::{
    body,
    errors::{ErrorResponse, Sought},
    headers::{CONTENT_DIGEST, UPLOAD_ID, empty},
    range::content_range,
    request::{Request, check_name},
    routes::Registry,
    uploads::{Session, Turn},
};

/// `POST /v2/<name>/blobs/uploads/`
pub(crate) async fn begin(
    registry: &Registry,
    request: &Request,
    name: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let repository = registry.writable(name).await?;
    let layout = repository.writable()?;
    let algorithm = match request.query("digest-algorithm").map(str::parse::<Algorithm>) {
        None => None,
        Some(Ok(algorithm)) => Some(algorithm),
        Some(Err(e)) => return Err(ErrorResponse::digest_invalid(e.message())),
    };
    if let Some(digest) = request.digest("mount")? {
        let from = request.query("from").unwrap_or_default();
        if mount(registry, layout, &digest, from).await {
            return Ok(created(name, &digest));
        }
    } else if let Some(digest) = request.digest("digest")? {
        let upload = start(layout, digest.algorithm().ok()).await?;
        return complete(registry, request, name, &upload, &digest, CancellationToken::new()).await;
    }
    registry.uploads.check_number()?;
    let upload = start(layout, algorithm).await?;
    let id = registry.uploads.add(Arc::clone(&repository), upload)?;
    Ok(progress(StatusCode::ACCEPTED, name, &id, 0))
}

async fn start(layout: &Layout, algorithm: Option<Algorithm>) -> Result<BlobUpload, ErrorResponse> {
    let failed = |e| ErrorResponse::of(&e, Sought::Repository);
    let upload = layout.start_upload().await.map_err(failed)?;
    if let Some(algorithm) = algorithm {
        upload.expect(algorithm).await.map_err(failed)?;
    }
    Ok(upload)
}

/// Takes a blob from another repository. Returns false if it cannot; the client uploads it then.
async fn mount(registry: &Registry, to: &Layout, digest: &Digest, from: &str) -> bool {
    let Ok(from) = registry.existing(from).await else { return false };
    let mounted = async {
        let blob = from.store.describe_blob(digest).await?;
        if let Some(layout) = &from.layout
            && to.link_blob(&blob, layout).await?
        {
            return Ok(());
        }
        let source = StoredBlob { store: Arc::clone(&from.store), blob: blob.clone() };
        to.push_blob(&blob, Arc::new(source)).await.map(drop)
    };
    match mounted.await {
        Ok(()) => true,
        Err(e) => {
            let e: ocigraph::Error = e;
            tracing::debug!(error = %e, %digest, "a blob cannot be mounted");
            false
        }
    }
}

/// `GET /v2/<name>/blobs/uploads/<id>`
pub(crate) fn status(
    registry: &Registry,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, name, id)?;
    Ok(progress(StatusCode::NO_CONTENT, name, id, session.upload.size()))
}

/// `PATCH /v2/<name>/blobs/uploads/<id>`
pub(crate) async fn append(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, name, id)?;
    let turn = session.turn().await;
    let size = receive(registry, request, name, id, &session, &turn).await?;
    Ok(progress(StatusCode::ACCEPTED, name, id, size))
}

/// `PUT /v2/<name>/blobs/uploads/<id>?digest=<digest>`
pub(crate) async fn finish(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, name, id)?;
    let digest = request.digest("digest")?;
    let digest = digest.ok_or_else(|| {
        ErrorResponse::digest_invalid("the end of an upload needs the parameter digest")
    })?;
    let turn = session.turn().await;
    if let Ok(algorithm) = digest.algorithm() {
        let failed = |e| ErrorResponse::of(&e, Sought::Upload);
        session.upload.expect(algorithm).await.map_err(failed)?;
    }
    receive(registry, request, name, id, &session, &turn).await?;
    let stored = store(name, &session.upload, &digest).await;
    registry.uploads.remove(id);
    stored
}

/// `DELETE /v2/<name>/blobs/uploads/<id>`
pub(crate) async fn cancel(
    registry: &Registry,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, name, id)?;
    let _turn = session.turn().await;
    registry.uploads.remove(id);
    session.upload.cancel().await;
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}

fn session(registry: &Registry, name: &str, id: &str) -> Result<Arc<Session>, ErrorResponse> {
    check_name(name)?;
    registry.uploads.get(name, id)
}

/// Receives a part of an upload, and returns the number of bytes that have arrived then.
async fn receive(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
    session: &Session,
    turn: &Turn<'_>,
) -> Result<u64, ErrorResponse> {
    let size = session.upload.size();
    let expected = match request.header(CONTENT_RANGE) {
        None => None,
        Some(header) => {
            let (start, length) = content_range(header).ok_or_else(|| {
                upload_invalid("Content-Range is not START-END, with the first and the last byte")
            })?;
            if start != size {
                return Err(out_of_order(name, id, size));
            }
            let stated = request.header(CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
            if stated.is_some_and(|stated| stated != length) {
                let message = "Content-Range and Content-Length name different numbers of bytes";
                return Err(ErrorResponse::bad_request("SIZE_INVALID", message));
            }
            Some(length)
        }
    };
    let content =
        body::stream(request.take_body(), registry.options.idle_timeout, turn.ended.clone());
    let content = match expected {
        Some(length) => exactly(content, length),
        None => content,
    };
    session.upload.append(size, content).await.map_err(|e| match e.code() {
        Code::Conflict => out_of_order(name, id, session.upload.size()),
        _ => not_received(&e, Sought::Upload),
    })
}

/// Fails if a stream has another number of bytes.
fn exactly(content: ByteStream, length: u64) -> ByteStream {
    let wrong = || {
        let message = "the content has another number of bytes than Content-Range names";
        Err(ocigraph::Error::new(Code::SizeMismatch, message))
    };
    let checked = content.map(Some).chain(stream::once(future::ready(None)));
    let checked = checked.scan(length, move |left, chunk| {
        future::ready(match chunk {
            None if *left == 0 => None,
            None => Some(wrong()),
            Some(Ok(chunk)) => match left.checked_sub(chunk.len() as u64) {
                Some(rest) => {
                    *left = rest;
                    Some(Ok(chunk))
                }
                None => Some(wrong()),
            },
            Some(Err(e)) => Some(Err(e)),
        })
    });
    checked.fuse().boxed()
}

/// Receives a blob in one request, and stores it.
async fn complete(
    registry: &Registry,
    request: &Request,
    name: &str,
    upload: &BlobUpload,
    digest: &Digest,
    ended: CancellationToken,
) -> Result<Response<Body>, ErrorResponse> {
    let content = body::stream(request.take_body(), registry.options.idle_timeout, ended);
    upload.append(0, content).await.map_err(|e| not_received(&e, Sought::Upload))?;
    store(name, upload, digest).await
}

async fn store(
    name: &str,
    upload: &BlobUpload,
    digest: &Digest,
) -> Result<Response<Body>, ErrorResponse> {
    match upload.finish(digest).await {
        Ok(_) => Ok(created(name, digest)),
        Err(e) if e.code() == Code::DigestMismatch => {
            Err(ErrorResponse::digest_invalid(e.message()))
        }
        Err(e) => Err(ErrorResponse::of(&e, Sought::Upload)),
    }
}

/// Returns the response for content that did not arrive.
fn not_received(error: &ocigraph::Error, sought: Sought) -> ErrorResponse {
    match error.code() {
        Code::Network | Code::Cancelled => upload_invalid(error.message()),
        Code::SizeMismatch => ErrorResponse::bad_request("SIZE_INVALID", error.message()),
        Code::Timeout => {
            ErrorResponse::new(StatusCode::REQUEST_TIMEOUT, "BLOB_UPLOAD_INVALID", error.message())
        }
        _ => ErrorResponse::of(error, sought),
    }
}

fn upload_invalid(message: &str) -> ErrorResponse {
    ErrorResponse::bad_request("BLOB_UPLOAD_INVALID", message)
}

fn out_of_order(name: &str, id: &str, size: u64) -> ErrorResponse {
    let message = format!("the part does not begin at byte {size}, which is the next");
    ErrorResponse::new(StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID", message)
        .header(LOCATION, location(name, id))
        .header(RANGE, received_range(size))
}

fn created(name: &str, digest: &Digest) -> Response<Body> {
    let location = format!("/v2/{name}/blobs/{digest}");
    let headers = [(LOCATION, location.as_str()), (CONTENT_DIGEST, digest.as_str())];
    empty(StatusCode::CREATED, &headers)
}

fn progress(status: StatusCode, name: &str, id: &str, size: u64) -> Response<Body> {
    let (location, range) = (location(name, id), received_range(size));
    empty(status, &[(LOCATION, &location), (RANGE, &range), (UPLOAD_ID, id)])
}

fn location(name: &str, id: &str) -> String {
    format!("/v2/{name}/blobs/uploads/{id}")
}

/// Returns the value of the header `Range` of an upload. `0-0` means no byte or one, as in distribution's
/// registries.
fn received_range(size: u64) -> String {
    format!("0-{}", size.saturating_sub(1))
}
