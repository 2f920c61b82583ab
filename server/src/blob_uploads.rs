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
use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use futures::{StreamExt as _, future, stream};
use ocigraph::{
    Algorithm, BlobUpload, ByteStream, Code, Descriptor, Digest, LastBatch, Layout, ReadStore as _,
    Store as _, StoredBlob,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    blobs::canonical,
    body,
    errors::{ErrorResponse, Sought},
    headers::{CONTENT_DIGEST, UPLOAD_ID, empty},
    protocol::{content_range, received_range},
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
    let habits = &registry.habits;
    let repository = registry.writable(name).await?;
    let layout = repository.writable()?;
    let algorithm = match request.query("digest-algorithm").map(str::parse::<Algorithm>) {
        None => None,
        Some(Ok(algorithm)) => Some(algorithm),
        Some(Err(e)) => return Err(ErrorResponse::digest_invalid(e.message())),
    };
    let mounted = match request.digest("mount") {
        Err(_) if habits.forgives_mounts => None,
        mounted => mounted?,
    };
    if let Some(digest) = mounted {
        let from = request.query("from").unwrap_or_default();
        if mount(registry, layout, &digest, from).await {
            return Ok(created(registry, request, name, &digest));
        }
    } else if habits.has_single_post
        && let Some(digest) = request.digest("digest")?
    {
        let upload = start(layout, digest.algorithm().ok()).await?;
        return complete(registry, request, name, &upload, &digest, CancellationToken::new()).await;
    }
    registry.uploads.check_number()?;
    let upload = start(layout, algorithm).await?;
    let id = registry.uploads.add(Arc::clone(&repository), upload)?;
    Ok(progress(registry, request, StatusCode::ACCEPTED, At { name, id: &id, size: 0 }, 0))
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
    let Ok(from) = registry.existing(from, Sought::Blob).await else { return false };
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
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, request, name, id)?;
    let size = session.upload.size();
    Ok(progress(registry, request, StatusCode::NO_CONTENT, At { name, id, size }, size))
}

/// `PATCH /v2/<name>/blobs/uploads/<id>`
pub(crate) async fn append(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, request, name, id)?;
    let habits = &registry.habits;
    check_part(registry, request)?;
    let turn = session.turn().await;
    let last = receive(registry, request, name, id, &session, &turn).await?;
    let size = session.upload.write_last(last).await;
    let size = size.map_err(|e| refused_part(registry, request, name, id, &session, &e))?;
    let reported = match habits.has_stale_range {
        true => session.first_part(size),
        false => size,
    };
    let status = StatusCode::from_u16(habits.part_status).unwrap_or(StatusCode::ACCEPTED);
    Ok(progress(registry, request, status, At { name, id, size }, reported))
}

/// `PUT /v2/<name>/blobs/uploads/<id>?digest=<digest>`
pub(crate) async fn finish(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, request, name, id)?;
    let digest = request.digest("digest")?;
    let digest = digest.ok_or_else(|| {
        ErrorResponse::digest_invalid("the end of an upload needs the parameter digest")
    })?;
    let turn = session.turn().await;
    if let Ok(algorithm) = digest.algorithm() {
        let failed = |e| ErrorResponse::of(&e, Sought::Upload);
        session.upload.expect(algorithm).await.map_err(failed)?;
    }
    let last = receive(registry, request, name, id, &session, &turn).await?;
    let stored = session.upload.finish_with(last, &digest).await;
    let stored = match stored {
        Err(e) if e.code() == Code::Conflict => {
            let size = session.upload.size();
            Err(out_of_order(registry, request, At { name, id, size }))
        }
        stored => answer(registry, request, name, &digest, stored).await,
    };
    // An upload whose last bytes could not be written goes on: the disk was full, perhaps.
    if stored.is_ok() || session.upload.has_ended() && !registry.habits.keeps_failed_uploads {
        registry.uploads.remove(id);
    }
    stored
}

/// `DELETE /v2/<name>/blobs/uploads/<id>`
pub(crate) async fn cancel(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let session = session(registry, request, name, id)?;
    let _turn = session.turn().await;
    registry.uploads.remove(id);
    session.upload.cancel().await;
    Ok(empty(StatusCode::NO_CONTENT, &[(UPLOAD_ID, id)]))
}

fn session(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
) -> Result<Arc<Session>, ErrorResponse> {
    check_name(name)?;
    if !registry.habits.has_upload_state {
        return registry.uploads.get(name, id);
    }
    let size = request.query("_state").and_then(|state| size_in(state, name, id));
    let size = size.ok_or_else(unknown_state)?;
    let session = registry.uploads.get(name, id)?;
    match session.upload.size() == size {
        true => Ok(session),
        false => Err(unknown_state()),
    }
}

/// The response to a `Location` that is not the last one of its session: docker-registry 2.8.2 says 404.
fn unknown_state() -> ErrorResponse {
    let message = "the URL is not the Location of the last response";
    ErrorResponse::new(StatusCode::NOT_FOUND, "BLOB_UPLOAD_INVALID", message)
}

/// Refuses a part that is larger than the registry allows.
fn check_part(registry: &Registry, request: &Request) -> Result<(), ErrorResponse> {
    let Some((max, refusal)) = registry.habits.max_part else { return Ok(()) };
    let stated = request.header(CONTENT_LENGTH).and_then(|text| text.parse::<u64>().ok());
    match request.header(CONTENT_RANGE).is_some() && stated.is_some_and(|stated| stated > max) {
        true => Err(ErrorResponse::refused(refusal)),
        false => Ok(()),
    }
}

/// Receives a part of an upload, and returns what is not written of it.
async fn receive(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
    session: &Session,
    turn: &Turn<'_>,
) -> Result<LastBatch, ErrorResponse> {
    let size = session.upload.size();
    let header = request.header(CONTENT_RANGE);
    let expected = match header.filter(|_| registry.habits.checks_content_range) {
        None => None,
        Some(header) => {
            let (start, length) = content_range(header).ok_or_else(|| {
                upload_invalid("Content-Range is not START-END, with the first and the last byte")
            })?;
            if start != size {
                return Err(out_of_order(registry, request, At { name, id, size }));
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
    let received = session.upload.receive(size, content).await;
    received.map_err(|e| refused_part(registry, request, name, id, session, &e))
}

/// Returns the response for a part that was not taken. It is out of order if an earlier request, whose client
/// has gone, has written meanwhile.
fn refused_part(
    registry: &Registry,
    request: &Request,
    name: &str,
    id: &str,
    session: &Session,
    error: &ocigraph::Error,
) -> ErrorResponse {
    match error.code() {
        Code::Conflict => {
            let size = session.upload.size();
            out_of_order(registry, request, At { name, id, size })
        }
        _ => not_received(error, Sought::Upload),
    }
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
    let last = upload.receive(0, content).await;
    let last = last.map_err(|e| not_received(&e, Sought::Upload))?;
    let stored = upload.finish_with(last, digest).await;
    answer(registry, request, name, digest, stored).await
}

/// Returns the response to an upload that ended as `stored` says.
async fn answer(
    registry: &Registry,
    request: &Request,
    name: &str,
    digest: &Digest,
    stored: ocigraph::Result<Descriptor>,
) -> Result<Response<Body>, ErrorResponse> {
    match stored {
        Ok(_) if registry.habits.has_sha512 => Ok(created(registry, request, name, digest)),
        Ok(blob) => {
            let stored = under_sha256(registry, name, &blob).await?;
            Ok(created(registry, request, name, &stored))
        }
        Err(e) if e.code() == Code::DigestMismatch => {
            Err(ErrorResponse::digest_invalid(e.message()))
        }
        Err(e) => Err(ErrorResponse::of(&e, Sought::Upload)),
    }
}

/// Stores a blob under its SHA-256 digest too, and returns it.
async fn under_sha256(
    registry: &Registry,
    name: &str,
    blob: &Descriptor,
) -> Result<Digest, ErrorResponse> {
    let repository = registry.writable(name).await?;
    let layout = repository.writable()?;
    let stored = async {
        let digest = canonical(layout, blob).await?;
        if digest != blob.digest {
            let upload = layout.start_upload().await?;
            upload.append(0, layout.fetch_blob(blob, 0).await?).await?;
            upload.finish(&digest).await?;
        }
        Ok(digest)
    };
    stored.await.map_err(|e: ocigraph::Error| ErrorResponse::of(&e, Sought::Upload))
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

fn out_of_order(registry: &Registry, request: &Request, at: At<'_>) -> ErrorResponse {
    let size = at.size;
    let message = format!("the part does not begin at byte {size}, which is the next");
    ErrorResponse::new(StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID", message)
        .header(LOCATION, location(registry, request, at))
        .header(RANGE, received_range(size))
}

fn created(registry: &Registry, request: &Request, name: &str, digest: &Digest) -> Response<Body> {
    let location = registry.location(request, format!("/v2/{name}/blobs/{digest}"));
    let headers = [(LOCATION, location.as_str()), (CONTENT_DIGEST, digest.as_str())];
    empty(StatusCode::CREATED, &headers)
}

/// A session as its `Location` names it.
#[derive(Clone, Copy)]
struct At<'a> {
    name: &'a str,
    id: &'a str,
    /// Bytes that have arrived.
    size: u64,
}

/// Returns the response to a part, of which `reported` bytes have arrived.
fn progress(
    registry: &Registry,
    request: &Request,
    status: StatusCode,
    at: At<'_>,
    reported: u64,
) -> Response<Body> {
    let (location, range) = (location(registry, request, at), received_range(reported));
    empty(status, &[(LOCATION, &location), (RANGE, &range), (UPLOAD_ID, at.id)])
}

fn location(registry: &Registry, request: &Request, at: At<'_>) -> String {
    let At { name, id, .. } = at;
    let state = match registry.habits.has_upload_state {
        true => format!("?_state={}", state_of(at)),
        false => String::new(),
    };
    registry.location(request, format!("/v2/{name}/blobs/uploads/{id}{state}"))
}

/// Returns what distribution puts in the URL of a session, without its signature.
fn state_of(At { name, id, size }: At<'_>) -> String {
    let state = json!({ "Name": name, "UUID": id, "Offset": size });
    BASE64_URL_SAFE.encode(state.to_string())
}

/// Returns the number of bytes in the state of a session.
fn size_in(state: &str, name: &str, id: &str) -> Option<u64> {
    let state: Value = serde_json::from_slice(&BASE64_URL_SAFE.decode(state).ok()?).ok()?;
    let is_of_session = state["Name"] == name && state["UUID"] == id;
    state["Offset"].as_u64().filter(|_| is_of_session)
}
