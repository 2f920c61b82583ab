//! Manifests of a repository: asked for, stored, tagged and deleted.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode, header};

use super::{
    Registry,
    answer::Response,
    call::{Body, Request},
};
use crate::store::{ManifestDeletion, memory::Turn};
use ocigraph_types::{
    Algorithm, Code, Descriptor, Digest, Error, Manifest, Result, TagOrDigest, media_type,
};

const CONTENT_DIGEST: &str = "docker-content-digest";

/// docker-registry 2.8.2 writes a repository's link to a blob anew whenever somebody pushes or mounts
/// the blob, and not at once: who refers to it in between is told that a digest is invalid.
const LINK_TRIES: u32 = 7;
const LINK_PAUSE: Duration = Duration::from_millis(20);

/// A manifest as it was sent, its digest checked.
pub(super) struct ManifestResponse {
    pub(super) bytes: Bytes,
    /// Its `Content-Type`.
    pub(super) kind: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) etag: Option<String>,
    pub(super) turn: Option<Turn>,
}

impl Registry {
    /// By HEAD where that tells all, else by GET: some registries leave the digest out.
    pub(super) async fn resolve_manifest(&self, name: &TagOrDigest) -> Result<Descriptor> {
        let call = Request::new(Method::HEAD, self.manifest_url(name)?)
            .header(header::ACCEPT, media_type::ACCEPT);
        let answer = self.connection.send(call).await?;
        match answer.status() {
            StatusCode::OK => {
                let digest = served_digest(&answer, name)?;
                let size = answer.header(header::CONTENT_LENGTH).and_then(|n| n.parse().ok());
                let size = size.filter(|size| *size <= Descriptor::LARGEST);
                let kind = answer.header(header::CONTENT_TYPE).map(media_type::essence);
                match (digest, size, kind) {
                    (Some(digest), Some(size), Some(kind)) if media_type::is_manifest(&kind) => {
                        Ok(Descriptor::new(kind, digest, size))
                    }
                    _ => Ok(self.get_manifest(name).await?.0.plain_descriptor()),
                }
            }
            // An answer to HEAD has no body, and so no reason; GET's has.
            _ => Ok(self.get_manifest(name).await?.0.plain_descriptor()),
        }
    }

    /// A manifest, its digest checked, and its entity tag.
    pub(super) async fn get_manifest(
        &self,
        name: &TagOrDigest,
    ) -> Result<(Manifest, Option<String>)> {
        let ManifestResponse { bytes, kind, algorithm, etag, turn } =
            self.get_manifest_bytes(name).await?;
        let manifest = Manifest::parse(bytes, kind.as_deref(), algorithm)?;
        Ok((manifest.with_guard(turn.map(|turn| turn as _)), etag))
    }

    /// The same as it was sent: what is no manifest too.
    pub(super) async fn get_manifest_bytes(&self, name: &TagOrDigest) -> Result<ManifestResponse> {
        let call = Request::new(Method::GET, self.manifest_url(name)?)
            .header(header::ACCEPT, media_type::ACCEPT);
        let answer = self.connection.send(call).await?;
        if answer.status() != StatusCode::OK {
            let what = match answer.status() {
                StatusCode::NOT_FOUND => format!("there is no manifest {name}"),
                _ => format!("the manifest {name} was not given"),
            };
            let error = answer.into_error(&what).await;
            return Err(match error.code() {
                Code::NotFound => error.with_hint(format!(
                    "`ocigraph tags {}/{}` lists what is there",
                    self.connection.host(),
                    self.repository
                )),
                _ => error,
            });
        }
        let served = served_digest(&answer, name)?;
        let etag = answer.header(header::ETAG).map(str::to_owned);
        let kind = answer.header(header::CONTENT_TYPE).map(str::to_owned);
        let (bytes, turn) = answer.metadata_in_turn().await?;
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
            return Err(Error::new(
                Code::DigestMismatch,
                format!(
                    "the registry sent a manifest that should be {expected} and hashes to {actual}"
                ),
            ));
        }
        Ok(ManifestResponse { bytes, kind, algorithm, etag, turn })
    }

    pub(super) async fn put_manifest(&self, manifest: &Manifest, tags: &[String]) -> Result<()> {
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

    /// Stores a manifest under one name, if-matching `etag`.
    pub(super) async fn put_manifest_as(
        &self,
        manifest: &Manifest,
        name: &TagOrDigest,
        etag: Option<&str>,
    ) -> Result<Response> {
        let limit = self.connection.limits().max_manifest_bytes;
        if manifest.bytes().len() > limit {
            return Err(Error::new(
                Code::TooLarge,
                format!(
                    "the manifest has {} bytes; registries take up to {limit}",
                    manifest.bytes().len()
                ),
            )
            .with_hint("put less into annotations, or split the artifact"));
        }
        let mut call = Request::new(Method::PUT, self.manifest_url(name)?)
            .header(header::CONTENT_TYPE, manifest.media_type())
            .body(Body::of_bytes(manifest.bytes()));
        if let Some(etag) = etag {
            call = call.header(header::IF_MATCH, etag);
        }
        let mut tries = 1;
        let answer = loop {
            let answer = self.connection.send(call.clone()).await?;
            let error = if answer.status().is_success() {
                if !answer.is_early() || self.holds_manifest(manifest, name).await? {
                    break answer;
                }
                answered_early(name, answer.status())
            } else {
                let error = answer.into_error(&format!("the manifest {name} was not stored")).await;
                let in_between = error.registry_errors().iter().any(|e| e.code == "DIGEST_INVALID");
                if !in_between {
                    return Err(error);
                }
                error
            };
            if tries == LINK_TRIES {
                return Err(error);
            }
            // A busy registry takes its time between the two.
            tokio::time::sleep(LINK_PAUSE * 2_u32.pow(tries - 1)).await;
            tries += 1;
        };
        if let Some(stored) = answer.header(CONTENT_DIGEST).and_then(|d| d.parse::<Digest>().ok())
            && stored.algorithm_name() == manifest.digest().algorithm_name()
            && stored != *manifest.digest()
        {
            return Err(Error::new(
                Code::DigestMismatch,
                format!("the registry stored {} as {stored}", manifest.digest()),
            ));
        }
        Ok(answer)
    }

    /// Whether the manifest is stored under this name.
    async fn holds_manifest(&self, manifest: &Manifest, name: &TagOrDigest) -> Result<bool> {
        match self.resolve_manifest(name).await {
            Ok(found) => Ok(found.digest == *manifest.digest()),
            Err(e) if e.code() == Code::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Deletes a manifest by digest; one that is gone already is deleted.
    pub(super) async fn delete_manifest(&self, digest: &Digest) -> Result<()> {
        let call =
            Request::new(Method::DELETE, self.manifest_url(&TagOrDigest::Digest(digest.clone()))?);
        let answer = self.connection.send(call).await?;
        match answer.status() {
            s if s.is_success() || s == StatusCode::NOT_FOUND || s == StatusCode::GONE => Ok(()),
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                let host = self.connection.host();
                let hint = if host.is_docker_hub() {
                    "Docker Hub deletes only on its web site".to_owned()
                } else if host.name() == "ghcr.io" {
                    "GitHub deletes package versions on the package's page or by its REST API"
                        .to_owned()
                } else {
                    format!(
                        "deleting may be switched off at {host}, or the manifest may be locked there"
                    )
                };
                let what = format!("the manifest {digest} was not deleted");
                Err(answer.into_error(&what).await.with_hint(hint))
            }
            _ => Err(answer.into_error(&format!("the manifest {digest} was not deleted")).await),
        }
    }

    /// Deletes a manifest, and those of its tags that outlive it: ggcr and ocimem keep a tag whose
    /// manifest was deleted by digest.
    pub(super) async fn delete_with_tags(&self, doomed: &ManifestDeletion) -> Result<()> {
        let digest = &doomed.manifest.digest;
        self.delete_manifest(digest).await?;
        for tag in &doomed.tags {
            let named = match self.resolve_manifest(&TagOrDigest::Tag(tag.clone())).await {
                Ok(descriptor) => descriptor.digest,
                Err(e) if matches!(e.code(), Code::NotFound | Code::InvalidManifest) => continue,
                Err(e) => return Err(e),
            };
            // A tag that was moved meanwhile is somebody else's.
            if named == *digest {
                self.delete_tag(tag).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn delete_tag(&self, tag: &str) -> Result<()> {
        let name = TagOrDigest::Tag(tag.to_owned());
        let answer =
            self.connection.send(Request::new(Method::DELETE, self.manifest_url(&name)?)).await?;
        match answer.status() {
            s if s.is_success() => Ok(()),
            // docker-registry 2.8.2 answers 400, others 405. The digest is never deleted instead:
            // that would take other tags along.
            StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED => {
                let what = format!("the tag {tag} was not removed");
                let error = answer.into_error(&what).await;
                let status = error.status().unwrap_or_default();
                Err(Error::new(Code::Unsupported, error.message())
                    .with_answer(
                        status,
                        error.registry_errors().to_vec(),
                        error.request_id().map(str::to_owned),
                    )
                    .with_hint(
                        "this registry removes a tag only with its manifest, by `ocigraph delete`",
                    ))
            }
            _ => Err(answer.into_error(&format!("the tag {tag} was not removed")).await),
        }
    }
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

/// The digest header, where it is of use: a malformed one, or one of another algorithm than asked
/// for, says nothing.
fn served_digest(answer: &Response, name: &TagOrDigest) -> Result<Option<Digest>> {
    let served = answer.header(CONTENT_DIGEST).and_then(|text| text.parse::<Digest>().ok());
    match (served, name) {
        (Some(served), TagOrDigest::Digest(asked))
            if served.algorithm_name() == asked.algorithm_name() =>
        {
            if served == *asked {
                Ok(Some(served))
            } else {
                Err(Error::new(
                    Code::DigestMismatch,
                    format!("the registry was asked for {asked} and says it sent {served}"),
                ))
            }
        }
        (_, TagOrDigest::Digest(asked)) => Ok(Some(asked.clone())),
        (served, TagOrDigest::Tag(_)) => Ok(served.filter(|digest| digest.algorithm().is_ok())),
    }
}
