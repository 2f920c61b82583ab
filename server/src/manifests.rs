//! Manifests: pull, push and delete, by tag or digest.
//!
//! Specification: [distribution-spec v1.1.1, Pushing manifests][spec]. Several tags in one push are those
//! of its main branch: the parameters `tag`, and the header `OCI-Tag` of the response.
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, Response, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION},
    },
};
use bytes::Bytes;
use ocigraph::{
    Algorithm, Code, Descriptor, Layout, Manifest, ManifestDeletion, ReadStore as _, Store as _,
    TagOrDigest, check_tag, media_type,
};
use tokio::sync::SemaphorePermit;

use crate::{
    blobs::in_use,
    body,
    errors::{ErrorResponse, Sought},
    headers::{CONTENT_DIGEST, SUBJECT, TAG, empty, set},
    request::{Request, digest_of},
    routes::Registry,
};

/// Maximum bytes of a manifest.
const MAX_MANIFEST: usize = 4 * 1024 * 1024;
/// Maximum number of tags of one push.
const MAX_TAGS: usize = 100;

/// `GET` and `HEAD /v2/<name>/manifests/<reference>`
pub(crate) async fn read(
    registry: &Registry,
    request: &Request,
    name: &str,
    reference: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let reference = reference_of(reference)?;
    let repository = registry.existing(name).await?;
    let manifest = repository.store.fetch_any_manifest(&reference).await;
    let manifest = manifest.map_err(|e| ErrorResponse::of(&e, Sought::Manifest))?;
    let length = manifest.bytes().len();
    let mut response = Response::new(match request.method {
        Method::HEAD => Body::empty(),
        _ => Body::from(manifest.bytes().clone()),
    });
    let digest = manifest.digest().as_str();
    set(
        &mut response,
        &[
            (CONTENT_TYPE, manifest.media_type()),
            (CONTENT_DIGEST, digest),
            (ETAG, &format!("\"{digest}\"")),
        ],
    );
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// `PUT /v2/<name>/manifests/<reference>`
pub(crate) async fn write(
    registry: &Registry,
    request: &Request,
    name: &str,
    reference: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let reference = reference_of(reference)?;
    let repository = registry.writable(name).await?;
    let layout = repository.writable()?;
    let added = request.queries("tag").map(str::to_owned).collect::<Vec<_>>();
    if added.len() > MAX_TAGS {
        let message = format!("a push can set at most {MAX_TAGS} tags");
        return Err(ErrorResponse::new(StatusCode::URI_TOO_LONG, "UNSUPPORTED", message));
    }
    for tag in &added {
        check_tag(tag).map_err(|e| ErrorResponse::manifest_invalid(e.message()))?;
    }
    let (_budget, bytes) = receive(registry, request).await?;
    let stated = match &reference {
        TagOrDigest::Digest(digest) => Some(digest.clone()),
        TagOrDigest::Tag(_) => request.digest("digest")?,
    };
    let algorithm = match &stated {
        Some(digest) => {
            digest.algorithm().map_err(|e| ErrorResponse::digest_invalid(e.message()))?
        }
        None => Algorithm::Sha256,
    };
    let content_type = request.header(CONTENT_TYPE);
    let manifest = Manifest::parse(bytes, content_type, algorithm).map_err(|e| match e.code() {
        Code::TooLarge => too_large(e.message()),
        _ => ErrorResponse::manifest_invalid(e.message()),
    })?;
    let digest = manifest.digest().clone();
    if let Some(stated) = stated.filter(|stated| *stated != digest) {
        let message = format!("the manifest has the digest {digest}, not {stated}");
        return Err(ErrorResponse::digest_invalid(message));
    }
    let mut tags = added.clone();
    if let TagOrDigest::Tag(tag) = reference {
        tags.push(tag);
    }
    if let Err(e) = layout.push_manifest(&manifest, &tags).await {
        return Err(match e.code() {
            Code::NotFound => lacking(layout, &manifest).await,
            _ => ErrorResponse::of(&e, Sought::Repository),
        });
    }
    let location = format!("/v2/{name}/manifests/{digest}");
    let headers = [(LOCATION, location.as_str()), (CONTENT_DIGEST, digest.as_str())];
    let mut response = empty(StatusCode::CREATED, &headers);
    if let Some(subject) = manifest.subject() {
        set(&mut response, &[(SUBJECT, subject.digest.as_str())]);
    }
    for tag in &added {
        if let Ok(tag) = HeaderValue::try_from(tag) {
            response.headers_mut().append(TAG, tag);
        }
    }
    Ok(response)
}

/// `DELETE /v2/<name>/manifests/<reference>`
pub(crate) async fn delete(
    registry: &Registry,
    name: &str,
    reference: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let reference = reference_of(reference)?;
    let repository = registry.existing(name).await?;
    let layout = repository.writable()?;
    let failed = |e| ErrorResponse::of(&e, Sought::Manifest);
    match reference {
        TagOrDigest::Tag(tag) => layout.untag(&tag).await.map_err(failed)?,
        TagOrDigest::Digest(digest) => {
            let named = TagOrDigest::Digest(digest.clone());
            // A damaged manifest can be deleted.
            if let Err(e) = layout.resolve(&named).await
                && e.code() == Code::NotFound
            {
                return Err(failed(e));
            }
            let deletion = ManifestDeletion {
                manifest: Descriptor::new(media_type::OCI_MANIFEST, digest, 0),
                subject: None,
                subject_retained: false,
                tags: Vec::new(),
            };
            let results = layout.delete_manifests(&[deletion], 1).await;
            results.into_iter().collect::<ocigraph::Result<()>>().map_err(|e| match e.code() {
                Code::Conflict => in_use("an index lists the manifest; delete the index first"),
                _ => failed(e),
            })?;
        }
    }
    Ok(empty(StatusCode::ACCEPTED, &[]))
}

/// Receives a manifest. The permit limits the memory of all manifests together.
async fn receive<'r>(
    registry: &'r Registry,
    request: &Request,
) -> Result<(Option<SemaphorePermit<'r>>, Bytes), ErrorResponse> {
    let stated = request.header(CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
    let most = stated.unwrap_or(MAX_MANIFEST);
    if most > MAX_MANIFEST {
        return Err(too_large("a manifest can have at most 4 MiB"));
    }
    let kib = u32::try_from(most / 1024 + 1).unwrap_or(u32::MAX);
    let permit = registry.manifest_budget.acquire_many(kib).await.ok();
    let time = registry.options.idle_timeout;
    let received = body::whole(request.take_body(), MAX_MANIFEST, time).await;
    let bytes = received.map_err(|e| match e.code() {
        Code::TooLarge => too_large("a manifest can have at most 4 MiB"),
        Code::Timeout => {
            ErrorResponse::new(StatusCode::REQUEST_TIMEOUT, "MANIFEST_INVALID", e.message())
        }
        _ => ErrorResponse::manifest_invalid(e.message()),
    })?;
    Ok((permit, bytes))
}

/// Returns the response for a manifest that names content which the repository does not have.
async fn lacking(layout: &Layout, manifest: &Manifest) -> ErrorResponse {
    for content in manifest.content().chain(manifest.manifests()) {
        if !content.is_foreign() && !layout.has_blob(content).await.unwrap_or(false) {
            return ErrorResponse::content_unknown(&content.digest);
        }
    }
    // It has arrived since.
    ErrorResponse::too_many("the content of the manifest is being changed")
}

fn too_large(message: &str) -> ErrorResponse {
    ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, "SIZE_INVALID", message)
}

fn reference_of(text: &str) -> Result<TagOrDigest, ErrorResponse> {
    if text.contains(':') {
        return digest_of(text).map(TagOrDigest::Digest);
    }
    check_tag(text).map_err(|e| ErrorResponse::manifest_invalid(e.message()))?;
    Ok(TagOrDigest::Tag(text.to_owned()))
}
