//! Manifests of a repository: fetching, storing, tagging and deleting them (distribution-spec
//! v1.1.1, "Pulling manifests", "Pushing Manifests" and "Deleting Manifests").

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, header};
use url::Url;

use super::{
    digest_algorithm::{explain_refusal, is_canonical},
    registry::Registry,
};
use crate::store::{
    ManifestDeletion,
    fallback_tag::is_fallback_tag,
    memory_budget::BodyPermit,
    registry::{
        hint,
        http::{
            content_coding::content_coding,
            received::Received,
            request::{Body, Request},
            response::Response,
        },
    },
};
use ocigraph_types::{
    Algorithm, Code, Descriptor, Digest, Error, Manifest, Result, SiblingTag, TagOrDigest,
    media_type,
};

const CONTENT_DIGEST: &str = "docker-content-digest";

/// Attempts to store a manifest that is refused with DIGEST_INVALID. docker-registry 2.8.2 rewrites
/// the link from a repository to a blob whenever a client pushes or mounts the blob; a manifest
/// that arrives meanwhile is refused with this error.
const MAX_LINK_ATTEMPTS: u32 = 7;
const LINK_PAUSE: Duration = Duration::from_millis(20);

/// The bytes of a manifest, with verified digest.
pub(super) struct ManifestResponse {
    pub(super) bytes: Bytes,
    pub(super) content_type: Option<String>,
    received: Received,
    pub(super) algorithm: Algorithm,
    pub(super) etag: Option<String>,
    pub(super) permit: Option<BodyPermit>,
}

impl ManifestResponse {
    /// Parses the manifest. The error states what was received if it is not JSON.
    pub(super) fn parsed(self) -> Result<Manifest> {
        let Self { bytes, content_type, received, algorithm, permit, .. } = self;
        let manifest = Manifest::parse(bytes.clone(), content_type.as_deref(), algorithm)
            .map_err(|e| with_received(e, &received, &bytes))?;
        Ok(manifest.with_guard(permit.map(|permit| permit as _)))
    }
}

impl Registry {
    /// Returns the descriptor of a manifest of any media type.
    pub(super) async fn resolve_manifest(&self, name: &TagOrDigest) -> Result<Descriptor> {
        self.resolve_manifest_as(name, media_type::ACCEPT).await
    }

    /// Returns the descriptor of a manifest. Uses HEAD, and GET if the response lacks a part of the
    /// descriptor: some registries omit the digest. `accept` lists the media types for the registry.
    pub(super) async fn resolve_manifest_as(
        &self,
        name: &TagOrDigest,
        accept: &str,
    ) -> Result<Descriptor> {
        let request =
            Request::new(Method::HEAD, self.manifest_url(name)?).header(header::ACCEPT, accept);
        let response = self.connection.send(request).await?;
        match response.status() {
            StatusCode::OK => {
                let digest = served_digest(&response, name)?;
                let size = response.header(header::CONTENT_LENGTH).and_then(|n| n.parse().ok());
                // The size of a compressed response is not that of the manifest.
                let is_plain = content_coding(response.headers()).is_none();
                let size = size.filter(|size| is_plain && *size <= Descriptor::LARGEST);
                let media_type = response.header(header::CONTENT_TYPE).map(media_type::essence);
                let head = match (digest, size, media_type) {
                    (Some(digest), Some(size), Some(media_type)) => {
                        Some(Descriptor::new(media_type, digest, size))
                    }
                    _ => None,
                };
                match head {
                    Some(head) if media_type::is_manifest(&head.media_type) => Ok(head),
                    head => match (self.describe_manifest(name, accept).await, head) {
                        // The registry refuses to serve the manifest, but describes it. The digest of a
                        // Docker schema 1 manifest is not that of its bytes.
                        (Err(e), Some(head))
                            if e.code() != Code::NotFound
                                && e.is_of_one_manifest()
                                && (e.code() != Code::DigestMismatch
                                    || media_type::is_docker_schema_1(&head.media_type)) =>
                        {
                            Ok(head)
                        }
                        (described, _) => described,
                    },
                }
            }
            // A response to HEAD has no body; that to GET has the reason.
            _ => self.describe_manifest(name, accept).await,
        }
    }

    /// Returns true if the repository has a manifest. Unlike [`Self::resolve_manifest`], it does not ask
    /// for the reason why there is none.
    pub(super) async fn manifest_exists(&self, digest: &Digest) -> Result<bool> {
        let name = TagOrDigest::Digest(digest.clone());
        let request = Request::new(Method::HEAD, self.manifest_url(&name)?)
            .header(header::ACCEPT, media_type::ACCEPT)
            .signing_in(true);
        let response = self.connection.send(request).await?;
        match response.status() {
            StatusCode::OK => served_digest(&response, &name).map(|_| true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => match self.describe_manifest(&name, media_type::ACCEPT).await {
                Ok(_) => Ok(true),
                Err(e) if e.code() == Code::NotFound => Ok(false),
                Err(e) => Err(e),
            },
        }
    }

    /// Returns the descriptor of a manifest that GET returns. One that cannot be parsed, such as a
    /// Docker schema 1 manifest, has the media type of the response.
    async fn describe_manifest(&self, name: &TagOrDigest, accept: &str) -> Result<Descriptor> {
        let ManifestResponse { bytes, content_type, algorithm, .. } =
            self.get_manifest_bytes_as(name, accept).await?;
        match Manifest::parse(bytes.clone(), content_type.as_deref(), algorithm) {
            Ok(manifest) => Ok(manifest.plain_descriptor()),
            Err(e) if e.is_of_content() && e.code() != Code::TooLarge => {
                let media_type = content_type.as_deref().map(media_type::essence);
                let media_type = media_type.unwrap_or_else(|| media_type::OCTET_STREAM.to_owned());
                Ok(Descriptor::new(media_type, algorithm.digest(&bytes), bytes.len() as u64))
            }
            Err(e) => Err(e),
        }
    }

    /// Returns a manifest with verified digest, and its entity tag.
    pub(super) async fn get_manifest(
        &self,
        name: &TagOrDigest,
    ) -> Result<(Manifest, Option<String>)> {
        let mut response = self.get_manifest_bytes(name).await?;
        let etag = response.etag.take();
        Ok((response.parsed()?, etag))
    }

    /// Returns the bytes of a manifest of any media type with verified digest, without parsing them.
    pub(super) async fn get_manifest_bytes(&self, name: &TagOrDigest) -> Result<ManifestResponse> {
        self.get_manifest_bytes_as(name, media_type::ACCEPT).await
    }

    /// Returns the bytes of a manifest. `accept` lists the media types for the registry, which may send
    /// another one.
    pub(super) async fn get_manifest_bytes_as(
        &self,
        name: &TagOrDigest,
        accept: &str,
    ) -> Result<ManifestResponse> {
        let is_fallback = matches!(name, TagOrDigest::Tag(tag) if is_fallback_tag(tag));
        // Nobody has said that a tag exists which is derived from a digest.
        let is_derived = is_fallback
            || matches!(name, TagOrDigest::Tag(tag) if SiblingTag::parse(tag).is_some());
        let request = Request::new(Method::GET, self.manifest_url(name)?)
            .header(header::ACCEPT, accept)
            .signing_in(!is_fallback);
        let response = self.connection.send(request).await?;
        if response.status() != StatusCode::OK {
            let response = match response.status() {
                StatusCode::FORBIDDEN if is_derived => {
                    let (response, is_object_store) = response.detect_object_store().await;
                    if is_object_store && Box::pin(self.forbids_what_is_absent()).await {
                        let message = format!("the manifest {name} was not found");
                        return Err(Error::new(Code::NotFound, message));
                    }
                    response
                }
                _ => response,
            };
            let what = match response.status() {
                StatusCode::NOT_FOUND => format!("the manifest {name} was not found"),
                _ => format!("cannot fetch the manifest {name}"),
            };
            let error = response.into_error(&what).await;
            let error = match name {
                TagOrDigest::Digest(digest) => explain_refusal(error, digest),
                TagOrDigest::Tag(_) => error,
            };
            return Err(match error.code() {
                Code::NotFound if error.hint().is_none() => {
                    let hint = self.missing_manifest_hint(&error, name);
                    error.with_hint(hint)
                }
                _ => error,
            });
        }
        let served = served_digest(&response, name)?;
        let etag = response.header(header::ETAG).map(str::to_owned);
        let content_type = response.header(header::CONTENT_TYPE).map(str::to_owned);
        let received = response.received();
        let (bytes, permit) = response.metadata().await?;
        let expected = match name {
            TagOrDigest::Digest(digest) => Some(digest.clone()),
            TagOrDigest::Tag(_) => served,
        };
        let algorithm = match &expected {
            Some(digest) => digest.algorithm()?,
            None => Algorithm::Sha256,
        };
        let actual = algorithm.digest(&bytes);
        if let Some(expected) = expected.filter(|expected| *expected != actual) {
            let error = Error::new(
                Code::DigestMismatch,
                format!(
                    "the registry sent a manifest that should be {expected} and hashes to {actual}"
                ),
            );
            return Err(with_received(error, &received, &bytes));
        }
        Ok(ManifestResponse { bytes, content_type, received, algorithm, etag, permit })
    }

    /// Returns true if an object store answers 403 for a tag that cannot exist: then it means by 403
    /// that nothing is there.
    async fn forbids_what_is_absent(&self) -> bool {
        let random = TagOrDigest::Tag(format!("ocigraph-absent-{:016x}", fastrand::u64(..)));
        let ask = async {
            let request = Request::new(Method::GET, self.manifest_url(&random)?)
                .header(header::ACCEPT, media_type::ACCEPT);
            let response = self.connection.send(request).await?;
            let is_forbidden = response.status() == StatusCode::FORBIDDEN;
            Ok::<_, Error>(is_forbidden && response.detect_object_store().await.1)
        };
        *self
            .state
            .forbids_what_is_absent
            .get_or_init(|| async { ask.await.unwrap_or(false) })
            .await
    }

    /// Stores a manifest under each tag. Without tags, stores it under its digest.
    pub(super) async fn put_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
        if !is_canonical(manifest.digest()) {
            // Boxed, as all rare requests: their futures would grow that of every operation.
            return Box::pin(self.put_by_digest(manifest, tags)).await;
        }
        if tags.is_empty() {
            return self
                .put_manifest_as(manifest, &TagOrDigest::Digest(manifest.digest().clone()), None)
                .await
                .map(drop);
        }
        for tag in tags {
            self.put_manifest_as(manifest, &TagOrDigest::Tag(tag.clone()), None).await?;
        }
        Ok(())
    }

    /// Stores a manifest under one name. With `etag`, only if the name still has that entity tag.
    pub(super) async fn put_manifest_as(
        &self,
        manifest: &Manifest,
        name: &TagOrDigest,
        etag: Option<&str>,
    ) -> Result<Response> {
        self.put_manifest_at(manifest, name, self.manifest_url(name)?, etag).await
    }

    /// Stores a manifest by a request to the URL of a name, which may have a query.
    pub(super) async fn put_manifest_at(
        &self,
        manifest: &Manifest,
        name: &TagOrDigest,
        url: Url,
        etag: Option<&str>,
    ) -> Result<Response> {
        let limit = self.connection.limits().max_manifest_bytes;
        if manifest.bytes().len() > limit {
            return Err(Error::new(
                Code::TooLarge,
                format!(
                    "the manifest has {} bytes, and the limit is {limit}",
                    manifest.bytes().len()
                ),
            )
            .with_hint(hint::reduce_manifest()));
        }
        let mut request = Request::new(Method::PUT, url)
            .header(header::CONTENT_TYPE, manifest.media_type())
            .body(Body::from_bytes(manifest.bytes()));
        if let Some(etag) = etag {
            request = request.header(header::IF_MATCH, etag);
        }
        let mut attempts = 1;
        let response = loop {
            let response = self.connection.send(request.clone()).await?;
            let error = if response.status().is_success() {
                if !response.is_early() || self.is_manifest_stored(manifest, name).await? {
                    break response;
                }
                answered_early(name, response.status())
            } else {
                let what = format!("the manifest {name} was not stored");
                let error = response.into_error(&what).await;
                let error = explain_put_refusal(error, manifest, name);
                let may_be_temporary =
                    is_canonical(manifest.digest()) && error.has_registry_code(&["DIGEST_INVALID"]);
                if !may_be_temporary {
                    return Err(error);
                }
                error
            };
            if attempts == MAX_LINK_ATTEMPTS {
                return Err(error);
            }
            tokio::time::sleep(LINK_PAUSE * 2_u32.pow(attempts - 1)).await;
            attempts += 1;
        };
        if let Some(stored) = response.header(CONTENT_DIGEST).and_then(|d| d.parse::<Digest>().ok())
            && stored.algorithm_name() == manifest.digest().algorithm_name()
            && stored != *manifest.digest()
        {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("the registry stored {} as {stored}", manifest.digest()),
            ));
        }
        Ok(response)
    }

    fn missing_manifest_hint(&self, error: &Error, name: &TagOrDigest) -> String {
        let repository = format!("{}/{}", self.connection.host(), self.repository);
        match name {
            _ if error.has_registry_code(&["NAME_UNKNOWN"]) => hint::check_repository(repository),
            TagOrDigest::Tag(_) => hint::list_tags(repository),
            TagOrDigest::Digest(_) => hint::list_manifests(repository),
        }
    }

    /// Returns true if the manifest is stored under this name.
    pub(super) async fn is_manifest_stored(
        &self,
        manifest: &Manifest,
        name: &TagOrDigest,
    ) -> Result<bool> {
        match self.resolve_manifest(name).await {
            Ok(descriptor) => Ok(descriptor.digest == *manifest.digest()),
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Deletes a manifest by digest. A manifest that does not exist counts as deleted.
    pub(super) async fn delete_manifest(&self, digest: &Digest) -> Result<()> {
        let name = TagOrDigest::Digest(digest.clone());
        let request = Request::new(Method::DELETE, self.manifest_url(&name)?).signing_in(true);
        let response = self.connection.send(request).await?;
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            status if status.is_success() => Ok(()),
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                let host = self.connection.host();
                let hint = if host.is_docker_hub() {
                    hint::delete_at_docker_hub()
                } else if host.name() == "ghcr.io" {
                    hint::delete_at_github()
                } else {
                    hint::enable_deletion(host)
                };
                let what = format!("the manifest {digest} was not deleted");
                Err(response.into_error(&what).await.with_hint(hint))
            }
            _ => Err(response.into_error(&format!("the manifest {digest} was not deleted")).await),
        }
    }

    /// Deletes a manifest, and the tags that still name it after that: ggcr and ocimem keep the
    /// tags of a manifest that is deleted by digest.
    pub(super) async fn delete_with_tags(&self, deletion: &ManifestDeletion) -> Result<()> {
        let digest = &deletion.manifest.digest;
        self.delete_manifest(digest).await?;
        for tag in &deletion.tags {
            let current = match self.resolve_manifest(&TagOrDigest::Tag(tag.clone())).await {
                Ok(descriptor) => descriptor.digest,
                Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => continue,
                // The manifest is deleted, whatever the tag names.
                Err(e) if e.is_of_one_manifest() => {
                    tracing::warn!(tag, error = %e, "the tag may still name the deleted {digest}");
                    continue;
                }
                Err(e) => return Err(e),
            };
            // Another client may have moved the tag to another manifest meanwhile.
            if current == *digest {
                self.delete_tag(tag).await?;
            }
        }
        Ok(())
    }
}

/// Adds a hint to the refusal of a manifest.
fn explain_put_refusal(error: Error, manifest: &Manifest, name: &TagOrDigest) -> Error {
    let is_immutable = || {
        error.has_registry_code(&["TAG_INVALID"])
            || error.message().to_ascii_lowercase().contains("immutable")
    };
    let lacks_content =
        || error.has_registry_code(&["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"]);
    match (error.status(), name) {
        (Some(415), _) => error
            .with_code(Code::Unsupported)
            .with_hint(hint::media_type_refused(manifest.media_type())),
        (Some(413), _) => error.with_hint(hint::reduce_manifest()),
        (Some(400 | 403 | 409 | 412), TagOrDigest::Tag(tag)) if is_immutable() => {
            error.with_hint(hint::immutable_tag(tag))
        }
        (Some(400 | 404), _) if lacks_content() => error.with_hint(hint::content_first()),
        _ => error,
    }
}

/// Adds what was received, if it is not JSON: a proxy or a sign-in page may have answered.
fn with_received(error: Error, received: &Received, bytes: &[u8]) -> Error {
    if bytes.trim_ascii_start().starts_with(b"{") {
        return error;
    }
    received.explain(error, bytes)
}

fn answered_early(name: &TagOrDigest, status: StatusCode) -> Error {
    Error::new(
        Code::Registry,
        format!(
            "the registry answered {status} before all of the manifest {name} was sent, and does not \
             have it"
        ),
    )
}

/// Returns the digest in the header of a response. Ignores a malformed digest, and one of another
/// algorithm than the requested digest; DIGEST_MISMATCH for another digest of the same algorithm.
fn served_digest(response: &Response, name: &TagOrDigest) -> Result<Option<Digest>> {
    let served = response.header(CONTENT_DIGEST).and_then(|text| text.parse::<Digest>().ok());
    match (served, name) {
        (Some(served), TagOrDigest::Digest(requested))
            if served.algorithm_name() == requested.algorithm_name() =>
        {
            if served == *requested {
                Ok(Some(served))
            } else {
                Err(Error::new(
                    Code::DigestMismatch,
                    format!("the registry sent the digest {served} for the manifest {requested}"),
                ))
            }
        }
        (_, TagOrDigest::Digest(requested)) => Ok(Some(requested.clone())),
        (served, TagOrDigest::Tag(_)) => Ok(served.filter(|digest| digest.algorithm().is_ok())),
    }
}
