//! Manifests: pull, push and delete, by tag or digest.
//!
//! Specification: [distribution-spec v1.1.1, Pushing manifests][spec]. Several tags in one push are those
//! of its main branch: the parameters `tag`, and the header `OCI-Tag` of the response.
//!
//! [spec]: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests

use std::sync::atomic::Ordering;

use axum::{
    body::Body,
    http::{
        HeaderValue, Method, Response, StatusCode,
        header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION},
    },
};
use bytes::Bytes;
use ocigraph::{
    Algorithm, Code, Layout, Manifest, ReadStore as _, Store as _, TagOrDigest, check_tag,
    media_type,
};
use tokio::sync::SemaphorePermit;

use crate::{
    blobs::not_modified,
    body, deletions,
    errors::{ErrorResponse, Sought},
    habits::{Refusal, TagDelete},
    headers::{CONTENT_DIGEST, SUBJECT, TAG, empty, set},
    repositories::Repository,
    request::{Request, digest_of},
    routes::Registry,
};

/// Maximum bytes of a manifest.
const MAX_MANIFEST: usize = 4 * 1024 * 1024;
/// Maximum number of tags of one push.
const MAX_TAGS: usize = 100;
/// Maximum bytes of a media type: RFC 6838, section 4.2, allows names of 127 characters on both sides of `/`.
const MAX_MEDIA_TYPE: usize = 255;

/// `GET` and `HEAD /v2/<name>/manifests/<reference>`
pub(crate) async fn read(
    registry: &Registry,
    request: &Request,
    name: &str,
    reference: &str,
) -> Result<Response<Body>, ErrorResponse> {
    let reference = content_reference(registry, reference)?;
    let repository = registry.existing(name, Sought::Manifest).await?;
    let _read = registry.manifest_reads.acquire().await;
    let manifest = match repository.store.fetch_any_manifest(&reference).await {
        Ok(manifest) if manifest.problem().is_none() => manifest,
        Ok(manifest) if is_listed(&repository, &reference).await => manifest,
        Err(e) if e.code() != Code::TooLarge || is_listed(&repository, &reference).await => {
            return Err(ErrorResponse::of(&e, Sought::Manifest));
        }
        _ => return Err(ErrorResponse::missing(Sought::Manifest)),
    };
    if registry.habits.obeys_accept {
        check_accept(request, manifest.media_type())?;
    }
    if registry.habits.matches_etags && request.has_etag(manifest.digest()) {
        return Ok(not_modified(manifest.digest()));
    }
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
    let habits = &registry.habits;
    let reference = content_reference(registry, reference)?;
    let repository = registry.writable(name).await?;
    let layout = repository.writable()?;
    let added = request.queries("tag").filter(|_| habits.reads_tag_parameters);
    let added = added.map(str::to_owned).collect::<Vec<_>>();
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
    if algorithm == Algorithm::Sha512 && !habits.has_sha512 {
        return Err(ErrorResponse::digest_invalid("the registry has no such digests"));
    }
    let content_type = request.header(CONTENT_TYPE);
    if let Some(types) = habits.manifest_types
        && !types.contains(&essence(content_type.unwrap_or_default()).as_str())
    {
        let message = "the registry has no manifests of this media type";
        return Err(ErrorResponse::manifest_invalid(message));
    }
    if habits.manifest_types.is_some() && !states_type(&bytes, content_type.unwrap_or_default()) {
        let message = "mediaType differs from Content-Type";
        return Err(ErrorResponse::manifest_invalid(message));
    }
    let manifest = Manifest::parse(bytes, content_type, algorithm).map_err(|e| match e.code() {
        Code::TooLarge => ErrorResponse::refused(habits.manifest_too_large),
        _ => ErrorResponse::manifest_invalid(e.message()),
    })?;
    let digest = manifest.digest().clone();
    if let Some(stated) = stated.filter(|stated| *stated != digest) {
        let message = format!("the manifest has the digest {digest}, not {stated}");
        return Err(ErrorResponse::digest_invalid(message));
    }
    let config = manifest.config().map(|config| config.media_type.as_str());
    if manifest.artifact_type().into_iter().chain(config).any(|named| named.len() > MAX_MEDIA_TYPE)
    {
        let message = format!("a media type has more than {MAX_MEDIA_TYPE} bytes");
        return Err(ErrorResponse::manifest_invalid(message));
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
    repository.had_tags.fetch_or(!tags.is_empty(), Ordering::Relaxed);
    let location = registry.location(request, format!("/v2/{name}/manifests/{digest}"));
    let headers = [(LOCATION, location.as_str()), (CONTENT_DIGEST, digest.as_str())];
    let mut response = empty(StatusCode::CREATED, &headers);
    if habits.sends_subject
        && let Some(subject) = manifest.subject()
    {
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
    let habits = &registry.habits;
    let reference = reference_of(reference)?;
    match (&reference, habits.tag_delete, habits.manifest_delete) {
        (TagOrDigest::Tag(_), TagDelete::Refused(refusal), _)
        | (TagOrDigest::Digest(_), _, Some(refusal)) => {
            return Err(ErrorResponse::refused(refusal));
        }
        _ => {}
    }
    let repository = registry.existing(name, Sought::Manifest).await?;
    let layout = repository.writable()?;
    let failed = |e| ErrorResponse::of(&e, Sought::Manifest);
    let digest = match (reference, habits.tag_delete) {
        (TagOrDigest::Tag(tag), TagDelete::RemovesTag) => {
            layout.untag(&tag).await.map_err(failed)?;
            return Ok(empty(StatusCode::ACCEPTED, &[]));
        }
        (tag @ TagOrDigest::Tag(_), _) => layout.resolve(&tag).await.map_err(failed)?.digest,
        (TagOrDigest::Digest(digest), _) => digest,
    };
    // A damaged manifest can be deleted.
    let reference = TagOrDigest::Digest(digest.clone());
    let read = registry.manifest_reads.acquire().await;
    match layout.fetch_any_manifest(&reference).await {
        Err(e) if e.code() == Code::NotFound => return Err(failed(e)),
        Ok(manifest) if manifest.problem().is_none() => {}
        _ if is_listed(&repository, &reference).await => {}
        _ => return Err(ErrorResponse::missing(Sought::Manifest)),
    }
    drop(read);
    let with_it = deletions::found(habits, layout, &digest).await;
    deletions::delete(habits, layout, &digest).await.map_err(|e| {
        match (e.code(), habits.listed_delete) {
            (Code::Conflict, Some(refusal)) => ErrorResponse::refused(refusal),
            _ => failed(e),
        }
    })?;
    deletions::delete_rest(layout, with_it).await;
    Ok(empty(StatusCode::ACCEPTED, &[]))
}

/// Returns false if a digest is that of a blob which is not a manifest.
async fn is_listed(repository: &Repository, reference: &TagOrDigest) -> bool {
    match (reference, &repository.layout) {
        (TagOrDigest::Tag(_), _) => true,
        // What cannot be found out is not missing.
        (TagOrDigest::Digest(digest), Some(layout)) => layout.lists(digest).await.unwrap_or(true),
        (TagOrDigest::Digest(_), None) => false,
    }
}

/// Returns what an imitated registry serves to this client: docker-registry 2.8.2 returns an OCI manifest
/// only if `Accept` names its media type, and `*/*` does not.
fn check_accept(request: &Request, media_type: &str) -> Result<(), ErrorResponse> {
    let message = match media_type {
        media_type::OCI_MANIFEST => {
            "OCI manifest found, but accept header does not support OCI manifests"
        }
        media_type::OCI_INDEX => "OCI index found, but accept header does not support OCI indexes",
        _ => return Ok(()),
    };
    let values = request.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    match values.flat_map(|value| value.split(',')).any(|named| essence(named) == media_type) {
        true => Ok(()),
        false => {
            Err(ErrorResponse::refused(Refusal { status: 404, code: "MANIFEST_UNKNOWN", message }))
        }
    }
}

/// Returns true unless the field `mediaType` of a manifest has another type.
fn states_type(bytes: &[u8], content_type: &str) -> bool {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Stated {
        media_type: Option<String>,
    }
    let stated = serde_json::from_slice(bytes).ok().and_then(|stated: Stated| stated.media_type);
    stated.is_none_or(|stated| stated.is_empty() || stated == essence(content_type))
}

/// Returns a media type without its parameters, in lower case.
fn essence(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Receives a manifest. The permit limits the memory of all manifests together.
async fn receive<'r>(
    registry: &'r Registry,
    request: &Request,
) -> Result<(Option<SemaphorePermit<'r>>, Bytes), ErrorResponse> {
    let stated = request.header(CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
    let most = stated.unwrap_or(MAX_MANIFEST);
    if most > MAX_MANIFEST {
        return Err(ErrorResponse::refused(registry.habits.manifest_too_large));
    }
    let kib = u32::try_from(most / 1024 + 1).unwrap_or(u32::MAX);
    let permit = registry.manifest_budget.acquire_many(kib).await.ok();
    let time = registry.options.idle_timeout;
    let received = body::whole(request.take_body(), MAX_MANIFEST, time).await;
    let bytes = received.map_err(|e| match e.code() {
        Code::TooLarge => ErrorResponse::refused(registry.habits.manifest_too_large),
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

/// Returns the reference of a manifest that is read or pushed.
fn content_reference(registry: &Registry, text: &str) -> Result<TagOrDigest, ErrorResponse> {
    reference_of(text).map_err(|e| match registry.habits.malformed_reference {
        Some(refusal) if text.contains(':') => ErrorResponse::refused(refusal),
        _ => e,
    })
}

fn reference_of(text: &str) -> Result<TagOrDigest, ErrorResponse> {
    if text.contains(':') {
        return digest_of(text).map(TagOrDigest::Digest);
    }
    check_tag(text).map_err(|e| ErrorResponse::manifest_invalid(e.message()).by_the_router())?;
    Ok(TagOrDigest::Tag(text.to_owned()))
}
