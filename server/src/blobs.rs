//! Blobs: downloads, whole or in part, and deletes.
//!
//! Specification: [distribution-spec v1.1.1, Pulling blobs][spec].
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, Response, StatusCode,
        header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE},
    },
};
use futures::{StreamExt as _, stream};
use ocigraph::{
    Algorithm, ByteStream, Code, Descriptor, Digest, OpenBlob, ReadStore, Store as _, media_type,
};

use crate::{
    errors::{ErrorResponse, Sought},
    headers::{CONTENT_DIGEST, empty, set},
    protocol::Requested,
    repositories::Repository,
    request::{Request, digest_of},
    routes::Registry,
};

/// Maximum bytes of a blob that is read when it is opened.
const SMALL: u64 = 32 * 1024;

/// `GET` and `HEAD /v2/<name>/blobs/<digest>`
pub(crate) async fn read(
    registry: &Registry,
    request: &Request,
    name: &str,
    digest: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let digest = digest_of(digest)?;
    let repository = registry.existing(name, Sought::Blob).await?;
    let failed = |e| ErrorResponse::of(&e, Sought::Blob);
    let opened = match &repository.layout {
        Some(layout) if request.method == Method::GET => {
            layout.open_blob(&digest, SMALL).await.map_err(failed)?
        }
        _ => None,
    };
    let blob = match &opened {
        Some(opened) => Descriptor::new(media_type::OCTET_STREAM, digest.clone(), opened.size),
        None => repository.store.describe_blob(&digest).await.map_err(failed)?,
    };
    let size = blob.size;
    let habits = &registry.habits;
    let digest = match habits.has_sha512 {
        true => digest,
        false => canonical(&*repository.store, &blob).await.map_err(failed)?,
    };
    if habits.matches_etags && request.has_etag(&digest) {
        return Ok(not_modified(&digest));
    }
    let range = request.header(RANGE);
    if habits.refuses_malformed_ranges && range.is_some_and(Requested::is_malformed) {
        return Err(unsatisfiable(&digest, "the header Range is malformed".to_owned()));
    }
    let (status, start, length) = match Requested::parse(range, size) {
        Requested::Whole => (StatusCode::OK, 0, size),
        Requested::Part(part) => {
            (StatusCode::PARTIAL_CONTENT, *part.start(), part.end() - part.start() + 1)
        }
        Requested::Unsatisfiable => {
            let message = format!("the blob has {size} bytes, and none in this range");
            return Err(
                unsatisfiable(&digest, message).header(CONTENT_RANGE, format!("bytes */{size}"))
            );
        }
    };
    let content = match (opened, &request.file_parts) {
        _ if request.method == Method::HEAD => {
            repository.keep_found(&blob).await;
            Body::empty()
        }
        (Some(OpenBlob { content: Some(content), .. }), _) => {
            // A small blob: its size fits.
            Body::from(content.slice(start as usize..(start + length) as usize))
        }
        (Some(opened), Some(parts)) => Body::from_stream(parts.stream(opened.file, start, length)),
        _ => {
            let content = repository.store.fetch_blob(&blob, start).await.map_err(failed)?;
            Body::from_stream(limited(content, length))
        }
    };
    let mut response = Response::new(content);
    *response.status_mut() = status;
    set(
        &mut response,
        &[
            (CONTENT_TYPE, "application/octet-stream"),
            (ACCEPT_RANGES, "bytes"),
            (CONTENT_DIGEST, digest.as_str()),
            (ETAG, &format!("\"{digest}\"")),
        ],
    );
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {start}-{}/{size}", start + length - 1);
        set(&mut response, &[(CONTENT_RANGE, &range)]);
    }
    Ok(response)
}

/// Returns the SHA-256 digest of a blob, which docker-registry 2.8.2 names for every other digest.
pub(crate) async fn canonical(
    store: &dyn ReadStore,
    blob: &Descriptor,
) -> ocigraph::Result<Digest> {
    if blob.digest.algorithm()? == Algorithm::Sha256 {
        return Ok(blob.digest.clone());
    }
    let mut hasher = Algorithm::Sha256.hasher();
    let mut content = store.fetch_blob(blob, 0).await?;
    while let Some(part) = content.next().await {
        hasher.update(&part?);
    }
    Ok(hasher.finish())
}

/// The response to a range that cannot be served.
fn unsatisfiable(digest: &Digest, message: String) -> ErrorResponse {
    ErrorResponse::new(StatusCode::RANGE_NOT_SATISFIABLE, "SIZE_INVALID", message)
        .by_the_router()
        .header(CONTENT_DIGEST, digest.as_str())
        .header(ETAG, format!("\"{digest}\""))
}

/// The response to a client that has the content.
pub(crate) fn not_modified(digest: &Digest) -> Response<Body> {
    let (digest, etag) = (digest.as_str(), format!("\"{digest}\""));
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    set(&mut response, &[(CONTENT_DIGEST, digest), (ETAG, &etag)]);
    response
}

/// Returns the first bytes of a stream.
fn limited(content: ByteStream, length: u64) -> ByteStream {
    stream::unfold((content, length), |(mut content, left)| async move {
        if left == 0 {
            return None;
        }
        match content.next().await? {
            Ok(mut chunk) => {
                chunk.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                let left = left - chunk.len() as u64;
                Some((Ok(chunk), (content, left)))
            }
            Err(e) => {
                tracing::warn!(error = %e, "a blob cannot be read");
                Some((Err(e), (content, 0)))
            }
        }
    })
    .fuse()
    .boxed()
}

/// `DELETE /v2/<name>/blobs/<digest>`
pub(crate) async fn delete(
    registry: &Registry,
    name: &str,
    digest: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let digest = digest_of(digest)?;
    let repository = registry.existing(name, Sought::Blob).await?;
    let layout = repository.writable()?;
    let deleted = match registry.habits.deletes_needed_blobs {
        true => layout.delete_needed_blob(&digest).await,
        false => layout.delete_blob(&digest).await,
    };
    deleted.map_err(|e| match e.code() {
        Code::Conflict => in_use(&format!("the blob {digest} is in use")),
        _ => ErrorResponse::of(&e, Sought::Blob),
    })?;
    Ok(empty(StatusCode::ACCEPTED, &[]))
}

/// The response for content that something needs.
pub(crate) fn in_use(message: &str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::CONFLICT, "DENIED", message)
}

impl Repository {
    /// Keeps a blob that a client has asked for: it may push a manifest that names the blob.
    async fn keep_found(&self, blob: &Descriptor) {
        if let Ok(layout) = self.writable() {
            let _ = layout.has_blob(blob).await;
        }
    }
}
